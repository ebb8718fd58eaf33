//! When people were at their desks.

use std::time::Duration;

use caifeng_domain::ConsultationId;
use jiff::Timestamp;

use crate::{
    Store, StoreError,
    rows::{get, get_time, signed, time_text},
};

/// Looking again after this long is another visit.
const PAUSE: Duration = Duration::from_mins(30);
/// Within a visit the time is noted so often at most.
const NOTED: Duration = Duration::from_mins(1);

impl Store {
    /// Notes that somebody is at the desk of a consultation, and says when the visit before this one
    /// was last noted. None on the first visit.
    pub async fn visit(
        &self,
        account: &str,
        consultation: ConsultationId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let row = sqlx::query(
            "select seen_at, before_at from visit where account = $1 and consultation = $2",
        )
        .bind(account)
        .bind(signed(consultation.get()))
        .fetch_optional(self.pool())
        .await?;
        let mut before = None;
        if let Some(row) = &row {
            let seen: Timestamp = get_time(row, "seen_at")?;
            let away = Duration::try_from(now.duration_since(seen)).unwrap_or_default();
            let known: Option<&str> = get(row, "before_at")?;
            before = known.map(|_| get_time(row, "before_at")).transpose()?;
            if away < NOTED {
                return Ok(before);
            }
            if away >= PAUSE {
                before = Some(seen);
            }
        }
        let mut write = self.write().await?;
        sqlx::query(
            "insert into visit (account, consultation, seen_at, before_at) values ($1, $2, $3, $4)
             on conflict (account, consultation)
             do update set seen_at = excluded.seen_at, before_at = excluded.before_at",
        )
        .bind(account)
        .bind(signed(consultation.get()))
        .bind(time_text(now))
        .bind(before.map(time_text))
        .execute(write.db())
        .await?;
        write.commit().await?;
        Ok(before)
    }
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, ToSpan};

    use crate::testing::{new_consultation, on_every_database};

    #[tokio::test]
    async fn what_is_new_is_new_until_the_next_visit() {
        on_every_database(async |store| {
            let here = new_consultation(&store, "c").await;
            let start: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
            let at = |minutes: i64| start + minutes.minutes();
            let visit = async |who, minutes| store.visit(who, here, at(minutes)).await.unwrap();
            assert_eq!(visit("甲", 0).await, None);
            assert_eq!(visit("甲", 5).await, None, "the same visit");
            assert_eq!(visit("甲", 100).await, Some(at(5)));
            assert_eq!(visit("甲", 120).await, Some(at(5)), "still this visit");
            assert_eq!(visit("乙", 120).await, None, "everybody has their own");
            assert_eq!(visit("甲", 500).await, Some(at(120)));
        })
        .await;
    }
}
