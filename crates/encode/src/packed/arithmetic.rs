//! What an instruction set has to offer for the model to be computed with it.

use std::fmt;

use super::lanes::Lanes;
use super::slab::{Packer, Reader};
use crate::simd::Norm;

/// Sizes of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Numbers of a token between layers.
    pub(crate) width: usize,
    /// Attention heads.
    pub(crate) heads: usize,
    /// Numbers of a token within the feed-forward part.
    pub(crate) inner: usize,
    /// Tokens of a batch at most.
    pub(crate) tokens: usize,
}

impl Shape {
    /// Numbers of a token in one head.
    pub(crate) const fn head(&self) -> usize {
        self.width / self.heads
    }
}

/// The steps of a layer, over the rows of a batch. Between them a token's numbers are 32-bit floats,
/// the *residual*; what goes into matrix products is in a form and order of its own, [`Self::Rows`].
pub(crate) trait Arithmetic {
    /// Rows as matrix products read them.
    type Rows: Send;
    /// Queries, keys and values, with the memory that attention works in.
    type Heads: Send;
    /// A dense layer: weights and bias.
    type Matrix: fmt::Debug + Send + Sync;

    /// Makes a thread ready for a batch.
    fn begin() -> Self;

    /// Room for a batch's rows of `columns` numbers.
    fn rows(shape: &Shape, columns: usize) -> Self::Rows;

    /// Room for attention over a batch.
    fn heads(shape: &Shape) -> Self::Heads;

    /// Packs a dense layer of `weights`, one row for each number of `bias`.
    fn pack(weights: &[f32], bias: &[f32], out: &mut Packer);

    /// The dense layer that was packed next, of so many inputs and outputs. None where it is not there.
    fn matrix(packed: &mut Reader, inputs: usize, outputs: usize) -> Option<Self::Matrix>;

    /// What queries are multiplied with before the layer that makes them is packed.
    fn query_scale(shape: &Shape) -> f32;

    /// Normalises `residual`, and puts it into `rows` too.
    fn norm(&self, norm: &Norm, residual: &mut [Lanes], rows: &mut Self::Rows);

    /// Queries, keys and values of `tokens` rows.
    fn project(
        &self,
        rows: &Self::Rows,
        matrix: &Self::Matrix,
        tokens: usize,
        heads: &mut Self::Heads,
    );

    /// What each token takes in from the tokens of its text. The texts are of these `lengths`.
    fn attend(&self, lengths: &[usize], heads: &mut Self::Heads, rows: &mut Self::Rows);

    /// Adds a dense layer's output to `residual`.
    fn add(&self, rows: &Self::Rows, matrix: &Self::Matrix, residual: &mut [Lanes]);

    /// A dense layer followed by GELU.
    fn gelu(&self, rows: &Self::Rows, matrix: &Self::Matrix, tokens: usize, out: &mut Self::Rows);
}

/// Multiplies any rows, not only those that it has normalised itself.
pub(crate) trait Multiplies: Arithmetic {
    /// Puts rows of `width` numbers, one after the other, into `rows`.
    fn load(&self, numbers: &[Lanes], width: usize, rows: &mut Self::Rows);
}
