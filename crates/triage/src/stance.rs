//! The sender's attitude: one logistic model a stance over cue words, the strongest wins.

use caifeng_domain::{Edit, EditOp, Stance};

use crate::{
    cues::{Cue, CueCounts},
    models::Models,
};

/// Names of the features, in order.
pub const FEATURES: [&str; 20] = [
    "propose",
    "change",
    "approve",
    "reject",
    "ask",
    "tell",
    "whole",
    "law",
    "remove",
    "however",
    "grievance",
    "question_mark",
    "ends_asking",
    "exclaims",
    "edit_replace",
    "edit_insert",
    "edit_delete",
    "log_length",
    "approve_alone",
    "tell_alone",
];

/// What the decision rests on.
pub type Features = [f64; FEATURES.len()];

/// The features of one unit's normalised words and its proposed edit.
#[must_use]
pub fn features(gist: &str, cues: &CueCounts, edit: Option<&Edit>) -> Features {
    let flag = |is: bool| f64::from(u8::from(is));
    let op = edit.map(|e| e.op);
    let last = gist.trim_end().chars().last();
    let proposes = cues.get(Cue::Propose) + cues.get(Cue::Change) + cues.get(Cue::Remove);
    [
        cues.strength(Cue::Propose),
        cues.strength(Cue::Change),
        cues.strength(Cue::Approve),
        cues.strength(Cue::Reject),
        cues.strength(Cue::Ask),
        cues.strength(Cue::Tell),
        cues.strength(Cue::Whole),
        cues.strength(Cue::Law),
        cues.strength(Cue::Remove),
        cues.strength(Cue::However),
        cues.strength(Cue::Grievance),
        flag(gist.contains('?')),
        flag(matches!(last, Some('?' | '吗' | '呢' | '么'))),
        flag(gist.contains('!')),
        flag(matches!(
            op,
            Some(EditOp::Replace | EditOp::Move | EditOp::Merge | EditOp::Split)
        )),
        flag(matches!(op, Some(EditOp::Insert | EditOp::Clarify))),
        flag(op == Some(EditOp::Delete)),
        (gist.chars().count() as f64).ln_1p(),
        flag(cues.get(Cue::Approve) > 0 && proposes == 0),
        flag(cues.get(Cue::Tell) > 0 && proposes == 0),
    ]
}

/// The most probable stance and its share of all probabilities.
#[must_use]
pub fn decide(features: &Features, models: &Models) -> (Stance, f32) {
    let odds: Vec<f64> = models
        .stance
        .iter()
        .map(|m| m.probability(features))
        .collect();
    let total: f64 = odds.iter().sum();
    let best = (0..odds.len())
        .max_by(|&a, &b| odds[a].total_cmp(&odds[b]).then(b.cmp(&a)))
        .unwrap_or(0);
    (Stance::ALL[best].0, (odds[best] / total.max(1e-9)) as f32)
}
