//! What was made public of a consultation: releases that are added, replaced and taken back, never
//! changed; and what staff chose for the next one.

use caifeng_domain::ConsultationId;
use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::{
    Act, Store, StoreError, audit,
    rows::{get, get_id, get_time, signed, time_text},
};

/// A release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// What it is of.
    pub consultation: ConsultationId,
    /// Number among those of its consultation, from 1.
    pub number: u64,
    /// When it was made public.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// SHA-256 of what it says.
    pub digest: String,
    /// Who took it back, when and why.
    pub end: Option<ReleaseEnd>,
}

/// How a release was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseEnd {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// Why.
    pub reason: String,
}

/// What somebody chose for the next release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseChoice {
    /// About what.
    pub item: String,
    /// What; empty: nothing any more.
    pub choice: String,
    /// Who.
    pub actor: String,
}

/// The columns of [`Release`].
const SELECT: &str = "select r.consultation, r.number, r.at, r.actor, r.digest,
        e.at as end_at, e.actor as end_actor, e.reason
    from feedback_release r
    left join feedback_release_end e on e.consultation = r.consultation and e.number = r.number ";

impl Store {
    /// Makes `body` public as the release after number `after`, and says its number. None where that
    /// is not the last one: somebody else released meanwhile.
    pub async fn add_release(
        &self,
        act: &Act<'_>,
        consultation: ConsultationId,
        after: u64,
        (body, digest): (&str, &str),
    ) -> Result<Option<u64>, StoreError> {
        let number = after + 1;
        let mut write = self.write().await?;
        let done = sqlx::query(
            "insert into feedback_release (consultation, number, at, actor, digest, body)
             select $1, $2, $3, $4, $5, $6 where $2 - 1 =
                 (select coalesce(max(number), 0) from feedback_release where consultation = $1)
             on conflict do nothing",
        )
        .bind(signed(consultation.get()))
        .bind(signed(number))
        .bind(time_text(act.at))
        .bind(act.actor)
        .bind(digest)
        .bind(body)
        .execute(write.db())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(None);
        }
        write.take_numbers("feedback_release", 1).await?;
        let what = format!("release {number} sha256:{digest}");
        audit::append_about(&mut write, act, "release.publish", consultation, &what).await?;
        write.commit().await?;
        Ok(Some(number))
    }

    /// Takes a release back. False where it was before, or does not exist.
    pub async fn end_release(
        &self,
        act: &Act<'_>,
        consultation: ConsultationId,
        number: u64,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let done = sqlx::query(
            "insert into feedback_release_end (consultation, number, at, actor, reason)
             select consultation, number, $3, $4, $5 from feedback_release
             where consultation = $1 and number = $2
             on conflict do nothing",
        )
        .bind(signed(consultation.get()))
        .bind(signed(number))
        .bind(time_text(act.at))
        .bind(act.actor)
        .bind(reason)
        .execute(write.db())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        write.take_numbers("feedback_release", 1).await?;
        let what = format!("release {number}");
        audit::append_about(&mut write, act, "release.withdraw", consultation, &what).await?;
        write.commit().await?;
        Ok(true)
    }

    /// A number that moves on with every release and every end of one.
    pub async fn release_edition(&self) -> Result<i64, StoreError> {
        let next = sqlx::query_scalar("select next from counter where name = 'feedback_release'");
        Ok(next.fetch_one(self.pool()).await?)
    }

    /// The releases of a consultation, the latest first.
    pub async fn releases(&self, consultation: ConsultationId) -> Result<Vec<Release>, StoreError> {
        let sql = format!("{SELECT} where r.consultation = $1 order by r.number desc");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(signed(consultation.get()))
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// The releases that stand: the latest of each consultation, where it was not taken back.
    pub async fn standing_releases(&self) -> Result<Vec<Release>, StoreError> {
        let sql = format!(
            "{SELECT} where e.number is null and r.number = (select max(number)
                 from feedback_release l where l.consultation = r.consultation)
             order by r.at desc, r.consultation desc"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql));
        let rows = rows.fetch_all(self.pool()).await?;
        rows.iter().map(read).collect()
    }

    /// What a release says.
    pub async fn release_body(
        &self,
        consultation: ConsultationId,
        number: u64,
    ) -> Result<Option<String>, StoreError> {
        let body = sqlx::query_scalar(
            "select body from feedback_release where consultation = $1 and number = $2",
        );
        let body = body.bind(signed(consultation.get())).bind(signed(number));
        Ok(body.fetch_optional(self.pool()).await?)
    }

    /// Notes what somebody chooses for the next release.
    pub async fn choose_for_release(
        &self,
        act: &Act<'_>,
        consultation: ConsultationId,
        item: &str,
        choice: &str,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "insert into feedback_choice (consultation, item, choice, at, actor)
             values ($1, $2, $3, $4, $5)
             on conflict (consultation, item) do update
                 set choice = excluded.choice, at = excluded.at, actor = excluded.actor",
        )
        .bind(signed(consultation.get()))
        .bind(item)
        .bind(choice)
        .bind(time_text(act.at))
        .bind(act.actor)
        .execute(write.db())
        .await?;
        // Only what it is about: an item may quote words that look like personal data.
        let about = item.split(' ').next().unwrap_or_default();
        audit::append_about(&mut write, act, "release.choose", consultation, about).await?;
        write.commit().await
    }

    /// What staff chose for the next release of a consultation.
    pub async fn release_choices(
        &self,
        consultation: ConsultationId,
    ) -> Result<Vec<ReleaseChoice>, StoreError> {
        sqlx::query(
            "select item, choice, actor from feedback_choice
             where consultation = $1 and choice <> '' order by item",
        )
        .bind(signed(consultation.get()))
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| {
            Ok(ReleaseChoice {
                item: get(row, "item")?,
                choice: get(row, "choice")?,
                actor: get(row, "actor")?,
            })
        })
        .collect()
    }
}

