//! What of a text counts when texts are compared.

use caifeng_domain::Span;
use caifeng_text::{letter::is_letter, normalise::normalise};

/// The letters and digits of a normalised text, each with its place in the original.
pub(super) struct Key {
    /// Lower-case letters and digits in order.
    pub(super) chars: Vec<char>,
    /// For each, its span in the original.
    places: Vec<Span>,
    /// Length of the original in bytes.
    len: usize,
}

impl Key {
    pub(super) fn of(original: &str) -> Self {
        let normalised = normalise(original);
        let mut chars = Vec::new();
        let mut places = Vec::new();
        for (at, c) in normalised
            .text
            .char_indices()
            .filter(|&(_, c)| is_letter(c))
        {
            chars.extend(c.to_lowercase().next());
            places.push(normalised.original_span(Span::new(at, at + c.len_utf8())));
        }
        Self {
            chars,
            places,
            len: original.len(),
        }
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

    /// The words from character `from` up to `to`, with the punctuation that follows them.
    pub(super) fn span(&self, from: usize, to: usize) -> Span {
        let start = self.places.get(from).map_or(self.len, |p| p.start);
        let end = self.places.get(to).map_or(self.len, |p| p.start);
        Span::new(start, end)
    }
}
