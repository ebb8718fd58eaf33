//! BERT as we compute it ourselves, several times as fast as general tensor libraries.
//!
//! The texts of a batch lie end to end, without padding. Weights are put once into the order in
//! which the matrix products read them. Bias, GELU and residual are applied to a product's numbers
//! before they leave the processor. Each batch runs on one thread, in memory that is used again for
//! the next: there is nothing to wait for and nothing to allocate.
//!
//! What differs between processors is an [`Arithmetic`]. Every number that it computes for a text
//! depends on that text alone, by the same operations in the same order wherever in a batch it lies:
//! equal texts have equal vectors, bit by bit.

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub(crate) mod amx;
mod arithmetic;
mod bert;
mod lanes;

pub(crate) use arithmetic::{Arithmetic, Shape};
pub(crate) use bert::Bert;

use crate::model::Config;

/// All sizes of a model are multiples of this: a tile's row of 16-bit numbers.
const STEP: usize = 32;

/// Whether a model of these sizes can be computed here.
pub(crate) fn fits(config: &Config) -> bool {
    let head = config.hidden_size / config.num_attention_heads;
    [config.hidden_size, config.intermediate_size, head]
        .iter()
        .all(|size| size.is_multiple_of(STEP))
}
