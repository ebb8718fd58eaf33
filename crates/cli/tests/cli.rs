//! The command line as its user meets it: the main job, repeats, and bad input.
//!
//! Everything here runs on the lexical encoder, so that it needs no model.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

/// A data folder of its own, and the command on it.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A desk at which the sample draft is in.
    fn with_draft() -> Self {
        let desk = Self::new();
        desk.succeeds(&[
            "draft",
            "import",
            sample("draft.txt").to_str().unwrap(),
            "--consultation",
            "heyan",
        ]);
        desk
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_caifeng"))
            .args([
                "--model",
                "lexical",
                "--data",
                self.0.path().join("data").to_str().unwrap(),
            ])
            .args(args)
            .env_remove("CAIFENG_CONFIG")
            .output()
            .unwrap()
    }

    #[track_caller]
    fn succeeds(&self, args: &[&str]) -> String {
        let out = self.run(args);
        assert!(
            out.status.success(),
            "{args:?}: {}",
            String::from_utf8_lossy(&out.stderr)
        );
        String::from_utf8(out.stdout).unwrap()
    }

    /// The message of a command that must fail, without panicking.
    #[track_caller]
    fn fails(&self, args: &[&str]) -> String {
        let out = self.run(args);
        let message = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(1), "{args:?}: {message}");
        assert!(message.starts_with("错误："), "{message}");
        message
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../corpora/heyan")
        .join(name)
}

#[track_caller]
fn assert_has(text: &str, wanted: &[&str]) {
    for want in wanted {
        assert!(text.contains(want), "`{want}` is not in:\n{text}");
    }
}

#[test]
fn the_main_job_runs_from_draft_to_report() {
    let desk = Desk::with_draft();
    let submissions = sample("submissions.jsonl");
    let file = submissions.to_str().unwrap();

    let dry = desk.succeeds(&["import", file, "--dry-run"]);
    assert_has(&dry, &["将导入 217 件", "试运行，未写入"]);
    assert_has(
        &desk.succeeds(&["import", file]),
        &["已导入 217 件", "受理编号"],
    );
    assert_has(
        &desk.succeeds(&["import", file]),
        &["已导入 0 件，此前已有 217 件"],
    );

    let first = desk.succeeds(&["triage"]);
    assert_has(
        &first,
        &["217 件来件", "台账：收到 217 =", "未安装语言模型"],
    );
    assert!(!first.contains("警告"), "the ledger balances: {first}");
    assert_has(&desk.succeeds(&["triage"]), &["与上次结果相同，未作改动"]);

    assert_has(
        &desk.succeeds(&["hot"]),
        &["第二十一条", "件 /", "机器归纳"],
    );
    let json = desk.succeeds(&["search", "大型犬 嘴套", "--json"]);
    assert_has(&json, &["大型犬", "highlights"]);
    assert_has(
        &desk.succeeds(&["search", "大型犬", "--article", "21", "--channel", "微信"]),
        &["【大型犬】", "微信"],
    );

    let out = desk.0.path().join("report.xlsx");
    desk.succeeds(&["report", "--format", "xlsx", "--out", out.to_str().unwrap()]);
    assert!(fs::read(out).unwrap().starts_with(b"PK"));
    let (out, letter) = (
        desk.0.path().join("report.docx"),
        desk.0.path().join("l.toml"),
    );
    fs::write(
        &letter,
        "organisation = \"河岸某联系点\"\ntemplate = \"t.jinja\"",
    )
    .unwrap();
    fs::write(
        desk.0.path().join("t.jinja"),
        "# 某报告\n{{ organisation }}：{{ received }}件",
    )
    .unwrap();
    let (out, letter) = (out.to_str().unwrap(), letter.to_str().unwrap());
    desk.succeeds(&["report", "--format", "docx", "--out", out]);
    assert!(fs::read(out).unwrap().starts_with(b"PK"));
    let html = desk.succeeds(&["report", "--format", "html", "--letter", letter]);
    assert_has(
        &html,
        &["<title>某报告</title>", "<p>河岸某联系点：217件</p>"],
    );
    assert_has(
        &desk.succeeds(&["report", "--show-template"]),
        &["{{ draft }}"],
    );
    for format in ["md", "json", "csv", "html", "briefing"] {
        let report = desk.succeeds(&["report", "--format", format]);
        assert_has(&report, &["第二十一条"]);
        assert!(!report.contains("13800000000"), "personal data is masked");
    }
}

