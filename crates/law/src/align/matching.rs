//! Which old article became which new one.

use std::collections::BTreeMap;

use super::likeness::{Grams, Likeness, remainder};

/// As alike as this, two articles are the same one, changed.
const ALIKE: f32 = 0.5;
/// As alike as this they may be, if nothing better is found.
const RATHER_ALIKE: f32 = 0.3;
/// Between two paired neighbours this is enough.
const ALIKE_IN_PLACE: f32 = 0.15;
/// What the same relative place in both versions adds to likeness.
const PLACE: f32 = 0.1;
/// A part of a split or merger has at least this share of its words from the other side.
const PART: f32 = 0.4;
/// And makes up at least this share of the whole.
const PART_OF_WHOLE: f32 = 0.05;

/// An old and a new article that belong together, by index among the articles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Match {
    pub(super) old: usize,
    pub(super) new: usize,
    /// The words are the same.
    pub(super) same: bool,
    /// Found as a part of the other.
    pub(super) part: bool,
}

/// All matches, ordered by new and old article.
pub(super) fn find(likeness: &Likeness, old: &[String], new: &[String]) -> Vec<Match> {
    let mut state = State {
        likeness,
        matches: Vec::new(),
        old_free: vec![true; old.len()],
        new_free: vec![true; new.len()],
    };
    state.identical(old, new);
    state.most_alike(ALIKE);
    state.parts();
    state.most_alike(RATHER_ALIKE);
    state.in_place();
    state.matches.sort_by_key(|found| (found.new, found.old));
    state.matches
}

/// Matches so far.
struct State<'a> {
    likeness: &'a Likeness,
    matches: Vec<Match>,
    old_free: Vec<bool>,
    new_free: Vec<bool>,
}

impl State<'_> {
    fn add(&mut self, old: usize, new: usize, same: bool, part: bool) {
        self.old_free[old] = false;
        self.new_free[new] = false;
        let found = Match {
            old,
            new,
            same,
            part,
        };
        self.matches.push(found);
    }

    /// Pairs identical texts, repeated ones in order.
    fn identical(&mut self, old: &[String], new: &[String]) {
        let mut by_text: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, text) in old.iter().enumerate().rev() {
            by_text.entry(text).or_default().push(at);
        }
        for (at, text) in new.iter().enumerate() {
            if let Some(found) = by_text.get_mut(text.as_str()).and_then(Vec::pop) {
                self.add(found, at, true, false);
            }
        }
    }

    /// Pairs free articles that are at least `floor` alike, the most alike first.
    fn most_alike(&mut self, floor: f32) {
        let mut candidates = Vec::new();
        for (i, row) in self.likeness.of_old.iter().enumerate() {
            if !self.old_free[i] {
                continue;
            }
            for &(j, shared) in row.iter().filter(|&&(j, _)| self.new_free[j]) {
                let alike = self.likeness.dice(i, j, shared);
                if alike >= floor {
                    candidates.push((alike + PLACE * self.nearness(i, j), i, j));
                }
            }
        }
        candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        for (_, i, j) in candidates {
            if self.old_free[i] && self.new_free[j] {
                self.add(i, j, false, false);
            }
        }
    }

    /// 1 at the same relative place, 0 at opposite ends.
    fn nearness(&self, old: usize, new: usize) -> f32 {
        let relative = |at: usize, len: usize| at as f32 / len as f32;
        let apart = relative(old, self.old_free.len()) - relative(new, self.new_free.len());
        1.0 - apart.abs()
    }

    /// Finds splits and mergers: a free article whose words are those of an article on the other side which the partners
    /// of that one do not have. The largest parts come first.
    fn parts(&mut self) {
        let mut left_of_old: BTreeMap<usize, Grams> = BTreeMap::new();
        let mut left_of_new: BTreeMap<usize, Grams> = BTreeMap::new();
        for found in &self.matches {
            let (old, new) = (&self.likeness.old[found.old], &self.likeness.new[found.new]);
            left_of_old.insert(found.old, remainder(old, new));
            left_of_new.insert(found.new, remainder(new, old));
        }
        for (_, i, j) in self.part_candidates() {
            let whole_is_old = self.new_free[j];
            if !whole_is_old && !self.old_free[i] {
                continue;
            }
            let (old, new) = (&self.likeness.old[i], &self.likeness.new[j]);
            let (old_left, new_left) = (
                left_of_old.get(&i).unwrap_or(old),
                left_of_new.get(&j).unwrap_or(new),
            );
            let shared = self.likeness.vocabulary.shared(old_left, new_left);
            let (old_total, new_total) = (self.likeness.old_total[i], self.likeness.new_total[j]);
            let is_part =
                |part: f32, whole: f32| shared >= PART * part && shared >= PART_OF_WHOLE * whole;
            let split = self.new_free[j] && is_part(new_total, old_total);
            let merged = self.old_free[i] && is_part(old_total, new_total);
            if split || merged {
                let rests = (remainder(old_left, new), remainder(new_left, old));
                left_of_old.insert(i, rests.0);
                left_of_new.insert(j, rests.1);
                self.add(i, j, false, true);
            }
        }
    }

    /// Pairs with at least one free article that share most of the shorter, by the weight of what they share.
    fn part_candidates(&self) -> Vec<(f32, usize, usize)> {
        let mut out = Vec::new();
        for (i, row) in self.likeness.of_old.iter().enumerate() {
            for &(j, shared) in row {
                let shorter = self.likeness.old_total[i].min(self.likeness.new_total[j]);
                if (self.old_free[i] || self.new_free[j]) && shared >= PART * shorter {
                    out.push((shared, i, j));
                }
            }
        }
        out.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        out
    }

    /// Pairs free articles that stand between the same neighbours.
    fn in_place(&mut self) {
        let mut new_of_old: Vec<Option<usize>> = vec![None; self.old_free.len()];
        for found in &self.matches {
            new_of_old[found.old] = Some(found.new);
        }
        let mut next = self.new_free.len();
        let mut after = vec![next; new_of_old.len()];
        for (at, found) in new_of_old.iter().enumerate().rev() {
            after[at] = next;
            next = found.unwrap_or(next);
        }
        let mut from = 0;
        for (i, found) in new_of_old.iter().enumerate() {
            if let Some(found) = found {
                from = found + 1;
                continue;
            }
            let row = self.likeness.of_old[i].iter();
            let best = row
                .filter(|&&(j, _)| (from..after[i]).contains(&j) && self.new_free[j])
                .map(|&(j, shared)| (self.likeness.dice(i, j, shared), j))
                .filter(|&(alike, _)| self.old_free[i] && alike >= ALIKE_IN_PLACE)
                .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
            if let Some((_, j)) = best {
                self.add(i, j, false, false);
                from = j + 1;
            }
        }
    }
}

/// For each match whether it broke out of the common order: it is not in the longest run of matches that rise in both.
pub(super) fn moved(matches: &[Match]) -> Vec<bool> {
    // Patience sorting: `ends[k]` is the match with the least old article that ends a run of k + 1. Equal old articles
    // may follow each other, since a split keeps its place.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(matches.len());
    for (at, found) in matches.iter().enumerate() {
        let k = ends.partition_point(|&end| matches[end].old <= found.old);
        before.push(k.checked_sub(1).map(|k| ends[k]));
        if k == ends.len() {
            ends.push(at);
        } else {
            ends[k] = at;
        }
    }
    let mut moved = vec![true; matches.len()];
    let mut at = ends.last().copied();
    while let Some(here) = at {
        moved[here] = false;
        at = before[here];
    }
    moved
}
