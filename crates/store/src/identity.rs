//! What senders may ask for: taking a submission back, and being forgotten (个人信息保护法 art. 47).

use caifeng_domain::SubmissionId;

use crate::{
    Act, Store, StoreError, audit,
    rows::{signed, time_text},
};

impl Store {
    /// Notes that the sender took the submission back. It stays in the journal and the ledger.
    /// False when it was withdrawn before, or does not exist.
    pub async fn withdraw(&self, act: &Act<'_>, id: SubmissionId) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let added = sqlx::query(
            "insert into withdrawal (submission, withdrawn_at)
             select id, $1 from submission where id = $2
             on conflict do nothing",
        )
        .bind(time_text(act.at))
        .bind(signed(id.get()))
        .execute(write.db())
        .await?;
        if added.rows_affected() == 0 {
            return Ok(false);
        }
        audit::append(&mut write, act, "submission.withdraw", &id.to_string()).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Forgets who sent this and all else of the same sender in the consultation. The opinions
    /// stay, and still count as one sender's. False when nothing was known.
    pub async fn delete_identity(
        &self,
        act: &Act<'_>,
        id: SubmissionId,
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let number = signed(id.get());
        let sealed = sqlx::query(
            "delete from identity where submission = $1 or submission in
                 (select id from submission where sender =
                     (select sender from submission where id = $1))",
        )
        .bind(number)
        .execute(write.db())
        .await?;
        let key = sqlx::query(
            "update sender set key = null
             where key is not null and id = (select sender from submission where id = $1)",
        )
        .bind(number)
        .execute(write.db())
        .await?;
        if sealed.rows_affected() + key.rows_affected() == 0 {
            return Ok(false);
        }
        audit::append(&mut write, act, "identity.delete", &id.to_string()).await?;
        write.commit().await?;
        Ok(true)
    }
}