#[test]
fn a_second_reading_is_compared_with_the_first() {
    let desk = Desk::with_draft();
    let second = sample("draft-2.txt");
    let out = desk.succeeds(&[
        "draft",
        "import",
        second.to_str().unwrap(),
        "--consultation",
        "heyan",
    ]);
    assert_has(&out, &["第 2 稿", "与上一稿对照"]);
    assert_has(&desk.succeeds(&["draft", "compare"]), &["→", "新增"]);
    assert_has(&desk.succeeds(&["draft", "show"]), &["第一章", "第一条"]);
}

#[test]
fn opinions_on_the_first_reading_are_carried_to_the_second() {
    let desk = Desk::with_draft();
    desk.succeeds(&["import", sample("submissions.jsonl").to_str().unwrap()]);
    let second = sample("draft-2.txt");
    desk.succeeds(&[
        "draft",
        "import",
        second.to_str().unwrap(),
        "--consultation",
        "heyan",
    ]);
    desk.succeeds(&["triage"]);
    let report = desk.succeeds(&["report", "--format", "md"]);
    assert_has(&report, &["处按前一稿称第"]);
}

#[test]
fn what_is_missing_is_said() {
    let desk = Desk::new();
    assert_has(&desk.fails(&["triage"]), &["还没有征求意见任务"]);
    assert_has(
        &desk.fails(&["draft", "import", "no-such-file.txt"]),
        &["无法读取文件 no-such-file.txt"],
    );
    let desk = Desk::with_draft();
    assert_has(&desk.fails(&["report"]), &["还没有梳理"]);
    assert_has(&desk.fails(&["search", "水"]), &["还没有梳理"]);
    assert_has(
        &desk.fails(&["triage", "--consultation", "nothing"]),
        &["没有代号为 nothing", "heyan"],
    );
    for format in ["xlsx", "docx", "pdf"] {
        assert_has(&desk.fails(&["report", "--format", format]), &["--out"]);
    }
    assert_has(
        &desk.fails(&["search", "水", "--channel", "fax"]),
        &["没有渠道 fax", "wechat"],
    );
    assert_has(
        &desk.fails(&["search", "水", "--from", "去年"]),
        &["YYYY-MM-DD"],
    );
}

