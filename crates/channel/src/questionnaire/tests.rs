//! Exports and pushes in, submissions out.

use std::collections::BTreeMap;

use caifeng_domain::{Channel, Submission};
use encoding_rs::GB18030;
use proptest::prelude::*;
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

use super::{Push, PushError, tencent, wenjuanxing};
use crate::{Field, Import, ImportError, limits, limits::MAX_PUSH_BYTES, read, vectors::vectors};

const WENJUANXING: &str = "序号,提交答卷时间,所用时间,来源,来源详情,来自IP,1、您的姓名,2、您的年龄,\
    3、您赞成第十二条吗？（单选）,4、哪些方面需要改进【多选题】,5、您对第三条的意见,6、您还有哪些意见和建议,总分\n\
    1,2026/09/03 12:00:00,90秒,微信,N/A,192.0.2.1(云泽),某甲,60岁以上,赞成,停车┋其他〖充电〗,太长,多种树┋少收费,5\n\
    2,2026/09/03 12:01:00,80秒,微信,N/A,192.0.2.2(云泽),(空),30岁以下,不赞成,(跳过),(空),,5\n\
    3,2026/09/03 12:02:00,80秒,微信,N/A,192.0.2.3(云泽),,,,,,路灯〖太暗〗,5\n";

fn texts(import: &Import) -> Vec<&str> {
    let rows = import.rows.iter();
    rows.map(|row| row.submission.text.as_str()).collect()
}

#[test]
fn an_export_of_wenjuanxing_is_read_in_every_encoding() {
    let want = [
        "您赞成第十二条吗：赞成\n哪些方面需要改进：停车；其他（充电）\n您对第三条的意见：太长\n\
         您还有哪些意见和建议：多种树；少收费",
        "您赞成第十二条吗：不赞成",
        "您还有哪些意见和建议：路灯（太暗）",
    ];
    let marked = format!("\u{feff}{WENJUANXING}");
    let gb = GB18030.encode(WENJUANXING).0;
    for bytes in [WENJUANXING.as_bytes(), marked.as_bytes(), &gb] {
        let import = read(bytes, "答卷.csv").unwrap();
        assert_eq!(texts(&import), want);
        let first = &import.rows[0].submission;
        assert_eq!(first.channel, Channel::Questionnaire);
        assert_eq!(first.external_id.as_deref(), Some("1"));
        let time = first.submitted_at.as_deref();
        assert_eq!(time, Some("2026-09-03T12:00:00+08:00"));
        assert_eq!(first.submitter.name.as_deref(), Some("某甲"));
        assert_eq!(import.rows[1].submission.submitter.name, None);
        let dropped = import.columns.iter().filter(|c| c.dropped);
        let dropped: Vec<&str> = dropped.map(|c| c.header.as_str()).collect();
        assert_eq!(dropped, ["来源详情", "来自IP"]);
        let again = read(bytes, "另一个名字.csv").unwrap();
        assert_eq!(again.rows, import.rows);
    }
}

#[test]
fn an_export_of_tencent_needs_no_open_question() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let rows = [
        [
            "编号",
            "开始答题时间",
            "结束答题时间",
            "答题时长",
            "地理位置省",
            "IP",
            "UA",
            "Referrer",
            "1.是否赞成本条例",
        ],
        [
            "7",
            "2026-09-03 11:58:00",
            "2026-09-03 12:00:00",
            "120",
            "云泽",
            "192.0.2.1",
            "Mozilla",
            "x",
            "赞成",
        ],
        [
            "8",
            "2026-09-03 11:58:00",
            "2026-09-03 12:00:00",
            "120",
            "云泽",
            "192.0.2.1",
            "Mozilla",
            "x",
            "",
        ],
    ];
    for (row, cells) in (0u32..).zip(rows) {
        for (column, cell) in (0u16..).zip(cells) {
            sheet.write(row, column, cell).unwrap();
        }
    }
    let import = read(&book.save_to_buffer().unwrap(), "a.xlsx").unwrap();
    assert_eq!(texts(&import), ["是否赞成本条例：赞成"]);
    assert_eq!(import.errors.len(), 1, "an answer without answers");
    let submission = &import.rows[0].submission;
    assert_eq!(submission.external_id.as_deref(), Some("7"));
    assert_eq!(
        submission.submitted_at.as_deref(),
        Some("2026-09-03T12:00:00+08:00")
    );
    assert_eq!(import.columns.iter().filter(|c| c.dropped).count(), 4);
    assert_eq!(import.columns[8].field, Some(Field::Answer));
}

fn questions() -> BTreeMap<String, String> {
    let questions = [
        ("q1", "您赞成第十二条吗"),
        ("q2", "您的意见"),
        ("q10", "您的职业"),
    ];
    let own = questions.map(|(name, words)| (name.to_owned(), words.to_owned()));
    own.into()
}

fn push(activity: &Value, index: &Value, sign: &str) -> Value {
    json!({
        "activity": activity, "name": "问卷", "timetaken": "60", "submittime": "2026-09-03 12:00:00",
        "q10": "教师", "q2": "多种树", "q1": "赞成", "q3": "停车┋其他〖充电〗", "joinid": "9", "totalvalue": "0",
        "index": index, "sign": sign, "ip": "192.0.2.1",
    })
}

