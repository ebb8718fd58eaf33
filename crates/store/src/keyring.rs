//! The master key, and the keys that it wraps in the database.

use std::{path::PathBuf, sync::Arc};

use caifeng_domain::{Named, Submitter};
use jiff::Timestamp;
use sqlx::{AnyConnection, AnyPool};

use crate::{
    Act, IdentityKey, Random, Store, StoreError, Suite, audit,
    db::{Dialect, Write},
    rows::{get, get_time, get_usize, get_wire, time_text, wire},
    vault::{Owner, Purpose, Ring, Vault, WrappedKey, fingerprint, first_seal_key},
};

/// Where the master key is.
#[derive(Debug, Clone)]
pub(crate) enum Master {
    /// Given when the store was opened, as from the environment.
    Given(IdentityKey),
    /// In a file.
    File(PathBuf),
}

/// A key of the vault, for operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultKey {
    /// Number.
    pub id: u32,
    /// With which cipher it seals.
    pub suite: Suite,
    /// Since when it is there.
    pub created_at: Timestamp,
    /// Whether it is the one that seals. The others open what they sealed.
    pub in_use: bool,
}

impl Master {
    /// The key, made where nothing was ever sealed. `known` is the fingerprint of the one that the
    /// database was written with. Finishes an exchange of the file that was interrupted.
    async fn find(
        &self,
        known: Option<String>,
        random: Arc<dyn Random>,
    ) -> Result<IdentityKey, StoreError> {
        let path = match self {
            Self::Given(key) => return Ok(key.clone()),
            Self::File(path) => path.clone(),
        };
        let find = move || {
            let key = IdentityKey::read(&path)?;
            let Some(known) = known else {
                return key.map_or_else(|| IdentityKey::create(&path, &*random), Ok);
            };
            if let Some(key) = key.as_ref().filter(|key| fingerprint(key) == known) {
                return Ok(key.clone());
            }
            match IdentityKey::read(&IdentityKey::next_path(&path))? {
                Some(next) if fingerprint(&next) == known => {
                    IdentityKey::promote(&path)?;
                    Ok(next)
                }
                _ if key.is_some() => Err(StoreError::WrongKey),
                _ => Err(StoreError::KeyLost { path }),
            }
        };
        tokio::task::spawn_blocking(find)
            .await
            .map_err(|_| StoreError::KeyNeeded)?
    }
}

/// Opens the vault of a database, with new keys where there are none.
pub(crate) async fn open(
    pool: &AnyPool,
    dialect: Dialect,
    master: &Master,
    random: Arc<dyn Random>,
) -> Result<Vault, StoreError> {
    let known = known(&mut *pool.acquire().await?).await?;
    let key = master.find(known.clone(), Arc::clone(&random)).await?;
    if known.is_some_and(|known| known != fingerprint(&key)) {
        return Err(StoreError::WrongKey);
    }
    let begin = match dialect {
        Dialect::Sqlite => "begin immediate",
        Dialect::Postgres => "begin",
    };
    let mut keys = load(&mut *pool.acquire().await?).await?;
    if keys.is_empty() {
        let mut tx = pool.begin_with(begin).await?;
        keys = first_keys(&mut tx, &key, &*random).await?;
        tx.commit().await?;
    }
    Ok(Vault::new(Ring::unwrap(&keys, &key)?))
}

