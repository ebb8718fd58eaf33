//! Opening a database, and transactions.

use std::{fmt::Write as _, path::PathBuf, sync::Arc};

use sqlx::{
    AnyConnection, AnyPool, Executor, Row, Transaction, any::AnyPoolOptions, pool::PoolConnection,
};
use tokio::sync::{Mutex, MutexGuard};

use crate::{
    IdentityKey, OsRandom, Random, StoreError,
    keyring::{self, Master},
    migrations,
    rows::signed,
    vault::Vault,
};

/// Connections a process holds.
const MAX_CONNECTIONS: u32 = 8;

/// What every SQLite connection starts with. Readers and the writer do not wait for each other
/// (WAL); a second process waits for its turn to write, for less long than a request may take. `synchronous = full` flushes at each
/// commit: with `normal` a power cut could take back submissions that were already acknowledged.
/// Writers pay that price once a batch.
const SQLITE_SETTINGS: &str = "
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma busy_timeout = 10000;
    pragma foreign_keys = on;
";

/// For the one connection that writes: receipts and keys land anywhere in their indexes, so their
/// pages are kept (256 MiB: the indexes of a million submissions), also as they were before a statement
/// that may yet fail; by default that goes to a file, as much as to the log. The log is folded into the
/// database by `writer::fold`; where that does not keep up, by the commit that finds 128 MiB of it.
const SQLITE_WRITER: &str = "
    pragma cache_size = -262144;
    pragma temp_store = memory;
    pragma wal_autocheckpoint = 32768;
";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// What may be passed in when opening.
pub struct OpenOptions {
    /// Master key of the identity vault. None: it is in `key_file`.
    pub identity_key: Option<IdentityKey>,
    /// File of the master key, made when the database is new. None: the file `identity.key` beside
    /// the SQLite file.
    pub key_file: Option<PathBuf>,
    /// Source of receipts, keys and nonces.
    pub random: Arc<dyn Random>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            identity_key: None,
            key_file: None,
            random: Arc::new(OsRandom),
        }
    }
}

/// The database. Cheap to clone; all clones share the connections.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    pool: AnyPool,
    /// What writes. On SQLite a connection of its own: one that finds that another one wrote throws
    /// its cache away.
    writers: AnyPool,
    dialect: Dialect,
    /// SQLite has one writer: within the process we queue here, in order, instead of polling.
    turn: Mutex<()>,
    vault: Vault,
    master: Master,
    random: Arc<dyn Random>,
}

/// A transaction that writes.
pub(crate) struct Write<'s> {
    tx: Transaction<'static, sqlx::Any>,
    _turn: Option<MutexGuard<'s, ()>>,
}

/// See [`Store::between_writes`].
pub(crate) struct Between<'s>(
    pub(crate) PoolConnection<sqlx::Any>,
    #[expect(dead_code, reason = "held, not used")] MutexGuard<'s, ()>,
);

impl Write<'_> {
    pub(crate) fn db(&mut self) -> &mut AnyConnection {
        &mut self.tx
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        Ok(self.tx.commit().await?)
    }

    /// Takes `count` numbers off a counter and returns the first. Until the transaction ends
    /// nobody else gets any, also when `count` is zero: so ids are in the order of commits.
    pub(crate) async fn take_numbers(
        &mut self,
        counter: &'static str,
        count: usize,
    ) -> Result<u64, StoreError> {
        let count = count as u64;
        let row = sqlx::query("update counter set next = next + $1 where name = $2 returning next")
            .bind(signed(count))
            .bind(counter)
            .fetch_one(self.db())
            .await?;
        Ok(row.try_get::<i64, _>(0)?.cast_unsigned() - count)
    }
}

