//! What the words alone say of stance, scope and status, before articles, edits and other units are looked at.
//!
//! Logistic models over a unit's vector, its cue words and its length, and others over its turns of phrase
//! ([`crate::phrasing`]), fitted by `xtask train-wording` to the invented units in `corpora/units` and
//! texts in `corpora/status`, which belong to no draft. Their log-odds are features of the models that
//! decide.

use std::sync::LazyLock;

use caifeng_domain::{Edit, Scope, Stance, Status};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{cues::CueCounts, gist::Gist, logistic::Logistic, phrasing::Phrasing, stance};

/// All classes: stances, then scopes, then statuses.
pub(crate) const CLASSES: usize = Stance::ALL.len() + Scope::ALL.len() + Status::ALL.len();

/// Models over the vectors of one encoder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// Identity of the encoder whose vectors were used. Those of another mean something else.
    encoder: String,
    stance: Vec<Logistic>,
    scope: Vec<Logistic>,
    status: Vec<Logistic>,
}

/// How one unit sounds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sounds {
    /// By its vector; all zero for the vectors of an encoder on which nothing was fitted.
    pub vector: Odds,
    /// By its turns of phrase.
    pub phrase: Odds,
}

/// Log-odds of each class.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Odds {
    /// In the order of [`Stance::ALL`].
    pub stance: [f32; Stance::ALL.len()],
    /// In the order of [`Scope::ALL`].
    pub scope: [f32; Scope::ALL.len()],
    /// In the order of [`Status::ALL`].
    pub status: [f32; Status::ALL.len()],
}

/// A text of which somebody said what it is.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Its words, as normalised for a gist.
    pub gist: String,
    /// Its vector.
    pub vector: Vec<f32>,
    /// What it wants and speaks about, where it is one unit of an opinion.
    pub unit: Option<(Stance, Scope)>,
    /// Opinion or not.
    pub status: Status,
}

impl Odds {
    fn of(all: [f64; CLASSES]) -> Self {
        let all = all.map(|odds| odds as f32);
        let (stance, rest) = all.split_at(Stance::ALL.len());
        let (scope, status) = rest.split_at(Scope::ALL.len());
        let mut odds = Self::default();
        odds.stance.copy_from_slice(stance);
        odds.scope.copy_from_slice(scope);
        odds.status.copy_from_slice(status);
        odds
    }
}

impl Sample {
    /// Whether it is of the class with this number; nothing where nobody said.
    pub(crate) fn is(&self, class: usize) -> Option<bool> {
        let scopes = Stance::ALL.len();
        let statuses = scopes + Scope::ALL.len();
        if class < scopes {
            Some(self.unit?.0 == Stance::ALL[class].0)
        } else if class < statuses {
            Some(self.unit?.1 == Scope::ALL[class - scopes].0)
        } else {
            Some(self.status == Status::ALL[class - statuses].0)
        }
    }
}

/// L2 strength: a vector has hundreds of features, the samples are some two thousand.
const PENALTY: f64 = 60.0;

static COMMITTED: LazyLock<Wording> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a test reads the committed file")]
    serde_json::from_str(include_str!("../wording.json")).expect("wording.json is well formed")
});

impl Wording {
    /// The committed weights.
    #[must_use]
    pub fn committed() -> &'static Self {
        &COMMITTED
    }

    /// Fits the weights to `samples` with vectors of `encoder`.
    #[must_use]
    pub fn fit(encoder: &str, samples: &[Sample]) -> Self {
        let stance = |sample: &Sample| Some(sample.unit?.0);
        let scope = |sample: &Sample| Some(sample.unit?.1);
        Self {
            encoder: encoder.to_owned(),
            stance: fit(samples, Stance::ALL.map(|s| s.0), &stance),
            scope: fit(samples, Scope::ALL.map(|s| s.0), &scope),
            status: fit(samples, Status::ALL.map(|s| s.0), &|sample| {
                Some(sample.status)
            }),
        }
    }

    /// How a unit sounds, by its gist and its vector from `encoder`.
    #[must_use]
    pub fn sounds(&self, encoder: &str, gist: &Gist, vector: &[f32]) -> Sounds {
        Sounds {
            vector: if encoder == self.encoder {
                self.odds(&row(&gist.text, &gist.cues, vector))
            } else {
                Odds::default()
            },
            phrase: Odds::of(Phrasing::committed().odds(&gist.text)),
        }
    }

    fn odds(&self, row: &[f64]) -> Odds {
        let models = self.stance.iter().chain(&self.scope).chain(&self.status);
        let mut all = [0.0; CLASSES];
        for (odds, model) in all.iter_mut().zip(models) {
            *odds = model.score(row);
        }
        Odds::of(all)
    }
}

/// One model a class, fitted to the samples that have one.
fn fit<T: PartialEq + Copy + Sync, const N: usize>(
    samples: &[Sample],
    classes: [T; N],
    class: &dyn Fn(&Sample) -> Option<T>,
) -> Vec<Logistic> {
    let (rows, given): (Vec<Vec<f64>>, Vec<T>) = (samples.iter())
        .filter_map(|s| Some((row(&s.gist, &CueCounts::of(&s.gist), &s.vector), class(s)?)))
        .unzip();
    let names: Vec<String> = (0..rows.first().map_or(0, Vec::len))
        .map(|i| i.to_string())
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let weights = vec![1.0; rows.len()];
    let model = |wanted: &T| {
        let labels: Vec<bool> = given.iter().map(|g| g == wanted).collect();
        Logistic::fit(&names, &rows, &labels, &weights, PENALTY)
    };
    classes.par_iter().map(model).collect()
}

/// Cue words and length, then the vector.
fn row(gist: &str, cues: &CueCounts, vector: &[f32]) -> Vec<f64> {
    let no_edit: Option<&Edit> = None;
    let mut row = stance::cue_features(gist, cues, no_edit).to_vec();
    row.extend(vector.iter().map(|&x| f64::from(x)));
    row
}
