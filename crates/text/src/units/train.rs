//! Training of the boundary model.

use super::boundary::{Context, FEATURES, Features, Model};
use super::prepare;
use crate::normalise::normalise;
use caifeng_domain::{Channel, Citation, Span};

/// A submission whose units are known.
#[derive(Debug, Clone)]
pub struct Example {
    /// As delivered.
    pub text: String,
    /// What it cites.
    pub citations: Vec<Citation>,
    /// How it came.
    pub channel: Channel,
    /// Its units.
    pub units: Vec<Span>,
}

/// Rounds of gradient descent; the weights have settled long before.
const ROUNDS: usize = 4000;
const STEP: f64 = 1.0;

/// Fits the weights to all examples; [`Model::table`] of it goes to `data/unit_boundaries.txt`.
/// `ridge` is the pull of the weights towards zero, in examples. Plain gradient descent from zero,
/// so that the same examples always give the same model.
#[must_use]
pub fn train(examples: &[Example], ridge: f64) -> Model {
    let places: Vec<(Features, bool)> = examples.iter().flat_map(places).collect();
    let mut model = Model {
        weights: [0.0; FEATURES.len()],
    };
    let count = places.len().max(1) as f64;
    for _ in 0..ROUNDS {
        let mut gradient = model.weights.map(|w| -w * ridge);
        for (features, boundary) in &places {
            let error = f64::from(u8::from(*boundary)) - model.probability(features);
            for (g, f) in gradient.iter_mut().zip(features) {
                *g += error * f;
            }
        }
        for (w, g) in model.weights.iter_mut().zip(gradient) {
            *w += STEP * g / count;
        }
    }
    model
}

/// The places between sentences on which the rules are silent, and whether a unit begins there.
fn places(example: &Example) -> Vec<(Features, bool)> {
    let normal = normalise(&example.text);
    let atoms = prepare(&normal, &example.citations, example.channel);
    let mut context = Context::new(&normal.text, &atoms);
    let mut out = Vec::new();
    let mut unit_before = None;
    for (i, atom) in atoms.iter().enumerate() {
        if atom.frame || atom.body.is_empty() {
            context.pass(atom);
            continue;
        }
        let own = normal.original_span(atom.body);
        let unit = (0..example.units.len())
            .filter(|&u| example.units[u].overlaps(own))
            .max_by_key(|&u| overlap(example.units[u], own));
        let begins = unit.is_some() && unit != unit_before;
        if unit.is_some() && unit_before.is_some() && !atom.begins_part && !atom.continues {
            out.push((context.features(i), begins));
        }
        context.add(i, begins);
        unit_before = unit.or(unit_before);
    }
    out
}

fn overlap(a: Span, b: Span) -> usize {
    a.end.min(b.end).saturating_sub(a.start.max(b.start))
}
