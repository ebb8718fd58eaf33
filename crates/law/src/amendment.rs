//! Amendments: a list of changes to a law in force (修正案草案, 修改决定草案) instead of a full text.
//!
//! Citizens name such a change by its item, by the law's old article or by the new one. [`to_draft`] makes a draft of it
//! so that everything downstream works as for a full text.

mod convert;
mod instruction;
#[cfg(test)]
mod tests;

pub use convert::to_draft;

use caifeng_domain::{ArticleNo, EditOp};

use crate::{
    draft::{DraftError, Head, Line, cites, excerpt, label, lines},
    numeral,
};
use instruction::{is_amending, unquote};

/// A decision to amend a law, as a list of changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AmendmentDraft {
    /// 某法修正案（草案）
    pub title: String,
    /// 题注
    pub note: Option<String>,
    /// Paragraphs before the first item: 决定对《某法》作如下修改：
    pub preamble: Vec<String>,
    /// The changes in order.
    pub items: Vec<AmendmentItem>,
    /// Paragraphs after the last item: 本决定自某日起施行, renumbering.
    pub closing: Vec<String>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmendmentItem {
    /// Its number: 二、 is 2.
    pub number: u16,
    /// The number as printed: `二、`.
    pub label: String,
    /// What is done. Adding a paragraph is an insertion too, with its article in `old`.
    pub op: EditOp,
    /// The articles of the law in force that are changed; empty for a new article.
    pub old: Vec<ArticleNo>,
    /// The number that the article gets: 作为第十五条, 改为第六条.
    pub new: Option<ArticleNo>,
    /// The words that order the change, without label and new wording: 将第三条修改为.
    pub instruction: String,
    /// The new wording, paragraph by paragraph, without the quotation marks around it.
    pub text: Vec<String>,
    /// Line of the source, from 1.
    pub line: u32,
}

/// Reads an amendment.
///
/// # Errors
/// [`DraftError::Empty`], [`DraftError::NoAmendment`].
pub fn parse(text: &str) -> Result<AmendmentDraft, DraftError> {
    parse_lines(lines(text))
}

/// Reads an amendment from prepared lines.
pub(crate) fn parse_lines(lines: impl Iterator<Item = Line>) -> Result<AmendmentDraft, DraftError> {
    let mut head = Head::default();
    let mut first = None;
    let mut blocks: Vec<Block> = Vec::new();
    let mut closing: Vec<String> = Vec::new();
    for line in lines {
        first.get_or_insert_with(|| (line.number, excerpt(&line.text)));
        let quoting = blocks.last().is_some_and(|block| block.quoting);
        let next = blocks
            .last()
            .map_or(1, |block| block.number.saturating_add(1));
        if !closing.is_empty() {
            closing.push(line.text);
        } else if let Some(block) = Block::start(&line, next, quoting) {
            blocks.push(block);
        } else if !blocks.is_empty() && !quoting && is_closing(&line.text) {
            closing.push(line.text);
        } else if let Some(block) = blocks.last_mut() {
            block.push(line.text);
        } else {
            head.line(&line);
        }
    }
    let (line, found) = first.ok_or(DraftError::Empty)?;
    if blocks.is_empty() {
        return Err(DraftError::NoAmendment { line, found });
    }
    head.end();
    Ok(AmendmentDraft {
        title: head.title,
        note: head.note,
        preamble: head.preamble,
        items: blocks.into_iter().map(Block::finish).collect(),
        closing,
    })
}

/// Whether `text` is a list of changes rather than a full text: an item orders a change before any article begins.
#[must_use]
pub fn is_amendment(text: &str) -> bool {
    for line in lines(text) {
        if Block::start(&line, 1, false).is_some() {
            return true;
        }
        let article = label(&line.text)
            .filter(|label| label.level == caifeng_domain::Level::Article)
            .is_some_and(|label| !cites(line.text[label.len..].trim_start()));
        if article {
            return false;
        }
    }
    false
}

/// The lines of one item.
struct Block {
    number: u16,
    label: String,
    lines: Vec<String>,
    line: u32,
    /// The last quotation mark opened a quotation. Paragraphs inside one open anew, only the last closes.
    quoting: bool,
}

impl Block {
    /// The item number `next`, if `line` begins it. Inside a quotation and for the first, only words that order a change
    /// make an item.
    fn start(line: &Line, next: u16, quoting: bool) -> Option<Self> {
        let (label, rest) = item_label(&line.text)?;
        let number = numeral::parse(label.trim_matches(|c| !numeral::is_numeral(c)))?;
        let orders = is_amending(rest);
        if number != next || !(orders || (next > 1 && !quoting)) {
            return None;
        }
        let mut block = Self {
            number,
            label: label.to_owned(),
            lines: Vec::new(),
            line: line.number,
            quoting: false,
        };
        block.push(rest.trim_start().to_owned());
        Some(block)
    }

    fn push(&mut self, text: String) {
        if let Some(mark) = text.chars().rev().find(|c| matches!(c, '“' | '”')) {
            self.quoting = mark == '“';
        }
        self.lines.push(text);
    }

    fn finish(self) -> AmendmentItem {
        let mut lines = self.lines.into_iter();
        let first = lines.next().unwrap_or_default();
        let (instruction, wording) = instruction::split(&first);
        let order = instruction::Order::read(instruction);
        let rest = (!wording.is_empty()).then(|| wording.to_owned());
        AmendmentItem {
            number: self.number,
            label: self.label,
            op: order.op,
            old: order.old,
            new: order.new,
            instruction: instruction.to_owned(),
            text: rest
                .into_iter()
                .chain(lines)
                .map(|line| unquote(&line))
                .collect(),
            line: self.line,
        }
    }
}

/// Splits `一、`, `1.` or `（一）` off a line.
fn item_label(text: &str) -> Option<(&str, &str)> {
    let bracketed = text.starts_with(['（', '(']);
    let number = text.trim_start_matches(['（', '(']);
    let after = number.trim_start_matches(numeral::is_numeral);
    let mark = after.chars().next()?;
    let fits = if bracketed {
        matches!(mark, '）' | ')')
    } else {
        matches!(mark, '、' | '.' | '．')
    };
    let len = text.len() - after.len() + mark.len_utf8();
    (fits && after.len() < number.len()).then(|| text.split_at(len))
}

/// Whether a line outside quotations ends the list.
fn is_closing(text: &str) -> bool {
    text.starts_with("本决定")
        || text.starts_with("本修正案")
        || text.starts_with("此外")
        || text.contains("根据本决定")
}
