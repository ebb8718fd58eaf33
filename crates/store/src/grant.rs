//! 一次性订阅: messages that a sender agreed to get.

use caifeng_domain::SubmissionId;
use jiff::Timestamp;

use crate::{
    Store, StoreError,
    rows::{get, signed, time_text},
};

/// So many messages of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Template id of the platform.
    pub template: String,
    /// How many.
    pub count: u32,
}

impl Store {
    /// Keeps what was granted with a submission. Kept again, it does not count twice.
    pub async fn keep_grants(
        &self,
        submission: SubmissionId,
        grants: &[Grant],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        for grant in grants {
            sqlx::query(
                "insert into subscription_grant (submission, template, messages, granted_at)
                 values ($1, $2, $3, $4) on conflict do nothing",
            )
            .bind(signed(submission.get()))
            .bind(&grant.template)
            .bind(i64::from(grant.count))
            .bind(time_text(at))
            .execute(write.db())
            .await?;
        }
        write.commit().await
    }

    /// What was granted with a submission.
    pub async fn grants(&self, submission: SubmissionId) -> Result<Vec<Grant>, StoreError> {
        sqlx::query("select template, messages from subscription_grant where submission = $1 order by template")
            .bind(signed(submission.get()))
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(|row| {
                Ok(Grant {
                    template: get(row, "template")?,
                    count: get::<i64>(row, "messages")?.try_into().unwrap_or(u32::MAX),
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Grant;
    use crate::testing::{act, fill, new_consultation, on_every_database};

    #[tokio::test]
    async fn a_grant_kept_twice_counts_once() {
        on_every_database(async |store| {
            let consultation = new_consultation(&store, "c").await;
            let id = fill(&store, consultation, 1).await[0];
            let grants = [Grant {
                template: "t-1".into(),
                count: 2,
            }];
            for _ in 0..2 {
                store.keep_grants(id, &grants, act().at).await.unwrap();
            }
            assert_eq!(store.grants(id).await.unwrap(), grants);
        })
        .await;
    }
}
