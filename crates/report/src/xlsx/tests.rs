//! Workbooks read back with another library.

use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx};

use super::{CUT, MAX_CELL_CHARS, to_xlsx};
use crate::{Report, sample};

fn sheets(report: &Report) -> Vec<(String, Range<Data>)> {
    let file = to_xlsx(report).unwrap();
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(file)).unwrap();
    book.worksheets()
}

fn row(sheet: &Range<Data>, row: u32) -> Vec<String> {
    let (_, last) = sheet.end().unwrap();
    let cells = (0..=last).map(|column| sheet.get_value((row, column)));
    cells
        .map(|cell| cell.map_or(String::new(), ToString::to_string))
        .collect()
}

#[test]
fn the_table_of_points_has_the_official_columns() {
    let sheets = sheets(&sample::report());
    let names: Vec<_> = sheets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["汇总表", "台账", "活动清单", "统计"]);
    let points = &sheets[0].1;
    assert!(row(points, 1)[0].contains("机器归纳/机器关联，供人工审核"));
    assert_eq!(
        row(points, 2),
        [
            "序号",
            "条款",
            "草案原文",
            "修改意见",
            "理由",
            "提出人类别",
            "渠道和来源",
            "人数",
            "件数",
            "文本数",
            "采纳情况",
            "采纳情况的理由",
            "观点编号（请勿改动）：yunze"
        ]
    );
    assert_eq!(
        row(points, 4),
        [
            "2",
            "第三条（适用范围）",
            "本条例适用于本市河湖。\n法律另有规定的，从其规定。",
            "【建议修改】“建议把三十日改为十五日”\n第二款：将“三十日”修改为“十五日”（2 件）\n\
             删除“等”（1 件，原文未见此表述）\n\
             个人补充：“我家等了|两个月<br>\n# 太久”（S-3，居民，微信）",
            "时间太长",
            "居民 2、律师 1",
            "微信 2、座谈会 1\n柳湾联系点 1",
            "2",
            "3",
            "2",
            "",
            "",
            "P-2"
        ]
    );
    assert_eq!(points.end().unwrap().0, 5, "one row a point");
}

#[test]
fn a_text_like_a_formula_stays_a_text() {
    let mut report = sample::report();
    let decided = report.sections[2].points[0].disposition.as_mut().unwrap();
    decided.reason = Some("=1+1".to_owned());
    let file = to_xlsx(&report).unwrap();
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(file)).unwrap();
    let cell = book
        .worksheet_range("汇总表")
        .unwrap()
        .get_value((5, 11))
        .cloned();
    assert_eq!(cell, Some(Data::String("=1+1".to_owned())));
    assert!(book.worksheet_formula("汇总表").unwrap().is_empty());
}

#[test]
fn the_ledger_and_the_statistics_add_up() {
    let sheets = sheets(&sample::report());
    let ledger = &sheets[1].1;
    assert_eq!(row(ledger, 1)[..2], ["归入条文", "3"]);
    assert_eq!(row(ledger, 7)[..2], ["合计收到", "6"]);
    assert_eq!(row(ledger, 8)[0], "账目平衡");
    assert_eq!(
        row(ledger, 11),
        ["待核", "是否为意见拿不准", "@@\n??", "S-6，微信"]
    );
    let statistics = &sheets[3].1;
    assert_eq!(
        row(statistics, 2)[..8],
        ["第三条（适用范围）", "3", "2", "2", "1", "0", "0", "1"]
    );
    assert_eq!(row(statistics, 5)[..2], ["渠道", "件数"]);
    assert_eq!(row(statistics, 6)[..2], ["微信", "3"]);
}

#[test]
fn a_text_longer_than_a_cell_is_cut_and_says_so() {
    let mut report = sample::report();
    report.sections[0].points[0].wording = Some("长".repeat(MAX_CELL_CHARS + 1));
    let cell = row(&sheets(&report)[0].1, 3)[3].clone();
    assert_eq!(cell.chars().count(), MAX_CELL_CHARS);
    assert!(cell.ends_with(CUT));
}

#[test]
fn rows_are_as_high_as_their_texts() {
    assert_eq!(super::lines(10.0, ""), 1);
    assert_eq!(super::lines(10.0, "0123456789"), 1);
    assert_eq!(super::lines(10.0, "每行只放得下四个字\n又一行"), 4);
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let report = sample::report();
    assert_eq!(to_xlsx(&report).unwrap(), to_xlsx(&report).unwrap());
}
