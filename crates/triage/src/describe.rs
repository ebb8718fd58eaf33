//! What a point is: scope, articles, stance, key words, the words that stand for it.

use std::collections::BTreeMap;

use caifeng_domain::{Analysis, ArticleNo, Point, PointId, Scope, Stance, Unit};

use crate::{points, prepare::Prepared};

/// Points with their votes, key words and representatives.
pub(crate) fn describe(
    prepared: &Prepared<'_>,
    units: &[usize],
    ids: &[PointId],
    place: &[(usize, usize)],
    analyses: &[Analysis],
) -> Vec<Point> {
    let mut members: BTreeMap<PointId, Vec<usize>> = BTreeMap::new();
    for (k, &id) in ids.iter().enumerate() {
        members.entry(id).or_default().push(k);
    }
    let gist = |k: usize| prepared.units[units[k]].mention.gist;
    let words: Vec<Vec<u32>> = members
        .values()
        .map(|list| {
            list.iter()
                .flat_map(|&k| prepared.gists.list[gist(k)].words.iter().copied())
                .collect()
        })
        .collect();
    let keywords = points::keywords(&words, &prepared.gists.words, &prepared.gists.names);
    members
        .into_iter()
        .zip(keywords)
        .map(|((id, list), keywords)| {
            let unit = |k: usize| &analyses[place[k].0].units[place[k].1];
            let gists: Vec<usize> = list.iter().map(|&k| gist(k)).collect();
            let (scope, articles, stance) = voted(list.iter().map(|&k| unit(k)));
            Point {
                id,
                scope,
                articles,
                stance,
                keywords,
                representative: place
                    [list[points::representative(&gists, &prepared.gists.meanings)]],
                units: list.iter().map(|&k| place[k]).collect(),
            }
        })
        .collect()
}

/// What the units of a point are together: scope and stance of most, and the articles to which at
/// least a third are linked.
pub fn voted<'a>(units: impl Iterator<Item = &'a Unit> + Clone) -> (Scope, Vec<ArticleNo>, Stance) {
    let scope = most(units.clone().map(|unit| unit.scope));
    let stance = most(units.clone().map(|unit| unit.stance));
    (
        scope.unwrap_or(Scope::General),
        articles(units),
        stance.unwrap_or(Stance::Amend),
    )
}

/// The most frequent value, the least of equals.
fn most<T: Ord + Copy>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    counts
        .into_iter()
        .rev()
        .max_by_key(|(_, n)| *n)
        .map(|(value, _)| value)
}

/// Articles to which at least a third of the units are linked.
fn articles<'a>(units: impl Iterator<Item = &'a Unit>) -> Vec<ArticleNo> {
    let mut counts: BTreeMap<ArticleNo, usize> = BTreeMap::new();
    let mut total = 0;
    for unit in units {
        total += 1;
        for link in &unit.links {
            *counts.entry(link.article).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .filter(|(_, n)| 3 * n >= total)
        .map(|(article, _)| article)
        .collect()
}
