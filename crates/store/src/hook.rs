//! Addresses to which questionnaire platforms push, and what became of an answer that was changed.

use caifeng_domain::{ConsultationId, Named, SubmissionId};
use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::{
    Act, Store, StoreError, audit,
    rows::{corrupt, get, get_id, get_time, get_usize, get_wire, signed, time_text, wire},
    vault::Owner,
};

const TABLE: &str = "hook";
const REFUSALS: &str = "hook_refusal";

/// Who pushes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// 问卷星: signs with a key.
    Wenjuanxing,
    /// 腾讯问卷: does not sign.
    Tencent,
}

impl Platform {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 2] = [
        (Self::Wenjuanxing, "wenjuanxing", "问卷星"),
        (Self::Tencent, "tencent", "腾讯问卷"),
    ];
}

impl Named for Platform {
    const NAMES: &'static [(Self, &'static str, &'static str)] = &Self::ALL;
}

/// What is said when a hook is added.
#[derive(Debug, Clone, Copy)]
pub struct HookSettings<'a> {
    /// What staff call it.
    pub name: &'a str,
    /// Who pushes.
    pub platform: Platform,
    /// Where the answers go.
    pub consultation: ConsultationId,
    /// The key that signs the pushes.
    pub key: Option<&'a str>,
    /// Words of the questions, as JSON.
    pub questions: &'a str,
}

/// An address that is in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// Its number.
    pub id: u64,
    /// What staff call it.
    pub name: String,
    /// Who pushes.
    pub platform: Platform,
    /// Where the answers go.
    pub consultation: ConsultationId,
    /// Words of the questions, as JSON.
    pub questions: String,
    /// Pushes that could not be taken in.
    pub refusals: usize,
    /// Why the last one could not.
    pub last_refusal: Option<String>,
}

/// A push that could not be taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedPush {
    /// Its number.
    pub id: u64,
    /// When it came.
    pub received_at: Timestamp,
    /// Why it could not.
    pub reason: String,
    /// What was pushed.
    pub body: Vec<u8>,
}

/// The columns of [`Hook`].
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select h.id, h.name, h.platform, h.consultation, h.questions, h.sealed,
                 (select count(*) from hook_refusal r where r.hook = h.id) as refusals,
                 (select reason from hook_refusal r where r.hook = h.id
                     order by r.id desc limit 1) as last_refusal
             from hook h where h.revoked_at is null ",
            $rest
        )
    };
}

impl Store {
    /// Adds a hook and returns what stands in its address, which is not kept.
    pub async fn add_hook(
        &self,
        act: &Act<'_>,
        settings: &HookSettings<'_>,
    ) -> Result<String, StoreError> {
        let secret = self.secret()?;
        let mut write = self.write().await?;
        let id = write.take_numbers(TABLE, 1).await?;
        let seal = |key: &str| {
            let (vault, owner) = (self.vault(), Owner::Row(TABLE, id));
            vault.seal_bytes(owner, key.as_bytes(), self.random())
        };
        let added = sqlx::query(
            "insert into hook (id, name, platform, consultation, secret, sealed, questions,
                 created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (name) do nothing",
        )
        .bind(signed(id))
        .bind(settings.name)
        .bind(wire(&Platform::ALL, settings.platform))
        .bind(signed(settings.consultation.get()))
        .bind(self.keyed("hook", &secret))
        .bind(settings.key.map(seal).transpose()?)
        .bind(settings.questions)
        .bind(time_text(act.at))
        .execute(write.db())
        .await?;
        if added.rows_affected() == 0 {
            let name = settings.name.to_owned();
            return Err(StoreError::NameTaken { name });
        }
        audit::append(&mut write, act, "hook.add", settings.name).await?;
        write.commit().await?;
        Ok(secret)
    }

    /// The hook at an address, with the key that signs.
    pub async fn hook(
        &self,
        platform: Platform,
        secret: &str,
    ) -> Result<Option<(Hook, Option<String>)>, StoreError> {
        let row = sqlx::query(select!("and h.platform = $1 and h.secret = $2"))
            .bind(wire(&Platform::ALL, platform))
            .bind(self.keyed("hook", secret))
            .fetch_optional(self.pool())
            .await?;
        self.with_key(row).await
    }

    /// The hook in use of this name, with the key that signs.
    pub async fn hook_named(
        &self,
        name: &str,
    ) -> Result<Option<(Hook, Option<String>)>, StoreError> {
        let row = sqlx::query(select!("and h.name = $1"))
            .bind(name)
            .fetch_optional(self.pool())
            .await?;
        self.with_key(row).await
    }

