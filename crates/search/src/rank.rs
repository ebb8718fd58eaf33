//! The order of the hits: words and meaning of each part, and what its neighbours in the same
//! article and point say for it.
//!
//! Each kind of evidence is brought to the same scale by its own mean and spread over all items, so
//! no weight has to be found for any of them: a match that few have counts for more than one that
//! most have.

use std::hash::Hash;

use caifeng_domain::{ArticleNo, Named, PointId};
use caifeng_text::hash::Map;

use crate::Kind;

/// How much the others of its article say for an item, and how much those of its point. Links are
/// surer than points.
const ARTICLE_WEIGHT: f32 = 2.0;
const POINT_WEIGHT: f32 = 1.0;

/// One part of a candidate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item<'a> {
    /// Items are compared with their own kind only: submissions, articles, points.
    pub(crate) kind: Kind,
    /// How well the words of the whole document fit, zero or more.
    pub(crate) lexical: f32,
    /// How near its meaning is.
    pub(crate) similarity: f32,
    /// Whether the query names one of its articles.
    pub(crate) named: bool,
    /// Articles and points have numbers of their own in each consultation.
    pub(crate) consultation: usize,
    /// What it is linked to.
    pub(crate) articles: &'a [ArticleNo],
    /// What it says.
    pub(crate) point: Option<PointId>,
}

/// What an item is worth, comparable within one call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Score {
    /// What its article and point add.
    pub(crate) lift: f32,
    /// All together.
    pub(crate) total: f32,
}

/// A score for each item.
///
/// Somebody who asks about a matter wants to hear all who spoke about it, whatever words they used.
/// So an item gains from the others of its article, the article's own words among them, and, on top
/// of that, from those that make the same point.
pub(crate) fn scores(items: &[Item<'_>]) -> Vec<Score> {
    let mut own = vec![0.0; items.len()];
    for (kind, ..) in Kind::NAMES {
        let alike: Vec<usize> = (0..items.len())
            .filter(|i| items[*i].kind == *kind)
            .collect();
        let evidence: [fn(&Item<'_>) -> f32; 3] = [
            |item| item.lexical,
            |item| item.similarity,
            |item| f32::from(u8::from(item.named)),
        ];
        for evidence in evidence {
            let values: Vec<f32> = alike.iter().map(|i| evidence(&items[*i])).collect();
            for (i, value) in alike.iter().zip(standardised(&values)) {
                own[*i] += value;
            }
        }
    }
    let with_article = lifted(&own, items, ARTICLE_WEIGHT, |item| {
        item.articles.iter().map(|a| (item.consultation, *a))
    });
    let with_point = lifted(&with_article, items, POINT_WEIGHT, |item| {
        item.point.into_iter().map(|p| (item.consultation, p))
    });
    let scores = with_point.into_iter().zip(own);
    scores
        .map(|(total, own)| Score {
            lift: total - own,
            total,
        })
        .collect()
}

/// Distances from the mean in standard deviations; all zero where the values do not differ.
fn standardised(values: &[f32]) -> Vec<f32> {
    let count = values.len() as f32;
    let mean = values.iter().sum::<f32>() / count;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / count;
    let deviation = variance.sqrt();
    let scale = if deviation.is_normal() {
        deviation.recip()
    } else {
        0.0
    };
    values.iter().map(|value| (value - mean) * scale).collect()
}

/// Each score plus `weight` times that of the item's best group. A group's score is the mean over
/// its members and one neutral stranger, so that a group of one counts for half.
fn lifted<'a, G, I>(
    scores: &[f32],
    items: &'a [Item<'a>],
    weight: f32,
    groups_of: impl Fn(&'a Item<'a>) -> I,
) -> Vec<f32>
where
    G: Eq + Hash,
    I: Iterator<Item = G>,
{
    let mut groups: Map<G, (f32, f32)> = Map::default();
    // A point is what its submissions say, and they have spoken.
    let voices = items.iter().zip(scores);
    for (item, score) in voices.filter(|(item, _)| item.kind != Kind::Point) {
        for group in groups_of(item) {
            let (sum, count) = groups.entry(group).or_insert((0.0, 1.0));
            *sum += score;
            *count += 1.0;
        }
    }
    let mean = |group: G| groups.get(&group).map(|(sum, count)| sum / count);
    items
        .iter()
        .zip(scores)
        .map(|(item, score)| {
            let best = groups_of(item).filter_map(mean).max_by(f32::total_cmp);
            score + weight * best.unwrap_or_default()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use caifeng_domain::{ArticleNo, PointId};

    use super::{Item, scores};
    use crate::Kind;

    const ARTICLES: [ArticleNo; 1] = [ArticleNo::new(3)];

    fn item(lexical: f32, articles: &'static [ArticleNo], point: u64) -> Item<'static> {
        Item {
            kind: Kind::Submission,
            lexical,
            similarity: 0.0,
            named: false,
            consultation: 0,
            articles,
            point: PointId::new(point),
        }
    }

    #[track_caller]
    fn check_order(items: &[Item<'_>], want: &[usize]) {
        let scores = scores(items);
        let mut got: Vec<usize> = (0..items.len()).collect();
        got.sort_by(|a, b| scores[*b].total.total_cmp(&scores[*a].total));
        assert_eq!(got, want, "{scores:?}");
    }

    #[test]
    fn a_point_lifts_more_than_an_article_and_an_article_more_than_nothing() {
        let items = [
            item(0.0, &[], 0),
            item(0.0, &ARTICLES, 0),
            item(0.0, &ARTICLES, 9),
            item(5.0, &ARTICLES, 9),
            item(0.1, &[], 0),
        ];
        check_order(&items, &[3, 2, 1, 4, 0]);
    }

    #[test]
    fn numbers_of_other_consultations_are_other_numbers() {
        let elsewhere = Item {
            consultation: 1,
            ..item(0.0, &ARTICLES, 9)
        };
        let scores = scores(&[item(5.0, &ARTICLES, 9), elsewhere]);
        assert!(scores[1].lift < 0.0, "{scores:?}");
    }

    #[test]
    fn nothing_found_means_no_difference() {
        let scores = scores(&[item(0.0, &ARTICLES, 1), item(0.0, &[], 2)]);
        assert!(scores.iter().all(|s| s.total.abs() + s.lift.abs() < 1e-6));
        assert!(super::scores(&[]).is_empty());
    }
}
