//! Minutes in, speeches out.

use std::io::{Cursor, Write as _};

use proptest::prelude::*;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{Head, Minutes, MinutesError, parse, read};
use crate::limits::MAX_MINUTES_BYTES;

const SAMPLE: &str = "\
云泽市湖泊保护条例（草案）征求意见座谈会记录

时  间：2026年9月3日下午2:30　　地  点：柳湾社区议事厅
主持人：王某某
参加人员：张某某（居民代表）、李建国（律师）、尚文（湖边商户）、
欧阳某（人大代表），共12人
记录人：小陈

主持人：各位下午好，请大家畅所欲言。
张某某（居民代表）：第三条太长，建议改短。
另外，湖边的路灯太暗：晚上看不清。
1. 李建国：第十二条第二款“等”字应当删去。理由：容易扩大解释。
一、关于收费
第二十条的收费标准应当公开。
尚文：同意楼上。
居民A：多种树。
主持人（王某某）：谢谢各位。还有补充吗？
张某某补充发言：禁止钓鱼不合理。
老周认为，应当允许划船。
社区书记赵某认为，巡查要有经费。
会议要求：认真整理意见。
附件：签到表
";

fn said(minutes: &Minutes) -> Vec<(&str, &str, &str)> {
    let speeches = minutes.speeches.iter().filter(|s| !s.host).map(|speech| {
        let name = speech.name.as_deref().unwrap_or("-");
        let role = speech.role.as_deref().unwrap_or("-");
        (name, role, speech.span.of(&minutes.text))
    });
    speeches.collect()
}

#[test]
fn every_speaker_has_their_words() {
    let minutes = read(SAMPLE.as_bytes()).unwrap();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        minutes.head,
        Head {
            title: some("云泽市湖泊保护条例（草案）征求意见座谈会记录"),
            kind: some("座谈会"),
            place: some("柳湾社区议事厅"),
            date: some("2026-09-03"),
            present: Some(12),
            host: some("王某某"),
        }
    );
    assert_eq!(
        said(&minutes),
        [
            (
                "张某某",
                "居民代表",
                "第三条太长，建议改短。\n另外，湖边的路灯太暗：晚上看不清。"
            ),
            (
                "李建国",
                "律师",
                "第十二条第二款“等”字应当删去。理由：容易扩大解释。\n一、关于收费\n第二十条的收费标准应当公开。"
            ),
            ("尚文", "湖边商户", "同意楼上。"),
            ("-", "居民A", "多种树。"),
            (
                "张某某",
                "居民代表",
                "禁止钓鱼不合理。\n老周认为，应当允许划船。"
            ),
            ("赵某", "社区书记", "巡查要有经费。"),
        ]
    );
    let hosts = minutes.speeches.iter().filter(|s| s.host);
    assert_eq!(hosts.count(), 2);
    let rest: Vec<&str> = minutes.rest.iter().map(|s| s.of(&minutes.text)).collect();
    assert_eq!(rest, ["会议要求：认真整理意见。", "附件：签到表"]);

    let submissions = minutes.submissions();
    assert_eq!(submissions.len(), 6, "the host's words are no opinions");
    let first = &submissions[0];
    assert_eq!(first.submitter.name.as_deref(), Some("张某某"));
    assert_eq!(first.submitter.identity.as_deref(), Some("居民代表"));
    assert_eq!(
        first.submitted_at.as_deref(),
        Some("2026-09-03T00:00:00+08:00")
    );
}

