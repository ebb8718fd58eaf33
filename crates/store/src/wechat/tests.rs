//! Messages answered once.

use sqlx::Row;

use super::{Conversation, Medium, MediumKind, Saved, TurnRecord};
use crate::{
    Store,
    testing::{act, on_every_database},
};

async fn save(store: &Store, turns: &[TurnRecord]) -> Vec<Saved> {
    store.write_group(&[], turns, None).await.unwrap().1
}

fn turn(message: &str, turn: u64, reply: &str) -> TurnRecord {
    TurnRecord {
        account: "lianxidian".into(),
        openid: "oTestFollower".into(),
        message: message.into(),
        turn,
        state: "state".into(),
        notice: Some("2026-11".into()),
        reply: reply.into(),
        medium: None,
        at: act().at,
    }
}

#[tokio::test]
async fn a_message_is_answered_once_and_the_same_again() {
    on_every_database(async |store| {
        let first = turn("m1", 0, "甲");
        assert_eq!(save(&store, &[first]).await, [Saved::New]);
        let again = turn("m1", 1, "乙");
        let outrun = turn("m2", 0, "丙");
        let next = turn("m3", 1, "丁");
        let saved = save(&store, &[again, outrun, next]).await;
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
        assert_eq!(kept.notice.as_deref(), Some("2026-11"));
        let other = store.conversation("other", "oTestFollower").await.unwrap();
        assert_eq!(other, Conversation::default());
    })
    .await;
}

#[tokio::test]
async fn old_answers_go_and_new_ones_stay() {
    on_every_database(async |store| {
        save(&store, &[turn("m1", 0, "甲")]).await;
        let mut later = turn("m2", 1, "乙");
        later.at = act().at + std::time::Duration::from_hours(25);
        save(&store, &[later]).await;
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
            turn.medium = Some(medium);
            save(&store, &[turn]).await;
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
