//! The contract of the job queue.

use jiff::{SignedDuration, Timestamp};

use super::{Job, JobState, LEASE, MAX_ATTEMPTS, Progress};
use crate::{Act, Store, StoreError, testing::on_every_database};

fn at(seconds: i64) -> Timestamp {
    "2026-04-01T08:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

async fn take(store: &Store, worker: &str, seconds: i64) -> Option<Job> {
    store.take_job(worker, at(seconds)).await.unwrap()
}

#[tokio::test]
async fn jobs_are_taken_when_due_the_longest_waiting_first() {
    on_every_database(async |store| {
        let add = async |payload, due| store.enqueue("k", payload, at(0), at(due)).await.unwrap();
        let (late, early) = (add("late", 20).await, add("early", 10).await);
        assert_eq!(take(&store, "w", 9).await, None);
        let job = take(&store, "w", 30).await.unwrap();
        assert_eq!((job.id, &*job.payload, job.attempts), (early, "early", 1));
        assert_eq!(take(&store, "v", 30).await.unwrap().id, late);
        assert_eq!(take(&store, "v", 30).await, None);
        store.finish_job(early, "w", at(31)).await.unwrap();
        let jobs = store.jobs(10).await.unwrap();
        let states: Vec<_> = jobs.iter().map(|job| (job.id, job.state)).collect();
        assert_eq!(
            states,
            [(early, JobState::Finished), (late, JobState::Running)]
        );
    })
    .await;
}

#[tokio::test]
async fn a_lost_worker_loses_its_job_and_one_that_reports_keeps_it() {
    on_every_database(async |store| {
        let id = store.enqueue("k", "{}", at(0), at(0)).await.unwrap();
        let lease = LEASE.as_secs().cast_signed();
        take(&store, "w", 0).await.unwrap();
        let progress = Progress { done: 3, total: 9 };
        store
            .report_progress(id, "w", progress, at(60))
            .await
            .unwrap();
        assert_eq!(store.jobs(1).await.unwrap()[0].progress, progress);
        assert_eq!(take(&store, "v", lease + 59).await, None);
        let job = take(&store, "v", lease + 60).await.unwrap();
        assert_eq!((job.id, job.attempts), (id, 2));
        for late in [
            store
                .report_progress(id, "w", progress, at(lease + 61))
                .await,
            store.finish_job(id, "w", at(lease + 61)).await,
            store
                .fail_job(&job, "w", "x", at(lease + 61))
                .await
                .map(|_| ()),
        ] {
            assert!(matches!(late, Err(StoreError::LeaseLost { .. })));
        }
        store.finish_job(id, "v", at(lease + 62)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn failures_wait_longer_each_time_and_come_to_an_end() {
    on_every_database(async |store| {
        store.enqueue("k", "{}", at(0), at(0)).await.unwrap();
        let mut now = 0;
        for wait in [30, 60, 120, 240, 480] {
            let job = take(&store, "w", now).await.unwrap();
            let state = store.fail_job(&job, "w", "no disk", at(now)).await.unwrap();
            assert_eq!(state, JobState::Waiting);
            assert_eq!(take(&store, "w", now + wait - 1).await, None);
            now += wait;
        }
        let job = take(&store, "w", now).await.unwrap();
        assert_eq!(
            (job.attempts, job.error.as_deref()),
            (MAX_ATTEMPTS, Some("no disk"))
        );
        let state = store.fail_job(&job, "w", "no disk", at(now)).await.unwrap();
        assert_eq!(state, JobState::Failed);
        assert_eq!(take(&store, "w", now + 100_000).await, None);

        let act = Act {
            actor: "ceshi",
            at: at(now + 100_000),
        };
        assert!(store.retry_job(&act, job.id).await.unwrap());
        assert!(!store.retry_job(&act, job.id).await.unwrap(), "it waits");
        let again = take(&store, "w", now + 100_000).await.unwrap();
        assert_eq!((again.id, again.attempts), (job.id, 1));
        assert!(!store.retry_job(&act, job.id).await.unwrap(), "it runs");
    })
    .await;
}

#[tokio::test]
async fn a_job_that_kills_its_workers_is_given_up() {
    on_every_database(async |store| {
        store.enqueue("k", "{}", at(0), at(0)).await.unwrap();
        let lease = LEASE.as_secs().cast_signed();
        let mut attempts = 0;
        while take(&store, "w", attempts * lease).await.is_some() {
            attempts += 1;
        }
        assert_eq!(attempts.unsigned_abs() as usize, MAX_ATTEMPTS);
        assert_eq!(store.jobs(1).await.unwrap()[0].state, JobState::Failed);
    })
    .await;
}

#[tokio::test]
async fn two_workers_never_get_the_same_job() {
    on_every_database(async |store| {
        for i in 0..40 {
            let payload = i.to_string();
            store.enqueue("k", &payload, at(0), at(0)).await.unwrap();
        }
        let work = |worker: &'static str| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut taken = Vec::new();
                while let Some(job) = take(&store, worker, 1).await {
                    taken.push(job.id.get());
                }
                taken
            })
        };
        let mut all = Vec::new();
        for worker in [work("a"), work("b"), work("c")] {
            all.extend(worker.await.unwrap());
        }
        all.sort_unstable();
        assert!(all.into_iter().eq(1..=40));
    })
    .await;
}

#[tokio::test]
async fn what_waits_is_not_asked_for_twice_and_what_is_given_back_is_due() {
    on_every_database(async |store| {
        store.enqueue_once("k", "C-1", at(0), at(0)).await.unwrap();
        store.enqueue_once("k", "C-1", at(1), at(1)).await.unwrap();
        store.enqueue_once("k", "C-2", at(1), at(1)).await.unwrap();
        assert_eq!(store.count_jobs(JobState::Waiting).await.unwrap(), 2);
        let taken = take(&store, "w", 2).await.unwrap();
        // One that is under way may have read too early: another is wanted.
        store.enqueue_once("k", "C-1", at(2), at(2)).await.unwrap();
        assert_eq!(store.count_jobs(JobState::Waiting).await.unwrap(), 2);
        store.release_jobs("v", at(3)).await.unwrap();
        assert_eq!(store.count_jobs(JobState::Running).await.unwrap(), 1);
        store.release_jobs("w", at(3)).await.unwrap();
        assert_eq!(store.count_jobs(JobState::Waiting).await.unwrap(), 3);
        let mut again = take(&store, "v", 4).await;
        while let Some(job) = &again
            && job.id != taken.id
        {
            store.finish_job(job.id, "v", at(4)).await.unwrap();
            again = take(&store, "v", 4).await;
        }
        assert_eq!(again.unwrap().attempts, 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_under_way_is_not_begun_a_second_time() {
    on_every_database(async |store| {
        let first = store.enqueue("k", "C-1", at(0), at(0)).await.unwrap();
        let second = store.enqueue("k", "C-1", at(0), at(0)).await.unwrap();
        let other = store.enqueue("k", "C-2", at(0), at(1)).await.unwrap();
        assert_eq!(take(&store, "a", 1).await.unwrap().id, first);
        assert_eq!(take(&store, "b", 1).await.unwrap().id, other);
        assert_eq!(take(&store, "b", 1).await, None);
        store.finish_job(first, "a", at(2)).await.unwrap();
        assert_eq!(take(&store, "b", 2).await.unwrap().id, second);
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_jumps_back_keeps_no_job_waiting_for_long() {
    on_every_database(async |store| {
        let day = 24 * 3600;
        let new = store.enqueue("k", "new", at(day), at(day)).await.unwrap();
        let job = take(&store, "w", 0).await.unwrap();
        assert_eq!(job.id, new, "made a day later than now");
        store.finish_job(new, "w", at(0)).await.unwrap();

        let tried = store.enqueue("k", "tried", at(0), at(0)).await.unwrap();
        let job = take(&store, "w", day).await.unwrap();
        store.fail_job(&job, "w", "x", at(day)).await.unwrap();
        assert_eq!(take(&store, "w", 0).await.unwrap().id, tried);
        store.finish_job(tried, "w", at(0)).await.unwrap();

        let planned = store.enqueue("k", "plan", at(0), at(day)).await.unwrap();
        assert_eq!(take(&store, "v", 30).await, None, "planned for tomorrow");
        assert_eq!(take(&store, "v", day).await.unwrap().id, planned);
    })
    .await;
}

#[tokio::test]
async fn what_is_done_once_is_not_asked_for_again_when_it_is_done() {
    on_every_database(async |store| {
        for _ in 0..2 {
            store.enqueue_first("k", "2026-04-01", at(0)).await.unwrap();
            if let Some(job) = take(&store, "w", 1).await {
                store.finish_job(job.id, "w", at(2)).await.unwrap();
            }
        }
        store.enqueue_first("k", "2026-04-02", at(3)).await.unwrap();
        assert_eq!(store.count_jobs(JobState::Finished).await.unwrap(), 1);
        assert_eq!(store.count_jobs(JobState::Waiting).await.unwrap(), 1);
    })
    .await;
}
