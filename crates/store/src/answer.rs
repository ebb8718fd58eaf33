//! Which submissions answer which key question.

use std::collections::BTreeMap;

use caifeng_domain::{ConsultationId, SubmissionId};

use crate::{
    Store, StoreError,
    rows::{corrupt, get, get_id, signed},
};

impl Store {
    /// The number of the key question that a submission of this consultation answers, for those that
    /// answer one.
    pub async fn answers(
        &self,
        consultation: ConsultationId,
    ) -> Result<BTreeMap<SubmissionId, u32>, StoreError> {
        let query = "select id, question from submission
             where consultation = $1 and question is not null";
        let rows = sqlx::query(query)
            .bind(signed(consultation.get()))
            .fetch_all(self.pool())
            .await?;
        let answer = |row| {
            let number: i64 = get(row, "question")?;
            let wrong = |_| corrupt("submission.question", &number.to_string());
            let number = u32::try_from(number).map_err(wrong)?;
            Ok((get_id(row, "id", SubmissionId::new)?, number))
        };
        rows.iter().map(answer).collect()
    }
}
