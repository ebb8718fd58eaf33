//! How writing goes, for those who watch.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::time::timeout;

use super::Writer;
use crate::{Store, StoreError};

/// How writing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriterState {
    /// As it should.
    Well,
    /// What is being written has not come to an end for [`STALLED`]: the database is locked, or its
    /// disk hangs.
    Stalled,
    /// What was to be written last could not be: the disk is full, or broken.
    Failing,
}

/// A group takes some tens of milliseconds.
pub const STALLED: Duration = Duration::from_secs(5);
/// For how long whoever asks waits for a trial.
const TRIAL: Duration = Duration::from_secs(1);

/// What the task that writes has met last.
#[derive(Default)]
pub(super) struct Health {
    /// Since when the group at work is.
    since: Mutex<Option<Instant>>,
    failing: AtomicBool,
}

impl Health {
    pub(super) fn begin(&self) {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    pub(super) fn end(&self, is_written: bool) {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.failing.store(!is_written, Ordering::Relaxed);
    }

    pub(super) fn is_stalled(&self, now: Instant) -> bool {
        let since = *self.since.lock().unwrap_or_else(PoisonError::into_inner);
        since.is_some_and(|since| now.saturating_duration_since(since) > STALLED)
    }
}

impl Writer {
    /// How writing goes. After a failure it is tried out, so that it is known when it goes again
    /// though nobody submits.
    pub async fn state(&self) -> WriterState {
        if self.health.is_stalled(Instant::now()) {
            return WriterState::Stalled;
        }
        if !self.health.failing.load(Ordering::Relaxed) {
            return WriterState::Well;
        }
        let tried = timeout(TRIAL, self.store.try_to_write()).await;
        if !matches!(tried, Ok(Ok(()))) {
            return WriterState::Failing;
        }
        self.health.failing.store(false, Ordering::Relaxed);
        WriterState::Well
    }
}

impl Store {
    /// Writes what nobody reads, more than a delivery takes: fails where one would.
    async fn try_to_write(&self) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "insert into setting (name, value) values ('write_check', $1)
             on conflict (name) do update set value = excluded.value",
        )
        .bind("x".repeat(65_536))
        .execute(write.db())
        .await?;
        sqlx::query("delete from setting where name = 'write_check'")
            .execute(write.db())
            .await?;
        write.commit().await
    }
}
