//! What the tests of this crate share: every one that touches a database runs on all of them.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use caifeng_domain::{
    Channel, Consultation, ConsultationId, Submission, SubmissionId, Submitter, Visibility, Window,
};
use sqlx::AssertSqlSafe;

use crate::{Act, IdentityKey, OpenOptions, Random, Store, StoreError};

/// Where a PostgreSQL for tests is: `postgres://user@host/database`. Each test makes a schema of
/// its own in it and drops it.
const POSTGRES: &str = "CAIFENG_TEST_POSTGRES";

/// Randomness that repeats (SplitMix64).
pub(crate) struct Repeatable(AtomicU64);

impl Repeatable {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Random for Repeatable {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), StoreError> {
        for byte in bytes {
            let step = 0x9e37_79b9_7f4a_7c15;
            let mut z = self.0.fetch_add(step, Ordering::Relaxed).wrapping_add(step);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (z >> 56) as u8;
        }
        Ok(())
    }
}

/// Runs a contract test on SQLite, and on PostgreSQL where [`POSTGRES`] names one.
pub(crate) async fn on_every_database(test: impl AsyncFn(Store)) {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/采风 50%?.db", dir.path().display());
    test(open(&url).await).await;
    if let Ok(server) = std::env::var(POSTGRES) {
        on_postgres(&server, test).await;
    }
}

async fn on_postgres(server: &str, test: impl AsyncFn(Store)) {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let schema = format!("caifeng_test_{}_{number}", std::process::id());
    sqlx::any::install_default_drivers();
    let admin = sqlx::AnyPool::connect(server).await.unwrap();
    let run = async |sql: String| {
        let query = sqlx::query(AssertSqlSafe(sql));
        query.execute(&admin).await.unwrap();
    };
    run(format!("create schema {schema}")).await;
    let store = open(&format!("{server}?options[search_path]={schema}")).await;
    test(store.clone()).await;
    store.close().await;
    run(format!("drop schema {schema} cascade")).await;
}

async fn open(url: &str) -> Store {
    let options = OpenOptions {
        identity_key: Some(IdentityKey([1; 32])),
        key_file: None,
        random: Arc::new(Repeatable::new(1)),
    };
    Store::open_with(url, options).await.unwrap()
}

pub(crate) fn act() -> Act<'static> {
    Act {
        actor: "tester",
        at: "2026-04-01T08:00:00.000001Z".parse().unwrap(),
    }
}

pub(crate) fn consultation(slug: &str) -> Consultation {
    Consultation {
        slug: slug.into(),
        title: "某市河畔条例（草案）".into(),
        window: Some(Window {
            opens: "2026-03-01".into(),
            closes: "2026-04-30".into(),
        }),
        visibility: Visibility::Public,
        closed_at: None,
        questions: Vec::new(),
    }
}

pub(crate) async fn new_consultation(store: &Store, slug: &str) -> ConsultationId {
    store
        .create_consultation(&act(), &consultation(slug))
        .await
        .unwrap()
}

pub(crate) fn submission(external_id: Option<&str>, text: &str) -> Submission {
    Submission {
        external_id: external_id.map(str::to_owned),
        channel: Channel::Paper,
        station: None,
        submitted_at: None,
        article_hint: None,
        submitter: Submitter::default(),
        text: text.into(),
    }
}

/// Puts `count` submissions with different texts into the journal.
pub(crate) async fn fill(
    store: &Store,
    consultation: ConsultationId,
    count: usize,
) -> Vec<SubmissionId> {
    let batch: Vec<Submission> = (0..count)
        .map(|i| submission(Some(&i.to_string()), &format!("意见{i}")))
        .collect();
    let mut intake = store.intake(consultation, "test");
    let accepted = intake.accept(&act(), &batch).await.unwrap();
    accepted.iter().map(|accepted| accepted.id).collect()
}
