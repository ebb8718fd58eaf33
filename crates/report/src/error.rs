//! Why a report could not be written.

/// A report that a format cannot hold.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// JSON refused the data.
    #[error("could not write the report as JSON")]
    Json(#[from] serde_json::Error),
    /// CSV refused the data.
    #[error("could not write the report as CSV")]
    Csv(#[from] csv::Error),
    /// The workbook refused the data, for instance more than 1,048,576 points.
    #[error("could not write the report as a workbook")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    /// The template is wrong, or names something that is not there.
    #[error("line {line} of the template: {detail}")]
    Template {
        /// Line, from 1.
        line: usize,
        /// What minijinja says.
        detail: String,
    },
    /// The template gives no line that begins with `# `.
    #[error("the template gives no title")]
    NoTitle,
    /// The document could not be packed.
    #[error("could not pack the document")]
    Zip(#[from] zip::result::ZipError),
    /// The document could not be packed.
    #[error("could not write into the document")]
    Io(#[from] std::io::Error),
    /// The page could not be filled in.
    #[error("could not write the report as a page")]
    Page(#[from] askama::Error),
    /// A table that came back is no table of ours.
    #[error("not a table that can be read back: {detail}")]
    NotOurTable {
        /// What is missing or wrong.
        detail: String,
    },
    /// Its hidden column is gone.
    #[error("the table that came back has no column with the numbers of points")]
    NumbersMissing,
}
