//! Quotations: words of the draft inside an opinion identify the article without its number.
//!
//! A run of words that stands in the draft counts by how rare it is: 县级以上人民政府 stands in half of all articles and tells
//! nothing, 擅自 in quotation marks may stand in one alone. Punctuation, spaces and width do not count.

mod fold;
mod index;
pub(crate) mod marks;
#[cfg(test)]
mod tests;

pub(crate) use fold::fold_letters;
pub use index::DraftIndex;

use crate::{cite::glyph::Glyphs, numeral::is_numeral};
use caifeng_domain::{NodeId, Span};
use fold::Letter;
use std::collections::{BTreeMap, BTreeSet};

/// Words of the draft found in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Quotation {
    /// Where they stand, without quotation marks.
    pub span: Span,
    /// The most specific provisions that hold them, in order; never empty.
    pub nodes: Vec<NodeId>,
    /// They stood in quotation marks.
    pub quoted: bool,
    /// How surely they name these provisions, 0 to 1: long and rare words near 1, shared by several articles less.
    pub weight: f32,
}

/// More articles than these say the same in so many words: the run names none.
const MOST_ARTICLES: usize = 4;
/// A run outside quotation marks is at least so long, or else as telling as [`TELLING`].
const LONG: usize = 8;
/// No run outside quotation marks is shorter, whatever it tells.
const SHORT: usize = 6;
/// Rarity of pairs of characters, summed: about four pairs that stand in one article of fifty alone.
const TELLING: f32 = 15.0;
/// Content at which a run names its article as surely as not; a pair found in one article of fifty has half of it.
const HALF_SURE: f32 = 6.0;
/// Below this nothing is reported.
const WEAKEST: f32 = 0.2;

/// Words of the draft in `text`, in order of position. Time is linear in the length of `text`.
#[must_use]
pub fn find(text: &str, draft_index: &DraftIndex) -> Vec<Quotation> {
    let letters = fold::letters(text);
    let folded: Vec<char> = letters.iter().map(|letter| letter.folded).collect();
    let mut found = if marks::may_have(text) {
        quoted(&Glyphs::of(text), &letters, &folded, draft_index)
    } else {
        Vec::new()
    };
    let marked: Vec<Span> = found.iter().map(|quotation| quotation.span).collect();
    let mut folded = folded;
    cover_names(text, &letters, &mut folded);
    let mut next = 0;
    for run in runs(&folded, draft_index) {
        let span = Span::new(letters[run.from].span.start, letters[run.to - 1].span.end);
        while next < marked.len() && marked[next].end <= span.start {
            next += 1;
        }
        let known = marked.get(next).is_some_and(|marked| marked.overlaps(span));
        let words = &folded[run.from..run.to];
        let telling = words.len() >= LONG || draft_index.content(words) >= TELLING;
        if !known && telling {
            found.extend(exact(words, span, false, draft_index));
        }
    }
    found.sort_by_key(|quotation| (quotation.span.start, quotation.span.end));
    found
}

/// What stands in quotation marks.
fn quoted(
    glyphs: &Glyphs,
    letters: &[Letter],
    folded: &[char],
    index: &DraftIndex,
) -> Vec<Quotation> {
    let marks = marks::all(glyphs, 0, glyphs.len());
    let inner = marks
        .into_iter()
        .map(|marked| glyphs.span(marked.open + 1, marked.close));
    let found = inner.filter_map(|span| {
        let from = letters.partition_point(|letter| letter.span.start < span.start);
        let to = letters.partition_point(|letter| letter.span.end <= span.end);
        let words = folded.get(from..to).filter(|words| words.len() >= 2)?;
        exact(words, span, true, index).or_else(|| nearly(words, span, index))
    });
    found.collect()
}

