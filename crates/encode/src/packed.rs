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
pub(crate) mod arithmetic;
mod bert;
pub(crate) mod lanes;
#[cfg(test)]
mod testing;
#[cfg(target_arch = "x86_64")]
pub(crate) mod vnni;
#[cfg(target_arch = "x86_64")]
pub(crate) mod wide;

pub(crate) use arithmetic::{Arithmetic, Shape};
pub(crate) use bert::Bert;

use std::time::Instant;

use self::lanes::Lanes;
use crate::model::Config;
use crate::simd::LANES;

/// All sizes of a model are multiples of this: a tile's row of 16-bit numbers.
const STEP: usize = 32;

/// Floating-point operations that matrix products of this arithmetic make in a second on one thread,
/// of the fastest of some runs: all numbers lie in the first cache.
pub(crate) fn peak<A: Arithmetic>() -> f64 {
    const ROWS: usize = 96;
    const INPUTS: usize = 192;
    const OUTPUTS: usize = 32;
    const PRODUCTS: usize = 50;
    const RUNS: usize = 20;
    let shape = Shape {
        width: INPUTS,
        heads: 1,
        inner: OUTPUTS,
        tokens: ROWS,
    };
    let arithmetic = A::begin();
    let rows = A::rows(&shape, INPUTS);
    let matrix = A::matrix(&vec![0.5; INPUTS * OUTPUTS], &[0.5; OUTPUTS]);
    let mut residual = vec![Lanes::ZERO; ROWS * OUTPUTS / LANES];
    let mut run = || {
        let start = Instant::now();
        for _ in 0..PRODUCTS {
            arithmetic.add(&rows, &matrix, &mut residual);
        }
        start.elapsed().as_secs_f64()
    };
    let fastest = (0..RUNS).map(|_| run()).fold(f64::INFINITY, f64::min);
    (2 * ROWS * INPUTS * OUTPUTS * PRODUCTS) as f64 / fastest
}

/// Whether a model of these sizes can be computed here.
pub(crate) fn fits(config: &Config) -> bool {
    let head = config.hidden_size / config.num_attention_heads;
    [config.hidden_size, config.intermediate_size, head]
        .iter()
        .all(|size| size.is_multiple_of(STEP))
}
