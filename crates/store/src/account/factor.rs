//! The second factor: a secret shared with a telephone, of which only a salt is stored. The secret
//! is made of it with the master key: who has only the database has none.

use super::change;
use crate::{
    Act, Store, StoreError, audit,
    rows::{get, time_text},
};

/// Bytes of a secret, as RFC 4226 recommends.
const SECRET: usize = 20;

impl Store {
    /// A new secret for an account, in use from [`Store::confirm_factor`] on. None where the account
    /// has one in use, or does not exist.
    pub async fn new_factor(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let salt = self.secret()?;
        let query = sqlx::query(
            "update account set factor_salt = $1, factor_step = 0
             where factor_since is null and name = $2",
        )
        .bind(salt.clone());
        let mut write = self.write().await?;
        if !change(&mut write, query, name).await? {
            return Ok(None);
        }
        write.commit().await?;
        Ok(Some(self.factor_secret(&salt)))
    }

    /// The secret that waits to be confirmed.
    pub async fn unconfirmed_factor(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let row = sqlx::query(
            "select factor_salt from account
             where name = $1 and factor_since is null and factor_salt is not null",
        )
        .bind(name)
        .fetch_optional(self.pool())
        .await?;
        row.map(|row| Ok(self.factor_secret(get(&row, "factor_salt")?)))
            .transpose()
    }

    /// Puts the secret of `act.actor` in use.
    pub async fn confirm_factor(&self, act: &Act<'_>) -> Result<(), StoreError> {
        let query = sqlx::query(
            "update account set factor_since = $1 where factor_salt is not null and name = $2",
        )
        .bind(time_text(act.at));
        let mut write = self.write().await?;
        change(&mut write, query, act.actor).await?;
        audit::append(&mut write, act, "account.factor", act.actor).await?;
        write.commit().await
    }

    /// Takes the second factor of an account away. False where there is no such account.
    pub async fn remove_factor(&self, act: &Act<'_>, name: &str) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "update account set factor_since = null, factor_salt = null where name = $1",
        );
        let mut write = self.write().await?;
        if !change(&mut write, query, name).await? {
            return Ok(false);
        }
        audit::append(&mut write, act, "account.factor_remove", name).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Uses a step of time. False where it, or a later one, was used before.
    pub async fn use_factor_step(&self, name: &str, step: u64) -> Result<bool, StoreError> {
        let query =
            sqlx::query("update account set factor_step = $1 where factor_step < $1 and name = $2")
                .bind(crate::rows::signed(step));
        let mut write = self.write().await?;
        let is_new = change(&mut write, query, name).await?;
        write.commit().await?;
        Ok(is_new)
    }

    pub(super) fn factor_secret(&self, salt: &str) -> Vec<u8> {
        let digits = self.keyed("second factor", salt);
        let byte = |i: usize| u8::from_str_radix(digits.get(2 * i..2 * i + 2)?, 16).ok();
        (0..SECRET).filter_map(byte).collect()
    }
}
