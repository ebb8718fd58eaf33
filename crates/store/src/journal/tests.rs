//! The contract of the journal.

use caifeng_domain::{ArticleNo, Channel, Submission, Submitter};

use super::{Accepted, Arrival};
use crate::{
    JobState, StoreError,
    testing::{act, fill, new_consultation, on_every_database, submission},
};

fn arrivals(accepted: &[Accepted]) -> Vec<Arrival> {
    accepted.iter().map(|accepted| accepted.arrival).collect()
}

/// A submission with every field filled in.
fn full() -> Submission {
    Submission {
        external_id: Some("p-7".into()),
        channel: Channel::Wechat,
        station: Some("河畔街道联络站".into()),
        submitted_at: Some("2026-03-25T15:27:11+08:00".into()),
        article_hint: Some(ArticleNo::with_inserted(12, 1)),
        submitter: Submitter {
            name: Some("𠮷某".into()),
            phone: Some("138 0000 0000".into()),
            identity: Some("居民".into()),
            region: Some("某镇".into()),
            account: None,
        },
        text: "第十二条\u{202e}好😀\r\n".into(),
    }
}

#[tokio::test]
async fn the_same_file_twice_brings_nothing_new_and_loses_nothing() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        let file = [
            submission(None, "同意"),
            submission(Some("1"), "同意"),
            submission(None, "同意"),
            submission(None, "反对"),
        ];
        let mut first = store.intake(consultation, "file");
        assert_eq!(first.preview(&file).await.unwrap(), [Arrival::New; 4]);
        let mut first = store.intake(consultation, "file");
        // Two batches of one file: identical rows count on from the first.
        let mut all = first.accept(&act(), &file[..2]).await.unwrap();
        all.extend(first.accept(&act(), &file[2..]).await.unwrap());
        assert_eq!(arrivals(&all), [Arrival::New; 4]);
        let mut ids: Vec<_> = all.iter().map(|accepted| accepted.id.get()).collect();
        assert_eq!(ids, [1, 2, 3, 4]);

        let audited = store.audit_entries(0).await.unwrap().len();
        let mut again = store.intake(consultation, "file");
        assert_eq!(again.preview(&file).await.unwrap(), [Arrival::Known; 4]);
        let mut again = store.intake(consultation, "file");
        let repeated = again.accept(&act(), &file).await.unwrap();
        assert_eq!(arrivals(&repeated), [Arrival::Known; 4]);
        let known = repeated.iter().map(|known| (known.id, &known.receipt));
        assert!(known.eq(all.iter().map(|new| (new.id, &new.receipt))));
        assert_eq!(store.audit_entries(0).await.unwrap().len(), audited);

        // A third identical row is a third submission; another source is another sender's.
        let longer = [&file[..], &file[..1]].concat();
        let mut third = store.intake(consultation, "file");
        let longer = third.accept(&act(), &longer).await.unwrap();
        assert_eq!(longer[4].arrival, Arrival::New);
        let mut other = store.intake(consultation, "other");
        let other = other.accept(&act(), &file).await.unwrap();
        assert_eq!(arrivals(&other), [Arrival::New; 4]);
        ids.extend([5, 6, 7, 8, 9]);
        let stored = store.submissions(consultation).await.unwrap();
        assert!(stored.iter().map(|stored| stored.id.get()).eq(ids));
    })
    .await;
}

#[tokio::test]
async fn a_number_used_for_something_else_is_told_and_what_came_first_stays() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        let mut intake = store.intake(consultation, "platform");
        let batch = [
            submission(Some("1"), "甲"),
            submission(Some("1"), "乙"),
            submission(Some("1"), "甲"),
        ];
        let want = [Arrival::New, Arrival::Changed, Arrival::Known];
        assert_eq!(intake.preview(&batch).await.unwrap(), want);
        let accepted = intake.accept(&act(), &batch).await.unwrap();
        assert_eq!(arrivals(&accepted), want);
        let later = intake.accept(&act(), &batch[1..2]).await.unwrap();
        assert_eq!(arrivals(&later), [Arrival::Changed]);
        let stored = store.submissions(consultation).await.unwrap();
        assert_eq!(stored.len(), 1);
        assert_eq!(stored[0].submission.text, "甲");
    })
    .await;
}

