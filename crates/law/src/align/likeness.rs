//! How much two texts share, by character bigrams weighted with their rarity.

use std::collections::HashMap;

use super::matching::Match;

/// Pairs that share less than this part of the shorter text are not looked at.
const MIN_OVERLAP: f32 = 0.15;

/// The bigrams of a text: id and count, ascending by id.
pub(super) type Grams = Vec<(u32, u16)>;

/// Bigrams by first appearance, with their weights.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    ids: HashMap<(char, char), u32>,
    /// Inverse document frequency: ln(1 + N / df).
    weights: Vec<f32>,
}

impl Vocabulary {
    /// The grams of `texts`, and the vocabulary of them all.
    pub(super) fn of<'a>(texts: impl Iterator<Item = &'a str>) -> (Self, Vec<Grams>) {
        let mut vocabulary = Self::default();
        let grams: Vec<Grams> = texts.map(|text| vocabulary.grams(text)).collect();
        let mut frequencies = vec![0u32; vocabulary.ids.len()];
        for &(id, _) in grams.iter().flatten() {
            frequencies[id as usize] += 1;
        }
        let total = grams.len() as f32;
        let weight = |&df: &u32| (total / df.max(1) as f32).ln_1p();
        vocabulary.weights = frequencies.iter().map(weight).collect();
        (vocabulary, grams)
    }

    /// Letters and digits only; the ends count as characters, so that a single one has grams too.
    fn grams(&mut self, text: &str) -> Grams {
        let inner = text.chars().filter(|c| c.is_alphanumeric());
        let mut ids = Vec::new();
        let mut before = '\0';
        for c in inner.chain(['\0']) {
            let next = self.ids.len() as u32;
            ids.push(*self.ids.entry((before, c)).or_insert(next));
            before = c;
        }
        ids.sort_unstable();
        let runs = ids.chunk_by(|a, b| a == b);
        runs.map(|run| (run[0], u16::try_from(run.len()).unwrap_or(u16::MAX)))
            .collect()
    }

    /// Weight of all of `grams`.
    pub(super) fn total(&self, grams: &Grams) -> f32 {
        let weight = |&(id, count): &(u32, u16)| self.weights[id as usize] * f32::from(count);
        grams.iter().map(weight).sum()
    }

    /// Weight of what `a` and `b` share.
    pub(super) fn shared(&self, a: &Grams, b: &Grams) -> f32 {
        let weight = |(id, x, y): (u32, u16, u16)| self.weights[id as usize] * f32::from(x.min(y));
        common(a, b).map(weight).sum()
    }
}

/// Grams that are in both, with both counts.
fn common(a: &Grams, b: &Grams) -> impl Iterator<Item = (u32, u16, u16)> {
    let (mut i, mut j) = (0, 0);
    std::iter::from_fn(move || {
        while let (Some(&(x, n)), Some(&(y, m))) = (a.get(i), b.get(j)) {
            i += usize::from(x <= y);
            j += usize::from(y <= x);
            if x == y {
                return Some((x, n, m));
            }
        }
        None
    })
}

/// What is left of `a` when `b` is taken out.
pub(super) fn remainder(a: &Grams, b: &Grams) -> Grams {
    let taken: HashMap<u32, u16> = common(a, b).map(|(id, _, m)| (id, m)).collect();
    let left = |&(id, n): &(u32, u16)| (id, n.saturating_sub(taken.get(&id).copied().unwrap_or(0)));
    a.iter().map(left).filter(|&(_, n)| n > 0).collect()
}

/// The texts of two versions, compared.
#[derive(Debug)]
pub(super) struct Likeness {
    pub(super) vocabulary: Vocabulary,
    pub(super) old: Vec<Grams>,
    pub(super) new: Vec<Grams>,
    pub(super) old_total: Vec<f32>,
    pub(super) new_total: Vec<f32>,
    /// Per old text, the new ones that it shares a good part with, and the weight of it. Ascending.
    pub(super) of_old: Vec<Vec<(usize, f32)>>,
    /// The same per new text.
    pub(super) of_new: Vec<Vec<(usize, f32)>>,
}