impl Store {
    /// Opens `sqlite://PATH` (relative to the working folder, or absolute; the file is made when
    /// it is not there) or `postgres://…`, and migrates it.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_with(url, OpenOptions::default()).await
    }

    /// [`Store::open`] with key and randomness passed in.
    pub async fn open_with(url: &str, options: OpenOptions) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let (dialect, url, file) = match url.strip_prefix("sqlite://") {
            Some(path) => {
                let file = absolute(path)?;
                (Dialect::Sqlite, sqlite_url(&file, "rwc"), Some(file))
            }
            None if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                (Dialect::Postgres, url.to_owned(), None)
            }
            None => return Err(StoreError::Address),
        };
        let place = file.as_deref().map_or_else(
            || "PostgreSQL".to_owned(),
            |file| file.display().to_string(),
        );
        let pool = connect(&url, &place, dialect, MAX_CONNECTIONS).await?;
        let writers = match dialect {
            Dialect::Sqlite => connect(&url, &place, dialect, 1).await?,
            Dialect::Postgres => pool.clone(),
        };
        migrations::run(&pool, dialect).await?;
        let beside = file.map(|file| file.with_file_name("identity.key"));
        let master = match (options.identity_key, options.key_file.or(beside)) {
            (Some(key), _) => Master::Given(key),
            (None, Some(path)) => Master::File(path),
            (None, None) => return Err(StoreError::KeyNeeded),
        };
        let vault = keyring::open(&writers, dialect, &master, Arc::clone(&options.random)).await?;
        Ok(Self(Arc::new(Inner {
            pool,
            writers,
            dialect,
            turn: Mutex::new(()),
            vault,
            master,
            random: options.random,
        })))
    }

    /// Closes all connections; SQLite then folds its write-ahead log into the file.
    pub async fn close(&self) {
        self.0.writers.close().await;
        self.0.pool.close().await;
    }

    pub(crate) fn pool(&self) -> &AnyPool {
        &self.0.pool
    }

    #[cfg(test)]
    pub(crate) fn writers(&self) -> &AnyPool {
        &self.0.writers
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.0.dialect
    }

    pub(crate) fn vault(&self) -> &Vault {
        &self.0.vault
    }

    pub(crate) fn master(&self) -> &Master {
        &self.0.master
    }

    pub(crate) fn random(&self) -> &dyn Random {
        &*self.0.random
    }

    pub(crate) fn shared_random(&self) -> Arc<dyn Random> {
        Arc::clone(&self.0.random)
    }

    /// Begins to write. On SQLite the lock is taken at once: a transaction that reads first and
    /// then wants to write is refused when another one wrote in between, however long it waits.
    pub(crate) async fn write(&self) -> Result<Write<'_>, StoreError> {
        let (begin, turn) = match self.0.dialect {
            Dialect::Sqlite => ("begin immediate", Some(self.0.turn.lock().await)),
            Dialect::Postgres => ("begin", None),
        };
        let tx = match self.0.writers.begin_with(begin).await {
            // SQLite ended the last transaction by itself, as it does when its disk is full, and the
            // connection thinks that it lasts.
            Err(sqlx::Error::InvalidSavePointStatement | sqlx::Error::BeginFailed) => {
                self.0.writers.acquire().await?.close().await?;
                self.0.writers.begin_with(begin).await?
            }
            other => other?,
        };
        Ok(Write { tx, _turn: turn })
    }

    /// The connection that writes, while nobody does. For SQLite.
    pub(crate) async fn between_writes(&self) -> Result<Between<'_>, StoreError> {
        let turn = self.0.turn.lock().await;
        Ok(Between(self.0.writers.acquire().await?, turn))
    }

    /// Begins to read several tables as of one moment.
    pub(crate) async fn read(&self) -> Result<Transaction<'static, sqlx::Any>, StoreError> {
        let begin = match self.0.dialect {
            Dialect::Sqlite => "begin",
            Dialect::Postgres => "begin isolation level repeatable read read only",
        };
        Ok(self.0.pool.begin_with(begin).await?)
    }
}

/// `count` of one: the connection that writes.
async fn connect(
    url: &str,
    place: &str,
    dialect: Dialect,
    count: u32,
) -> Result<AnyPool, StoreError> {
    AnyPoolOptions::new()
        .max_connections(count)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                if dialect == Dialect::Sqlite {
                    connection.execute(SQLITE_SETTINGS).await?;
                    if count == 1 {
                        connection.execute(SQLITE_WRITER).await?;
                    }
                }
                Ok(())
            })
        })
        .connect(url)
        .await
        .map_err(|source| StoreError::Open {
            place: place.to_owned(),
            source,
        })
}

fn absolute(path: &str) -> Result<PathBuf, StoreError> {
    std::path::absolute(path).map_err(|source| StoreError::Open {
        place: path.to_owned(),
        source: source.into(),
    })
}

/// Everything but letters and digits spelt out, so that the path survives being part of a URL.
pub(crate) fn sqlite_url(file: &std::path::Path, mode: &str) -> String {
    let mut url = String::from("sqlite://");
    for byte in file.to_string_lossy().bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => url.push(byte.into()),
            byte if byte.is_ascii_alphanumeric() => url.push(byte.into()),
            byte => {
                // Writing to a string does not fail.
                let _ = write!(url, "%{byte:02X}");
            }
        }
    }
    url + "?mode=" + mode
}

#[cfg(test)]
mod tests;
