//! Texts as sets of overlapping character runs.

use crate::normalise::comparison_key;

/// The runs of `size` characters in the [`comparison_key`] of `text`, each as a hash: sorted,
/// without repeats. A shorter text is one run; a text without a letter or sign has none.
///
/// The hash is fixed for ever, so that stored sets stay comparable.
#[must_use]
pub fn shingles(text: &str, size: usize) -> Vec<u64> {
    shingles_of_key(&comparison_key(text), size)
}

/// As [`shingles`], for a text whose key is at hand.
#[must_use]
pub fn shingles_of_key(key: &str, size: usize) -> Vec<u64> {
    let chars: Vec<char> = key.chars().collect();
    if chars.is_empty() {
        return Vec::new();
    }
    let mut out: Vec<u64> = chars
        .windows(size.clamp(1, chars.len()))
        .map(hash)
        .collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// FNV-1a over code points, finished with the mixer of SplitMix64 (Steele et al. 2014), since FNV
/// alone leaves the high bits of short inputs poor.
fn hash(run: &[char]) -> u64 {
    let seed = 0xcbf2_9ce4_8422_2325_u64;
    mix(run.iter().fold(seed, |h, &c| {
        (h ^ u64::from(u32::from(c))).wrapping_mul(0x0000_0100_0000_01b3)
    }))
}

/// A bijection in which every output bit depends on every input bit.
pub(crate) const fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The share of all elements that both sets have. Both must be sorted and without repeats. Two
/// empty sets share nothing.
#[must_use]
pub fn jaccard(a: &[u64], b: &[u64]) -> f64 {
    let both = common(a, b);
    ratio(both, a.len() + b.len() - both)
}

/// The share of `part` that `whole` has. Both must be sorted and without repeats. Nothing is no
/// part.
#[must_use]
pub fn containment(part: &[u64], whole: &[u64]) -> f64 {
    ratio(common(part, whole), part.len())
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// Elements of two sorted sets' intersection.
fn common(a: &[u64], b: &[u64]) -> usize {
    let (mut left, mut right, mut count) = (0, 0, 0);
    while left < a.len() && right < b.len() {
        let order = a[left].cmp(&b[right]);
        count += usize::from(order.is_eq());
        left += usize::from(order.is_le());
        right += usize::from(order.is_ge());
    }
    count
}

#[cfg(test)]
mod tests {
    use super::{containment, jaccard, shingles};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn counts_distinct_runs_of_the_comparison_key() {
        #[track_caller]
        fn check(text: &str, size: usize, want: usize) {
            assert_eq!(shingles(text, size).len(), want);
        }
        check("建议公开", 2, 3);
        check("建议，公 开！", 2, 3);
        check("哈哈哈哈", 2, 1);
        check("好", 3, 1);
        check("？", 3, 0);
        check("建议公开", 0, 4);
    }

    #[test]
    fn the_hash_never_changes() {
        assert_eq!(shingles("Ａb", 2), shingles("aB", 2));
        assert_eq!(shingles("法", 1), [6_308_655_018_064_196_926]);
    }

    #[test]
    fn empty_sets_share_nothing() {
        assert!(jaccard(&[], &[]).abs() < f64::EPSILON);
        assert!(containment(&[], &[1]).abs() < f64::EPSILON);
    }

    proptest! {
        #[test]
        fn set_measures_agree_with_their_definition(
            a in proptest::collection::btree_set(0u64..40, 0..30),
            b in proptest::collection::btree_set(0u64..40, 1..30),
        ) {
            let (va, vb): (Vec<u64>, Vec<u64>) = (a.iter().copied().collect(), b.iter().copied().collect());
            let both = a.intersection(&b).count() as f64;
            let any = a.union(&b).collect::<BTreeSet<_>>().len() as f64;
            prop_assert!((jaccard(&va, &vb) - both / any).abs() < 1e-12);
            prop_assert!((containment(&vb, &va) - both / b.len() as f64).abs() < 1e-12);
        }
    }
}
