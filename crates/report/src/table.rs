//! A plain table as a file: for lists that are no report.

use crate::{ReportError, csv_file::writer, words};

pub use crate::xlsx::table_to_xlsx;

/// Rows of texts under named columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What the workbook's sheet is called.
    pub title: String,
    /// Names of the columns and their widths in characters.
    pub columns: Vec<(&'static str, f64)>,
    /// As many texts each as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// The table as CSV: UTF-8 with byte order mark, comma, CRLF. No cell is run as a formula.
pub fn table_to_csv(table: &Table) -> Result<Vec<u8>, ReportError> {
    let mut writer = writer();
    writer.write_record(table.columns.iter().map(|(name, _)| name))?;
    for row in &table.rows {
        writer.write_record(row.iter().map(|cell| words::formula_guarded(cell)))?;
    }
    let bytes = writer.into_inner();
    Ok(bytes.map_err(|error| csv::Error::from(error.into_error()))?)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Reader, Xlsx};

    use super::{Table, table_to_csv, table_to_xlsx};

    fn table() -> Table {
        Table {
            title: "检索结果".to_owned(),
            columns: vec![("编号", 8.0), ("内容", 40.0)],
            rows: vec![
                vec!["S-1".to_owned(), "=1+1 停车难".to_owned()],
                vec!["S-2".to_owned(), "两行\n意见".to_owned()],
            ],
        }
    }

    #[test]
    fn rows_stand_under_their_columns_and_no_cell_is_a_formula() {
        let csv = table_to_csv(&table()).unwrap();
        let csv = String::from_utf8(csv).unwrap();
        assert_eq!(
            csv,
            "\u{feff}编号,内容\r\nS-1,'=1+1 停车难\r\nS-2,\"两行\n意见\"\r\n"
        );
        let xlsx = table_to_xlsx(&table()).unwrap();
        assert_eq!(
            xlsx,
            table_to_xlsx(&table()).unwrap(),
            "same input, same output"
        );
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(xlsx)).unwrap();
        let sheet = book.worksheet_range("检索结果").unwrap();
        let cells: Vec<String> = sheet.cells().map(|(_, _, cell)| cell.to_string()).collect();
        assert_eq!(
            cells,
            ["编号", "内容", "S-1", "=1+1 停车难", "S-2", "两行\n意见"]
        );
    }
}
