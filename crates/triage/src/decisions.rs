//! What people decided, as triage must take it: it is never contradicted, and it teaches.
//!
//! A unit whose article somebody confirmed is an example for its neighbours, as one that names its
//! article is. Units of a point that people arranged stay in it; what else is grouped with them joins
//! the nearest.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use caifeng_domain::{Aim, Edit, PointId, Scope, Span, Stance, Status};

use crate::{
    first::Impression,
    link::Ranked,
    prepare::{Prepared, PreparedUnit},
};

/// What people decided about a unit. None: nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Held {
    /// What it is about.
    pub aim: Option<Aim>,
    /// Its attitude.
    pub stance: Option<Stance>,
    /// The change that it proposes.
    pub edit: Option<Option<Edit>>,
    /// The point that it stays in.
    pub point: Option<PointId>,
}

/// What people decided about a batch. Submissions are named by their index.
#[derive(Debug, Clone, Default)]
pub struct Decisions {
    /// What kind of thing a submission is.
    pub statuses: HashMap<usize, Status>,
    /// Where all units of a submission begin and end.
    pub cuts: HashMap<usize, Vec<Span>>,
    /// Units, by submission and span.
    pub units: HashMap<usize, BTreeMap<Span, Held>>,
}

impl Decisions {
    /// No one decided anything.
    pub(crate) fn none() -> &'static Self {
        static NONE: std::sync::LazyLock<Decisions> = std::sync::LazyLock::new(Decisions::default);
        &NONE
    }

    /// What was decided about a unit.
    #[must_use]
    pub fn of(&self, submission: usize, span: Span) -> Option<&Held> {
        self.units.get(&submission)?.get(&span)
    }

    /// How the units of a submission are cut: as people cut them, else as the machine does, but for
    /// those about which something was decided.
    pub(crate) fn spans(&self, submission: usize, machine: Vec<Span>) -> Vec<Span> {
        if let Some(cut) = self.cuts.get(&submission) {
            return cut.clone();
        }
        let Some(units) = self.units.get(&submission) else {
            return machine;
        };
        let free = |span: &Span| units.keys().all(|held| !held.overlaps(*span));
        let mut spans: Vec<Span> = machine.into_iter().filter(free).collect();
        spans.extend(units.keys());
        spans.sort_unstable();
        spans
    }

    /// Whether the cut of this submission is not the machine's alone.
    pub(crate) fn cuts_of(&self, submission: usize) -> Option<usize> {
        let is = self.cuts.contains_key(&submission) || self.units.contains_key(&submission);
        is.then_some(submission)
    }
}

impl Prepared<'_> {
    /// What was decided about a unit.
    pub(crate) fn held(&self, unit: &PreparedUnit) -> Option<&Held> {
        let span = self.reading(unit).span;
        self.decisions.of(unit.submission, span)
    }

    /// Makes what a unit seems to be what was decided about it.
    pub(crate) fn hold(&self, unit: &PreparedUnit, seems: &mut Arc<Impression>) {
        let Some(held) = self.held(unit) else { return };
        let seems = Arc::make_mut(seems);
        if let Some(aim) = &held.aim {
            let decided = aim.articles.iter().filter_map(|a| self.place_of(*a));
            let decided = decided.map(|article| Ranked {
                article,
                confidence: 1.0,
            });
            let mut links: Vec<Ranked> = decided.collect();
            if aim.scope == Scope::Article {
                let others = seems.links.iter().copied();
                let mut others: Vec<Ranked> = others
                    .filter(|o| links.iter().all(|l| l.article != o.article))
                    .collect();
                // Considered, but not accepted.
                for other in &mut others {
                    other.confidence = 0.0;
                }
                links.extend(others);
                seems.links = links;
            }
            seems.scope = certain(&Scope::ALL.map(|(scope, ..)| scope), aim.scope);
        }
        if let Some(stance) = held.stance {
            seems.stance = certain(&Stance::ALL.map(|(stance, ..)| stance), stance);
        }
    }
}

fn certain<T: PartialEq + Copy, const N: usize>(all: &[T; N], value: T) -> [f32; N] {
    std::array::from_fn(|i| f32::from(u8::from(all[i] == value)))
}

/// Groups of units, of which some are points that people arranged.
pub(crate) struct Arranged {
    /// The group of each unit.
    pub groups: Vec<usize>,
    /// The number of the point that a group is.
    pub points: BTreeMap<usize, PointId>,
}

/// Puts every unit that stays in a point into its group. What was grouped with such units joins the
/// group of the one that is nearest in meaning, unless its attitude is opposed to theirs.
pub(crate) fn arrange(
    prepared: &Prepared<'_>,
    units: &[usize],
    groups: &[usize],
    seems: &[Arc<Impression>],
) -> Arranged {
    let mut next = groups.iter().max().map_or(0, |m| m + 1);
    let mut group_of: BTreeMap<PointId, usize> = BTreeMap::new();
    let mut stays: Vec<Option<usize>> = vec![None; units.len()];
    // Gists in each group that stay somewhere: gist, where.
    let mut settled: BTreeMap<usize, BTreeMap<usize, usize>> = BTreeMap::new();
    let mut stances: HashMap<usize, [bool; Stance::ALL.len()]> = HashMap::new();
    for (k, &u) in units.iter().enumerate() {
        let unit = &prepared.units[u];
        let Some(point) = prepared.held(unit).and_then(|held| held.point) else {
            continue;
        };
        let group = *group_of.entry(point).or_insert_with(|| {
            next += 1;
            next - 1
        });
        stays[k] = Some(group);
        stances.entry(group).or_default()[seems[k].stance().0 as usize] = true;
        settled
            .entry(groups[k])
            .or_default()
            .entry(unit.mention.gist)
            .or_insert(group);
    }
    let mut joined: HashMap<(usize, usize), usize> = HashMap::new();
    let out = units.iter().enumerate().map(|(k, &u)| {
        if let Some(group) = stays[k] {
            return group;
        }
        let Some(near) = settled.get(&groups[k]) else {
            return groups[k];
        };
        let gist = prepared.units[u].mention.gist;
        let to = *joined.entry((groups[k], gist)).or_insert_with(|| {
            let cosine = |other| prepared.gists.meanings.cosine(gist, other);
            let nearest = near
                .iter()
                .map(|(&g, &to)| (cosine(g), to))
                .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
            nearest.map_or(groups[k], |(_, to)| to)
        });
        let opposed = match seems[k].stance().0 {
            Stance::Support => Some(Stance::Oppose),
            Stance::Oppose => Some(Stance::Support),
            _ => None,
        };
        let clashes = opposed.is_some_and(|o| stances.get(&to).is_some_and(|s| s[o as usize]));
        if clashes { groups[k] } else { to }
    });
    Arranged {
        groups: out.collect(),
        points: group_of
            .into_iter()
            .map(|(id, group)| (group, id))
            .collect(),
    }
}

#[cfg(test)]
mod tests;
