//! The second look: units of one point are heard together.
//!
//! People who say the same mean the same article, though only some of them name it, and some name one
//! of two. So what the others of a unit's point seem to be is held beside what it seems to be by
//! itself, and small logistic models say how much that counts.

use std::{collections::BTreeMap, sync::Arc};

use caifeng_domain::{Scope, Stance};
use caifeng_text::hash::Map;
use rayon::prelude::*;

use crate::{
    first::{Impression, Scopes, Stances},
    link::Ranked,
    logistic::Logistic,
    models::Models,
};

/// What the units of one point seem to be, each distinct gist heard once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chorus {
    /// Gists with the impression of their first unit.
    voices: BTreeMap<usize, usize>,
    sums: Sums,
}

/// Sums over voices.
#[derive(Debug, Clone, Default)]
struct Sums {
    /// By article.
    articles: Vec<(usize, Support)>,
    scope: Scopes,
    stance: Stances,
}

/// What voices say of one article.
#[derive(Debug, Clone, Copy, Default)]
struct Support {
    probability: f32,
    cited: f32,
}

/// Names of the features of an article, in order.
pub(crate) const LINK_FEATURES: [&str; 9] = [
    "own",
    "own_first",
    "own_cites_it",
    "own_cites_other",
    "others",
    "others_cite_it",
    "others_first",
    "alone",
    "own_alone",
];

/// Names of the features of a scope or a stance, in order.
pub(crate) const CLASS_FEATURES: [&str; 4] = ["own", "others", "others_many", "alone"];

/// Others of a point that are named as evidence.
const NAMED: usize = 8;
/// Articles kept for a unit.
const SHOWN: usize = 6;
/// Least and greatest probability that log-odds are taken of.
const SURE: f32 = 0.99;

fn log_odds(p: f32) -> f64 {
    let p = f64::from(p.clamp(1.0 - SURE, SURE));
    (p / (1.0 - p)).ln()
}

/// The choruses of all points. `gists` and `groups` are those of the units.
pub(crate) fn choruses(
    impressions: &[Arc<Impression>],
    gists: &[usize],
    groups: &[usize],
) -> Vec<Chorus> {
    let count = groups.iter().max().map_or(0, |m| m + 1);
    let mut out = vec![Chorus::default(); count];
    for (k, impression) in impressions.iter().enumerate() {
        let chorus = &mut out[groups[k]];
        if let std::collections::btree_map::Entry::Vacant(free) = chorus.voices.entry(gists[k]) {
            free.insert(k);
            chorus.sums.add(impression, 1.0);
        }
    }
    out
}

impl Sums {
    fn add(&mut self, one: &Impression, sign: f32) {
        for link in &one.links {
            let place = self.articles.binary_search_by_key(&link.article, |a| a.0);
            let at = place.unwrap_or_else(|at| {
                self.articles.insert(at, (link.article, Support::default()));
                at
            });
            let support = &mut self.articles[at].1;
            support.probability += sign * link.confidence;
            support.cited += if one.cited.contains(&link.article) {
                sign
            } else {
                0.0
            };
        }
        for (sum, p) in self.scope.iter_mut().zip(one.scope) {
            *sum += sign * p;
        }
        for (sum, p) in self.stance.iter_mut().zip(one.stance) {
            *sum += sign * p;
        }
    }
}

impl Chorus {
    /// Everybody but the unit itself and those who say it in the same words.
    pub(crate) fn others<'i>(
        &self,
        gist: usize,
        impressions: &'i [Arc<Impression>],
        own: &'i Impression,
    ) -> Others<'i> {
        let mut sums = self.sums.clone();
        let same_words = self.voices.get(&gist);
        if let Some(&k) = same_words {
            sums.add(&impressions[k], -1.0);
        }
        let count = self.voices.len() - usize::from(same_words.is_some());
        let scale = 1.0 / (count.max(1) as f32);
        let voices = self.voices.keys().copied().filter(|g| *g != gist);
        Others {
            own,
            count,
            articles: (sums.articles.into_iter())
                .map(|(a, s)| (a, (s.probability * scale, s.cited * scale)))
                .collect(),
            scope: sums.scope.map(|p| p * scale),
            stance: sums.stance.map(|p| p * scale),
            gists: voices.take(NAMED).collect(),
        }
    }
}

/// A unit beside the others of its point.
pub(crate) struct Others<'i> {
    own: &'i Impression,
    count: usize,
    /// By article its mean probability, and the share that names it.
    articles: Vec<(usize, (f32, f32))>,
    scope: Scopes,
    stance: Stances,
    /// Some of their gists.
    gists: Vec<usize>,
}

