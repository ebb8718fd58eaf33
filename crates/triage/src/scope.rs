//! What a unit speaks about: articles, a chapter, the whole draft, or a provision not yet there.

use caifeng_domain::{Edit, EditOp};

use crate::{
    cues::{Cue, CueCounts},
    first::Scopes,
    logistic::shares,
    models::Models,
    wording::Sounds,
};

/// Names of the features, in order.
pub const FEATURES: [&str; 21] = [
    "cites_article",
    "cites_many",
    "cites_chapter",
    "whole",
    "new_provision",
    "insert",
    "insert_article",
    "best_link",
    "chapter_word",
    "approve",
    "log_length",
    "relevance",
    "quoted",
    "sounds_article",
    "sounds_chapter",
    "sounds_general",
    "sounds_new_article",
    "phrased_article",
    "phrased_chapter",
    "phrased_general",
    "phrased_new_article",
];

/// What the decision rests on.
pub type Features = [f64; FEATURES.len()];

/// Facts about a unit that are known when its scope is decided.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Normalised words.
    pub gist: &'a str,
    /// Cue words.
    pub cues: &'a CueCounts,
    /// Articles named as target.
    pub articles: usize,
    /// Whether a chapter is named as target.
    pub chapter: bool,
    /// Whether words of the draft are quoted.
    pub quoted: bool,
    /// Proposed change.
    pub edit: Option<&'a Edit>,
    /// Probability of the best link.
    pub best_link: f32,
    /// Best cosine to a provision.
    pub relevance: f32,
    /// How the wording sounds.
    pub sounds: &'a Sounds,
}

/// The features of one unit.
#[must_use]
pub fn features(facts: &Facts<'_>) -> Features {
    let flag = |is: bool| f64::from(u8::from(is));
    let [vector, phrase] =
        [&facts.sounds.vector, &facts.sounds.phrase].map(|odds| odds.scope.map(f64::from));
    let insert = facts.edit.is_some_and(|e| e.op == EditOp::Insert);
    let new = facts.cues.get(Cue::NewProvision) > 0;
    // A unit that names its article speaks of it, whatever chapter or addition it mentions besides.
    let free = facts.articles == 0;
    let chapter_word = [
        "一章", "整章", "该章", "本章", "这章", "那章", "章里", "各章", "章的",
    ];
    [
        flag(facts.articles > 0),
        flag(facts.articles > 3),
        flag(facts.chapter && free),
        facts.cues.strength(Cue::Whole),
        flag(new),
        flag(insert && free),
        flag(new && free && !facts.gist.contains("一款")),
        f64::from(facts.best_link),
        flag(free && chapter_word.iter().any(|w| facts.gist.contains(w))),
        facts.cues.strength(Cue::Approve),
        (facts.gist.chars().count() as f64).ln_1p(),
        f64::from(facts.relevance),
        flag(facts.quoted),
        vector[0],
        vector[1],
        vector[2],
        vector[3],
        phrase[0],
        phrase[1],
        phrase[2],
        phrase[3],
    ]
}

/// The probability of each scope, in the order of [`caifeng_domain::Scope::ALL`].
#[must_use]
pub fn probabilities(features: &Features, models: &Models) -> Scopes {
    shares(&models.scope, features)
}