impl Likeness {
    pub(super) fn new(old: &[String], new: &[String]) -> Self {
        let all = old.iter().chain(new).map(String::as_str);
        let (vocabulary, mut grams) = Vocabulary::of(all);
        let new_grams = grams.split_off(old.len());
        let totals =
            |grams: &[Grams]| -> Vec<f32> { grams.iter().map(|g| vocabulary.total(g)).collect() };
        let (old_total, new_total) = (totals(&grams), totals(&new_grams));
        let mut likeness = Self {
            vocabulary,
            old: grams,
            new: new_grams,
            of_old: vec![Vec::new(); old.len()],
            of_new: vec![Vec::new(); new.len()],
            old_total,
            new_total,
        };
        likeness.compare();
        likeness
    }

    /// Fills `of_old` and `of_new` through an inverted index: the work is in the bigrams that texts share.
    fn compare(&mut self) {
        let mut postings: Vec<Vec<(usize, u16)>> = vec![Vec::new(); self.vocabulary.ids.len()];
        for (at, grams) in self.new.iter().enumerate() {
            for &(id, count) in grams {
                postings[id as usize].push((at, count));
            }
        }
        let mut shared = vec![0.0f32; self.new.len()];
        for (i, grams) in self.old.iter().enumerate() {
            for &(id, count) in grams {
                let weight = self.vocabulary.weights[id as usize];
                for &(j, other) in &postings[id as usize] {
                    shared[j] += weight * f32::from(count.min(other));
                }
            }
            for (j, shared) in shared.iter_mut().enumerate() {
                let shorter = self.old_total[i].min(self.new_total[j]);
                if *shared >= MIN_OVERLAP * shorter {
                    self.of_old[i].push((j, *shared));
                    self.of_new[j].push((i, *shared));
                }
                *shared = 0.0;
            }
        }
    }

    /// Dice coefficient of an old and a new text that share `shared`, from 0 to 1.
    pub(super) fn dice(&self, old: usize, new: usize, shared: f32) -> f32 {
        2.0 * shared / (self.old_total[old] + self.new_total[new])
    }

    /// How sure a match is: by the part of the shorter text that is found again, less where another text has as much.
    pub(super) fn confidence(&self, found: &Match) -> f32 {
        if found.same {
            return 1.0;
        }
        let Match { old, new, .. } = *found;
        let dice = |i: usize, j: usize, shared| self.dice(i, j, shared);
        let own = self.of_old[old].iter().find(|&&(j, _)| j == new);
        let shared = own.map_or(0.0, |&(_, shared)| shared);
        let alike = if found.part {
            shared / self.old_total[old].min(self.new_total[new])
        } else {
            dice(old, new, shared)
        };
        let rivals_new = self.of_old[old].iter().filter(|&&(j, _)| j != new);
        let rivals_old = self.of_new[new].iter().filter(|&&(i, _)| i != old);
        let rival = rivals_new
            .map(|&(j, shared)| dice(old, j, shared))
            .chain(rivals_old.map(|&(i, shared)| dice(i, new, shared)))
            .fold(0.0, f32::max);
        let ratio = if found.part {
            0.0
        } else {
            (rival / alike).min(1.0)
        };
        (1.0 - (1.0 - alike).powi(2)) * (1.0 - ratio * ratio / 2.0)
    }

    /// How sure it is that an old text has no counterpart.
    pub(super) fn loneliness_of_old(&self, old: usize) -> f32 {
        let alike = |&(new, shared): &(usize, f32)| self.dice(old, new, shared);
        loneliness(self.of_old[old].iter().map(alike))
    }

    /// How sure it is that a new text has no counterpart.
    pub(super) fn loneliness_of_new(&self, new: usize) -> f32 {
        let alike = |&(old, shared): &(usize, f32)| self.dice(old, new, shared);
        loneliness(self.of_new[new].iter().map(alike))
    }
}

fn loneliness(alike: impl Iterator<Item = f32>) -> f32 {
    let most = alike.fold(0.0, f32::max).min(1.0);
    1.0 - most * most
}
