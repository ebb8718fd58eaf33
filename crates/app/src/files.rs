//! Files that people hand in: kept in the data folder under the hash of their bytes.
//!
//! What is not confirmed yet lies in `uploads` for a day; what belongs to something lies in `files`.
//! No name that a client gave ever becomes part of a path.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use sha2::{Digest, Sha256};

use crate::{App, AppError, Refusal};

/// For how long somebody may look at a proposal before confirming it.
const WAIT: Duration = Duration::from_hours(24);

/// Tells files apart that are being written by this process.
static PARTIAL: AtomicU64 = AtomicU64::new(0);

impl App {
    /// Keeps an upload until it is confirmed. Returns its hash.
    pub(crate) async fn put_upload(&self, bytes: Vec<u8>) -> Result<String, AppError> {
        let folder = self.config.data.join("uploads");
        blocking(move || {
            fs::create_dir_all(&folder).map_err(|e| AppError::file(&folder, e))?;
            forget_old(&folder);
            put(&folder, &bytes)
        })
        .await
    }

    /// The bytes of an upload.
    pub(crate) async fn upload(&self, sha256: &str) -> Result<Vec<u8>, AppError> {
        if !is_hash(sha256) {
            return Err(Refusal::UploadGone.into());
        }
        let path = self.config.data.join("uploads").join(sha256);
        let read = blocking(move || fs::read(&path).map_err(|e| AppError::file(&path, e))).await;
        match read {
            Err(AppError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Err(Refusal::UploadGone.into())
            }
            read => read,
        }
    }

    /// Forgets an upload that was confirmed.
    pub(crate) async fn forget_upload(&self, sha256: &str) -> Result<(), AppError> {
        if !is_hash(sha256) {
            return Err(Refusal::UploadGone.into());
        }
        let path = self.config.data.join("uploads").join(sha256);
        blocking(move || {
            // Gone is gone: somebody else may have confirmed the same.
            let _ = fs::remove_file(path);
            Ok(())
        })
        .await
    }

    /// Keeps a file for good. Returns its hash.
    pub(crate) async fn put_file(&self, bytes: Vec<u8>) -> Result<String, AppError> {
        let folder = self.config.data.join("files");
        blocking(move || {
            fs::create_dir_all(&folder).map_err(|e| AppError::file(&folder, e))?;
            put(&folder, &bytes)
        })
        .await
    }

    /// The bytes of a file.
    pub(crate) async fn file(&self, sha256: &str) -> Result<Vec<u8>, AppError> {
        if !is_hash(sha256) {
            return Err(Refusal::UnknownAddress.into());
        }
        let path = self.config.data.join("files").join(sha256);
        blocking(move || fs::read(&path).map_err(|e| AppError::file(&path, e))).await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work).await?
}

/// Writes `bytes` under their hash: all of them or none, and on disk when this returns.
fn put(folder: &Path, bytes: &[u8]) -> Result<String, AppError> {
    let name = crate::drafts::hex(&Sha256::digest(bytes));
    let path = folder.join(&name);
    // A name of its own: the same file may be handed in twice at once.
    let number = PARTIAL.fetch_add(1, Ordering::Relaxed);
    let partial = folder.join(format!("{name}.{}-{number}.part", std::process::id()));
    let write = || -> io::Result<()> {
        if path.exists() {
            return Ok(());
        }
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&partial, &path)?;
        File::open(folder)?.sync_all()
    };
    let written = write();
    if written.is_err() {
        // Half a file is no use to anybody; where nothing can be written, perhaps not removed either.
        let _ = fs::remove_file(&partial);
    }
    written.map_err(|source| AppError::file(&path, source))?;
    Ok(name)
}

/// Removes uploads that nobody confirmed. What cannot be removed is tried again next time.
fn forget_old(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let old = |path: &PathBuf| {
        let modified = fs::metadata(path).and_then(|meta| meta.modified());
        let age = modified.map(|at| SystemTime::now().duration_since(at));
        matches!(age, Ok(Ok(age)) if age > WAIT)
    };
    for path in entries.flatten().map(|entry| entry.path()).filter(old) {
        let _ = fs::remove_file(path);
    }
}

/// Whether a text can be the name of a file of ours.
fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::{is_hash, put};

    #[test]
    fn a_file_is_found_by_its_hash_and_by_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let name = put(dir.path(), b"abc").unwrap();
        assert_eq!(put(dir.path(), b"abc").unwrap(), name);
        assert_eq!(std::fs::read(dir.path().join(&name)).unwrap(), b"abc");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
        assert!(is_hash(&name));
        for wrong in ["", "../identity.key", &name[1..], &name.to_uppercase()] {
            assert!(!is_hash(wrong), "{wrong}");
        }
    }
}
