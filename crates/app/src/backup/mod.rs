//! Backups: a copy of the database as of one moment, made while everything goes on, checked when it
//! is written and again when it is brought back.
//!
//! A backup is a folder with `caifeng.db`, `files.pack` (scans and minutes, each sealed by the vault)
//! and `manifest.json`, which is written last: without it there is no backup. The master key is not in it. Who has both has the identities, so the key
//! goes elsewhere, and only when asked. The search index is not in it either: triage makes it anew.

mod files;
mod pack;
mod restore;
mod sealed;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use self::restore::{Restored, restore};
use crate::{App, AppError, consultations::cli};

const DATABASE: &str = "caifeng.db";
const FILES: &str = "files.pack";
const KEY: &str = "identity.key";
const MANIFEST: &str = "manifest.json";
/// Of the manifest. 1 had no files.
const FORMAT: u32 = 2;

/// How a backup is made or brought back.
#[derive(Clone, Default)]
pub struct BackupOptions {
    /// Seals all files.
    pub passphrase: Option<String>,
    /// File to which the master key goes, or from which it comes: never in the backup's folder.
    pub key: Option<PathBuf>,
}

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackedUp {
    /// Size of the copy.
    pub bytes: u64,
    /// Submissions in it.
    pub submissions: usize,
    /// Scans and minutes in it.
    pub files: usize,
    /// Scans and minutes that the database names and that are not in the data folder.
    pub missing: usize,
    /// Whether it is sealed.
    pub encrypted: bool,
}

/// Why there is no backup, or nothing was brought back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database is somebody else's to back up.
    #[error(
        "数据库是 PostgreSQL，请用它自己的工具：备份 pg_dump --format=custom --file=文件 数据库，\
         恢复 pg_restore --dbname=空数据库 文件；数据目录中的 files（扫描件和纪要原件）要一并复制；\
         主密钥另行保管"
    )]
    Postgres,
    /// Something is there already.
    #[error("目录 {} 不是空的，备份不会覆盖已有的文件", .0.display())]
    NotEmpty(PathBuf),
    /// A database is there already.
    #[error("{} 已存在，恢复不会覆盖已有的数据。请换一个空的数据目录", .0.display())]
    InUse(PathBuf),
    /// The key would lie beside what it opens.
    #[error("主密钥不能与备份放在同一个目录，请指定别处（最好是另一个介质）")]
    KeyBeside,
    /// The key is not in a file.
    #[error("主密钥来自环境变量，没有文件可备份，请按单位规定另行保管")]
    NoKeyFile,
    /// No manifest, or not one of ours.
    #[error("{} 不是一份完整的备份：{reason}", folder.display())]
    NotABackup {
        /// Which folder.
        folder: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The backup is sealed, and no passphrase was given.
    #[error("这份备份是加密的，请用 --passphrase-file 指定口令文件")]
    Sealed,
    /// The passphrase is wrong, or the file was changed.
    #[error("口令不对，或备份文件已被改动")]
    Passphrase,
    /// The copy is not what it should be.
    #[error("备份文件 {0} 与清单不符，已损坏")]
    Damaged(&'static str),
}

/// What a backup says of itself.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: u32,
    program: String,
    made_at: String,
    encrypted: bool,
    /// Size and hash of `caifeng.db` as it lies there.
    bytes: u64,
    sha256: String,
    schema: i64,
    submissions: usize,
    audit_entries: usize,
    /// Of `files.pack`.
    files: Option<ManifestFiles>,
}

/// What a backup says of the files beside the database.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestFiles {
    count: usize,
    /// Size and hash of `files.pack` as it lies there.
    bytes: u64,
    sha256: String,
}

impl App {
    /// Makes a backup in a new or empty folder, and reads it back to see that it is whole.
    pub async fn backup(
        &self,
        folder: &Path,
        options: BackupOptions,
    ) -> Result<BackedUp, AppError> {
        if self.store.is_postgres() {
            return Err(BackupError::Postgres.into());
        }
        self.check_key(folder, &options)?;
        files::make_folder(folder)?;
        let work = tempfile::tempdir_in(&self.config.data);
        let work = work.map_err(|source| AppError::file(&self.config.data, source))?;
        let copy = work.path().join(DATABASE);
        self.store.snapshot(&copy).await?;
        let found = caifeng_store::inspect(&copy).await?;
        // After the copy: what it names is among them, but for what was deleted meanwhile.
        let (names, lie) = (self.store.files().await?, self.config.data.join("files"));
        let (to, key_file) = (folder.to_owned(), self.config.key_file());
        let write = move || -> Result<BackedUp, AppError> {
            let passphrase = options.passphrase.as_deref();
            let sum = store_checked(&copy, &to, passphrase, DATABASE)?;
            let pack = work.path().join(FILES);
            let packed = pack::pack(&names, &lie, &pack)?;
            let pack = store_checked(&pack, &to, passphrase, FILES)?;
            if let Some(key) = &options.key {
                files::store(&key_file, key, passphrase, KEY)?;
            }
            let manifest = Manifest {
                format: FORMAT,
                program: env!("CARGO_PKG_VERSION").to_owned(),
                made_at: jiff::Timestamp::now().to_string(),
                encrypted: passphrase.is_some(),
                bytes: sum.bytes,
                sha256: sum.sha256,
                schema: found.schema,
                submissions: found.submissions,
                audit_entries: found.audit_entries,
                files: Some(ManifestFiles {
                    count: packed.files,
                    bytes: pack.bytes,
                    sha256: pack.sha256,
                }),
            };
            write_manifest(&to, &work.path().join(MANIFEST), &manifest)?;
            Ok(BackedUp {
                bytes: manifest.bytes,
                submissions: manifest.submissions,
                files: packed.files,
                missing: packed.missing,
                encrypted: manifest.encrypted,
            })
        };
        let made = tokio::task::spawn_blocking(write).await??;
        let what = format!("{} submissions", made.submissions);
        self.store.audit(&cli(), "backup.make", &what).await?;
        Ok(made)
    }

    fn check_key(&self, folder: &Path, options: &BackupOptions) -> Result<(), AppError> {
        let Some(key) = &options.key else {
            return Ok(());
        };
        if self.config.identity_key.is_some() {
            return Err(BackupError::NoKeyFile.into());
        }
        let absolute =
            |path: &Path| std::path::absolute(path).map_err(|source| AppError::file(path, source));
        if absolute(key)?.starts_with(absolute(folder)?) {
            return Err(BackupError::KeyBeside.into());
        }
        Ok(())
    }
}

/// Stores a file under its name, and reads it back. What it became.
fn store_checked(
    from: &Path,
    folder: &Path,
    passphrase: Option<&str>,
    name: &'static str,
) -> Result<files::Sum, AppError> {
    let stored = folder.join(name);
    let sum = files::store(from, &stored, passphrase, name)?;
    let back = from.with_extension("back");
    let read = files::fetch(&stored, &back, passphrase, name)?;
    if read != sum || files::sum(&back)? != files::sum(from)? {
        return Err(BackupError::Damaged(name).into());
    }
    files::at(&back, std::fs::remove_file(&back))?;
    Ok(sum)
}

fn write_manifest(folder: &Path, draft: &Path, manifest: &Manifest) -> Result<(), AppError> {
    let text = serde_json::to_vec_pretty(manifest).map_err(|error| {
        let reason = error.to_string();
        let folder = folder.to_owned();
        BackupError::NotABackup { folder, reason }
    })?;
    files::at(draft, std::fs::write(draft, text))?;
    files::store(draft, &folder.join(MANIFEST), None, MANIFEST)?;
    files::sync_folder(folder)
}
