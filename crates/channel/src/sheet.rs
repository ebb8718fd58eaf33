//! Workbooks, through calamine.
//!
//! XLSX is read cell by cell. calamine's whole-sheet functions lay out the rectangle around all
//! cells, which two cells in opposite corners make 17 thousand million cells large. XLS has only
//! those functions, so its files must be small; its rectangle is at most 65,536 rows of 256.

use std::{
    collections::BTreeMap,
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
};

use calamine::{Data, Reader, SheetType, Xls, XlsOptions, Xlsx};

use crate::{
    Format, Import, ImportError, Mapping, date,
    limits::{MAX_CELL_BYTES, MAX_CELLS, MAX_COLUMNS, MAX_UNPACKED_BYTES, MAX_XLS_BYTES},
    table::{self, TableRow},
    unzip,
};

/// Reads the first sheet that has a header row.
pub(crate) fn read_xlsx(bytes: &[u8], mapping: Option<&Mapping>) -> Result<Import, ImportError> {
    unzip::check_workbook(bytes, MAX_UNPACKED_BYTES)?;
    guarded(|| {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|e| broken(&e))?;
        let names = worksheets(book.sheets_metadata());
        first_with_header(&names, Format::Xlsx, mapping, |name| {
            xlsx_rows(&mut book, name)
        })
    })
}

/// Reads the first sheet that has a header row.
pub(crate) fn read_xls(bytes: &[u8], mapping: Option<&Mapping>) -> Result<Import, ImportError> {
    if bytes.len() > MAX_XLS_BYTES {
        return Err(ImportError::FileTooLarge {
            bytes: bytes.len(),
            max: MAX_XLS_BYTES,
        });
    }
    guarded(|| {
        let options = XlsOptions::default();
        let mut book: Xls<_> =
            Xls::new_with_options(Cursor::new(bytes), options).map_err(|e| broken(&e))?;
        let names = worksheets(book.sheets_metadata());
        first_with_header(&names, Format::Xls, mapping, |name| {
            xls_rows(&mut book, name)
        })
    })
}

/// Runs calamine behind a barrier: its binary reader slices without checking on damaged files.
fn guarded(read: impl FnOnce() -> Result<Import, ImportError>) -> Result<Import, ImportError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(broken(&"内部结构错误")))
}

fn broken(error: &dyn ToString) -> ImportError {
    ImportError::BrokenWorkbook {
        detail: error.to_string(),
    }
}

fn worksheets(sheets: &[calamine::Sheet]) -> Vec<String> {
    let tables = sheets
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet);
    tables.map(|sheet| sheet.name.clone()).collect()
}

fn first_with_header(
    names: &[String],
    format: Format,
    mapping: Option<&Mapping>,
    mut rows: impl FnMut(&str) -> Result<Vec<TableRow>, ImportError>,
) -> Result<Import, ImportError> {
    let mut missing = ImportError::Empty;
    for name in names {
        match table::read(rows(name)?, format, "UTF-8", mapping) {
            Ok(import) => {
                let skipped_sheets = names.iter().filter(|n| *n != name).cloned().collect();
                return Ok(Import {
                    skipped_sheets,
                    ..import
                });
            }
            Err(error @ ImportError::NoHeader { .. }) => missing = error,
            Err(ImportError::Empty) => {}
            Err(error) => return Err(error),
        }
    }
    Err(missing)
}

/// Counts what a sheet unfolds to.
#[derive(Default)]
struct Budget {
    cells: usize,
    bytes: usize,
}

impl Budget {
    fn spend(&mut self, cell: &str) -> Result<(), ImportError> {
        self.cells += 1;
        self.bytes += cell.len();
        if self.cells > MAX_CELLS || self.bytes > MAX_CELL_BYTES {
            return Err(ImportError::TooLargeUnpacked {
                max: MAX_UNPACKED_BYTES,
            });
        }
        Ok(())
    }
}

fn xlsx_rows(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Vec<TableRow>, ImportError> {
    let mut reader = book.worksheet_cells_reader(name).map_err(|e| broken(&e))?;
    let mut rows: BTreeMap<u32, BTreeMap<usize, String>> = BTreeMap::new();
    let mut budget = Budget::default();
    while let Some(cell) = reader.next_cell().map_err(|e| broken(&e))? {
        let (row, column) = cell.get_position();
        if column as usize >= MAX_COLUMNS {
            continue;
        }
        if let Some(text) = text(cell.get_value().clone().into()) {
            budget.spend(&text)?;
            rows.entry(row).or_default().insert(column as usize, text);
        }
    }
    let rows = rows.into_iter().map(|(row, cells)| TableRow {
        line: row + 1,
        cells,
        damage: None,
    });
    Ok(rows.collect())
}

fn xls_rows(book: &mut Xls<Cursor<&[u8]>>, name: &str) -> Result<Vec<TableRow>, ImportError> {
    let range = book.worksheet_range(name).map_err(|e| broken(&e))?;
    let (first_row, first_column) = range.start().unwrap_or_default();
    let mut budget = Budget::default();
    let mut rows = Vec::new();
    for (line, row) in (first_row + 1..).zip(range.rows()) {
        let mut cells = BTreeMap::new();
        for (column, cell) in (first_column as usize..MAX_COLUMNS).zip(row) {
            if let Some(text) = text(cell.clone()) {
                budget.spend(&text)?;
                cells.insert(column, text);
            }
        }
        rows.push(TableRow {
            line,
            cells,
            damage: None,
        });
    }
    Ok(rows)
}

/// A cell as text; None when it is empty. Numbers are written without a needless fraction, so that
/// a telephone number stays one.
fn text(cell: Data) -> Option<String> {
    let text = match cell {
        Data::Empty => return None,
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text,
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::Bool(truth) => if truth { "是" } else { "否" }.to_owned(),
        Data::DateTime(at) => {
            let day = at
                .is_datetime()
                .then(|| date::from_parts(at.to_ymd_hms_milli()));
            day.flatten().unwrap_or_else(|| at.as_f64().to_string())
        }
        Data::Error(error) => error.to_string(),
    };
    Some(text).filter(|text| !text.is_empty())
}
