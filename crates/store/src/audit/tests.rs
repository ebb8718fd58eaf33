//! The contract of the audit chain.

use super::{ChainState, link};
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
