//! The files beside the database (scans, minutes) as one file of a backup: of each its name, its
//! length in eight bytes, and itself, sealed as it lies in the data folder.

use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter, Read, Write},
    path::Path,
};

use super::files::at;
use crate::{AppError, files};

/// What went into a pack.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Packed {
    pub(super) files: usize,
    /// Files that the database names and that are not there.
    pub(super) missing: usize,
}

/// Packs the files of these names.
pub(super) fn pack(names: &[String], folder: &Path, to: &Path) -> Result<Packed, AppError> {
    let mut out = BufWriter::new(at(to, File::create(to))?);
    let mut packed = Packed::default();
    for name in names {
        let path = folder.join(name);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                packed.missing += 1;
                continue;
            }
            read => at(&path, read)?,
        };
        let length = (bytes.len() as u64).to_be_bytes();
        for part in [name.as_bytes(), &length, &bytes] {
            at(to, out.write_all(part))?;
        }
        packed.files += 1;
    }
    at(to, out.flush())?;
    Ok(packed)
}

/// Unpacks into a folder. How many files there were.
pub(super) fn unpack(from: &Path, folder: &Path) -> Result<usize, AppError> {
    at(folder, fs::create_dir_all(folder))?;
    let mut input = BufReader::new(at(from, File::open(from))?);
    let mut count = 0;
    while let Some((name, bytes)) = at(from, next(&mut input))? {
        files::write(folder, &name, &bytes)?;
        count += 1;
    }
    Ok(count)
}

fn next(input: &mut impl Read) -> io::Result<Option<(String, Vec<u8>)>> {
    let mut name = Vec::new();
    input.by_ref().take(64).read_to_end(&mut name)?;
    if name.is_empty() {
        return Ok(None);
    }
    let broken = || io::Error::from(io::ErrorKind::InvalidData);
    let name = String::from_utf8(name).map_err(|_| broken())?;
    let mut length = [0; 8];
    input.read_exact(&mut length)?;
    let length = u64::from_be_bytes(length);
    let mut bytes = Vec::new();
    input.by_ref().take(length).read_to_end(&mut bytes)?;
    if !files::is_hash(&name) || bytes.len() as u64 != length {
        return Err(broken());
    }
    Ok(Some((name, bytes)))
}

#[cfg(test)]
mod tests {
    use super::{Packed, pack, unpack};

    #[test]
    fn what_is_packed_comes_out_and_what_is_cut_short_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("from"), dir.path().join("to"));
        std::fs::create_dir(&from).unwrap();
        let names = ["0a", "1b", "2c"].map(|half| half.repeat(32));
        for name in &names[..2] {
            std::fs::write(from.join(name), format!("words of {name}")).unwrap();
        }
        let file = dir.path().join("pack");
        let packed = pack(&names, &from, &file).unwrap();
        let (files, missing) = (2, 1);
        assert_eq!(packed, Packed { files, missing });
        assert_eq!(unpack(&file, &to).unwrap(), 2);
        for name in &names[..2] {
            let (was, is) = (from.join(name), to.join(name));
            assert_eq!(std::fs::read(was).unwrap(), std::fs::read(is).unwrap());
        }
        let whole = std::fs::read(&file).unwrap();
        std::fs::write(&file, &whole[..whole.len() - 1]).unwrap();
        assert!(unpack(&file, &dir.path().join("other")).is_err());
    }
}
