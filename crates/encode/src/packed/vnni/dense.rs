//! Dense layers of 8-bit integers.

use std::arch::x86_64::{
    __m512, __m512i, _mm512_add_ps, _mm512_cvtepi32_ps, _mm512_dpbusd_epi32, _mm512_fmadd_ps,
    _mm512_load_ps, _mm512_load_si512, _mm512_mul_ps, _mm512_set1_epi32, _mm512_set1_ps,
    _mm512_setzero_si512, _mm512_store_ps, _mm512_sub_epi32,
};

use pulp::{Simd, WithSimd};

use super::Rows;
use crate::packed::lanes::Lanes;
use crate::packed::slab::{Packer, Part, Plain, Reader};
use crate::simd::{LANES, gelu};

/// Rows of a block of sums.
const ROWS: usize = 12;
/// Registers of columns that a block of sums is wide.
const WIDE: usize = 2;
/// Integers that one instruction multiplies and adds up for each column.
const GROUP: usize = 4;
/// The instruction takes unsigned numbers on one side: weights are stored with this added, and what
/// that adds to the sums is taken off again.
const OFFSET: i32 = 128;
/// Adding 3 · 2²² leaves the nearest whole number in the low bits.
const NEAREST: f32 = 12_582_912.0;
/// The largest integer.
const LARGEST: f32 = 127.0;

/// Four inputs' weights of sixteen columns.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([[u8; GROUP]; LANES]);

// SAFETY: 64 bytes, aligned to 64.
unsafe impl Plain for Line {}

/// Weights and bias of a layer.
#[derive(Debug)]
pub(crate) struct Matrix {
    /// For each sixteen columns, their weights of four inputs after four inputs.
    lines: Part<Line>,
    scales: Part<Lanes>,
    bias: Part<Lanes>,
}

impl Matrix {
    /// Packs `weights`, of which there is a row for each number of `bias`.
    pub(super) fn pack(weights: &[f32], bias: &[f32], out: &mut Packer) {
        let inputs = weights.len() / bias.len();
        assert!(inputs.is_multiple_of(GROUP) && bias.len().is_multiple_of(WIDE * LANES));
        let mut lines = vec![Line([[0; GROUP]; LANES]); weights.len() / (GROUP * LANES)];
        let mut scales = Vec::with_capacity(bias.len());
        for (column, weights) in weights.chunks_exact(inputs).enumerate() {
            let scale = scale(weights);
            let lines = &mut lines[column / LANES * (inputs / GROUP)..];
            for (line, weights) in lines.iter_mut().zip(weights.as_chunks::<GROUP>().0) {
                line.0[column % LANES] =
                    weights.map(|weight| ((weight / scale).round() as i8).cast_unsigned() ^ 0x80);
            }
            scales.push(scale);
        }
        out.put(&lines);
        out.put_numbers(&scales);
        out.put_numbers(bias);
    }

    /// What was packed, of so many inputs and outputs. None where it is not there.
    pub(super) fn read(packed: &mut Reader, inputs: usize, outputs: usize) -> Option<Self> {
        Some(Self {
            lines: packed.take(inputs * outputs / (GROUP * LANES))?,
            scales: packed.take(outputs / LANES)?,
            bias: packed.take(outputs / LANES)?,
        })
    }

    /// Columns, in lanes.
    pub(super) fn width(&self) -> usize {
        self.bias.len()
    }
}

/// What to divide `numbers` by for the largest to become 127.
#[expect(
    clippy::inline_always,
    reason = "only inlined code gets the wider instructions"
)]
#[inline(always)]
fn scale(numbers: &[f32]) -> f32 {
    let mut largest = [f32::MIN_POSITIVE; LANES];
    for lanes in numbers.as_chunks::<LANES>().0 {
        for (largest, x) in largest.iter_mut().zip(lanes) {
            *largest = largest.max(x.abs());
        }
    }
    largest.into_iter().fold(f32::MIN_POSITIVE, f32::max) / LARGEST
}

/// What becomes of a product's sums.
#[derive(Debug, Clone, Copy)]
pub(super) enum Finish {
    /// They are the output.
    Set,
    /// They are added to the output.
    Add,
}

