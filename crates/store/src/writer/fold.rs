//! Folding SQLite's write-ahead log into its file beside the writing.
//!
//! Left to itself, SQLite does it in the commit that finds the log long. With a million submissions,
//! whose receipts and keys lie all over their indexes, that takes a quarter of a second in which
//! everybody waits. So another connection does it while the writer goes on, and the writer is only
//! stopped for what came in meanwhile: then nothing is left in the log, and it begins anew.

use std::time::Duration;

use sqlx::AnyConnection;
use tokio::time::sleep;

use crate::{Store, StoreError, db::Dialect, rows::get};

/// Pages in the log from which on it is folded: 32 MiB, in which the same page comes more than once.
const LONG: i64 = 8_192;
/// Pages for which the writer may be stopped: some milliseconds.
const FEW: i64 = 1_024;
/// How often to go over what came in meanwhile, at most: less each time, unless the disk cannot keep up.
const PASSES: usize = 4;
/// How often the log is looked at: it grows by a few thousand pages a second at most.
const LOOK: Duration = Duration::from_millis(200);

/// Keeps the log short until it is stopped. PostgreSQL looks after its own.
pub(super) async fn keep_short(store: Store) {
    while store.dialect() == Dialect::Sqlite {
        sleep(LOOK).await;
        // Whatever is wrong with the database, the writer meets it too, and tells; and it folds the
        // log by itself once that is far too long.
        let _ = store.fold().await;
    }
}

impl Store {
    /// Folds the log, where it is long. What somebody still reads stays in it until the next time.
    async fn fold(&self) -> Result<(), StoreError> {
        let mut db = self.pool().acquire().await?;
        if unfolded(&mut db).await? < LONG {
            return Ok(());
        }
        for _ in 0..PASSES {
            pass(&mut db).await?;
            if unfolded(&mut db).await? < FEW {
                break;
            }
        }
        drop(db);
        let mut turn = self.between_writes().await?;
        pass(&mut turn.0).await
    }
}

/// Carries over what can be without keeping anybody waiting.
async fn pass(db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("pragma wal_checkpoint(passive)")
        .fetch_one(db)
        .await?;
    Ok(())
}

/// Pages of the log that are not in the file yet.
async fn unfolded(db: &mut AnyConnection) -> Result<i64, StoreError> {
    let row = sqlx::query("pragma wal_checkpoint(noop)")
        .fetch_one(db)
        .await?;
    Ok(get::<i64>(&row, "log")? - get::<i64>(&row, "checkpointed")?)
}

#[cfg(test)]
mod tests {
    use super::{LONG, unfolded};
    use crate::{Store, rows::get};

    async fn write(store: &Store, bytes: usize) {
        let mut write = store.write().await.unwrap();
        sqlx::query(
            "insert into setting (name, value) values ('large', $1)
             on conflict (name) do update set value = excluded.value",
        )
        .bind("x".repeat(bytes))
        .execute(write.db())
        .await
        .unwrap();
        write.commit().await.unwrap();
    }

    async fn left(store: &Store) -> i64 {
        let mut db = store.pool().acquire().await.unwrap();
        unfolded(&mut db).await.unwrap()
    }

    #[tokio::test]
    async fn a_long_log_is_folded_and_begins_anew_unless_somebody_reads_it() {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/caifeng.db", dir.path().display());
        let store = Store::open(&url).await.unwrap();
        write(&store, 1_000).await;
        store.fold().await.unwrap();
        assert!(left(&store).await > 0, "not worth while yet");

        let mut reader = store.read().await.unwrap();
        sqlx::query("select count(*) from setting")
            .fetch_one(&mut *reader)
            .await
            .unwrap();
        write(&store, 40 << 20).await;
        store.fold().await.unwrap();
        assert!(left(&store).await > LONG, "somebody reads what was before");
        reader.rollback().await.unwrap();
        store.fold().await.unwrap();
        assert_eq!(left(&store).await, 0);

        write(&store, 1_000).await;
        let mut db = store.pool().acquire().await.unwrap();
        let row = sqlx::query("pragma wal_checkpoint(noop)")
            .fetch_one(&mut *db)
            .await
            .unwrap();
        // The pages of the large value that are free now are written down too.
        let length: i64 = get(&row, "log").unwrap();
        assert!(length < LONG, "{length}: it goes on at its end");
    }
}
