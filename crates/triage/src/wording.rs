//! What the words alone say of stance and scope, before articles, edits and other units are looked at.
//!
//! Logistic models over a unit's vector, its cue words and its length, fitted by
//! `xtask train-wording` to the invented units in `corpora/units`, which belong to no draft. Their
//! log-odds are features of the models that decide.

use std::sync::LazyLock;

use caifeng_domain::{Edit, Scope, Stance};
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
}

/// Log-odds of one unit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sounds {
    /// In the order of [`Stance::ALL`].
    pub stance: [f64; Stance::ALL.len()],
    /// In the order of [`Scope::ALL`].
    pub scope: [f64; Scope::ALL.len()],
}

/// A unit whose stance and scope are known.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Its words, as normalised for a gist.
    pub gist: String,
    /// Its vector.
    pub vector: Vec<f32>,
    /// What it wants.
    pub stance: Stance,
    /// What it speaks about.
    pub scope: Scope,
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
        let rows: Vec<Vec<f64>> = (samples.iter())
            .map(|s| row(&s.gist, &CueCounts::of(&s.gist), &s.vector))
            .collect();
        let names: Vec<String> = (0..rows.first().map_or(0, Vec::len))
            .map(|i| i.to_string())
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let weights = vec![1.0; rows.len()];
        let model = |is: &dyn Fn(&Sample) -> bool| {
            let labels: Vec<bool> = samples.iter().map(is).collect();
            Logistic::fit(&names, &rows, &labels, &weights, PENALTY)
        };
        Self {
            encoder: encoder.to_owned(),
            stance: Stance::ALL
                .map(|(stance, ..)| model(&|s| s.stance == stance))
                .into(),
            scope: Scope::ALL
                .map(|(scope, ..)| model(&|s| s.scope == scope))
                .into(),
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
        sounds
    }
}

/// Cue words and length, then the vector.
fn row(gist: &str, cues: &CueCounts, vector: &[f32]) -> Vec<f64> {
    let no_edit: Option<&Edit> = None;
    let mut row = stance::cue_features(gist, cues, no_edit).to_vec();
    row.extend(vector.iter().map(|&x| f64::from(x)));
    row
}
