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
mod file;
pub(crate) mod lanes;
pub(crate) mod slab;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
pub(crate) mod vnni;
#[cfg(target_arch = "x86_64")]
pub(crate) mod wide;

pub(crate) use arithmetic::{Arithmetic, Multiplies, Shape};
use bert::Bert;

use std::time::Instant;

use self::lanes::Lanes;
use crate::Kernel;
use crate::engine::Loaded;
use crate::manifest::WEIGHTS;
use crate::model::{Config, ModelDir, ModelError};
use crate::simd::LANES;
use crate::weights::Weights;

/// All sizes of a model are multiples of this: a tile's row of 16-bit numbers.
pub(crate) const STEP: usize = 32;

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
    let matrix = matrix::<A>(&vec![0.5; INPUTS * OUTPUTS], &[0.5; OUTPUTS]);
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

/// A dense layer of `weights`, one row for each number of `bias`.
pub(crate) fn matrix<A: Arithmetic>(weights: &[f32], bias: &[f32]) -> A::Matrix {
    let mut packed = slab::Packer::default();
    A::pack(weights, bias, &mut packed);
    let (inputs, outputs) = (weights.len() / bias.len(), bias.len());
    let matrix = A::matrix(&mut packed.read(), inputs, outputs);
    matrix.expect("what was packed just now")
}

/// Loads a model for one arithmetic: from the weights packed earlier, or else from the model's own, which
/// are then packed and, where the folder can be written to, kept.
pub(crate) fn load<A: Arithmetic + 'static>(
    kernel: Kernel,
    folder: &ModelDir,
) -> Result<Loaded, ModelError> {
    let config = &folder.config;
    let (path, key) = (folder.packed(kernel), folder.key(kernel)?);
    if let Some((identity, packed)) = file::open(&path, &key)
        && let Some(bert) = Bert::<A>::read(packed, config)
    {
        return Ok(Loaded {
            engine: Box::new(bert),
            info: folder.info_of(identity),
        });
    }
    let (packed, info) = {
        let bytes = folder.read(WEIGHTS)?;
        let packed = Bert::<A>::pack(&Weights::parse(&bytes, folder)?, config)?;
        (packed, folder.info_with(&bytes))
    };
    let kept = file::write(&path, &key, &info.identity, &packed).is_ok();
    // What is mapped is shared with other processes, and given back to the system when it needs memory.
    let mapped = kept.then(|| file::open(&path, &key)).flatten();
    let packed = mapped.map_or_else(|| packed.read(), |(_, packed)| packed);
    let bert = Bert::<A>::read(packed, config);
    Ok(Loaded {
        engine: Box::new(bert.expect("what was packed just now")),
        info,
    })
}

/// Whether a model of these sizes can be computed here.
pub(crate) fn fits(config: &Config) -> bool {
    let head = config.hidden_size / config.num_attention_heads;
    [config.hidden_size, config.intermediate_size, head]
        .iter()
        .all(|size| size.is_multiple_of(STEP))
}
