//! A plain table as a workbook of one sheet.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use super::{Styles, fit_row, set_up_page, write_header, write_text};
use crate::{ReportError, Table};

/// The table as a workbook, its first row frozen.
pub fn table_to_xlsx(table: &Table) -> Result<Vec<u8>, ReportError> {
    let mut book = Workbook::new();
    // Without a date of its own the library would write the present one: same input, same output.
    let properties = DocProperties::new()
        .set_title(&table.title)
        .set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?);
    book.set_properties(&properties);
    let styles = Styles::new();
    let sheet = book.add_worksheet().set_name(&table.title)?;
    set_up_page(sheet);
    sheet.set_freeze_panes(1, 0)?;
    write_header(sheet, 0, &table.columns, &styles)?;
    for (row, cells) in (1..).zip(&table.rows) {
        let widths = table.columns.iter().map(|(_, width)| *width);
        fit_row(sheet, row, widths.zip(cells.iter().map(String::as_str)))?;
        for (column, cell) in (0..).zip(cells) {
            write_text(sheet, (row, column), cell, &styles.text)?;
        }
    }
    Ok(book.save_to_buffer()?)
}
