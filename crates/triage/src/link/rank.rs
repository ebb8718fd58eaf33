//! From candidates to links with calibrated confidence.

use crate::{link::candidates::Candidate, logistic::Logistic, models::Models};

/// A link below this probability is left to a person, shown as a candidate only.
const ACCEPT: f64 = 0.2;
/// A second link needs to be about as probable as not.
const ACCEPT_FURTHER: f64 = 0.5;
/// Candidates shown to a person.
const SHOWN: usize = 3;

/// One ranked article.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked {
    /// Number of the article.
    pub article: usize,
    /// Probability that the unit is about it.
    pub confidence: f32,
}

/// Names of the features of a cited article, in order.
pub const CITED_FEATURES: [&str; 9] = [
    "citation_confidence",
    "relative",
    "first",
    "log_count",
    "cosine",
    "bm25_share",
    "vote_cosine",
    "quoted_share",
    "hint",
];

/// How a citation names an article.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CitedAs {
    /// Number of the article.
    pub article: usize,
    /// The grammar's confidence.
    pub confidence: f32,
    /// 本条, 上一条.
    pub relative: bool,
}

impl CitedAs {
    /// As somebody said who knows.
    pub(crate) const fn surely(article: usize) -> Self {
        Self {
            article,
            confidence: 1.0,
            relative: false,
        }
    }
}

/// The features of the `position`-th of `count` cited articles.
#[must_use]
pub fn cited_features(
    cited: CitedAs,
    position: usize,
    count: usize,
    candidate: &Candidate,
) -> Vec<f64> {
    let feature = |name: &str| {
        let at = super::FEATURES.iter().position(|f| *f == name);
        at.map_or(0.0, |i| candidate.features[i])
    };
    vec![
        f64::from(cited.confidence),
        f64::from(u8::from(cited.relative)),
        f64::from(u8::from(position == 0)),
        (count as f64).ln(),
        feature("cosine"),
        feature("bm25_share"),
        feature("vote_cosine"),
        feature("quoted_share"),
        feature("hint"),
    ]
}

/// Names of the features by which a ranked candidate's probability is set right, in order.
pub const CHOICE_FEATURES: [&str; 3] = ["log_odds", "lead", "first"];

/// Candidates in order of their log-odds, with the features of their choice. The log-odds alone
/// take each article by itself; that it is the best of all, and by how much, says more.
#[must_use]
pub fn choices(
    candidates: &[Candidate],
    scorer: &Logistic,
) -> Vec<(usize, [f64; CHOICE_FEATURES.len()])> {
    let mut ranking: Vec<(usize, f64)> = candidates
        .iter()
        .map(|c| (c.article, scorer.score(&c.features)))
        .collect();
    ranking.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    ranking.truncate(1 + SHOWN);
    (0..ranking.len())
        .map(|i| {
            let rival = ranking
                .get(usize::from(i == 0))
                .map_or(ranking[i].1, |r| r.1);
            let first = f64::from(u8::from(i == 0));
            (ranking[i].0, [ranking[i].1, ranking[i].1 - rival, first])
        })
        .collect()
}

/// Uncited candidates by probability, the best first.
#[must_use]
pub fn implicit(candidates: &[Candidate], scorer: &Logistic, choice: &Logistic) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> = choices(candidates, scorer)
        .into_iter()
        .map(|(article, features)| Ranked {
            article,
            confidence: choice.probability(&features) as f32,
        })
        .collect();
    ranked.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    ranked.shrink_to_fit();
    ranked
}

/// The same for cited ones.
#[must_use]
pub fn cited(cited: &[CitedAs], candidates: &[Candidate], models: &Models) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> = cited
        .iter()
        .enumerate()
        .filter_map(|(position, c)| {
            let candidate = candidates.iter().find(|k| k.article == c.article)?;
            let features = cited_features(*c, position, cited.len(), candidate);
            Some(Ranked {
                article: c.article,
                confidence: models.cited_link.probability(&features) as f32,
            })
        })
        .collect();
    ranked.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    ranked
}

/// The accepted ones of `ranked` (best first), then those only shown.
#[must_use]
pub fn split(ranked: &[Ranked]) -> (Vec<Ranked>, Vec<Ranked>) {
    let (mut links, mut others) = (Vec::new(), Vec::new());
    for &r in ranked {
        let least = if links.is_empty() {
            ACCEPT
        } else {
            ACCEPT_FURTHER
        };
        if f64::from(r.confidence) >= least {
            links.push(r);
        } else if others.len() < SHOWN {
            others.push(r);
        }
    }
    (links, others)
}
