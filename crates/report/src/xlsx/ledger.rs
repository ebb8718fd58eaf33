//! 台账: where everything received is, and what lies outside the table of points.

use caifeng_domain::Place;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::{Styles, set_up_page, write_count, write_header, write_text};
use crate::{Report, words};

pub(super) fn write(
    sheet: &mut Worksheet,
    report: &Report,
    styles: &Styles,
) -> Result<(), XlsxError> {
    sheet.set_name("台账")?;
    set_up_page(sheet);
    write_header(
        sheet,
        0,
        &[
            ("去向", 16.0),
            ("件数", 10.0),
            ("内容", 60.0),
            ("来源", 30.0),
        ],
        styles,
    )?;
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
            write_text(sheet, (row, 0), Place::ALL[place as usize].2, &styles.text)?;
            write_text(sheet, (row, 1), &entry.reason, &styles.text)?;
            write_text(sheet, (row, 2), &quotation.text, &styles.text)?;
            write_text(sheet, (row, 3), &words::origin(quotation), &styles.text)?;
            row += 1;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_repeat_rows(0, 0)?;
    Ok(())
}
