//! Points: units that say the same.
//!
//! First units of one bundle are grouped by average linkage, in view of their neighbours there. Then groups are merged across bundles:
//! people who say the same do not always name the same article, and where the first impression was
//! wrong about one of them, the others put it right (see `agree`).

mod affinity;
mod around;
mod identity;
mod label;
mod merge;

use std::collections::BTreeMap;

use caifeng_encode::{
    Columns, Vectors,
    vectors::{dot, normalise},
};
use rayon::prelude::*;

pub use affinity::{FEATURES, Said, pair_features};
pub use around::Around;
pub use identity::keep_ids;
pub use label::{keywords, representative};

use crate::{Progress, cluster::average_linkage, meaning::Meanings, models::Models};

/// Distinct gists of one bundle that are compared pair by pair. Beyond it, the rest joins the
/// groups found so far or is grouped in turn.
const COMPARED: usize = 250;
/// Rounds in which all that is left of a bundle may join the groups found. After a thousand texts a new one
/// seldom says what none of them said; what then still stands apart is compared with the like when groups are merged.
const JOINED: usize = 4;
/// Nearest groups of its bundle that a unit may join.
const JOINABLE: usize = 4;
/// Members of a group that stand for it when it is compared with others.
const MET: usize = 4;
/// Nearest groups of all bundles with which another group is compared.
const NEAREST: usize = 12;
/// Groups into which others may be merged across bundles. Beyond it, two small ones that nobody else agrees
/// with stay apart, so that time grows as the number of groups does and not as its square.
const MERGED: usize = 4_000;

