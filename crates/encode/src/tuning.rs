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

/// The weights on which it was learned; it means nothing on others.
const BASE: &str = "multilingual-e5-small/zh-1";

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
    /// What was learned on the weights of this `identity`.
    pub(crate) fn of(identity: &str) -> Option<&'static Self> {
        (identity == BASE).then(|| LEARNED.as_ref()).flatten()
    }

    /// The identity of the tuned weights.
    pub(crate) fn identity(&self) -> String {
        format!("{BASE}+{}", self.sum)
    }
}

#[cfg(test)]
mod tests {
    use super::{BASE, Tuning};

    #[test]
    fn the_committed_differences_belong_to_the_default_model_only() {
        let tuning = Tuning::of(BASE).unwrap();
        assert!(tuning.identity().starts_with(BASE));
        assert!(Tuning::of("bge-small-zh").is_none());
        // Of each of twelve layers six biases, and of its two norms and that of the embeddings both tensors.
        assert_eq!(tuning.differences.len(), 12 * 10 + 2);
    }
}
