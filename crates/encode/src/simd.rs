//! What a transformer does between its matrix products, in loops plain enough for the compiler to use
//! vector instructions; `pulp` says which.
//!
//! All here is inlined into code that `pulp` compiles for each instruction set: left alone, it would
//! be compiled for the oldest processor there is.

pub(crate) mod attention;

use pulp::{Simd, WithSimd};

/// Numbers worked on side by side: one AVX-512 register.
pub(crate) const LANES: usize = 16;

/// Layer normalisation.
#[derive(Debug)]
pub(crate) struct Norm {
    pub(crate) scale: Vec<f32>,
    pub(crate) shift: Vec<f32>,
    pub(crate) epsilon: f32,
}

impl Norm {
    /// Brings `row` to mean zero and variance one, then scales and shifts it.
    #[expect(
        clippy::inline_always,
        reason = "only inlined code gets the wider instructions"
    )]
    #[inline(always)]
    pub(crate) fn apply(&self, row: &mut [f32]) {
        let count = row.len() as f32;
        let mean = sum(row, |x| x) / count;
        let variance = sum(row, |x| (x - mean) * (x - mean)) / count;
        let factor = 1.0 / (variance + self.epsilon).sqrt();
        for ((x, scale), shift) in row.iter_mut().zip(&self.scale).zip(&self.shift) {
            *x = (*x - mean) * factor * scale + shift;
        }
    }
}

/// Brings each row to mean zero and variance one, then scales and shifts it.
pub(crate) struct Normalise<'a> {
    pub(crate) norm: &'a Norm,
    pub(crate) rows: &'a mut [f32],
}

impl WithSimd for Normalise<'_> {
    type Output = ();

    #[expect(
        clippy::inline_always,
        reason = "only inlined code gets the wider instructions"
    )]
    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        for row in self.rows.chunks_exact_mut(self.norm.scale.len()) {
            self.norm.apply(row);
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
pub(crate) fn gelu(x: f32) -> f32 {
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
pub(crate) fn exp(x: f32) -> f32 {
    /// Adding 3 · 2²² leaves the nearest whole number in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let y = x.max(-87.0) * std::f32::consts::LOG2_E;
    let rounded = y + ROUND;
    let r = (y - (rounded - ROUND)) * std::f32::consts::LN_2;
    let power = f32::from_bits((rounded.to_bits() << 23).wrapping_add(0x3f80_0000));
    let series = ((((r / 720.0 + 1.0 / 120.0) * r + 1.0 / 24.0) * r + 1.0 / 6.0) * r + 0.5) * r;
    ((series + 1.0) * r + 1.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
