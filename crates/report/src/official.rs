//! The official report as a document that the formats lay out: text by the organisation's template,
//! annexes by the data.

mod annex;
mod signature;
mod template;
mod view;

use crate::{Letter, Report, ReportError};

pub use self::template::DEFAULT_TEMPLATE;
pub(crate) use self::{
    annex::{Annex, BARS, Chart, Column, Kind, Part, Table, charts},
    signature::indents,
};

/// A report ready to be laid out.
pub(crate) struct Document<'r> {
    /// What stands around the text.
    pub(crate) letter: &'r Letter,
    /// Its title.
    pub(crate) title: String,
    /// Its text.
    pub(crate) blocks: Vec<Block>,
    /// 附件, in order.
    pub(crate) annexes: Vec<Annex>,
}

/// A paragraph of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Block {
    /// With its number: 一、 （一） 1. （1） at levels 1 to 4.
    Heading {
        /// 1 to 4.
        level: usize,
        /// Number and words.
        text: String,
    },
    /// Words.
    Body(String),
}

/// What a template makes of an invented report: its title and paragraphs.
pub fn try_template(template: &str) -> Result<Vec<String>, ReportError> {
    let mut report = crate::sample::report();
    report.letter.template = Some(template.to_owned());
    let Document { title, blocks, .. } = document(&report)?;
    let words = blocks.into_iter().map(|block| match block {
        Block::Heading { text, .. } | Block::Body(text) => text,
    });
    Ok([title].into_iter().chain(words).collect())
}

/// Lays the report out by its template.
pub(crate) fn document(report: &Report) -> Result<Document<'_>, ReportError> {
    let annexes = annex::annexes(report);
    let view = view::View::new(report, &annexes);
    let source = report.letter.template.as_deref();
    let (title, blocks) = template::render(source.unwrap_or(DEFAULT_TEMPLATE), view)?;
    Ok(Document {
        letter: &report.letter,
        title,
        blocks,
        annexes,
    })
}
