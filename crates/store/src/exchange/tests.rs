//! Packages on every database.

use caifeng_domain::{Channel, ConsultationId, StationKind, Submitter};

use super::{
    Answered, FeedbackImport, Merged, Outcome, Package, PackageDirection, PackageImport,
    PackageItem, PackageKind,
};
use crate::{
    PlaceRow, SignatureSuite, Store,
    testing::{act, fill, new_consultation, on_every_database, submission},
};

fn package(consultation: ConsultationId, kind: PackageKind, version: u32) -> Package {
    Package {
        id: 0,
        consultation,
        direction: PackageDirection::Received,
        kind,
        series: "s".into(),
        version,
        package: format!("p{version}"),
        content: "c".into(),
        organisation: "某县".into(),
        exported_at: act().at,
        at: act().at,
        actor: act().actor.into(),
        counts: "{}".into(),
        sha256: "0".repeat(64),
    }
}

fn item(reference: &str, text: &str, sender: &str) -> PackageItem {
    let mut submission = submission(Some(&format!("{reference}.{text}")), text);
    submission.channel = Channel::Kiosk;
    submission.submitter = Submitter::default();
    PackageItem {
        submission,
        reference: reference.into(),
        sender: Some(sender.to_owned()).filter(|sender| !sender.is_empty()),
        draft: None,
        question: None,
    }
}

fn import(to: ConsultationId, version: u32, items: &[PackageItem]) -> PackageImport {
    PackageImport {
        package: package(to, PackageKind::Submissions, version),
        places: vec![PlaceRow::Station {
            kind: StationKind::Point,
            path: vec!["某县".into()],
        }],
        items: items.to_vec(),
        follow_up: "triage",
    }
}

async fn merge(store: &Store, import: &PackageImport) -> Outcome<Merged> {
    store
        .merge_package(&act(), import, |_| "{}".into(), false)
        .await
        .unwrap()
}

#[tokio::test]
async fn an_updated_package_replaces_its_older_self() {
    on_every_database(async |store| {
        let c = new_consultation(&store, "c").await;
        let items = [
            item("a", "甲", "x"),
            item("b", "乙", "x"),
            item("c", "丙", ""),
        ];
        let first = import(c, 1, &items);
        let tried = store
            .merge_package(&act(), &first, |_| "{}".into(), true)
            .await
            .unwrap();
        assert_eq!(store.received(c).await.unwrap(), 0, "only tried");
        let done = merge(&store, &first).await;
        assert_eq!(tried, done);
        let want = Merged {
            new: 3,
            places: 1,
            ..Merged::default()
        };
        assert_eq!(done, Outcome::Done(want));
        assert_eq!(merge(&store, &first).await, Outcome::Known);
        let journal = store.submissions(c).await.unwrap();
        assert_eq!(journal[0].submission.channel, Channel::Kiosk);
        assert!(journal[0].sender.is_some() && journal[0].sender == journal[1].sender);
        assert_eq!(journal[2].sender, None);

        let next = import(c, 3, &[item("a", "甲", "x"), item("b", "乙二", "x")]);
        let Outcome::Done(done) = merge(&store, &next).await else {
            panic!("refused");
        };
        assert_eq!((done.new, done.known, done.replaced), (1, 1, 1));
        assert_eq!((done.withdrawn, done.restored, done.places), (2, 0, 0));
        assert_eq!(merge(&store, &first).await, Outcome::Older(3));
        assert_eq!(
            merge(&store, &import(c, 2, &items)).await,
            Outcome::Older(3)
        );
        let mut forged = next.clone();
        forged.package.package = "another".into();
        assert_eq!(merge(&store, &forged).await, Outcome::Older(3));

        let again = import(c, 4, &items);
        let Outcome::Done(done) = merge(&store, &again).await else {
            panic!("refused");
        };
        assert_eq!((done.new, done.known), (0, 3));
        assert_eq!((done.withdrawn, done.restored), (1, 2));
        let live = store.references("s").await.unwrap();
        let live: Vec<&str> = live.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(live, ["a", "b", "c"]);
        assert_eq!(store.withdrawn(c).await.unwrap().len(), 1);
        assert!(store.ledger(c).await.unwrap().balances());
        assert_eq!(store.packages(c).await.unwrap().len(), 3);
        assert_eq!(store.files().await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn feedback_takes_the_place_of_what_the_same_side_said_before() {
    on_every_database(async |store| {
        let c = new_consultation(&store, "c").await;
        let ids = fill(&store, c, 2).await;
        let answer = |result: &str| Answered {
            organisation: "某省".into(),
            words: "意见0".into(),
            place: "第一条".into(),
            wording: None,
            together: 7,
            result: result.into(),
            reason: String::new(),
            day: "2026-05-01".into(),
        };
        let feedback = |version, answers: &[_]| FeedbackImport {
            package: package(c, PackageKind::Feedback, version),
            answers: answers.to_vec(),
        };
        let first = feedback(1, &[(ids[0], answer("采纳")), (ids[0], answer("未采纳"))]);
        let merge = async |import| store.merge_feedback(&act(), import, false).await.unwrap();
        assert_eq!(merge(&first).await, Outcome::Done(0));
        assert_eq!(merge(&first).await, Outcome::Known);
        let second = feedback(2, &[(ids[1], answer("部分采纳"))]);
        let tried = store.merge_feedback(&act(), &second, true).await.unwrap();
        assert_eq!(tried, Outcome::Done(2));
        assert_eq!(store.feedback_of(ids[0]).await.unwrap().len(), 2);
        assert_eq!(merge(&second).await, Outcome::Done(2));
        assert!(store.feedback_of(ids[0]).await.unwrap().is_empty());
        let all = store.feedback(c).await.unwrap();
        assert_eq!(all, [(ids[1], answer("部分采纳"))]);
        assert_eq!(merge(&first).await, Outcome::Older(2));
    })
    .await;
}

#[tokio::test]
async fn a_key_is_believed_until_it_is_not() {
    on_every_database(async |store| {
        let key = store
            .signing_key(&act(), SignatureSuite::Sm2)
            .await
            .unwrap();
        let key = key.public();
        assert!(store.trust(&act(), "某县", &key).await.unwrap());
        assert!(!store.trust(&act(), "某县", &key).await.unwrap());
        let all = store.trusted_keys().await.unwrap();
        assert_eq!((all.len(), &all[0].key), (1, &key));
        assert!(store.distrust(&act(), all[0].id).await.unwrap());
        assert!(!store.distrust(&act(), all[0].id).await.unwrap());
        assert!(store.trusted_keys().await.unwrap()[0].revoked_at.is_some());
        assert!(store.trust(&act(), "某县联系点", &key).await.unwrap());
        let all = store.trusted_keys().await.unwrap();
        assert_eq!(all[0].organisation, "某县联系点");
        assert_eq!(all[0].revoked_at, None);
    })
    .await;
}

#[tokio::test]
async fn names_in_packages_say_nothing_and_stay() {
    on_every_database(async |store| {
        let (c, d) = (
            new_consultation(&store, "c").await,
            new_consultation(&store, "d").await,
        );
        let ids = fill(&store, c, 2).await;
        let names = [
            store.package_series(c),
            store.package_series(d),
            store.package_reference(ids[0]),
            store.package_reference(ids[1]),
        ];
        for (i, name) in names.iter().enumerate() {
            assert_eq!(name.len(), 32);
            assert!(!names[..i].contains(name));
        }
        assert_eq!(names[2], store.package_reference(ids[0]));
    })
    .await;
}
