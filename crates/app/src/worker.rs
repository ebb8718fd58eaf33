//! What goes on behind the scenes: the jobs of the database, one after the other.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use caifeng_domain::{ConsultationId, Permission};
use caifeng_store::{Job, JobId, JobState, Principal, Progress as JobProgress, WriterState};
use caifeng_triage::{Progress, Stage};
use jiff::{SignedDuration, Timestamp};
use tokio::time;

use crate::{
    App, AppError, Refusal, catalogue, consultations::by_name, retention::RETENTION,
    schedules::SCHEDULED,
};

/// The job that triages a consultation; its payload is the consultation's number.
pub(crate) const TRIAGE: &str = "triage";
/// The job that exchanges the key of the vault; its payload is who asked for it.
pub(crate) const ROTATION: &str = "vault";
/// How long after a submission its triage may begin: what arrives meanwhile goes with it.
pub(crate) const TRIAGE_AFTER: Duration = Duration::from_millis(500);
/// How often the job table is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// How often a running job says how far it is, which also keeps it this worker's.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// After a job, rest for as long as it took.
const REST: u32 = 1;
/// While submissions come in fast, rest for so many times as long: triage takes a fifth of the
/// machine then, and those who submit the rest.
const LONG_REST: u32 = 4;
/// Submissions a second that count as fast. A busy contact point has one in several seconds.
const FAST: f64 = 20.0;
/// Rest after an error of the database, which may have been a lost lease.
const AFTER_ERROR: Duration = Duration::from_secs(5);
/// But never rest for longer than this.
const LONGEST_REST: Duration = Duration::from_mins(2);

/// How far the running triage is: written by its threads, read by the heartbeat.
#[derive(Default)]
struct Gauge {
    done: AtomicUsize,
    total: AtomicUsize,
}

impl Progress for Gauge {
    fn begin(&self, _stage: Stage, total: usize) {
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }

    fn advance(&self, done: usize) {
        self.done.fetch_add(done, Ordering::Relaxed);
    }
}

impl Gauge {
    fn read(&self) -> JobProgress {
        JobProgress {
            done: self.done.load(Ordering::Relaxed),
            total: self.total.load(Ordering::Relaxed),
        }
    }
}

/// What runs in the background, for staff.
#[derive(Debug, Clone)]
pub struct Background {
    /// Deliveries that wait to be written.
    pub queue: usize,
    /// Jobs that wait for their time.
    pub waiting: usize,
    /// Jobs given up.
    pub failed: usize,
    /// How writing down what is submitted goes.
    pub writer: WriterState,
    /// Consultations whose draft cannot be read.
    pub unreadable_drafts: usize,
    /// The jobs added last.
    pub jobs: Vec<Job>,
}

impl App {
    /// Does jobs until dropped. `worker` is a name that no other process uses.
    pub async fn work(&self, worker: &str) {
        if let Err(error) = self.renew_indexes().await {
            tracing::error!(error = ?error, "the indexes could not be checked");
        }
        let mut planned = String::new();
        loop {
            let today = catalogue::today(Timestamp::now());
            if planned != today
                && self.plan_retention(&today).await.is_ok()
                && self.plan_reports(&today).await.is_ok()
            {
                planned = today;
            }
            let (began, before) = (Instant::now(), self.taken_in.load(Ordering::Relaxed));
            let rest = match self.work_once(worker).await {
                Ok(true) => {
                    let taken_in = self.taken_in.load(Ordering::Relaxed) - before;
                    rest_after(began.elapsed(), taken_in)
                }
                Ok(false) => LOOK,
                Err(error) => {
                    tracing::error!(error = ?error, "the job table cannot be used");
                    AFTER_ERROR
                }
            };
            time::sleep(rest).await;
        }
    }

    /// Gives back what the worker had begun when [`App::work`] was dropped.
    pub async fn stop_work(&self, worker: &str) -> Result<(), AppError> {
        Ok(self.store.release_jobs(worker, Timestamp::now()).await?)
    }

    /// Does the job that has been due the longest. False when none is.
    pub async fn work_once(&self, worker: &str) -> Result<bool, AppError> {
        self.work_at(worker, Timestamp::now()).await
    }

