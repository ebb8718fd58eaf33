//! What each unit seems to be, taken by itself: articles, scope, stance, each with probabilities.

use std::sync::Arc;

use caifeng_domain::{Scope, Stance};
use caifeng_encode::Columns;
use caifeng_text::hash::Map;

use crate::{
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
#[derive(Debug, Clone, PartialEq)]
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

/// The first impressions of `units`. Those that say the same in the same words share one.
#[must_use]
pub fn impressions(
    prepared: &Prepared<'_>,
    units: &[usize],
    models: &Models,
) -> Vec<Arc<Impression>> {
    // What an impression rests on beside the mention.
    let rests_on = |unit: &PreparedUnit| {
        let reading = prepared.reading(unit);
        (
            reading.edit.clone(),
            reading.chapter.is_some(),
            unit.cited.clone(),
        )
    };
    with_candidates(prepared, units, |alike, candidates, votes| {
        let mut made: Vec<(_, Arc<Impression>)> = Vec::new();
        let impression = |unit: &&PreparedUnit| {
            let rests_on = rests_on(unit);
            if let Some(known) = made.iter().find(|known| known.0 == rests_on) {
                return Arc::clone(&known.1);
            }
            let impression = Arc::new(impression(prepared, unit, candidates, votes, models));
            made.push((rests_on, Arc::clone(&impression)));
            impression
        };
        alike.iter().map(impression).collect()
    })
}

fn impression(
    prepared: &Prepared<'_>,
    unit: &PreparedUnit,
    candidates: &[Candidate],
    votes: &Votes,
    models: &Models,
) -> Impression {
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

/// What `each` makes of units that are mentioned alike, of their candidates and of those who voted for them:
/// something of every unit in `which`, in order. Equal mentions have the same candidates, which are computed
/// once and kept no longer than needed.
pub(crate) fn with_candidates<T: Send>(
    prepared: &Prepared<'_>,
    which: &[usize],
    each: impl Fn(&[&PreparedUnit], &[Candidate], &Votes) -> Vec<T> + Sync,
) -> Vec<T> {
    let mut number: Map<MentionKey<'_>, usize> = Map::default();
    let mut alike: Vec<Vec<usize>> = Vec::new();
    for (k, &u) in which.iter().enumerate() {
        let next = alike.len();
        let of = *number
            .entry(MentionKey::of(&prepared.units[u].mention))
            .or_insert(next);
        match alike.get_mut(of) {
            Some(list) => list.push(k),
            None => alike.push(vec![k]),
        }
    }
    let prior = prepared.exemplars.prior();
    let exemplars = &prepared.exemplars;
    let provisions = &prepared.provisions;
    let known = provisions.known(&prepared.gists.words);
    let mut columns = exemplars.vectors().clone();
    columns.append(provisions.vectors());
    let mention = |i: usize| &prepared.units[which[alike[i][0]]].mention;
    let made = Columns::of(&columns).map(
        alike.len(),
        |i, row| (prepared.gists.meanings).centred(mention(i).gist, row),
        |i, cosines| {
            let (to_exemplars, to_passages) = cosines.split_at(exemplars.vectors().len());
            let gist = &prepared.gists.list[mention(i).gist];
            let (candidates, votes) = candidates(
                mention(i),
                &prepared.gists,
                &provisions.relevance(gist, to_passages, &known),
                exemplars,
                to_exemplars,
                &prior,
            );
            let units: Vec<&PreparedUnit> = (alike[i].iter())
                .map(|&k| &prepared.units[which[k]])
                .collect();
            each(&units, &candidates, &votes)
        },
    );
    let mut out: Vec<(usize, T)> = Vec::with_capacity(which.len());
    for (alike, made) in alike.into_iter().zip(made) {
        out.extend(alike.into_iter().zip(made));
    }
    out.sort_unstable_by_key(|made| made.0);
    out.into_iter().map(|made| made.1).collect()
}

/// A mention with its weights as bits, so that it can be a key.
#[derive(PartialEq, Eq, Hash)]
struct MentionKey<'a> {
    gist: usize,
    group: usize,
    cited: &'a [usize],
    compared: &'a [usize],
    quoted: Vec<(usize, u32)>,
    hint: Option<usize>,
    alone: bool,
    previous: &'a [usize],
    elsewhere: &'a [usize],
}

impl<'a> MentionKey<'a> {
    fn of(m: &'a Mention) -> Self {
        Self {
            gist: m.gist,
            group: m.group,
            cited: &m.cited,
            compared: &m.compared,
            quoted: m.quoted.iter().map(|q| (q.0, q.1.to_bits())).collect(),
            hint: m.hint,
            alone: m.alone,
            previous: &m.previous,
            elsewhere: &m.elsewhere,
        }
    }
}
