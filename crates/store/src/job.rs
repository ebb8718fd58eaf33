//! The job queue: slow work that survives restarts, in the same database as what it works on.

use std::{fmt, time::Duration};

use caifeng_domain::Named;
use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::{
    Act, Store, StoreError, audit,
    db::{Dialect, Write},
    rows::{get, get_id, get_time, get_usize, get_wire, signed, time_text, to_id, wire},
};

/// One job. Shown as `J-42`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(u64);

impl JobId {
    /// Wraps a row number. Zero is not one.
    #[must_use]
    pub const fn new(raw: u64) -> Option<Self> {
        if raw == 0 { None } else { Some(Self(raw)) }
    }

    /// The stored form.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "J-{}", self.0)
    }
}

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// To be taken when its time comes; after a failure, that is later.
    Waiting,
    /// With a worker. Taken from it when it has not been heard of for [`LEASE`].
    Running,
    /// Done.
    Finished,
    /// Given up after [`MAX_ATTEMPTS`].
    Failed,
}

impl JobState {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Waiting, "waiting", "等待"),
        (Self::Running, "running", "进行中"),
        (Self::Finished, "finished", "已完成"),
        (Self::Failed, "failed", "失败"),
    ];
}

impl Named for JobState {
    const NAMES: &'static [(Self, &'static str, &'static str)] = &Self::ALL;
}

/// How much of a job is done, in units of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Finished.
    pub done: usize,
    /// Altogether; 0 while not known.
    pub total: usize,
}

/// A job as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// What to do.
    pub kind: String,
    /// With what: JSON of the caller's.
    pub payload: String,
    /// Where it is.
    pub state: JobState,
    /// How often it was taken, this time included.
    pub attempts: usize,
    /// When it may be taken next, or, while running, when its worker counts as lost.
    pub due_at: Timestamp,
    /// How far it is.
    pub progress: Progress,
    /// Why it failed last.
    pub error: Option<String>,
}

/// For how long a worker may be silent. Progress reports count as signs of life.
pub const LEASE: Duration = Duration::from_mins(1);
/// Attempts before a job is given up: with the back-off below, after about a quarter of an hour.
pub const MAX_ATTEMPTS: usize = 6;
/// Wait after the first failure; each further failure doubles it: 30 s, 1, 2, 4, 8 minutes.
const FIRST_WAIT: Duration = Duration::from_secs(30);
/// The last of these waits, which is longer than [`LEASE`]: no job that was taken once is due later.
const LONGEST_WAIT: Duration = Duration::from_mins(8);