    /// The same as of a moment.
    pub async fn work_at(&self, worker: &str, now: Timestamp) -> Result<bool, AppError> {
        self.store.refresh_keys().await?;
        let Some(job) = self.store.take_job(worker, now).await? else {
            return Ok(false);
        };
        let began = Instant::now();
        let gauge = Arc::new(Gauge::default());
        // Both are polled all the time: each waits for its turn to write, and a heartbeat that waits for
        // a turn held by work that is not polled would wait for ever.
        let done = tokio::select! {
            done = self.run_job(&job, Arc::clone(&gauge)) => done,
            lost = self.heartbeat(&job, worker, &gauge) => return Err(lost),
        };
        let now = now + SignedDuration::try_from(began.elapsed()).unwrap_or_default();
        match done {
            Ok(()) => {
                self.store.finish_job(job.id, worker, now).await?;
                let ms = began.elapsed().as_millis() as u64;
                tracing::info!(job = %job.id, kind = job.kind, payload = job.payload, ms, "finished a job");
            }
            Err(error) => {
                let state = self
                    .store
                    .fail_job(&job, worker, &error.to_string(), now)
                    .await?;
                let given_up = state == JobState::Failed;
                tracing::error!(job = %job.id, kind = job.kind, payload = job.payload, given_up, error = ?error, "a job failed");
            }
        }
        Ok(true)
    }

    /// Says again and again how far a job is, until that cannot be said.
    async fn heartbeat(&self, job: &Job, worker: &str, gauge: &Gauge) -> AppError {
        let mut ticks = time::interval_at(time::Instant::now() + HEARTBEAT, HEARTBEAT);
        loop {
            ticks.tick().await;
            let (progress, now) = (gauge.read(), Timestamp::now());
            if let Err(error) = self
                .store
                .report_progress(job.id, worker, progress, now)
                .await
            {
                return error.into();
            }
        }
    }

    async fn run_job(&self, job: &Job, gauge: Arc<Gauge>) -> Result<(), AppError> {
        match &*job.kind {
            TRIAGE => {}
            RETENTION => return self.expire(&job.payload).await,
            ROTATION => {
                let through = |done| gauge.done.store(done, Ordering::Relaxed);
                return self.rotate_asked(&job.payload, &through).await;
            }
            SCHEDULED => return self.make_scheduled(&job.payload).await,
            other => return Err(AppError::UnknownJob(other.to_owned())),
        }
        let all = self.store.consultations().await?;
        let named = all
            .into_iter()
            .find(|(id, _)| id.to_string() == job.payload);
        let Some((id, consultation)) = named else {
            return Err(AppError::UnknownConsultation(job.payload.clone()));
        };
        if self.is_put_off(id).await? {
            tracing::warn!(consultation = %id, "too many submissions to be triaged behind the scenes");
            return Ok(());
        }
        match self.triage(Some(&consultation.slug), gauge).await {
            // The import of its draft asks for triage again.
            Ok(_) | Err(AppError::NoDraft(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Whether a consultation has so many submissions that its triage waits for somebody to run it
    /// where there is memory for it. They are taken in all the same.
    pub(crate) async fn is_put_off(&self, id: ConsultationId) -> Result<bool, AppError> {
        let most = self.config.triage_at_most;
        Ok(self.store.received_over(id, most).await?)
    }

    /// Has a consultation triaged by whoever does jobs.
    pub(crate) async fn ask_for_triage(&self, id: ConsultationId) -> Result<(), AppError> {
        let now = Timestamp::now();
        Ok(self
            .store
            .enqueue_once(TRIAGE, &id.to_string(), now, now)
            .await?)
    }

    /// Has a job that was given up done again.
    pub async fn retry_job(&self, by: &Principal, number: u64) -> Result<(), AppError> {
        if !by.role.may(Permission::SeeJobs) {
            return Err(Refusal::Forbidden.into());
        }
        let id = JobId::new(number).ok_or(Refusal::Handled)?;
        if self.store.retry_job(&by_name(by), id).await? {
            Ok(())
        } else {
            Err(Refusal::Handled.into())
        }
    }

    /// What runs in the background.
    pub async fn background(&self) -> Result<Background, AppError> {
        Ok(Background {
            queue: self.writer.waiting(),
            waiting: self.store.count_jobs(JobState::Waiting).await?,
            failed: self.store.count_jobs(JobState::Failed).await?,
            writer: self.writer.state().await,
            unreadable_drafts: self
                .consultations()
                .await?
                .iter()
                .filter(|listed| listed.is_unreadable)
                .count(),
            jobs: self.store.jobs(20).await?,
        })
    }
}

/// How long to rest after a job that took so long, during which so many submissions came in.
fn rest_after(took: Duration, taken_in: usize) -> Duration {
    let is_fast = taken_in as f64 > FAST * took.as_secs_f64();
    let times = if is_fast { LONG_REST } else { REST };
    (took * times).min(LONGEST_REST)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::rest_after;

    #[test]
    fn triage_makes_room_for_those_who_submit() {
        let seconds = Duration::from_secs;
        for (took, taken_in, want) in [
            (seconds(1), 1, seconds(1)),
            (seconds(1), 20, seconds(1)),
            (seconds(1), 21, seconds(4)),
            (seconds(10), 15_000, seconds(40)),
            (seconds(3_600), 0, seconds(120)),
        ] {
            assert_eq!(rest_after(took, taken_in), want, "{took:?} {taken_in}");
        }
    }
}
