//! Opening.

use super::{OpenOptions, Store};
use crate::{
    IdentityKey, StoreError,
    testing::{fill, new_consultation},
};

#[tokio::test]
async fn what_was_written_is_there_after_opening_again() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/caifeng.db", dir.path().display());
    let store = Store::open(&url).await.unwrap();
    let consultation = new_consultation(&store, "c").await;
    fill(&store, consultation, 3).await;
    store.close().await;
    let store = Store::open(&url).await.unwrap();
    assert_eq!(store.submissions(consultation).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_lost_or_wrong_key_is_noticed_before_anything_is_sealed_with_another() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/caifeng.db", dir.path().display());
    let key = dir.path().join("identity.key");
    Store::open(&url).await.unwrap().close().await;
    std::fs::rename(&key, dir.path().join("backup")).unwrap();
    let lost = Store::open(&url).await.err();
    assert!(matches!(lost, Some(StoreError::KeyLost { path }) if path == key));
    assert!(!key.exists());
    let options = OpenOptions {
        identity_key: Some(IdentityKey([9; 32])),
        ..OpenOptions::default()
    };
    let wrong = Store::open_with(&url, options).await.err();
    assert!(matches!(wrong, Some(StoreError::WrongKey)));
    std::fs::rename(dir.path().join("backup"), &key).unwrap();
    Store::open(&url).await.unwrap();
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_told_apart() {
    for address in ["", "caifeng.db", "mysql://localhost/x"] {
        let err = Store::open(address).await.err();
        assert!(matches!(err, Some(StoreError::Address)), "{address}");
    }
    let dir = tempfile::tempdir().unwrap();
    let missing = format!("sqlite://{}/none/caifeng.db", dir.path().display());
    let err = Store::open(&missing).await.err();
    assert!(matches!(err, Some(StoreError::Open { .. })));
}
