//! The contract of the group commit.

use std::{collections::BTreeMap, time::Duration};

use caifeng_domain::ConsultationId;

use super::{Delivery, Writer, WriterOptions, WriterState};
use crate::{
    Arrival, Receipt, Saved, StoreError, TurnRecord,
    testing::{act, new_consultation, on_every_database, submission},
};

fn options(capacity: usize) -> WriterOptions {
    WriterOptions {
        capacity,
        follow_up: Some(("triage", Duration::from_secs(1))),
    }
}

fn delivery(consultation: ConsultationId, texts: &[(&str, &str)]) -> Delivery {
    Delivery {
        consultation,
        source: "web".into(),
        actor: "web".into(),
        at: act().at,
        consent: Some("2026-03".into()),
        collector: None,
        answers: BTreeMap::new(),
        receipts: BTreeMap::new(),
        submissions: texts
            .iter()
            .map(|(id, text)| submission(Some(id), text))
            .collect(),
        whole: true,
    }
}

#[tokio::test]
async fn a_receipt_that_a_sender_holds_is_kept_but_where_another_submission_has_it() {
    on_every_database(async |store| {
        let here = new_consultation(&store, "here").await;
        let writer = Writer::start(store.clone(), options(10));
        let [held, other]: [Receipt; 2] =
            ["2345-6789-ACE5", "9876-5432-ECA9"].map(|code| code.parse().unwrap());
        let mut first = delivery(here, &[("a", "甲"), ("b", "乙"), ("c", "丙")]);
        // Two senders with one receipt: the first one has it.
        first.receipts = BTreeMap::from([(0, held.clone()), (2, held.clone())]);
        let accepted = writer.accept(first.clone()).await.unwrap();
        assert_eq!(accepted[0].receipt, held);
        assert!(accepted[1].receipt != held && accepted[2].receipt != held);
        // What comes again keeps what it got, whatever it holds now.
        first.receipts = BTreeMap::from([(0, other.clone())]);
        assert_eq!(writer.accept(first).await.unwrap()[0].receipt, held);
        let mut second = delivery(here, &[("d", "丁"), ("e", "戊")]);
        second.receipts = BTreeMap::from([(0, held.clone()), (1, other.clone())]);
        let accepted = writer.accept(second).await.unwrap();
        assert_ne!(accepted[0].receipt, held);
        assert_eq!(accepted[1].receipt, other);
        let found = store.submission_by_receipt(&held).await.unwrap();
        assert_eq!(found.unwrap().submission.text, "甲");
    })
    .await;
}

#[tokio::test]
async fn many_at_once_each_get_their_own_receipts_and_one_job_follows() {
    on_every_database(async |store| {
        let here = new_consultation(&store, "here").await;
        let there = new_consultation(&store, "there").await;
        let writer = Writer::start(store.clone(), options(1_000));
        let send = |i: usize| {
            let writer = writer.clone();
            let consultation = if i.is_multiple_of(3) { there } else { here };
            let (a, b) = (format!("{i}a"), format!("{i}b"));
            tokio::spawn(async move {
                let delivery = delivery(consultation, &[(&a, &a), (&b, &b)]);
                (a, b, writer.accept(delivery).await.unwrap())
            })
        };
        let tasks: Vec<_> = (0..100).map(send).collect();
        for task in tasks {
            let (a, b, accepted) = task.await.unwrap();
            for (text, accepted) in [a, b].iter().zip(&accepted) {
                assert_eq!(accepted.arrival, Arrival::New);
                let stored = store
                    .submission_by_receipt(&accepted.receipt)
                    .await
                    .unwrap();
                assert_eq!(&stored.unwrap().submission.text, text);
            }
        }
        let count = store.submissions(here).await.unwrap().len();
        assert_eq!(count + store.submissions(there).await.unwrap().len(), 200);
        let mut jobs: Vec<String> = store
            .jobs(9)
            .await
            .unwrap()
            .into_iter()
            .map(|j| j.payload)
            .collect();
        jobs.sort();
        assert_eq!(jobs, [here.to_string(), there.to_string()], "one each");
    })
    .await;
}

