//! Writing and reading the files of a backup.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufReader, BufWriter, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

use sha2::{Digest, Sha256};

use super::sealed;
use crate::AppError;

/// Bytes and their hash as they pass.
struct Hashing<T> {
    inner: T,
    hash: Sha256,
    bytes: u64,
}

impl<T> Hashing<T> {
    fn new(inner: T) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
            bytes: 0,
        }
    }

    fn sum(self) -> (T, Sum) {
        let sha256 = crate::drafts::hex(&self.hash.finalize());
        let bytes = self.bytes;
        (self.inner, Sum { bytes, sha256 })
    }

    fn note(&mut self, passed: &[u8]) {
        self.hash.update(passed);
        self.bytes += passed.len() as u64;
    }
}

impl<T: Write> Write for Hashing<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.note(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<T: Read> Read for Hashing<T> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(bytes)?;
        self.note(&bytes[..count]);
        Ok(count)
    }
}

/// By what a file is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

/// Copies a file to a new one that only its owner may read, sealed where there is a passphrase, and
/// flushes it to disk. What it became.
pub(super) fn store(
    from: &Path,
    to: &Path,
    passphrase: Option<&str>,
    name: &str,
) -> Result<Sum, AppError> {
    let mut input = BufReader::new(at(from, File::open(from))?);
    let mut output = Hashing::new(BufWriter::new(create(to)?));
    let written = match passphrase {
        Some(passphrase) => sealed::seal(&mut input, &mut output, passphrase, name),
        None => io::copy(&mut input, &mut output).map(drop),
    };
    let (output, sum) = output.sum();
    let done = written
        .and_then(|()| output.into_inner().map_err(io::IntoInnerError::into_error))
        .and_then(|file| file.sync_all());
    at(to, done)?;
    Ok(sum)
}

/// The way back: copies a stored file to a new one. What the stored one was.
pub(super) fn fetch(
    from: &Path,
    to: &Path,
    passphrase: Option<&str>,
    name: &str,
) -> Result<Sum, AppError> {
    let mut input = Hashing::new(BufReader::new(at(from, File::open(from))?));
    let mut output = BufWriter::new(create(to)?);
    let opened = match passphrase {
        Some(passphrase) => sealed::open(&mut input, &mut output, passphrase, name),
        None => io::copy(&mut input, &mut output).map(drop),
    };
    let done = opened
        .and_then(|()| output.into_inner().map_err(io::IntoInnerError::into_error))
        .and_then(|file| file.sync_all());
    if matches!(&done, Err(error) if error.kind() == io::ErrorKind::InvalidData) {
        return Err(super::BackupError::Passphrase.into());
    }
    at(from, done)?;
    Ok(input.sum().1)
}

/// Reads a file from end to end.
pub(super) fn sum(path: &Path) -> Result<Sum, AppError> {
    let mut input = Hashing::new(BufReader::new(at(path, File::open(path))?));
    at(path, io::copy(&mut input, &mut io::sink()))?;
    Ok(input.sum().1)
}

/// Makes a folder for its owner only, or takes an empty one.
pub(super) fn make_folder(folder: &Path) -> Result<(), AppError> {
    match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => return Ok(()),
        Ok(false) => return Err(super::BackupError::NotEmpty(folder.to_owned()).into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(AppError::file(folder, error)),
    }
    let made = fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder);
    at(folder, made)
}

/// Flushes the names in a folder to disk.
pub(super) fn sync_folder(folder: &Path) -> Result<(), AppError> {
    at(
        folder,
        File::open(folder).and_then(|folder| folder.sync_all()),
    )
}

fn create(path: &Path) -> Result<File, AppError> {
    let mut options = OpenOptions::new();
    at(
        path,
        options.write(true).create_new(true).mode(0o600).open(path),
    )
}

pub(super) fn at<T>(path: &Path, done: io::Result<T>) -> Result<T, AppError> {
    done.map_err(|source| AppError::file(path, source))
}
