//! Backups made while submissions come in, and brought back.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use caifeng_domain::{Channel, Submitter, Visibility};
use caifeng_store::FileKind;

use super::{BackupOptions, restore};
use crate::{
    App, CONSENT_VERSION, ChainState, Comment, Handover, consultations::cli, testing::config,
};

async fn desk(data: &Path) -> App {
    let app = App::open(config(data)).await.unwrap();
    app.create_consultation("c", "某条例（草案）", None, Visibility::Public, Vec::new())
        .await
        .unwrap();
    app
}

async fn submit(app: &App, text: String) -> String {
    let handover = Handover {
        slug: "c".into(),
        comments: vec![Comment {
            article: None,
            question: None,
            text,
        }],
        channel: Channel::Web,
        place: None,
        sender: Submitter {
            phone: Some("13800000000".into()),
            ..Submitter::default()
        },
        consent: Some(CONSENT_VERSION.into()),
        key: None,
        grants: Vec::new(),
    };
    app.submit(None, handover).await.unwrap().receipts.remove(0)
}

fn sealed(key: Option<&Path>) -> BackupOptions {
    BackupOptions {
        passphrase: Some("一句很长的口令".into()),
        key: key.map(Path::to_owned),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_holds_everything_acknowledged_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let app = desk(&at("data")).await;
    let first = submit(&app, "第一件".into()).await;
    let (ended, acknowledged) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(1)),
    );
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (app, ended, acknowledged) =
                (app.clone(), Arc::clone(&ended), Arc::clone(&acknowledged));
            tokio::spawn(async move {
                for number in 0.. {
                    if ended.load(Ordering::SeqCst) {
                        break;
                    }
                    submit(&app, format!("意见 {writer} {number}")).await;
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    while acknowledged.load(Ordering::SeqCst) < 40 {
        tokio::task::yield_now().await;
    }
    let before = acknowledged.load(Ordering::SeqCst);
    let made = app
        .backup(&at("backup"), sealed(Some(&at("key"))))
        .await
        .unwrap();
    ended.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.unwrap();
    }
    let after = app.count_received("c").await.unwrap();
    assert!(before <= made.submissions && made.submissions <= after);
    assert!(before < after, "there was load");
    app.finish().await;

    let back = config(&at("restored"));
    let restored = restore(&back, &at("backup"), sealed(Some(&at("key"))))
        .await
        .unwrap();
    assert_eq!(
        (restored.submissions, restored.has_key),
        (made.submissions, true)
    );
    let app = App::open(back).await.unwrap();
    assert_eq!(app.count_received("c").await.unwrap(), made.submissions);
    let known = app.show_identity(&first).await.unwrap();
    assert_eq!(known.submitter.phone.as_deref(), Some("13800000000"));
    let chain = app.verify_audit().await.unwrap();
    assert!(matches!(chain, ChainState::Intact { .. }));
}

#[tokio::test]
async fn nothing_is_overwritten_and_what_is_not_whole_is_not_brought_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let app = desk(&at("data")).await;
    let receipt = submit(&app, "意见".into()).await;
    let scan = b"%PDF- scan".to_vec();
    let sha256 = app.put_file(scan.clone()).await.unwrap();
    let code = receipt.parse().unwrap();
    let known = app.store.submission_by_receipt(&code).await.unwrap();
    let (act, id) = (cli(), known.unwrap().id);
    app.store
        .attach(&act, id, &sha256, FileKind::Pdf, scan.len())
        .await
        .unwrap();
    let plain = BackupOptions::default();
    let made = app.backup(&at("plain"), plain.clone()).await.unwrap();
    assert_eq!((made.files, made.missing), (1, 0));
    app.backup(&at("sealed"), sealed(None)).await.unwrap();
    let told = async |folder: &Path, options: BackupOptions| {
        app.backup(folder, options).await.unwrap_err().to_string()
    };
    assert!(told(&at("plain"), plain.clone()).await.contains("不是空的"));
    let beside = sealed(Some(&at("new/key")));
    assert!(told(&at("new"), beside).await.contains("同一个目录"));

    let text = std::fs::read(at("plain/caifeng.db")).unwrap();
    let in_it = |bytes: &[u8]| bytes.windows(6).any(|part| part == "意见".as_bytes());
    assert!(in_it(&text) && !in_it(&std::fs::read(at("sealed/caifeng.db")).unwrap()));
    assert!(!at("plain/identity.key").exists(), "the key goes elsewhere");

    let refused = async |from: &str, options: BackupOptions| {
        let config = config(&at("refused"));
        let error = restore(&config, &at(from), options).await.unwrap_err();
        assert!(!at("refused/caifeng.db").exists());
        error.to_string()
    };
    assert!(refused("sealed", plain.clone()).await.contains("加密"));
    let wrong = BackupOptions {
        passphrase: Some("别的".into()),
        key: None,
    };
    assert!(refused("sealed", wrong).await.contains("口令不对"));
    assert!(
        refused("data", plain.clone())
            .await
            .contains("不是一份完整的备份")
    );
    let in_use = restore(&config(&at("data")), &at("plain"), plain.clone()).await;
    assert!(in_use.unwrap_err().to_string().contains("已存在"));

    let without_key = config(&at("without-key"));
    let restored = restore(&without_key, &at("plain"), plain.clone())
        .await
        .unwrap();
    assert!(!restored.has_key);
    assert_eq!(restored.files, 1);
    std::fs::copy(at("data/identity.key"), at("without-key/identity.key")).unwrap();
    let back = App::open(without_key).await.unwrap();
    assert!(back.track(&receipt).await.is_ok());
    assert_eq!(back.file(&sha256).await.unwrap(), scan);
    std::fs::remove_file(at("data/files").join(&sha256)).unwrap();
    let made = app.backup(&at("later"), plain.clone()).await.unwrap();
    assert_eq!((made.files, made.missing), (0, 1));
    let pack = at("sealed/files.pack");
    let mut changed = std::fs::read(&pack).unwrap();
    changed[0] ^= 1;
    std::fs::write(&pack, changed).unwrap();
    assert!(refused("sealed", sealed(None)).await.contains("files.pack"));

    let mut changed = text;
    *changed.last_mut().unwrap() ^= 1;
    std::fs::write(at("plain/caifeng.db"), changed).unwrap();
    assert!(refused("plain", plain).await.contains("已损坏"));
}
