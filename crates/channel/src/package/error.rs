//! Why a package is not taken for what it says to be.

/// What is wrong. Each has a code that programs match on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
    /// No zip archive.
    #[error("这不是采风的上报包或反馈包（应为 zip 文件，内有 manifest.json）")]
    NotAPackage,
    /// A zip archive that cannot be read to its end; why, for logs.
    #[error("数据包不完整或已损坏，可能没有下载完，请重新取得")]
    Damaged(String),
    /// More bytes than are taken.
    #[error("数据包太大：{what}超过 {max_mib} MB")]
    TooLarge {
        /// Which part.
        what: String,
        /// How much is taken.
        max_mib: u64,
    },
    /// A file that does not belong there, or whose name leads elsewhere.
    #[error("数据包里有不该有的文件“{0}”")]
    StrangeEntry(String),
    /// A file that should be there.
    #[error("数据包里缺少文件 {0}")]
    MissingEntry(String),
    /// Written by a later program.
    #[error("数据包的格式版本是 {found}，本程序只认到 {known}，请先升级本程序")]
    TooNew {
        /// What it is of.
        found: u32,
        /// What is read here.
        known: u32,
    },
    /// The manifest says nothing that is understood.
    #[error("数据包的清单 manifest.json 无法识别：{0}")]
    BadManifest(String),
    /// Signed in a way that is not known.
    #[error("不认识签名算法“{0}”，本程序支持 ed25519 和 sm2")]
    StrangeAlgorithm(String),
    /// The signature is not that of its key.
    #[error("签名不正确：清单被改动过，或不是用所附公钥对应的私钥签的")]
    BadSignature,
    /// A file is not the one that the manifest speaks of.
    #[error("{0} 与清单里的摘要不符，内容被改动过")]
    Tampered(String),
    /// A line that cannot be used.
    #[error("{entry} 第 {line} 行有误：{detail}")]
    BadLine {
        /// Of which file.
        entry: String,
        /// Which, from 1.
        line: usize,
        /// What is wrong with it.
        detail: String,
    },
    /// The numbers of the manifest are not those of the lines.
    #[error("清单写的是 {said} {what}，实际有 {found}")]
    Miscounted {
        /// Of what.
        what: &'static str,
        /// In the manifest.
        said: usize,
        /// In the lines.
        found: usize,
    },
    /// One of our own that cannot be written.
    #[error("无法写出数据包：{0}")]
    Unwritable(String),
}

impl PackageError {
    /// Stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAPackage => "not_a_package",
            Self::Damaged(_) => "package_damaged",
            Self::TooLarge { .. } => "package_too_large",
            Self::StrangeEntry(_) => "package_strange_entry",
            Self::MissingEntry(_) => "package_missing_entry",
            Self::TooNew { .. } => "package_too_new",
            Self::BadManifest(_) => "package_bad_manifest",
            Self::StrangeAlgorithm(_) => "package_strange_algorithm",
            Self::BadSignature => "package_bad_signature",
            Self::Tampered(_) => "package_tampered",
            Self::BadLine { .. } => "package_bad_line",
            Self::Miscounted { .. } => "package_miscounted",
            Self::Unwritable(_) => "package_unwritable",
        }
    }
}
