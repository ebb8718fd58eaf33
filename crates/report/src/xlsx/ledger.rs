//! 台账: where everything received is, and what lies outside the table of points.

use caifeng_domain::Place;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::{Styles, fit_row, set_up_page, write_count, write_header, write_text};
use crate::{Report, words};

const COLUMNS: [(&str, f64); 4] = [
    ("去向", 16.0),
    ("件数", 10.0),
    ("内容", 60.0),
    ("来源", 30.0),
];

pub(super) fn write(
    sheet: &mut Worksheet,
    report: &Report,
    styles: &Styles,
) -> Result<(), XlsxError> {
    sheet.set_name("台账")?;
    set_up_page(sheet);
    write_header(sheet, 0, &COLUMNS, styles)?;
    let mut row = 1;
    for (place, _, label) in Place::ALL {
        write_text(sheet, (row, 0), label, &styles.text)?;
        write_count(sheet, (row, 1), report.ledger.count(place), &styles.number)?;
        row += 1;
    }
    write_text(sheet, (row, 0), "合计收到", &styles.header)?;
    write_count(sheet, (row, 1), report.ledger.received, &styles.header)?;
    row += 1;
    let verdict = if report.ledger.balances() {
        "账目平衡"
    } else {
        "账目不平，请立即核对"
    };
    write_text(sheet, (row, 0), verdict, &styles.note)?;
    row += 2;
    for (place, entries) in [
        (Place::Complaint, &report.complaints),
        (Place::Waiting, &report.waiting),
    ] {
        for entry in entries {
            let quotation = &entry.quotation;
            let origin = words::origin(quotation);
            let name = Place::ALL[place as usize].2;
            let texts = [name, &entry.reason, &quotation.text, &origin];
            for (column, text) in (0u16..).zip(texts) {
                write_text(sheet, (row, column), text, &styles.text)?;
            }
            fit_row(sheet, row, COLUMNS.iter().map(|c| c.1).zip(texts))?;
            row += 1;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_repeat_rows(0, 0)?;
    Ok(())
}
