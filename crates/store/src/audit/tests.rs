//! The contract of the audit chain.

use super::{Act, AuditFilter, ChainState, link};
use crate::testing::{act, fill, new_consultation, on_every_database};

#[tokio::test]
async fn acts_are_noted_without_personal_data() {
    on_every_database(async |store| {
        let consultation = new_consultation(&store, "c").await;
        let ids = fill(&store, consultation, 3).await;
        store.withdraw(&act(), ids[1]).await.unwrap();
        store.audit(&act(), "report.make", "C-1").await.unwrap();
        let entries = store.audit_entries(0).await.unwrap();
        let told: Vec<_> = entries
            .iter()
            .map(|entry| (entry.seq, &*entry.action, &*entry.object))
            .collect();
        assert_eq!(
            told,
            [
                (1, "consultation.create", "C-1"),
                (2, "submission.accept", "C-1 S-1..S-3"),
                (3, "submission.withdraw", "S-2"),
                (4, "report.make", "C-1"),
            ]
        );
        assert!(
            entries
                .iter()
                .all(|e| e.at == act().at && e.actor == "tester")
        );
        assert_eq!(
            store.verify_audit().await.unwrap(),
            ChainState::Intact {
                entries: 4,
                head: entries[3].hash.clone()
            }
        );
    })
    .await;
}

/// As somebody could who owns the database and switches the guards off.
#[tokio::test]
async fn a_change_breaks_the_chain_where_it_was_made() {
    for (tamper, seq) in [
        ("update audit set object = 'C-2' where seq = 3", 3),
        (
            "update audit set at = '2026-04-01T08:00:00.000002Z' where seq = 2",
            2,
        ),
        (
            "update audit set hash = (select hash from audit where seq = 4) where seq = 3",
            3,
        ),
        ("delete from audit where seq = 3", 3),
        ("delete from audit where seq = 1", 1),
        ("delete from audit where seq >= 4", 4),
        ("delete from audit", 1),
    ] {
        on_every_database(async |store| {
            for object in ["C-1", "C-1", "C-1", "C-1", "C-1"] {
                store.audit(&act(), "look", object).await.unwrap();
            }
            let disarm: &[&str] = match store.dialect() {
                crate::db::Dialect::Sqlite => &[
                    "drop trigger audit_is_not_changed",
                    "drop trigger audit_is_not_deleted",
                ],
                crate::db::Dialect::Postgres => &["drop trigger audit_is_append_only on audit"],
            };
            for sql in disarm.iter().chain([&tamper]) {
                sqlx::query(*sql).execute(store.pool()).await.unwrap();
            }
            let state = store.verify_audit().await.unwrap();
            assert_eq!(state, ChainState::Broken { seq }, "{tamper}");
        })
        .await;
    }
}

#[test]
fn moving_words_between_fields_changes_the_hash() {
    assert_ne!(
        link("", ["t", "ab", "c", "d"]),
        link("", ["t", "a", "bc", "d"])
    );
    assert_ne!(link("x", ["", "", "", ""]), link("", ["x", "", "", ""]));
}

#[tokio::test]
async fn the_newest_entries_come_first_and_only_those_that_are_wanted() {
    on_every_database(async |store| {
        for (actor, action, object) in [
            ("王审", "decision.name", "C-1 event 1"),
            ("李核", "identity.show", "S-3"),
            ("王审", "identity.delete", "S-3"),
            ("王审", "decision.undo", "C-2 50%"),
        ] {
            let act = Act { actor, ..act() };
            store.audit(&act, action, object).await.unwrap();
        }
        let wanted = async |before, [actor, action, object]: [&str; 3], limit| -> Vec<u64> {
            let filter = AuditFilter {
                actor: actor.into(),
                action: action.into(),
                object: object.into(),
            };
            let found = store.newest_audit(before, &filter, limit).await.unwrap();
            found.iter().map(|entry| entry.seq).collect()
        };
        let all = ["", "", ""];
        assert_eq!(wanted(u64::MAX, all, 9).await, [4, 3, 2, 1]);
        assert_eq!(wanted(u64::MAX, all, 2).await, [4, 3]);
        assert_eq!(wanted(3, all, 9).await, [2, 1]);
        assert_eq!(wanted(u64::MAX, ["王审", "", ""], 9).await, [4, 3, 1]);
        assert_eq!(wanted(u64::MAX, ["", "identity.", ""], 9).await, [3, 2]);
        assert_eq!(wanted(u64::MAX, ["王审", "identity.", "S-3"], 9).await, [3]);
        assert_eq!(wanted(u64::MAX, ["", "", "0%"], 9).await, [4]);
    })
    .await;
}
