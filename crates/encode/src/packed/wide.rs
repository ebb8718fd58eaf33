//! 32-bit floats in AVX-512 or AVX2 registers, by way of `pulp`: exact.

mod dense;

use pulp::Simd;
use pulp::x86::{V3, V4};

use self::dense::{Finish, Matrix, Products};
use super::lanes::Lanes;
use super::slab::{Packer, Reader};
use super::{Arithmetic, Multiplies, Shape};
use crate::simd::attention::{Scratch, Texts};
use crate::simd::{LANES, Norm, Normalise};

/// A set of vector instructions.
pub(crate) trait Level: Simd + Send + Sync {
    /// None where the processor lacks them.
    fn get() -> Option<Self>;
}

/// AVX-512.
impl Level for V4 {
    fn get() -> Option<Self> {
        Self::try_new()
    }
}

/// AVX2 with fused multiplication and addition.
impl Level for V3 {
    fn get() -> Option<Self> {
        Self::try_new()
    }
}

/// See the module.
pub(crate) struct Wide<S> {
    simd: S,
}

pub(crate) type Avx512 = Wide<V4>;
pub(crate) type Avx2 = Wide<V3>;

/// Rows one after the other.
pub(crate) struct Rows(Vec<Lanes>);

/// Rows of query, key and value side by side.
pub(crate) struct Heads {
    count: usize,
    rows: Vec<Lanes>,
    /// Zeros: the rows have theirs already.
    bias: Vec<f32>,
    scratch: Scratch,
}

impl Heads {
    pub(super) fn rows_mut(&mut self) -> &mut [Lanes] {
        &mut self.rows
    }

    /// Writes what the heads give for each token into `out`.
    pub(super) fn attend<S: Level>(&mut self, simd: S, lengths: &[usize], out: &mut [Lanes]) {
        let tokens: usize = lengths.iter().sum();
        let width = self.bias.len() / 3;
        simd.vectorize(Texts {
            heads: self.count,
            lengths,
            bias: &self.bias,
            rows: &Lanes::numbers(&self.rows)[..3 * tokens * width],
            context: &mut Lanes::numbers_mut(out)[..tokens * width],
            scratch: &mut self.scratch,
        });
    }
}

impl<S: Level> Arithmetic for Wide<S> {
    type Rows = Rows;
    type Heads = Heads;
    type Matrix = Matrix;

    /// # Panics
    /// Where the processor lacks these instructions.
    fn begin() -> Self {
        Self {
            simd: S::get().expect("instructions that were found when the model was loaded"),
        }
    }

    fn rows(shape: &Shape, columns: usize) -> Rows {
        Rows(vec![Lanes::ZERO; shape.tokens * columns / LANES])
    }

    fn heads(shape: &Shape) -> Heads {
        Heads {
            count: shape.heads,
            rows: vec![Lanes::ZERO; 3 * shape.tokens * shape.width / LANES],
            bias: vec![0.0; 3 * shape.width],
            scratch: Scratch::new(shape.head(), shape.tokens),
        }
    }

    fn pack(weights: &[f32], bias: &[f32], out: &mut Packer) {
        Matrix::pack(weights, bias, S::F32_LANES, out);
    }

    fn matrix(packed: &mut Reader, inputs: usize, outputs: usize) -> Option<Matrix> {
        Matrix::read(packed, inputs, outputs)
    }

    /// Attention scales them itself.
    fn query_scale(_: &Shape) -> f32 {
        1.0
    }

    fn norm(&self, norm: &Norm, residual: &mut [Lanes], rows: &mut Rows) {
        self.simd.vectorize(Normalise {
            norm,
            rows: Lanes::numbers_mut(residual),
        });
        rows.0[..residual.len()].copy_from_slice(residual);
    }

    fn project(&self, rows: &Rows, matrix: &Matrix, tokens: usize, heads: &mut Heads) {
        self.products(rows, matrix, tokens, &mut heads.rows, Finish::Set);
    }

    fn attend(&self, lengths: &[usize], heads: &mut Heads, rows: &mut Rows) {
        heads.attend(self.simd, lengths, &mut rows.0);
    }

    fn add(&self, rows: &Rows, matrix: &Matrix, residual: &mut [Lanes]) {
        let tokens = residual.len() * LANES / matrix.outputs();
        self.products(rows, matrix, tokens, residual, Finish::Add);
    }

    fn gelu(&self, rows: &Rows, matrix: &Matrix, tokens: usize, out: &mut Rows) {
        self.products(rows, matrix, tokens, &mut out.0, Finish::Gelu);
    }
}

impl<S: Level> Multiplies for Wide<S> {
    fn load(&self, numbers: &[Lanes], _width: usize, rows: &mut Rows) {
        rows.0[..numbers.len()].copy_from_slice(numbers);
    }
}

impl<S: Level> Wide<S> {
    fn products(
        &self,
        rows: &Rows,
        matrix: &Matrix,
        tokens: usize,
        out: &mut [Lanes],
        finish: Finish,
    ) {
        self.simd.vectorize(Products {
            rows: &Lanes::numbers(&rows.0)[..tokens * matrix.inputs()],
            matrix,
            out: &mut Lanes::numbers_mut(out)[..tokens * matrix.outputs()],
            finish,
        });
    }
}

#[cfg(test)]
mod tests;
