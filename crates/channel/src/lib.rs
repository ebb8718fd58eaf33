//! Bytes of a channel to submissions: JSON Lines, CSV, XLSX, XLS.
//!
//! [`read`] is the way in: it recognises the format by content, maps columns by their headers
//! ([`header`]), and turns every non-blank line into either a [`Row`] or a [`RowError`], never
//! neither. **Invariant.** No I/O here, and no input panics or takes more than linear time.
//!
//! ```
//! let file = "意见内容,联系电话\n建议把第三条改短一些,\n";
//! let import = caifeng_channel::read(file.as_bytes(), "意见.csv")?;
//! assert_eq!(import.rows[0].submission.text, "建议把第三条改短一些");
//! # Ok::<(), caifeng_channel::ImportError>(())
//! ```

mod article;
mod channels;
mod date;
mod digest;
mod encoding;
mod error;
mod error_file;
pub mod header;
mod import;
mod jsonl;
pub mod kiosk;
pub mod limits;
pub mod questionnaire;
mod record;
mod sheet;
mod sniff;
mod table;
mod text_table;
mod unzip;
pub mod wechat;

pub use error::ImportError;
pub use error_file::errors_csv;
pub use header::Field;
pub use import::{ColumnMapping, Format, Import, Row, RowError};

/// Reads a file of submissions.
///
/// `file_name` only decides between formats that look alike; it never becomes part of a
/// submission. Lines that cannot be used are in [`Import::errors`] and the rest goes in.
pub fn read(bytes: &[u8], file_name: &str) -> Result<Import, ImportError> {
    if bytes.len() > limits::MAX_FILE_BYTES {
        return Err(ImportError::FileTooLarge {
            bytes: bytes.len(),
            max: limits::MAX_FILE_BYTES,
        });
    }
    match sniff::sniff(bytes, file_name)? {
        Format::JsonLines => jsonl::read(&encoding::decode(bytes)?),
        Format::Csv => text_table::read(&encoding::decode(bytes)?),
        Format::Xlsx => sheet::read_xlsx(bytes),
        Format::Xls => sheet::read_xls(bytes),
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