fn read(row: &AnyRow) -> Result<Release, StoreError> {
    let ended: Option<&str> = get(row, "end_at")?;
    let end = match ended {
        None => None,
        Some(_) => Some(ReleaseEnd {
            at: get_time(row, "end_at")?,
            actor: get(row, "end_actor")?,
            reason: get(row, "reason")?,
        }),
    };
    Ok(Release {
        consultation: get_id(row, "consultation", ConsultationId::new)?,
        number: get::<i64>(row, "number")?.cast_unsigned(),
        at: get_time(row, "at")?,
        actor: get(row, "actor")?,
        digest: get(row, "digest")?,
        end,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{act, fill, new_consultation, on_every_database};

    #[tokio::test]
    async fn a_release_replaces_the_one_before_and_none_comes_back() {
        on_every_database(async |store| {
            let (one, other) = (
                new_consultation(&store, "one").await,
                new_consultation(&store, "other").await,
            );
            let add = async |of, after, body: &str| {
                let added = store.add_release(&act(), of, after, (body, "d")).await;
                added.unwrap()
            };
            let standing = async || {
                let all = store.standing_releases().await.unwrap();
                let mut all: Vec<_> = all.iter().map(|r| (r.consultation, r.number)).collect();
                all.sort_unstable();
                all
            };
            let first = store.release_edition().await.unwrap();
            assert_eq!(add(one, 0, "a").await, Some(1));
            assert_eq!(add(one, 0, "b").await, None, "somebody was faster");
            assert_eq!(add(one, 1, "b").await, Some(2));
            assert_eq!(add(other, 0, "c").await, Some(1));
            assert_eq!(standing().await, [(one, 2), (other, 1)]);
            assert_eq!(store.release_edition().await.unwrap(), first + 3);
            let end = async |number| {
                let ended = store.end_release(&act(), one, number, "有误").await;
                ended.unwrap()
            };
            assert!(end(2).await && !end(2).await && !end(9).await);
            assert_eq!(standing().await, [(other, 1)], "the first stays replaced");
            assert_eq!(store.release_edition().await.unwrap(), first + 4);
            let all = store.releases(one).await.unwrap();
            let ends: Vec<_> = all.iter().map(|r| (r.number, r.end.is_some())).collect();
            assert_eq!(ends, [(2, true), (1, false)]);
            let body = store.release_body(one, 1).await.unwrap();
            assert_eq!(body.as_deref(), Some("a"));
        })
        .await;
    }

    #[tokio::test]
    async fn choices_stand_until_they_are_taken_back_and_the_trail_does_not_quote() {
        on_every_database(async |store| {
            let one = new_consultation(&store, "one").await;
            let choose = async |item: &str, choice: &str| {
                let chosen = store.choose_for_release(&act(), one, item, choice).await;
                chosen.unwrap();
            };
            choose("P-1", "out").await;
            choose("P-2 clear 张三", "clear").await;
            choose("P-1", "").await;
            let choices = store.release_choices(one).await.unwrap();
            let items: Vec<&str> = choices.iter().map(|c| &*c.item).collect();
            assert_eq!(items, ["P-2 clear 张三"]);
            let trail = store.audit_entries(0).await.unwrap();
            assert!(trail.iter().all(|entry| !entry.object.contains("张三")));
            let ids = fill(&store, one, 2).await;
            store.withdraw(&act(), ids[1]).await.unwrap();
            assert_eq!(store.withdrawn(one).await.unwrap(), [ids[1]]);
        })
        .await;
    }
}
