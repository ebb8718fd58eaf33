//! How probable it is that two units make the same point.

use caifeng_domain::{Edit, EditOp, NodeId, Stance};
use caifeng_text::letter::letters;

use super::Around;
use crate::{
    first::{Impression, Stances},
    logistic::Logistic,
    models::Models,
};

/// Mean probability from which on two groups of one bundle are one point.
pub(super) const SAME: f32 = 0.35;
/// The same for groups of different bundles, of which only the nearest are compared.
pub(super) const SAME_ACROSS: f32 = 0.3;

/// Cosine of centred vectors below which two units have nothing in common.
pub(super) const UNRELATED: f32 = 0.1;

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

/// Articles in which a unit is compared with others.
const LIKELY: usize = 4;
/// No article, which nothing is about.
const NOTHING: (u32, f32) = (u32::MAX, 0.0);

/// What a unit says, as far as points are concerned.
#[derive(Debug, Clone)]
pub struct Said<'a> {
    /// Number of its gist.
    pub gist: usize,
    /// Duplicate group of its submission.
    pub group: usize,
    /// First impression of articles, scope and stance.
    pub seems: &'a Impression,
    /// Where it stands among others, see [`super::look_around`].
    pub around: Around,
    /// Content words as sorted (number, idf) pairs.
    words: &'a [(u32, f32)],
    /// Sum of their idf.
    words_weight: f32,
    edit: Option<Change>,
    /// Paragraph or item named or quoted.
    place: Option<NodeId>,
    polarity: [f32; 3],
    /// Its stance where that is clear.
    clearly: Option<Stance>,
    /// The most probable articles with their probabilities, by article; behind them [`NOTHING`].
    likely: [(u32, f32); LIKELY],
    /// Probability of the most probable article.
    surely: f32,
}

/// A proposed change, ready to be compared.
#[derive(Debug, Clone)]
struct Change {
    op: EditOp,
    from: Vec<(char, char)>,
    to: Vec<(char, char)>,
}

impl<'a> Said<'a> {
    /// A unit with the gist of this number and words, of a duplicate group, which proposes a
    /// change or names a place below its article.
    pub(crate) fn new(
        (gist, words): (usize, &'a [(u32, f32)]),
        group: usize,
        seems: &'a Impression,
        edit: Option<&Edit>,
        place: Option<NodeId>,
    ) -> Self {
        let mut likely = [NOTHING; LIKELY];
        for (place, link) in likely.iter_mut().zip(&seems.links) {
            *place = (link.article as u32, link.confidence);
        }
        likely.sort_unstable_by_key(|l| l.0);
        let pairs = |words: Option<&String>| words.map_or_else(Vec::new, |w| letter_pairs(w));
        Self {
            gist,
            group,
            seems,
            around: Around::default(),
            words,
            words_weight: words.iter().map(|w| w.1).sum(),
            edit: edit.map(|edit| Change {
                op: edit.op,
                from: pairs(edit.from.as_ref()),
                to: pairs(edit.to.as_ref()),
            }),
            place,
            polarity: polarity(&seems.stance),
            clearly: Some(seems.stance())
                .filter(|stance| stance.1 >= 0.5)
                .map(|stance| stance.0),
            likely,
            surely: seems.links.first().map_or(0.0, |l| l.confidence),
        }
    }
}

/// The features of a pair with this cosine, symmetric.
#[must_use]
pub fn pair_features(a: &Said<'_>, b: &Said<'_>, cosine: f32) -> [f64; FEATURES.len()] {
    let flag = |is: bool| f64::from(u8::from(is));
    let common = overlap(a.words, b.words, |x, _| x);
    let (of_a, of_b) = (a.words_weight, b.words_weight);
    let union = (of_a + of_b - common).max(1e-6);
    let smaller = of_a.min(of_b).max(1e-6);
    let places = a.place.zip(b.place);
    let edits = a.edit.as_ref().zip(b.edit.as_ref());
    let article = same_article(&a.likely, &b.likely);
    [
        f64::from(cosine),
        f64::from(common / union),
        f64::from(common / smaller),
        f64::from(in_common(&a.polarity, &b.polarity)),
        flag(places.is_some_and(|(x, y)| x == y)),
        flag(places.is_some_and(|(x, y)| x != y)),
        flag(edits.is_some_and(|(x, y)| x.op == y.op)),
        edits.map_or(0.0, |(x, y)| dice(&x.from, &y.from)),
        edits.map_or(0.0, |(x, y)| dice(&x.to, &y.to)),
        flag(edits.is_some()),
        f64::from(article),
        f64::from(a.surely.min(b.surely) - article).max(0.0),
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
    matches!(
        (a.clearly, b.clearly),
        (Some(Stance::Support), Some(Stance::Oppose))
            | (Some(Stance::Oppose), Some(Stance::Support))
    )
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
fn same_article(a: &[(u32, f32)], b: &[(u32, f32)]) -> f32 {
    let shared = a.iter().filter_map(|x| {
        let y = b.iter().find(|y| y.0 == x.0)?;
        Some(x.1.min(y.1))
    });
    shared.fold(0.0, f32::max)
}

/// Sum of `weight` of both values over the keys that two lists sorted by key share.
pub(super) fn overlap<K: Ord + Copy>(
    a: &[(K, f32)],
    b: &[(K, f32)],
    weight: impl Fn(f32, f32) -> f32,
) -> f32 {
    let (mut i, mut j, mut common) = (0, 0, 0.0);
    while i < a.len() && j < b.len() {
        // Without branches, which nobody could foresee.
        let order = a[i].0.cmp(&b[j].0);
        common += if order.is_eq() {
            weight(a[i].1, b[j].1)
        } else {
            0.0
        };
        i += usize::from(order.is_le());
        j += usize::from(order.is_ge());
    }
    common
}

/// The distinct pairs of neighbouring letters, sorted; a single letter is paired with itself.
fn letter_pairs(text: &str) -> Vec<(char, char)> {
    let letters: Vec<char> = letters(text).collect();
    let mut pairs: Vec<(char, char)> = match letters.as_slice() {
        [one] => vec![(*one, *one)],
        more => more.windows(2).map(|p| (p[0], p[1])).collect(),
    };
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Dice coefficient of two sorted lists; of empty ones it is 0.
fn dice(a: &[(char, char)], b: &[(char, char)]) -> f64 {
    let common = a.iter().filter(|p| b.binary_search(p).is_ok()).count();
    2.0 * common as f64 / (a.len() + b.len()).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::{dice, letter_pairs, overlap};

    #[test]
    fn overlap_weighs_common_words() {
        let common = overlap(&[(1, 2.0), (3, 1.0)], &[(1, 2.0), (2, 5.0)], |x, _| x);
        assert!((common - 2.0).abs() < 1e-6);
    }

    #[test]
    fn strings_are_alike_by_their_pairs() {
        let alike = |a: &str, b: &str| dice(&letter_pairs(a), &letter_pairs(b));
        assert!((alike("三十日", "三十日") - 1.0).abs() < 1e-9);
        assert!(alike("三十日", "六十日") < 0.6);
        assert!(alike("", "三") < 1e-9);
    }
}
