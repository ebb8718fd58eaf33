//! Self-attention on tiles, one text and one head after the other.

use std::arch::x86_64::{
    _mm512_add_ps, _mm512_mask_max_ps, _mm512_maskz_mov_ps, _mm512_mul_ps, _mm512_reduce_add_ps,
    _mm512_reduce_max_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_setzero_si512, _mm512_sub_ps,
};
use std::cmp::Ordering;

use super::tile::{Line, TILE, Tiles};
use super::{Rows, vector};
use crate::packed::Shape;
use crate::packed::lanes::Lanes;
use crate::simd::LANES;

/// Queries worked on together.
const QUERIES: usize = 2 * TILE;

/// Queries, keys and values of a batch, with the memory that attention works in. What lies behind a
/// text's last token are numbers of another text; they are multiplied with zeros, or not looked at.
pub(crate) struct Heads {
    count: usize,
    /// Lines of a token in one head.
    size: usize,
    /// All tokens' first 32 numbers, all tokens' next ones, and so on.
    lines: Vec<Line>,
    /// Tokens there is room for.
    tokens: usize,
    /// Keys of a head: for each sixteen tokens their tiles, turned.
    keys: Vec<Line>,
    /// Values of a head: for each sixteen columns their tiles.
    values: Vec<Line>,
    /// A row for each query.
    scores: Vec<Lanes>,
    /// Scores after softmax, sixteen bits each.
    weights: Vec<Line>,
    /// What the values of these weights add up to.
    sums: Vec<Lanes>,
}

impl Heads {
    pub(super) fn new(shape: &Shape) -> Self {
        let longest = shape.tokens.next_multiple_of(QUERIES);
        let tokens = longest + QUERIES;
        let size = shape.head() / Line::LEN;
        Self {
            count: shape.heads,
            size,
            lines: vec![Line::ZERO; 3 * shape.heads * size * tokens],
            tokens,
            keys: vec![Line::ZERO; longest * size],
            values: vec![Line::ZERO; longest * size],
            scores: vec![Lanes::ZERO; QUERIES * longest / LANES],
            weights: vec![Line::ZERO; QUERIES * longest / Line::LEN],
            sums: vec![Lanes::ZERO; 2 * QUERIES],
        }
    }

    /// Columns `32 · column` to `32 · column + 31` of token `row`.
    #[inline]
    pub(super) fn line_mut(&mut self, row: usize, column: usize) -> &mut Line {
        &mut self.lines[column * self.tokens + row]
    }

    /// Writes what the heads give for each token into `out`.
    #[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
    pub(super) fn attend(&mut self, tiles: &Tiles, lengths: &[usize], out: &mut Rows) {
        let mut start = 0;
        for length in lengths {
            for head in 0..self.count {
                self.take_keys(head, start, *length);
                self.take_values(head, start, *length);
                for first in (0..*length).step_by(QUERIES) {
                    let rows = QUERIES.min(length - first);
                    self.score(tiles, head, start + first, *length);
                    let factors = self.softmax(rows, *length);
                    for part in 0..self.size {
                        self.mix(tiles, part, *length);
                        for (row, factor) in factors[..rows].iter().enumerate() {
                            let factor = _mm512_set1_ps(*factor);
                            let low = _mm512_mul_ps(vector::load(&self.sums[2 * row]), factor);
                            let high = _mm512_mul_ps(vector::load(&self.sums[2 * row + 1]), factor);
                            let line = out.line_mut(start + first + row, head * self.size + part);
                            vector::store_halves(line, low, high);
                        }
                    }
                }
            }
            start += length;
        }
    }

