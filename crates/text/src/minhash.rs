//! Sets that resemble each other, found without comparing all pairs: MinHash signatures (Broder
//! 1997) and banded locality-sensitive hashing.

use crate::shingle::mix;
pub use crate::shingle::{containment, jaccard};
use std::ops::Range;

/// Sets of one bucket that later ones find there. Where more texts resemble each other, these first ones
/// suffice to join them, and ten thousand copies of one letter stay linear.
pub const BUCKET_LIMIT: usize = 32;

/// Makes signatures of a fixed number of permutations. The same number always gives the same
/// permutations.
#[derive(Debug, Clone)]
pub struct MinHasher {
    /// Multiplier (odd) and addend of each permutation of the 64-bit numbers.
    permutations: Vec<(u64, u64)>,
}

/// The smallest hash of a set under each permutation (its upper half, which is what the order
/// depends on). The share of equal places estimates the Jaccard similarity of two sets, with
/// standard error at most `0.5 / sqrt(permutations)`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Signature(Box<[u32]>);

impl MinHasher {
    /// A hasher with `permutations` permutations.
    #[must_use]
    pub fn new(permutations: usize) -> Self {
        let numbers = |i: u64| mix(i.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let permutations = (0..permutations as u64)
            .map(|i| (numbers(2 * i + 1) | 1, numbers(2 * i + 2)))
            .collect();
        Self { permutations }
    }

    /// The signature of a set of well-mixed hashes, in any order.
    #[must_use]
    pub fn signature(&self, set: &[u64]) -> Signature {
        let smallest = self.permutations.iter().map(|&(a, b)| {
            let hashes = set.iter().map(|x| x.wrapping_mul(a).wrapping_add(b));
            (hashes.min().unwrap_or(u64::MAX) >> 32) as u32
        });
        Signature(smallest.collect())
    }
}

impl Signature {
    /// The estimated Jaccard similarity of the two sets. 0 for signatures of different hashers.
    #[must_use]
    pub fn similarity(&self, other: &Self) -> f64 {
        if self.0.len() != other.0.len() || self.0.is_empty() {
            return 0.0;
        }
        let same = self.0.iter().zip(&other.0).filter(|(a, b)| a == b).count();
        same as f64 / self.0.len() as f64
    }
}

/// Sets by one band of their signatures: those with the same numbers there lie in one bucket. With
/// several bands, two sets of Jaccard similarity `s` meet in at least one bucket with probability
/// `1 - (1 - s^rows)^bands`.
#[derive(Debug, Clone)]
pub struct Band {
    /// The numbers of all sets, bucket by bucket.
    order: Vec<u32>,
    /// Where in `order` the bucket of each set begins.
    begin: Vec<u32>,
}

impl Band {
    /// Sorts the sets by the `rows` of their signatures, which must all be so long.
    #[must_use]
    pub fn new(signatures: &[Signature], rows: Range<usize>) -> Self {
        let keys = signatures.iter().map(|s| key(&s.0[rows.clone()]));
        let mut sorted: Vec<(u64, u32)> = keys.zip(0..).collect();
        sorted.sort_unstable();
        let mut begin = vec![0; sorted.len()];
        let mut at = 0;
        for bucket in sorted.chunk_by(|a, b| a.0 == b.0) {
            for &(_, set) in bucket {
                begin[set as usize] = at;
            }
            at += bucket.len() as u32;
        }
        Self {
            order: sorted.into_iter().map(|(_, set)| set).collect(),
            begin,
        }
    }

    /// The first sets in the bucket of `set` that come before it, at most [`BUCKET_LIMIT`].
    #[must_use]
    pub fn before(&self, set: usize) -> &[u32] {
        let bucket = &self.order[self.begin[set] as usize..];
        let near = &bucket[..bucket.len().min(BUCKET_LIMIT)];
        let count = near.iter().position(|&other| other as usize >= set);
        &near[..count.unwrap_or(near.len())]
    }
}

fn key(band: &[u32]) -> u64 {
    band.iter().fold(0, |h, &x| mix(h ^ u64::from(x)))
}

#[cfg(test)]
mod tests {
    use super::{BUCKET_LIMIT, Band, MinHasher, Signature};
    use crate::minhash::jaccard;
    use crate::shingle::mix;
    use proptest::prelude::*;

    fn set(numbers: impl IntoIterator<Item = u64>) -> Vec<u64> {
        let mut set: Vec<u64> = numbers.into_iter().map(mix).collect();
        set.sort_unstable();
        set.dedup();
        set
    }

    #[test]
    fn the_mean_estimate_is_the_similarity() {
        let hasher = MinHasher::new(128);
        for shared in [20u64, 50, 80, 95] {
            let mut error = 0.0;
            for round in 0..200u64 {
                let base = round * 1000;
                let a = set(base..base + 100);
                let b = set((base + 100 - shared)..(base + 200 - shared));
                let estimate = hasher.signature(&a).similarity(&hasher.signature(&b));
                error += (estimate - jaccard(&a, &b)) / 200.0;
            }
            // Four standard errors of a mean of 200 estimates from 128 permutations.
            assert!(
                error.abs() < 4.0 * 0.5 / (128.0f64 * 200.0).sqrt(),
                "{shared}: {error}"
            );
        }
    }

    #[test]
    fn a_crowd_of_copies_costs_no_more_than_its_share() {
        let hasher = MinHasher::new(4);
        let signatures = vec![hasher.signature(&set(0..50)); 100_000];
        let band = Band::new(&signatures, 0..4);
        assert_eq!(band.before(99_999).len(), BUCKET_LIMIT);
        assert_eq!(band.before(2), [0, 1]);
        assert!(band.before(0).is_empty());
    }

    #[test]
    fn bands_find_the_similar_and_leave_the_rest() {
        let hasher = MinHasher::new(128);
        let of = |from: u64| hasher.signature(&set(from..from + 100));
        // The second thousand are each 10 numbers apart from one of the first.
        let mut signatures: Vec<Signature> = (0..1000).map(|n| of(n * 1000)).collect();
        signatures.extend((0..1000).map(|n| of(n * 1000 + 10)));
        let bands: Vec<Band> = (0..32)
            .map(|band| Band::new(&signatures, band * 4..band * 4 + 4))
            .collect();
        for n in 0..1000 {
            // Similarity 90 / 110; the formula leaves one miss in 10^8.
            let mut near: Vec<u32> = (bands.iter())
                .flat_map(|band| band.before(1000 + n).iter().copied())
                .collect();
            near.dedup();
            assert_eq!(near, [n as u32]);
        }
    }

    proptest! {
        #[test]
        fn a_set_finds_itself_and_estimates_stay_near(
            a in proptest::collection::btree_set(0u64..300, 1..200),
            b in proptest::collection::btree_set(0u64..300, 1..200),
        ) {
            let (a, b) = (set(a), set(b));
            let hasher = MinHasher::new(256);
            let (sa, sb) = (hasher.signature(&a), hasher.signature(&b));
            // Six standard errors: one false alarm in 10^9.
            prop_assert!((sa.similarity(&sb) - jaccard(&a, &b)).abs() < 6.0 * 0.5 / 16.0);
            let band = Band::new(&[sa.clone(), sa], 16..24);
            prop_assert_eq!(band.before(1), [0]);
        }
    }
}
