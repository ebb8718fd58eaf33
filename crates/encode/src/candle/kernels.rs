//! What a transformer does between its matrix products, fused and in place.
//!
//! candle's own operations call scalar `erff` and `expf` for each number and write a new tensor
//! for each step. Here the loops are plain enough for the compiler to use vector instructions, and
//! `pulp` picks at run time the widest the processor has.

use candle_core::{CpuStorage, InplaceOp1, InplaceOp2, Layout, Result, bail};
use pulp::{Arch, Simd, WithSimd};

/// Numbers worked on side by side: one AVX-512 register.
pub(super) const LANES: usize = 16;

/// Runs `work` compiled for the best instructions of this processor.
pub(super) fn dispatch(work: impl WithSimd<Output = ()>) {
    Arch::new().dispatch(work);
}

/// Adds the bias of a dense layer, then applies GELU.
#[derive(Debug)]
pub(super) struct BiasGelu {
    pub(super) bias: Vec<f32>,
}

impl InplaceOp1 for BiasGelu {
    fn name(&self) -> &'static str {
        "bias-gelu"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        dispatch(BiasGeluRows {
            rows: floats_mut(storage, layout)?,
            bias: &self.bias,
        });
        Ok(())
    }
}

struct BiasGeluRows<'a> {
    rows: &'a mut [f32],
    bias: &'a [f32],
}

impl WithSimd for BiasGeluRows<'_> {
    type Output = ();

    #[expect(
        clippy::inline_always,
        reason = "only inlined code gets the wider instructions"
    )]
    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        for row in self.rows.chunks_exact_mut(self.bias.len()) {
            for (x, bias) in row.iter_mut().zip(self.bias) {
                *x = gelu(*x + bias);
            }
        }
    }
}

/// Adds the bias of a dense layer and the residual, then normalises each row.
#[derive(Debug)]
pub(super) struct AddNorm {
    pub(super) bias: Vec<f32>,
    pub(super) norm: Norm,
}

/// Layer normalisation.
#[derive(Debug)]
pub(super) struct Norm {
    pub(super) scale: Vec<f32>,
    pub(super) shift: Vec<f32>,
    pub(super) epsilon: f32,
}

impl InplaceOp2 for AddNorm {
    fn name(&self) -> &'static str {
        "add-norm"
    }

    fn cpu_fwd(
        &self,
        storage: &mut CpuStorage,
        layout: &Layout,
        residual: &CpuStorage,
        residual_layout: &Layout,
    ) -> Result<()> {
        let rows = floats_mut(storage, layout)?;
        let residual = floats(residual, residual_layout)?;
        if residual.len() != rows.len() {
            bail!("add-norm: {} and {} numbers", rows.len(), residual.len());
        }
        dispatch(AddNormRows {
            rows,
            residual,
            op: self,
        });
        Ok(())
    }
}

struct AddNormRows<'a> {
    rows: &'a mut [f32],
    residual: &'a [f32],
    op: &'a AddNorm,
}

impl WithSimd for AddNormRows<'_> {
    type Output = ();

    #[expect(
        clippy::inline_always,
        reason = "only inlined code gets the wider instructions"
    )]
    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let width = self.op.bias.len();
        let rows = self.rows.chunks_exact_mut(width);
        for (row, residual) in rows.zip(self.residual.chunks_exact(width)) {
            for ((x, residual), bias) in row.iter_mut().zip(residual).zip(&self.op.bias) {
                *x += residual + bias;
            }
            self.op.norm.apply(row);
        }
    }
}

impl Norm {
    /// Brings `row` to mean zero and variance one, then scales and shifts it.
    #[expect(
        clippy::inline_always,
        reason = "only inlined code gets the wider instructions"
    )]
    #[inline(always)]
    pub(super) fn apply(&self, row: &mut [f32]) {
        let count = row.len() as f32;
        let mean = sum(row, |x| x) / count;
        let variance = sum(row, |x| (x - mean) * (x - mean)) / count;
        let factor = 1.0 / (variance + self.epsilon).sqrt();
        for ((x, scale), shift) in row.iter_mut().zip(&self.scale).zip(&self.shift) {
            *x = (*x - mean) * factor * scale + shift;
        }
    }
}

/// The sum of `of(x)` over `row`, in [`LANES`] partial sums. Rows are multiples of that long.
#[expect(
    clippy::inline_always,
    reason = "only inlined code gets the wider instructions"
)]
#[inline(always)]
fn sum(row: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [0.0; LANES];
    for block in row.as_chunks::<LANES>().0 {
        for (sum, x) in sums.iter_mut().zip(block) {
            *sum += of(*x);
        }
    }
    sums.iter().sum()
}

