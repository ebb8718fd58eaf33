//! Points: units of a bundle that say the same.

mod affinity;
mod identity;
mod label;

use std::collections::BTreeMap;

use caifeng_domain::{ArticleNo, NodeId, Scope, Stance};

pub use affinity::{FEATURES, Said, pair_features};
pub use identity::keep_ids;
pub use label::{keywords, representative};

use crate::{cluster::average_linkage, models::Models};

/// Distinct gists of one bundle that are compared pair by pair. Beyond it, the rest joins the
/// groups found so far or is grouped in turn.
const COMPARED: usize = 1_500;
/// Members of a group that a latecomer is compared with.
const MET: usize = 8;

/// Where a unit is filed: units of different bundles never share a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bundle {
    /// The article that a unit is mainly about.
    Article(ArticleNo),
    /// A chapter as a whole.
    Chapter(Option<NodeId>),
    /// New provisions.
    NewArticle,
    /// The draft as a whole.
    General,
    /// Units about an article that nobody could name.
    Unassigned,
}

impl Bundle {
    /// The bundle of a unit.
    #[must_use]
    pub fn of(scope: Scope, first_article: Option<ArticleNo>, chapter: Option<NodeId>) -> Self {
        match (scope, first_article) {
            (Scope::Article, Some(article)) => Self::Article(article),
            (Scope::Article, None) => Self::Unassigned,
            (Scope::Chapter, _) => Self::Chapter(chapter),
            (Scope::NewArticle, _) => Self::NewArticle,
            (Scope::General, _) => Self::General,
        }
    }
}

/// Groups the units of one bundle. Equal gists of equal stance are one; returns the group of each
/// unit, numbered from 0.
#[must_use]
pub fn group(units: &[Said<'_>], models: &Models) -> Vec<usize> {
    let mut distinct: BTreeMap<(usize, bool), usize> = BTreeMap::new();
    let mut firsts: Vec<&Said<'_>> = Vec::new();
    let of_unit: Vec<usize> = units
        .iter()
        .map(|unit| {
            // The same words may be said for and, with an ironic prefix, against.
            *distinct
                .entry((unit.gist, unit.stance == Stance::Support))
                .or_insert_with(|| {
                    firsts.push(unit);
                    firsts.len() - 1
                })
        })
        .collect();
    let groups = group_distinct(&firsts, models);
    of_unit.into_iter().map(|i| groups[i]).collect()
}

fn group_distinct(units: &[&Said<'_>], models: &Models) -> Vec<usize> {
    let affinity = |a: &Said<'_>, b: &Said<'_>| affinity::affinity(a, b, models);
    let mut groups = vec![usize::MAX; units.len()];
    let mut open: Vec<usize> = (0..units.len()).collect();
    let mut next = 0;
    while !open.is_empty() {
        let (now, later) = open.split_at(open.len().min(COMPARED));
        let found = average_linkage(now.len(), affinity::SAME, |i, j| {
            affinity(units[now[i]], units[now[j]])
        });
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (&unit, group) in now.iter().zip(&found) {
            groups[unit] = next + group;
            members.entry(next + group).or_default().push(unit);
        }
        next += found.iter().max().map_or(0, |m| m + 1);
        let mut rest = Vec::new();
        for &unit in later {
            let best = members
                .iter()
                .map(|(&group, list)| {
                    let met = &list[..list.len().min(MET)];
                    let sum: f32 = met.iter().map(|&m| affinity(units[unit], units[m])).sum();
                    (group, sum / met.len() as f32)
                })
                .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
            match best {
                Some((group, mean)) if mean >= affinity::SAME => groups[unit] = group,
                _ => rest.push(unit),
            }
        }
        open = rest;
    }
    groups
}
