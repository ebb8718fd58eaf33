//! Bringing a backup back.

use std::{fs, path::Path};

use super::{
    BackupError, BackupOptions, DATABASE, FILES, FORMAT, KEY, MANIFEST, Manifest, files, pack,
};
use crate::{App, AppError, Config};

/// What was brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Submissions.
    pub submissions: usize,
    /// Scans and minutes.
    pub files: usize,
    /// When the backup was made.
    pub made_at: String,
    /// Whether the master key is there, so that the program can begin to work.
    pub has_key: bool,
}

/// Brings the backup in `folder` into the data folder, where there must be no database yet, and
/// checks it from end to end. The search index is made anew by the next triage.
pub async fn restore(
    config: &Config,
    folder: &Path,
    options: BackupOptions,
) -> Result<Restored, AppError> {
    let database = config.database_file().ok_or(BackupError::Postgres)?;
    let (key_file, given) = (config.key_file(), config.identity_key.is_some());
    for file in [database.clone(), database.with_extension("db-wal")] {
        if file.exists() {
            return Err(BackupError::InUse(file).into());
        }
    }
    if options.key.is_some() && key_file.exists() {
        return Err(BackupError::InUse(key_file).into());
    }
    let manifest = read_manifest(folder)?;
    if manifest.encrypted && options.passphrase.is_none() {
        return Err(BackupError::Sealed.into());
    }
    let data = config.data.clone();
    files::at(&data, fs::create_dir_all(&data))?;
    let work = tempfile::tempdir_in(&data).map_err(|source| AppError::file(&data, source))?;
    let (copy, key) = (work.path().join(DATABASE), work.path().join(KEY));
    let (from, to, key_to) = (folder.join(DATABASE), copy.clone(), key.clone());
    let expected = (manifest.bytes, manifest.sha256.clone());
    let encrypted = manifest.encrypted;
    let (packed, pack_from, pack_to) =
        (manifest.files, folder.join(FILES), work.path().join(FILES));
    let lie = data.join("files");
    let fetch = move || -> Result<usize, AppError> {
        let passphrase = options.passphrase.as_deref().filter(|_| encrypted);
        // The hash first: what is not whole is called damaged, not a wrong passphrase.
        let sum = files::sum(&from)?;
        if (sum.bytes, sum.sha256) != expected {
            return Err(BackupError::Damaged(DATABASE).into());
        }
        files::fetch(&from, &to, passphrase, DATABASE)?;
        if let Some(key) = &options.key {
            files::fetch(key, &key_to, passphrase, KEY)?;
        }
        let Some(packed) = packed else { return Ok(0) };
        let sum = files::sum(&pack_from)?;
        if (sum.bytes, sum.sha256) != (packed.bytes, packed.sha256) {
            return Err(BackupError::Damaged(FILES).into());
        }
        files::fetch(&pack_from, &pack_to, passphrase, FILES)?;
        let count = pack::unpack(&pack_to, &lie)?;
        if count == packed.count {
            Ok(count)
        } else {
            Err(BackupError::Damaged(FILES).into())
        }
    };
    let count = tokio::task::spawn_blocking(fetch).await??;
    let found = caifeng_store::inspect(&copy).await?;
    if (found.submissions, found.audit_entries) != (manifest.submissions, manifest.audit_entries) {
        return Err(BackupError::Damaged(DATABASE).into());
    }
    if key.exists() {
        files::store(&key, &key_file, None, KEY)?;
    }
    files::at(&database, fs::rename(&copy, &database))?;
    files::sync_folder(&data)?;
    Ok(Restored {
        submissions: found.submissions,
        files: count,
        made_at: manifest.made_at,
        has_key: given || config.key_file().exists(),
    })
}

impl App {
    /// Has every consultation with a draft triaged again by whoever does jobs: as after a restore,
    /// when there is no search index.
    pub async fn ask_for_all(&self) -> Result<usize, AppError> {
        let mut asked = 0;
        for listed in self.consultations().await?.iter() {
            if listed.draft.is_some() {
                self.ask_for_triage(listed.id).await?;
                asked += 1;
            }
        }
        Ok(asked)
    }
}

fn read_manifest(folder: &Path) -> Result<Manifest, AppError> {
    let not_one = |reason: String| BackupError::NotABackup {
        folder: folder.to_owned(),
        reason,
    };
    let text = fs::read(folder.join(MANIFEST))
        .map_err(|error| not_one(format!("读不出 {MANIFEST}（{error}）")))?;
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|error| not_one(error.to_string()))?;
    if !(1..=FORMAT).contains(&manifest.format) {
        return Err(not_one(format!("格式 {} 来自更新的版本", manifest.format)).into());
    }
    Ok(manifest)
}