impl Store {
    /// The keys that seal, the newest last.
    pub async fn vault_keys(&self) -> Result<Vec<VaultKey>, StoreError> {
        let rows = sqlx::query(
            "select id, suite, created_at, (select max(id) from vault_key where purpose = 'seal') as newest
             from vault_key where purpose = 'seal' order by id",
        )
        .fetch_all(self.pool())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(VaultKey {
                    id: get_usize(row, "id")? as u32,
                    suite: get_wire(row, "suite", Suite::NAMES)?,
                    created_at: get_time(row, "created_at")?,
                    in_use: get::<i64>(row, "id")? == get::<i64>(row, "newest")?,
                })
            })
            .collect()
    }

    /// Takes up keys that another process added.
    pub async fn refresh_keys(&self) -> Result<(), StoreError> {
        let newest: i64 = sqlx::query_scalar("select max(id) from vault_key")
            .fetch_one(self.pool())
            .await?;
        if newest == i64::from(self.vault().ring().newest) {
            return Ok(());
        }
        let mut db = self.pool().acquire().await?;
        let known = known(&mut db).await?;
        let master = self.master().find(known, self.shared_random()).await?;
        let keys = load(&mut db).await?;
        self.vault().replace(Ring::unwrap(&keys, &master)?);
        Ok(())
    }

    /// What was sealed, also under a key that another process added since this one last looked.
    pub(crate) async fn open_sealed(
        &self,
        owner: Owner,
        sealed: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        if self.vault().is_strange(sealed) {
            self.refresh_keys().await?;
        }
        self.vault().open_bytes(owner, sealed)
    }

    /// Name and telephone, likewise.
    pub(crate) async fn open_identity(
        &self,
        owner: Owner,
        sealed: &[u8],
        submitter: &mut Submitter,
    ) -> Result<(), StoreError> {
        if self.vault().is_strange(sealed) {
            self.refresh_keys().await?;
        }
        self.vault().open(owner, sealed, submitter)
    }

    /// Whether what begins so was sealed with the newest key.
    #[must_use]
    pub fn is_newly_sealed(&self, head: &[u8]) -> bool {
        head.starts_with(&self.vault().header())
    }

    /// Adds a key, which seals from now on. Processes at work take it up by themselves.
    pub async fn add_vault_key(&self, act: &Act<'_>, suite: Suite) -> Result<u32, StoreError> {
        let mut write = self.write().await?;
        let id = write.take_numbers("vault_key", 1).await? as u32;
        let master = self.current_master(&mut write).await?;
        let mut key = [0; 32];
        self.random().fill(&mut key)?;
        let wrapped = WrappedKey::wrap(id, Purpose::Seal, suite, &key, &master, self.random())?;
        insert(write.db(), &wrapped, act.at).await?;
        let what = format!("key {id} {}", suite.wire());
        audit::append(&mut write, act, "vault.add_key", &what).await?;
        write.commit().await?;
        self.refresh_keys().await?;
        Ok(id)
    }

    /// Wraps a key that does not seal and adds it.
    pub(crate) async fn wrap_and_add(
        &self,
        write: &mut Write<'_>,
        act: &Act<'_>,
        id: u32,
        purpose: Purpose,
        key: &[u8; 32],
    ) -> Result<(), StoreError> {
        let (master, suite) = (self.current_master(write).await?, Suite::Sm4Gcm);
        let wrapped = WrappedKey::wrap(id, purpose, suite, key, &master, self.random())?;
        insert(write.db(), &wrapped, act.at).await
    }

    /// Wraps all keys under a new master key in one transaction; nothing that was sealed is touched.
    /// Where the master key is in a file, the new one is made beside it and takes its place
    /// afterwards; the old file is kept, as older backups need it. Else the new one must be given.
    pub async fn exchange_master(
        &self,
        act: &Act<'_>,
        given: Option<IdentityKey>,
    ) -> Result<(), StoreError> {
        let new = match (self.master(), given) {
            (Master::File(path), None) => {
                let next = IdentityKey::next_path(path);
                match IdentityKey::read(&next)? {
                    Some(key) => key,
                    None => IdentityKey::create(&next, self.random())?,
                }
            }
            (Master::Given(_), Some(key)) => key,
            _ => return Err(StoreError::KeyNeeded),
        };
        let mut write = self.write().await?;
        write.take_numbers("vault_key", 0).await?;
        let old = self.current_master(&mut write).await?;
        for key in load(write.db()).await? {
            let plain = key.unwrap(&old)?;
            let (id, purpose, suite) = (key.id, key.purpose, key.suite);
            let again = WrappedKey::wrap(id, purpose, suite, &plain, &new, self.random())?;
            sqlx::query("update vault_key set wrapped = $1 where id = $2")
                .bind(again.wrapped)
                .bind(i64::from(id))
                .execute(write.db())
                .await?;
        }
        sqlx::query("update setting set value = $1 where name = 'identity_key'")
            .bind(fingerprint(&new))
            .execute(write.db())
            .await?;
        audit::append(&mut write, act, "vault.exchange_master", "vault").await?;
        write.commit().await?;
        if let Master::File(path) = self.master() {
            IdentityKey::promote(path)?;
        }
        Ok(())
    }

    /// The master key that the database is written with now.
    async fn current_master(&self, write: &mut Write<'_>) -> Result<IdentityKey, StoreError> {
        let known = known(write.db()).await?;
        let master = self
            .master()
            .find(known.clone(), self.shared_random())
            .await?;
        // A key that was given when the process began may have been exchanged since.
        if known.is_some_and(|known| known != fingerprint(&master)) {
            return Err(StoreError::WrongKey);
        }
        Ok(master)
    }
}

