//! What a point is called: words that somebody wrote, and the words that set it apart.

use std::collections::HashMap;

use super::Said;

/// Key words shown for a point.
const SHOWN: usize = 5;
/// Units compared to find the central one; a campaign's ten thousand are all the same.
const COMPARED: usize = 200;

/// The most central unit: nearest to all others on average. First wins ties.
///
/// # Panics
/// When `units` is empty.
#[must_use]
pub fn representative(units: &[&Said<'_>]) -> usize {
    let sample = &units[..units.len().min(COMPARED)];
    let mut mean = vec![0.0f32; sample[0].vector.len()];
    for unit in sample {
        for (m, x) in mean.iter_mut().zip(unit.vector) {
            *m += x;
        }
    }
    let closeness = |unit: &Said<'_>| caifeng_encode::vectors::dot(unit.vector, &mean);
    (0..sample.len())
        .max_by(|&a, &b| {
            closeness(sample[a])
                .total_cmp(&closeness(sample[b]))
                .then(b.cmp(&a))
        })
        .unwrap_or(0)
}

/// Key words of each point by c-TF-IDF (Grootendorst 2022): tf · ln(1 + A / f), where f is the
/// word's frequency in all points and A the mean number of words a point.
#[must_use]
pub fn keywords(points: &[Vec<&str>]) -> Vec<Vec<String>> {
    let mut overall: HashMap<&str, f64> = HashMap::new();
    for word in points.iter().flatten() {
        *overall.entry(word).or_default() += 1.0;
    }
    let mean = points.iter().map(Vec::len).sum::<usize>() as f64 / points.len().max(1) as f64;
    points
        .iter()
        .map(|words| {
            let mut counts: HashMap<&str, f64> = HashMap::new();
            for word in words {
                *counts.entry(word).or_default() += 1.0;
            }
            let mut scored: Vec<(&str, f64)> = counts
                .into_iter()
                .map(|(word, tf)| (word, tf * (mean / overall[word]).ln_1p()))
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
        let points = [vec!["路灯", "政府", "路灯"], vec!["政府", "停车"]];
        let words = keywords(&points);
        assert_eq!(words[0][0], "路灯");
        assert_eq!(words[1][0], "停车");
    }
}
