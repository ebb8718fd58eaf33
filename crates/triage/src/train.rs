//! Training of the weights from labelled sets. Only `cargo xtask train` calls this; the program
//! itself never sees a label.

use std::{collections::HashMap, sync::Arc};

use caifeng_domain::{ArticleNo, Scope, Span, Stance, Status};
use caifeng_encode::vectors::dot;

use crate::{
    Models, Prepared,
    agree::{self, CLASS_FEATURES, LINK_FEATURES},
    first::{Impression, impressions, rank, scope_features, stance_features, with_candidates},
    link::{self, CITED_FEATURES, Candidate, Exemplars},
    logistic::Logistic,
    points::{self, Said},
    run::said,
    scope, stance, status,
};

/// L2 strength: a handful of imagined observations against every weight.
const PENALTY: f64 = 4.0;
/// Units that cite serve as examples for units that do not, with their citation hidden; they are
/// written by other people in other words, so they count less.
const CITED_AS_IMPLICIT: f64 = 0.3;

/// What people said a submission is.
#[derive(Debug, Clone)]
pub struct Gold {
    /// Opinion, complaint, spam.
    pub status: Status,
    /// Its units.
    pub units: Vec<GoldUnit>,
}

/// What people said a unit is.
#[derive(Debug, Clone)]
pub struct GoldUnit {
    /// Where it stands.
    pub span: Span,
    /// Its articles.
    pub articles: Vec<ArticleNo>,
    /// Its scope.
    pub scope: Scope,
    /// Its stance.
    pub stance: Stance,
    /// Number of its point in the set.
    pub point: usize,
}

/// A set with its labels, one a submission.
pub struct Labelled<'a> {
    /// The set, prepared.
    pub prepared: Prepared<'a>,
    /// Its labels.
    pub gold: Vec<Gold>,
}

/// Weight of a text of an invented point beside that of a unit of a labelled set: it was written as one, by
/// people who knew what was wanted, on a draft of few articles.
const INVENTED: f64 = 0.17;

/// Rows for one logistic model.
#[derive(Default)]
struct Rows {
    features: Vec<Vec<f64>>,
    labels: Vec<bool>,
    weights: Vec<f64>,
}

impl Rows {
    fn push(&mut self, features: Vec<f64>, label: bool, weight: f64) {
        self.features.push(features);
        self.labels.push(label);
        self.weights.push(weight);
    }

    fn fit(&self, names: &[&str]) -> Logistic {
        Logistic::fit(names, &self.features, &self.labels, &self.weights, PENALTY)
    }
}

/// A prepared unit, its gold, its candidates and its weight: copies share one vote.
struct Example<'s> {
    unit: usize,
    gold: &'s GoldUnit,
    candidates: Vec<Candidate>,
    weight: f64,
}

impl Example<'_> {
    fn is_about(&self, set: &Labelled<'_>, article: usize) -> bool {
        let number = set.prepared.provisions.numbers[article];
        self.gold.scope == Scope::Article && self.gold.articles.contains(&number)
    }
}

/// Fits all weights.
///
/// What hears units together learns from impressions as they will be: each by models that were fitted
/// without its set (stacking, Wolpert 1992), as a draft in use is one that nobody trained on.
///
/// From `invented` points attitudes are learned, and what units of one point have in common; what article a
/// unit means is not, as drafts of sixteen articles leave little to choose.
pub fn train(sets: &mut [Labelled<'_>], invented: &mut [Labelled<'_>]) -> Models {
    let cited: Vec<Exemplars> = sets.iter().map(|s| s.prepared.exemplars.clone()).collect();
    let mut seems: Vec<Vec<Arc<Impression>>> = Vec::with_capacity(sets.len() + invented.len());
    for k in 0..sets.len() {
        let models = first_models(sets, &cited, invented, (sets.len() > 1).then_some(k));
        seems.push(impressions(
            &sets[k].prepared,
            &every_unit(&sets[k]),
            &models,
        ));
    }
    let mut models = first_models(sets, &cited, invented, None);
    for set in &mut *invented {
        set.prepared.spread(&models);
        seems.push(impressions(&set.prepared, &every_unit(set), &models));
    }
    let all: Vec<&Labelled<'_>> = sets.iter().chain(&*invented).collect();
    let mut examples = examples(&all, None);
    for example in examples[sets.len()..].iter_mut().flatten() {
        example.weight *= INVENTED;
    }
    let said: Vec<Vec<Said<'_>>> = (all.iter().zip(&seems))
        .map(|(set, seems)| {
            let mut said = said(&set.prepared, &every_unit(set), seems);
            points::look_around(&mut said, &set.prepared.gists.meanings);
            said
        })
        .collect();
    (models.same_point, models.same_point_across) = same_point(&all, &said, &examples);
    (
        models.agreed_link,
        models.agreed_scope,
        models.agreed_stance,
    ) = agreement(&all, &examples, &said, &seems, &models);
    models
}

