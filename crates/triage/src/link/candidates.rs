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
    let Relevance { cosines, bm25 } = relevance;
    let votes = exemplars.by_meaning(mention.gist, mention.group, to_exemplars);
    let by_words = exemplars.by_words(mention.gist, mention.group, gists);
    let by_cosine = Ranking::of(cosines);
    let by_bm25 = Ranking::of(bm25);
    let by_votes = Ranking::of(&votes.nearest);
    let by_word_votes = Ranking::of(&by_words.nearest);
    let quoted_total: f32 = mention.quoted.iter().map(|q| q.1).sum();
    let rows = (0..prior.len())
        .filter(|&a| {
            [&by_cosine, &by_bm25, &by_votes, &by_word_votes]
                .iter()
                .any(|ranking| ranking.rank[a] < PUT_FORWARD)
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
                f64::from(by_cosine.lead(a)),
                inverse(by_cosine.rank[a]),
                f64::from(by_bm25.share(a)),
                f64::from(bm25[a].ln_1p()),
                inverse(by_bm25.rank[a]),
                f64::from(votes.share[a]),
                f64::from(votes.nearest[a]),
                f64::from(by_votes.lead(a)),
                f64::from(by_words.share[a]),
                f64::from(by_words.nearest[a]),
                f64::from(by_word_votes.lead(a)),
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

/// Entries in their order.
struct Ranking<'a> {
    scores: &'a [f32],
    /// The rank of every entry, 0 for the highest; equal entries in order of number.
    rank: Vec<usize>,
    /// The highest entry and the next one.
    first: Option<f32>,
    second: Option<f32>,
}

impl<'a> Ranking<'a> {
    fn of(scores: &'a [f32]) -> Self {
        // Order and number in one integer: sorting is most of the work.
        let key = |(i, score): (usize, &f32)| u64::from(!ascending(*score)) << 32 | i as u64;
        let mut order: Vec<u64> = scores.iter().enumerate().map(key).collect();
        order.sort_unstable();
        let number = |key: u64| key as u32 as usize;
        let mut rank = vec![0; scores.len()];
        for (place, &key) in order.iter().enumerate() {
            rank[number(key)] = place;
        }
        let score = |place: usize| order.get(place).map(|&key| scores[number(key)]);
        Self {
            scores,
            rank,
            first: score(0),
            second: score(1),
        }
    }

    /// How far an entry lies above the best of the others.
    fn lead(&self, of: usize) -> f32 {
        let rival = if self.rank[of] == 0 {
            self.second
        } else {
            self.first
        };
        self.scores[of] - rival.unwrap_or(self.scores[of])
    }

    /// An entry as part of the best.
    fn share(&self, of: usize) -> f32 {
        match self.first {
            Some(best) if best > 0.0 => self.scores[of] / best,
            _ => 0.0,
        }
    }
}

/// An integer that grows with `x` in the order of [`f32::total_cmp`].
fn ascending(x: f32) -> u32 {
    let bits = x.to_bits();
    if bits >> 31 == 0 {
        bits | 1 << 31
    } else {
        !bits
    }
}

#[cfg(test)]
mod tests {
    use super::{Ranking, ascending};

    #[test]
    fn the_best_leads_by_its_distance_to_the_second() {
        let ranking = Ranking::of(&[0.5, 0.9, 0.6, 0.5]);
        assert_eq!(ranking.rank, [2, 0, 1, 3]);
        assert!((ranking.lead(1) - 0.3).abs() < 1e-6);
        assert!((ranking.lead(0) + 0.4).abs() < 1e-6);
        assert!((ranking.share(2) - 2.0 / 3.0).abs() < 1e-6);
    }

    #[test]
    fn integers_grow_as_their_numbers_do() {
        let numbers = [f32::NEG_INFINITY, -2.0, -0.5, -0.0, 0.0, 1e-9, 0.5, 3.0];
        assert!(
            numbers
                .windows(2)
                .all(|n| ascending(n[0]) < ascending(n[1]))
        );
    }
}
