//! Linking units to articles.
//!
//! What a unit names, it is about. For the rest, three searches put articles forward (nearness of
//! meaning, shared words, units nearby that name their article), and a logistic model over their
//! agreement says how probable each is.

mod bm25;
mod candidates;
mod exemplars;
mod provisions;
mod rank;

pub use candidates::{Candidate, FEATURES, Mention, candidates};
pub use exemplars::{Exemplars, Votes};
pub use provisions::{Provisions, Relevance};
pub use rank::{
    CHOICE_FEATURES, CITED_FEATURES, CitedAs, Ranked, choices, cited, cited_features, implicit,
    split,
};
