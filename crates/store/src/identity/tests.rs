//! The contract of what senders may ask for.

use caifeng_domain::{ConsultationId, SubmissionId};

use crate::{
    ChainState, Store,
    testing::{act, new_consultation, on_every_database, submission},
};

/// Two submissions of one person and one of another, all with telephone numbers.
async fn three(store: &Store, consultation: ConsultationId) -> Vec<SubmissionId> {
    let batch: Vec<_> = ["13800000000", "138 0000 0000", "13900000000"]
        .iter()
        .enumerate()
        .map(|(i, phone)| {
            let mut one = submission(Some(&i.to_string()), &format!("意见{i}"));
            one.submitter.phone = Some((*phone).into());
            one
        })
        .collect();
    let mut intake = store.intake(consultation, "file");
    let accepted = intake.accept(&act(), &batch).await.unwrap();
    accepted.iter().map(|one| one.id).collect()
}

#[tokio::test]
async fn what_is_known_is_shown_put_right_and_forgotten_and_each_is_noted() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        let ids = three(&store, consultation).await;
        let known = store.identity(&act(), ids[0]).await.unwrap().unwrap();
        assert_eq!(known.submitter.phone.as_deref(), Some("13800000000"));
        assert_eq!((known.submissions, known.consultation), (2, consultation));

        let name = Some("测试乙".to_owned());
        let phone = Some("13700000000".to_owned());
        assert!(
            store
                .correct_identity(&act(), ids[0], name.clone(), phone.clone())
                .await
                .unwrap()
        );
        for id in &ids[..2] {
            let known = store.identity(&act(), *id).await.unwrap().unwrap();
            assert_eq!(
                (&known.submitter.name, &known.submitter.phone),
                (&name, &phone)
            );
            assert_eq!(known.submissions, 2);
        }
        let found = store
            .submissions_by_phone(&act(), "137-0000-0000")
            .await
            .unwrap();
        assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), ids[..2]);
        assert!(
            store
                .submissions_by_phone(&act(), "13800000000")
                .await
                .unwrap()
                .is_empty()
        );

        assert!(store.delete_identity(&act(), ids[1]).await.unwrap());
        let known = store.identity(&act(), ids[0]).await.unwrap().unwrap();
        assert_eq!((known.submitter.name, known.submitter.phone), (None, None));
        assert_eq!(known.submissions, 2, "still one sender's");
        assert!(
            store
                .submissions_by_phone(&act(), "13700000000")
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(store.ledger(consultation).await.unwrap().received, 3);

        let entries = store.audit_entries(0).await.unwrap();
        let told: Vec<_> = entries.iter().map(|entry| &*entry.action).collect();
        for action in [
            "identity.show",
            "identity.correct",
            "identity.find",
            "identity.delete",
        ] {
            assert!(told.contains(&action), "{action}");
        }
        assert!(
            entries
                .iter()
                .all(|entry| !entry.object.contains("13700000000"))
        );
        let state = store.verify_audit().await.unwrap();
        assert!(matches!(state, ChainState::Intact { .. }));
    })
    .await;
}

#[tokio::test]
async fn of_a_family_with_one_telephone_only_the_one_who_asks_is_put_right() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        let batch = [Some("测试甲"), Some("测试甲"), Some("测试乙"), None].map(|name| {
            let mut one = submission(None, &format!("意见{name:?}"));
            one.submitter.name = name.map(str::to_owned);
            one.submitter.phone = Some("13800000000".into());
            one
        });
        let mut intake = store.intake(consultation, "file");
        let accepted = intake.accept(&act(), &batch).await.unwrap();
        let name = Some("测试丙".to_owned());
        let (act, id) = (act(), accepted[0].id);
        assert!(store.correct_identity(&act, id, name, None).await.unwrap());
        let mut names = Vec::new();
        for one in &accepted {
            let known = store.identity(&act, one.id).await.unwrap().unwrap();
            names.push(known.submitter.name);
        }
        let names: Vec<_> = names.iter().map(Option::as_deref).collect();
        assert_eq!(
            names,
            [Some("测试丙"), Some("测试丙"), Some("测试乙"), None]
        );
    })
    .await;
}

#[tokio::test]
async fn a_number_that_is_somebody_elses_makes_no_third_person_of_two() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        let ids = three(&store, consultation).await;
        let phone = Some("13900000000".to_owned());
        assert!(
            store
                .correct_identity(&act(), ids[0], None, phone)
                .await
                .unwrap()
        );
        let (one, other) = (
            store.identity(&act(), ids[0]).await.unwrap().unwrap(),
            store.identity(&act(), ids[2]).await.unwrap().unwrap(),
        );
        assert_eq!(one.submitter.phone, other.submitter.phone);
        assert_ne!(one.sender, other.sender);
        let nobody = SubmissionId::new(99).unwrap();
        assert!(
            !store
                .correct_identity(&act(), nobody, None, None)
                .await
                .unwrap()
        );
        assert!(store.identity(&act(), nobody).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn identities_go_when_their_time_is_over_and_the_account_still_adds_up() {
    on_every_database(async |store| {
        // Its window ends on 2026-04-30.
        let over = new_consultation(&store, "over").await;
        let by_hand = new_consultation(&store, "by-hand").await;
        for consultation in [over, by_hand] {
            three(&store, consultation).await;
        }
        store.close_consultation(&act(), by_hand).await.unwrap(); // on 2026-04-01
        let ended = async |before| store.ended_with_identities(before).await.unwrap();
        assert!(ended("2026-04-01").await.is_empty());
        assert_eq!(ended("2026-04-02").await, [by_hand]);
        assert_eq!(ended("2026-04-30").await, [by_hand]);
        assert_eq!(ended("2026-05-01").await, [over, by_hand]);

        let before = store.ledger(over).await.unwrap();
        assert_eq!(store.expire_identities(&act(), over).await.unwrap(), 3);
        assert_eq!(ended("2026-05-01").await, [by_hand]);
        assert_eq!(store.ledger(over).await.unwrap(), before);
        assert!(before.balances() && before.received == 3);
        let left = store.submissions_for_triage(over).await.unwrap();
        assert!(
            left.iter()
                .all(|one| one.submission.submitter.phone.is_none())
        );
        assert_eq!(left[0].sender, left[1].sender);
        assert_ne!(left[0].sender, left[2].sender);
        let other = store.submissions_for_triage(by_hand).await.unwrap();
        assert!(other[0].submission.submitter.phone.is_some());
        assert_eq!(store.expire_identities(&act(), over).await.unwrap(), 0);
    })
    .await;
}
