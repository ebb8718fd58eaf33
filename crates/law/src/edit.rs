//! Edits: the change of wording that an opinion proposes (修改建议).
//!
//! A proposal is a verb of amendment ([`verb`]) with the words that it takes out and puts in ([`object`]):
//!
//! | sentence | op | from | to |
//! |---|---|---|---|
//! | 将“A”修改为“B” · “A”宜为“B” · 由A改为B · 三十日延长至六十日 · A→B · “A”太短，“B”还差不多 | replace | A | B |
//! | 删去“A” · “A”应予删除 · 把这几个字删掉 | delete | A | |
//! | 增加“B” · 加一句：B | insert | | B |
//! | 移至第四十条之后 · 与第八条合并 · 拆分为两条 | move, merge, split | | |
//! | 明确…的标准 | clarify | | |
//!
//! Of several proposals the one that spells out most of the text is the main one.

mod candidate;
#[cfg(test)]
mod corpus_tests;
mod editorial;
mod layout;
mod object;
#[cfg(test)]
mod tests;
mod verb;

use crate::{cite::glyph::Glyphs, quote::marks};
use caifeng_domain::{Citation, CitationRole, CitedLaw, Edit, Span};
use candidate::Candidate;
pub use editorial::is_editorial;
pub use object::DraftWords;
use object::{Scene, Words};

/// The one main change of wording that the `unit` of `text` proposes.
///
/// `citations` are those of the whole `text`; they give the target. `from` and `to` are the
/// sender's words without quotation marks; whether the `draft` says them is told.
#[must_use]
pub fn find(text: &str, unit: Span, citations: &[Citation], draft: &DraftWords) -> Option<Edit> {
    let words = unit.of(text);
    let glyphs = Glyphs::of(words);
    let scene = Scene {
        g: &glyphs,
        from: 0,
        to: glyphs.len(),
        marks: marks::all(&glyphs, 0, glyphs.len()),
        draft,
    };
    let candidates = candidate::all(&scene);
    let tabular = layout::labelled(&scene);
    // Of equals the first is the main one.
    let best = tabular
        .into_iter()
        .chain(candidates)
        .rev()
        .max_by_key(Candidate::spelt_out)?;
    let own = |part: Words| glyphs.span(part.from, part.to).of(words).to_owned();
    let from = best.from.map(own);
    Some(Edit {
        op: best.op,
        target: target(text, unit, citations),
        from_in_draft: from.as_ref().map(|from| scene.draft.has(from)),
        from,
        to: best.to.map(own),
    })
}

/// The paragraph or item that the first citation of this draft names, as written.
fn target(text: &str, unit: Span, citations: &[Citation]) -> String {
    let from = citations.partition_point(|citation| citation.span.start < unit.start);
    let own = citations[from..]
        .iter()
        .take_while(|citation| citation.span.end <= unit.end)
        .filter(|citation| {
            citation.law == CitedLaw::ThisDraft && citation.role == CitationRole::Target
        })
        .filter(|citation| {
            citation
                .targets
                .iter()
                .any(|target| target.paragraph.is_some() || target.item.is_some())
        });
    let mut words = own.map(|citation| citation.span.of(text));
    let Some(words) = words.next() else {
        return String::new();
    };
    let below = words
        .rfind(['条', '條'])
        .and_then(|at| words.get(at + '条'.len_utf8()..));
    below
        .filter(|below| !below.is_empty())
        .unwrap_or(words)
        .trim()
        .to_owned()
}
