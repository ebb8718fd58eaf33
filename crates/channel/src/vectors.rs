//! The checked vectors that come with the project, for tests.

use serde_json::Value;

/// The part `name` of the file of vectors.
pub(crate) fn vectors(name: &str) -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors.json");
    let text = std::fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("the vectors lie beside the checkout: {error}"));
    let mut all: Value = serde_json::from_str(&text).unwrap_or_default();
    all[name].take()
}
