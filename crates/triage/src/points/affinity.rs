//! How probable it is that two units make the same point.

use caifeng_domain::{Edit, NodeId, Stance};

use super::Around;
use crate::{
    first::{Impression, Stances},
    link::Ranked,
    logistic::Logistic,
    models::Models,
};

/// Mean probability from which on two groups of one bundle are one point.
pub(super) const SAME: f32 = 0.35;
/// The same for groups of different bundles, of which only the nearest are compared.
pub(super) const SAME_ACROSS: f32 = 0.3;

/// Cosine of centred vectors below which two units have nothing in common.
const UNRELATED: f32 = 0.1;

/// Names of the features of a pair, in order.
pub const FEATURES: [&str; 14] = [
    "cosine",
    "words",
    "words_smaller",
    "same_stance",
    "same_place",
    "other_place",
    "same_op",
    "same_from",
    "same_to",
    "both_edit",
    "same_article",
    "other_article",
    "same_scope",
    "same_neighbours",
];

/// What a unit says, as far as points are concerned.
#[derive(Debug, Clone)]
pub struct Said<'a> {
    /// Number of its gist.
    pub gist: usize,
    /// Duplicate group of its submission.
    pub group: usize,
    /// Centred vector of unit length.
    pub vector: &'a [f32],
    /// Content words as sorted (number, idf) pairs.
    pub words: &'a [(u32, f32)],
    /// Sum of their idf.
    pub words_weight: f32,
    /// First impression of articles, scope and stance.
    pub seems: &'a Impression,
    /// Proposed change.
    pub edit: Option<&'a Edit>,
    /// Paragraph or item named or quoted.
    pub place: Option<NodeId>,
    /// Where it stands among others, see [`super::look_around`].
    pub around: Around,
}

/// The features of a pair with this cosine, symmetric.
#[must_use]
pub fn pair_features(a: &Said<'_>, b: &Said<'_>, cosine: f32) -> [f64; FEATURES.len()] {
    let flag = |is: bool| f64::from(u8::from(is));
    let common = overlap(a.words, b.words);
    let (of_a, of_b) = (a.words_weight, b.words_weight);
    let union = (of_a + of_b - common).max(1e-6);
    let smaller = of_a.min(of_b).max(1e-6);
    let places = a.place.zip(b.place);
    let edits = a.edit.zip(b.edit);
    let alike = |x: Option<&String>, y: Option<&String>| {
        x.zip(y).map_or(0.0, |(x, y)| {
            if x.is_empty() || y.is_empty() {
                0.0
            } else {
                bigram_dice(x, y)
            }
        })
    };
    let article = same_article(&a.seems.links, &b.seems.links);
    let best = |said: &Said<'_>| said.seems.links.first().map_or(0.0, |l| l.confidence);
    let surely = best(a).min(best(b));
    [
        f64::from(cosine),
        f64::from(common / union),
        f64::from(common / smaller),
        f64::from(in_common(
            &polarity(&a.seems.stance),
            &polarity(&b.seems.stance),
        )),
        flag(places.is_some_and(|(x, y)| x == y)),
        flag(places.is_some_and(|(x, y)| x != y)),
        flag(edits.is_some_and(|(x, y)| x.op == y.op)),
        edits.map_or(0.0, |(x, y)| alike(x.from.as_ref(), y.from.as_ref())),
        edits.map_or(0.0, |(x, y)| alike(x.to.as_ref(), y.to.as_ref())),
        flag(edits.is_some()),
        f64::from(article),
        f64::from(surely - article).max(0.0),
        f64::from(in_common(&a.seems.scope, &b.seems.scope)),
        f64::from(a.around.same_neighbours(&b.around)),
    ]
}

/// Probability that both make one point; never for opposites.
pub(super) fn affinity(a: &Said<'_>, b: &Said<'_>, cosine: f32, models: &Models) -> f32 {
    if opposed(a, b) {
        return f32::NEG_INFINITY;
    }
    // Most pairs have nothing in common; what little the model would give them is not worth the time.
    if cosine < UNRELATED {
        return 0.0;
    }
    model(a, b, models).probability(&pair_features(a, b, cosine)) as f32
}

/// Within a bundle the neighbours tell; across bundles there are none in common.
fn model<'m>(a: &Said<'_>, b: &Said<'_>, models: &'m Models) -> &'m Logistic {
    if a.around.bundle == b.around.bundle {
        &models.same_point
    } else {
        &models.same_point_across
    }
}

/// Whether one is clearly for it and the other clearly against.
fn opposed(a: &Said<'_>, b: &Said<'_>) -> bool {
    let clearly = |said: &Said<'_>, stance| {
        let (seems, probability) = said.seems.stance();
        seems == stance && probability >= 0.5
    };
    (clearly(a, Stance::Support) && clearly(b, Stance::Oppose))
        || (clearly(a, Stance::Oppose) && clearly(b, Stance::Support))
}

/// For, against, or anything else: of those who want the same change, one proposes it, another asks
/// for it and a third tells what made him wish for it.
fn polarity(stance: &Stances) -> [f32; 3] {
    let of = |wanted: Stance| {
        (Stance::ALL.iter().zip(stance))
            .find(|(s, _)| s.0 == wanted)
            .map_or(0.0, |(_, p)| *p)
    };
    let (support, oppose) = (of(Stance::Support), of(Stance::Oppose));
    [support, oppose, 1.0 - support - oppose]
}

/// What two rows of probabilities have in common, 0 to 1.
fn in_common(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x.min(*y)).sum()
}

/// How probable it is that both mean the article on which they agree most.
fn same_article(a: &[Ranked], b: &[Ranked]) -> f32 {
    a.iter()
        .filter_map(|x| {
            let y = b.iter().find(|y| y.article == x.article)?;
            Some(x.confidence.min(y.confidence))
        })
        .fold(0.0, f32::max)
}

/// Weight of common words.
fn overlap(a: &[(u32, f32)], b: &[(u32, f32)]) -> f32 {
    let (mut i, mut j, mut common) = (0, 0, 0.0);
    while i < a.len() && j < b.len() {
        match a[i].0.cmp(&b[j].0) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                common += a[i].1;
                i += 1;
                j += 1;
            }
        }
    }
    common
}

/// Dice coefficient of the character pairs of two short strings.
fn bigram_dice(a: &str, b: &str) -> f64 {
    let pairs = |s: &str| {
        let letters: Vec<char> = s.chars().filter(|c| c.is_alphanumeric()).collect();
        let mut pairs: Vec<(char, char)> = match letters.as_slice() {
            [one] => vec![(*one, *one)],
            more => more.windows(2).map(|p| (p[0], p[1])).collect(),
        };
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    };
    let (a, b) = (pairs(a), pairs(b));
    let common = a.iter().filter(|p| b.binary_search(p).is_ok()).count();
    2.0 * common as f64 / (a.len() + b.len()).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::{bigram_dice, overlap};

    #[test]
    fn overlap_weighs_common_words() {
        let common = overlap(&[(1, 2.0), (3, 1.0)], &[(1, 2.0), (2, 5.0)]);
        assert!((common - 2.0).abs() < 1e-6);
    }

    #[test]
    fn strings_are_alike_by_their_pairs() {
        assert!((bigram_dice("三十日", "三十日") - 1.0).abs() < 1e-9);
        assert!(bigram_dice("三十日", "六十日") < 0.6);
        assert!(bigram_dice("", "三") < 1e-9);
    }
}
