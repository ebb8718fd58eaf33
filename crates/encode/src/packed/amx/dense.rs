//! Dense layers: rows times packed weights.

use std::arch::x86_64::__m512;

use super::tile::{Line, TILE, Tiles};
use super::{Rows, vector};
use crate::packed::lanes::Lanes;
use crate::packed::slab::{Packer, Part, Plain, Reader};
use crate::simd::LANES;

/// A block of sums: 32 rows of 32 columns.
const BLOCK: usize = 2 * TILE;

/// Weights and bias of a layer.
#[derive(Debug)]
pub(crate) struct Matrix {
    /// For each sixteen columns their tiles, one after the other.
    tiles: Part<Line>,
    bias: Part<Lanes>,
}

// SAFETY: 32 brain floats, which are sixteen bits each, aligned to 64.
unsafe impl Plain for Line {}

impl Matrix {
    /// Packs `weights`, of which there is a row for each number of `bias`.
    pub(super) fn pack(weights: &[f32], bias: &[f32], out: &mut Packer) {
        let inputs = weights.len() / bias.len();
        assert!(inputs.is_multiple_of(Line::LEN) && bias.len().is_multiple_of(BLOCK));
        let mut tiles = vec![Line::ZERO; weights.len() / Line::LEN];
        let columns = weights.chunks_exact(LANES * inputs);
        for (columns, tiles) in columns.zip(tiles.chunks_exact_mut(inputs / 2)) {
            // Line `i` holds the weights of inputs 2i and 2i + 1, pair after pair for each column.
            for (i, line) in tiles.iter_mut().enumerate() {
                let pairs = columns.chunks_exact(inputs);
                let numbers = pairs.flat_map(|column| [column[2 * i], column[2 * i + 1]]);
                super::halves(numbers, line);
            }
        }
        out.put(&tiles);
        out.put_numbers(bias);
    }

    /// What was packed, of so many inputs and outputs. None where it is not there.
    pub(super) fn read(packed: &mut Reader, inputs: usize, outputs: usize) -> Option<Self> {
        Some(Self {
            tiles: packed.take(inputs * outputs / Line::LEN)?,
            bias: packed.take(outputs / LANES)?,
        })
    }

    /// Columns, in lanes.
    pub(super) fn width(&self) -> usize {
        self.bias.len()
    }
}

/// Calls `finish` with each row, each 32 columns (counted by 32), and the first and second sixteen of
/// the product's sums there, bias added.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
pub(super) fn products(
    tiles: &Tiles,
    rows: &Rows,
    matrix: &Matrix,
    tokens: usize,
    mut finish: impl FnMut(usize, usize, __m512, __m512),
) {
    let depth = rows.width;
    let (lines, bias) = (&*matrix.tiles, &*matrix.bias);
    let mut finish = |sums: &[Lanes; 2 * BLOCK], first: usize, column: usize| {
        let (low_bias, high_bias) = (
            vector::load(&bias[2 * column]),
            vector::load(&bias[2 * column + 1]),
        );
        let rows = first..tokens.min(first + BLOCK);
        for (row, [low, high]) in rows.zip(sums.as_chunks().0) {
            let low = vector::add(vector::load(low), low_bias);
            let high = vector::add(vector::load(high), high_bias);
            finish(row, column, low, high);
        }
    };
    // While the tiles work on one block, the vector units finish the one before.
    let mut sums = [[Lanes::ZERO; 2 * BLOCK]; 2];
    let mut before = None;
    let mut turn = 0;
    let columns = lines.chunks_exact(2 * depth * TILE);
    for (column, weights) in columns.enumerate() {
        let (left, right) = weights.split_at(depth * TILE);
        for first in (0..tokens).step_by(BLOCK) {
            tiles.multiply(
                [rows.tiles(first), rows.tiles(first + TILE)],
                TILE,
                [left, right],
                depth,
                &mut sums[turn],
                2,
            );
            if let Some((first, column)) = before.replace((first, column)) {
                finish(&sums[1 - turn], first, column);
            }
            turn = 1 - turn;
        }
    }
    if let Some((first, column)) = before {
        finish(&sums[1 - turn], first, column);
    }
}