/// The statement that takes a job, with the dialect's word for "leave out what another one takes".
macro_rules! take_sql {
    ($skip:literal) => {
        concat!(
            "update job set state = 'running', attempts = attempts + 1, worker = $1, due_at = $2
             where id = (
                 select id from job
                 where state in ('waiting', 'running')
                     and (due_at <= $3 or (attempts > 0 and due_at > $4)
                         or (attempts = 0 and created_at > $3))
                     and not exists (
                         select 1 from job other
                         where other.kind = job.kind and other.payload = job.payload
                             and other.id <> job.id and other.state = 'running'
                             and other.due_at > $3 and other.due_at <= $4)
                 order by due_at, id limit 1 ",
            $skip,
            ") returning *"
        )
    };
}

impl Store {
    /// Adds a job that may be taken from `due_at` on.
    pub async fn enqueue(
        &self,
        kind: &str,
        payload: &str,
        now: Timestamp,
        due_at: Timestamp,
    ) -> Result<JobId, StoreError> {
        let mut write = self.write().await?;
        let number = insert(&mut write, kind, payload, now, due_at).await?;
        write.commit().await?;
        to_id("job.id", number, JobId::new)
    }

    /// [`Store::enqueue`], unless such a job waits already.
    pub async fn enqueue_once(
        &self,
        kind: &str,
        payload: &str,
        now: Timestamp,
        due_at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        enqueue_once(&mut write, kind, payload, now, due_at).await?;
        write.commit().await
    }

    /// [`Store::enqueue`], unless there ever was such a job: for what is done once a day.
    pub async fn enqueue_first(
        &self,
        kind: &str,
        payload: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        // Locked before looking, so that two processes do not both find none.
        write.take_numbers("job", 0).await?;
        let there = sqlx::query("select 1 from job where kind = $1 and payload = $2 limit 1")
            .bind(kind)
            .bind(payload)
            .fetch_optional(write.db())
            .await?;
        if there.is_none() {
            insert(&mut write, kind, payload, now, now).await?;
        }
        write.commit().await
    }

    /// Takes the job that has been due the longest, for [`LEASE`] from `now`. Jobs whose worker was
    /// lost are due again. Two workers never get the same one, nor two that do the same with the
    /// same. A job that is due later than any wait lasts, or was made later than now, is due: the
    /// clock jumped back.
    pub async fn take_job(&self, worker: &str, now: Timestamp) -> Result<Option<Job>, StoreError> {
        // On SQLite there is one writer, so nothing has to be skipped.
        let sql = match self.dialect() {
            Dialect::Sqlite => take_sql!(""),
            Dialect::Postgres => take_sql!("for update skip locked"),
        };
        let mut write = self.write().await?;
        // One at a time, so that two do not both find that nobody does the same.
        write.take_numbers("job", 0).await?;
        // A job that takes its workers down with it must come to an end too.
        sqlx::query(
            "update job set state = 'failed', error = 'the worker was lost', worker = null
             where state = 'running' and due_at <= $1 and attempts >= $2",
        )
        .bind(time_text(now))
        .bind(signed(MAX_ATTEMPTS as u64))
        .execute(write.db())
        .await?;
        let row = sqlx::query(sql)
            .bind(worker)
            .bind(time_text(now + LEASE))
            .bind(time_text(now))
            .bind(time_text(now + LONGEST_WAIT))
            .fetch_optional(write.db())
            .await?;
        let job = row.as_ref().map(read).transpose()?;
        write.commit().await?;
        Ok(job)
    }

    /// Notes how far a job is, and that its worker lives.
    pub async fn report_progress(
        &self,
        id: JobId,
        worker: &str,
        progress: Progress,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "update job set done = $1, total = $2, due_at = $3
             where id = $4 and worker = $5 and state = 'running'",
        )
        .bind(signed(progress.done as u64))
        .bind(signed(progress.total as u64))
        .bind(time_text(now + LEASE));
        self.change(query, id, worker).await
    }

    /// Marks a job as done.
    pub async fn finish_job(
        &self,
        id: JobId,
        worker: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "update job set state = 'finished', error = null, worker = null, finished_at = $1
             where id = $2 and worker = $3 and state = 'running'",
        )
        .bind(time_text(now));
        self.change(query, id, worker).await
    }

    /// Marks an attempt as failed. It is made again after a while, or given up.
    pub async fn fail_job(
        &self,
        job: &Job,
        worker: &str,
        error: &str,
        now: Timestamp,
    ) -> Result<JobState, StoreError> {
        let (state, due_at) = if job.attempts < MAX_ATTEMPTS {
            let doubled = u32::try_from(job.attempts).map_or(0, |n| n.saturating_sub(1));
            let wait = FIRST_WAIT * 2u32.saturating_pow(doubled);
            (JobState::Waiting, now + wait)
        } else {
            (JobState::Failed, now)
        };
        let query = sqlx::query(
            "update job set state = $1, error = $2, worker = null, due_at = $3
             where id = $4 and worker = $5 and state = 'running'",
        )
        .bind(wire(&JobState::ALL, state))
        .bind(error)
        .bind(time_text(due_at));
        self.change(query, job.id, worker).await?;
        Ok(state)
    }

    /// Has a job that was given up done again, from the first attempt on. False when none of this number
    /// was given up.
    pub async fn retry_job(&self, act: &Act<'_>, id: JobId) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let done = sqlx::query(
            "update job set state = 'waiting', attempts = 0, due_at = $1, done = 0, total = 0
             where id = $2 and state = 'failed'",
        )
        .bind(time_text(act.at))
        .bind(signed(id.get()))
        .execute(write.db())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        audit::append(&mut write, act, "job.retry", &id.to_string()).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Gives the jobs of a worker that ends back, for the next one to take at once. The attempt does
    /// not count.
    pub async fn release_jobs(&self, worker: &str, now: Timestamp) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "update job set state = 'waiting', worker = null, due_at = $1, attempts = attempts - 1
             where worker = $2 and state = 'running'",
        )
        .bind(time_text(now))
        .bind(worker)
        .execute(write.db())
        .await?;
        write.commit().await
    }

    /// How many jobs are in a state.
    pub async fn count_jobs(&self, state: JobState) -> Result<usize, StoreError> {
        let row = sqlx::query("select count(*) as amount from job where state = $1")
            .bind(wire(&JobState::ALL, state))
            .fetch_one(self.pool())
            .await?;
        get_usize(&row, "amount")
    }

    /// The jobs added last, newest first.
    pub async fn jobs(&self, limit: usize) -> Result<Vec<Job>, StoreError> {
        sqlx::query("select * from job order by id desc limit $1")
            .bind(signed(limit as u64))
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// Runs an update whose last two parameters are job and worker.
    async fn change(
        &self,
        query: crate::rows::Query<'_>,
        id: JobId,
        worker: &str,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        let query = query.bind(signed(id.get())).bind(worker);
        if query.execute(write.db()).await?.rows_affected() == 0 {
            return Err(StoreError::LeaseLost {
                job: id.to_string(),
            });
        }
        write.commit().await
    }
}

