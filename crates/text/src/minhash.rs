//! Sets that resemble each other, found without comparing all pairs: MinHash signatures (Broder
//! 1997) and banded locality-sensitive hashing.

use crate::shingle::mix;
pub use crate::shingle::{containment, jaccard};
use std::collections::HashMap;

/// Ids that one bucket keeps. Where more texts resemble each other, the later ones still find these
/// first ones, which suffices to join them, and ten thousand copies of one letter stay linear.
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

/// Signatures by bands: two sets of Jaccard similarity `s` meet in at least one bucket with
/// probability `1 - (1 - s^rows)^bands`.
#[derive(Debug, Clone)]
pub struct LshIndex {
    rows: usize,
    buckets: Vec<HashMap<u64, Vec<u32>>>,
}

impl LshIndex {
    /// An empty index for signatures of at least `bands * rows` permutations.
    #[must_use]
    pub fn new(bands: usize, rows: usize) -> Self {
        Self {
            rows: rows.max(1),
            buckets: vec![HashMap::new(); bands],
        }
    }

    /// Adds `id`. A bucket that holds [`BUCKET_LIMIT`] ids takes no more.
    pub fn insert(&mut self, id: u32, signature: &Signature) {
        for (bucket, band) in self.buckets.iter_mut().zip(signature.0.chunks(self.rows)) {
            let ids = bucket.entry(key(band)).or_default();
            if ids.len() < BUCKET_LIMIT {
                ids.push(id);
            }
        }
    }

    /// The ids that share at least one bucket with `signature`, sorted.
    #[must_use]
    pub fn candidates(&self, signature: &Signature) -> Vec<u32> {
        let mut out = Vec::new();
        for (bucket, band) in self.buckets.iter().zip(signature.0.chunks(self.rows)) {
            out.extend(bucket.get(&key(band)).into_iter().flatten());
        }
        out.sort_unstable();
        out.dedup();
        out
    }
}

fn key(band: &[u32]) -> u64 {
    band.iter().fold(0, |h, &x| mix(h ^ u64::from(x)))
}

#[cfg(test)]
mod tests {
    use super::{BUCKET_LIMIT, LshIndex, MinHasher};
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
        let hasher = MinHasher::new(16);
        let signature = hasher.signature(&set(0..50));
        let mut index = LshIndex::new(4, 4);
        for id in 0..100_000 {
            index.insert(id, &signature);
        }
        assert_eq!(index.candidates(&signature).len(), BUCKET_LIMIT);
    }

    #[test]
    fn bands_find_the_similar_and_leave_the_rest() {
        let hasher = MinHasher::new(128);
        let mut index = LshIndex::new(32, 4);
        for id in 0..1000u32 {
            let base = u64::from(id) * 1000;
            index.insert(id, &hasher.signature(&set(base..base + 100)));
        }
        for id in 0..1000u32 {
            let base = u64::from(id) * 1000;
            // Similarity 90 / 110; the formula leaves one miss in 10^8.
            let near = hasher.signature(&set(base + 10..base + 110));
            assert_eq!(index.candidates(&near), [id]);
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
            let mut index = LshIndex::new(16, 8);
            index.insert(7, &sa);
            prop_assert_eq!(index.candidates(&sa), [7]);
        }
    }
}
