//! What the words alone say of stance, scope and status, before articles, edits and other units are looked at.
//!
//! Logistic models over a unit's vector, its cue words and its length, fitted by
//! `xtask train-wording` to the invented units in `corpora/units` and texts in
//! `corpora/status`, which belong to no draft. Their
//! log-odds are features of the models that decide.

use std::sync::LazyLock;

use caifeng_domain::{Edit, Scope, Stance, Status};
use serde::{Deserialize, Serialize};

use crate::{cues::CueCounts, gist::Gist, logistic::Logistic, stance};

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

/// Log-odds of one unit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sounds {
    /// In the order of [`Stance::ALL`].
    pub stance: [f64; Stance::ALL.len()],
    /// In the order of [`Scope::ALL`].
    pub scope: [f64; Scope::ALL.len()],
    /// In the order of [`Status::ALL`].
    pub status: [f64; Status::ALL.len()],
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

    /// How a unit sounds, by its gist and its vector from `encoder`; nothing for another encoder.
    #[must_use]
    pub fn sounds(&self, encoder: &str, gist: &Gist, vector: &[f32]) -> Sounds {
        if encoder != self.encoder {
            return Sounds::default();
        }
        let row = row(&gist.text, &gist.cues, vector);
        let mut sounds = Sounds::default();
        for (odds, model) in sounds.stance.iter_mut().zip(&self.stance) {
            *odds = model.score(&row);
        }
        for (odds, model) in sounds.scope.iter_mut().zip(&self.scope) {
            *odds = model.score(&row);
        }
        for (odds, model) in sounds.status.iter_mut().zip(&self.status) {
            *odds = model.score(&row);
        }
        sounds
    }
}

/// One model a class, fitted to the samples that have one.
fn fit<T: PartialEq + Copy, const N: usize>(
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
    let model = |wanted: T| {
        let labels: Vec<bool> = given.iter().map(|g| *g == wanted).collect();
        Logistic::fit(&names, &rows, &labels, &weights, PENALTY)
    };
    classes.map(model).into()
}

/// Cue words and length, then the vector.
fn row(gist: &str, cues: &CueCounts, vector: &[f32]) -> Vec<f64> {
    let no_edit: Option<&Edit> = None;
    let mut row = stance::cue_features(gist, cues, no_edit).to_vec();
    row.extend(vector.iter().map(|&x| f64::from(x)));
    row
}