#[test]
fn speakers_are_told_from_other_words_before_a_colon() {
    #[track_caller]
    fn check(line: &str, name: &str, role: &str, words: &str) {
        let minutes = parse(format!("座谈会\n{line}\n"));
        assert_eq!(said(&minutes), [(name, role, words)], "{line}");
    }
    check("张某某（社区居民）：甲", "张某某", "社区居民", "甲");
    check("1、李某:甲", "李某", "-", "甲");
    check("（二）王主任：甲", "王主任", "-", "甲");
    check("① 老周： 甲", "老周", "-", "甲");
    check("【陈某】：甲", "陈某", "-", "甲");
    check("张建国，人大代表：甲", "张建国", "人大代表", "甲");
    check("律师 李某：甲", "李某", "律师", "甲");
    check("居民代表刘建华：甲", "刘建华", "居民代表", "甲");
    check("市人大代表、律师赵某：甲", "赵某", "市人大代表、律师", "甲");
    check("发言人：钱某（业主）\n甲", "钱某", "业主", "甲");
    check(
        "三、周某某（物业经理）\n甲\n乙",
        "周某某",
        "物业经理",
        "甲\n乙",
    );
    check(
        "孙某某（教师）建议将第三条删去。",
        "孙某某",
        "教师",
        "建议将第三条删去。",
    );
    check("吴某表示：甲", "吴某", "-", "甲");
    check("居民代表发言：甲", "-", "居民代表", "甲");
    check("尚文（商户）：甲", "尚文", "商户", "甲");
    check("张某：甲\n\n  乙  \n", "张某", "-", "甲\n\n  乙");

    for line in [
        "建议：删去第三条",
        "方案：甲",
        "修改为：甲",
        "关于第三条：甲",
        "需要人大代表：甲",
        "大家认为，第三条太长。",
        "某些人认为，第三条太长。",
        "他说：“张某：甲”",
        "9月3日：甲",
    ] {
        let minutes = parse(format!("座谈会\n{line}"));
        assert_eq!(said(&minutes), [], "{line}");
        assert_eq!(minutes.rest.len(), 1, "{line}");
        // Nor do they end the speech of somebody.
        let minutes = parse(format!("张某：开头\n{line}"));
        assert_eq!(minutes.speeches.len(), 1, "{line}");
        assert!(said(&minutes)[0].2.ends_with(line), "{line}");
    }
}

#[test]
fn heads_are_read_in_many_forms() {
    #[track_caller]
    fn check(text: &str, date: &str, present: u32) {
        let head = parse(format!("板凳会纪要\n{text}\n张某：甲")).head;
        assert_eq!(head.date.as_deref().unwrap_or_default(), date, "{text}");
        assert_eq!(head.present.unwrap_or(0), present, "{text}");
        assert_eq!(head.kind.as_deref(), Some("板凳会"));
    }
    check("会议时间：2026-09-03 14:00", "2026-09-03", 0);
    check("日期：二〇二六年九月十三日", "2026-09-13", 0);
    check("时间:2026 年 9 月 3 日", "2026-09-03", 0);
    check("时间：9月3日", "", 0);
    check("参会人数：15", "", 15);
    check("参加人员：居民代表8人，律师2名", "", 10);
    check("与会人员：张某等二十余人", "", 20);
    check(
        "2026年9月3日，3位人大代表和群众共15人参加了座谈。",
        "2026-09-03",
        15,
    );
    check("第一名人大代表来了。", "", 0);
}

#[test]
fn a_list_of_those_present_is_no_speech() {
    #[track_caller]
    fn check(list: &str) {
        let minutes = parse(format!(
            "座谈会\n参加人员：{list}\n李某（律师）\n第三条太长。"
        ));
        assert_eq!(said(&minutes), [("李某", "律师", "第三条太长。")], "{list}");
        assert_eq!(minutes.rest, [], "{list}");
    }
    check("\n1. 张某某（居民）\n2. 李某（律师）");
    check("\n（1）张某某（居民）\n（2）李某");
    check("张某某（居民）、\n李某（律师）");
    check("张某某 李某\n赵某 钱某某（教师、党员）");
    let minutes = parse("座谈会\n参加：张某\n大家畅所欲言，气氛热烈\n张某：好".to_owned());
    assert_eq!(minutes.rest.len(), 1, "prose is no list");
}

#[test]
fn nobody_said_anything() {
    let minutes = parse("通知\n请各位准时参加。\n张某：\n".to_owned());
    assert_eq!(minutes.speeches, []);
    assert_eq!(minutes.rest.len(), 2, "the empty label is shown too");
}

fn docx(body: &str) -> Vec<u8> {
    zipped(
        "word/document.xml",
        format!("<w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>").as_bytes(),
    )
}

