//! Which format a file is in, by its first bytes; names lie.

use crate::{Format, ImportError};

/// Signatures of files that people choose by mistake.
const OTHER_KINDS: [(&[u8], &str); 9] = [
    (b"%PDF", "PDF 文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"{\\rtf", "RTF 文档"),
    (b"Rar!", "压缩包"),
    (b"7z\xbc\xaf", "压缩包"),
    (b"\x1f\x8b", "压缩包"),
    (b"SQLite format 3", "数据库文件"),
];
pub(crate) const ZIP: &[u8] = b"PK\x03\x04";
const COMPOUND_FILE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// What `bytes` are, if they are neither text nor an archive.
pub(crate) fn binary_kind(bytes: &[u8]) -> Option<&'static str> {
    let other = OTHER_KINDS
        .iter()
        .find(|(magic, _)| bytes.starts_with(magic));
    let old_office = bytes.starts_with(COMPOUND_FILE);
    other
        .map(|(_, kind)| *kind)
        .or(old_office.then_some("旧版 Office 文件（doc、xls）"))
}

/// The format of `bytes`. The name decides only whether text is JSON Lines when its first line is
/// broken.
pub(crate) fn sniff(bytes: &[u8], file_name: &str) -> Result<Format, ImportError> {
    if let Some((_, kind)) = OTHER_KINDS
        .iter()
        .find(|(magic, _)| bytes.starts_with(magic))
    {
        return Err(ImportError::NotSupported { kind });
    }
    if bytes.starts_with(ZIP) {
        return Ok(Format::Xlsx);
    }
    if bytes.starts_with(COMPOUND_FILE) {
        return Ok(Format::Xls);
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = text.iter().find(|b| !b.is_ascii_whitespace());
    let extension = file_name.rsplit_once('.').map(|(_, e)| e.to_lowercase());
    match (first, extension.as_deref()) {
        (None, _) => Err(ImportError::Empty),
        (Some(b'{'), _) | (_, Some("jsonl" | "ndjson" | "json")) => Ok(Format::JsonLines),
        _ => Ok(Format::Csv),
    }
}
