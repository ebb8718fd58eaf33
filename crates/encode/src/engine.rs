//! What turns tokens into vectors: the seam between texts and arithmetic.

use std::fmt;

use crate::{EncodeError, ModelInfo, Pooling, Vectors};

/// Tokens of a batch, unless one window has more: enough rows for the matrix products to run at full
/// speed, few enough that what a layer works on stays near the processor.
pub(crate) const BATCH_TOKENS: usize = 512;

/// Tokens of one text that fit into one pass, with its special tokens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Window {
    /// Compared first, so that sorting is by length.
    pub(crate) length: usize,
    pub(crate) ids: Vec<u32>,
    /// Index of the text.
    pub(crate) text: usize,
}

impl Window {
    /// Tokens that are the text's own.
    pub(crate) fn weight(&self) -> usize {
        self.length.saturating_sub(2).max(1)
    }
}

/// What loading a model gives.
pub(crate) struct Loaded {
    pub(crate) engine: Box<dyn Engine>,
    pub(crate) info: ModelInfo,
}

/// A loaded model, whatever it computes with.
pub(crate) trait Engine: fmt::Debug + Send + Sync {
    /// One row for each of `windows`, not yet of unit length. Ids must be below the vocabulary
    /// size, windows no longer than the model has positions.
    fn encode(&self, windows: &[Window], pooling: Pooling) -> Result<Vectors, EncodeError>;
}
