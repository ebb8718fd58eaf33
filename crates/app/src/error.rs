//! Why a use case failed. Messages are for the person who asked.

use std::path::{Path, PathBuf};

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// A file could not be read or written.
    #[error("无法读写文件 {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not a draft.
    #[error(transparent)]
    Draft(#[from] caifeng_law::draft::DraftError),
    /// Not a file of submissions.
    #[error(transparent)]
    Import(#[from] caifeng_channel::ImportError),
    /// A set to be evaluated has a bad row.
    #[error("{message}")]
    Row {
        /// Where.
        line: u32,
        /// What is wrong with it.
        message: String,
    },
    /// No model, or not the right one.
    #[error(transparent)]
    Model(#[from] caifeng_encode::model::ModelError),
    /// The model could not be installed.
    #[error(transparent)]
    Install(#[from] caifeng_encode::install::InstallError),
    /// Vectors could not be made.
    #[error("语义编码失败")]
    Encode(#[from] caifeng_encode::EncodeError),
    /// Triage failed.
    #[error("梳理失败")]
    Triage(#[from] caifeng_triage::TriageError),
    /// The index failed.
    #[error("检索索引出错")]
    Search(#[from] caifeng_search::SearchError),
    /// The database failed.
    #[error("数据库出错")]
    Store(#[from] caifeng_store::StoreError),
    /// A backup could not be made or used.
    #[error(transparent)]
    Backup(#[from] crate::BackupError),
    /// A report could not be made.
    #[error("无法生成报告")]
    Report(#[from] caifeng_report::ReportError),
    /// The report could not be made a PDF.
    #[error(transparent)]
    Pdf(#[from] crate::PdfError),
    /// No such consultation.
    #[error("没有代号为 {0} 的征求意见任务。已有任务：{1}")]
    NoConsultation(String, String),
    /// There is none of this name, as far as whoever asks may know.
    #[error("没有代号为 {0} 的征求意见任务")]
    UnknownConsultation(String),
    /// What came from outside was not accepted.
    #[error(transparent)]
    Refused(#[from] crate::Refusal),
    /// A package was not made, or not taken in.
    #[error(transparent)]
    Exchange(#[from] crate::ExchangeError),
    /// A password could not be hashed.
    #[error("无法处理密码：{0}")]
    Password(String),
    /// A job of a later version of the program.
    #[error("不认识的后台任务 {0}")]
    UnknownJob(String),
    /// There is none at all.
    #[error("还没有征求意见任务。请先运行 caifeng draft import 草案文件")]
    NoConsultations,
    /// There are several and none was named.
    #[error("有多个征求意见任务，请用 --consultation 指定其一：{0}")]
    WhichConsultation(String),
    /// A consultation without a draft.
    #[error("任务 {0} 还没有草案")]
    NoDraft(String),
    /// Not triaged yet.
    #[error("任务 {0} 还没有梳理。请先运行 caifeng triage")]
    NotTriaged(String),
    /// Others triage the same all the time.
    #[error("任务 {0} 正由另一个进程梳理，请稍后再试")]
    Overtaken(String),
    /// The configuration is wrong.
    #[error("配置有误：{0}")]
    Config(String),
    /// Something that was typed is not of the form expected.
    #[error("{0}")]
    Argument(String),
    /// Fields of a form that are not filled in as they should be.
    #[error("{0}")]
    Form(crate::Problems),
    /// A background thread died.
    #[error("后台任务意外终止")]
    Background(#[from] tokio::task::JoinError),
}

impl AppError {
    /// A failure at `path`.
    #[must_use]
    pub fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File {
            path: path.to_owned(),
            source,
        }
    }
}
