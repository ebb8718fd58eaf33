//! Messages answered once.

use sqlx::Row;

use super::{Conversation, Medium, MediumKind, Saved, TurnRecord};
use crate::testing::{act, on_every_database};

fn turn<'a>(message: &'a str, turn: u64, reply: &'a str) -> TurnRecord<'a> {
    TurnRecord {
        account: "lianxidian",
        openid: "oTestFollower",
        message,
        turn,
        state: "state",
        reply,
        medium: None,
        at: act().at,
    }
}

#[tokio::test]
async fn a_message_is_answered_once_and_the_same_again() {
    on_every_database(async |store| {
        let first = turn("m1", 0, "甲");
        assert_eq!(store.save_turns(&[first]).await.unwrap(), [Saved::New]);
        let again = turn("m1", 1, "乙");
        let outrun = turn("m2", 0, "丙");
        let next = turn("m3", 1, "丁");
        let saved = store.save_turns(&[again, outrun, next]).await.unwrap();
        let known = Saved::Known("甲".into());
        assert_eq!(saved, [known, Saved::Outrun, Saved::New]);
        let key = store.message_key("m1");
        assert_eq!(store.answered(&key).await.unwrap().as_deref(), Some("甲"));
        let key = store.message_key("m2");
        assert_eq!(store.answered(&key).await.unwrap(), None);
        let kept = store
            .conversation("lianxidian", "oTestFollower")
            .await
            .unwrap();
        assert_eq!((kept.turn, kept.state.as_deref()), (2, Some("state")));
        let other = store.conversation("other", "oTestFollower").await.unwrap();
        assert_eq!(other, Conversation::default());
    })
    .await;
}

#[tokio::test]
async fn old_answers_go_and_new_ones_stay() {
    on_every_database(async |store| {
        store.save_turns(&[turn("m1", 0, "甲")]).await.unwrap();
        let mut later = turn("m2", 1, "乙");
        later.at = act().at + std::time::Duration::from_hours(25);
        store.save_turns(&[later]).await.unwrap();
        let (first, second) = (store.message_key("m1"), store.message_key("m2"));
        assert_eq!(store.answered(&first).await.unwrap(), None);
        assert!(store.answered(&second).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn a_recording_waits_until_somebody_writes_it_down_and_nobody_is_named_in_the_table() {
    on_every_database(async |store| {
        let medium = |heard| Medium {
            kind: MediumKind::Voice,
            media_id: "media-1".into(),
            format: "amr".into(),
            place: Some("2345ACEF".into()),
            consultation: None,
            heard,
        };
        for (number, heard) in [(0, false), (1, true)] {
            let (message, medium) = (format!("m{number}"), medium(heard));
            let mut turn = turn(&message, number, "收到");
            turn.medium = Some(&medium);
            store.save_turns(&[turn]).await.unwrap();
        }
        let waiting = store.waiting_media().await.unwrap();
        assert_eq!(waiting.len(), 1, "what was heard needs nobody");
        assert_eq!(waiting[0].openid, "oTestFollower");
        assert_eq!(waiting[0].medium, medium(false));
        for table in ["wechat_follower", "wechat_message", "wechat_media"] {
            let sql = sqlx::AssertSqlSafe(format!("select * from {table}"));
            for row in sqlx::query(sql).fetch_all(store.pool()).await.unwrap() {
                for column in 0..row.len() {
                    let text = row.try_get::<String, _>(column).unwrap_or_default();
                    assert!(!text.contains("oTestFollower"), "{table}");
                }
            }
        }
        let id = waiting[0].id;
        store.end_medium(&act(), id, true).await.unwrap();
        assert_eq!(store.waiting_medium(id).await.unwrap(), None);
        assert!(store.waiting_media().await.unwrap().is_empty());
    })
    .await;
}