    async fn with_key(
        &self,
        row: Option<AnyRow>,
    ) -> Result<Option<(Hook, Option<String>)>, StoreError> {
        let Some(row) = row else { return Ok(None) };
        let hook = read(&row)?;
        let sealed: Option<&[u8]> = get(&row, "sealed")?;
        let Some(sealed) = sealed else {
            return Ok(Some((hook, None)));
        };
        let key = self.open_sealed(Owner::Row(TABLE, hook.id), sealed).await?;
        let key = String::from_utf8(key).map_err(|_| corrupt("hook.sealed", "not text"))?;
        Ok(Some((hook, Some(key))))
    }

    /// The hooks in use.
    pub async fn hooks(&self) -> Result<Vec<Hook>, StoreError> {
        sqlx::query(select!("order by h.id"))
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// Ends a hook, whose name may then be given again. False when there is none of this name in use.
    pub async fn revoke_hook(&self, act: &Act<'_>, name: &str) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let ended = sqlx::query(
            "update hook set revoked_at = $1, sealed = null,
                 name = name || ' #' || cast(id as text)
             where name = $2 and revoked_at is null",
        )
        .bind(time_text(act.at))
        .bind(name)
        .execute(write.db())
        .await?;
        if ended.rows_affected() == 0 {
            return Ok(false);
        }
        audit::append(&mut write, act, "hook.revoke", name).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Keeps a push that could not be taken in.
    pub async fn keep_refused_push(
        &self,
        hook: &Hook,
        reason: &str,
        body: &[u8],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        let id = write.take_numbers(REFUSALS, 1).await?;
        let owner = Owner::Row(REFUSALS, id);
        sqlx::query(
            "insert into hook_refusal (id, hook, received_at, reason, sealed)
             values ($1, $2, $3, $4, $5)",
        )
        .bind(signed(id))
        .bind(signed(hook.id))
        .bind(time_text(at))
        .bind(reason)
        .bind(self.vault().seal_bytes(owner, body, self.random())?)
        .execute(write.db())
        .await?;
        write.commit().await
    }

    /// The pushes of a hook that could not be taken in, the oldest first, opened. Looking is noted.
    pub async fn refused_pushes(
        &self,
        act: &Act<'_>,
        hook: &Hook,
    ) -> Result<Vec<RefusedPush>, StoreError> {
        let rows = sqlx::query(
            "select id, received_at, reason, sealed from hook_refusal where hook = $1 order by id",
        )
        .bind(signed(hook.id))
        .fetch_all(self.pool())
        .await?;
        let mut all = Vec::with_capacity(rows.len());
        for row in &rows {
            let id = get_id(row, "id", Some)?;
            let sealed = get(row, "sealed")?;
            all.push(RefusedPush {
                id,
                received_at: get_time(row, "received_at")?,
                reason: get(row, "reason")?,
                body: self.open_sealed(Owner::Row(REFUSALS, id), sealed).await?,
            });
        }
        self.audit(act, "hook.read_refused", &hook.name).await?;
        Ok(all)
    }

    /// Forgets a push that was taken in after all.
    pub async fn forget_refused_push(&self, act: &Act<'_>, id: u64) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query("delete from hook_refusal where id = $1")
            .bind(signed(id))
            .execute(write.db())
            .await?;
        let what = format!("push {id}");
        audit::append(&mut write, act, "hook.take_refused", &what).await?;
        write.commit().await
    }

    /// Notes that `later` is what the sender of `first` now says. All versions stay in the journal;
    /// those before `later` count as taken back.
    pub async fn succeed(
        &self,
        act: &Act<'_>,
        first: SubmissionId,
        later: SubmissionId,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        for sql in [
            "insert into succession (later, earlier) values ($1, $2) on conflict do nothing",
            "insert into withdrawal (submission, withdrawn_at)
             select s.id, $3 from submission s
             where (s.id = $2 or s.id in (select x.later from succession x where x.earlier = $2))
                 and s.id < $1
             on conflict do nothing",
        ] {
            let query = sqlx::query(sql)
                .bind(signed(later.get()))
                .bind(signed(first.get()));
            let query = if sql.contains("$3") {
                query.bind(time_text(act.at))
            } else {
                query
            };
            query.execute(write.db()).await?;
        }
        let what = format!("{first} {later}");
        audit::append(&mut write, act, "submission.replace", &what).await?;
        write.commit().await
    }

    /// The submission with this number of its source, and all that took its place.
    pub async fn versions(
        &self,
        consultation: ConsultationId,
        source: &str,
        external_id: &str,
    ) -> Result<Vec<SubmissionId>, StoreError> {
        sqlx::query(
            "select s.id from submission s
             where s.consultation = $1 and s.source = $2 and s.origin = $3
             union
             select l.later from succession l join submission s on s.id = l.earlier
             where s.consultation = $1 and s.source = $2 and s.origin = $3
             order by 1",
        )
        .bind(signed(consultation.get()))
        .bind(source)
        .bind(format!("id:{external_id}"))
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| get_id(row, "id", SubmissionId::new))
        .collect()
    }
}

