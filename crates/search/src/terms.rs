//! From a text to what can be found in it: words, characters and pairs of characters.
//!
//! Documents, queries and highlights all go through [`Analyser::terms`], so they always agree.

use std::sync::Arc;

use caifeng_domain::Span;
use caifeng_text::{
    normalise::{is_punctuation, normalise},
    segment::Segmenter,
};

use crate::Document;

/// Longest query looked at, in characters; the rest of a pasted page says nothing new.
const MAX_QUERY_CHARS: usize = 500;

/// Something that can be searched for, and where it stands in the text as delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) text: String,
    pub(crate) span: Span,
}

impl Term {
    /// Whether it is one character only.
    pub(crate) fn is_single(&self) -> bool {
        self.text.chars().nth(1).is_none()
    }
}

/// All terms of a text.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    /// Words as the dictionary has them, long ones also in pieces.
    pub(crate) words: Vec<Term>,
    /// Single characters and pairs of neighbours: with these nothing is unfindable.
    pub(crate) grams: Vec<Term>,
}

impl Terms {
    /// Whether there is nothing to search for.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty() && self.grams.is_empty()
    }
}

/// Cuts texts into terms.
pub(crate) struct Analyser {
    segmenter: Arc<Segmenter>,
}

impl Analyser {
    pub(crate) fn new(segmenter: Arc<Segmenter>) -> Self {
        Self { segmenter }
    }

    /// What a document is found by: its title and text.
    pub(crate) fn document(&self, document: &Document) -> Terms {
        let mut terms = self.terms(&document.text);
        if let Some(title) = &document.title {
            let title = self.terms(title);
            terms.words.extend(title.words);
            terms.grams.extend(title.grams);
        }
        terms
    }

    /// What a query asks for. A single character counts only where it stands alone.
    pub(crate) fn query(&self, text: &str) -> Terms {
        let end = text.char_indices().nth(MAX_QUERY_CHARS);
        let text = &text[..end.map_or(text.len(), |(at, _)| at)];
        let mut terms = self.terms(text);
        let pairs: Vec<Span> = terms
            .grams
            .iter()
            .filter(|t| !t.is_single())
            .map(|t| t.span)
            .collect();
        terms
            .grams
            .retain(|term| !term.is_single() || !pairs.iter().any(|pair| pair.contains(term.span)));
        for terms in [&mut terms.words, &mut terms.grams] {
            terms.sort_by(|a, b| a.text.cmp(&b.text));
            terms.dedup_by(|a, b| a.text == b.text);
        }
        terms
    }

    /// All terms of `text` in order, with spans of `text` itself.
    pub(crate) fn terms(&self, text: &str) -> Terms {
        let normalised = normalise(text);
        let term = |span: Span| {
            let mut text = span.of(&normalised.text).to_lowercase();
            // Terms are stored with spaces between them.
            text.retain(|c| !c.is_whitespace());
            Term {
                text,
                span: normalised.original_span(span),
            }
        };
        let words = self.segmenter.search_words(&normalised.text);
        Terms {
            words: words.into_iter().map(|word| term(word.span)).collect(),
            grams: grams(&normalised.text).map(term).collect(),
        }
    }
}

/// Every searchable character, and every pair of two that stand side by side.
fn grams(text: &str) -> impl Iterator<Item = Span> {
    let mut before: Option<Span> = None;
    text.char_indices().flat_map(move |(at, c)| {
        let single = is_searchable(c).then(|| Span::new(at, at + c.len_utf8()));
        let pair = before
            .zip(single)
            .map(|(first, second)| Span::new(first.start, second.end));
        before = single;
        single.into_iter().chain(pair)
    })
}

fn is_searchable(c: char) -> bool {
    !c.is_whitespace() && !is_punctuation(c)
}