/// `x Φ(x)`, with the error function after Abramowitz and Stegun 7.1.26 (error below 1.5e-7).
#[expect(
    clippy::inline_always,
    reason = "only inlined code gets the wider instructions"
)]
#[inline(always)]
fn gelu(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let tail = ((((1.061_405_4 * t - 1.453_152_1) * t + 1.421_413_8) * t - 0.284_496_74) * t
        + 0.254_829_6)
        * t
        * exp(-z * z);
    // erf(|z|) is 1 - tail, and x erf(z) is |x| erf(|z|).
    0.5 * (x + x.abs() * (1.0 - tail))
}

/// `e^x` for `x` up to 88, without branches: 2 to the whole part through the exponent bits, 2 to
/// the rest, which is within ±1/2, by its series (relative error below 1e-5 at the far ends).
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    /// Adding 3 · 2²² leaves the nearest whole number in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let y = x.max(-87.0) * std::f32::consts::LOG2_E;
    let rounded = y + ROUND;
    let r = (y - (rounded - ROUND)) * std::f32::consts::LN_2;
    let power = f32::from_bits((rounded.to_bits() << 23).wrapping_add(0x3f80_0000));
    let series = ((((r / 720.0 + 1.0 / 120.0) * r + 1.0 / 24.0) * r + 1.0 / 6.0) * r + 0.5) * r;
    ((series + 1.0) * r + 1.0) * power
}

/// The numbers of a contiguous tensor.
pub(super) fn floats<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(data), Some((start, end))) => Ok(&data[start..end]),
        _ => bail!("expected contiguous 32-bit floats"),
    }
}

fn floats_mut<'a>(storage: &'a mut CpuStorage, layout: &Layout) -> Result<&'a mut [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(data), Some((start, end))) => Ok(&mut data[start..end]),
        _ => bail!("expected contiguous 32-bit floats"),
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor};

    use super::*;

    fn numbers(count: usize) -> Vec<f32> {
        (0..count)
            .map(|i| ((i * 37 % 101) as f32 - 50.0) / 12.0)
            .collect()
    }

    #[track_caller]
    fn assert_near(got: &Tensor, want: &Tensor, tolerance: f32) {
        let difference = (got - want).unwrap().abs().unwrap();
        let largest = difference.flatten_all().unwrap().max(0).unwrap();
        let largest: f32 = largest.to_scalar().unwrap();
        assert!(largest < tolerance, "differs by {largest}");
    }

    #[test]
    fn exp_is_exact_to_single_precision() {
        for i in -870..=880 {
            let x = i as f32 / 10.0;
            let want = f64::from(x).exp();
            let error = (f64::from(exp(x)) / want - 1.0).abs();
            // Far from zero the argument itself is no finer than this.
            assert!(error < 1e-5, "exp({x}) is off by {error}");
        }
        assert!(exp(f32::NEG_INFINITY) < 1e-37);
    }

    #[test]
    fn bias_gelu_is_candles_gelu_of_the_sum() {
        let rows = Tensor::from_vec(numbers(6 * 48), (6, 48), &Device::Cpu).unwrap();
        let bias = numbers(48);
        let bias_row = Tensor::from_vec(bias.clone(), (1, 48), &Device::Cpu).unwrap();
        let want = rows.broadcast_add(&bias_row).unwrap().gelu_erf().unwrap();
        rows.inplace_op1(&BiasGelu { bias }).unwrap();
        assert_near(&rows, &want, 2e-6);
    }

    #[test]
    fn add_norm_brings_rows_to_mean_zero_and_variance_one() {
        let rows = Tensor::from_vec(numbers(4 * 32), (4, 32), &Device::Cpu).unwrap();
        let residual = rows.affine(0.5, 1.0).unwrap();
        let bias = numbers(32);
        let bias_row = Tensor::from_vec(bias.clone(), (1, 32), &Device::Cpu).unwrap();
        let sum = (&rows + &residual)
            .unwrap()
            .broadcast_add(&bias_row)
            .unwrap();
        let centred = sum.broadcast_sub(&sum.mean_keepdim(1).unwrap()).unwrap();
        let deviation = centred
            .sqr()
            .unwrap()
            .mean_keepdim(1)
            .unwrap()
            .sqrt()
            .unwrap();
        let want = centred
            .broadcast_div(&deviation)
            .unwrap()
            .affine(2.0, 0.25)
            .unwrap();
        let norm = Norm {
            scale: vec![2.0; 32],
            shift: vec![0.25; 32],
            epsilon: 1e-12,
        };
        rows.inplace_op2(&residual, &AddNorm { bias, norm })
            .unwrap();
        assert_near(&rows, &want, 1e-5);
    }
}
