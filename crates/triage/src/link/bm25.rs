//! BM25 over articles: words and character bigrams in one inverted index.

use caifeng_text::hash::Map;
use caifeng_text::letter::letters;

/// Saturation of repeated terms (Robertson and Zaragoza 2009, usual value).
const K1: f32 = 1.2;
/// How much long articles are held back.
const B: f32 = 0.75;
/// A bigram says less than a word: most words hold one.
const BIGRAM_WEIGHT: f32 = 0.5;

/// A content word by its number, or two neighbouring letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Term {
    Word(u32),
    Letters(char, char),
}

impl Term {
    const fn weight(self) -> f32 {
        match self {
            Self::Word(_) => 1.0,
            // A word of two characters would be counted as its own bigram.
            Self::Letters(..) => BIGRAM_WEIGHT,
        }
    }
}

/// Scores articles for a text.
#[derive(Debug, Clone)]
pub(super) struct Bm25 {
    /// Number of each content word.
    words: Map<String, u32>,
    /// Term → (article, weight of the term in it).
    postings: Map<Term, Vec<(u32, f32)>>,
    articles: usize,
}

fn pairs(text: &str) -> impl Iterator<Item = Term> {
    letters(text)
        .zip(letters(text).skip(1))
        .map(|(a, b)| Term::Letters(a, b))
}

impl Bm25 {
    /// Indexes articles given as (content words, text).
    pub(super) fn new(articles: &[(Vec<String>, String)]) -> Self {
        let mut words: Map<String, u32> = Map::default();
        let terms: Vec<Vec<Term>> = (articles.iter())
            .map(|(list, text)| {
                let number = |word: &String| {
                    let next = words.len() as u32;
                    Term::Word(*words.entry(word.clone()).or_insert(next))
                };
                list.iter().map(number).chain(pairs(text)).collect()
            })
            .collect();
        let lengths: Vec<f32> = (terms.iter())
            .map(|terms| terms.iter().map(|t| t.weight()).sum())
            .collect();
        let mean = lengths.iter().sum::<f32>() / (lengths.len() as f32).max(1.0);
        let mut counts: Map<Term, Map<u32, f32>> = Map::default();
        for (number, terms) in (0u32..).zip(&terms) {
            for &term in terms {
                *counts.entry(term).or_default().entry(number).or_default() += term.weight();
            }
        }
        let n = articles.len() as f32;
        let postings = counts
            .into_iter()
            .map(|(term, found)| {
                let df = found.len() as f32;
                let idf = (1.0 + (n - df + 0.5) / (df + 0.5)).ln();
                let mut list: Vec<(u32, f32)> = found
                    .into_iter()
                    .map(|(article, tf)| {
                        let length = 1.0 - B + B * lengths[article as usize] / mean.max(1.0);
                        (article, idf * tf * (K1 + 1.0) / (tf + K1 * length))
                    })
                    .collect();
                list.sort_unstable_by_key(|(article, _)| *article);
                (term, list)
            })
            .collect();
        Self {
            words,
            postings,
            articles: articles.len(),
        }
    }

    /// For each of `words` its number here, where an article uses it.
    pub(super) fn known(&self, words: &[String]) -> Vec<Option<u32>> {
        words.iter().map(|w| self.words.get(w).copied()).collect()
    }

    /// The score of every article for one text, whose words are given by their numbers here.
    pub(super) fn scores(&self, words: impl Iterator<Item = u32>, text: &str) -> Vec<f32> {
        let mut query: Vec<Term> = words.map(Term::Word).chain(pairs(text)).collect();
        // Saying it twice is not meaning it twice.
        query.sort_unstable();
        query.dedup();
        let mut out = vec![0.0; self.articles];
        for term in query {
            for &(article, score) in self.postings.get(&term).into_iter().flatten() {
                out[article as usize] += term.weight() * score;
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::Bm25;

    #[test]
    fn rare_words_decide() {
        let article = |words: &[&str], text: &str| {
            (
                words.iter().map(ToString::to_string).collect::<Vec<_>>(),
                text.to_owned(),
            )
        };
        let index = Bm25::new(&[
            article(&["人民政府", "湖泊"], "人民政府管理湖泊"),
            article(&["人民政府", "道路"], "人民政府管理道路"),
            article(&["人民政府"], "人民政府负责"),
        ]);
        let words = index.known(&["湖泊", "森林", "人民政府"].map(str::to_owned));
        assert_eq!(words[1], None);
        let scores = index.scores(words.into_iter().flatten(), "湖泊归人民政府管");
        assert!(scores[0] > scores[1] && scores[1] > 0.0, "{scores:?}");
    }
}
