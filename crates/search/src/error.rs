//! What can go wrong in the index.

/// Why the index could not be used.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// Written by another version of this program: build it anew from the store.
    #[error(
        "检索索引的格式为 `{found}`,本程序使用 `{expected}`:请重建索引（the index must be rebuilt）"
    )]
    Format {
        /// What the index says.
        found: String,
        /// What this program writes.
        expected: &'static str,
    },
    /// Another process is writing to the index.
    #[error("检索索引正由另一个进程写入,请稍后再试（the index is locked）")]
    Locked,
    /// Vectors of one index all come from one model.
    #[error("向量维数为 {found},索引使用 {expected}:更换模型后须重建索引")]
    Dimension {
        /// Length of the vector given.
        found: usize,
        /// Length of those in the index.
        expected: usize,
    },
    /// A stored record could not be read back: build the index anew.
    #[error("索引中的记录 `{key}` 已损坏,请重建索引")]
    Record {
        /// Key of the document, empty where even that is unreadable.
        key: String,
        /// What the reader said.
        source: serde_json::Error,
    },
    /// Files could not be read or written.
    #[error("检索索引读写失败")]
    Io(#[from] std::io::Error),
    /// Anything else that tantivy reports.
    #[error("检索引擎出错")]
    Engine(#[source] tantivy::TantivyError),
}

impl From<tantivy::TantivyError> for SearchError {
    fn from(error: tantivy::TantivyError) -> Self {
        match error {
            tantivy::TantivyError::LockFailure(..) => Self::Locked,
            other => Self::Engine(other),
        }
    }
}
