//! What of a text counts when texts are compared.

use caifeng_domain::Span;
use caifeng_text::{
    letter::is_letter,
    normalise::{Normalised, normalise},
};

/// The letters and digits of a normalised text.
pub(super) struct Key {
    /// In lower case, in order.
    pub(super) chars: Vec<char>,
}

/// The letters and digits of a normal form, each with its place there.
fn letters(normalised: &Normalised) -> impl Iterator<Item = (usize, char)> {
    let all = normalised.text.char_indices();
    all.filter(|&(_, c)| is_letter(c))
}

impl Key {
    pub(super) fn of(original: &str) -> Self {
        let normalised = normalise(original);
        let mut chars = Vec::with_capacity(normalised.text.len() / 3);
        chars.extend(letters(&normalised).filter_map(|(_, c)| match c {
            // Without case.
            '\u{4E00}'..='\u{9FFF}' => Some(c),
            _ => c.to_lowercase().next(),
        }));
        Self { chars }
    }

    /// Hashes of all runs of `size` characters, one for each place where a run starts.
    pub(super) fn runs(&self, size: usize) -> impl Iterator<Item = u64> + '_ {
        self.chars.windows(size).map(|run| {
            // Multiply and fold after each character: equal runs meet, others spread.
            run.iter().fold(0, |hash: u64, &c| {
                let mixed = (hash ^ u64::from(u32::from(c))).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                mixed ^ (mixed >> 29)
            })
        })
    }
}

/// The words of `original` from one character of its key up to another, for each of `stretches`, with the
/// punctuation that follows them.
pub(super) fn spans(original: &str, stretches: &[(usize, usize)]) -> Vec<Span> {
    if stretches.is_empty() {
        return Vec::new();
    }
    let normalised = normalise(original);
    let places: Vec<Span> = letters(&normalised)
        .map(|(at, c)| Span::new(at, at + c.len_utf8()))
        .collect();
    let start = |character: usize| {
        let place = places.get(character);
        place.map_or(original.len(), |p| normalised.original_span(*p).start)
    };
    let span = |&(from, to): &(usize, usize)| Span::new(start(from), start(to));
    stretches.iter().map(span).collect()
}
