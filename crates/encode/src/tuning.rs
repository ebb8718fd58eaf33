//! What was learned on top of the default model: small changes to its biases and norms.
//!
//! All else of the model stays as its makers published it. Sixty thousand numbers out of thirty-odd million
//! are enough to bring opinions that make the same point nearer to each other and to the provision they mean
//! (BitFit, Ben Zaken et al. 2022). `tests/encoders/tune.py` learns them from the invented points in
//! `corpora/points` and writes `data/tuning.safetensors`: for each changed tensor the difference, as
//! 16-bit floats, under the name that transformers gives it.

use std::sync::LazyLock;

use safetensors::SafeTensors;

use crate::manifest::sha256;

/// SHA-256 of the weights on which it was learned; it means nothing on others.
const WEIGHTS: &str = "14cd43aef5ddd6f4c6d0d5bac66aa9c975b3766531ad5b77d2b8b2a90e8a7e4c";

static LEARNED: LazyLock<Option<Tuning>> = LazyLock::new(|| {
    let bytes = include_bytes!("../data/tuning.safetensors");
    Some(Tuning {
        differences: SafeTensors::deserialize(bytes).ok()?,
        sum: sha256(bytes)[..8].to_owned(),
    })
});

/// Differences to tensors of a model.
pub(crate) struct Tuning {
    pub(crate) differences: SafeTensors<'static>,
    sum: String,
}

impl Tuning {
    /// What was learned on the weights with this SHA-256.
    pub(crate) fn of(weights: &str) -> Option<&'static Self> {
        (weights == WEIGHTS).then(|| LEARNED.as_ref()).flatten()
    }

    /// The identity of tuned weights that were published under `identity`.
    pub(crate) fn identity(&self, identity: &str) -> String {
        format!("{identity}+{}", self.sum)
    }
}

/// The identity under which weights were published, tuned or not.
pub(crate) fn published(identity: &str) -> &str {
    identity.split('+').next().unwrap_or(identity)
}

#[cfg(test)]
mod tests {
    use super::{Tuning, WEIGHTS, published};

    #[test]
    fn the_committed_differences_belong_to_the_default_model_only() {
        let tuning = Tuning::of(WEIGHTS).unwrap();
        assert_eq!(published(&tuning.identity("model/1")), "model/1");
        assert_eq!(published("model/1"), "model/1");
        assert!(Tuning::of(&"0".repeat(64)).is_none());
        // Of each of twelve layers six biases and two norms, and the norm of the embeddings; a norm is two
        // tensors.
        assert_eq!(tuning.differences.len(), 12 * 10 + 2);
    }
}
