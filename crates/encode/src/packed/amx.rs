//! Matrix products on AMX tiles of 16-bit brain floats, the rest with AVX-512.
//!
//! Only what is multiplied is rounded to sixteen bits; sums, residuals and normalisation keep
//! thirty-two. Against 32-bit floats throughout, the cosine is above 0.9999.

#![expect(
    unsafe_code,
    reason = "vector instructions; only where the processor was found to have them"
)]

mod attention;
mod dense;
mod tile;
mod vector;

use half::bf16;

use self::attention::Heads;
use self::dense::{Matrix, products};
use self::tile::{Line, TILE, Tiles};
use super::lanes::Lanes;
use super::slab::{Packer, Reader};
use super::{Arithmetic, Multiplies, Shape};
use crate::simd::{LANES, Norm};

pub(crate) use self::tile::is_available;

/// See the module. Exists only where [`is_available`].
pub(crate) struct Amx {
    tiles: Tiles,
}

/// Rows in tiles: sixteen rows' first thirty-two numbers, the same rows' next ones, and so on; then
/// the next sixteen rows.
#[derive(Debug)]
pub(crate) struct Rows {
    lines: Vec<Line>,
    /// Tiles side by side.
    width: usize,
}

impl Rows {
    fn new(rows: usize, columns: usize) -> Self {
        let width = columns / Line::LEN;
        Self {
            lines: vec![Line::ZERO; rows.next_multiple_of(2 * TILE) * width],
            width,
        }
    }

    /// The tiles of sixteen rows, from row `row` on.
    #[inline]
    fn tiles(&self, row: usize) -> &[Line] {
        &self.lines[row * self.width..][..TILE * self.width]
    }

    /// Columns `32 · column` to `32 · column + 31` of a row.
    #[inline]
    fn line_mut(&mut self, row: usize, column: usize) -> &mut Line {
        &mut self.lines[(row / TILE * self.width + column) * TILE + row % TILE]
    }
}

impl Arithmetic for Amx {
    type Rows = Rows;
    type Heads = Heads;
    type Matrix = Matrix;

    fn begin() -> Self {
        Self {
            tiles: Tiles::configure(),
        }
    }

    fn rows(shape: &Shape, columns: usize) -> Rows {
        Rows::new(shape.tokens, columns)
    }

    fn heads(shape: &Shape) -> Heads {
        Heads::new(shape)
    }

    fn pack(weights: &[f32], bias: &[f32], out: &mut Packer) {
        Matrix::pack(weights, bias, out);
    }

    fn matrix(packed: &mut Reader, inputs: usize, outputs: usize) -> Option<Matrix> {
        Matrix::read(packed, inputs, outputs)
    }

    /// Softmax to the base of two.
    fn query_scale(shape: &Shape) -> f32 {
        std::f32::consts::LOG2_E / (shape.head() as f32).sqrt()
    }

    fn norm(&self, norm: &Norm, residual: &mut [Lanes], rows: &mut Rows) {
        // SAFETY: as `self.tiles` exists, the processor has these instructions.
        unsafe { normalise(norm, residual, rows) }
    }

    fn project(&self, rows: &Rows, matrix: &Matrix, tokens: usize, heads: &mut Heads) {
        // SAFETY: as above.
        unsafe { project(&self.tiles, rows, matrix, tokens, heads) }
    }

    fn attend(&self, lengths: &[usize], heads: &mut Heads, rows: &mut Rows) {
        // SAFETY: as above.
        unsafe { heads.attend(&self.tiles, lengths, rows) }
    }

    fn add(&self, rows: &Rows, matrix: &Matrix, residual: &mut [Lanes]) {
        // SAFETY: as above.
        unsafe { add(&self.tiles, rows, matrix, residual) }
    }

    fn gelu(&self, rows: &Rows, matrix: &Matrix, tokens: usize, out: &mut Rows) {
        // SAFETY: as above.
        unsafe { gelu(&self.tiles, rows, matrix, tokens, out) }
    }
}

impl Multiplies for Amx {
    fn load(&self, numbers: &[Lanes], width: usize, rows: &mut Rows) {
        // SAFETY: as above.
        unsafe { load(numbers, width, rows) }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
fn load(numbers: &[Lanes], width: usize, rows: &mut Rows) {
    for (row, numbers) in numbers.chunks_exact(width / LANES).enumerate() {
        put(numbers, row, rows);
    }
}

/// Puts a row among the rows, rounded.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
fn put(numbers: &[Lanes], row: usize, rows: &mut Rows) {
    for (column, [low, high]) in numbers.as_chunks().0.iter().enumerate() {
        let (low, high) = (vector::load(low), vector::load(high));
        vector::store_halves(rows.line_mut(row, column), low, high);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
fn normalise(norm: &Norm, residual: &mut [Lanes], rows: &mut Rows) {
    let width = norm.scale.len() / LANES;
    for (row, numbers) in residual.chunks_exact_mut(width).enumerate() {
        vector::normalise(norm, numbers);
        put(numbers, row, rows);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
fn project(tiles: &Tiles, rows: &Rows, matrix: &Matrix, tokens: usize, heads: &mut Heads) {
    products(tiles, rows, matrix, tokens, |row, column, low, high| {
        vector::store_halves(heads.line_mut(row, column), low, high);
    });
}

#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
fn gelu(tiles: &Tiles, rows: &Rows, matrix: &Matrix, tokens: usize, out: &mut Rows) {
    products(tiles, rows, matrix, tokens, |row, column, low, high| {
        let line = out.line_mut(row, column);
        vector::store_halves(line, vector::gelu(low), vector::gelu(high));
    });
}

#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
fn add(tiles: &Tiles, rows: &Rows, matrix: &Matrix, residual: &mut [Lanes]) {
    let width = matrix.width();
    let tokens = residual.len() / width;
    products(tiles, rows, matrix, tokens, |row, column, low, high| {
        let both = &mut residual[row * width + 2 * column..][..2];
        vector::add_to(&mut both[0], low);
        vector::add_to(&mut both[1], high);
    });
}

/// Rounds to the nearest, as the processor does.
fn halves(numbers: impl Iterator<Item = f32>, line: &mut Line) {
    for (half, x) in line.0.iter_mut().zip(numbers) {
        *half = bf16::from_f32(x);
    }
}

#[cfg(test)]
mod tests;
