//! What reading a file gives.

use caifeng_domain::Submission;

use crate::Field;

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    JsonLines,
    /// Text with a header row, separated by commas, tabs or semicolons.
    Csv,
    /// Excel and WPS workbook.
    Xlsx,
    /// The binary workbook of Excel 97 to 2003.
    Xls,
}

impl Format {
    /// All with wire names and the names shown to people.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::JsonLines, "jsonl", "JSON Lines"),
        (Self::Csv, "csv", "CSV"),
        (Self::Xlsx, "xlsx", "Excel（xlsx）"),
        (Self::Xls, "xls", "Excel（xls）"),
    ];
}

/// What became of one column (for JSON Lines: one key).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnMapping {
    /// The header as it stands in the file.
    pub header: String,
    /// The field it was read as. None: not used.
    pub field: Option<Field>,
    /// Left out on purpose: personal data that nobody needs (IP address, home address, browser).
    pub dropped: bool,
}

/// A submission and where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Line of a text file or row of a sheet, from 1.
    pub line: u32,
    /// Identity of the row for repeated imports, see [`Import::source`]: 32 hex digits.
    pub fingerprint: String,
    /// What it says.
    pub submission: Submission,
}

/// A line that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// Line of a text file or row of a sheet, from 1.
    pub line: u32,
    /// The column at fault, where it is one: its field's Chinese name.
    pub column: Option<String>,
    /// What is wrong, in Chinese, starting with the line: `第3行：意见内容为空`.
    pub message: String,
    /// The line, shortened; of a table without the columns that are dropped.
    pub raw: String,
}

/// A file of submissions, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// How the file was read.
    pub format: Format,
    /// The encoding it was in: `UTF-8`, `GB18030`, `UTF-16LE`, `UTF-16BE`; workbooks are `UTF-8`.
    pub encoding: &'static str,
    /// What produced the file, the same each time that it is exported again: `jsonl`, or `table:`
    /// and a digest of the header row.
    ///
    /// Not the file's name, which changes with every download (`意见(2).xlsx`) while different
    /// files share one (`导出.csv`). And not enough alone: two stations may fill the same form with
    /// numbers 1 to 20 each. [`Row::fingerprint`] therefore covers this source, the row's own
    /// number, time, station and text: the same file twice gives the same fingerprints, and a
    /// longer export only adds new ones.
    pub source: String,
    /// Every column, in order.
    pub columns: Vec<ColumnMapping>,
    /// The cells of the first rows of a table, one a column of `columns`; those of columns that are
    /// dropped are empty.
    pub preview: Vec<Vec<String>>,
    /// What can go in, in order.
    pub rows: Vec<Row>,
    /// What cannot, in order.
    pub errors: Vec<RowError>,
    /// Sheets of the workbook that were not read: only the first with a header row is.
    pub skipped_sheets: Vec<String>,
}