/// Takes names of laws and numbers of provisions out of the words that may be the draft's: they speak of it, or of other
/// laws, and the draft's own references to them would answer.
fn cover_names(text: &str, letters: &[Letter], folded: &mut [char]) {
    const NOTHING: char = '\u{1}';
    let (mut open, mut number) = (None, None);
    for (k, letter) in letters.iter().enumerate() {
        let since = k.checked_sub(1).map_or(0, |k| letters[k].span.end);
        let between = text.get(since..letter.span.start).unwrap_or_default();
        if between.contains('《') {
            open = Some(k);
        }
        if between.contains('》')
            && let Some(open) = open.take()
        {
            folded[open..k].fill(NOTHING);
        }
        let c = letter.folded;
        number = match number {
            Some(from) if matches!(c, '条' | '款' | '项' | '章' | '节') => {
                folded[from..=k].fill(NOTHING);
                None
            }
            Some(from) if is_numeral(c) => Some(from),
            _ => (c == '第').then_some(k),
        };
    }
}

/// `words` as they stand in the draft.
fn exact(words: &[char], span: Span, quoted: bool, index: &DraftIndex) -> Option<Quotation> {
    let (len, range) = index.longest(words);
    if len < words.len() {
        return None;
    }
    let articles = index.articles(range.clone(), MOST_ARTICLES)?;
    let weight = weight(index.content(words), articles.len());
    let nodes: Vec<NodeId> = index.provisions(range, len).into_iter().collect();
    (weight >= WEAKEST).then_some(Quotation {
        span,
        nodes,
        quoted,
        weight,
    })
}

/// Quoted from memory: a word dropped, changed or skipped with dots. Most of the words must stand in one article.
fn nearly(words: &[char], span: Span, index: &DraftIndex) -> Option<Quotation> {
    const LONG_ENOUGH: usize = 8;
    const ENOUGH: f32 = 0.8;
    if words.len() < LONG_ENOUGH {
        return None;
    }
    let mut covered: BTreeMap<u32, (usize, f32)> = BTreeMap::new();
    let mut at = 0;
    while at < words.len() {
        let (len, range) = index.longest(&words[at..]);
        if len < 2 {
            at += 1;
            continue;
        }
        let content = index.content(&words[at..at + len]);
        for article in index
            .articles(range, MOST_ARTICLES * 4)
            .into_iter()
            .flatten()
        {
            let entry = covered.entry(article).or_default();
            *entry = (entry.0 + len, entry.1 + content);
        }
        at += len;
    }
    let most = covered.values().map(|(len, _)| *len).max()?;
    let best: BTreeSet<NodeId> = covered
        .iter()
        .filter(|(_, (len, _))| *len == most)
        .filter_map(|(article, _)| index.article_at(*article))
        .collect();
    let share = most as f32 / words.len() as f32;
    let content = covered
        .values()
        .map(|(_, content)| *content)
        .fold(0.0, f32::max);
    let weight = share * weight(content, best.len());
    (share >= ENOUGH && best.len() <= MOST_ARTICLES && weight >= WEAKEST).then(|| Quotation {
        span,
        nodes: best.into_iter().collect(),
        quoted: true,
        weight,
    })
}

/// From nothing told (0) towards certainty (1), shared among the articles that say it.
fn weight(content: f32, articles: usize) -> f32 {
    (1.0 - (-content / HALF_SURE * std::f32::consts::LN_2).exp()) / articles.max(1) as f32
}

/// Letters `from..to` that stand in the draft.
struct Run {
    from: usize,
    to: usize,
}

/// Runs that can be made longer at neither end, at least [`SHORT`], none inside another.
fn runs(folded: &[char], index: &DraftIndex) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    let mut reached = 0;
    for (from, begin) in folded.windows(SHORT).enumerate() {
        if !index.may_say(begin) {
            continue;
        }
        let (len, _) = index.longest(&folded[from..]);
        let to = from + len;
        if to > reached && len >= SHORT {
            reached = to;
            // Of two runs that share most of their words the longer one is enough.
            match out.last_mut() {
                Some(last) if last.to > from && last.to - last.from < len => {
                    *last = Run { from, to }
                }
                Some(last) if last.to > from => {}
                _ => out.push(Run { from, to }),
            }
        }
    }
    out
}
