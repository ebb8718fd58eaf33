//! Copies of the database as of one moment, and what a look at its state shows.

use std::path::Path;

use jiff::Timestamp;
use sqlx::{AnyPool, Executor, any::AnyPoolOptions};

use crate::{
    Store, StoreError,
    db::{Dialect, sqlite_url},
    migrations,
    rows::{get, get_usize},
};

/// What is in a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Form of the tables: number of the last step that brought them to it.
    pub schema: i64,
    /// Submissions.
    pub submissions: usize,
    /// Entries of the audit trail.
    pub audit_entries: usize,
}

impl Store {
    /// Writes a copy of the database as of this moment to `path`, where no file may be, while
    /// everything else goes on. SQLite only: PostgreSQL has `pg_dump`.
    pub async fn snapshot(&self, path: &Path) -> Result<(), StoreError> {
        if self.dialect() != Dialect::Sqlite {
            return Err(StoreError::NotSqlite);
        }
        sqlx::query("vacuum into $1")
            .bind(path.to_string_lossy().into_owned())
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// Whether this is PostgreSQL, which others back up and look after.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.dialect() == Dialect::Postgres
    }

    /// Form of the tables, and the one that this version brings them to.
    pub async fn schema(&self) -> Result<(i64, i64), StoreError> {
        Ok((schema(self.pool()).await?, migrations::newest()))
    }

    /// What is wrong with the file, in SQLite's words; None when nothing is, and for PostgreSQL.
    pub async fn damage(&self) -> Result<Option<String>, StoreError> {
        match self.dialect() {
            Dialect::Sqlite => damage(self.pool(), "pragma quick_check(1)").await,
            Dialect::Postgres => Ok(None),
        }
    }

    /// When something was last written down.
    pub async fn last_written(&self) -> Result<Option<Timestamp>, StoreError> {
        let row = sqlx::query("select at from audit order by seq desc limit 1")
            .fetch_optional(self.pool())
            .await?;
        row.map(|row| crate::rows::get_time(&row, "at")).transpose()
    }
}

/// Checks a copy from end to end, and says what is in it. The copy is not changed.
pub async fn inspect(path: &Path) -> Result<Snapshot, StoreError> {
    sqlx::any::install_default_drivers();
    let pool = AnyPoolOptions::new()
        .max_connections(1)
        .connect(&sqlite_url(path, "ro"))
        .await
        .map_err(|source| StoreError::Open {
            place: path.display().to_string(),
            source,
        })?;
    let looked = look(&pool).await;
    pool.close().await;
    looked
}

async fn look(pool: &AnyPool) -> Result<Snapshot, StoreError> {
    if let Some(what) = damage(pool, "pragma integrity_check(1)").await? {
        return Err(StoreError::Damaged { what });
    }
    let row = pool
        .fetch_one(
            "select (select count(*) from submission) as submissions,
                 (select count(*) from audit) as entries",
        )
        .await?;
    Ok(Snapshot {
        schema: schema(pool).await?,
        submissions: get_usize(&row, "submissions")?,
        audit_entries: get_usize(&row, "entries")?,
    })
}

async fn schema(pool: &AnyPool) -> Result<i64, StoreError> {
    let row = pool
        .fetch_one("select max(version) as version from _sqlx_migrations")
        .await?;
    get(&row, "version")
}

async fn damage(pool: &AnyPool, sql: &'static str) -> Result<Option<String>, StoreError> {
    let said: String = sqlx::query_scalar(sql).fetch_one(pool).await?;
    Ok((said != "ok").then_some(said))
}

#[cfg(test)]
mod tests {
    use super::inspect;
    use crate::{
        Store, StoreError,
        testing::{act, fill, new_consultation, on_every_database},
    };

    #[tokio::test]
    async fn a_copy_holds_what_was_there_and_a_damaged_one_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/caifeng.db", dir.path().display());
        let store = Store::open(&url).await.unwrap();
        let consultation = new_consultation(&store, "c").await;
        fill(&store, consultation, 40).await;
        let copy = dir.path().join("拷贝 50%.db");
        store.snapshot(&copy).await.unwrap();
        assert!(store.snapshot(&copy).await.is_err(), "never overwritten");
        fill(&store, consultation, 50).await;
        let bytes = std::fs::read(&copy).unwrap();
        let found = inspect(&copy).await.unwrap();
        assert_eq!((found.submissions, found.audit_entries), (40, 2));
        assert_eq!((found.schema, found.schema), store.schema().await.unwrap());
        assert_eq!(
            std::fs::read(&copy).unwrap(),
            bytes,
            "looking changes nothing"
        );
        assert!(store.damage().await.unwrap().is_none());

        let mut broken = bytes.clone();
        let middle = broken.len() / 2;
        broken[middle..middle + 8_192].fill(0xaa);
        std::fs::write(&copy, broken).unwrap();
        assert!(inspect(&copy).await.is_err());
    }

    #[tokio::test]
    async fn postgres_is_left_to_its_own_tools() {
        on_every_database(async |store| {
            let dir = tempfile::tempdir().unwrap();
            let made = store.snapshot(&dir.path().join("copy.db")).await;
            let refused = matches!(made, Err(StoreError::NotSqlite));
            assert_eq!(refused, store.is_postgres());
            assert!(store.damage().await.unwrap().is_none());
            let (have, newest) = store.schema().await.unwrap();
            assert_eq!(have, newest);
            assert_eq!(store.last_written().await.unwrap(), None);
            new_consultation(&store, "c").await;
            assert_eq!(store.last_written().await.unwrap(), Some(act().at));
        })
        .await;
    }
}
