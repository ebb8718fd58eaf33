//! The master key of the identity vault and its file.

use std::{
    fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::{Random, StoreError};

/// 256 random bits, from which the vault derives what it needs.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentityKey(pub(crate) [u8; 32]);

/// Shows nothing: keys get into logs that way.
impl fmt::Debug for IdentityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentityKey(..)")
    }
}

impl IdentityKey {
    /// From 64 hexadecimal digits. None for anything else.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut key = [0; 32];
        for (i, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
        }
        Some(Self(key))
    }

    fn to_hex(&self) -> String {
        crate::rows::hex(&self.0)
    }

    /// Reads the key file. None when there is none.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, StoreError> {
        let failed = |source| StoreError::KeyFile {
            path: path.to_owned(),
            source,
        };
        match fs::read_to_string(path) {
            Ok(text) => Self::from_hex(&text).map(Some).ok_or_else(|| {
                failed(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "expected 64 hexadecimal digits",
                ))
            }),
            Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(err) => Err(failed(err)),
        }
    }

    /// Where a new key waits to take the place of the one at `path`.
    pub(crate) fn next_path(path: &Path) -> PathBuf {
        path.with_added_extension("new")
    }

    /// Puts the waiting key in its place. The one before stays beside it, under a name of its own.
    pub(crate) fn promote(path: &Path) -> Result<(), StoreError> {
        let exchange = || -> io::Result<()> {
            for number in 1.. {
                let old = path.with_added_extension(format!("old-{number}"));
                match fs::hard_link(path, &old) {
                    Err(err) if err.kind() == io::ErrorKind::AlreadyExists => {}
                    Err(err) if err.kind() == io::ErrorKind::NotFound => break,
                    done => {
                        done?;
                        break;
                    }
                }
            }
            fs::rename(Self::next_path(path), path)?;
            // The folder too, so that the new name outlives a power cut.
            fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
        };
        exchange().map_err(|source| StoreError::KeyFile {
            path: path.to_owned(),
            source,
        })
    }

    /// Makes a key and writes its file, readable by its owner only. Never overwrites one: where
    /// another process was faster, its key counts.
    pub(crate) fn create(path: &Path, random: &dyn Random) -> Result<Self, StoreError> {
        let mut key = Self([0; 32]);
        random.fill(&mut key.0)?;
        let write = || -> io::Result<()> {
            let mut options = fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(path)?;
            writeln!(file, "{}", key.to_hex())?;
            file.sync_all()
        };
        let failed = |source| StoreError::KeyFile {
            path: path.to_owned(),
            source,
        };
        match write() {
            Ok(()) => Ok(key),
            Err(err) if err.kind() == io::ErrorKind::AlreadyExists => {
                Self::read(path)?.ok_or_else(|| failed(err))
            }
            Err(err) => Err(failed(err)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::IdentityKey;
    use crate::OsRandom;

    #[test]
    fn a_key_file_is_private_and_reads_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("identity.key");
        assert!(IdentityKey::read(&path).unwrap().is_none());
        let key = IdentityKey::create(&path, &OsRandom).unwrap();
        assert!(IdentityKey::read(&path).unwrap().as_ref() == Some(&key));
        assert!(
            IdentityKey::create(&path, &OsRandom).unwrap() == key,
            "never overwritten"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        for broken in ["", "abc", &"g".repeat(64), &"é".repeat(32)] {
            std::fs::write(&path, broken).unwrap();
            assert!(IdentityKey::read(&path).is_err(), "{broken}");
        }
    }
}
