//! What is left of followers who were forgotten.

use std::{collections::BTreeMap, time::Duration};

use caifeng_domain::{ConsultationId, SubmissionId};

use crate::{
    Act, Conversation, Delivery, Grant, Medium, MediumKind, Store, TurnRecord,
    testing::{act, new_consultation, on_every_database, submission},
};

const ACCOUNT: &str = "lianxidian";

/// `about`: of a message with a recording, the consultation that it is about, or nothing.
fn turn(openid: &str, message: &str, turn: u64, about: Option<&str>) -> TurnRecord {
    let medium = |consultation: &str| Medium {
        kind: MediumKind::Voice,
        media_id: message.into(),
        format: "amr".into(),
        place: None,
        consultation: Some(consultation.to_owned()).filter(|slug| !slug.is_empty()),
        heard: false,
    };
    TurnRecord {
        account: ACCOUNT.into(),
        openid: openid.into(),
        message: message.into(),
        turn,
        state: "state".into(),
        notice: None,
        reply: "收到".into(),
        medium: about.map(medium),
        at: act().at,
    }
}

async fn say(store: &Store, turns: &[TurnRecord]) {
    store.write_group(&[], turns, None).await.unwrap();
}

/// An opinion that came by WeChat.
async fn deliver(
    store: &Store,
    (consultation, source): (ConsultationId, &str),
    openid: &str,
    number: &str,
) -> SubmissionId {
    let mut said = submission(Some(number), "绳子要短些");
    said.submitter.account = Some(openid.into());
    let delivery = Delivery {
        consultation,
        source: source.into(),
        actor: "public".into(),
        at: act().at,
        consent: None,
        collector: None,
        answers: BTreeMap::new(),
        receipts: BTreeMap::new(),
        submissions: vec![said],
        whole: false,
    };
    let written = store.write_group(&[delivery], &[], None).await.unwrap();
    written.0[0][0].id
}

async fn is_answered(store: &Store, message: &str) -> bool {
    let key = store.message_key(message);
    store.answered(&key).await.unwrap().is_some()
}

async fn is_remembered(store: &Store, openid: &str) -> bool {
    store.conversation(ACCOUNT, openid).await.unwrap() != Conversation::default()
}

async fn waiting(store: &Store) -> Vec<String> {
    let media = store.waiting_media().await.unwrap();
    media.into_iter().map(|one| one.medium.media_id).collect()
}

#[tokio::test]
async fn whoever_asks_is_forgotten_as_a_follower_and_their_opinion_stays() {
    on_every_database(async |store| {
        let c = new_consultation(&store, "c").await;
        new_consultation(&store, "d").await;
        let about = [None, Some("c"), Some(""), Some("d")];
        let turns: Vec<TurnRecord> = (0..)
            .zip(about)
            .map(|(number, about)| turn("oTestOne", &format!("m{number}"), number, about))
            .collect();
        say(&store, &turns).await;
        say(&store, &[turn("oTestTwo", "other", 0, Some("c"))]).await;
        let source = format!("wechat {ACCOUNT}");
        let id = deliver(&store, (c, &source), "oTestOne", "m0").await;
        let grants = [Grant {
            template: "t-1".into(),
            count: 2,
        }];
        store.keep_grants(id, &grants, act().at).await.unwrap();

        assert!(store.delete_identity(&act(), id).await.unwrap());
        assert!(!is_remembered(&store, "oTestOne").await);
        for number in 0..4 {
            assert!(!is_answered(&store, &format!("m{number}")).await);
        }
        assert_eq!(
            waiting(&store).await,
            ["m3", "other"],
            "said for d stays d's"
        );
        assert!(store.grants(id).await.unwrap().is_empty());
        assert!(is_remembered(&store, "oTestTwo").await);
        assert!(is_answered(&store, "other").await);
        let kept = store.submission(id).await.unwrap().unwrap();
        assert_eq!(kept.submission.text, "绳子要短些");
        assert_eq!(store.ledger(c).await.unwrap().received, 1);
        let known = store.identity(&act(), id).await.unwrap().unwrap();
        assert_eq!(known.submitter.account, None);
        assert!(
            !store.delete_identity(&act(), id).await.unwrap(),
            "nothing is left"
        );
        // Whoever writes again is met for the first time.
        say(&store, &[turn("oTestOne", "m9", 0, None)]).await;
        assert!(is_remembered(&store, "oTestOne").await);
    })
    .await;
}