fn read(row: &AnyRow) -> Result<Hook, StoreError> {
    Ok(Hook {
        id: get_id(row, "id", Some)?,
        name: get(row, "name")?,
        platform: get_wire(row, "platform", &Platform::ALL)?,
        consultation: get_id(row, "consultation", ConsultationId::new)?,
        questions: get(row, "questions")?,
        refusals: get_usize(row, "refusals")?,
        last_refusal: get(row, "last_refusal")?,
    })
}

#[cfg(test)]
mod tests {
    use super::{HookSettings, Platform};
    use crate::{
        StoreError,
        testing::{act, new_consultation, on_every_database, submission},
    };

    #[tokio::test]
    async fn a_hook_is_found_by_its_secret_alone() {
        on_every_database(async |store| {
            let consultation = new_consultation(&store, "c").await;
            let settings = HookSettings {
                name: "wj",
                platform: Platform::Wenjuanxing,
                consultation,
                key: Some("geheim"),
                questions: "{}",
            };
            let secret = store.add_hook(&act(), &settings).await.unwrap();
            let taken = store.add_hook(&act(), &settings).await;
            assert!(matches!(taken, Err(StoreError::NameTaken { .. })));
            let (hook, key) = store
                .hook(Platform::Wenjuanxing, &secret)
                .await
                .unwrap()
                .unwrap();
            assert_eq!((&*hook.name, key.as_deref()), ("wj", Some("geheim")));
            assert!(
                store
                    .hook(Platform::Tencent, &secret)
                    .await
                    .unwrap()
                    .is_none()
            );
            assert!(
                store
                    .hook(Platform::Wenjuanxing, "wj")
                    .await
                    .unwrap()
                    .is_none()
            );
            store
                .keep_refused_push(&hook, "意见内容为空", b"{}", act().at)
                .await
                .unwrap();
            let refused = store.refused_pushes(&act(), &hook).await.unwrap();
            assert_eq!((refused.len(), &*refused[0].body), (1, &b"{}"[..]));
            let hooks = store.hooks().await.unwrap();
            assert_eq!(
                (hooks[0].refusals, hooks[0].last_refusal.as_deref()),
                (1, Some("意见内容为空"))
            );
            assert!(store.revoke_hook(&act(), "wj").await.unwrap());
            assert!(!store.revoke_hook(&act(), "wj").await.unwrap());
            store.add_hook(&act(), &settings).await.unwrap();
            assert!(
                store
                    .hook(Platform::Wenjuanxing, &secret)
                    .await
                    .unwrap()
                    .is_none()
            );
        })
        .await;
    }

    #[tokio::test]
    async fn versions_are_the_first_and_what_took_its_place() {
        on_every_database(async |store| {
            let consultation = new_consultation(&store, "c").await;
            let batch = ["a", "a:1", "a:2", "b"].map(|id| submission(Some(id), id));
            let mut intake = store.intake(consultation, "s");
            let ids: Vec<_> = intake
                .accept(&act(), &batch)
                .await
                .unwrap()
                .into_iter()
                .map(|a| a.id)
                .collect();
            for later in [ids[1], ids[2], ids[2]] {
                store.succeed(&act(), ids[0], later).await.unwrap();
            }
            let counted = store.submissions_for_triage(consultation).await.unwrap();
            let counted: Vec<_> = counted.iter().map(|stored| stored.id).collect();
            assert_eq!(counted, ids[2..], "the last version, and the other answer");
            let ledger = store.ledger(consultation).await.unwrap();
            assert!(ledger.balances() && ledger.received == 4);
            let versions = store.versions(consultation, "s", "a").await.unwrap();
            assert_eq!(versions, ids[..3]);
            assert_eq!(
                store.versions(consultation, "s", "b").await.unwrap(),
                ids[3..]
            );
            assert!(
                store
                    .versions(consultation, "t", "a")
                    .await
                    .unwrap()
                    .is_empty()
            );
        })
        .await;
    }
}
