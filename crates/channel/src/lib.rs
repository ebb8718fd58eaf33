//! Bytes of a channel to submissions.
//!
//! | channel | module | in | out |
//! |---|---|---|---|
//! | files of submissions, exports of questionnaires | [`read`] | JSON Lines, CSV, XLSX, XLS | [`Import`]: rows and errors |
//! | WeChat messages | [`wechat`] | a signed call | a message; [`wechat::dialogue`] makes submissions of a conversation |
//! | questionnaire pushes | [`questionnaire`] | JSON of 问卷星 or 腾讯问卷 | a submission, a change, a withdrawal |
//! | kiosks | [`kiosk`] | a signed batch | submissions, gaps, corrected times |
//! | meetings | [`minutes`] | minutes in docx or text | head and speeches, to be reviewed |
//! | other levels | [`package`] | a signed package | submissions with what was found in them, or what became of ours |
//!
//! **Invariant.** No I/O here, no clock and no randomness: time and random bytes are arguments. No
//! input panics or takes more than linear time; what is refused for its size stands in [`limits`].
//! Whatever can come twice has an `external_id` or key that is the same both times.
//!
//! Of a file, [`read`] recognises the format by content, maps columns by their headers ([`header`]),
//! and turns every non-blank line into either a [`Row`] or a [`RowError`], never neither.
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
mod mapping;
pub mod minutes;
pub mod package;
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
pub use mapping::Mapping;

/// Reads a file of submissions.
///
/// `file_name` only decides between formats that look alike; it never becomes part of a
/// submission. Lines that cannot be used are in [`Import::errors`] and the rest goes in.
pub fn read(bytes: &[u8], file_name: &str) -> Result<Import, ImportError> {
    read_mapped(bytes, file_name, None)
}

/// [`read`] where somebody says what the columns of a table are. With a mapping, even an empty one,
/// a table whose headers say nothing is read too: its first row is taken for the header.
pub fn read_mapped(
    bytes: &[u8],
    file_name: &str,
    mapping: Option<&Mapping>,
) -> Result<Import, ImportError> {
    if bytes.len() > limits::MAX_FILE_BYTES {
        return Err(ImportError::FileTooLarge {
            bytes: bytes.len(),
            max: limits::MAX_FILE_BYTES,
        });
    }
    match sniff::sniff(bytes, file_name)? {
        Format::JsonLines => jsonl::read(&encoding::decode(bytes)?),
        Format::Csv => text_table::read(&encoding::decode(bytes)?, mapping),
        Format::Xlsx => sheet::read_xlsx(bytes, mapping),
        Format::Xls => sheet::read_xls(bytes, mapping),
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;
