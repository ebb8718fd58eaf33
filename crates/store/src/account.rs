//! Accounts of staff, their sessions, and the API keys of platforms.
//!
//! Passwords come here hashed (argon2id, by `app`). Session tokens and API keys are random, so that
//! a keyed hash protects them: who has only the database can use none of them.

use std::time::Duration;

use caifeng_domain::Role;
use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::{
    Act, Store, StoreError, audit,
    rows::{get, get_time, get_wire, hex, signed, time_text, wire},
};

/// For how long a session lasts: a working day.
pub(crate) const SESSION: Duration = Duration::from_hours(10);
/// Wrong passwords in a row before an account is locked.
pub(crate) const MAX_FAILURES: i64 = 5;
/// For how long it is locked.
pub const LOCKOUT: Duration = Duration::from_mins(15);

/// Who signed in, or whose key it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Name of the account or key: what the audit trail says.
    pub name: String,
    /// What it may do.
    pub role: Role,
}

/// What is needed to check a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Whose.
    pub principal: Principal,
    /// The password's hash with salt and costs.
    pub password: String,
    /// Until when nobody gets in.
    pub locked_until: Option<Timestamp>,
}

impl Store {
    /// Adds an account. Its name must not be in use.
    pub async fn add_account(
        &self,
        act: &Act<'_>,
        principal: &Principal,
        password: &str,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        let number = write.take_numbers("account", 1).await?;
        let added = sqlx::query(
            "insert into account (id, name, role, password, created_at)
             values ($1, $2, $3, $4, $5) on conflict (name) do nothing",
        )
        .bind(signed(number))
        .bind(&principal.name)
        .bind(wire(&Role::ALL, principal.role))
        .bind(password)
        .bind(time_text(act.at))
        .execute(write.db())
        .await?;
        if added.rows_affected() == 0 {
            return Err(name_taken(&principal.name));
        }
        audit::append(&mut write, act, "account.add", &principal.name).await?;
        write.commit().await
    }

    /// The account with this name.
    pub async fn credentials(&self, name: &str) -> Result<Option<Credentials>, StoreError> {
        let query = "select name, role, password, locked_until from account where name = $1";
        let row = sqlx::query(query)
            .bind(name)
            .fetch_optional(self.pool())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let locked: Option<&str> = get(&row, "locked_until")?;
        Ok(Some(Credentials {
            principal: principal(&row)?,
            password: get(&row, "password")?,
            locked_until: locked.map(|_| get_time(&row, "locked_until")).transpose()?,
        }))
    }

    /// Notes a wrong password. Too many in a row lock the account for [`LOCKOUT`].
    pub async fn note_failure(&self, act: &Act<'_>) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "update account set
                 locked_until = case when failures + 1 >= $1 then $2 else locked_until end,
                 failures = case when failures + 1 >= $1 then 0 else failures + 1 end
             where name = $3",
        )
        .bind(MAX_FAILURES)
        .bind(time_text(act.at + LOCKOUT))
        .bind(act.actor)
        .execute(write.db())
        .await?;
        audit::append(&mut write, act, "session.refuse", act.actor).await?;
        write.commit().await
    }

    /// Begins a session of `act.actor`, whose password was right, and returns its token.
    pub async fn begin_session(&self, act: &Act<'_>) -> Result<String, StoreError> {
        let token = self.secret()?;
        let mut write = self.write().await?;
        sqlx::query("delete from session where expires_at < $1")
            .bind(time_text(act.at))
            .execute(write.db())
            .await?;
        sqlx::query("update account set failures = 0, locked_until = null where name = $1")
            .bind(act.actor)
            .execute(write.db())
            .await?;
        sqlx::query(
            "insert into session (token, account, created_at, expires_at)
             select $1, id, $2, $3 from account where name = $4",
        )
        .bind(self.keyed("session", &token))
        .bind(time_text(act.at))
        .bind(time_text(act.at + SESSION))
        .bind(act.actor)
        .execute(write.db())
        .await?;
        audit::append(&mut write, act, "session.begin", act.actor).await?;
        write.commit().await?;
        Ok(token)
    }

    /// Whose session this is, while it lasts.
    pub async fn session(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<Principal>, StoreError> {
        sqlx::query(
            "select name, role from session join account on account.id = session.account
             where token = $1 and expires_at > $2",
        )
        .bind(self.keyed("session", token))
        .bind(time_text(now))
        .fetch_optional(self.pool())
        .await?
        .as_ref()
        .map(principal)
        .transpose()
    }

    /// Ends a session.
    pub async fn end_session(&self, token: &str) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query("delete from session where token = $1")
            .bind(self.keyed("session", token))
            .execute(write.db())
            .await?;
        write.commit().await
    }

    /// Adds an API key and returns its secret, which is not kept.
    pub async fn add_api_key(
        &self,
        act: &Act<'_>,
        principal: &Principal,
    ) -> Result<String, StoreError> {
        let secret = self.secret()?;
        let mut write = self.write().await?;
        let number = write.take_numbers("api_key", 1).await?;
        let added = sqlx::query(
            "insert into api_key (id, name, role, secret, created_at)
             values ($1, $2, $3, $4, $5) on conflict (name) do nothing",
        )
        .bind(signed(number))
        .bind(&principal.name)
        .bind(wire(&Role::ALL, principal.role))
        .bind(self.keyed("api key", &secret))
        .bind(time_text(act.at))
        .execute(write.db())
        .await?;
        if added.rows_affected() == 0 {
            return Err(name_taken(&principal.name));
        }
        audit::append(&mut write, act, "api_key.add", &principal.name).await?;
        write.commit().await?;
        Ok(secret)
    }

    /// Whose key this is. None when it was revoked, or never was one.
    pub async fn api_key(&self, secret: &str) -> Result<Option<Principal>, StoreError> {
        sqlx::query("select name, role from api_key where secret = $1 and revoked_at is null")
            .bind(self.keyed("api key", secret))
            .fetch_optional(self.pool())
            .await?
            .as_ref()
            .map(principal)
            .transpose()
    }

    /// Ends an API key. False when there is none of this name that works.
    pub async fn revoke_api_key(&self, act: &Act<'_>, name: &str) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let revoked = sqlx::query(
            "update api_key set revoked_at = $1 where name = $2 and revoked_at is null",
        )
        .bind(time_text(act.at))
        .bind(name)
        .execute(write.db())
        .await?;
        if revoked.rows_affected() == 0 {
            return Ok(false);
        }
        audit::append(&mut write, act, "api_key.revoke", name).await?;
        write.commit().await?;
        Ok(true)
    }

    /// A random number that nobody guesses: for tokens, keys and idempotency keys.
    pub fn secret(&self) -> Result<String, StoreError> {
        let mut bytes = [0; 20];
        self.random().fill(&mut bytes)?;
        Ok(hex(&bytes))
    }

    /// Random bytes.
    pub fn random_bytes<const N: usize>(&self) -> Result<[u8; N], StoreError> {
        let mut bytes = [0; N];
        self.random().fill(&mut bytes)?;
        Ok(bytes)
    }

    /// What is kept of a secret: enough to know it again.
    pub(crate) fn keyed(&self, purpose: &str, secret: &str) -> String {
        let parts = [Some(purpose), Some(secret)];
        self.vault().content_hash(parts.into_iter())
    }
}

