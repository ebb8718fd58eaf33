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
/// Texts compared at once before they are grouped.
const BLOCK: usize = 2048;
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
    let candidates = |place: usize| -> Vec<usize> {
        let mut candidates: Vec<u32> = (bands.iter())
            .flat_map(|band| band.before(place).iter().copied())
            .collect();
        candidates.sort_unstable();
        candidates.dedup();
        candidates.iter().map(|&c| telling[c as usize]).collect()
    };
    let alike = |i: usize, candidate: usize| alike(&shingles[i], &shingles[candidate]);
    let mut groups = Groups::new(keys.len());
    for block in (0..telling.len()).collect::<Vec<_>>().chunks(BLOCK) {
        // Texts are compared on all threads, with those that the groups so far leave to be compared …
        let compared: Vec<(Vec<usize>, Compared)> = (block.par_iter())
            .map(|&place| {
                let candidates = candidates(place);
                let compared = groups.foreseen(telling[place], &candidates, alike);
                (candidates, compared)
            })
            .collect();
        // … and grouped one after the other.
        for (&place, (candidates, compared)) in block.iter().zip(compared) {
            let i = telling[place];
            let mut checked = 0;
            for candidate in candidates {
                let (mine, root) = (groups.find(i), groups.find(candidate));
                if root == mine {
                    continue;
                }
                if checked == CANDIDATES {
                    break;
                }
                checked += 1;
                let known = compared.iter().find(|known| known.0 == candidate);
                let alike = known.map_or_else(|| alike(i, candidate), |known| known.1);
                if alike && akin(&shingles[mine], &shingles[root]) {
                    groups.join(mine, root);
                }
            }
        }
    }
    (0..keys.len()).map(|i| groups.root(i)).collect()
}

/// Texts with whether they are like another.
type Compared = Vec<(usize, bool)>;

/// Groups that grow together (disjoint sets): each text leads to an earlier one of its group, the first to
/// itself.
struct Groups(Vec<usize>);

impl Groups {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    /// The first text of the group of text `i`.
    fn root(&self, mut i: usize) -> usize {
        while self.0[i] != i {
            i = self.0[i];
        }
        i
    }

    /// The same, and shortens the way for the next time.
    fn find(&mut self, mut i: usize) -> usize {
        while self.0[i] != i {
            self.0[i] = self.0[self.0[i]];
            i = self.0[i];
        }
        i
    }

    /// Makes one group of two that have these first texts.
    fn join(&mut self, a: usize, b: usize) {
        self.0[a.max(b)] = a.min(b);
    }

    /// Compares a text with those of its candidates that it will probably be compared with: not with more
    /// of a group that it will have joined by then.
    fn foreseen(
        &self,
        i: usize,
        candidates: &[usize],
        alike: impl Fn(usize, usize) -> bool,
    ) -> Compared {
        let mut joined: Vec<usize> = vec![self.root(i)];
        let mut compared = Vec::new();
        for &candidate in candidates {
            let root = self.root(candidate);
            if joined.contains(&root) {
                continue;
            }
            if compared.len() == CANDIDATES {
                break;
            }
            let is = alike(i, candidate);
            compared.push((candidate, is));
            if is {
                joined.push(root);
            }
        }
        compared
    }
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