/// Adds a job to a transaction of the caller's, unless one of this kind and payload waits already:
/// whoever takes that one sees what the caller wrote.
pub(crate) async fn enqueue_once(
    write: &mut Write<'_>,
    kind: &str,
    payload: &str,
    now: Timestamp,
    due_at: Timestamp,
) -> Result<(), StoreError> {
    // Locked before looking, so that two processes do not both find none.
    write.take_numbers("job", 0).await?;
    let waiting = sqlx::query(
        "select 1 from job where kind = $1 and payload = $2 and state = 'waiting' limit 1",
    )
    .bind(kind)
    .bind(payload)
    .fetch_optional(write.db())
    .await?;
    if waiting.is_none() {
        insert(write, kind, payload, now, due_at).await?;
    }
    Ok(())
}

async fn insert(
    write: &mut Write<'_>,
    kind: &str,
    payload: &str,
    now: Timestamp,
    due_at: Timestamp,
) -> Result<i64, StoreError> {
    let number = signed(write.take_numbers("job", 1).await?);
    sqlx::query(
        "insert into job (id, kind, payload, state, attempts, due_at, done, total, created_at)
         values ($1, $2, $3, 'waiting', 0, $4, 0, 0, $5)",
    )
    .bind(number)
    .bind(kind)
    .bind(payload)
    .bind(time_text(due_at))
    .bind(time_text(now))
    .execute(write.db())
    .await?;
    Ok(number)
}

fn read(row: &AnyRow) -> Result<Job, StoreError> {
    Ok(Job {
        id: get_id(row, "id", JobId::new)?,
        kind: get(row, "kind")?,
        payload: get(row, "payload")?,
        state: get_wire(row, "state", &JobState::ALL)?,
        attempts: get_usize(row, "attempts")?,
        due_at: get_time(row, "due_at")?,
        progress: Progress {
            done: get_usize(row, "done")?,
            total: get_usize(row, "total")?,
        },
        error: get(row, "error")?,
    })
}

#[cfg(test)]
mod tests;
