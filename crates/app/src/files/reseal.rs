//! Sealing anew, with the newest key, the files that older ones sealed.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{blocking, is_hash, replace};
use crate::{App, AppError};

/// What a file was sealed with stands in so many bytes at its beginning.
const HEAD: u64 = 64;

/// A file under its hash.
pub(crate) struct Kept {
    folder: PathBuf,
    sha256: String,
}

impl App {
    /// The files that are not sealed with the newest key.
    pub(crate) async fn files_sealed_before(&self) -> Result<Vec<Kept>, AppError> {
        let (store, data) = (self.store.clone(), self.config.data.clone());
        blocking(move || {
            let mut before = Vec::new();
            for folder in ["files", "uploads"].map(|folder| data.join(folder)) {
                for sha256 in hashes(&folder)? {
                    let path = folder.join(&sha256);
                    let head = there(&path, head(&path))?;
                    if head.is_some_and(|head| !store.is_newly_sealed(&head)) {
                        let folder = folder.clone();
                        before.push(Kept { folder, sha256 });
                    }
                }
            }
            Ok(before)
        })
        .await
    }

    /// Seals with the newest key the files that are not, one after the other. Each is as it was or as
    /// it is to be at any time, so that this may be broken off and begun again. `done` hears how many
    /// are through. How many they were.
    pub(crate) async fn reseal_files(
        &self,
        done: &(dyn Fn(usize) + Sync),
    ) -> Result<usize, AppError> {
        let mut all = 0;
        for file in self.files_sealed_before().await? {
            if self.reseal_file(file).await? {
                all += 1;
                done(all);
            }
        }
        Ok(all)
    }

    /// False for a file that has gone meanwhile.
    async fn reseal_file(&self, Kept { folder, sha256 }: Kept) -> Result<bool, AppError> {
        let path = folder.join(&sha256);
        let read = blocking(move || {
            let modified = fs::metadata(&path).and_then(|meta| meta.modified());
            let kept = modified.and_then(|modified| Ok((modified, fs::read(&path)?)));
            there(&path, kept)
        });
        let Some((modified, kept)) = read.await? else {
            return Ok(false);
        };
        let damaged = |error| AppError::file(&folder.join(&sha256), io::Error::other(error));
        let bytes = self.store.open_file(&sha256, kept).await.map_err(damaged)?;
        let sealed = self.store.seal_file(&sha256, &bytes)?;
        blocking(move || {
            // Not younger than it was: how long it is kept goes by that.
            replace(&folder, &sha256, &sealed, modified)
                .map_err(|source| AppError::file(&folder.join(&sha256), source))
        })
        .await?;
        Ok(true)
    }
}

/// What was read, or nothing of a file that is not there.
fn there<T>(path: &Path, read: io::Result<T>) -> Result<Option<T>, AppError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(AppError::file(path, source)),
    }
}

fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

/// Names of the files of a folder.
fn hashes(folder: &Path) -> Result<Vec<String>, AppError> {
    let read = || -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder)? {
            let name = entry?.file_name().into_string();
            names.extend(name.ok().filter(|name| is_hash(name)));
        }
        names.sort_unstable();
        Ok(names)
    };
    Ok(there(folder, read())?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, File},
        path::Path,
        time::{Duration, SystemTime},
    };

    use caifeng_store::Suite;

    use crate::{App, testing::config};

    /// By which key a file was sealed.
    fn key(path: &Path) -> u8 {
        fs::read(path).unwrap()[7]
    }

    #[tokio::test]
    async fn files_are_sealed_anew_with_the_values_and_go_on_where_it_broke_off() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(config(folder.path())).await.unwrap();
        let first = app.put_file(b"%PDF-1".to_vec()).await.unwrap();
        let second = app.put_file(b"%PDF-2".to_vec()).await.unwrap();
        let waiting = app.put_upload(b"minutes".to_vec()).await.unwrap();
        let files = folder.path().join("files");
        let paths = [
            files.join(&first),
            files.join(&second),
            folder.path().join("uploads").join(&waiting),
        ];
        // From before files were sealed.
        let plain = files.join("0a".repeat(32));
        fs::write(&plain, b"%PDF-3").unwrap();
        let long_ago = SystemTime::now() - Duration::from_hours(5);
        let there = File::options().write(true).open(&paths[0]).unwrap();
        there.set_modified(long_ago).unwrap();
        assert_eq!(paths.each_ref().map(|path| key(path)), [2, 2, 2]);

        let done = app.rotate_vault(Some(Suite::Aes256Gcm), &|_| {}).await;
        let done = done.unwrap();
        assert_eq!((done.new_key, done.files), (Some(3), 4));
        assert_eq!(paths.each_ref().map(|path| key(path)), [3, 3, 3]);
        assert_eq!(key(&plain), 3);
        assert_eq!(app.file(&first).await.unwrap(), b"%PDF-1");
        assert_eq!(app.upload(&waiting).await.unwrap(), b"minutes");
        let modified = fs::metadata(&paths[0]).unwrap().modified().unwrap();
        assert_eq!(modified, long_ago, "no younger than it was");

        // Broken off after one: what is left is done, without another key.
        let as_before = fs::read(&paths[1]).unwrap();
        let done = app.rotate_vault(None, &|_| {}).await.unwrap();
        assert_eq!((done.new_key, done.files), (Some(4), 4));
        fs::write(&paths[1], as_before).unwrap();
        assert_eq!(app.vault().await.unwrap().1, 1);
        let done = app.rotate_vault(None, &|_| {}).await.unwrap();
        assert_eq!((done.new_key, done.files), (None, 1));
        assert_eq!(key(&paths[1]), 4);
        assert_eq!(app.file(&second).await.unwrap(), b"%PDF-2");

        // A damaged one is named.
        fs::write(&paths[0], b"CFv1\0\0\0\x03 damaged").unwrap();
        let refused = app.rotate_vault(None, &|_| {}).await.unwrap_err();
        assert!(refused.to_string().contains(&first), "{refused}");
    }
}