fn zipped(name: &str, content: &[u8]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    writer.start_file(name, options).unwrap();
    writer.write_all(content).unwrap();
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_docx_with_a_table_is_read() {
    let p = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
    let cells = |cells: &[&str]| -> String {
        let cells = cells.iter().map(|c| format!("<w:tc>{c}</w:tc>"));
        format!("<w:tr>{}</w:tr>", cells.collect::<String>())
    };
    let talk = p("张某（居民）：<w:tab/>第三条&amp;第四条").replace("<w:tab/>", "")
        + &p("太<w:delText>旧</w:delText>长。").replace(
            "<w:delText>旧</w:delText>",
            "</w:t><w:delText>旧</w:delText><w:t>",
        )
        + &p("李某：好。");
    let body = p("座谈会记录")
        + "<w:tbl>"
        + &cells(&[&p("时间"), &p("2026年9月3日"), &p("地点"), &p("柳湾")])
        + &cells(&[&p("会议内容"), &talk])
        + "</w:tbl>";
    let minutes = read(&docx(&body)).unwrap();
    assert_eq!(minutes.head.date.as_deref(), Some("2026-09-03"));
    assert_eq!(minutes.head.place.as_deref(), Some("柳湾"));
    assert_eq!(
        said(&minutes),
        [
            ("张某", "居民", "第三条&第四条\n太长。"),
            ("李某", "-", "好。")
        ]
    );
}

#[test]
fn encodings_are_found_out() {
    let gb = encoding_rs::GB18030.encode(SAMPLE).0;
    assert_eq!(read(&gb).unwrap(), read(SAMPLE.as_bytes()).unwrap());
    let windows = SAMPLE.replace('\n', "\r\n");
    assert_eq!(read(windows.as_bytes()), read(SAMPLE.as_bytes()));
}

#[test]
fn what_is_no_minutes_is_refused() {
    #[track_caller]
    fn check(bytes: &[u8], want: &str) {
        let message = read(bytes).unwrap_err().to_string();
        assert!(message.contains(want), "{message}");
    }
    check(b"", "空的");
    check(b" \n ", "空的");
    check(&docx(""), "空的");
    check(b"%PDF-1.7", "PDF");
    check(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版");
    check(&[0, 1, 2, 3, 4, 5], "二进制");
    check(b"a\n\xff\xff\n\xff\xfe\xff", "第2行");
    check(b"PK\x03\x04junk", "打不开");
    check(&zipped("a.txt", b"a"), "没有正文");
    check(&zipped("word/document.xml", b"<a><b></a>"), "格式有误");
    check(&zipped("word/document.xml", b"\xff"), "UTF-8");
    let bomb = zipped("word/document.xml", &vec![b' '; MAX_MINUTES_BYTES + 1]);
    let max = MAX_MINUTES_BYTES;
    assert_eq!(read(&bomb), Err(MinutesError::TooLarge { max }));
    let huge = vec![b' '; MAX_MINUTES_BYTES + 1];
    assert_eq!(read(&huge), Err(MinutesError::TooLarge { max }));
}

proptest! {
    /// Whatever stands in it, the pieces are in order, apart, and of the text.
    #[test]
    fn pieces_are_of_the_text(text in "(张某|（|）|居民|：|:|\n|，|认为|主持人|时间|参加人员|共|3|年|、|\t| |\\PC){0,80}") {
        let minutes = parse(text);
        let spans = minutes.speeches.iter().map(|s| s.span).chain(minutes.rest.iter().copied());
        let mut spans: Vec<_> = spans.collect();
        spans.sort();
        for span in &spans {
            prop_assert!(!span.of(&minutes.text).trim().is_empty());
        }
        for pair in spans.windows(2) {
            prop_assert!(pair[0].end <= pair[1].start);
        }
    }

    /// Whatever stands in front of a line, its words are somewhere.
    #[test]
    fn no_words_are_lost(lines in prop::collection::vec((0usize..9, "话[甲乙丙丁]{1,9}。"), 1..20)) {
        let leads = ["", "", "张某：", "居民A：", "主持人：", "（一）李某（律师）：", "附件：", "王某认为，", "赵某\n"];
        let text: Vec<String> = lines.iter().map(|(lead, words)| format!("{}{words}", leads[*lead])).collect();
        let minutes = parse(text.join("\n"));
        let spans = minutes.speeches.iter().map(|s| s.span).chain(minutes.rest.iter().copied());
        let mut spans: Vec<_> = spans.collect();
        spans.sort();
        let found: Vec<&str> = spans.iter().map(|s| s.of(&minutes.text)).collect();
        let found = format!("{}\n{}", minutes.head.title.as_deref().unwrap_or_default(), found.join("\n"));
        let words = |text: &str| text.matches('话').count();
        prop_assert_eq!(words(&found), lines.len());
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), xml in "(<|>|/|w:p|w:t|&|;|\\PC){0,60}") {
        let _ = read(&bytes);
        let _ = read(&docx(&xml));
    }
}
