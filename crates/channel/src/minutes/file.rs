//! The text of a file of minutes.

use super::docx;
use crate::{ImportError, encoding, limits::MAX_MINUTES_BYTES, sniff};

/// Why minutes were refused. Messages are for the people who chose the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MinutesError {
    /// No bytes, or nothing but white space.
    #[error("文件是空的")]
    Empty,
    /// Over [`crate::limits::MAX_MINUTES_BYTES`], as it is or unpacked.
    #[error("文件（或解压后的正文）超过上限 {max} 字节，请分成几个文件")]
    TooLarge {
        /// Bytes allowed.
        max: usize,
    },
    /// Neither docx nor text.
    #[error("这是{kind}，不能当作会议记录；请另存为 docx 或 txt 后再上传")]
    NotSupported {
        /// What it seems to be.
        kind: &'static str,
    },
    /// No known encoding fits.
    #[error("第{line}行的文字编码无法识别，请另存为 UTF-8 后再上传")]
    Encoding {
        /// First line that does not fit.
        line: u32,
    },
    /// A docx that is not one.
    #[error("Word 文档已损坏或设有密码（{detail}），请用 Word 或 WPS 打开并另存后再上传")]
    Damaged {
        /// What is wrong.
        detail: &'static str,
    },
}

/// The text of `bytes`, one paragraph a line.
pub(super) fn text(bytes: &[u8]) -> Result<String, MinutesError> {
    if bytes.len() > MAX_MINUTES_BYTES {
        return Err(too_large());
    }
    let text = if bytes.starts_with(sniff::ZIP) {
        docx::text(bytes)?
    } else if let Some(kind) = sniff::binary_kind(bytes) {
        return Err(MinutesError::NotSupported { kind });
    } else {
        plain(bytes)?
    };
    if text.trim().is_empty() {
        return Err(MinutesError::Empty);
    }
    Ok(text.replace("\r\n", "\n").replace(['\r', '\u{b}'], "\n"))
}

fn plain(bytes: &[u8]) -> Result<String, MinutesError> {
    let decoded = encoding::decode(bytes).map_err(|error| match error {
        ImportError::Encoding { line } => MinutesError::Encoding { line },
        _ => MinutesError::NotSupported {
            kind: "二进制文件"
        },
    })?;
    match decoded.bad_lines.first() {
        Some(line) => Err(MinutesError::Encoding { line: *line }),
        None => Ok(decoded.text),
    }
}

pub(super) fn too_large() -> MinutesError {
    MinutesError::TooLarge {
        max: MAX_MINUTES_BYTES,
    }
}
