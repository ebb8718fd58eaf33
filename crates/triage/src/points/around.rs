//! Where a unit stands among those of its bundle.
//!
//! Two people may say the same thing in words so different that only third ones show it: units make
//! the same point when they have the same neighbours (second-order similarity, the cosine of the
//! rows of the neighbour graph).

use std::{collections::BTreeMap, sync::Arc};

use caifeng_domain::Scope;
use caifeng_encode::Columns;
use rayon::prelude::*;

use super::{Said, affinity::overlap, merge};
use crate::{first::Impression, meaning::Meanings};

/// A first impression of an article that is less probable files no unit under it.
const FILED: f32 = 0.15;
/// A neighbour is among the nearest quarter of a bundle, of at least so many and at most so many.
const NEAREST: std::ops::RangeInclusive<usize> = 4..=24;

/// Texts of a bundle among which neighbours are looked for, the first ones: enough to tell any two points
/// apart, few enough to stay linear.
const KNOWN: usize = 1000;

/// A unit among others.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// Number of the bundle in which the unit was filed at first sight.
    pub bundle: usize,
    /// The nearest others as (duplicate group, weight), by group; the weights are of unit length.
    near: Arc<[(u32, f32)]>,
}

impl Around {
    /// How far both have the same neighbours, 0 to 1.
    pub(super) fn same_neighbours(&self, other: &Self) -> f32 {
        overlap(&self.near, &other.near, |x, y| x * y)
    }
}

/// Files each unit in a bundle and looks around there. Only other duplicate groups are seen, each
/// by its nearest unit: a text and its copies are one voice.
pub(super) fn look_around(units: &mut [Said<'_>], meanings: &Meanings) {
    let mut bundles: BTreeMap<(Scope, Option<usize>), Vec<usize>> = BTreeMap::new();
    for (k, unit) in units.iter().enumerate() {
        bundles.entry(file(unit.seems)).or_default().push(k);
    }
    let bundles: Vec<Vec<usize>> = bundles.into_values().collect();
    let seen: &[Said<'_>] = units;
    let around: Vec<Vec<Around>> = (bundles.par_iter().enumerate())
        .map(|(bundle, members)| {
            let (gists, of) = distinct_gists(seen, members);
            let around = look_around_in(seen, meanings, &gists, bundle);
            of.into_iter().map(|i| around[i].clone()).collect()
        })
        .collect();
    for (members, around) in bundles.iter().zip(around) {
        for (&k, around) in members.iter().zip(around) {
            units[k].around = around;
        }
    }
}

/// Where a unit is filed at first sight: an article where one is likely enough, else its scope.
fn file(seems: &Impression) -> (Scope, Option<usize>) {
    let scope = seems.scope();
    let first = seems.links.first().filter(|l| l.confidence >= FILED);
    match scope {
        Scope::Article => (scope, first.map(|l| l.article)),
        _ => (scope, None),
    }
}

/// The first unit of each distinct gist, and for each member the number of its gist among them.
fn distinct_gists(units: &[Said<'_>], members: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let mut number: BTreeMap<usize, usize> = BTreeMap::new();
    let mut firsts = Vec::new();
    let of = members.iter().map(|&k| {
        *number.entry(units[k].gist).or_insert_with(|| {
            firsts.push(k);
            firsts.len() - 1
        })
    });
    let of = of.collect();
    (firsts, of)
}

fn look_around_in(
    units: &[Said<'_>],
    meanings: &Meanings,
    gists: &[usize],
    bundle: usize,
) -> Vec<Around> {
    let mut number: BTreeMap<usize, usize> = BTreeMap::new();
    let groups: Vec<usize> = (gists.iter())
        .map(|&k| {
            let next = number.len();
            *number.entry(units[k].group).or_insert(next)
        })
        .collect();
    let mut names = vec![0; number.len()];
    for (&name, &n) in &number {
        names[n] = name;
    }
    let known = meanings.gather(gists.iter().take(KNOWN).map(|&k| units[k].gist));
    let count = groups[..known.len()].iter().max().map_or(0, |m| m + 1);
    Columns::of(&known).map(
        gists.len(),
        |i, row| meanings.centred(units[gists[i]].gist, row),
        |i, cosines| {
            let nearest = nearest_groups(cosines, &groups, count, groups[i]);
            let squares: f32 = nearest.iter().map(|n| n.1.powi(4)).sum();
            let weight = |cosine: f32| cosine * cosine / squares.sqrt();
            let near = nearest.into_iter();
            let mut near: Vec<(u32, f32)> = near
                .map(|(group, cosine)| (names[group] as u32, weight(cosine)))
                .collect();
            near.sort_unstable_by_key(|n| n.0);
            Around {
                bundle,
                near: near.into(),
            }
        },
    )
}

/// The nearest of `count` groups but `own` with the cosine of their nearest member, nearest first, as far
/// as they have anything in common.
fn nearest_groups(
    cosines: &[f32],
    groups: &[usize],
    count: usize,
    own: usize,
) -> Vec<(usize, f32)> {
    let mut best = vec![0.0f32; count];
    for (&cosine, &group) in cosines.iter().zip(groups) {
        if cosine > best[group] {
            best[group] = cosine;
        }
    }
    if let Some(own) = best.get_mut(own) {
        *own = 0.0;
    }
    let common = best.iter().filter(|&&b| b > 0.0).count();
    let wanted = (common / 4).clamp(*NEAREST.start(), *NEAREST.end());
    let near = merge::most(&best, wanted, |group| best[group] > 0.0);
    let mut near: Vec<(usize, f32)> = near.into_iter().map(|g| (g, best[g])).collect();
    near.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    near
}

#[cfg(test)]
mod tests {
    use super::{Around, nearest_groups};

    #[test]
    fn a_text_and_its_copies_are_one_voice() {
        let near = nearest_groups(&[1.0, 0.9, 0.5, 0.6, -0.2], &[0, 0, 1, 1, 2], 3, 0);
        assert_eq!(near, [(1, 0.6)]);
    }

    #[test]
    fn neighbours_in_common_count_by_their_nearness() {
        let with = |near: &[(u32, f32)]| Around {
            near: near.into(),
            ..Around::default()
        };
        let a = with(&[(1, 0.8), (4, 0.6)]);
        assert!((a.same_neighbours(&a) - 1.0).abs() < 1e-6);
        assert!((a.same_neighbours(&with(&[(2, 0.6), (4, 0.8)])) - 0.48).abs() < 1e-6);
        assert!(a.same_neighbours(&with(&[])).abs() < 1e-6);
    }
}
