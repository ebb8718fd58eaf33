//! 活动清单: meetings and visits.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::{Styles, fit_row, set_up_page, write_count, write_header, write_text};
use crate::{Report, words};

const COLUMNS: [(&str, f64); 7] = [
    ("序号", 6.0),
    ("日期", 18.0),
    ("形式", 12.0),
    ("名称", 40.0),
    ("地点", 26.0),
    ("参加人数", 10.0),
    ("意见件数", 10.0),
];

pub(super) fn write(
    sheet: &mut Worksheet,
    report: &Report,
    styles: &Styles,
) -> Result<(), XlsxError> {
    sheet.set_name("活动清单")?;
    set_up_page(sheet);
    write_header(sheet, 0, &COLUMNS, styles)?;
    for (row, activity) in (1u32..).zip(&report.activities) {
        let day = words::day(&activity.date);
        let texts = [&day, &activity.kind, &activity.title, &activity.place];
        for (column, text) in (1u16..).zip(texts) {
            write_text(sheet, (row, column), text, &styles.text)?;
        }
        let widths = COLUMNS[1..].iter().map(|c| c.1);
        fit_row(sheet, row, widths.zip(texts.map(String::as_str)))?;
        write_count(sheet, (row, 0), row as usize, &styles.number)?;
        match activity.people {
            Some(people) => write_count(sheet, (row, 5), people as usize, &styles.number)?,
            None => write_text(sheet, (row, 5), "未记录", &styles.number)?,
        }
        write_count(sheet, (row, 6), activity.submissions, &styles.number)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_repeat_rows(0, 0)?;
    Ok(())
}