fn principal(row: &AnyRow) -> Result<Principal, StoreError> {
    Ok(Principal {
        name: get(row, "name")?,
        role: get_wire(row, "role", &Role::ALL)?,
    })
}

fn name_taken(name: &str) -> StoreError {
    StoreError::NameTaken {
        name: name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use caifeng_domain::Role;

    use super::{LOCKOUT, MAX_FAILURES, Principal, SESSION};
    use crate::{
        Act, StoreError,
        testing::{act, on_every_database},
    };

    fn somebody() -> Principal {
        Principal {
            name: "ceshi".into(),
            role: Role::Reviewer,
        }
    }

    #[tokio::test]
    async fn a_session_ends_by_itself_and_by_hand() {
        on_every_database(async |store| {
            store
                .add_account(&act(), &somebody(), "hash")
                .await
                .unwrap();
            let taken = store.add_account(&act(), &somebody(), "hash").await;
            assert!(matches!(taken, Err(StoreError::NameTaken { .. })));
            let at = act().at;
            let me = Act { actor: "ceshi", at };
            let begun = store.begin_session(&me).await.unwrap();
            assert_eq!(store.session(&begun, at).await.unwrap(), Some(somebody()));
            assert_eq!(store.session(&begun, at + SESSION).await.unwrap(), None);
            assert_eq!(store.session("other", at).await.unwrap(), None);
            store.end_session(&begun).await.unwrap();
            assert_eq!(store.session(&begun, at).await.unwrap(), None);
        })
        .await;
    }

    #[tokio::test]
    async fn wrong_passwords_lock_an_account_until_a_right_one_after_the_lockout() {
        on_every_database(async |store| {
            store
                .add_account(&act(), &somebody(), "hash")
                .await
                .unwrap();
            let at = act().at;
            let me = Act { actor: "ceshi", at };
            for attempt in 0..MAX_FAILURES {
                let found = store.credentials("ceshi").await.unwrap().unwrap();
                assert_eq!(found.locked_until, None, "{attempt}");
                store.note_failure(&me).await.unwrap();
            }
            let locked = store.credentials("ceshi").await.unwrap().unwrap();
            assert_eq!(locked.locked_until, Some(at + LOCKOUT));
            store.begin_session(&me).await.unwrap();
            let open = store.credentials("ceshi").await.unwrap().unwrap();
            assert_eq!(open.locked_until, None);
        })
        .await;
    }

    #[tokio::test]
    async fn a_revoked_key_opens_nothing() {
        on_every_database(async |store| {
            let secret = store.add_api_key(&act(), &somebody()).await.unwrap();
            assert_eq!(store.api_key(&secret).await.unwrap(), Some(somebody()));
            assert_eq!(store.api_key("").await.unwrap(), None);
            assert!(store.revoke_api_key(&act(), "ceshi").await.unwrap());
            assert!(!store.revoke_api_key(&act(), "ceshi").await.unwrap());
            assert_eq!(store.api_key(&secret).await.unwrap(), None);
        })
        .await;
    }
}