#[test]
fn bad_rows_are_told_and_the_rest_goes_in() {
    let desk = Desk::with_draft();
    let long = "长".repeat(700_000);
    let rows = [
        r#"{"id":"a","text":"第二十一条写得好，支持😀𠮷","channel":"web"}"#.to_owned(),
        "{not json".to_owned(),
        r#"{"id":"b","text":"   ","channel":"web"}"#.to_owned(),
        format!(r#"{{"id":"c","text":"{long}","channel":"web"}}"#),
        "{\"id\":\"d\",\"text\":\"\u{202e}第九百九十九条应当删除\u{202c}\",\"channel\":\"wechat\"}"
            .to_owned(),
        r#"{"id":"e","text":"建议","channel":"fax"}"#.to_owned(),
    ];
    let file = desk.file("rows.jsonl", rows.join("\n"));
    let errors = desk.0.path().join("errors.csv");
    let out = desk.succeeds(&["import", &file, "--errors", errors.to_str().unwrap()]);
    assert_has(
        &out,
        &[
            "已导入 2 件",
            "有问题 4 行",
            "第2行",
            "第3行",
            "第4行",
            "第6行",
        ],
    );
    let listed = fs::read_to_string(errors).unwrap();
    assert_eq!(
        listed.lines().count(),
        5,
        "a header and four rows: {listed}"
    );
    assert_has(&desk.succeeds(&["triage"]), &["台账：收到 2 ="]);
}

#[test]
fn files_of_the_wrong_kind_are_refused() {
    let desk = Desk::with_draft();
    let empty = desk.file("empty.jsonl", "");
    assert_has(&desk.fails(&["import", &empty]), &["空"]);
    let binary = desk.file(
        "x.csv",
        [0x7f, b'E', b'L', b'F', 0, 1, 2, 3, 0xff, 0xfe, 0, 0],
    );
    desk.fails(&["import", &binary]);
    let not_a_draft = desk.file("letter.txt", "各位领导：\n我想说几句话。\n");
    desk.fails(&["draft", "import", &not_a_draft]);
    let twice = desk.file(
        "twice.txt",
        "某某条例（草案）\n第一条　甲。\n第二条　乙。\n第二条　丙。\n",
    );
    assert_has(&desk.fails(&["draft", "import", &twice]), &["第二条", "4"]);
    let config = desk.file("bad.toml", "colour = 1\n");
    assert_has(&desk.fails(&["--config", &config, "triage"]), &["colour"]);
}

#[test]
fn spreadsheets_in_national_encodings_go_in() {
    let desk = Desk::with_draft();
    let csv = sample("submissions.csv");
    let out = desk.succeeds(&["import", csv.to_str().unwrap()]);
    assert_has(&out, &["GB18030", "有问题 1 行"]);
    let xlsx = sample("submissions.xlsx");
    assert_has(
        &desk.succeeds(&["import", xlsx.to_str().unwrap()]),
        &["有问题 0 行"],
    );
}

#[test]
#[expect(clippy::items_after_statements, reason = "a helper of this test")]
fn consultations_are_made_opened_and_closed() {
    let desk = Desk::new();
    fn create<'a>(rest: &[&'a str]) -> Vec<&'a str> {
        let head = [
            "consultation",
            "create",
            "heban",
            "--title",
            "河畔条例（草案）",
        ];
        [&head, rest].concat()
    }
    for (rest, says) in [
        (&["--from", "2026-3-1", "--to", "2026-03-31"], "YYYY-MM-DD"),
        (&["--from", "2026-04-01", "--to", "2026-03-31"], "早于"),
        (
            &["--from", "2026-02-30", "--to", "2026-03-31"],
            "2026-02-30",
        ),
    ] {
        assert_has(&desk.fails(&create(rest)), &[says]);
    }
    assert_has(
        &desk.fails(&["consultation", "create", "河畔", "--title", "x"]),
        &["字母、数字"],
    );
    desk.succeeds(&create(&["--from", "2020-01-01", "--to", "2020-01-31"]));
    assert_has(&desk.fails(&create(&[])), &["heban", "已在使用"]);
    let inside = [
        "consultation",
        "create",
        "neibu",
        "--title",
        "内部草案",
        "--contact-points-only",
    ];
    desk.succeeds(&inside);
    assert_has(
        &desk.succeeds(&["consultation", "list"]),
        &[
            "已经截止",
            "2020-01-01 至 2020-01-31",
            "仅联系点",
            "收到 0 件",
        ],
    );
    let named = ["--consultation", "heban"];
    desk.succeeds(&[&["consultation", "open"], &named[..]].concat());
    let list = desk.succeeds(&["consultation", "list"]);
    assert!(!list.contains("已经截止"), "the window was over: {list}");
    desk.succeeds(&[&["consultation", "close"], &named[..]].concat());
    assert_has(&desk.succeeds(&["consultation", "list"]), &["已经截止"]);
}

#[test]
fn nothing_is_public_that_nobody_said_is() {
    let desk = Desk::with_draft();
    let list = || desk.succeeds(&["consultation", "list"]);
    assert_has(&list(), &["仅联系点"]);
    let open = |how| desk.succeeds(&["consultation", "open", how]);
    assert_has(&open("--public"), &["（公开）"]);
    assert!(!list().contains("仅联系点"));
    assert_has(&open("--contact-points-only"), &["（仅联系点）"]);
    let draft = sample("draft.txt");
    let draft = draft.to_str().unwrap();
    let import = ["draft", "import", draft, "--consultation", "other"];
    desk.succeeds(&[&import[..], &["--public"]].concat());
    assert_has(&list(), &["仅联系点", "　公开"]);
}

