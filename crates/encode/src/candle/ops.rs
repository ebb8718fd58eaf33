//! Our steps as candle operations, fused and in place.
//!
//! candle's own operations call scalar `erff` and `expf` for each number and write a new tensor
//! for each step.

use candle_core::{CpuStorage, CustomOp1, InplaceOp1, InplaceOp2, Layout, Result, Shape, bail};
use pulp::{Arch, Simd, WithSimd};

use crate::simd::attention::{Scratch, Texts};
use crate::simd::{Norm, gelu};

/// Runs `work` compiled for the best instructions of this processor.
fn dispatch(work: impl WithSimd<Output = ()>) {
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

/// From rows of query, key and value side by side, `[tokens, 3 · width]`, to `[tokens, width]`.
#[derive(Debug)]
pub(super) struct Attention<'a> {
    pub(super) heads: usize,
    /// Tokens of each text.
    pub(super) lengths: &'a [usize],
    /// Bias of query, key and value.
    pub(super) bias: &'a [f32],
}

impl CustomOp1 for Attention<'_> {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let rows = floats(storage, layout)?;
        let width = self.bias.len() / 3;
        let tokens: usize = self.lengths.iter().sum();
        if rows.len() != tokens * 3 * width {
            bail!("attention: {} numbers for {tokens} tokens", rows.len());
        }
        let mut context = vec![0.0; tokens * width];
        let longest = self.lengths.iter().max().copied().unwrap_or(0);
        dispatch(Texts {
            heads: self.heads,
            lengths: self.lengths,
            bias: self.bias,
            rows,
            context: &mut context,
            scratch: &mut Scratch::new(width / self.heads, longest),
        });
        Ok((CpuStorage::F32(context), (tokens, width).into()))
    }
}

/// The numbers of a contiguous tensor.
fn floats<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
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
