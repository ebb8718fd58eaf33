//! Distinct unit texts: many senders, one computation.

use caifeng_encode::{EncodeError, Encoder, Role, Vectors, Watch};
use caifeng_text::hash::Map;
use caifeng_text::segment::Segmenter;
use rayon::prelude::*;

use crate::cues::CueCounts;

/// One distinct text of units, see [`crate::read::Reading::gist`].
#[derive(Debug, Clone)]
pub struct Gist {
    /// Normalised words without citations and personal data.
    pub text: String,
    /// Content words in order, repeats kept, by their number in [`Gists::words`].
    pub words: Vec<u32>,
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
    /// All content words.
    pub words: Vec<String>,
    /// Whether each of them can say what an opinion is about: as a word of the draft, or by its kind.
    pub names: Vec<bool>,
    /// One vector a gist, as the encoder gave it.
    pub raw: Vectors,
    /// The same centred: the mean of all is taken off, then each is of unit length.
    pub vectors: Vectors,
    number: Map<String, usize>,
}

impl Gists {
    /// Collects the distinct ones among `texts`, which are about `draft`.
    #[must_use]
    pub fn collect<'a>(
        texts: impl Iterator<Item = &'a str>,
        segmenter: &Segmenter,
        draft: &str,
    ) -> Self {
        let mut number = Map::default();
        let mut distinct: Vec<&str> = Vec::new();
        for text in texts {
            if !number.contains_key(text) {
                number.insert(text.to_owned(), distinct.len());
                distinct.push(text);
            }
        }
        let read: Vec<(Vec<String>, CueCounts)> = distinct
            .par_iter()
            .map(|text| (segmenter.content_words(text), CueCounts::of(text)))
            .collect();
        let (words, cues): (Vec<Vec<String>>, Vec<CueCounts>) = read.into_iter().unzip();
        let vocabulary = Vocabulary::of(&words);
        let list = (distinct.par_iter().zip(&words).zip(cues))
            .map(|((text, words), cues)| {
                let words: Vec<u32> = words
                    .iter()
                    .map(|w| vocabulary.number[w.as_str()])
                    .collect();
                Gist {
                    text: (*text).to_owned(),
                    terms: vocabulary.terms(&words),
                    words,
                    cues,
                }
            })
            .collect();
        let can_name = |word: &String| {
            segmenter.can_name(word)
                || word.chars().nth(1).is_some() && draft.contains(word.as_str())
        };
        Self {
            list,
            names: vocabulary.words.par_iter().map(can_name).collect(),
            words: vocabulary.words,
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
    pub fn encode(&mut self, encoder: &dyn Encoder, watch: &dyn Watch) -> Result<(), EncodeError> {
        let texts: Vec<&str> = self.list.iter().map(|g| g.text.as_str()).collect();
        self.raw = encoder.encode(&texts, Role::Query, watch)?;
        self.vectors = self.raw.clone();
        centre(&mut self.vectors);
        Ok(())
    }
}

/// The words of all gists.
struct Vocabulary<'a> {
    number: Map<&'a str, u32>,
    /// By number.
    words: Vec<String>,
    /// Inverse document frequency, by number.
    idf: Vec<f32>,
}

impl<'a> Vocabulary<'a> {
    /// Numbers the words of texts and counts in how many each occurs.
    fn of(texts: &'a [Vec<String>]) -> Self {
        let mut number: Map<&str, u32> = Map::default();
        let mut words = Vec::new();
        let mut count: Vec<f32> = Vec::new();
        let sets: Vec<Vec<&str>> = (texts.par_iter())
            .map(|list| {
                let mut set: Vec<&str> = list.iter().map(String::as_str).collect();
                set.sort_unstable();
                set.dedup();
                set
            })
            .collect();
        for word in sets.into_iter().flatten() {
            let n = *number.entry(word).or_insert_with(|| {
                words.push(word.to_owned());
                count.push(0.0);
                words.len() as u32 - 1
            });
            count[n as usize] += 1.0;
        }
        let n = texts.len() as f32;
        let idf = count.into_iter().map(|df| (1.0 + n / df).ln()).collect();
        Self { number, words, idf }
    }

    /// The distinct ones of `words` with their idf.
    fn terms(&self, words: &[u32]) -> Vec<(u32, f32)> {
        let mut words = words.to_vec();
        words.sort_unstable();
        words.dedup();
        words
            .into_iter()
            .map(|w| (w, self.idf[w as usize]))
            .collect()
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