    /// Lines of tokens from `start` on: `kind` 0 are queries, 1 keys, 2 values.
    #[inline]
    fn lines(&self, kind: usize, head: usize, part: usize, start: usize) -> &[Line] {
        let column = (kind * self.count + head) * self.size + part;
        &self.lines[column * self.tokens + start..]
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn take_keys(&mut self, head: usize, start: usize, length: usize) {
        for block in 0..length.next_multiple_of(QUERIES) / TILE {
            for part in 0..self.size {
                let lines = &self.lines(1, head, part, start + block * TILE)[..TILE];
                let mut pairs = [_mm512_setzero_si512(); TILE];
                for (pairs, line) in pairs.iter_mut().zip(lines) {
                    *pairs = vector::load_line(line);
                }
                vector::transpose(&mut pairs);
                let tile = &mut self.keys[(block * self.size + part) * TILE..][..TILE];
                for (line, pairs) in tile.iter_mut().zip(pairs) {
                    vector::store_line(line, pairs);
                }
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn take_values(&mut self, head: usize, start: usize, length: usize) {
        let depth = length.div_ceil(Line::LEN);
        for part in 0..self.size {
            for block in 0..depth {
                for i in 0..TILE {
                    let two = self.lines(2, head, part, start + block * Line::LEN + 2 * i);
                    let (even, odd) = (vector::load_line(&two[0]), vector::load_line(&two[1]));
                    let [low, high] = vector::interleave(even, odd);
                    let line = (2 * part * depth + block) * TILE + i;
                    vector::store_line(&mut self.values[line], low);
                    vector::store_line(&mut self.values[line + depth * TILE], high);
                }
            }
        }
    }

    /// Products of the queries from row `row` on with all keys.
    #[inline]
    fn score(&mut self, tiles: &Tiles, head: usize, row: usize, length: usize) {
        let blocks = length.next_multiple_of(QUERIES) / TILE;
        let column = head * self.size * self.tokens;
        let queries = &self.lines[column + row..];
        let keys = |block: usize| &self.keys[block * self.size * TILE..];
        for block in (0..blocks).step_by(2) {
            tiles.multiply(
                [queries, &queries[TILE..]],
                self.tokens,
                [keys(block), keys(block + 1)],
                self.size,
                &mut self.scores[block..],
                blocks,
            );
        }
    }

    /// Two to the scores, less each row's largest so that none overflows, into `weights`; and what
    /// each row is to be multiplied with for its weights to add up to one.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bf16")]
    fn softmax(&mut self, rows: usize, length: usize) -> [f32; QUERIES] {
        let depth = length.div_ceil(Line::LEN);
        let last = (length - 1) / LANES;
        let in_last = u16::MAX >> (LANES - 1 - (length - 1) % LANES);
        let mut factors = [0.0; QUERIES];
        let scores = self.scores.chunks_exact(2 * depth);
        for (row, (factor, scores)) in factors[..rows].iter_mut().zip(scores).enumerate() {
            let mut largest = _mm512_set1_ps(f32::MIN);
            for (block, score) in scores[..=last].iter().enumerate() {
                let here = if block == last { in_last } else { u16::MAX };
                largest = _mm512_mask_max_ps(largest, here, largest, vector::load(score));
            }
            let largest = _mm512_set1_ps(_mm512_reduce_max_ps(largest));
            let mut sum = _mm512_setzero_ps();
            let weigh = |block: usize| {
                let here = match block.cmp(&last) {
                    Ordering::Less => u16::MAX,
                    Ordering::Equal => in_last,
                    Ordering::Greater => 0,
                };
                let score = _mm512_sub_ps(vector::load(&scores[block]), largest);
                _mm512_maskz_mov_ps(here, vector::exp2(score))
            };
            let tiles = &mut self.weights[row / TILE * depth * TILE..][..depth * TILE];
            for (block, tile) in tiles.as_chunks_mut::<TILE>().0.iter_mut().enumerate() {
                let (low, high) = (weigh(2 * block), weigh(2 * block + 1));
                sum = _mm512_add_ps(sum, _mm512_add_ps(low, high));
                vector::store_halves(&mut tile[row % TILE], low, high);
            }
            *factor = 1.0 / _mm512_reduce_add_ps(sum);
        }
        factors
    }

    /// The values of columns `32 · part` to `32 · part + 31`, weighted, into `sums`.
    #[inline]
    fn mix(&mut self, tiles: &Tiles, part: usize, length: usize) {
        let depth = length.div_ceil(Line::LEN);
        let values = &self.values[2 * part * depth * TILE..];
        tiles.multiply(
            [&self.weights, &self.weights[depth * TILE..]],
            TILE,
            [values, &values[depth * TILE..]],
            depth,
            &mut self.sums,
            2,
        );
    }
}
