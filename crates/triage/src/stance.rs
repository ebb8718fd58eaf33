//! The sender's attitude: one logistic model a stance over cue words and how the wording sounds.

use caifeng_domain::{Edit, EditOp};

use crate::{
    cues::{Cue, CueCounts},
    first::Stances,
    logistic::shares,
    models::Models,
    wording::Sounds,
};

/// Names of the features, in order.
pub const FEATURES: [&str; 30] = [
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
    "sounds_support",
    "sounds_oppose",
    "sounds_amend",
    "sounds_question",
    "sounds_experience",
    "phrased_support",
    "phrased_oppose",
    "phrased_amend",
    "phrased_question",
    "phrased_experience",
];

/// How many of them come from cue words, length and edit.
pub(crate) const CUE_FEATURES: usize = 20;

/// What the decision rests on.
pub type Features = [f64; FEATURES.len()];

/// The features of one unit's normalised words and its proposed edit.
#[must_use]
pub fn features(gist: &str, cues: &CueCounts, edit: Option<&Edit>, sounds: &Sounds) -> Features {
    let mut out = [0.0; FEATURES.len()];
    let (of_cues, of_sound) = out.split_at_mut(CUE_FEATURES);
    of_cues.copy_from_slice(&cue_features(gist, cues, edit));
    let (vector, phrase) = of_sound.split_at_mut(sounds.vector.stance.len());
    vector.copy_from_slice(&sounds.vector.stance.map(f64::from));
    phrase.copy_from_slice(&sounds.phrase.stance.map(f64::from));
    out
}

/// Those of the features that need no vector.
pub(crate) fn cue_features(
    gist: &str,
    cues: &CueCounts,
    edit: Option<&Edit>,
) -> [f64; CUE_FEATURES] {
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

/// The probability of each stance, in the order of [`caifeng_domain::Stance::ALL`].
#[must_use]
pub fn probabilities(features: &Features, models: &Models) -> Stances {
    shares(&models.stance, features)
}
