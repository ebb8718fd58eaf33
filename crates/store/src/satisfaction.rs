//! How content senders are with their answers: one vote a receipt.

use std::collections::BTreeMap;

use caifeng_domain::{ConsultationId, SubmissionId};

use crate::{
    Act, Store, StoreError, audit,
    rows::{get, get_usize, signed, time_text},
};

impl Store {
    /// Notes a vote. False where there was one.
    pub async fn add_satisfaction(
        &self,
        act: &Act<'_>,
        submission: SubmissionId,
        grade: &str,
        words: &str,
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let done = sqlx::query(
            "insert into satisfaction (submission, grade, words, at) values ($1, $2, $3, $4)
             on conflict do nothing",
        )
        .bind(signed(submission.get()))
        .bind(grade)
        .bind(words)
        .bind(time_text(act.at))
        .execute(write.db())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        audit::append(&mut write, act, "satisfaction.add", &submission.to_string()).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Votes of a consultation by grade.
    pub async fn satisfaction(
        &self,
        consultation: ConsultationId,
    ) -> Result<BTreeMap<String, usize>, StoreError> {
        sqlx::query(
            "select grade, count(*) as votes from satisfaction
             join submission on submission.id = satisfaction.submission
             where consultation = $1 group by grade",
        )
        .bind(signed(consultation.get()))
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| Ok((get(row, "grade")?, get_usize(row, "votes")?)))
        .collect()
    }

    /// The vote of one submission.
    pub async fn satisfaction_of(
        &self,
        submission: SubmissionId,
    ) -> Result<Option<String>, StoreError> {
        let row = sqlx::query("select grade from satisfaction where submission = $1")
            .bind(signed(submission.get()))
            .fetch_optional(self.pool())
            .await?;
        row.map(|row| get(&row, "grade")).transpose()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{act, fill, new_consultation, on_every_database};

    #[tokio::test]
    async fn a_receipt_votes_once() {
        on_every_database(async |store| {
            let consultation = new_consultation(&store, "c").await;
            let ids = fill(&store, consultation, 2).await;
            let vote =
                async |id, grade| store.add_satisfaction(&act(), id, grade, "").await.unwrap();
            assert!(vote(ids[0], "content").await);
            assert!(!vote(ids[0], "discontent").await);
            assert!(vote(ids[1], "mostly").await);
            let all = store.satisfaction(consultation).await.unwrap();
            assert_eq!((all["content"], all["mostly"]), (1, 1));
            let first = store.satisfaction_of(ids[0]).await.unwrap();
            assert_eq!(first.as_deref(), Some("content"));
        })
        .await;
    }
}
