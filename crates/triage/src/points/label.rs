//! What a point is called: words that somebody wrote, and the words that set it apart.

use caifeng_encode::vectors::dot;
use rayon::prelude::*;

use crate::meaning::Meanings;

/// Key words shown for a point.
const SHOWN: usize = 5;
/// Units compared to find the central one; a campaign's ten thousand are all the same.
const COMPARED: usize = 200;

/// The most central of the units with these gists: nearest to all others on average. First wins ties.
#[must_use]
pub fn representative(gists: &[usize], meanings: &Meanings) -> usize {
    let sample = meanings.gather(gists.iter().copied().take(COMPARED));
    let mut mean = vec![0.0f32; sample.dimension()];
    for row in sample.rows() {
        for (m, x) in mean.iter_mut().zip(row) {
            *m += x;
        }
    }
    let closeness = sample.rows().map(|row| dot(row, &mean));
    (closeness.enumerate())
        .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
        .map_or(0, |nearest| nearest.0)
}

/// Key words of each point by c-TF-IDF (Grootendorst 2022): tf · ln(1 + A / f), where f is the
/// word's frequency in all points and A the mean number of words a point. Words are given by their
/// number in `vocabulary`; those that are no `names` count only where a point has nothing else.
#[must_use]
pub fn keywords(points: &[Vec<u32>], vocabulary: &[String], names: &[bool]) -> Vec<Vec<String>> {
    let mut overall = vec![0.0f64; vocabulary.len()];
    for &word in points.iter().flatten() {
        overall[word as usize] += 1.0;
    }
    let mean = points.iter().map(Vec::len).sum::<usize>() as f64 / points.len().max(1) as f64;
    points
        .par_iter()
        .map(|words| {
            let mut words = words.clone();
            if words.iter().any(|&word| names[word as usize]) {
                words.retain(|&word| names[word as usize]);
            }
            words.sort_unstable();
            let mut scored: Vec<(&str, f64)> = words
                .chunk_by(PartialEq::eq)
                .map(|same| {
                    let word = same[0] as usize;
                    let score = same.len() as f64 * (mean / overall[word]).ln_1p();
                    (vocabulary[word].as_str(), score)
                })
                .collect();
            scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
            scored
                .into_iter()
                .take(SHOWN)
                .map(|(word, _)| word.to_owned())
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::keywords;

    #[test]
    fn key_words_set_a_point_apart() {
        let vocabulary = ["政府", "路灯", "停车", "俺村"].map(str::to_owned);
        let names = [true, true, true, false];
        let points = [vec![1, 0, 1], vec![0, 2, 3, 3], vec![3]];
        let words = keywords(&points, &vocabulary, &names);
        assert_eq!(words[0], ["路灯", "政府"]);
        assert_eq!(words[1], ["停车", "政府"]);
        assert_eq!(words[2], ["俺村"]);
    }
}
