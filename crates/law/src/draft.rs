//! A draft law as a tree of provisions: reading ([`parse`], [`read`]), printing ([`print`]) and what looks wrong ([`check`]).
//!
//! Drafts come as the NPC and local congresses publish them, as text, markdown or docx. The levels follow 立法法 art. 65.
//! The tree keeps every word of the body; the 目录 is dropped because it repeats the chapter titles.

mod body;
mod check;
mod error;
mod head;
mod label;
mod line;
mod parser;
mod print;
mod read;
#[cfg(test)]
mod tests;
mod tree;

pub use check::{DraftWarning, check};
pub use error::DraftError;
pub use print::print;
pub use read::{MAX_FILE_BYTES, read, words};

pub(crate) use body::Body;
pub(crate) use error::excerpt;
pub(crate) use head::Head;
pub(crate) use label::{Label, cites, label};
pub(crate) use line::{Line, lines};

use caifeng_domain::Draft;
use parser::Parser;

/// Reads a draft from plain text or markdown.
///
/// Understood are titles over several lines, 题注, 目录 (skipped), 序言, all levels from 编 to 目, 条标 (`第一条（立法目的）`),
/// inserted articles (`第十二条之一`), spaced titles, spaces from OCR, hard line breaks inside a paragraph, and annexes.
/// Text after a list of items is a new 款.
///
/// # Errors
/// [`DraftError::NoArticle`] for what is not a draft, [`DraftError::DuplicateArticle`] for two articles of one number.
///
/// ```
/// let draft = caifeng_law::draft::parse("公园条例（草案）\n第一章　总　则\n第一条（立法目的）为了保护公园，制定本条例。").unwrap();
/// assert_eq!(draft.title, "公园条例（草案）");
/// assert_eq!(draft.nodes[0].title.as_deref(), Some("总则"));
/// assert_eq!(draft.nodes[1].title.as_deref(), Some("立法目的"));
/// ```
pub fn parse(text: &str) -> Result<Draft, DraftError> {
    parse_lines(lines(text))
}

/// Reads a draft from prepared lines.
pub(crate) fn parse_lines(lines: impl Iterator<Item = Line>) -> Result<Draft, DraftError> {
    let mut parser = Parser::default();
    for line in lines {
        parser.line(line)?;
    }
    parser.finish()
}
