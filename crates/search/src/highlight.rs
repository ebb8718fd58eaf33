//! Which words of a hit the query asked for, and the piece of text to show.

use std::collections::BTreeSet;

use caifeng_domain::Span;

use crate::{
    query::Snippet,
    terms::{Term, Terms},
};

/// Length of a snippet in characters, and how many of them stand before the first matched word.
const SNIPPET_CHARS: usize = 80;
const LEAD_CHARS: usize = 10;

/// What of `found` the query `wanted`, in order, merged where they touch.
///
/// Words come first. Pairs of characters often straddle two words (能不 in 能不能), so they are
/// shown only where no word of at least two characters was found; single characters come last.
pub(crate) fn highlights(wanted: &Terms, found: &Terms) -> Vec<Span> {
    let words = common(&wanted.words, &found.words);
    let (long, short): (Vec<&Term>, Vec<&Term>) = words.into_iter().partition(|t| !t.is_single());
    let grams = common(&wanted.grams, &found.grams);
    let best = [long, grams, short]
        .into_iter()
        .find(|terms| !terms.is_empty());
    merged(best.unwrap_or_default().into_iter().map(|t| t.span))
}

fn common<'a>(wanted: &[Term], found: &'a [Term]) -> Vec<&'a Term> {
    let wanted: BTreeSet<&str> = wanted.iter().map(|t| t.text.as_str()).collect();
    let found = found.iter();
    found.filter(|t| wanted.contains(t.text.as_str())).collect()
}

fn merged(spans: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut spans: Vec<Span> = spans.collect();
    spans.sort_unstable();
    let mut out: Vec<Span> = Vec::new();
    for span in spans {
        match out.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => out.push(span),
        }
    }
    out
}

/// The piece of `text` with the most matched words, or, where there are none, the one that begins
/// at `otherwise`.
pub(crate) fn snippet(text: &str, highlights: &[Span], otherwise: usize) -> Snippet {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let from = |byte: usize, lead: usize| {
        let first = starts.partition_point(|at| *at < byte).saturating_sub(lead);
        let after = first + SNIPPET_CHARS;
        // A window that would run over the end begins earlier instead.
        let first = if after > starts.len() {
            starts.len().saturating_sub(SNIPPET_CHARS)
        } else {
            first
        };
        let at = |i: usize| starts.get(i).copied().unwrap_or(text.len());
        Span::new(at(first), at(first + SNIPPET_CHARS))
    };
    let windows = highlights.iter().map(|h| from(h.start, LEAD_CHARS));
    let span = windows
        // The first of equals: `max_by_key` alone would take the last.
        .rev()
        .max_by_key(|window| {
            inside(highlights, *window)
                .iter()
                .map(|h| h.len())
                .sum::<usize>()
        })
        .unwrap_or_else(|| from(otherwise, 0));
    Snippet {
        highlights: inside(highlights, span),
        span,
    }
}

/// What of the sorted `highlights` lies within `window`.
fn inside(highlights: &[Span], window: Span) -> Vec<Span> {
    let first = highlights.partition_point(|h| h.end <= window.start);
    let after = highlights.partition_point(|h| h.start < window.end);
    let clip = |h: &Span| Span::new(h.start.max(window.start), h.end.min(window.end));
    highlights[first..after].iter().map(clip).collect()
}

#[cfg(test)]
mod tests {
    use caifeng_domain::Span;

    use super::{SNIPPET_CHARS, inside, merged, snippet};

    #[test]
    fn touching_spans_become_one() {
        let spans = [(6, 9), (0, 3), (3, 6), (12, 18), (12, 15)].map(|(a, b)| Span::new(a, b));
        let want = [(0, 9), (12, 18)].map(|(a, b)| Span::new(a, b));
        assert_eq!(merged(spans.into_iter()), want);
    }

    #[test]
    fn a_window_cuts_what_runs_over_its_edge() {
        let highlights = [Span::new(0, 4), Span::new(6, 10), Span::new(12, 20)];
        let got = inside(&highlights, Span::new(2, 14));
        assert_eq!(got, [Span::new(2, 4), Span::new(6, 10), Span::new(12, 14)]);
    }

    #[test]
    fn a_snippet_without_matches_begins_where_told_and_is_as_long_as_the_text_allows() {
        let text = "话".repeat(200);
        let at = |from: usize| snippet(&text, &[], from * 3).span;
        assert_eq!(at(50), Span::new(150, (50 + SNIPPET_CHARS) * 3));
        assert_eq!(at(190), Span::new((200 - SNIPPET_CHARS) * 3, 600));
        assert_eq!(snippet("短", &[], 0).span.of("短"), "短");
        assert_eq!(snippet("", &[], 0).span, Span::new(0, 0));
    }
}