/// Fingerprint of the master key that the database was written with.
async fn known(db: &mut AnyConnection) -> Result<Option<String>, StoreError> {
    let query = sqlx::query_scalar("select value from setting where name = 'identity_key'");
    Ok(query.fetch_optional(db).await?)
}

/// Whether there is a key for this.
pub(crate) async fn has(db: &mut AnyConnection, purpose: Purpose) -> Result<bool, StoreError> {
    Ok(load(db).await?.iter().any(|key| key.purpose == purpose))
}

async fn load(db: &mut AnyConnection) -> Result<Vec<WrappedKey>, StoreError> {
    sqlx::query("select id, purpose, suite, wrapped from vault_key order by id")
        .fetch_all(db)
        .await?
        .iter()
        .map(|row| {
            Ok(WrappedKey {
                id: get_usize(row, "id")? as u32,
                purpose: get_wire(row, "purpose", &Purpose::ALL)?,
                suite: get_wire(row, "suite", Suite::NAMES)?,
                wrapped: get(row, "wrapped")?,
            })
        })
        .collect()
}

/// Makes the keys of a database that has none. One that was written before there were any keeps what
/// it was made with: then the master key itself, and the key made from it.
async fn first_keys(
    db: &mut AnyConnection,
    master: &IdentityKey,
    random: &dyn Random,
) -> Result<Vec<WrappedKey>, StoreError> {
    // Locked before looking, so that two processes do not both find none.
    sqlx::query("update counter set next = next where name = 'vault_key'")
        .execute(&mut *db)
        .await?;
    let keys = load(db).await?;
    if !keys.is_empty() {
        return Ok(keys);
    }
    let (mut root, mut seal) = ([0; 32], [0; 32]);
    if known(db).await?.is_some() {
        (root, seal) = (master.0, first_seal_key(master));
    } else {
        random.fill(&mut root)?;
        random.fill(&mut seal)?;
    }
    sqlx::query(
        "insert into setting (name, value) values ('identity_key', $1) on conflict do nothing",
    )
    .bind(fingerprint(master))
    .execute(&mut *db)
    .await?;
    let suite = Suite::Sm4Gcm;
    let keys = [(1, Purpose::Hash, root), (2, Purpose::Seal, seal)];
    let wrap = |(id, purpose, key)| WrappedKey::wrap(id, purpose, suite, &key, master, random);
    let keys = keys.into_iter().map(wrap).collect::<Result<Vec<_>, _>>()?;
    for key in &keys {
        insert(db, key, Timestamp::UNIX_EPOCH).await?;
    }
    Ok(keys)
}

async fn insert(db: &mut AnyConnection, key: &WrappedKey, at: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "insert into vault_key (id, purpose, suite, wrapped, created_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(i64::from(key.id))
    .bind(wire(&Purpose::ALL, key.purpose))
    .bind(key.suite.wire())
    .bind(key.wrapped.clone())
    .bind(time_text(at))
    .execute(db)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
