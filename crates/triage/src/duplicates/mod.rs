//! Duplicates: exact, near, and campaigns with what each sender added.
//!
//! Linear in the number of texts: equal texts meet in a map, similar ones in the buckets of a
//! MinHash index, and each text is verified against a bounded number of candidates.

mod additions;
mod groups;
mod key;
mod original;

use std::collections::{BTreeMap, BTreeSet};

use caifeng_domain::{Duplicate, DuplicateKind};
use caifeng_text::hash::Map;
use key::Key;
use rayon::prelude::*;

/// From this many distinct texts on, a group is a campaign: copies retyped by a few people are not.
const CAMPAIGN_TEXTS: usize = 5;

/// Finds the duplicate group of each text. One entry a text, in order.
#[must_use]
pub fn find(texts: &[&str]) -> Vec<Duplicate> {
    let keys: Vec<Key> = texts.par_iter().map(|t| Key::of(t)).collect();
    let mut first: Map<&[char], usize> = Map::default();
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
    let mut place = vec![0; texts.len()];
    for (&i, group) in distinct.iter().zip(group_of_distinct) {
        place[i] = group;
    }
    for (i, &s) in same.iter().enumerate() {
        members.entry(place[s]).or_default().push(i);
    }
    let described: Vec<Vec<(usize, Duplicate)>> = (members.par_iter())
        .map(|(_, group)| describe(group, &same, &keys, texts))
        .collect();
    let mut out: Vec<Option<Duplicate>> = vec![None; texts.len()];
    for (i, duplicate) in described.into_iter().flatten() {
        out[i] = Some(duplicate);
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
    texts: &[&str],
) -> Vec<(usize, Duplicate)> {
    let wordings: BTreeSet<usize> = group.iter().map(|&i| same[i]).collect();
    if wordings.len() >= CAMPAIGN_TEXTS {
        let letters: Vec<&Key> = wordings.iter().map(|&i| &keys[i]).collect();
        let template = additions::Template::of(&letters);
        return group
            .iter()
            .map(|&i| {
                let additions = key::spans(texts[i], &template.additions(&keys[i]));
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
    let original = original::of(group, same, keys, texts);
    group
        .iter()
        .map(|&i| {
            let kind = match (same[i] == same[original], i == original) {
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
