//! Sentence vectors: the encoder trait, the sentence encoder and the engines that compute it, the lexical
//! encoder, model installation.

mod candle;
mod columns;
mod engine;
pub mod install;
mod kernel;
pub mod lexical;
mod manifest;
pub mod model;
mod packed;
mod parts;
pub mod sentence;
mod simd;
pub mod speed;
mod tuning;
mod weights;

use std::sync::atomic::{AtomicUsize, Ordering};

pub use caifeng_vectors::{self as vectors, HalfVectors, Vectors};
pub use columns::Columns;
pub use kernel::{Kernel, ParseKernelError};
pub use lexical::LexicalEncoder;
pub use manifest::Pooling;
pub use model::{ModelError, ModelInfo};
pub use sentence::SentenceEncoder;

/// On which side of a comparison a text stands. E5 models were trained with these as prefixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// An opinion, a question, a search; both sides of a symmetric comparison.
    Query,
    /// A provision to be found.
    Passage,
}

/// Why texts could not be turned into vectors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The engine failed.
    #[error("the encoder failed: {0}")]
    Engine(String),
    /// [`Watch::stops`] said so.
    #[error("encoding was stopped")]
    Stopped,
}

/// Follows an encoding, and may stop it. Called from any thread.
pub trait Watch: Sync {
    /// So many more texts are done.
    fn done(&self, _texts: usize) {}

    /// Whether nobody wants the rest. Asked before each batch of some hundred tokens.
    fn stops(&self) -> bool {
        false
    }
}

/// Nobody watches.
impl Watch for () {}

/// Counts the texts.
impl Watch for AtomicUsize {
    fn done(&self, texts: usize) {
        self.fetch_add(texts, Ordering::Relaxed);
    }
}

/// Turns texts into vectors of unit length.
pub trait Encoder: Send + Sync {
    /// Identifies model and conversion, for instance `multilingual-e5-small/zh-1`. Vectors of
    /// different identities are never compared.
    fn identity(&self) -> &str;

    /// Identifies the vectors themselves: [`Self::identity`], and the form of the numbers that they
    /// were computed in, where it is not the model's. What is kept is kept by this.
    fn form(&self) -> &str {
        self.identity()
    }

    /// Length of each vector.
    fn dimension(&self) -> usize;

    /// Whether this is the stand-in without a model. Results made with it are marked.
    fn is_lexical(&self) -> bool;

    /// One row a text, in the order given.
    fn encode(&self, texts: &[&str], role: Role, watch: &dyn Watch)
    -> Result<Vectors, EncodeError>;
}