impl Others<'_> {
    /// Articles that the unit or the others may mean, with their features.
    pub(crate) fn link_rows(&self) -> Vec<(usize, [f64; LINK_FEATURES.len()])> {
        let own = |a: usize| self.own.links.iter().find(|l| l.article == a);
        let best = self.own.links.first().map(|l| l.article);
        let first_of_others = (self.articles.iter())
            .max_by(|a, b| a.1.0.total_cmp(&b.1.0).then(b.0.cmp(&a.0)))
            .map(|a| a.0);
        let mut articles = self.articles.clone();
        for link in &self.own.links {
            if let Err(at) = articles.binary_search_by_key(&link.article, |a| a.0) {
                articles.insert(at, (link.article, (0.0, 0.0)));
            }
        }
        let unlikely = log_odds(0.0);
        let flag = |is: bool| f64::from(u8::from(is));
        let alone = self.count == 0;
        articles
            .into_iter()
            .map(|(a, (others, cite))| {
                let p = own(a).map_or(unlikely, |l| log_odds(l.confidence));
                let features = [
                    p,
                    flag(best == Some(a)),
                    flag(self.own.cited.contains(&a)),
                    flag(!self.own.cited.is_empty() && !self.own.cited.contains(&a)),
                    if alone { 0.0 } else { log_odds(others) },
                    f64::from(cite),
                    flag(first_of_others == Some(a) && !alone),
                    flag(alone),
                    if alone { p } else { 0.0 },
                ];
                (a, features)
            })
            .collect()
    }

    /// The features of each scope.
    pub(crate) fn scope_rows(&self) -> [[f64; CLASS_FEATURES.len()]; Scope::ALL.len()] {
        self.class_rows(self.own.scope, self.scope)
    }

    /// The features of each stance.
    pub(crate) fn stance_rows(&self) -> [[f64; CLASS_FEATURES.len()]; Stance::ALL.len()] {
        self.class_rows(self.own.stance, self.stance)
    }

    fn class_rows<const N: usize>(
        &self,
        own: [f32; N],
        others: [f32; N],
    ) -> [[f64; CLASS_FEATURES.len()]; N] {
        let alone = self.count == 0;
        let many = (self.count as f64).ln_1p();
        std::array::from_fn(|class| {
            let (own, others) = (log_odds(own[class]), log_odds(others[class]));
            let flag = f64::from(u8::from(alone));
            let others = others * (1.0 - flag);
            [own, others, others * many, flag * own]
        })
    }

    /// What the unit seems to be, all things considered.
    pub(crate) fn revised(&self, models: &Models) -> Impression {
        let mut links: Vec<Ranked> = (self.link_rows().into_iter())
            .map(|(article, row)| Ranked {
                article,
                confidence: models.agreed_link.probability(&row) as f32,
            })
            .collect();
        links.sort_by(|a, b| {
            (b.confidence.total_cmp(&a.confidence)).then(a.article.cmp(&b.article))
        });
        links.truncate(SHOWN);
        links.shrink_to_fit();
        Impression {
            links,
            cited: self.own.cited.clone(),
            votes: (self.gists.iter().chain(&self.own.votes).copied())
                .take(NAMED)
                .collect(),
            scope: agreed(&models.agreed_scope, self.scope_rows()),
            stance: agreed(&models.agreed_stance, self.stance_rows()),
        }
    }
}

/// Probabilities of classes by one model for all, made to sum to 1.
fn agreed<const N: usize>(model: &Logistic, rows: [[f64; CLASS_FEATURES.len()]; N]) -> [f32; N] {
    let odds = rows.map(|row| model.probability(&row) as f32);
    let total: f32 = odds.iter().sum();
    odds.map(|p| p / total.max(1e-9))
}

/// What every unit seems to be when those of its group are heard too. `gists` and `groups` are those
/// of the units.
pub(crate) fn revise(
    impressions: &[Arc<Impression>],
    gists: &[usize],
    groups: &[usize],
    models: &Models,
) -> Vec<Arc<Impression>> {
    let choruses = choruses(impressions, gists, groups);
    // Those who say the same in the same words are told the same by the same others.
    let mut number: Map<(usize, usize, *const Impression), usize> = Map::default();
    let mut firsts: Vec<usize> = Vec::new();
    let which: Vec<usize> = (impressions.iter().enumerate())
        .map(|(k, own)| {
            let key = (groups[k], gists[k], Arc::as_ptr(own));
            *number.entry(key).or_insert_with(|| {
                firsts.push(k);
                firsts.len() - 1
            })
        })
        .collect();
    let revised: Vec<Arc<Impression>> = (firsts.par_iter())
        .map(|&k| {
            let others = choruses[groups[k]].others(gists[k], impressions, &impressions[k]);
            Arc::new(others.revised(models))
        })
        .collect();
    which.into_iter().map(|w| Arc::clone(&revised[w])).collect()
}
