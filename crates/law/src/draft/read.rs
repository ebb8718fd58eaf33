//! Files as they come: docx, UTF-8, UTF-16 with its mark, GB18030.

use caifeng_domain::Draft;
use encoding_rs::{Encoding, GB18030};

use super::{DraftError, line::paragraphs, parse, parse_lines};
use crate::{amendment, docx};

/// Larger files are refused: the longest code, 1,260 articles, takes 0.4 MB as text.
pub const MAX_FILE_BYTES: usize = 16 << 20;

/// Beginnings of files that users try and that are not text.
const KNOWN_BINARY: [(&[u8], &str); 5] = [
    (b"%PDF", "这是PDF文件"),
    (b"\xd0\xcf\x11\xe0", "这是旧版Word文件（doc）"),
    (b"\x89PNG", "这是图片"),
    (b"\xff\xd8\xff", "这是图片"),
    (b"Rar!", "这是压缩包"),
];

/// Reads a draft, or an amendment as a draft (see [`amendment::to_draft`]), from the bytes of a docx, text or markdown
/// file. The kind is told by the content; `file_name` is for messages only.
///
/// # Errors
/// [`DraftError`] for files that are too large, damaged, of another kind, or not a draft.
pub fn read(bytes: &[u8], file_name: &str) -> Result<Draft, DraftError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(DraftError::TooLarge {
            name: file_name.to_owned(),
            max: MAX_FILE_BYTES as u64,
        });
    }
    if bytes.starts_with(b"PK\x03\x04") {
        let found = docx::paragraphs(bytes, file_name)?;
        let text = found.join("\n");
        if amendment::is_amendment(&text) {
            return amendment::parse_lines(paragraphs(&found))
                .map(|draft| amendment::to_draft(&draft));
        }
        return parse_lines(paragraphs(&found));
    }
    let text = decode(bytes, file_name)?;
    if amendment::is_amendment(&text) {
        return amendment::parse(&text).map(|draft| amendment::to_draft(&draft));
    }
    parse(&text)
}

/// The paragraphs of a docx, text or markdown file that need not be a draft, without empty ones.
///
/// # Errors
/// As [`read`], but for what a draft must be.
pub fn words(bytes: &[u8], file_name: &str) -> Result<Vec<String>, DraftError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(DraftError::TooLarge {
            name: file_name.to_owned(),
            max: MAX_FILE_BYTES as u64,
        });
    }
    let found = if bytes.starts_with(b"PK\x03\x04") {
        docx::paragraphs(bytes, file_name)?
    } else {
        let text = decode(bytes, file_name)?;
        text.lines().map(str::to_owned).collect()
    };
    let trimmed = found.iter().map(|paragraph| paragraph.trim());
    Ok(trimmed
        .filter(|paragraph| !paragraph.is_empty())
        .map(str::to_owned)
        .collect())
}

/// The text of a file that is not an archive.
fn decode(bytes: &[u8], name: &str) -> Result<String, DraftError> {
    let unsupported = |kind| DraftError::Unsupported {
        name: name.to_owned(),
        kind,
    };
    if let Some((_, kind)) = KNOWN_BINARY
        .iter()
        .find(|(magic, _)| bytes.starts_with(magic))
    {
        return Err(unsupported(kind));
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, bad) = encoding.decode_without_bom_handling(&bytes[mark..]);
        return if bad {
            Err(unsupported("文件编码有误"))
        } else {
            Ok(text.into_owned())
        };
    }
    if bytes.contains(&0) {
        return Err(unsupported("这是二进制文件"));
    }
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(text.to_owned()),
        Err(err) => err.valid_up_to(),
    };
    let (text, bad) = GB18030.decode_without_bom_handling(bytes);
    if !bad {
        return Ok(text.into_owned());
    }
    // What the file was meant to be is what it can be read as for longer.
    let as_gb18030 = text.split('\u{fffd}').next().unwrap_or_default();
    let as_utf8 = String::from_utf8_lossy(&bytes[..valid]);
    let line = |text: &str| text.matches('\n').count() as u32 + 1;
    Err(DraftError::Encoding {
        name: name.to_owned(),
        line: line(&as_utf8).max(line(as_gb18030)),
    })
}
