//! Why a whole file was refused. Messages are for the people who chose it.

/// A file that cannot be read at all. Single bad lines are [`crate::RowError`]s instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// No bytes, or nothing but white space.
    #[error("文件是空的")]
    Empty,
    /// Over [`crate::limits::MAX_FILE_BYTES`] (or the smaller limit for XLS).
    #[error("文件有 {bytes} 字节，超过上限 {max} 字节，请分成几个文件导入")]
    FileTooLarge {
        /// Size of the file.
        bytes: usize,
        /// Size allowed.
        max: usize,
    },
    /// Over [`crate::limits::MAX_ROWS`].
    #[error("文件超过 {max} 行，请分成几个文件导入")]
    TooManyRows {
        /// Rows allowed.
        max: usize,
    },
    /// Neither text nor a workbook.
    #[error("这是{kind}，不能当作意见导入；可以导入 JSON Lines、CSV、XLSX 和 XLS 文件")]
    NotSupported {
        /// What it seems to be.
        kind: &'static str,
    },
    /// No known encoding fits.
    #[error(
        "第{line}行的文字编码无法识别：不是 UTF-8，也不是 GB18030（GBK），可能是 Big5 等其他编码，或者几种编码混在一起；请另存为 UTF-8 后再导入"
    )]
    Encoding {
        /// First line that does not fit the nearest encoding.
        line: u32,
    },
    /// No row looks like a header.
    #[error(
        "前{searched}行里找不到表头：至少要有一列叫“意见内容”“意见建议”或“text”；读到的第一行是“{first}”"
    )]
    NoHeader {
        /// Rows looked at.
        searched: usize,
        /// The first row, shortened.
        first: String,
    },
    /// A workbook that unfolds beyond the limits.
    #[error("工作簿解压后超过 {max} 字节或单元格过多，疑似压缩炸弹，没有导入")]
    TooLargeUnpacked {
        /// Bytes allowed.
        max: u64,
    },
    /// A workbook that its reader cannot make sense of.
    #[error(
        "工作簿已损坏、设有密码或不是真正的 Excel 文件，请用 Excel 或 WPS 打开并另存为 xlsx 后再导入（{detail}）"
    )]
    BrokenWorkbook {
        /// What the reader said.
        detail: String,
    },
}
