//! The rows that could not be used, as a file that staff can open, repair and learn from.

use crate::RowError;

/// Byte order mark: without it Excel takes UTF-8 for the system's code page.
const BOM: &str = "\u{feff}";

/// A CSV file of `errors`: 行号, 列, 问题, 原始内容. UTF-8 with byte order mark.
#[must_use]
pub fn errors_csv(errors: &[RowError]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(BOM.as_bytes().to_vec());
    let mut put = |row: [&str; 4]| {
        let written = writer.write_record(row.map(guarded));
        debug_assert!(written.is_ok(), "writing to memory");
    };
    put(["行号", "列", "问题", "原始内容"]);
    for error in errors {
        let column = error.column.as_deref().unwrap_or_default();
        put([&error.line.to_string(), column, &error.message, &error.raw]);
    }
    // A vector takes everything.
    writer.into_inner().unwrap_or_default()
}

/// An apostrophe before what a spreadsheet would run as a formula.
fn guarded(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}
