//! The API keys of platforms and devices.

use jiff::Timestamp;

use super::{Principal, PrincipalKind, insert, principal};
use crate::{
    Act, Store, StoreError, audit,
    rows::{get_time, time_text},
};

/// A key that works, as those see it who look after keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEntry {
    /// Whose.
    pub principal: Principal,
    /// Since when.
    pub created_at: Timestamp,
}

impl Store {
    /// Adds an API key and returns its secret, which is not kept. The name of a key that was revoked
    /// may be given again.
    pub async fn add_api_key(
        &self,
        act: &Act<'_>,
        principal: &Principal,
    ) -> Result<String, StoreError> {
        let secret = self.secret()?;
        let kept = self.keyed("api key", &secret);
        let sql = "insert into api_key
                 (id, name, role, secret, created_at, station, consultations)
             values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
        let mut write = self.write().await?;
        let number = write.take_numbers("api_key", 1).await?;
        insert(&mut write, act, sql, (number, principal, &kept)).await?;
        audit::append(&mut write, act, "api_key.add", &principal.name).await?;
        write.commit().await?;
        Ok(secret)
    }

    /// Whose key this is. None when it was revoked, or never was one.
    pub async fn api_key(&self, secret: &str) -> Result<Option<Principal>, StoreError> {
        sqlx::query(
            "select name, role, station, consultations from api_key
             where secret = $1 and revoked_at is null",
        )
        .bind(self.keyed("api key", secret))
        .fetch_optional(self.pool())
        .await?
        .as_ref()
        .map(|row| principal(row, PrincipalKind::Key))
        .transpose()
    }

    /// The keys that work, by name.
    pub async fn api_keys(&self) -> Result<Vec<KeyEntry>, StoreError> {
        sqlx::query("select * from api_key where revoked_at is null order by name")
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(|row| {
                Ok(KeyEntry {
                    principal: principal(row, PrincipalKind::Key)?,
                    created_at: get_time(row, "created_at")?,
                })
            })
            .collect()
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
}