#[tokio::test]
async fn a_retry_gets_the_same_receipt_and_a_reused_number_is_told() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        let writer = Writer::start(store.clone(), options(10));
        let first = writer
            .accept(delivery(consultation, &[("k", "甲")]))
            .await
            .unwrap();
        let again = writer
            .accept(delivery(consultation, &[("k", "甲")]))
            .await
            .unwrap();
        assert_eq!(again[0].receipt, first[0].receipt);
        assert_eq!(again[0].arrival, Arrival::Known);
        let other = writer
            .accept(delivery(consultation, &[("k", "乙")]))
            .await
            .unwrap();
        assert_eq!(other[0].arrival, Arrival::Changed);
        assert_eq!(store.submissions(consultation).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_full_queue_refuses_at_once_and_what_was_let_in_is_finished() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        let writer = Writer::start(store.clone(), options(2));
        // The writer cannot begin while somebody else writes.
        let mut blocker = store.write().await.unwrap();
        blocker.take_numbers("submission", 0).await.unwrap();
        let send = |id: &'static str| {
            let writer = writer.clone();
            tokio::spawn(async move { writer.accept(delivery(consultation, &[(id, id)])).await })
        };
        let taken = send("taken");
        while writer.waiting() > 0 || taken.is_finished() {
            tokio::task::yield_now().await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        let waiting = [send("1"), send("2")];
        while writer.waiting() < 2 {
            tokio::task::yield_now().await;
        }
        let refused = writer.accept(delivery(consultation, &[("3", "3")])).await;
        assert!(matches!(refused, Err(StoreError::Overloaded)));
        tokio::join!(writer.finish(), async { drop(blocker) });
        let late = writer.accept(delivery(consultation, &[("4", "4")])).await;
        assert!(matches!(late, Err(StoreError::Stopped)));
        for task in std::iter::once(taken).chain(waiting) {
            task.await.unwrap().unwrap();
        }
        assert_eq!(store.submissions(consultation).await.unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn one_bad_delivery_does_not_take_others_with_it() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        let writer = Writer::start(store.clone(), options(10));
        let (good, bad) = tokio::join!(
            writer.accept(delivery(consultation, &[("1", "好")])),
            writer.accept(delivery(consultation, &[("2", "坏\0")])),
        );
        assert!(good.is_ok());
        assert!(matches!(bad, Err(StoreError::NulCharacter { row: 0 })));
    })
    .await;
}

#[tokio::test]
async fn what_belongs_together_is_all_new_or_all_known() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        let writer = Writer::start(store.clone(), options(10));
        let send = async |texts: &[(&str, &str)]| {
            writer.accept(delivery(consultation, texts)).await.unwrap()
        };
        let two = [("k:0", "甲"), ("k:1", "乙")];
        let three = [("k:0", "甲"), ("k:1", "乙"), ("k:2", "丙")];
        let first = send(&two).await;
        let recall = async |texts: &[(&str, &str)]| {
            store.recall(&delivery(consultation, texts)).await.unwrap()
        };
        let receipts = |all: &[crate::Accepted]| -> Vec<_> {
            all.iter().map(|one| one.receipt.clone()).collect()
        };
        assert_eq!(receipts(&send(&two).await), receipts(&first));
        let known: Vec<_> = recall(&two).await.into_iter().flatten().collect();
        assert_eq!(receipts(&known), receipts(&first));
        for other in [&three[..], &two[..1], &[("k:0", "甲"), ("k:1", "丁")]] {
            let answers = send(other).await;
            assert_eq!(answers.len(), other.len(), "one answer each");
            let is_changed = |one: &crate::Accepted| one.arrival == Arrival::Changed;
            assert!(answers.iter().any(is_changed), "{other:?}");
            assert!(answers.iter().all(|one| one.arrival != Arrival::New));
            assert!(recall(other).await.iter().any(Option::is_none), "{other:?}");
        }
        assert_eq!(store.submissions(consultation).await.unwrap().len(), 2);
    })
    .await;
}

/// Writes until nothing more goes in. How many went in.
async fn write_until_it_fails(writer: &Writer, consultation: ConsultationId) -> usize {
    let text = "满".repeat(2_000);
    for i in 0..10_000 {
        let id = format!("full-{i}");
        let accepted = writer.accept(delivery(consultation, &[(&id, &text)])).await;
        if let Err(error) = accepted {
            assert!(matches!(error, StoreError::Batch(_)), "{error:?}");
            return i;
        }
    }
    panic!("it never fails");
}

