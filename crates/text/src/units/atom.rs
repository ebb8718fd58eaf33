//! The smallest pieces of a submission that are never divided.

use super::{frame, label};
use crate::normalise::Normalised;
use crate::sentence::{clauses, sentences, uses_spaces};
use caifeng_domain::{ArticleNo, Citation, CitationRole, CitedLaw, Span};

/// A sentence, or less where a number or a marker of a new topic stands inside it. All spans are of
/// the normalised text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts about one sentence, each read by name"
)]
pub(super) struct Atom {
    /// Without the label that introduces it.
    pub(super) body: Span,
    /// Where the label begins, or the body.
    pub(super) start: usize,
    /// Begins a line.
    pub(super) begins_line: bool,
    /// Ends its line.
    pub(super) ends_line: bool,
    /// Numbered, or the first of a turn: surely the begin of a unit.
    pub(super) begins_part: bool,
    /// Numbered as a point of its own.
    pub(super) numbered: bool,
    /// Surely part of what stands before: reasons, numbered or not.
    pub(super) continues: bool,
    /// Belongs to no unit.
    pub(super) frame: bool,
    /// Articles of this draft that it names, in order.
    pub(super) articles: Vec<ArticleNo>,
    /// It names an article near its begin.
    pub(super) cites_first: bool,
    /// It begins with the name of an article.
    pub(super) opens_with_article: bool,
    /// It says 同款, 本条, 下一条 near its begin.
    pub(super) relative: bool,
}

/// The pieces of a normalised text, in order, none of them empty.
pub(super) fn atoms(text: &str) -> Vec<Atom> {
    let (sentences, clauses) = (sentences(text), clauses(text));
    let pieces = if uses_spaces(text) {
        &clauses
    } else {
        &sentences
    };
    let mut starts: Vec<usize> = pieces.iter().map(|s| s.start).collect();
    for sentence in &sentences {
        starts.extend(frame::after_salutation(sentence.of(text)).map(|at| sentence.start + at));
    }
    for clause in &clauses {
        if label::interrupts(clause.of(text)) {
            starts.push(clause.start);
        }
        starts.extend(label::after_colon(clause.of(text)).map(|at| clause.start + at));
    }
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    (starts.iter().zip(ends))
        .map(|(&start, end)| piece(text, Span::new(start, end).trimmed(text, |_| false)))
        .collect()
}

fn piece(text: &str, span: Span) -> Atom {
    let own = span.of(text);
    let body_start = span.start + frame::opening(own, span.start == 0);
    Atom {
        body: Span::new(body_start, span.end),
        start: span.start,
        begins_line: text[..span.start]
            .chars()
            .next_back()
            .is_none_or(|c| c == '\n'),
        ends_line: text[span.end..].chars().next().is_none_or(|c| c == '\n'),
        begins_part: false,
        numbered: false,
        continues: false,
        frame: false,
        articles: Vec::new(),
        cites_first: false,
        opens_with_article: false,
        relative: false,
    }
}

/// Characters from the begin within which a citation says what a sentence is about.
const HEAD_CHARS: usize = 12;

/// Notes for each atom what it cites.
pub(super) fn cite(atoms: &mut [Atom], normal: &Normalised, citations: &[Citation]) {
    for citation in citations {
        let span = normal.normalised_span(citation.span);
        let behind = atoms.partition_point(|a| a.start <= span.start);
        let Some(atom) = behind.checked_sub(1).map(|i| &mut atoms[i]) else {
            continue;
        };
        if citation.law != CitedLaw::ThisDraft || citation.role == CitationRole::Destination {
            continue;
        }
        let before = Span::new(atom.body.start, span.start).of(&normal.text);
        let near = before.chars().count() < HEAD_CHARS;
        atom.relative |= near && citation.relative;
        atom.cites_first |= near && !citation.relative;
        atom.opens_with_article |= before.is_empty() && !citation.relative;
        // 第十二条：… is as good as a number.
        atom.begins_part |= before.is_empty() && normal.text[span.end..].starts_with(':');
        for article in citation.targets.iter().filter_map(|t| t.article) {
            if !atom.articles.contains(&article) {
                atom.articles.push(article);
            }
        }
    }
}