fn every_unit(set: &Labelled<'_>) -> Vec<usize> {
    (0..set.prepared.units.len()).collect()
}

/// The models that look at a unit by itself, fitted to all sets but one. `cited` are the examples
/// that each set begins with; the sets are left with those of the models in hand.
fn first_models(
    sets: &mut [Labelled<'_>],
    cited: &[Exemplars],
    invented: &[Labelled<'_>],
    without: Option<usize>,
) -> Models {
    for (set, cited) in sets.iter_mut().zip(cited) {
        set.prepared.exemplars = cited.clone();
    }
    let nothing = || Logistic {
        features: Vec::new(),
        weights: Vec::new(),
        bias: 0.0,
    };
    let (first_link, first_choice, _) = link_models(sets, without);
    let mut models = Models {
        first_link,
        first_choice,
        implicit_link: nothing(),
        implicit_choice: nothing(),
        cited_link: nothing(),
        scope: Vec::new(),
        stance: Vec::new(),
        complaint: nothing(),
        spam: nothing(),
        same_point: nothing(),
        same_point_across: nothing(),
        agreed_link: nothing(),
        agreed_scope: nothing(),
        agreed_stance: nothing(),
    };
    for set in &mut *sets {
        set.prepared.spread(&models);
    }
    (
        models.implicit_link,
        models.implicit_choice,
        models.cited_link,
    ) = link_models(sets, without);
    let examples = examples(&sets.iter().collect::<Vec<_>>(), without);
    let of_stance = balances(&examples, Stance::ALL.map(|s| s.0), |g| g.stance);
    let mut stances: Vec<Rows> = Stance::ALL.iter().map(|_| Rows::default()).collect();
    for (set, list) in sets.iter().zip(&examples) {
        for example in list {
            stance_rows(set, example, of_stance(example.gold), &mut stances);
        }
    }
    for set in invented {
        for example in examples_of(set) {
            let weight = INVENTED * of_stance(example.gold);
            stance_rows(set, &example, weight, &mut stances);
        }
    }
    models.stance = stances.iter().map(|r| r.fit(&stance::FEATURES)).collect();
    (models.complaint, models.spam) = status_models(sets);
    models.scope = scope_models(sets, &examples, &models);
    models
}

/// For units that do not cite: the score of an article and the probability of a ranked one; and the
/// probability of a cited article; with the examples at hand.
fn link_models(sets: &[Labelled<'_>], without: Option<usize>) -> (Logistic, Logistic, Logistic) {
    let examples = examples(&sets.iter().collect::<Vec<_>>(), without);
    let (mut implicit, mut choice, mut cited) = (Rows::default(), Rows::default(), Rows::default());
    let all = || {
        sets.iter()
            .zip(&examples)
            .flat_map(|(set, list)| list.iter().map(move |e| (set, e)))
    };
    for (set, example) in all() {
        link_rows(set, example, &mut implicit, &mut cited);
    }
    let scorer = implicit.fit(&link::FEATURES);
    for (set, example) in all().filter(|(set, e)| set.prepared.units[e.unit].cited.is_empty()) {
        for (article, features) in link::choices(&example.candidates, &scorer) {
            choice.push(
                features.to_vec(),
                example.is_about(set, article),
                example.weight,
            );
        }
    }
    (
        scorer,
        choice.fit(&link::CHOICE_FEATURES),
        cited.fit(&CITED_FEATURES),
    )
}

/// The prepared units of each set that lie at a gold unit; none of the set that is left out.
fn examples<'s>(sets: &[&'s Labelled<'_>], without: Option<usize>) -> Vec<Vec<Example<'s>>> {
    (sets.iter().enumerate())
        .map(|(k, set)| {
            if without == Some(k) {
                Vec::new()
            } else {
                examples_of(set)
            }
        })
        .collect()
}

fn examples_of<'s>(set: &'s Labelled<'_>) -> Vec<Example<'s>> {
    let units = every_unit(set);
    let found = with_candidates(&set.prepared, &units, |alike, found, _| {
        vec![found.to_vec(); alike.len()]
    });
    let mut copies: HashMap<usize, usize> = HashMap::new();
    for unit in &set.prepared.units {
        *copies.entry(unit.mention.gist).or_default() += 1;
    }
    (units.into_iter().zip(found))
        .filter_map(|(u, candidates)| {
            let unit = &set.prepared.units[u];
            let span = set.prepared.reading(unit).span;
            let gold = set.gold[unit.submission]
                .units
                .iter()
                .find(|g| overlap_ratio(g.span, span) >= 0.5)?;
            Some(Example {
                unit: u,
                gold,
                candidates,
                weight: 1.0 / copies[&unit.mention.gist] as f64,
            })
        })
        .collect()
}

/// Intersection over union.
fn overlap_ratio(a: Span, b: Span) -> f64 {
    let common = a.end.min(b.end).saturating_sub(a.start.max(b.start));
    common as f64 / (a.len() + b.len() - common).max(1) as f64
}

fn link_rows(set: &Labelled<'_>, example: &Example<'_>, implicit: &mut Rows, cited: &mut Rows) {
    let unit = &set.prepared.units[example.unit];
    let weight = example.weight
        * if unit.cited.is_empty() {
            1.0
        } else {
            CITED_AS_IMPLICIT
        };
    for candidate in &example.candidates {
        implicit.push(
            candidate.features.to_vec(),
            example.is_about(set, candidate.article),
            weight,
        );
    }
    for (position, c) in unit.cited.iter().enumerate() {
        if let Some(candidate) = example.candidates.iter().find(|k| k.article == c.article) {
            let features = link::cited_features(*c, position, unit.cited.len(), candidate);
            cited.push(features, example.is_about(set, c.article), example.weight);
        }
    }
}

/// The weight of a unit of a class to which `count` of `total` belong. Rare classes count more than
/// their number, or the models would never dare to name them.
fn balance(count: usize, total: usize) -> f64 {
    (total as f64 / count.max(1) as f64).sqrt()
}

/// The balance of the gold classes over all sets.
fn balances<T: PartialEq + Copy, const N: usize>(
    examples: &[Vec<Example<'_>>],
    classes: [T; N],
    class: impl Fn(&GoldUnit) -> T,
) -> impl Fn(&GoldUnit) -> f64 {
    let all = || examples.iter().flatten().map(|e| class(e.gold));
    let total = all().count();
    let counts = classes.map(|c| all().filter(|g| *g == c).count());
    move |gold| {
        let at = classes.iter().position(|c| *c == class(gold));
        at.map_or(1.0, |at| balance(counts[at], total))
    }
}

fn stance_rows(set: &Labelled<'_>, example: &Example<'_>, balance: f64, rows: &mut [Rows]) {
    let unit = &set.prepared.units[example.unit];
    let features = stance_features(&set.prepared, unit);
    for (rows, (stance, ..)) in rows.iter_mut().zip(Stance::ALL) {
        rows.push(
            features.to_vec(),
            example.gold.stance == stance,
            example.weight * balance,
        );
    }
}

/// Opinions outnumber the rest thirty to one in the sets, less so at an open door.
fn rare(status: Status) -> f64 {
    if status == Status::Opinion { 1.0 } else { 2.0 }
}

fn status_models(sets: &[Labelled<'_>]) -> (Logistic, Logistic) {
    let (mut complaint, mut spam) = (Rows::default(), Rows::default());
    for set in sets {
        for (features, gold) in set.prepared.status.iter().zip(&set.gold) {
            complaint.push(
                features.to_vec(),
                gold.status == Status::Complaint,
                rare(gold.status),
            );
            spam.push(
                features.to_vec(),
                gold.status == Status::Spam,
                rare(gold.status),
            );
        }
    }
    (
        complaint.fit(&status::FEATURES),
        spam.fit(&status::FEATURES),
    )
}

fn scope_models(
    sets: &[Labelled<'_>],
    examples: &[Vec<Example<'_>>],
    models: &Models,
) -> Vec<Logistic> {
    let of_scope = balances(examples, Scope::ALL.map(|s| s.0), |g| g.scope);
    let mut rows: Vec<Rows> = Scope::ALL.iter().map(|_| Rows::default()).collect();
    for (set, list) in sets.iter().zip(examples) {
        for example in list {
            let unit = &set.prepared.units[example.unit];
            let links = rank(unit, &example.candidates, models);
            let features = scope_features(&set.prepared, unit, &example.candidates, links.first());
            for (rows, (scope, ..)) in rows.iter_mut().zip(Scope::ALL) {
                rows.push(
                    features.to_vec(),
                    example.gold.scope == scope,
                    example.weight * of_scope(example.gold),
                );
            }
        }
    }
    rows.iter().map(|r| r.fit(&scope::FEATURES)).collect()
}

/// Each unit with those after it in its bundle, and with the `NEAR` nearest of other bundles, as the
/// two steps of grouping compare them.
fn same_point(
    sets: &[&Labelled<'_>],
    said: &[Vec<Said<'_>>],
    examples: &[Vec<Example<'_>>],
) -> (Logistic, Logistic) {
    const NEAR: usize = 12;
    let (mut within, mut across) = (Rows::default(), Rows::default());
    for ((set, said), list) in sets.iter().zip(said).zip(examples) {
        let said = |k: usize| &said[list[k].unit];
        let vectors = (set.prepared.gists.meanings).gather((0..list.len()).map(|k| said(k).gist));
        let cosine = |k: usize, o: usize| dot(vectors.row(k), vectors.row(o));
        let push = |rows: &mut Rows, k: usize, o: usize| {
            let features = points::pair_features(said(k), said(o), cosine(k, o));
            let same = list[k].gold.point == list[o].gold.point;
            rows.push(features.to_vec(), same, list[k].weight * list[o].weight);
        };
        for k in 0..list.len() {
            let (inside, mut outside): (Vec<usize>, Vec<usize>) = (0..list.len())
                .filter(|&o| said(o).gist != said(k).gist)
                .partition(|&o| said(o).around.bundle == said(k).around.bundle);
            for o in inside.into_iter().filter(|&o| o > k) {
                push(&mut within, k, o);
            }
            outside.sort_by(|&a, &b| cosine(k, b).total_cmp(&cosine(k, a)).then(a.cmp(&b)));
            for &o in outside.iter().take(NEAR) {
                push(&mut across, k, o);
            }
        }
    }
    (within.fit(&points::FEATURES), across.fit(&points::FEATURES))
}

/// How much the others of a unit's point count for its articles, its scope and its stance.
fn agreement(
    sets: &[&Labelled<'_>],
    examples: &[Vec<Example<'_>>],
    said: &[Vec<Said<'_>>],
    seems: &[Vec<Arc<Impression>>],
    models: &Models,
) -> (Logistic, Logistic, Logistic) {
    let of_scope = balances(examples, Scope::ALL.map(|s| s.0), |g| g.scope);
    let of_stance = balances(examples, Stance::ALL.map(|s| s.0), |g| g.stance);
    let (mut links, mut scopes, mut stances) = (Rows::default(), Rows::default(), Rows::default());
    for (k, set) in sets.iter().enumerate() {
        let seems = &seems[k];
        let gists: Vec<usize> = said[k].iter().map(|s| s.gist).collect();
        let groups = points::group(&said[k], &set.prepared.gists.meanings, models, &());
        let choruses = agree::choruses(seems, &gists, &groups);
        for example in &examples[k] {
            let u = example.unit;
            let others = choruses[groups[u]].others(gists[u], seems, &seems[u]);
            for (article, row) in others.link_rows() {
                links.push(row.to_vec(), example.is_about(set, article), example.weight);
            }
            for (row, (scope, ..)) in others.scope_rows().iter().zip(Scope::ALL) {
                let weight = example.weight * of_scope(example.gold);
                scopes.push(row.to_vec(), example.gold.scope == scope, weight);
            }
            for (row, (stance, ..)) in others.stance_rows().iter().zip(Stance::ALL) {
                let weight = example.weight * of_stance(example.gold);
                stances.push(row.to_vec(), example.gold.stance == stance, weight);
            }
        }
    }
    (
        links.fit(&LINK_FEATURES),
        scopes.fit(&CLASS_FEATURES),
        stances.fit(&CLASS_FEATURES),
    )
}
