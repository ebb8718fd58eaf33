//! Articles that a unit may mean, each with the features on which the ranker decides.

use crate::{
    gist::Gists,
    link::{
        exemplars::{Exemplars, Votes},
        provisions::Relevance,
    },
};

/// What the text itself says about which article a unit means. Articles by their number in
/// [`super::Provisions`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mention {
    /// The unit's gist.
    pub gist: usize,
    /// Duplicate group of the submission.
    pub group: usize,
    /// Named as what the unit is about.
    pub cited: Vec<usize>,
    /// Named for comparison or as a destination.
    pub compared: Vec<usize>,
    /// Words of the article are used, with the weight of the quotation.
    pub quoted: Vec<(usize, f32)>,
    /// The form of this article was used.
    pub hint: Option<usize>,
    /// Whether the submission makes no other point.
    pub alone: bool,
    /// Named by the unit before, or last before this one.
    pub previous: Vec<usize>,
    /// Named anywhere else in the submission.
    pub elsewhere: Vec<usize>,
}

/// Names of the features, in order.
pub const FEATURES: [&str; 20] = [
    "cosine",
    "cosine_lead",
    "cosine_rank",
    "bm25_share",
    "bm25_log",
    "bm25_rank",
    "vote_share",
    "vote_cosine",
    "vote_lead",
    "word_vote_share",
    "word_vote_cosine",
    "word_vote_lead",
    "quoted",
    "quoted_share",
    "hint",
    "hint_alone",
    "compared",
    "previous",
    "elsewhere",
    "prior",
];

/// One article and its features.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Number of the article.
    pub article: usize,
    /// Values in the order of [`FEATURES`].
    pub features: [f64; FEATURES.len()],
}

/// How many articles each of the three searches puts forward.
const PUT_FORWARD: usize = 8;

/// The articles worth considering for one unit, in order of number, and who voted. `to_exemplars` are
/// the cosines of its gist to all exemplars, `prior` how much each article is talked about.
#[must_use]
pub fn candidates(
    mention: &Mention,
    gists: &Gists,
    relevance: &Relevance,
    exemplars: &Exemplars,
    to_exemplars: &[f32],
    prior: &[f32],
) -> (Vec<Candidate>, Votes) {
    let cosines = relevance.cosines(mention.gist);
    let bm25 = relevance.bm25(mention.gist);
    let votes = exemplars.by_meaning(mention.gist, mention.group, to_exemplars);
    let by_words = exemplars.by_words(mention.gist, mention.group, gists);
    let cosine_rank = ranks(cosines);
    let bm25_rank = ranks(bm25);
    let vote_rank = ranks(&votes.nearest);
    let word_rank = ranks(&by_words.nearest);
    let quoted_total: f32 = mention.quoted.iter().map(|q| q.1).sum();
    let rows = (0..prior.len())
        .filter(|&a| {
            cosine_rank[a] < PUT_FORWARD
                || bm25_rank[a] < PUT_FORWARD
                || vote_rank[a] < PUT_FORWARD
                || word_rank[a] < PUT_FORWARD
                || mention.names(a)
        })
        .map(|a| {
            let quoted: f32 = mention
                .quoted
                .iter()
                .filter(|q| q.0 == a)
                .map(|q| q.1)
                .sum();
            let hint = mention.hint == Some(a);
            let features = [
                f64::from(cosines[a]),
                f64::from(lead(cosines, a, &cosine_rank)),
                inverse(cosine_rank[a]),
                f64::from(share(bm25, a)),
                f64::from(bm25[a].ln_1p()),
                inverse(bm25_rank[a]),
                f64::from(votes.share[a]),
                f64::from(votes.nearest[a]),
                f64::from(lead(&votes.nearest, a, &vote_rank)),
                f64::from(by_words.share[a]),
                f64::from(by_words.nearest[a]),
                f64::from(lead(&by_words.nearest, a, &word_rank)),
                f64::from(quoted.ln_1p()),
                if quoted_total > 0.0 {
                    f64::from(quoted / quoted_total)
                } else {
                    0.0
                },
                flag(hint),
                flag(hint && mention.alone),
                flag(mention.compared.contains(&a)),
                flag(mention.previous.contains(&a)),
                flag(mention.elsewhere.contains(&a)),
                f64::from((prior[a] * prior.len() as f32).ln()),
            ];
            Candidate {
                article: a,
                features,
            }
        })
        .collect();
    (rows, votes)
}

impl Mention {
    fn names(&self, article: usize) -> bool {
        self.cited.contains(&article)
            || self.compared.contains(&article)
            || self.quoted.iter().any(|q| q.0 == article)
            || self.hint == Some(article)
            || self.previous.contains(&article)
    }
}

fn flag(is: bool) -> f64 {
    f64::from(u8::from(is))
}

/// 1 for the first, 1/2 for the second, and so on.
fn inverse(rank: usize) -> f64 {
    1.0 / (rank as f64 + 1.0)
}

/// The rank of every entry, 0 for the highest; equal entries in order of number.
fn ranks(scores: &[f32]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let mut rank = vec![0; scores.len()];
    for (place, &i) in order.iter().enumerate() {
        rank[i] = place;
    }
    rank
}

/// How far an entry lies above the best of the others.
fn lead(scores: &[f32], of: usize, rank: &[usize]) -> f32 {
    let rival = usize::from(rank[of] == 0);
    let best = scores
        .iter()
        .zip(rank)
        .find(|(_, r)| **r == rival)
        .map_or(scores[of], |(s, _)| *s);
    scores[of] - best
}

/// An entry as part of the best.
fn share(scores: &[f32], of: usize) -> f32 {
    let best = scores.iter().copied().fold(0.0, f32::max);
    if best > 0.0 { scores[of] / best } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::{lead, ranks};

    #[test]
    fn the_best_leads_by_its_distance_to_the_second() {
        let scores = [0.5, 0.9, 0.6];
        let rank = ranks(&scores);
        assert_eq!(rank, [2, 0, 1]);
        assert!((lead(&scores, 1, &rank) - 0.3).abs() < 1e-6);
        assert!((lead(&scores, 0, &rank) + 0.4).abs() < 1e-6);
    }
}