/// Looks at each unit among those of its bundle, before they are compared.
pub(crate) fn look_around(units: &mut [Said<'_>], meanings: &Meanings) {
    around::look_around(units, meanings);
}

/// Groups `units`; returns the group of each, numbered from 0 by first member.
pub fn group(
    units: &[Said<'_>],
    meanings: &Meanings,
    models: &Models,
    progress: &dyn Progress,
) -> Vec<usize> {
    let grouping = Grouping {
        units,
        meanings,
        models,
    };
    let mut bundles: Vec<Vec<usize>> = Vec::new();
    for (k, unit) in units.iter().enumerate() {
        let bundle = unit.around.bundle;
        bundles.resize_with(bundles.len().max(bundle + 1), Vec::new);
        bundles[bundle].push(k);
    }
    let within: Vec<Vec<Vec<usize>>> = bundles
        .par_iter()
        .map(|members| {
            let groups = grouping.bundle(members);
            progress.advance(members.len());
            groups
        })
        .collect();
    let groups: Vec<Vec<usize>> = within.into_iter().flatten().collect();
    let merged = grouping.merge(&groups);
    let mut of = vec![0; units.len()];
    for (members, &group) in groups.iter().zip(&merged) {
        for &k in members {
            of[k] = group;
        }
    }
    number_by_first(&of)
}

/// The same groups, numbered from 0 by first member.
#[must_use]
pub fn number_by_first(groups: &[usize]) -> Vec<usize> {
    let mut number: BTreeMap<usize, usize> = BTreeMap::new();
    (groups.iter())
        .map(|&group| {
            let next = number.len();
            *number.entry(group).or_insert(next)
        })
        .collect()
}

/// Units with equal gists, the first of each standing for all: each list begins with it.
fn distinct(units: &[Said<'_>], members: &[usize]) -> Vec<Vec<usize>> {
    let mut number: BTreeMap<usize, usize> = BTreeMap::new();
    let mut out: Vec<Vec<usize>> = Vec::new();
    for &k in members {
        let at = *number.entry(units[k].gist).or_insert(out.len());
        match out.get_mut(at) {
            Some(list) => list.push(k),
            None => out.push(vec![k]),
        }
    }
    out
}

/// What is grouped, and what it is compared by.
struct Grouping<'a> {
    units: &'a [Said<'a>],
    meanings: &'a Meanings,
    models: &'a Models,
}

impl Grouping<'_> {
    /// The groups of one bundle, as lists of units.
    fn bundle(&self, members: &[usize]) -> Vec<Vec<usize>> {
        let alike = distinct(self.units, members);
        let of = |i: usize| &self.units[alike[i][0]];
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let mut open: Vec<usize> = (0..alike.len()).collect();
        for round in 0.. {
            if open.is_empty() {
                break;
            }
            let (now, later) = open.split_at(open.len().min(COMPARED));
            let first = groups.len();
            let own = self.meanings.gather(now.iter().map(|&i| of(i).gist));
            let cosines = Columns::of(&own).map(now.len(), own.writes(), |_, row| row.to_vec());
            let found = average_linkage(now.len(), affinity::SAME, |i, j| {
                affinity::affinity(of(now[i]), of(now[j]), cosines[i][j], self.models)
            });
            groups.resize(first + found.iter().max().map_or(0, |m| m + 1), Vec::new());
            for (&i, group) in now.iter().zip(&found) {
                groups[first + group].push(i);
            }
            if round >= JOINED {
                open = later.to_vec();
                continue;
            }
            let voices: Vec<Vec<usize>> = (groups[first..].iter())
                .map(|group| group.iter().map(|&i| alike[i][0]).collect())
                .collect();
            let joined = Columns::of(&self.centres(voices.iter())).map(
                later.len(),
                |k, row| self.meanings.centred(of(later[k]).gist, row),
                |k, cosines| self.joins(alike[later[k]][0], &voices, cosines),
            );
            let mut rest = Vec::new();
            for (&i, group) in later.iter().zip(joined) {
                match group {
                    Some(group) => groups[first + group].push(i),
                    None => rest.push(i),
                }
            }
            open = rest;
        }
        let all = |group: Vec<usize>| {
            let units = group.iter().flat_map(|&i| alike[i].iter().copied());
            units.collect()
        };
        groups.into_iter().map(all).collect()
    }

    /// The group that `unit` joins: of those with the nearest centres the one of the greatest affinity, if
    /// that is enough. `cosines` are those to the centres.
    fn joins(&self, unit: usize, groups: &[Vec<usize>], cosines: &[f32]) -> Option<usize> {
        // Far from the centre is far from the members.
        let near = merge::most(cosines, JOINABLE, |g| cosines[g] >= affinity::UNRELATED);
        (near.into_iter())
            .map(|g| (g, self.mean_affinity(&[unit], &groups[g])))
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
            .filter(|best| best.1 >= affinity::SAME)
            .map(|best| best.0)
    }

    /// Merges groups that say the same though they were filed apart; returns the new group of each.
    fn merge(&self, groups: &[Vec<usize>]) -> Vec<usize> {
        let voices: Vec<Vec<usize>> = (groups.par_iter())
            .map(|members| {
                let distinct = distinct(self.units, members);
                distinct.iter().map(|d| d[0]).collect()
            })
            .collect();
        let sizes: Vec<usize> = voices.iter().map(Vec::len).collect();
        let great = greatest(&sizes);
        let columns = Columns::of(&self.centres(great.iter().map(|&g| &voices[g])));
        let near = columns.map(
            voices.len(),
            |a, row| self.centre(&voices[a], row),
            |a, cosines| merge::most(cosines, NEAREST, |b| great[b] != a),
        );
        let pairs: Vec<(usize, usize, f32)> = merge::pairs(&near, &great)
            .into_par_iter()
            .map(|(a, b)| (a, b, self.mean_affinity(&voices[a], &voices[b])))
            .collect();
        merge::average_linkage(&sizes, &pairs, affinity::SAME_ACROSS)
    }

    /// The centres of groups.
    fn centres<'g>(&self, groups: impl Iterator<Item = &'g Vec<usize>>) -> Vectors {
        let mut centres = Vectors::new(self.meanings.dimension());
        for group in groups {
            centres.push_with(|row| self.centre(group, row));
        }
        centres
    }

    /// Writes the centre of a group.
    fn centre(&self, group: &[usize], centre: &mut [f32]) {
        if let [one] = group {
            return self.meanings.centred(self.units[*one].gist, centre);
        }
        let mut row = vec![0.0; centre.len()];
        centre.fill(0.0);
        for &k in group {
            self.meanings.centred(self.units[k].gist, &mut row);
            for (sum, x) in centre.iter_mut().zip(&row) {
                *sum += x;
            }
        }
        normalise(centre);
    }

    /// The mean affinity of the first members of two groups.
    fn mean_affinity(&self, a: &[usize], b: &[usize]) -> f32 {
        let (a, b) = (&a[..a.len().min(MET)], &b[..b.len().min(MET)]);
        let vectors = |group: &[usize]| {
            let gists = group.iter().map(|&k| self.units[k].gist);
            self.meanings.gather(gists)
        };
        let (of_a, of_b) = (vectors(a), vectors(b));
        let rows = a.iter().zip(of_a.rows());
        let pairs = rows.flat_map(|x| b.iter().zip(of_b.rows()).map(move |y| (x, y)));
        let sum: f32 = pairs
            .map(|((&x, of_x), (&y, of_y))| {
                let (x, y) = (&self.units[x], &self.units[y]);
                affinity::affinity(x, y, dot(of_x, of_y), self.models)
            })
            .sum();
        sum / (a.len() * b.len()) as f32
    }
}

/// The groups of most voices, of equals the first, in order: the others are compared with these.
fn greatest(sizes: &[usize]) -> Vec<usize> {
    let mut by_size: Vec<usize> = (0..sizes.len()).collect();
    by_size.sort_by_key(|&group| std::cmp::Reverse(sizes[group]));
    by_size.truncate(MERGED);
    by_size.sort_unstable();
    by_size
}

#[cfg(test)]
mod tests {
    use super::{MERGED, greatest};

    #[test]
    fn others_are_compared_with_the_greatest_groups_and_of_equals_the_first() {
        let mut sizes = vec![1; MERGED + 10];
        sizes[MERGED + 9] = 5;
        let mut want: Vec<usize> = (0..MERGED - 1).collect();
        want.push(MERGED + 9);
        assert_eq!(greatest(&sizes), want);
        assert_eq!(greatest(&[2, 3]), [0, 1]);
    }
}