#[tokio::test]
async fn whoever_sent_a_recording_that_was_written_down_is_forgotten_too() {
    on_every_database(async |store| {
        let c = new_consultation(&store, "c").await;
        say(&store, &[turn("oTestOne", "m0", 0, Some("c"))]).await;
        let medium = store.waiting_media().await.unwrap()[0].id;
        let number = medium.to_string();
        let id = deliver(&store, (c, "wechat media"), "oTestOne", &number).await;
        store.end_medium(&act(), medium, true).await.unwrap();
        assert!(store.delete_identity(&act(), id).await.unwrap());
        assert!(!is_remembered(&store, "oTestOne").await);
        assert!(!is_answered(&store, "m0").await);
        let left: i64 = sqlx::query_scalar("select count(*) from wechat_media")
            .fetch_one(store.pool())
            .await
            .unwrap();
        assert_eq!(left, 0);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_read_is_deleted_all_the_same() {
    on_every_database(async |store| {
        let c = new_consultation(&store, "c").await;
        let id = deliver(&store, (c, "wechat a"), "oTestOne", "m0").await;
        sqlx::query("update identity set sealed = $1")
            .bind(vec![0_u8; 40])
            .execute(store.writers())
            .await
            .unwrap();
        assert!(store.identity(&act(), id).await.is_err());
        assert!(store.delete_identity(&act(), id).await.unwrap());
        assert!(store.identity(&act(), id).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn silent_followers_and_media_of_no_consultation_go_after_their_time() {
    on_every_database(async |store| {
        let c = new_consultation(&store, "c").await;
        let hour = Duration::from_hours(1);
        let gone = Some("renamed");
        say(
            &store,
            &[
                turn("oTestOne", "m0", 0, Some("")),
                turn("oTestOne", "m1", 1, Some("c")),
                turn("oTestOne", "m2", 2, gone),
                TurnRecord {
                    at: act().at + 2 * hour,
                    ..turn("oTestTwo", "m3", 0, Some(""))
                },
                turn("oTestOld", "m4", 0, None),
            ],
        )
        .await;
        sqlx::query("update wechat_follower set seen_at = null where key = $1")
            .bind(store.follower(ACCOUNT, "oTestOld"))
            .execute(store.writers())
            .await
            .unwrap();
        let later = Act {
            at: act().at + 3 * hour,
            ..act()
        };
        let expired = store.expire_followers(&later, act().at + hour).await;
        assert_eq!(expired.unwrap(), 3, "one follower, two recordings");
        assert!(!is_remembered(&store, "oTestOne").await);
        assert!(is_remembered(&store, "oTestTwo").await);
        assert!(
            is_remembered(&store, "oTestOld").await,
            "heard of as of now"
        );
        assert_eq!(waiting(&store).await, ["m1", "m3"]);
        let expired = store.expire_followers(&later, act().at + hour).await;
        assert_eq!(expired.unwrap(), 0);
        let expired = store.expire_followers(&later, later.at + hour).await;
        assert_eq!(expired.unwrap(), 3, "two followers, one recording");

        // What was said for a consultation goes with it, grants too.
        let id = deliver(&store, (c, "web"), "oTestOne", "w0").await;
        let grants = [Grant {
            template: "t-1".into(),
            count: 1,
        }];
        store.keep_grants(id, &grants, act().at).await.unwrap();
        store.expire_identities(&later, c).await.unwrap();
        assert!(waiting(&store).await.is_empty());
        assert!(store.grants(id).await.unwrap().is_empty());
        assert!(
            store
                .ended_with_identities("2999-01-01")
                .await
                .unwrap()
                .is_empty()
        );

        assert!(is_answered(&store, "m0").await);
        store.forget_answers(act().at + 25 * hour).await.unwrap();
        assert!(!is_answered(&store, "m0").await);
        assert!(is_answered(&store, "m3").await);
    })
    .await;
}
