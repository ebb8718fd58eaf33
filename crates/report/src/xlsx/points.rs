//! 汇总表: one row a point, in the columns that contact points report in.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::{Styles, fit_row, set_up_page, write_count, write_header, write_text};
use crate::{
    PointEntry, Report, Section,
    words::{self, MACHINE_MARK},
};

const COLUMNS: [(&str, f64); 12] = [
    ("序号", 6.0),
    ("条款", 14.0),
    ("草案原文", 36.0),
    ("修改意见", 40.0),
    ("理由", 24.0),
    ("提出人类别", 12.0),
    ("渠道和来源", 18.0),
    ("件数", 7.0),
    ("人数", 7.0),
    ("文本数", 7.0),
    ("立场", 10.0),
    ("采纳情况", 12.0),
];
/// Rows above the header: title and remark.
const HEADER_ROW: u32 = 2;
/// Columns that stay in sight: number and provision.
const FROZEN_COLUMNS: u16 = 2;

pub(super) fn write(
    sheet: &mut Worksheet,
    report: &Report,
    styles: &Styles,
) -> Result<(), XlsxError> {
    sheet.set_name("汇总表")?;
    set_up_page(sheet);
    write_text(sheet, (0, 0), &report.title, &styles.title)?;
    let note = report
        .encoder_note
        .as_ref()
        .map(|note| format!("；{note}"))
        .unwrap_or_default();
    let remark = format!(
        "修改意见一栏：{MACHINE_MARK}；生成时间 {}{note}",
        words::moment(&report.generated_at)
    );
    write_text(sheet, (1, 0), &remark, &styles.note)?;
    write_header(sheet, HEADER_ROW, &COLUMNS, styles)?;
    let points = report
        .sections
        .iter()
        .flat_map(|s| s.points.iter().map(move |p| (s, p)));
    let mut last = HEADER_ROW;
    for (number, (section, point)) in (1u32..).zip(points) {
        last = HEADER_ROW + number;
        write_row(sheet, last, section, point, styles)?;
        write_count(sheet, (last, 0), number as usize, &styles.number)?;
    }
    sheet.set_freeze_panes(HEADER_ROW + 1, FROZEN_COLUMNS)?;
    sheet.set_repeat_rows(HEADER_ROW, HEADER_ROW)?;
    sheet.autofilter(HEADER_ROW, 0, last, COLUMNS.len() as u16 - 1)?;
    Ok(())
}

fn write_row(
    sheet: &mut Worksheet,
    row: u32,
    section: &Section,
    point: &PointEntry,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let origin = [
        words::tallies(&point.channels),
        words::tallies(&point.stations),
    ];
    let texts = [
        (1, section.heading.clone()),
        (2, section.provision_text.clone().unwrap_or_default()),
        (3, opinion(point)),
        (4, point.reason.clone().unwrap_or_default()),
        (5, words::tallies(&point.identities)),
        (6, origin.join("\n").trim().to_owned()),
        (10, words::stance(point.stance).to_owned()),
        (11, String::new()),
    ];
    for (column, text) in &texts {
        write_text(sheet, (row, *column), text, &styles.text)?;
    }
    let cells =
        (texts.iter()).map(|(column, text)| (COLUMNS[usize::from(*column)].1, text.as_str()));
    fit_row(sheet, row, cells)?;
    let counts = point.counts;
    let numbers = [
        (7, counts.submissions),
        (8, counts.senders),
        (9, counts.texts),
    ];
    for (column, count) in numbers {
        write_count(sheet, (row, column), count, &styles.number)?;
    }
    Ok(())
}

/// The point in its senders' words, the changes that it asks for, and what individuals added.
fn opinion(point: &PointEntry) -> String {
    let mut parts = vec![point.label.clone()];
    parts.extend(words::edits(point));
    let added = point.additions.iter();
    parts.extend(added.map(|q| format!("个人补充：“{}”（{}）", q.text, words::origin(q))));
    parts.join("\n")
}
