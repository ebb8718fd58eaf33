//! Opinion, complaint or spam: cue words, personal data and closeness to the draft, weighed.

use caifeng_domain::{PersonalDataKind, Status};
use caifeng_text::letter::letters;

use crate::{
    cues::{Cue, CueCounts},
    models::Models,
    read::Reading,
    wording::Sounds,
};

/// Names of the features, in order.
pub const FEATURES: [&str; 24] = [
    "propose",
    "change",
    "approve",
    "reject",
    "tell",
    "whole",
    "handle_case",
    "advertise",
    "nonsense",
    "abuse",
    "law",
    "cites",
    "contact",
    "detail",
    "relevance",
    "overlap",
    "log_length",
    "repetition",
    "sounds_opinion",
    "sounds_complaint",
    "sounds_spam",
    "phrased_opinion",
    "phrased_complaint",
    "phrased_spam",
];

/// What the decision rests on.
pub type Features = [f64; FEATURES.len()];

/// What the units of a text sound like on average: log-odds of each status.
#[derive(Debug, Clone, Copy, Default)]
pub struct Heard {
    /// By their vectors.
    pub vector: [f64; Status::ALL.len()],
    /// By their turns of phrase.
    pub phrase: [f64; Status::ALL.len()],
}

impl Heard {
    /// Adds a unit that is `share` of the text.
    pub(crate) fn add(&mut self, unit: &Sounds, share: f64) {
        let odds = unit.vector.status.iter().chain(&unit.phrase.status);
        for (sum, odds) in self.vector.iter_mut().chain(&mut self.phrase).zip(odds) {
            *sum += share * f64::from(*odds);
        }
    }
}

/// The features of one text. `relevance` is the best cosine of its units to a provision, `overlap`
/// the share of its content words that the draft uses.
#[must_use]
pub fn features(
    text: &str,
    cues: &CueCounts,
    reading: &Reading,
    relevance: f32,
    overlap: f32,
    sounds: &Heard,
) -> Features {
    let has = |kinds: &[PersonalDataKind]| {
        reading
            .personal_data
            .iter()
            .any(|p| kinds.contains(&p.kind))
    };
    let flag = |is: bool| f64::from(u8::from(is));
    let letters: Vec<char> = letters(text).collect();
    let same = letters.windows(2).filter(|p| p[0] == p[1]).count();
    [
        cues.strength(Cue::Propose),
        cues.strength(Cue::Change),
        cues.strength(Cue::Approve),
        cues.strength(Cue::Reject),
        cues.strength(Cue::Tell),
        cues.strength(Cue::Whole),
        cues.strength(Cue::HandleCase),
        cues.strength(Cue::Advertise),
        cues.strength(Cue::Nonsense),
        cues.strength(Cue::Abuse),
        cues.strength(Cue::Law),
        flag(reading.cites),
        flag(has(&[PersonalDataKind::Phone, PersonalDataKind::Wechat])),
        flag(has(&[
            PersonalDataKind::IdCard,
            PersonalDataKind::BankCard,
            PersonalDataKind::Plate,
            PersonalDataKind::Address,
            PersonalDataKind::OtherPersonName,
        ])),
        f64::from(relevance),
        f64::from(overlap),
        (letters.len() as f64).ln_1p(),
        same as f64 / letters.len().max(1) as f64,
        sounds.vector[0],
        sounds.vector[1],
        sounds.vector[2],
        sounds.phrase[0],
        sounds.phrase[1],
        sounds.phrase[2],
    ]
}

/// Decides, with the probability that the decision is right. Doubt goes to a person: below even
/// odds it stays an opinion.
#[must_use]
pub fn decide(features: &Features, models: &Models) -> (Status, f32) {
    let complaint = models.complaint.probability(features);
    let spam = models.spam.probability(features);
    let (status, p) = if spam >= complaint {
        (Status::Spam, spam)
    } else {
        (Status::Complaint, complaint)
    };
    if p > 0.5 {
        (status, p as f32)
    } else {
        (Status::Opinion, (1.0 - spam.max(complaint)) as f32)
    }
}