/// The first `tokens` of `rows` times `matrix`.
#[target_feature(enable = "avx512f,avx512vnni")]
pub(super) fn products(
    rows: &Rows,
    matrix: &Matrix,
    tokens: usize,
    out: &mut [Lanes],
    finish: Finish,
) {
    let groups = rows.columns / GROUP;
    let width = matrix.width();
    let (numbers, _) = rows.numbers.as_chunks::<GROUP>();
    let (scales, bias) = (&*matrix.scales, &*matrix.bias);
    let panels = matrix.lines.chunks_exact(WIDE * groups);
    for (column, panel) in panels.enumerate() {
        let (left, right) = panel.split_at(groups);
        for first in (0..tokens).step_by(ROWS) {
            // Behind the last row it is repeated.
            let mut block: [&[[i8; GROUP]]; ROWS] = [&[]; ROWS];
            for (index, row) in block.iter_mut().enumerate() {
                *row = &numbers[(first + index).min(tokens - 1) * groups..][..groups];
            }
            let sums = sums(block, left, right);
            for (row, sums) in (first..tokens).zip(sums) {
                let scale = _mm512_set1_ps(rows.scales[row]);
                let extra = _mm512_set1_epi32(OFFSET * rows.totals[row]);
                let at = WIDE * column;
                for (part, sum) in sums.into_iter().enumerate() {
                    let out = &mut out[row * width + at + part];
                    let both = _mm512_mul_ps(scale, load(&scales[at + part]));
                    let sum = _mm512_cvtepi32_ps(_mm512_sub_epi32(sum, extra));
                    let mut sum = _mm512_fmadd_ps(sum, both, load(&bias[at + part]));
                    if matches!(finish, Finish::Add) {
                        sum = _mm512_add_ps(sum, load(out));
                    }
                    // SAFETY: lanes are 64 bytes, aligned to 64.
                    unsafe { _mm512_store_ps(out.0.as_mut_ptr(), sum) }
                }
            }
        }
    }
}

/// The sums of products of twelve rows with 32 columns.
#[inline]
#[target_feature(enable = "avx512f,avx512vnni")]
fn sums(rows: [&[[i8; GROUP]]; ROWS], left: &[Line], right: &[Line]) -> [[__m512i; WIDE]; ROWS] {
    let mut sums = [[_mm512_setzero_si512(); WIDE]; ROWS];
    for (group, (left, right)) in left.iter().zip(right).enumerate() {
        let weights = [load_line(left), load_line(right)];
        // By index: only then are the sums kept in registers.
        for index in 0..ROWS {
            let numbers = _mm512_set1_epi32(i32::from_le_bytes(
                rows[index][group].map(i8::cast_unsigned),
            ));
            for part in 0..WIDE {
                sums[index][part] = _mm512_dpbusd_epi32(sums[index][part], weights[part], numbers);
            }
        }
    }
    sums
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(lanes: &Lanes) -> __m512 {
    // SAFETY: 64 bytes, aligned to 64.
    unsafe { _mm512_load_ps(lanes.0.as_ptr()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_line(line: &Line) -> __m512i {
    // SAFETY: 64 bytes, aligned to 64.
    unsafe { _mm512_load_si512(line.0.as_ptr().cast()) }
}

/// Rounds the first `tokens` of `rows` to integers.
pub(super) struct Round<'a> {
    pub(super) rows: &'a mut Rows,
    pub(super) tokens: usize,
}

impl WithSimd for Round<'_> {
    type Output = ();

    #[expect(
        clippy::inline_always,
        reason = "only inlined code gets the wider instructions"
    )]
    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Rows {
            columns,
            numbers,
            scales,
            totals,
            exact,
        } = self.rows;
        let exact = Lanes::numbers(exact).chunks_exact(*columns);
        let rows = exact.zip(numbers.chunks_exact_mut(*columns));
        let places = scales.iter_mut().zip(totals);
        for ((exact, numbers), (scale, total)) in rows.zip(places).take(self.tokens) {
            *scale = self::scale(exact);
            let factor = 1.0 / *scale;
            *total = 0;
            for (number, x) in numbers.iter_mut().zip(exact) {
                let low = (x * factor + NEAREST).to_bits() as i8;
                *number = low;
                *total += i32::from(low);
            }
        }
    }
}

/// Applies GELU to every number.
pub(super) struct Gelu<'a> {
    pub(super) rows: &'a mut [f32],
}

impl WithSimd for Gelu<'_> {
    type Output = ();

    #[expect(
        clippy::inline_always,
        reason = "only inlined code gets the wider instructions"
    )]
    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        for x in self.rows {
            *x = gelu(*x);
        }
    }
}
