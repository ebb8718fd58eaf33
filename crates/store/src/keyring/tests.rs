//! The contract of the keys.

use std::{path::Path, sync::Arc};

use caifeng_domain::{ConsultationId, Submission};

use crate::{
    IdentityKey, OpenOptions, OsRandom, Store, StoreError, Suite,
    testing::{act, fill, new_consultation, on_every_database, submission},
};

async fn open(dir: &Path) -> Result<Store, StoreError> {
    Store::open(&format!("sqlite://{}/caifeng.db", dir.display())).await
}

async fn with_identity(store: &Store, slug: &str) -> (ConsultationId, Submission) {
    let consultation = new_consultation(store, slug).await;
    let mut named = submission(Some("1"), "意见");
    named.submitter.name = Some("测试甲".into());
    named.submitter.phone = Some("13800000000".into());
    let mut intake = store.intake(consultation, "file");
    intake.accept(&act(), &[named.clone()]).await.unwrap();
    (consultation, named)
}

#[track_caller]
fn same(found: &[crate::StoredSubmission], want: &Submission) {
    assert_eq!(&found[0].submission.submitter, &want.submitter);
}

#[tokio::test]
async fn what_was_sealed_before_stays_readable_and_is_sealed_anew() {
    on_every_database(async |store| {
        let (consultation, named) = with_identity(&store, "c").await;
        fill(&store, consultation, 3).await;
        assert_eq!(store.sealed_before().await.unwrap(), 0);
        for (suite, id) in [(Suite::Aes256Gcm, 3), (Suite::Sm4Gcm, 4)] {
            assert_eq!(store.add_vault_key(&act(), suite).await.unwrap(), id);
            assert_eq!(store.sealed_before().await.unwrap(), 1);
            same(
                &store.submissions_for_triage(consultation).await.unwrap(),
                &named,
            );
            assert_eq!(store.reseal(&act(), &|_| {}).await.unwrap(), 1);
            assert_eq!(store.reseal(&act(), &|_| {}).await.unwrap(), 0);
            assert_eq!(store.sealed_before().await.unwrap(), 0);
            same(
                &store.submissions_for_triage(consultation).await.unwrap(),
                &named,
            );
        }
        let keys = store.vault_keys().await.unwrap();
        let told: Vec<_> = keys
            .iter()
            .map(|key| (key.id, key.suite, key.in_use))
            .collect();
        assert_eq!(
            told,
            [
                (2, Suite::Sm4Gcm, false),
                (3, Suite::Aes256Gcm, false),
                (4, Suite::Sm4Gcm, true)
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_process_at_work_takes_up_a_key_that_another_one_added() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (
        open(dir.path()).await.unwrap(),
        open(dir.path()).await.unwrap(),
    );
    let (consultation, named) = with_identity(&one, "c").await;
    two.exchange_master(&act(), None).await.unwrap();
    two.add_vault_key(&act(), Suite::Aes256Gcm).await.unwrap();
    two.reseal(&act(), &|_| {}).await.unwrap();
    assert_eq!(one.vault().ring().newest, 2, "it was not told");
    same(
        &one.submissions_for_triage(consultation).await.unwrap(),
        &named,
    );
}

#[tokio::test]
async fn a_new_master_key_takes_the_place_of_the_old_one_at_whatever_point_it_breaks_off() {
    let dir = tempfile::tempdir().unwrap();
    let key = dir.path().join("identity.key");
    let next = dir.path().join("identity.key.new");
    let store = open(dir.path()).await.unwrap();
    let (consultation, named) = with_identity(&store, "c").await;
    let first = std::fs::read(&key).unwrap();
    store.exchange_master(&act(), None).await.unwrap();
    store.close().await;
    let second = std::fs::read(&key).unwrap();
    assert_ne!(first, second);
    assert_eq!(
        std::fs::read(dir.path().join("identity.key.old-1")).unwrap(),
        first
    );

    // Broken off after the commit: the new key still lies beside the old one.
    std::fs::rename(&key, &next).unwrap();
    std::fs::write(&key, &first).unwrap();
    let store = open(dir.path()).await.unwrap();
    assert!(!next.exists());
    assert_eq!(std::fs::read(&key).unwrap(), second);
    same(
        &store.submissions_for_triage(consultation).await.unwrap(),
        &named,
    );
    store.close().await;

    // Broken off before the commit: the one made then is used.
    IdentityKey::create(&next, &OsRandom).unwrap();
    let third = std::fs::read(&next).unwrap();
    let store = open(dir.path()).await.unwrap();
    assert_eq!(std::fs::read(&key).unwrap(), second);
    store.exchange_master(&act(), None).await.unwrap();
    store.close().await;
    assert_eq!(std::fs::read(&key).unwrap(), third);
    let store = open(dir.path()).await.unwrap();
    same(
        &store.submissions_for_triage(consultation).await.unwrap(),
        &named,
    );
}

#[tokio::test]
async fn a_master_key_that_was_given_is_exchanged_for_one_that_is_given() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/caifeng.db", dir.path().display());
    let with = |byte| OpenOptions {
        identity_key: Some(IdentityKey([byte; 32])),
        key_file: None,
        random: Arc::new(OsRandom),
    };
    let store = Store::open_with(&url, with(1)).await.unwrap();
    let refused = store.exchange_master(&act(), None).await;
    assert!(matches!(refused, Err(StoreError::KeyNeeded)));
    let new = Some(IdentityKey([2; 32]));
    store.exchange_master(&act(), new).await.unwrap();
    let late = store.add_vault_key(&act(), Suite::Sm4Gcm).await;
    assert!(
        matches!(late, Err(StoreError::WrongKey)),
        "it has the old one"
    );
    store.close().await;
    let wrong = Store::open_with(&url, with(1)).await.err();
    assert!(matches!(wrong, Some(StoreError::WrongKey)));
    Store::open_with(&url, with(2)).await.unwrap();
}