#[test]
fn a_signed_push_of_wenjuanxing_is_a_submission() {
    let vectors = vectors("wenjuanxing");
    let sign = vectors["sign_sha1"].as_str().unwrap();
    let key = vectors["push_key"].as_str().unwrap();
    let read = |push: &Value| wenjuanxing(push.to_string().as_bytes(), key, &questions());
    let good = push(&vectors["activity"], &vectors["index"], sign);
    let want = Submission {
        external_id: Some("wjx:5657754:12".to_owned()),
        channel: Channel::Questionnaire,
        station: None,
        submitted_at: Some("2026-09-03T12:00:00+08:00".to_owned()),
        article_hint: None,
        submitter: caifeng_domain::Submitter {
            identity: Some("教师".to_owned()),
            ..caifeng_domain::Submitter::default()
        },
        text: "您赞成第十二条吗：赞成\n多种树\n第3题：停车；其他（充电）".to_owned(),
    };
    assert_eq!(read(&good), Ok(want.clone()));
    let numbers = push(&json!(5_657_754), &json!(12), &sign.to_uppercase());
    assert_eq!(read(&numbers), Ok(want), "numbers are as good as texts");

    let other = push(&vectors["activity"], &json!("13"), sign);
    assert_eq!(read(&other), Err(PushError::BadSignature));
    let keyless = wenjuanxing(good.to_string().as_bytes(), "wrong", &questions());
    assert_eq!(keyless, Err(PushError::BadSignature));
    // Without a number of its own, the answer's is the platform's.
    let sign = crate::digest::sha1_hex(&["5657754", key]);
    let unnumbered = push(&vectors["activity"], &Value::Null, &sign);
    let external_id = read(&unnumbered).unwrap().external_id;
    assert_eq!(external_id.as_deref(), Some("wjx:5657754:9"));
}

#[test]
fn questions_do_not_multiply_a_file_without_end() {
    let question = format!("1、{}", "长".repeat(290));
    let head = format!("意见,所用时间,{question}\n");
    let rows = ",,是\n".repeat(limits::MAX_CELL_BYTES / question.len() + 100);
    let error = read((head + &rows).as_bytes(), "a.csv").unwrap_err();
    assert!(matches!(error, ImportError::TooLargeUnpacked { .. }));
}

#[test]
fn the_webhook_of_tencent_creates_updates_and_deletes() {
    let call = |action: &str| {
        let call = json!({
            "id": "33cc555f-056f-4242-a97c-46f3e7d2016f", "object": "Answer", "action": action,
            "created_at": "2026-09-03 12:00:05",
            "payload": {
                "survey_id": 5_356_056, "survey_hash": "abc1", "answer_id": 7, "respondent_id": 1,
                "started_at": "2026-09-03 11:58:00", "ended_at": "2026-09-03 12:00:00",
                "province": "云泽", "city": "云泽", "ip": "192.0.2.1", "ua": "Mozilla",
                "answer": [{"id": "p-1", "questions": [
                    {"id": "q-1", "type": "checkbox", "title": "哪些方面需要改进", "options": [
                        {"text": "停车", "checked": 1}, {"text": "绿化", "checked": 0}, {"text": "充电", "checked": true}]},
                    {"id": "q-2", "type": "textarea", "title": "您的意见", "text": "多种树"},
                    {"id": "q-3", "type": "text", "title": "您的住址", "text": "某路1号"},
                    {"id": "q-4", "type": "text", "title": "您对附则有何看法", "text": ""},
                ]}],
            },
        });
        tencent(call.to_string().as_bytes()).unwrap()
    };
    let Push::Answered(submission) = call("answer.create") else {
        panic!("created");
    };
    assert_eq!(submission.text, "哪些方面需要改进：停车；充电\n多种树");
    assert_eq!(submission.external_id.as_deref(), Some("txwj:5356056:7"));
    assert_eq!(
        submission.submitted_at.as_deref(),
        Some("2026-09-03T12:00:00+08:00")
    );
    assert_eq!(call("answer.update"), Push::Changed(submission));
    let external_id = "txwj:5356056:7".to_owned();
    assert_eq!(call("answer.delete"), Push::Withdrawn { external_id });
    assert_eq!(call("survey.updated"), Push::Nothing);
}

#[test]
fn what_is_no_push_is_refused() {
    #[track_caller]
    fn check(body: &str, want: &str) {
        let body = body.as_bytes();
        let both = [
            wenjuanxing(body, "k", &questions()).map(|_| ()),
            tencent(body).map(|_| ()),
        ];
        let errors = both.map(|result| result.unwrap_err().to_string());
        assert!(errors.iter().any(|e| e.contains(want)), "{errors:?}");
    }
    check("", "not a JSON object");
    check("[1]", "not a JSON object");
    check("{}", "no `activity`");
    check("{}", "no `action`");
    check(r#"{"activity": 1}"#, "no `sign`");
    check(
        r#"{"action": "answer.create", "payload": {"survey_id": 1}}"#,
        "no `answer_id`",
    );
    check(
        r#"{"action": "answer.create", "payload": {"survey_id": 1, "answer_id": 1}}"#,
        "意见内容为空",
    );
    let huge = vec![b' '; MAX_PUSH_BYTES + 1];
    assert!(matches!(tencent(&huge), Err(PushError::TooLarge { .. })));
}

proptest! {
    #[test]
    fn no_push_panics(text in "(\\PC|\"|\\{|\\}|\\[|\\]|:|,|q1){0,60}", answer in "(\\PC|┋|〖|〗|（|）){0,20}", question in "(\\PC|第|条|（|）|选|1、){0,20}") {
        let _ = tencent(text.as_bytes());
        let _ = wenjuanxing(text.as_bytes(), "k", &questions());
        let call = json!({"action": "answer.create", "payload": {"survey_id": 1, "answer_id": 1,
            "answer": [{"title": question, "text": answer}]}});
        let _ = tencent(call.to_string().as_bytes());
    }
}
