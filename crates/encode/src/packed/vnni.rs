//! Matrix products of 8-bit integers with AVX512-VNNI, the rest in 32-bit floats.
//!
//! Each row that goes into a product is scaled so that its largest number is 127, each column of
//! weights likewise. Against 32-bit floats throughout, the cosine is about 0.999: fast, and rougher
//! than the other kernels, so that it is used only where somebody asks for it.

#![expect(
    unsafe_code,
    reason = "vector instructions; only where the processor was found to have them"
)]

mod dense;

use pulp::Simd;
use pulp::x86::V4;

use self::dense::{Finish, Matrix};
use super::lanes::Lanes;
use super::slab::{Packer, Reader};
use super::wide::{Heads, Level, Wide};
use super::{Arithmetic, Shape};
use crate::simd::{LANES, Norm, Normalise};

/// Whether the processor has these instructions.
pub(crate) fn is_available() -> bool {
    V4::is_available() && is_x86_feature_detected!("avx512vnni")
}

/// See the module. Exists only where [`is_available`].
pub(crate) struct Vnni {
    simd: V4,
}

/// Rows of 8-bit integers, and what each row was divided by.
#[derive(Debug)]
pub(crate) struct Rows {
    columns: usize,
    numbers: Vec<i8>,
    scales: Vec<f32>,
    /// What each row's integers add up to.
    totals: Vec<i32>,
    /// The same rows as 32-bit floats, before they are rounded.
    exact: Vec<Lanes>,
}

impl Rows {
    fn new(rows: usize, columns: usize) -> Self {
        Self {
            columns,
            numbers: vec![0; rows * columns],
            scales: vec![0.0; rows],
            totals: vec![0; rows],
            exact: vec![Lanes::ZERO; rows * columns / LANES],
        }
    }
}

impl Arithmetic for Vnni {
    type Rows = Rows;
    type Heads = Heads;
    type Matrix = Matrix;

    /// # Panics
    /// Unless [`is_available`].
    fn begin() -> Self {
        assert!(is_available(), "no AVX512-VNNI");
        Self {
            simd: V4::get().expect("AVX-512, where there is AVX512-VNNI"),
        }
    }

    fn rows(shape: &Shape, columns: usize) -> Rows {
        Rows::new(shape.tokens, columns)
    }

    fn heads(shape: &Shape) -> Heads {
        Wide::<V4>::heads(shape)
    }

    fn pack(weights: &[f32], bias: &[f32], out: &mut Packer) {
        Matrix::pack(weights, bias, out);
    }

    fn matrix(packed: &mut Reader, inputs: usize, outputs: usize) -> Option<Matrix> {
        Matrix::read(packed, inputs, outputs)
    }

    /// Attention scales them itself.
    fn query_scale(_: &Shape) -> f32 {
        1.0
    }

    fn norm(&self, norm: &Norm, residual: &mut [Lanes], rows: &mut Rows) {
        Simd::vectorize(
            self.simd,
            Normalise {
                norm,
                rows: Lanes::numbers_mut(residual),
            },
        );
        rows.exact[..residual.len()].copy_from_slice(residual);
        self.round(rows, residual.len() * LANES / rows.columns);
    }

    fn project(&self, rows: &Rows, matrix: &Matrix, tokens: usize, heads: &mut Heads) {
        self.products(rows, matrix, tokens, heads.rows_mut(), Finish::Set);
    }

    fn attend(&self, lengths: &[usize], heads: &mut Heads, rows: &mut Rows) {
        heads.attend(self.simd, lengths, &mut rows.exact);
        self.round(rows, lengths.iter().sum());
    }

    fn add(&self, rows: &Rows, matrix: &Matrix, residual: &mut [Lanes]) {
        let tokens = residual.len() / matrix.width();
        self.products(rows, matrix, tokens, residual, Finish::Add);
    }

    fn gelu(&self, rows: &Rows, matrix: &Matrix, tokens: usize, out: &mut Rows) {
        self.products(rows, matrix, tokens, &mut out.exact, Finish::Set);
        Simd::vectorize(
            self.simd,
            dense::Gelu {
                rows: Lanes::numbers_mut(&mut out.exact[..tokens * matrix.width()]),
            },
        );
        self.round(out, tokens);
    }
}

impl Vnni {
    #[expect(
        clippy::unused_self,
        reason = "only where there is one are there these instructions"
    )]
    fn products(
        &self,
        rows: &Rows,
        matrix: &Matrix,
        tokens: usize,
        out: &mut [Lanes],
        finish: Finish,
    ) {
        assert!(tokens * rows.columns <= rows.numbers.len());
        // SAFETY: as `self` exists, the processor has these instructions.
        unsafe { dense::products(rows, matrix, tokens, out, finish) }
    }

    /// Makes the first `tokens` rows' integers from what they are exactly.
    fn round(&self, rows: &mut Rows, tokens: usize) {
        Simd::vectorize(self.simd, dense::Round { rows, tokens });
    }
}

#[cfg(test)]
mod tests;