#[tokio::test]
async fn identity_is_kept_apart_and_can_be_forgotten() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        let mut same_phone = submission(None, "另一件");
        same_phone.submitter.phone = Some("13800000000".into());
        let batch = [full(), same_phone, submission(None, "无名")];
        let mut intake = store.intake(consultation, "file");
        let accepted = intake.accept(&act(), &batch).await.unwrap();

        let for_triage = store.submissions_for_triage(consultation).await.unwrap();
        let texts = for_triage.iter().map(|stored| &stored.submission);
        assert!(texts.eq(&batch), "triage sees everything as delivered");
        assert_eq!(for_triage[0].sender, for_triage[1].sender);
        assert!(for_triage[0].sender.is_some() && for_triage[2].sender.is_none());

        let mut anonymous = batch.clone();
        for submission in &mut anonymous {
            submission.submitter.name = None;
            submission.submitter.phone = None;
        }
        let stored = store.submissions(consultation).await.unwrap();
        assert!(
            stored
                .iter()
                .map(|stored| &stored.submission)
                .eq(&anonymous)
        );
        let one = store.submission_by_receipt(&accepted[0].receipt).await;
        assert_eq!(one.unwrap().as_ref(), Some(&stored[0]));

        let id = accepted[1].id;
        assert!(store.delete_identity(&act(), id).await.unwrap());
        assert!(!store.delete_identity(&act(), id).await.unwrap());
        let left = store.submissions_for_triage(consultation).await.unwrap();
        assert_eq!(
            left, stored,
            "the opinions stay, and so does their common pseudonym"
        );
        let mut again = store.intake(consultation, "later");
        let later = again.accept(&act(), &batch[1..2]).await.unwrap();
        let later = store.submission(later[0].id).await.unwrap().unwrap();
        assert_ne!(later.sender, stored[1].sender, "the key is gone");
    })
    .await;
}

/// Invariant 2: the original is untouched, whoever writes to the database.
#[tokio::test]
async fn the_database_refuses_to_change_what_arrived() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        fill(&store, consultation, 1).await;
        for sql in [
            "update submission set text = 'x'",
            "update submission set region = 'x'",
            "delete from submission",
            "update audit set actor = 'x'",
            "delete from audit",
        ] {
            assert!(
                sqlx::query(sql).execute(store.pool()).await.is_err(),
                "{sql}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_of_a_refused_batch_is_written() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        let mut intake = store.intake(consultation, "file");
        let batch = [submission(None, "甲"), submission(None, "乙\0")];
        let refused = intake.accept(&act(), &batch).await;
        assert!(matches!(refused, Err(StoreError::NulCharacter { row: 1 })));
        assert!(store.submissions(consultation).await.unwrap().is_empty());
        // The first row is not counted as seen.
        let accepted = intake.accept(&act(), &batch[..1]).await.unwrap();
        assert_eq!(accepted[0].id.get(), 1);
        let mut again = store.intake(consultation, "file");
        let again = again.accept(&act(), &batch[..1]).await.unwrap();
        assert_eq!(arrivals(&again), [Arrival::Known]);
    })
    .await;
}

#[tokio::test]
async fn deliveries_at_the_same_time_do_not_disturb_each_other() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        let deliver = |worker: usize| {
            let store = store.clone();
            tokio::spawn(async move {
                for batch in 0..5 {
                    // Half of each batch comes from all workers.
                    let rows: Vec<Submission> = (0..10)
                        .map(|row| match row % 2 {
                            0 => format!("{batch}.{row}"),
                            _ => format!("{worker}.{batch}.{row}"),
                        })
                        .map(|id| submission(Some(&id), &id))
                        .collect();
                    let mut intake = store.intake(consultation, "live");
                    intake.accept(&act(), &rows).await.unwrap();
                }
            })
        };
        for task in [deliver(0), deliver(1), deliver(2), deliver(3)] {
            task.await.unwrap();
        }
        let stored = store.submissions(consultation).await.unwrap();
        assert_eq!(stored.len(), 5 * 5 + 4 * 5 * 5);
        let mut texts: Vec<_> = stored.iter().map(|s| &s.submission.text).collect();
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), stored.len());
        let numbers = stored.iter().map(|stored| stored.id.get());
        assert!(numbers.eq(1..=stored.len() as u64), "no gaps");
    })
    .await;
}

#[tokio::test]
async fn pages_follow_each_other_without_gaps() {
    on_every_database(async |store| {
        let (here, there) = (
            new_consultation(&store, "here").await,
            new_consultation(&store, "there").await,
        );
        let mut want = fill(&store, here, 30).await;
        fill(&store, there, 10).await;
        want.extend(fill(&store, here, 35).await.into_iter().skip(30));
        let mut seen = Vec::new();
        while let page = store
            .submissions_after(here, seen.last().copied(), 7)
            .await
            .unwrap()
            && !page.is_empty()
        {
            seen.extend(page.iter().map(|stored| stored.id));
        }
        assert_eq!(seen, want);
    })
    .await;
}

#[tokio::test]
async fn each_batch_of_a_delivery_asks_for_what_follows_it() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        let waiting = async || store.count_jobs(JobState::Waiting).await.unwrap();
        let after = std::time::Duration::from_secs(1);
        let deliver = async |id: &str| {
            let intake = store.intake(consultation, "file");
            let mut intake = intake.followed_by("triage", after);
            let batch = [submission(Some(id), "意见")];
            intake.accept(&act(), &batch).await.unwrap();
        };
        // Nothing is done after the batch: whoever delivers may be interrupted there.
        deliver("1").await;
        assert_eq!(waiting().await, 1);
        let at = act().at + after;
        let job = store.take_job("w", at).await.unwrap().unwrap();
        assert_eq!(job.payload, consultation.to_string());
        deliver("1").await;
        assert_eq!(waiting().await, 0, "nothing new");
        deliver("2").await;
        assert_eq!(waiting().await, 1);
    })
    .await;
}
