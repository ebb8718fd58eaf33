//! What operators do: requests of senders, keys, backups, and looking after everything.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

/// A folder with data folders in it.
struct Desk(TempDir);

impl Desk {
    /// One submission by 测试甲, whose receipt comes back too.
    fn with_submission() -> (Self, String) {
        let desk = Self(tempfile::tempdir().unwrap());
        let made = ["consultation", "create", "c", "--title", "某条例（草案）"];
        desk.succeeds("data", &made, "");
        let file = desk.path("x.csv");
        fs::write(&file, "姓名,联系电话,意见内容\n测试甲,13800000000,很好\n").unwrap();
        let told = desk.succeeds("data", &["import", &file], "");
        let receipt = told.split("受理编号 ").nth(1).unwrap();
        let receipt = receipt.split(' ').next().unwrap().to_owned();
        (desk, receipt)
    }

    fn path(&self, name: &str) -> String {
        let path: PathBuf = self.0.path().join(name);
        path.to_str().unwrap().to_owned()
    }

    fn run(&self, data: &str, args: &[&str], input: &str) -> Output {
        let mut process = Command::new(env!("CARGO_BIN_EXE_caifeng"))
            .args(["--model", "lexical", "--data", &self.path(data)])
            .args(args)
            .env_remove("CAIFENG_CONFIG")
            .env_remove("CAIFENG_DATABASE")
            .env_remove("CAIFENG_IDENTITY_KEY")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = process.stdin.take().unwrap();
        // A command that reads nothing may have ended.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        process.wait_with_output().unwrap()
    }

    #[track_caller]
    fn succeeds(&self, data: &str, args: &[&str], input: &str) -> String {
        let out = self.run(data, args, input);
        let message = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{args:?}: {message}");
        String::from_utf8(out.stdout).unwrap()
    }

    #[track_caller]
    fn fails(&self, data: &str, args: &[&str]) -> String {
        let out = self.run(data, args, "");
        let message = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(1), "{args:?}: {message}");
        assert!(message.starts_with("错误："), "{message}");
        message
    }
}

#[track_caller]
fn assert_has(text: &str, wanted: &[&str]) {
    for want in wanted {
        assert!(text.contains(want), "`{want}` is not in:\n{text}");
    }
}

#[test]
fn a_sender_sees_corrects_and_deletes_what_is_known_and_it_is_noted() {
    let (desk, receipt) = Desk::with_submission();
    let by = |verb: &'static str| ["identity", verb, "--receipt", &receipt].map(str::to_owned);
    let run = |verb: &'static str, input: &str| {
        let args = by(verb);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        desk.succeeds("data", &args, input)
    };
    assert_has(
        &run("show", ""),
        &["姓名：测试甲", "电话：13800000000", "1 件"],
    );
    run("correct", "测试乙\n\n");
    assert_has(&run("show", ""), &["姓名：测试乙", "电话：13800000000"]);
    let found = desk.succeeds("data", &["identity", "find"], "138 0000 0000\n");
    assert_has(&found, &["共 1 件", &receipt]);

    let keys = desk.succeeds("data", &["vault", "rotate", "--cipher", "aes-256-gcm"], "");
    assert_has(&keys, &["已启用数据密钥 3，重新加密 1 条"]);
    desk.succeeds("data", &["vault", "exchange-master"], "");
    let keys = desk.succeeds("data", &["vault", "show"], "");
    assert_has(
        &keys,
        &["AES-256-GCM", "现用", "不是由现用密钥加密的：0 条"],
    );
    assert_has(&run("show", ""), &["姓名：测试乙"]);
    let wrong = desk.fails("data", &["vault", "rotate", "--cipher", "rot13"]);
    assert_has(&wrong, &["sm4-gcm、aes-256-gcm"]);

    assert_has(&run("delete", ""), &["已删除"]);
    assert_has(&run("show", ""), &["姓名：（无）", "电话：（无）"]);
    let list = desk.succeeds("data", &["consultation", "list"], "");
    assert_has(&list, &["收到 1 件"]);

    let told = desk.succeeds(
        "data",
        &["audit", "list", "--after", "2", "--limit", "3"],
        "",
    );
    assert_eq!(told.lines().count(), 3, "{told}");
    assert_has(&told, &["cli　identity.show　S-1", "identity.correct　S-1"]);
    assert!(!told.contains("测试"), "{told}");
    assert_has(
        &desk.succeeds("data", &["audit", "verify"], ""),
        &["链完整"],
    );
}

#[test]
fn what_was_backed_up_comes_back_and_the_doctor_finds_it_well() {
    let (desk, receipt) = Desk::with_submission();
    let (folder, key) = (desk.path("backup"), desk.path("key"));
    let passphrase = desk.path("passphrase");
    fs::write(&passphrase, "一句足够长的恢复口令\n").unwrap();
    let short = desk.fails(
        "data",
        &["backup", &folder, "--passphrase-file", &passphrase],
    );
    assert_has(&short, &["至少 12 个字"]);
    fs::write(&passphrase, "一句确实足够长的恢复口令\n").unwrap();
    let with = [
        &*folder,
        "--passphrase-file",
        &passphrase,
        "--key-file",
        &key,
    ];
    let made = desk.succeeds("data", &[&["backup"], &with[..]].concat(), "");
    assert_has(&made, &["已备份 1 件来件", "已加密", "主密钥另存于"]);

    let back = desk.succeeds("back", &[&["restore"], &with[..]].concat(), "");
    assert_has(&back, &["已恢复 1 件来件", "链完整"]);
    let shown = desk.succeeds("back", &["identity", "show", "--receipt", &receipt], "");
    assert_has(&shown, &["姓名：测试甲"]);
    let again = desk.fails("back", &[&["restore"], &with[..]].concat());
    assert_has(&again, &["不会覆盖"]);

    let well = desk.succeeds("back", &["doctor"], "");
    assert_has(
        &well,
        &["正常　主密钥", "正常　数据库", "正常　审计记录", "账目相符"],
    );
    fs::remove_file(desk.path("back/identity.key")).unwrap();
    assert_has(&desk.fails("back", &["doctor"]), &["处错误"]);
}

#[test]
fn postgres_is_backed_up_by_its_own_tools() {
    let desk = Desk(tempfile::tempdir().unwrap());
    let folder = desk.path("backup");
    let args = [
        "--database",
        "postgres://nobody@127.0.0.1:1/x",
        "restore",
        &folder,
    ];
    assert_has(&desk.fails("data", &args), &["pg_dump", "pg_restore"]);
}
