//! Files that people hand in: kept in the data folder, sealed, under the hash of their bytes.
//!
//! What is not confirmed yet lies in `uploads` for a day; what belongs to something lies in `files`,
//! and is removed when nothing names it any more. No name that a client gave ever becomes part of a
//! path.

mod reseal;

use std::{
    collections::HashSet,
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
/// A file younger than this may be about to be named in the database.
const YOUNG: Duration = Duration::from_hours(1);

/// Tells files apart that are being written by this process.
static PARTIAL: AtomicU64 = AtomicU64::new(0);

impl App {
    /// Keeps an upload until it is confirmed. Returns its hash.
    pub(crate) async fn put_upload(&self, bytes: Vec<u8>) -> Result<String, AppError> {
        let folder = self.config.data.join("uploads");
        let old = folder.clone();
        blocking(move || {
            forget(&old, WAIT, |_| true);
            Ok(())
        })
        .await?;
        self.put(folder, bytes).await
    }

    /// The bytes of an upload.
    pub(crate) async fn upload(&self, sha256: &str) -> Result<Vec<u8>, AppError> {
        if !is_hash(sha256) {
            return Err(Refusal::UploadGone.into());
        }
        match self.read("uploads", sha256).await {
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
        self.put(self.config.data.join("files"), bytes).await
    }

    /// The bytes of a file.
    pub(crate) async fn file(&self, sha256: &str) -> Result<Vec<u8>, AppError> {
        if !is_hash(sha256) {
            return Err(Refusal::UnknownAddress.into());
        }
        self.read("files", sha256).await
    }

    /// Removes uploads that nobody confirmed, and files that nothing names any more.
    pub(crate) async fn sweep_files(&self) -> Result<(), AppError> {
        let named: HashSet<String> = self.store.files().await?.into_iter().collect();
        let data = self.config.data.clone();
        blocking(move || {
            forget(&data.join("uploads"), WAIT, |_| true);
            forget(&data.join("files"), YOUNG, |name| !named.contains(name));
            Ok(())
        })
        .await
    }

    async fn put(&self, folder: PathBuf, bytes: Vec<u8>) -> Result<String, AppError> {
        let store = self.store.clone();
        blocking(move || {
            fs::create_dir_all(&folder).map_err(|e| AppError::file(&folder, e))?;
            let name = crate::drafts::hex(&Sha256::digest(&bytes));
            write(&folder, &name, &store.seal_file(&name, &bytes)?)?;
            Ok(name)
        })
        .await
    }

    async fn read(&self, folder: &str, sha256: &str) -> Result<Vec<u8>, AppError> {
        let path = self.config.data.join(folder).join(sha256);
        let kept = blocking(move || fs::read(&path).map_err(|e| AppError::file(&path, e))).await?;
        Ok(self.store.open_file(sha256, kept).await?)
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work).await?
}

/// Writes `bytes` under a name: all of them or none, and on disk when this returns. What is there
/// already stays, and is young again.
pub(crate) fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), AppError> {
    let path = folder.join(name);
    match File::options().write(true).open(&path) {
        Ok(there) => there.set_modified(SystemTime::now()),
        Err(_) => replace(folder, name, bytes, SystemTime::now()),
    }
    .map_err(|source| AppError::file(&path, source))
}

/// Puts `bytes` in the place of what is there, likewise, as if written at `modified`.
fn replace(folder: &Path, name: &str, bytes: &[u8], modified: SystemTime) -> io::Result<()> {
    // A name of its own: the same file may be handed in twice at once.
    let number = PARTIAL.fetch_add(1, Ordering::Relaxed);
    let partial = folder.join(format!("{name}.{}-{number}.part", std::process::id()));
    let write = || -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&partial)?;
        file.write_all(bytes)?;
        file.set_modified(modified)?;
        file.sync_all()?;
        fs::rename(&partial, folder.join(name))?;
        File::open(folder)?.sync_all()
    };
    let written = write();
    if written.is_err() {
        // Half a file is no use to anybody; where nothing can be written, perhaps not removed either.
        let _ = fs::remove_file(&partial);
    }
    written
}

/// Removes the files of a folder that are older than this and of which `may_go` says so. What cannot
/// be removed is tried again next time.
fn forget(folder: &Path, age: Duration, may_go: impl Fn(&str) -> bool) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let is_old = |path: &PathBuf| {
        let modified = fs::metadata(path).and_then(|meta| meta.modified());
        let passed = modified.map(|at| SystemTime::now().duration_since(at));
        matches!(passed, Ok(Ok(passed)) if passed > age)
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if is_old(&path) && may_go(&entry.file_name().to_string_lossy()) {
            let _ = fs::remove_file(path);
        }
    }
}

/// Whether a text can be the name of a file of ours.
pub(crate) fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use std::{
        fs::File,
        time::{Duration, SystemTime},
    };

    use super::{forget, is_hash, write};

    #[test]
    fn a_file_is_written_once_and_only_a_hash_is_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let name = "0a".repeat(32);
        write(dir.path(), &name, b"abc").unwrap();
        write(dir.path(), &name, b"other").unwrap();
        assert_eq!(std::fs::read(dir.path().join(&name)).unwrap(), b"abc");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
        assert!(is_hash(&name));
        for wrong in ["", "../identity.key", &name[1..], &name.to_uppercase()] {
            assert!(!is_hash(wrong), "{wrong}");
        }
    }

    #[test]
    fn only_what_is_old_and_may_go_goes() {
        let dir = tempfile::tempdir().unwrap();
        let hour = Duration::from_hours(1);
        for (name, age) in [("old", 2 * hour), ("named", 2 * hour), ("young", hour / 2)] {
            let file = File::create(dir.path().join(name)).unwrap();
            file.set_modified(SystemTime::now() - age).unwrap();
        }
        forget(dir.path(), hour, |name| name != "named");
        let left = |name| dir.path().join(name).exists();
        assert_eq!(
            [left("old"), left("named"), left("young")],
            [false, true, true]
        );
    }
}
