//! Sessions: who is signed in.

use std::time::Duration;

use jiff::Timestamp;

use super::{Principal, PrincipalKind, principal};
use crate::{
    Act, Store, StoreError, audit,
    db::Write,
    rows::{get, get_time, signed, time_text},
};

/// For how long a session lasts: a working day.
pub(super) const SESSION: Duration = Duration::from_hours(10);

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionEntry {
    /// Number, by which it is ended.
    pub number: u64,
    /// Whose.
    pub account: String,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ends by itself.
    pub ends_at: Timestamp,
    /// Whether it is that of whoever asks.
    pub is_current: bool,
}

impl Store {
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
        let number = write.take_numbers("session", 1).await?;
        sqlx::query(
            "insert into session (id, token, account, created_at, expires_at)
             select $1, $2, id, $3, $4 from account where name = $5",
        )
        .bind(signed(number))
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
            "select name, role, station, consultations, factor_since
             from session join account on account.id = session.account
             where token = $1 and expires_at > $2 and disabled_at is null",
        )
        .bind(self.keyed("session", token))
        .bind(time_text(now))
        .fetch_optional(self.pool())
        .await?
        .as_ref()
        .map(|row| principal(row, PrincipalKind::Account))
        .transpose()
    }

    /// The sessions that last, of one account or of all, those begun last first. `token` is that of
    /// whoever asks.
    pub async fn sessions(
        &self,
        account: Option<&str>,
        token: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<SessionEntry>, StoreError> {
        let current = token.map(|token| self.keyed("session", token));
        sqlx::query(
            "select session.id, token, name, session.created_at, expires_at
             from session join account on account.id = session.account
             where expires_at > $1 and ($2 = '' or name = $2)
             order by session.id desc",
        )
        .bind(time_text(now))
        .bind(account.unwrap_or_default())
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| {
            Ok(SessionEntry {
                number: get::<i64>(row, "id")?.cast_unsigned(),
                account: get(row, "name")?,
                began_at: get_time(row, "created_at")?,
                ends_at: get_time(row, "expires_at")?,
                is_current: current.as_deref() == Some(get(row, "token")?),
            })
        })
        .collect()
    }

    /// Ends the session with this token.
    pub async fn end_session(&self, token: &str) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query("delete from session where token = $1")
            .bind(self.keyed("session", token))
            .execute(write.db())
            .await?;
        write.commit().await
    }

    /// Ends a session by its number; with `account`, only where it is theirs. False when there is
    /// none.
    pub async fn end_session_number(
        &self,
        act: &Act<'_>,
        number: u64,
        account: Option<&str>,
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let ended = sqlx::query(
            "delete from session where id = $1
                 and ($2 = '' or account = (select id from account where name = $2))",
        )
        .bind(signed(number))
        .bind(account.unwrap_or_default())
        .execute(write.db())
        .await?;
        if ended.rows_affected() == 0 {
            return Ok(false);
        }
        audit::append(&mut write, act, "session.end", &number.to_string()).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Ends all sessions of an account but for `kept`, the token of one.
    pub(super) async fn end_all(
        &self,
        write: &mut Write<'_>,
        name: &str,
        kept: Option<&str>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "delete from session where token <> $1
                 and account = (select id from account where name = $2)",
        )
        .bind(kept.map_or_else(String::new, |token| self.keyed("session", token)))
        .bind(name)
        .execute(write.db())
        .await?;
        Ok(())
    }
}
