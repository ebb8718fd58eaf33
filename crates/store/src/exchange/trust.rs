//! Whose signature is believed.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::{
    Act, PublicKey, SignatureSuite, Store, StoreError, audit,
    rows::{corrupt, get, get_time, get_wire, signed, time_text, wire},
};

/// A key of another organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedKey {
    /// Number.
    pub id: u64,
    /// What the organisation is called here.
    pub organisation: String,
    /// The key.
    pub key: PublicKey,
    /// When somebody said that it is theirs.
    pub added_at: Timestamp,
    /// Who said so.
    pub added_by: String,
    /// Since when it is not believed any more.
    pub revoked_at: Option<Timestamp>,
}

impl Store {
    /// Believes a key from now on, also one that was not believed any more. False when it is believed
    /// already.
    pub async fn trust(
        &self,
        act: &Act<'_>,
        organisation: &str,
        key: &PublicKey,
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let id = write.take_numbers("trusted_key", 1).await?;
        let done = sqlx::query(
            "insert into trusted_key (id, organisation, algorithm, public_key, added_at, added_by)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (public_key) do update set organisation = excluded.organisation,
                 added_at = excluded.added_at, added_by = excluded.added_by, revoked_at = null
             where trusted_key.revoked_at is not null",
        )
        .bind(signed(id))
        .bind(organisation)
        .bind(wire(&SignatureSuite::ALL, key.suite))
        .bind(key.to_hex())
        .bind(time_text(act.at))
        .bind(act.actor)
        .execute(write.db())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let what = format!("key {}", key.fingerprint());
        audit::append(&mut write, act, "exchange.trust", &what).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Believes a key no more. False when there is none of this number that is believed.
    pub async fn distrust(&self, act: &Act<'_>, id: u64) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let done = sqlx::query(
            "update trusted_key set revoked_at = $1 where id = $2 and revoked_at is null",
        )
        .bind(time_text(act.at))
        .bind(signed(id))
        .execute(write.db())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        audit::append(&mut write, act, "exchange.distrust", &format!("key {id}")).await?;
        write.commit().await?;
        Ok(true)
    }

    /// All keys that were ever believed, by number.
    pub async fn trusted_keys(&self) -> Result<Vec<TrustedKey>, StoreError> {
        sqlx::query("select * from trusted_key order by id")
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(read)
            .collect()
    }
}

fn read(row: &AnyRow) -> Result<TrustedKey, StoreError> {
    let suite = get_wire(row, "algorithm", &SignatureSuite::ALL)?;
    let digits: &str = get(row, "public_key")?;
    let wrong = || corrupt("public_key", digits);
    let pairs = digits.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    let bytes: Option<Vec<u8>> = pairs.collect();
    let revoked: Option<&str> = get(row, "revoked_at")?;
    Ok(TrustedKey {
        id: get::<i64>(row, "id")?.cast_unsigned(),
        organisation: get(row, "organisation")?,
        key: bytes
            .and_then(|bytes| PublicKey::new(suite, bytes))
            .ok_or_else(wrong)?,
        added_at: get_time(row, "added_at")?,
        added_by: get(row, "added_by")?,
        revoked_at: revoked
            .map(|at| at.parse().map_err(|_| corrupt("revoked_at", at)))
            .transpose()?,
    })
}
