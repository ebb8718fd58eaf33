//! Why a file could not be read as a draft. Users see these texts.

use std::io;

/// Characters of the offending line that a message quotes.
const EXCERPT_CHARS: usize = 20;

/// Why a file is not usable as a draft.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// Nothing but white space.
    #[error("文件是空的：没有任何文字")]
    Empty,
    /// No provision was found.
    #[error(
        "第{line}行起没有找到条文：应有以“第一条”开头的行，而第{line}行是“{found}”；请确认这是法律法规草案"
    )]
    NoArticle {
        /// First line with text.
        line: u32,
        /// How it begins.
        found: String,
    },
    /// No item of an amendment was found.
    #[error(
        "第{line}行起没有找到修改事项：应有形如“一、将第三条修改为：”的行，而第{line}行是“{found}”"
    )]
    NoAmendment {
        /// First line with text.
        line: u32,
        /// How it begins.
        found: String,
    },
    /// Two articles bear the same number.
    #[error("第{line}行：“{label}”重复，第{first_line}行已有同号的条文；请改正后再导入")]
    DuplicateArticle {
        /// The number as printed.
        label: String,
        /// Line of the first.
        first_line: u32,
        /// Line of the second.
        line: u32,
    },
    /// The file is over [`super::MAX_FILE_BYTES`], or what it unpacks to is over the limit of docx.
    #[error("文件“{name}”太大：上限为{max}字节")]
    TooLarge {
        /// File name.
        name: String,
        /// Bytes allowed.
        max: u64,
    },
    /// A kind of file that cannot be read.
    #[error("无法读取“{name}”：{kind}；请另存为docx、txt或md后再导入")]
    Unsupported {
        /// File name.
        name: String,
        /// What it seems to be.
        kind: &'static str,
    },
    /// Neither UTF-8 nor GB18030.
    #[error("“{name}”第{line}行含有无法识别的字符：文件编码应为UTF-8或GB18030")]
    Encoding {
        /// File name.
        name: String,
        /// First line that could not be decoded.
        line: u32,
    },
    /// A damaged zip archive, or one without `word/document.xml`.
    #[error("“{name}”不是完好的docx文件：{detail}")]
    Docx {
        /// File name.
        name: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The archive could not be unpacked.
    #[error("无法解压“{name}”")]
    Unpack {
        /// File name.
        name: String,
        /// Cause.
        source: io::Error,
    },
}

/// The beginning of a line, for a message.
pub(crate) fn excerpt(text: &str) -> String {
    let mut chars = text.chars();
    let mut out: String = chars.by_ref().take(EXCERPT_CHARS).collect();
    if chars.next().is_some() {
        out.push('…');
    }
    out
}
