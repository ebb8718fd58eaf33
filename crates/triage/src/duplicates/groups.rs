//! Which distinct texts are similar: MinHash candidates, verified.

use caifeng_text::{
    minhash::{LshIndex, MinHasher},
    shingle::{containment, jaccard},
};

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
/// Candidates verified for each text: enough to find its group, few enough to stay linear.
const CANDIDATES: usize = 24;
/// Bands and rows of the index: texts with half of their shingles in common meet in one of 24
/// buckets of 3 with probability 0.96, those with a fifth in common with 0.18.
const BANDS: usize = 24;
const ROWS: usize = 3;

/// The group of each text, as the index of its first member.
pub(super) fn similar(keys: &[&Key]) -> Vec<usize> {
    let hasher = MinHasher::new(BANDS * ROWS);
    let mut index = LshIndex::new(BANDS, ROWS);
    let mut shingles: Vec<Vec<u64>> = Vec::with_capacity(keys.len());
    let mut parent: Vec<usize> = (0..keys.len()).collect();
    for (i, key) in keys.iter().enumerate() {
        let mut own: Vec<u64> = key.runs(SHINGLE).collect();
        own.sort_unstable();
        own.dedup();
        if own.len() >= ENOUGH {
            let signature = hasher.signature(&own);
            let mut checked = 0;
            for candidate in index.candidates(&signature).into_iter().map(|c| c as usize) {
                let root = root_of(&mut parent, candidate);
                if root == root_of(&mut parent, i) {
                    continue;
                }
                if checked == CANDIDATES {
                    break;
                }
                checked += 1;
                if alike(&own, &shingles[candidate]) {
                    let mine = root_of(&mut parent, i);
                    parent[mine.max(root)] = mine.min(root);
                }
            }
            index.insert(i as u32, &signature);
        }
        shingles.push(own);
    }
    (0..keys.len()).map(|i| root_of(&mut parent, i)).collect()
}

fn alike(a: &[u64], b: &[u64]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let comparable = short.len() as f64 >= MUCH_SHORTER * long.len() as f64;
    jaccard(a, b) >= JACCARD || (comparable && containment(short, long) >= CONTAINED)
}

fn root_of(parent: &mut [usize], mut i: usize) -> usize {
    while parent[i] != i {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    i
}
