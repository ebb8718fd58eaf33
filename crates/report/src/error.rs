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
}
