//! 汇总表: one row a point, in the columns that contact points report in. Staff fill in the last two
//! that show, and [`super::read_back`] knows each row by the hidden one after them.

use rust_xlsxwriter::{DataValidation, Worksheet, XlsxError};

use super::{Styles, fit_row, set_up_page, write_count, write_header, write_text};
use crate::{
    Report,
    summary::{self, Row},
    words::{self, MACHINE_MARK},
};

/// Name of the sheet.
pub(super) const SHEET: &str = "汇总表";
/// What staff fill in.
pub(super) const DISPOSITION: &str = "采纳情况";
/// And why.
pub(super) const REASON: &str = "采纳情况的理由";
/// Head of the hidden column of point numbers, before the consultation's short name: a table of one
/// consultation is not taken for another's.
pub(super) const KEY: &str = "观点编号（请勿改动）：";

const COLUMNS: [(&str, f64); 12] = [
    ("序号", 6.0),
    ("条款", 14.0),
    ("草案原文", 36.0),
    ("修改意见", 40.0),
    ("理由", 20.0),
    ("提出人类别", 12.0),
    ("渠道和来源", 16.0),
    ("人数", 7.0),
    ("件数", 7.0),
    ("文本数", 7.0),
    (DISPOSITION, 14.0),
    (REASON, 20.0),
];
const DISPOSITION_COLUMN: u16 = 10;
const KEY_COLUMN: u16 = COLUMNS.len() as u16;
/// Rows above the header: title and remark.
const HEADER_ROW: u32 = 2;
/// Columns that stay in sight: number and provision.
const FROZEN_COLUMNS: u16 = 2;
/// Characters that a list of choices can have.
const MAX_CHOICES: usize = 255;

pub(super) fn write(
    sheet: &mut Worksheet,
    report: &Report,
    styles: &Styles,
) -> Result<(), XlsxError> {
    sheet.set_name(SHEET)?;
    set_up_page(sheet);
    write_text(sheet, (0, 0), &report.title, &styles.title)?;
    let note = report
        .encoder_note
        .as_ref()
        .map(|note| format!("；{note}"))
        .unwrap_or_default();
    let remark = format!(
        "修改意见一栏：引号内为提出人原话，{MACHINE_MARK}；采纳情况和理由填好后可导回系统；生成时间 {}{note}",
        words::moment(&report.generated_at)
    );
    write_text(sheet, (1, 0), &remark, &styles.note)?;
    write_header(sheet, HEADER_ROW, &COLUMNS, styles)?;
    let key = format!("{KEY}{}", report.consultation);
    write_text(sheet, (HEADER_ROW, KEY_COLUMN), &key, &styles.header)?;
    sheet.set_column_hidden(KEY_COLUMN)?;
    let mut last = HEADER_ROW;
    for row in summary::rows(report) {
        last = HEADER_ROW + row.number as u32;
        write_row(sheet, last, &row, styles)?;
    }
    offer(sheet, last, &report.dispositions)?;
    sheet.set_freeze_panes(HEADER_ROW + 1, FROZEN_COLUMNS)?;
    sheet.set_repeat_rows(HEADER_ROW, HEADER_ROW)?;
    // The hidden column as well: sorting must take a row's number along.
    sheet.autofilter(HEADER_ROW, 0, last, KEY_COLUMN)?;
    sheet.set_print_area(0, 0, last, KEY_COLUMN - 1)?;
    Ok(())
}

/// Lets people choose the words of 采纳情况.
fn offer(sheet: &mut Worksheet, last: u32, words: &[String]) -> Result<(), XlsxError> {
    let chars = words.iter().map(|word| word.chars().count() + 1);
    if words.is_empty() || last == HEADER_ROW || chars.sum::<usize>() > MAX_CHOICES {
        return Ok(());
    }
    let choices = DataValidation::new()
        .allow_list_strings(words)?
        .set_error_title(DISPOSITION)?
        .set_error_message("请从列表中选择")?;
    let column = DISPOSITION_COLUMN;
    sheet.add_data_validation(HEADER_ROW + 1, column, last, column, &choices)?;
    Ok(())
}

fn write_row(
    sheet: &mut Worksheet,
    at: u32,
    row: &Row<'_>,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let texts = [
        (1, &*row.provision),
        (2, row.draft),
        (3, &row.opinion),
        (4, row.reason),
        (5, &row.identities),
        (6, &row.origin),
        (DISPOSITION_COLUMN, row.disposition),
        (DISPOSITION_COLUMN + 1, row.disposition_reason),
    ];
    for (column, text) in texts {
        write_text(sheet, (at, column), text, &styles.text)?;
    }
    let key = row.point.id.to_string();
    write_text(sheet, (at, KEY_COLUMN), &key, &styles.text)?;
    let cells = texts.iter();
    fit_row(
        sheet,
        at,
        cells.map(|(column, text)| (COLUMNS[usize::from(*column)].1, *text)),
    )?;
    let counts = row.counts;
    let numbers = [
        (0, row.number),
        (7, counts.senders),
        (8, counts.submissions),
        (9, counts.texts),
    ];
    for (column, count) in numbers {
        write_count(sheet, (at, column), count, &styles.number)?;
    }
    Ok(())
}
