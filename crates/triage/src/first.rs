//! What each unit seems to be, taken by itself: articles, scope, stance, each with probabilities.

use std::collections::HashMap;

use caifeng_domain::{Scope, Stance};
use caifeng_encode::{EncodeError, Vectors};
use rayon::prelude::*;

use crate::{
    gist::BLOCK,
    link::{Candidate, Mention, Ranked, Votes, candidates, cited, implicit},
    models::Models,
    prepare::{Prepared, PreparedUnit},
    scope, stance,
};

/// Probabilities of the scopes, in the order of [`Scope::ALL`].
pub type Scopes = [f32; Scope::ALL.len()];
/// Probabilities of the stances, in the order of [`Stance::ALL`].
pub type Stances = [f32; Stance::ALL.len()];

/// What a unit seems to be.
#[derive(Debug, Clone)]
pub struct Impression {
    /// Articles that it may be about, most probable first.
    pub links: Vec<Ranked>,
    /// Those that it names itself.
    pub cited: Vec<usize>,
    /// Gists of the neighbours that were asked.
    pub votes: Vec<usize>,
    /// What it may speak about.
    pub scope: Scopes,
    /// What attitude it may have.
    pub stance: Stances,
}

impl Impression {
    /// The most probable scope.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope::ALL[most_probable(&self.scope)].0
    }

    /// The most probable stance, and its probability.
    #[must_use]
    pub fn stance(&self) -> (Stance, f32) {
        let best = most_probable(&self.stance);
        (Stance::ALL[best].0, self.stance[best])
    }
}

/// The first impressions of `units`.
pub fn impressions(
    prepared: &Prepared<'_>,
    units: &[usize],
    models: &Models,
) -> Result<Vec<Impression>, EncodeError> {
    let found = all_candidates(prepared, units)?;
    Ok(units
        .par_iter()
        .enumerate()
        .map(|(k, &u)| {
            let unit = &prepared.units[u];
            let (candidates, votes) = found.of(k);
            let links = rank(unit, candidates, models);
            let scope = scope_features(prepared, unit, candidates, links.first());
            let stance = stance_features(prepared, unit);
            Impression {
                cited: unit.mention.cited.clone(),
                votes: votes.voters.clone(),
                scope: scope::probabilities(&scope, models),
                stance: stance::probabilities(&stance, models),
                links,
            }
        })
        .collect())
}

/// The most probable of a row of probabilities; the first of equals.
fn most_probable(row: &[f32]) -> usize {
    (0..row.len())
        .max_by(|&a, &b| row[a].total_cmp(&row[b]).then(b.cmp(&a)))
        .unwrap_or(0)
}

/// The features by which the model of scope decides, for the unit and its best link.
pub(crate) fn scope_features(
    prepared: &Prepared<'_>,
    unit: &PreparedUnit,
    candidates: &[Candidate],
    best: Option<&Ranked>,
) -> scope::Features {
    let reading = prepared.reading(unit);
    let gist = &prepared.gists.list[unit.mention.gist];
    let relevance = candidates.iter().map(|c| c.features[0]).fold(0.0, f64::max);
    scope::features(&scope::Facts {
        gist: &gist.text,
        cues: &gist.cues,
        articles: unit.cited.len(),
        chapter: reading.chapter.is_some(),
        quoted: !unit.mention.quoted.is_empty(),
        edit: reading.edit.as_ref(),
        best_link: best.map_or(0.0, |b| b.confidence),
        relevance: relevance as f32,
        sounds: &prepared.sounds[unit.mention.gist],
    })
}

/// The features by which the models of stance decide.
pub(crate) fn stance_features(prepared: &Prepared<'_>, unit: &PreparedUnit) -> stance::Features {
    let number = unit.mention.gist;
    let gist = &prepared.gists.list[number];
    let edit = prepared.reading(unit).edit.as_ref();
    stance::features(&gist.text, &gist.cues, edit, &prepared.sounds[number])
}

/// Articles that one unit may be about, most probable first.
pub(crate) fn rank(unit: &PreparedUnit, candidates: &[Candidate], models: &Models) -> Vec<Ranked> {
    if unit.cited.is_empty() {
        implicit(candidates, &models.implicit_link, &models.implicit_choice)
    } else {
        cited(&unit.cited, candidates, models)
    }
}

/// Candidates of units, computed once for equal mentions.
pub(crate) struct Found {
    of: Vec<usize>,
    found: Vec<(Vec<Candidate>, Votes)>,
}

impl Found {
    /// Those of the `k`-th unit that was asked for.
    pub(crate) fn of(&self, k: usize) -> &(Vec<Candidate>, Votes) {
        &self.found[self.of[k]]
    }
}

/// The candidates of every unit in `which`, computed once for equal mentions.
pub(crate) fn all_candidates(
    prepared: &Prepared<'_>,
    which: &[usize],
) -> Result<Found, EncodeError> {
    let mut number: HashMap<MentionKey, usize> = HashMap::new();
    let mut firsts: Vec<&Mention> = Vec::new();
    let of: Vec<usize> = which
        .iter()
        .map(|&u| {
            let mention = &prepared.units[u].mention;
            *number.entry(MentionKey::of(mention)).or_insert_with(|| {
                firsts.push(mention);
                firsts.len() - 1
            })
        })
        .collect();
    let prior = prepared.exemplars.prior();
    let exemplars = &prepared.exemplars;
    let mut found = Vec::with_capacity(firsts.len());
    for block in firsts.chunks(BLOCK) {
        let mut rows = Vectors::new(prepared.gists.vectors.dimension());
        for mention in block {
            rows.push(prepared.gists.vectors.row(mention.gist));
        }
        let cosines = rows.products(exemplars.vectors())?;
        let count = exemplars.vectors().len();
        found.par_extend(block.par_iter().enumerate().map(|(i, mention)| {
            candidates(
                mention,
                &prepared.gists,
                &prepared.relevance,
                exemplars,
                &cosines[i * count..(i + 1) * count],
                &prior,
            )
        }));
    }
    Ok(Found { of, found })
}

/// A mention with its weights as bits, so that it can be a key.
#[derive(PartialEq, Eq, Hash)]
struct MentionKey(
    usize,
    usize,
    Vec<usize>,
    Vec<usize>,
    Vec<(usize, u32)>,
    Option<usize>,
    bool,
    Vec<usize>,
    Vec<usize>,
);

impl MentionKey {
    fn of(m: &Mention) -> Self {
        Self(
            m.gist,
            m.group,
            m.cited.clone(),
            m.compared.clone(),
            m.quoted.iter().map(|q| (q.0, q.1.to_bits())).collect(),
            m.hint,
            m.alone,
            m.previous.clone(),
            m.elsewhere.clone(),
        )
    }
}
