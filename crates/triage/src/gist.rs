//! Distinct unit texts: many senders, one computation.

use std::sync::Arc;

use caifeng_encode::{EncodeError, Encoder, Watch};
use caifeng_text::hash::Map;
use caifeng_text::segment::Segmenter;
use rayon::prelude::*;

use crate::{cues::CueCounts, meaning::Meanings};

/// One distinct text of units, see [`crate::read::Reading::gist`].
#[derive(Debug, Clone)]
pub struct Gist {
    /// Normalised words without citations and personal data.
    pub text: Arc<str>,
    /// Content words in order, repeats kept, by their number in [`Gists::words`].
    pub words: Box<[u32]>,
    /// Distinct content words as (number, idf), by number.
    pub terms: Box<[(u32, f32)]>,
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
    /// One vector a gist.
    pub meanings: Meanings,
}

impl Gists {
    /// Collects the distinct ones among `texts`, which are about `draft`. With the number of each text.
    #[must_use]
    pub fn collect<'a>(
        texts: impl Iterator<Item = &'a Arc<str>>,
        segmenter: &Segmenter,
        draft: &str,
    ) -> (Self, Vec<usize>) {
        let mut number: Map<&str, usize> = Map::default();
        let mut distinct: Vec<&Arc<str>> = Vec::new();
        let numbers = texts.map(|text| {
            *number.entry(text).or_insert_with(|| {
                distinct.push(text);
                distinct.len() - 1
            })
        });
        let numbers = numbers.collect();
        let read: Vec<(Vec<String>, CueCounts)> = distinct
            .par_iter()
            .map(|text| (segmenter.content_words(text), CueCounts::of(text)))
            .collect();
        let (words, cues): (Vec<Vec<String>>, Vec<CueCounts>) = read.into_iter().unzip();
        let vocabulary = Vocabulary::of(&words);
        let list = (distinct.par_iter().zip(&words).zip(cues))
            .map(|((text, words), cues)| {
                let words: Box<[u32]> = words
                    .iter()
                    .map(|w| vocabulary.number[w.as_str()])
                    .collect();
                Gist {
                    text: Arc::clone(text),
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
        let gists = Self {
            list,
            names: vocabulary.words.par_iter().map(can_name).collect(),
            words: vocabulary.words,
            meanings: Meanings::default(),
        };
        (gists, numbers)
    }

    /// Computes the vectors.
    pub fn encode(&mut self, encoder: &dyn Encoder, watch: &dyn Watch) -> Result<(), EncodeError> {
        let texts: Vec<&str> = self.list.iter().map(|g| &*g.text).collect();
        self.meanings = Meanings::encode(&texts, encoder, watch)?;
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
    fn terms(&self, words: &[u32]) -> Box<[(u32, f32)]> {
        let mut words = words.to_vec();
        words.sort_unstable();
        words.dedup();
        words
            .into_iter()
            .map(|w| (w, self.idf[w as usize]))
            .collect()
    }
}
