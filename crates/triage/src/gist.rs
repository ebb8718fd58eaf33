//! Distinct unit texts: many senders, one computation.

use std::collections::HashMap;

use caifeng_encode::{EncodeError, Encoder, Role, Vectors};
use caifeng_text::segment::Segmenter;
use rayon::prelude::*;

use crate::cues::CueCounts;

/// One distinct text of units, see [`crate::read::Reading::gist`].
#[derive(Debug, Clone)]
pub struct Gist {
    /// Normalised words without citations and personal data.
    pub text: String,
    /// Content words in order, repeats kept.
    pub words: Vec<String>,
    /// Distinct content words as (number, idf), by number.
    pub terms: Vec<(u32, f32)>,
    /// Cue words.
    pub cues: CueCounts,
}

/// All gists of a batch with their vectors.
#[derive(Debug, Clone, Default)]
pub struct Gists {
    /// In order of first appearance.
    pub list: Vec<Gist>,
    /// One vector a gist, as the encoder gave it.
    pub raw: Vectors,
    /// The same centred: the mean of all is taken off, then each is of unit length.
    pub vectors: Vectors,
    number: HashMap<String, usize>,
}

impl Gists {
    /// Collects the distinct ones among `texts`.
    #[must_use]
    pub fn collect<'a>(texts: impl Iterator<Item = &'a str>, segmenter: &Segmenter) -> Self {
        let mut number = HashMap::new();
        let mut distinct: Vec<&str> = Vec::new();
        for text in texts {
            if !number.contains_key(text) {
                number.insert(text.to_owned(), distinct.len());
                distinct.push(text);
            }
        }
        let mut list: Vec<Gist> = distinct
            .par_iter()
            .map(|text| Gist {
                text: (*text).to_owned(),
                words: segmenter.content_words(text),
                terms: Vec::new(),
                cues: CueCounts::of(text),
            })
            .collect();
        weigh(&mut list);
        Self {
            list,
            raw: Vectors::default(),
            vectors: Vectors::default(),
            number,
        }
    }

    /// The number of the gist with this text.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<usize> {
        self.number.get(text).copied()
    }

    /// Computes the vectors.
    pub fn encode(
        &mut self,
        encoder: &dyn Encoder,
        done: &(dyn Fn(usize) + Sync),
    ) -> Result<(), EncodeError> {
        let texts: Vec<&str> = self.list.iter().map(|g| g.text.as_str()).collect();
        self.raw = encoder.encode(&texts, Role::Query, done)?;
        self.vectors = self.raw.clone();
        centre(&mut self.vectors);
        Ok(())
    }
}

/// Rows of a matrix that are multiplied at once: the product stays in megabytes.
pub(crate) const BLOCK: usize = 256;

/// The rows of `vectors` in blocks, each with the number of its first row.
pub(crate) fn blocks(vectors: &Vectors) -> impl Iterator<Item = (usize, Vectors)> {
    (0..vectors.len()).step_by(BLOCK).map(|start| {
        (
            start,
            vectors.slice(start..vectors.len().min(start + BLOCK)),
        )
    })
}

/// Numbers the words of all gists and gives each its inverse document frequency.
fn weigh(list: &mut [Gist]) {
    let sets: Vec<Vec<&str>> = list
        .iter()
        .map(|gist| {
            let mut words: Vec<&str> = gist.words.iter().map(String::as_str).collect();
            words.sort_unstable();
            words.dedup();
            words
        })
        .collect();
    let mut number: HashMap<&str, (u32, f32)> = HashMap::new();
    for word in sets.iter().flatten() {
        let next = number.len() as u32;
        number.entry(word).or_insert((next, 0.0)).1 += 1.0;
    }
    let n = sets.len() as f32;
    let terms: Vec<Vec<(u32, f32)>> = sets
        .iter()
        .map(|words| {
            let mut terms: Vec<(u32, f32)> = words
                .iter()
                .map(|w| number[w])
                .map(|(id, df)| (id, (1.0 + n / df).ln()))
                .collect();
            terms.sort_unstable_by_key(|t| t.0);
            terms
        })
        .collect();
    for (gist, terms) in list.iter_mut().zip(terms) {
        gist.terms = terms;
    }
}

/// Takes the mean of all rows off each and brings each back to unit length. The cosines of E5 lie
/// between 0.7 and 0.9 for any two texts; what all texts of a kind have in common says nothing.
pub fn centre(vectors: &mut Vectors) {
    let rows = vectors.len();
    let mut mean = vec![0.0f32; vectors.dimension()];
    for row in vectors.rows() {
        for (m, x) in mean.iter_mut().zip(row) {
            *m += x / rows as f32;
        }
    }
    // A few texts have no meaningful mean: theirs would be themselves.
    let off = if rows >= 8 { 1.0 } else { 0.0 };
    for index in 0..rows {
        let row = vectors.row_mut(index);
        for (x, m) in row.iter_mut().zip(&mean) {
            *x -= off * m;
        }
        let norm = row.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-6);
        for x in row {
            *x /= norm;
        }
    }
}

#[cfg(test)]
mod tests {
    use caifeng_encode::Vectors;

    use super::centre;

    #[test]
    fn centring_spreads_what_was_crowded() {
        let mut vectors = Vectors::new(2);
        for i in 0..10 {
            let turn = 0.1 * (i as f32 - 4.5);
            vectors.push(&[turn.cos(), turn.sin()]);
        }
        centre(&mut vectors);
        let dot = caifeng_encode::vectors::dot(vectors.row(0), vectors.row(9));
        assert!(
            dot < 0.0,
            "the ends lay at cosine 0.62, now on opposite sides: {dot}"
        );
    }
}
