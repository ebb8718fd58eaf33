//! What gists mean: vectors kept small, and looked at from the middle of all.

use caifeng_encode::{EncodeError, Encoder, HalfVectors, Role, Vectors, Watch, vectors::dot};
use rayon::prelude::*;

/// Texts encoded before their vectors are put away.
const CHUNK: usize = 8192;
/// A few texts have no meaningful mean: theirs would be themselves.
const MANY: usize = 8;

/// One vector a text. The cosines of E5 lie between 0.7 and 0.9 for any two texts; what all texts of a kind
/// have in common says nothing. So vectors are compared centred: the mean of all is taken off, then each is
/// of unit length.
#[derive(Debug, Clone, Default)]
pub struct Meanings {
    /// As the encoder gave them.
    given: HalfVectors,
    /// What is taken off.
    mean: Vec<f32>,
    /// One over the length that is left of each.
    scale: Vec<f32>,
}

impl Meanings {
    /// Encodes `texts`.
    pub fn encode(
        texts: &[&str],
        encoder: &dyn Encoder,
        watch: &dyn Watch,
    ) -> Result<Self, EncodeError> {
        let mut given = HalfVectors::with_capacity(encoder.dimension(), texts.len());
        for chunk in texts.chunks(CHUNK) {
            given.extend(&encoder.encode(chunk, Role::Query, watch)?);
        }
        Ok(Self::of(given))
    }

    fn of(given: HalfVectors) -> Self {
        let mut sum = vec![0.0f64; given.dimension()];
        let nothing = vec![0.0f32; given.dimension()];
        let mut row = nothing.clone();
        for index in 0..given.len() {
            given.read(index, &nothing, 1.0, &mut row);
            for (s, &x) in sum.iter_mut().zip(&row) {
                *s += f64::from(x);
            }
        }
        let off = if given.len() >= MANY { 1.0 } else { 0.0 };
        let count = given.len().max(1) as f64;
        let mean: Vec<f32> = sum.iter().map(|s| (off * s / count) as f32).collect();
        let scale = (0..given.len()).into_par_iter().map_init(
            || vec![0.0f32; given.dimension()],
            |row, index| {
                given.read(index, &mean, 1.0, row);
                1.0 / dot(row, row).sqrt().max(1e-6)
            },
        );
        Self {
            scale: scale.collect(),
            mean,
            given,
        }
    }

    /// Length of each vector.
    #[must_use]
    pub const fn dimension(&self) -> usize {
        self.given.dimension()
    }

    /// Writes the centred vector of a text into `row`.
    pub fn centred(&self, text: usize, row: &mut [f32]) {
        self.given.read(text, &self.mean, self.scale[text], row);
    }

    /// The centred vectors of some texts, in the order given.
    #[must_use]
    pub fn gather(&self, texts: impl IntoIterator<Item = usize>) -> Vectors {
        let mut out = Vectors::new(self.dimension());
        for text in texts {
            out.push_with(|row| self.centred(text, row));
        }
        out
    }

    /// The cosine of two centred vectors.
    #[must_use]
    pub fn cosine(&self, a: usize, b: usize) -> f32 {
        let both = self.gather([a, b]);
        dot(both.row(0), both.row(1))
    }

    /// All of them, as the encoder gave them.
    #[must_use]
    pub const fn given(&self) -> &HalfVectors {
        &self.given
    }

    /// Keeps only what the encoder gave.
    #[must_use]
    pub fn into_given(self) -> HalfVectors {
        self.given
    }
}

#[cfg(test)]
mod tests {
    use caifeng_encode::{HalfVectors, Vectors};

    use super::Meanings;

    #[test]
    fn centring_spreads_what_was_crowded() {
        let mut vectors = Vectors::new(2);
        for i in 0..10 {
            let turn = 0.1 * (i as f32 - 4.5);
            vectors.push(&[turn.cos(), turn.sin()]);
        }
        let mut given = HalfVectors::with_capacity(2, 10);
        given.extend(&vectors);
        let meanings = Meanings::of(given);
        let cosine = meanings.cosine(0, 9);
        assert!(
            cosine < 0.0,
            "the ends lay at cosine 0.62, now on opposite sides: {cosine}"
        );
        assert!((meanings.cosine(3, 3) - 1.0).abs() < 1e-5);
    }
}