#[test]
#[expect(clippy::format_push_string, reason = "short and seldom")]
fn stations_come_from_a_list_and_keys_are_shown_once() {
    let desk = Desk::new();
    let mut csv = "类型,名称,上级,电话\n联系点,某区,,\n".to_owned();
    for street in 0..20 {
        csv.push_str(&format!(
            "联络站,第{street}街道,某区,\n采集点,社区,某区/第{street}街道,\n"
        ));
        for person in 0..20 {
            csv.push_str(&format!(
                "信息员,测试{person},某区/第{street}街道/社区,1380000{street:02}{person:02}\n"
            ));
        }
    }
    let file = desk.file("places.csv", &csv);
    assert_has(
        &desk.succeeds(&["station", "import", &file]),
        &["站点 41 个", "信息员 400 人"],
    );
    assert_has(
        &desk.succeeds(&["station", "import", &file]),
        &["站点 0 个", "信息员 0 人", "此前已有 441 行"],
    );
    let list = desk.succeeds(&["station", "list"]);
    assert_eq!(list.lines().count(), 441);
    let wrong = desk.file("wrong.csv", "类型,名称,上级\n采集点,甲,乙\n");
    assert_has(
        &desk.fails(&["station", "import", &wrong]),
        &["第2行", "乙"],
    );

    let secret = desk.succeeds(&["key", "create", "pingtai", "--role", "platform"]);
    assert_eq!(secret.trim().len(), 40);
    assert_has(
        &desk.fails(&["key", "create", "pingtai", "--role", "platform"]),
        &["已在使用"],
    );
    assert_has(
        &desk.fails(&["key", "create", "x2", "--role", "king"]),
        &["没有角色 king", "platform"],
    );
    assert_has(&desk.succeeds(&["key", "list"]), &["pingtai", "其他平台"]);
    desk.succeeds(&["key", "revoke", "pingtai"]);
    desk.succeeds(&["key", "create", "pingtai", "--role", "platform"]);
    desk.succeeds(&["key", "revoke", "pingtai"]);
    assert_has(
        &desk.fails(&["key", "revoke", "pingtai"]),
        &["没有名为 pingtai"],
    );
    assert_has(
        &desk.fails(&["user", "add", "ceshi", "--role", "reviewer"]),
        &["密码至少"],
    );
    for command in ["disable", "enable", "remove-second-factor"] {
        assert_has(
            &desk.fails(&["user", command, "nobody"]),
            &["没有名为 nobody"],
        );
    }
    assert_has(&desk.fails(&["user", "end-session", "9"]), &["9"]);
    assert_eq!(desk.succeeds(&["user", "sessions"]), "");
}

#[test]
fn a_law_is_imported_listed_and_found() {
    let desk = Desk::new();
    let message = desk.fails(&["library", "search", "养犬"]);
    assert!(message.contains("library install"), "{message}");
    let file = desk.file(
        "law.txt",
        "某市养犬条例\n第一条　遛犬应当束犬绳。\n第二条　犬只应当登记。\n",
    );
    let day = ["--version", "2020-05-01"];
    let imported = desk.succeeds(&[&["library", "import", &*file], &day[..]].concat());
    assert!(
        imported.contains("《某市养犬条例》（现行有效，2020-05-01），2 条"),
        "{imported}"
    );
    desk.succeeds(
        &[
            &["library", "import", &*file, "--validity", "former"],
            &day[..],
        ]
        .concat(),
    );
    let list = desk.succeeds(&["library", "list"]);
    assert_eq!(
        list.lines().count(),
        1,
        "the same text of the same law: {list}"
    );
    assert!(list.contains("历史版本"), "{list}");
    let text = desk.succeeds(&["library", "search", "养犬条例第二条"]);
    assert!(text.contains("犬只应当登记"), "{text}");
    let json = desk.succeeds(&["library", "search", "登记", "--validity", "all", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["hits"][0]["article"], "2", "{json}");
    assert_eq!(json["hits"][0]["exact"], false);
    let refused = desk.fails(&["library", "install", "--wheel", &file]);
    assert!(refused.contains("校验值不符"), "{refused}");
    let refused = desk.fails(&["library", "import", &file, "--validity", "也许有效"]);
    assert!(refused.contains("现行有效"), "{refused}");
}
