//! Whether a zip archive is safe to unpack, and what is in it.

use std::io::{self, Cursor, Read};

use zip::ZipArchive;

use crate::{ImportError, limits::MAX_ZIP_ENTRIES};

/// Checks that this is an xlsx workbook and that it does not unfold beyond `max_unpacked` bytes: first by the
/// sizes that it declares, then by unpacking into nothing, since declarations lie.
pub(crate) fn check_workbook(bytes: &[u8], max_unpacked: u64) -> Result<(), ImportError> {
    let bomb = || ImportError::TooLargeUnpacked { max: max_unpacked };
    let broken = |error: &dyn ToString| ImportError::BrokenWorkbook {
        detail: error.to_string(),
    };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| broken(&e))?;
    if archive.len() > MAX_ZIP_ENTRIES {
        return Err(bomb());
    }
    let (mut declared, mut names) = (0u64, Vec::new());
    for at in 0..archive.len() {
        let file = archive.by_index_raw(at).map_err(|e| broken(&e))?;
        declared = declared.saturating_add(file.size());
        names.push(String::from_utf8_lossy(file.name_raw()).replace('\\', "/"));
    }
    if declared > max_unpacked {
        return Err(bomb());
    }
    if let Some(kind) = other_kind(&names) {
        return Err(ImportError::NotSupported { kind });
    }
    let mut left = max_unpacked;
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(|e| broken(&e))?;
        let unpacked =
            io::copy(&mut file.take(left + 1), &mut io::sink()).map_err(|e| broken(&e))?;
        left = left.checked_sub(unpacked).ok_or_else(bomb)?;
    }
    Ok(())
}

/// What the archive is, unless it is a workbook.
fn other_kind(names: &[String]) -> Option<&'static str> {
    let has = |prefix: &str| names.iter().any(|name| name.starts_with(prefix));
    if has("xl/") {
        None
    } else if has("word/") {
        Some("Word 文档（docx）")
    } else if has("ppt/") {
        Some("演示文稿（pptx）")
    } else if has("content.xml") {
        Some("OpenDocument 文件（请另存为 xlsx）")
    } else {
        Some("压缩包")
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::{ImportError, check_workbook};

    const LIMIT: u64 = 1 << 16;

    fn workbook(size: usize) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default();
        writer.start_file("xl/workbook.xml", options).unwrap();
        writer.write_all(&vec![b' '; size]).unwrap();
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn size_is_checked_as_declared_and_as_it_is() {
        let bomb = ImportError::TooLargeUnpacked { max: LIMIT };
        assert_eq!(check_workbook(&workbook(1 << 16), LIMIT), Ok(()));
        let size = (1u32 << 16) + 1;
        let mut file = workbook(size as usize);
        assert_eq!(check_workbook(&file, LIMIT), Err(bomb));
        // The same with a lie about the size wherever it is written down.
        for at in 0..file.len() - 4 {
            if file[at..at + 4] == size.to_le_bytes() {
                file[at..at + 4].copy_from_slice(&100u32.to_le_bytes());
            }
        }
        assert!(check_workbook(&file, LIMIT).is_err());
    }
}
