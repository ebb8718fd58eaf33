//! Which distinct texts are similar: MinHash candidates, verified.

use caifeng_text::{
    minhash::{Band, MinHasher, Signature},
    shingle::{containment, jaccard},
};
use rayon::prelude::*;

use super::key::Key;

/// Characters of a shingle.
const SHINGLE: usize = 3;
/// Texts with fewer shingles say too little to be called similar.
const ENOUGH: usize = 8;
/// Two texts are similar when this share of all their shingles is common …
const JACCARD: f64 = 0.5;
/// … or when one holds this share of the other, as a letter with an addition does.
const CONTAINED: f64 = 0.75;
/// … unless it is much shorter: a phrase that stands in a long letter is no copy of it, and must not
/// make one of two letters in which it stands.
const MUCH_SHORTER: f64 = 0.35;
/// The first texts of two groups that become one have this share of the shorter one in common.
const AKIN: f64 = 0.5;
/// Candidates verified for each text: enough to find its group, few enough to stay linear.
const CANDIDATES: usize = 24;
/// Bands and rows of the index: texts with half of their shingles in common meet in one of 24
/// buckets of 3 with probability 0.96, those with a fifth in common with 0.18.
const BANDS: usize = 24;
const ROWS: usize = 3;

/// The group of each text, as the index of its first member.
pub(super) fn similar(keys: &[&Key]) -> Vec<usize> {
    let shingles: Vec<Vec<u64>> = keys.par_iter().map(|key| shingles(key)).collect();
    let telling: Vec<usize> = (0..keys.len())
        .filter(|&i| shingles[i].len() >= ENOUGH)
        .collect();
    let hasher = MinHasher::new(BANDS * ROWS);
    let signatures: Vec<Signature> = (telling.par_iter())
        .map(|&i| hasher.signature(&shingles[i]))
        .collect();
    let bands: Vec<Band> = (0..BANDS)
        .into_par_iter()
        .map(|band| Band::new(&signatures, band * ROWS..(band + 1) * ROWS))
        .collect();
    let mut parent: Vec<usize> = (0..keys.len()).collect();
    let mut candidates: Vec<u32> = Vec::new();
    for (place, &i) in telling.iter().enumerate() {
        candidates.clear();
        candidates.extend(bands.iter().flat_map(|band| band.before(place)));
        candidates.sort_unstable();
        candidates.dedup();
        let mut checked = 0;
        for candidate in candidates.iter().map(|&c| telling[c as usize]) {
            let root = root_of(&mut parent, candidate);
            if root == root_of(&mut parent, i) {
                continue;
            }
            if checked == CANDIDATES {
                break;
            }
            checked += 1;
            let mine = root_of(&mut parent, i);
            if alike(&shingles[i], &shingles[candidate]) && akin(&shingles[mine], &shingles[root]) {
                parent[mine.max(root)] = mine.min(root);
            }
        }
    }
    (0..keys.len()).map(|i| root_of(&mut parent, i)).collect()
}

/// The distinct runs of a text, sorted.
fn shingles(key: &Key) -> Vec<u64> {
    let mut shingles: Vec<u64> = key.runs(SHINGLE).collect();
    shingles.sort_unstable();
    shingles.dedup();
    shingles
}

fn alike(a: &[u64], b: &[u64]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let comparable = short.len() as f64 >= MUCH_SHORTER * long.len() as f64;
    jaccard(a, b) >= JACCARD || (comparable && containment(short, long) >= CONTAINED)
}

/// Whether two groups of these first texts may become one: otherwise a chain of texts, each like the next,
/// would lead from any opinion to any other.
fn akin(a: &[u64], b: &[u64]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    containment(short, long) >= AKIN
}

fn root_of(parent: &mut [usize], mut i: usize) -> usize {
    while parent[i] != i {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    i
}

#[cfg(test)]
mod tests {
    use super::{Key, similar};

    #[test]
    fn a_chain_of_likenesses_does_not_join_its_ends() {
        let word = |at: u32| char::from_u32(0x4e00 + at).unwrap();
        // Each has three quarters of the one before it.
        let chain = (0..9).map(|link| (10 * link..10 * link + 40).map(word).collect::<String>());
        let keys: Vec<Key> = chain.map(|text| Key::of(&text)).collect();
        let groups = similar(&keys.iter().collect::<Vec<_>>());
        assert_eq!(groups[1], groups[0]);
        assert_ne!(groups[2], groups[0], "half of it is new");
        assert_ne!(groups[8], groups[0]);
    }
}
