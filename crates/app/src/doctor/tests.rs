//! What is wrong is told, and what is right is not called wrong.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, time::Duration};

use super::{Finding, Verdict, doctor};
use crate::{App, testing::config};

const DRAFT: &str = "某条例（草案）\n第一条　河畔步道向公众开放。\n";

fn verdict(findings: &[Finding], what: &str) -> Verdict {
    let of = findings.iter().filter(|finding| finding.what == what);
    of.map(|finding| finding.verdict).max().unwrap()
}

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn each_fault_is_found_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let before = doctor(config(&data)).await;
    assert_eq!(verdict(&before, "数据库"), Verdict::Attention);
    assert!(!data.join("caifeng.db").exists(), "looking makes nothing");

    let app = App::open(config(&data)).await.unwrap();
    app.import_draft("c", "draft.txt", DRAFT.as_bytes())
        .await
        .unwrap();
    let file = "意见内容\n第一条写得好。\n";
    app.import(None, "x.csv", file.into(), None, false)
        .await
        .unwrap();
    // Triage is due a moment after the import.
    while app.background().await.unwrap().waiting > 0 {
        app.work_once("w").await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    app.finish().await;
    allow(&data, 0o700);
    let findings = doctor(config(&data)).await;
    for what in [
        "数据目录",
        "主密钥",
        "数据库",
        "身份库",
        "时钟",
        "后台任务",
        "审计记录",
        "台账",
        "检索索引",
    ] {
        assert_eq!(verdict(&findings, what), Verdict::Good, "{findings:?}");
    }
    assert!(
        findings
            .iter()
            .all(|f| f.advice.is_empty() == (f.verdict == Verdict::Good))
    );

    allow(&data, 0o755);
    allow(&data.join("identity.key"), 0o644);
    fs::write(data.join("index/c/meta.json"), "{").unwrap();
    let findings = doctor(config(&data)).await;
    assert_eq!(verdict(&findings, "数据目录"), Verdict::Attention);
    assert_eq!(verdict(&findings, "主密钥"), Verdict::Wrong);
    assert_ne!(
        verdict(&findings, "检索索引"),
        Verdict::Good,
        "{findings:?}"
    );

    fs::remove_dir_all(data.join("index")).unwrap();
    fs::rename(data.join("identity.key"), data.join("elsewhere")).unwrap();
    let findings = doctor(config(&data)).await;
    assert_eq!(verdict(&findings, "主密钥"), Verdict::Wrong);
    assert_eq!(
        verdict(&findings, "数据库"),
        Verdict::Wrong,
        "it cannot be opened"
    );
}
