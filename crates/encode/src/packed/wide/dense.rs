//! Dense layers and normalisation on whole registers.

#![expect(
    unsafe_code,
    reason = "a bounds check in the innermost loop makes it several times as slow"
)]

use pulp::{Simd, WithSimd};

use crate::packed::lanes::Lanes;
use crate::packed::slab::{Packer, Part, Reader};
use crate::simd::{LANES, gelu};

/// Registers of columns that a block of sums is wide.
const WIDE: usize = 2;

/// Numbers of rows that stay near the processor while all weights go by.
const NEAR: usize = 1 << 17;

/// Weights and bias of a layer.
#[derive(Debug)]
pub(crate) struct Matrix {
    /// For each two registers of columns, their weights of one input after the other.
    panels: Part<Lanes>,
    bias: Part<Lanes>,
}

impl Matrix {
    /// Packs `weights`, of which there is a row for each number of `bias`, for registers of `lanes`.
    pub(super) fn pack(weights: &[f32], bias: &[f32], lanes: usize, out: &mut Packer) {
        let inputs = weights.len() / bias.len();
        let width = WIDE * lanes;
        assert!(bias.len().is_multiple_of(width) && weights.len().is_multiple_of(LANES));
        let mut panels = vec![Lanes::ZERO; weights.len() / LANES];
        let columns = weights.chunks_exact(width * inputs);
        let numbers = Lanes::numbers_mut(&mut panels);
        for (columns, panel) in columns.zip(numbers.chunks_exact_mut(width * inputs)) {
            for (input, numbers) in panel.chunks_exact_mut(width).enumerate() {
                for (number, column) in numbers.iter_mut().zip(columns.chunks_exact(inputs)) {
                    *number = column[input];
                }
            }
        }
        out.put(&panels);
        out.put_numbers(bias);
    }

    /// What was packed, of so many inputs and outputs. None where it is not there.
    pub(super) fn read(packed: &mut Reader, inputs: usize, outputs: usize) -> Option<Self> {
        Some(Self {
            panels: packed.take(inputs * outputs / LANES)?,
            bias: packed.take(outputs / LANES)?,
        })
    }

    pub(super) fn outputs(&self) -> usize {
        self.bias.len() * LANES
    }

    pub(super) fn inputs(&self) -> usize {
        self.panels.len() / self.bias.len()
    }
}

/// What becomes of a product's sums.
#[derive(Debug, Clone, Copy)]
pub(super) enum Finish {
    /// They are the output.
    Set,
    /// They are added to the output.
    Add,
    /// The output is their GELU.
    Gelu,
}

/// Rows times a matrix.
pub(super) struct Products<'a> {
    pub(super) rows: &'a [f32],
    pub(super) matrix: &'a Matrix,
    pub(super) out: &'a mut [f32],
    pub(super) finish: Finish,
}

impl WithSimd for Products<'_> {
    type Output = ();

    #[expect(
        clippy::inline_always,
        reason = "only inlined code gets the wider instructions"
    )]
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // As many sums as there are registers for: 32 of AVX-512, 16 of AVX2.
        if S::F32_LANES == 16 {
            self.run::<S, 12>(simd);
        } else {
            self.run::<S, 6>(simd);
        }
    }
}

impl Products<'_> {
    #[expect(
        clippy::inline_always,
        reason = "only inlined code gets the wider instructions"
    )]
    #[inline(always)]
    fn run<S: Simd, const ROWS: usize>(self, simd: S) {
        let (inputs, outputs) = (self.matrix.inputs(), self.matrix.outputs());
        let width = WIDE * S::F32_LANES;
        let group = (NEAR / inputs).next_multiple_of(ROWS);
        let bias = Lanes::numbers(&self.matrix.bias);
        let outs = self.out.chunks_mut(group * outputs);
        for (rows, out) in self.rows.chunks(group * inputs).zip(outs) {
            let tokens = rows.len() / inputs;
            let panels = Lanes::numbers(&self.matrix.panels).chunks_exact(width * inputs);
            for (column, panel) in panels.enumerate() {
                let column = column * width;
                let bias = S::as_simd_f32s(&bias[column..column + width]).0;
                let panel = S::as_simd_f32s(panel).0.as_chunks::<WIDE>().0;
                for first in (0..tokens).step_by(ROWS) {
                    // Behind the last row it is repeated.
                    let mut block: [&[f32]; ROWS] = [&[]; ROWS];
                    for (index, row) in block.iter_mut().enumerate() {
                        let at = (first + index).min(tokens - 1) * inputs;
                        *row = &rows[at..at + panel.len()];
                    }
                    let bias = [bias[0], bias[1]];
                    let sums = if ROWS == 12 {
                        twelve(simd, &block, panel, bias)
                    } else {
                        six(simd, &block, panel, bias)
                    };
                    for (index, sums) in sums.iter().enumerate().take(tokens - first) {
                        let at = (first + index) * outputs + column;
                        let out = &mut out[at..at + width];
                        finish::<S>(simd, sums, out, self.finish);
                    }
                }
            }
        }
    }
}

/// The sums of a block of rows, in variables of their own: of an array the compiler may write every
/// number to memory in every turn of the loop, which then takes several times as long.
macro_rules! block {
    ($name:ident: $($row:ident)*) => {
        // Only inlined code gets the wider instructions.
        #[inline(always)]
        fn $name<S: Simd, const ROWS: usize>(
            simd: S,
            rows: &[&[f32]; ROWS],
            panel: &[[S::f32s; WIDE]],
            bias: [S::f32s; WIDE],
        ) -> [[S::f32s; WIDE]; ROWS] {
            assert_eq!(ROWS, [$(stringify!($row)),*].len());
            assert!(rows.iter().all(|row| row.len() >= panel.len()));
            let mut rows = rows.iter();
            $(let mut $row = (rows.next().map_or(&[][..], |row| *row), bias[0], bias[1]);)*
            for (input, [left, right]) in panel.iter().enumerate() {
                $(
                    // SAFETY: below the panel's length, than which no row is shorter, as asserted.
                    let x = simd.splat_f32s(unsafe { *$row.0.get_unchecked(input) });
                    $row.1 = simd.mul_add_e_f32s(x, *left, $row.1);
                    $row.2 = simd.mul_add_e_f32s(x, *right, $row.2);
                )*
            }
            let sums = [$([$row.1, $row.2]),*];
            std::array::from_fn(|row| sums[row])
        }
    };
}

block!(six: a b c d e f);
block!(twelve: a b c d e f g h i j k l);

#[expect(
    clippy::inline_always,
    reason = "only inlined code gets the wider instructions"
)]
#[inline(always)]
fn finish<S: Simd>(simd: S, sums: &[S::f32s; WIDE], out: &mut [f32], finish: Finish) {
    let registers = S::as_mut_simd_f32s(out).0;
    for (out, sum) in registers.iter_mut().zip(sums) {
        *out = match finish {
            Finish::Add => simd.add_f32s(*out, *sum),
            Finish::Set | Finish::Gelu => *sum,
        };
    }
    if matches!(finish, Finish::Gelu) {
        for x in out {
            *x = gelu(*x);
        }
    }
}
