//! Duplicates: exact, near, and campaigns with what each sender added.
//!
//! Linear in the number of texts: equal texts meet in a map, similar ones in the buckets of a
//! MinHash index, and each text is verified against a bounded number of candidates.

mod additions;
mod groups;
mod key;

use std::collections::{BTreeMap, HashMap};

use caifeng_domain::{Duplicate, DuplicateKind};
use key::Key;

/// From this many distinct texts on, a group is a campaign: copies retyped by a few people are not.
const CAMPAIGN_TEXTS: usize = 5;

/// Finds the duplicate group of each text. One entry a text, in order.
#[must_use]
pub fn find(texts: &[&str]) -> Vec<Duplicate> {
    let keys: Vec<Key> = texts.iter().map(|t| Key::of(t)).collect();
    let mut first: HashMap<&[char], usize> = HashMap::new();
    // For each text, the first with the same key.
    let same: Vec<usize> = keys
        .iter()
        .enumerate()
        .map(|(i, key)| {
            // Texts without a letter have nothing to compare: each stays alone.
            if key.chars.is_empty() {
                i
            } else {
                *first.entry(&key.chars).or_insert(i)
            }
        })
        .collect();
    let distinct: Vec<usize> = (0..texts.len()).filter(|&i| same[i] == i).collect();
    let group_of_distinct =
        groups::similar(&distinct.iter().map(|&i| &keys[i]).collect::<Vec<_>>());
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let place: HashMap<usize, usize> = distinct
        .iter()
        .zip(group_of_distinct)
        .map(|(&i, g)| (i, g))
        .collect();
    for (i, s) in same.iter().enumerate() {
        members.entry(place[s]).or_default().push(i);
    }
    let fluency = Fluency::of(&distinct.iter().map(|&i| &keys[i]).collect::<Vec<_>>());
    let mut out: Vec<Option<Duplicate>> = vec![None; texts.len()];
    for group in members.values() {
        for (i, duplicate) in describe(group, &same, &keys, &fluency) {
            out[i] = Some(duplicate);
        }
    }
    out.into_iter()
        .enumerate()
        .map(|(i, d)| {
            d.unwrap_or(Duplicate {
                group: i,
                kind: DuplicateKind::Original,
                additions: Vec::new(),
            })
        })
        .collect()
}

/// Says of each member of one group what it is.
fn describe(
    group: &[usize],
    same: &[usize],
    keys: &[Key],
    fluency: &Fluency,
) -> Vec<(usize, Duplicate)> {
    let mut copies: BTreeMap<usize, usize> = BTreeMap::new();
    for &i in group {
        *copies.entry(same[i]).or_default() += 1;
    }
    if copies.len() >= CAMPAIGN_TEXTS {
        let texts: Vec<&Key> = copies.keys().map(|&i| &keys[i]).collect();
        let template = additions::Template::of(&texts);
        return group
            .iter()
            .map(|&i| {
                let additions = template.additions(&keys[i]);
                (
                    i,
                    Duplicate {
                        group: group[0],
                        kind: DuplicateKind::Campaign,
                        additions,
                    },
                )
            })
            .collect();
    }
    let original = copies
        .iter()
        .max_by(|(a, n), (b, m)| {
            n.cmp(m)
                .then(
                    fluency
                        .of_key(&keys[**a])
                        .total_cmp(&fluency.of_key(&keys[**b])),
                )
                .then(b.cmp(a))
        })
        .map_or(group[0], |(&i, _)| i);
    group
        .iter()
        .map(|&i| {
            let kind = match (same[i] == original, i == original) {
                (true, true) => DuplicateKind::Original,
                (true, false) => DuplicateKind::Exact,
                (false, _) => DuplicateKind::Near,
            };
            (
                i,
                Duplicate {
                    group: original,
                    kind,
                    additions: Vec::new(),
                },
            )
        })
        .collect()
}

/// How usual the character pairs of a text are among all texts. A retyped copy has slips of the
/// pen, and slips make unusual pairs: of two similar texts the more fluent is the original.
struct Fluency(HashMap<(char, char), u32>);

impl Fluency {
    fn of(keys: &[&Key]) -> Self {
        let mut counts = HashMap::new();
        for key in keys {
            for pair in key.chars.windows(2) {
                *counts.entry((pair[0], pair[1])).or_default() += 1;
            }
        }
        Self(counts)
    }

    /// Mean logarithm of the pairs' frequencies.
    fn of_key(&self, key: &Key) -> f64 {
        let pairs = key
            .chars
            .windows(2)
            .map(|p| f64::from(self.0.get(&(p[0], p[1])).copied().unwrap_or(0)).ln_1p());
        let n = key.chars.len().saturating_sub(1).max(1);
        pairs.sum::<f64>() / n as f64
    }
}