#[tokio::test]
async fn a_full_disk_loses_nothing_and_is_over_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/caifeng.db", dir.path().display());
    let store = crate::Store::open(&url).await.unwrap();
    let consultation = new_consultation(&store, "c").await;
    let writer = Writer::start(store.clone(), options(10));
    let limit = async |pages: u32| {
        let sql = sqlx::AssertSqlSafe(format!("pragma max_page_count = {pages}"));
        sqlx::query(sql).execute(store.writers()).await.unwrap();
    };
    assert_eq!(writer.state().await, WriterState::Well);
    let used: i64 = sqlx::query_scalar("pragma page_count")
        .fetch_one(store.writers())
        .await
        .unwrap();
    let full = u32::try_from(used).unwrap() + 20;
    limit(full).await;
    let written = write_until_it_fails(&writer, consultation).await;
    assert!(written > 0);
    // The connection that met the end is replaced, and the limit was its own.
    let met = store.writers().acquire().await.unwrap();
    met.close().await.unwrap();
    limit(full).await;
    assert_eq!(writer.state().await, WriterState::Failing);
    let stored = store.submissions(consultation).await.unwrap();
    assert_eq!(stored.len(), written, "each receipt has its submission");
    limit(1_000_000).await;
    assert_eq!(writer.state().await, WriterState::Well, "known by trying");
    let again = writer.accept(delivery(consultation, &[("late", "好")]));
    assert_eq!(again.await.unwrap()[0].arrival, Arrival::New);
}

#[tokio::test]
async fn a_locked_database_is_told_and_over_when_it_is_free() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/caifeng.db", dir.path().display());
    let store = crate::Store::open(&url).await.unwrap();
    let consultation = new_consultation(&store, "c").await;
    let writer = Writer::start(store.clone(), options(10));
    let patience = sqlx::query("pragma busy_timeout = 100");
    patience.execute(store.writers()).await.unwrap();
    // Another process that writes and does not come to an end.
    let other = sqlx::AnyPool::connect(&url).await.unwrap();
    let lock = other.begin_with("begin immediate").await.unwrap();
    let refused = writer.accept(delivery(consultation, &[("k", "甲")])).await;
    assert!(matches!(refused, Err(StoreError::Batch(_))), "{refused:?}");
    assert_eq!(writer.state().await, WriterState::Failing);
    lock.rollback().await.unwrap();
    assert_eq!(writer.state().await, WriterState::Well);
    let again = writer.accept(delivery(consultation, &[("k", "甲")])).await;
    assert_eq!(
        again.unwrap()[0].arrival,
        Arrival::New,
        "it had not gone in"
    );
}

#[test]
fn a_group_that_does_not_come_to_an_end_is_seen() {
    let health = super::health::Health::default();
    health.begin();
    assert!(!health.is_stalled(std::time::Instant::now()));
    let later = std::time::Instant::now() + super::STALLED * 2;
    assert!(health.is_stalled(later));
    health.end(true);
    assert!(!health.is_stalled(later));
}

#[tokio::test]
async fn turns_of_many_conversations_share_a_transaction_with_deliveries() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        let turn = |i: usize, turn, reply: &str| TurnRecord {
            account: "lianxidian".into(),
            openid: format!("oTest{i}"),
            message: format!("m{i}"),
            turn,
            state: String::new(),
            notice: None,
            reply: reply.to_owned(),
            medium: None,
            at: act().at,
        };
        // All of them wait before the task takes its first look.
        let writer = Writer::start(store.clone(), options(100));
        let words = delivery(consultation, &[("k", "甲")]);
        let (accepted, saved, again, outrun, other) = tokio::join!(
            writer.accept(words),
            writer.save_turn(turn(1, 0, "答")),
            writer.save_turn(turn(1, 0, "另一答")),
            async {
                let mut late = turn(1, 0, "迟");
                late.message = "m9".into();
                writer.save_turn(late).await
            },
            writer.save_turn(turn(2, 0, "乙")),
        );
        assert_eq!(accepted.unwrap()[0].arrival, Arrival::New);
        assert_eq!(saved.unwrap(), Saved::New);
        assert_eq!(again.unwrap(), Saved::Known("答".into()), "answered once");
        assert_eq!(outrun.unwrap(), Saved::Outrun, "made from what was before");
        assert_eq!(other.unwrap(), Saved::New);
        let kept = store.answered(&store.message_key("m2")).await.unwrap();
        assert_eq!(kept.as_deref(), Some("乙"), "on disk when it is answered");
        writer.finish().await;
        let refused = writer.save_turn(turn(3, 0, "丙")).await;
        assert!(matches!(refused, Err(StoreError::Stopped)));
    })
    .await;
}
