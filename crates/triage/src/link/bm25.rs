//! BM25 over articles: words and character bigrams in one inverted index.

use std::collections::HashMap;

/// Saturation of repeated terms (Robertson and Zaragoza 2009, usual value).
const K1: f32 = 1.2;
/// How much long articles are held back.
const B: f32 = 0.75;
/// A bigram says less than a word: most words hold one.
const BIGRAM_WEIGHT: f32 = 0.5;

/// Scores articles for a text.
#[derive(Debug, Clone)]
pub(super) struct Bm25 {
    /// Term → (article, weight of the term in it).
    postings: HashMap<String, Vec<(u32, f32)>>,
    articles: usize,
}

/// The terms of a text: its content words and the bigrams of its letters.
fn terms<'a>(words: &'a [String], text: &'a str) -> impl Iterator<Item = (String, f32)> + 'a {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let pairs: Vec<String> = letters.windows(2).map(|p| p.iter().collect()).collect();
    // A word of two characters would be counted as its own bigram.
    words
        .iter()
        .map(|w| (format!("w{w}"), 1.0))
        .chain(pairs.into_iter().map(|p| (p, BIGRAM_WEIGHT)))
}

impl Bm25 {
    /// Indexes articles given as (content words, text).
    pub(super) fn new(articles: &[(Vec<String>, String)]) -> Self {
        let lengths: Vec<f32> = articles
            .iter()
            .map(|(w, t)| terms(w, t).map(|(_, x)| x).sum())
            .collect();
        let mean = lengths.iter().sum::<f32>() / (lengths.len() as f32).max(1.0);
        let mut counts: HashMap<String, HashMap<u32, f32>> = HashMap::new();
        for (number, (words, text)) in (0u32..).zip(articles) {
            for (term, weight) in terms(words, text) {
                *counts.entry(term).or_default().entry(number).or_default() += weight;
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
            postings,
            articles: articles.len(),
        }
    }

    /// The score of every article for one text.
    pub(super) fn scores(&self, words: &[String], text: &str) -> Vec<f32> {
        let mut query: HashMap<String, f32> = HashMap::new();
        for (term, weight) in terms(words, text) {
            // Saying it twice is not meaning it twice.
            query.entry(term).or_insert(weight);
        }
        let mut sorted: Vec<(String, f32)> = query.into_iter().collect();
        sorted.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut out = vec![0.0; self.articles];
        for (term, weight) in sorted {
            for &(article, score) in self.postings.get(&term).into_iter().flatten() {
                out[article as usize] += weight * score;
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
        let scores = index.scores(
            &["湖泊".to_owned(), "人民政府".to_owned()],
            "湖泊归人民政府管",
        );
        assert!(scores[0] > scores[1] && scores[1] > 0.0, "{scores:?}");
    }
}
