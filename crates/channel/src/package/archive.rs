//! The zip archive around the files of a package.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read, Write},
};

use zip::{DateTime, ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::{FEEDBACK, MANIFEST, POINTS, PackageError, SIGNATURE, SUBMISSIONS};
use crate::limits::{MAX_FILE_BYTES, MAX_MANIFEST_BYTES, MAX_PACKAGE_UNPACKED};

/// Every name that a file of a package can have.
const NAMES: [&str; 5] = [MANIFEST, SIGNATURE, SUBMISSIONS, POINTS, FEEDBACK];
/// How every zip archive begins that is not empty.
const ZIP: &[u8] = b"PK\x03\x04";

/// The archive; the same files give the same bytes.
pub(super) fn write(files: &[(&str, Vec<u8>)]) -> Result<Vec<u8>, PackageError> {
    let failed = |error: &dyn ToString| PackageError::Unwritable(error.to_string());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = SimpleFileOptions::default().last_modified_time(DateTime::default());
        zip.start_file(*name, options).map_err(|e| failed(&e))?;
        zip.write_all(bytes).map_err(|e| failed(&e))?;
    }
    let bytes = zip.finish().map_err(|e| failed(&e))?.into_inner();
    if bytes.len() > MAX_FILE_BYTES {
        return Err(too_large("文件", MAX_FILE_BYTES as u64));
    }
    Ok(bytes)
}

/// The files of an archive. What it declares is looked at first, and what it unfolds to counted, since
/// declarations lie.
pub(super) fn read(bytes: &[u8]) -> Result<BTreeMap<&'static str, Vec<u8>>, PackageError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(too_large("文件", MAX_FILE_BYTES as u64));
    }
    if !bytes.starts_with(ZIP) {
        return Err(PackageError::NotAPackage);
    }
    let damaged = |error: &dyn ToString| PackageError::Damaged(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged(&e))?;
    let mut names = Vec::new();
    for at in 0..archive.len() {
        let file = archive.by_index_raw(at).map_err(|e| damaged(&e))?;
        let said = String::from_utf8_lossy(file.name_raw()).into_owned();
        let known = NAMES.iter().find(|name| **name == said);
        let Some(&name) = known.filter(|name| !names.contains(*name)) else {
            let shown = said.chars().filter(|c| !c.is_control()).take(100);
            return Err(PackageError::StrangeEntry(shown.collect()));
        };
        check_size(name, file.size())?;
        names.push(name);
    }
    let (mut files, mut left) = (BTreeMap::new(), MAX_PACKAGE_UNPACKED);
    for (at, name) in names.into_iter().enumerate() {
        let file = archive.by_index(at).map_err(|e| damaged(&e))?;
        let mut content = Vec::new();
        let most = left.min(most(name)) + 1;
        file.take(most)
            .read_to_end(&mut content)
            .map_err(|e| damaged(&e))?;
        check_size(name, content.len() as u64)?;
        left = left
            .checked_sub(content.len() as u64)
            .ok_or_else(|| too_large("展开后的内容", MAX_PACKAGE_UNPACKED))?;
        files.insert(name, content);
    }
    Ok(files)
}

fn most(name: &str) -> u64 {
    match name {
        MANIFEST | SIGNATURE => MAX_MANIFEST_BYTES,
        _ => MAX_PACKAGE_UNPACKED,
    }
}

fn check_size(name: &str, size: u64) -> Result<(), PackageError> {
    if size > most(name) {
        return Err(too_large(&format!("{name} 展开后"), most(name)));
    }
    Ok(())
}

fn too_large(what: &str, max: u64) -> PackageError {
    PackageError::TooLarge {
        what: what.to_owned(),
        max_mib: max >> 20,
    }
}
