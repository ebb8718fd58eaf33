//! Average linkage where only near pairs are known.

use std::{cmp::Ordering, collections::BinaryHeap};

use caifeng_text::hash::Map;
use rayon::prelude::*;

/// The pairs (a, b), a < b, of every group and those nearest to it, which are numbers in `great`.
pub(super) fn pairs(nearest: &[Vec<usize>], great: &[usize]) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = (nearest.iter().enumerate())
        .flat_map(|(a, near)| near.iter().map(move |&b| (a, great[b])))
        .map(|(a, b)| (a.min(b), a.max(b)))
        .collect();
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs
}

/// The numbers of the `count` greatest of `values`, of those that `may` be taken, in no order; of equals
/// the first.
pub(super) fn most(values: &[f32], count: usize, may: impl Fn(usize) -> bool) -> Vec<usize> {
    let by_value = |x: &usize, y: &usize| values[*y].total_cmp(&values[*x]).then(x.cmp(y));
    let mut near: Vec<usize> = Vec::with_capacity(2 * count);
    let mut least = f32::NEG_INFINITY;
    for (b, &value) in values.iter().enumerate() {
        // Most are not near enough to be kept even for a while.
        if (value > least || near.len() < count) && may(b) {
            near.push(b);
            if near.len() == 2 * count {
                near.select_nth_unstable_by(count - 1, by_value);
                near.truncate(count);
                least = values[near[count - 1]];
            }
        }
    }
    if near.len() > count {
        near.select_nth_unstable_by(count - 1, by_value);
        near.truncate(count);
    }
    near
}

/// A merge that could be made.
#[derive(PartialEq)]
struct Offer {
    mean: f32,
    pair: (usize, usize),
}

impl Eq for Offer {}

impl Ord for Offer {
    fn cmp(&self, other: &Self) -> Ordering {
        // The best mean first; of equals the first pair.
        self.mean
            .total_cmp(&other.mean)
            .then_with(|| other.pair.cmp(&self.pair))
    }
}

impl PartialOrd for Offer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Merges the best pair of groups while the mean affinity between their members is at least
/// `threshold`. `sizes` are the members of each group, `pairs` the mean affinities that are known;
/// all others are taken for 0. Groups whose affinity is `f32::NEG_INFINITY` never meet. Returns the
/// group that each has become part of.
pub(super) fn average_linkage(
    sizes: &[usize],
    pairs: &[(usize, usize, f32)],
    threshold: f32,
) -> Vec<usize> {
    let mut sizes: Vec<f32> = sizes.iter().map(|&s| s as f32).collect();
    let mut near: Vec<Map<usize, f32>> = vec![Map::default(); sizes.len()];
    let mut offers = BinaryHeap::new();
    for &(a, b, mean) in pairs {
        near[a].insert(b, mean);
        near[b].insert(a, mean);
        if mean >= threshold {
            offers.push(Offer { mean, pair: (a, b) });
        }
    }
    let mut leader: Vec<usize> = (0..sizes.len()).collect();
    while let Some(Offer {
        mean,
        pair: (keep, drop),
    }) = offers.pop()
    {
        let known = near[keep].get(&drop).copied();
        if leader[keep] != keep || leader[drop] != drop || known != Some(mean) {
            continue;
        }
        let (a, b) = (sizes[keep], sizes[drop]);
        let dropped = std::mem::take(&mut near[drop]);
        let kept = std::mem::take(&mut near[keep]);
        let only_dropped = dropped.keys().filter(|&other| !kept.contains_key(other));
        let around = kept.keys().chain(only_dropped).copied();
        for other in around.filter(|&o| o != keep && o != drop) {
            let mean_of = |near: &Map<usize, f32>| near.get(&other).copied().unwrap_or(0.0);
            let mean = (a * mean_of(&kept) + b * mean_of(&dropped)) / (a + b);
            near[other].remove(&drop);
            near[other].insert(keep, mean);
            near[keep].insert(other, mean);
            if mean >= threshold {
                let pair = (keep.min(other), keep.max(other));
                offers.push(Offer { mean, pair });
            }
        }
        sizes[keep] += b;
        leader[drop] = keep;
    }
    (0..leader.len())
        .map(|i| {
            let mut at = i;
            while leader[at] != at {
                at = leader[at];
            }
            at
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::average_linkage;

    proptest! {
        #[test]
        fn agrees_with_full_linkage_where_all_pairs_are_known(
            points in prop::collection::vec(0.0f32..1.0, 0..12), threshold in 0.1f32..0.9
        ) {
            let affinity = |i: usize, j: usize| 1.0 - (points[i] - points[j]).abs();
            let n = points.len();
            let pairs: Vec<(usize, usize, f32)> = (0..n)
                .flat_map(|a| (a + 1..n).map(move |b| (a, b)))
                .map(|(a, b)| (a, b, affinity(a, b)))
                .collect();
            let sparse = average_linkage(&vec![1; n], &pairs, threshold);
            let full = crate::cluster::average_linkage(n, threshold, affinity);
            for i in 0..n {
                for j in 0..i {
                    prop_assert_eq!(sparse[i] == sparse[j], full[i] == full[j]);
                }
            }
        }
    }

    #[test]
    fn unknown_pairs_hold_groups_apart() {
        // 0 and 1 are near, 1 and 2 as well, but 0 and 2 are not known to be: half of .8 is too little.
        let groups = average_linkage(&[1, 1, 1], &[(0, 1, 0.9), (1, 2, 0.8)], 0.5);
        assert_eq!(groups[0], groups[1]);
        assert_ne!(groups[1], groups[2]);
    }

    #[test]
    fn opposites_never_meet() {
        let never = f32::NEG_INFINITY;
        let groups = average_linkage(&[1; 3], &[(0, 1, never), (0, 2, 0.9), (1, 2, 0.9)], 0.1);
        assert_ne!(groups[0], groups[1]);
    }
}
