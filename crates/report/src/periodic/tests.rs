//! A month of an invented county.

use std::io::{Cursor, Read};

use super::{CollectorWork, Measure, PeriodReport, PlaceWork, Value, Word, Work};
use crate::{Letter, Period};

fn report() -> PeriodReport {
    let place = |name: &str, depth, submissions, together| PlaceWork {
        name: name.into(),
        kind: "联络站".into(),
        depth,
        own: Work {
            submissions,
            ..Work::default()
        },
        together: Work {
            submissions: together,
            senders: together,
            texts: together,
            settled: 3,
            adopted: 2,
            ..Work::default()
        },
    };
    PeriodReport {
        letter: Letter {
            organisation: Some("某县人大常委会".into()),
            date: "2026-04-01".into(),
            ..Letter::default()
        },
        name: "2026年3月".into(),
        period: Period {
            opens: "2026-03-01".into(),
            closes: "2026-03-31".into(),
        },
        place: "某县联系点".into(),
        generated_at: "2026-04-01T09:00:00+08:00".into(),
        consultations: vec!["甲条例（草案）".into(), "乙条例（草案）".into()],
        places: vec![place("某县联系点", 0, 1, 12), place("<东街>", 1, 11, 11)],
        measures: vec![Measure {
            word: Word::Timely,
            name: "到期任务按期完成",
            rule: "期限在本期内的任务中按期完成的",
            value: Value::Share(3, 4),
        }],
        collectors: Vec::new(),
        active_collectors: 2,
    }
}

#[test]
fn values_are_said_as_people_say_them() {
    for (value, want) in [
        (Value::Share(3, 4), "75%（3/4）"),
        (Value::Share(999, 1000), "99%（999/1000）"),
        (Value::Share(0, 0), "—"),
        (Value::Count(7), "7"),
        (Value::Days(5, 2), "2.5 个工作日"),
        (Value::Days(0, 0), "—"),
        (Value::Days(2, 3), "0.7 个工作日"),
    ] {
        assert_eq!(value.text(), want);
    }
}

#[test]
fn it_says_what_was_done_and_nobody_is_ranked_unless_asked() {
    let html = report().to_html().unwrap();
    for part in [
        "某县联系点2026年3月意见征集工作情况汇总",
        "2026年3月1日至2026年3月31日",
        "就2项征求意见任务收到来件12件",
        "采纳和部分采纳2个",
        "及时：到期任务按期完成75%（3/4）。",
        "&#60;东街&#62;",
        "2名信息员代为收集",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(!html.contains("信息员情况"));
    let mut asked = report();
    asked.collectors.push(CollectorWork {
        name: "测试甲".into(),
        place: "东街".into(),
        submissions: 5,
        settled: 2,
        adopted: 1,
    });
    let html = asked.to_html().unwrap();
    assert!(html.contains("信息员情况") && html.contains("测试甲"));
}

#[test]
fn a_month_without_anything_says_so() {
    let mut quiet = report();
    quiet.places = vec![PlaceWork {
        together: Work::default(),
        own: Work::default(),
        ..quiet.places[0].clone()
    }];
    let html = quiet.to_html().unwrap();
    assert!(html.contains("没有收到来件，也没有组织活动"));
    assert!(html.contains("没有形成经审核的处理结果"));
    assert!(!html.contains("<figure"), "no chart without bars");
}

#[test]
fn the_formats_agree_and_are_the_same_each_time() {
    let docx = report().to_docx().unwrap();
    assert_eq!(docx, report().to_docx().unwrap());
    let mut text = String::new();
    let mut zip = zip::ZipArchive::new(Cursor::new(docx)).unwrap();
    let mut part = zip.by_name("word/document.xml").unwrap();
    part.read_to_string(&mut text).unwrap();
    assert!(text.contains("收到来件12件") && text.contains("各站点情况"));
    let book = report().to_xlsx().unwrap();
    assert_eq!(book, report().to_xlsx().unwrap());
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(book)).unwrap();
    let sheet = calamine::Reader::worksheet_range(&mut book, "各站点").unwrap();
    assert_eq!(sheet.get_value((1, 2)), Some(&calamine::Data::Float(12.0)));
    assert_eq!(sheet.get_value((2, 1)), Some(&calamine::Data::Float(11.0)));
}
