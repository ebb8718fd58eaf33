//! The BERT encoder on candle's matrix products.
//!
//! All texts of a batch lie end to end: one matrix of `[tokens, width]` goes through the dense
//! layers, without padding. Weights are turned once at loading, to `[in, out]`, the order in which
//! the product reads them without repacking.

use candle_core::{Device, Tensor};

use super::ops::{AddNorm, Attention, BiasGelu};
use crate::model::{Config, ModelError};
use crate::parts::{self, Dense, Parts};
use crate::simd::Norm;
use crate::weights::Weights;

/// Weights of a model.
#[derive(Debug)]
pub(crate) struct Bert {
    width: usize,
    heads: usize,
    /// `[pieces, width]`.
    words: Vec<f32>,
    /// From the position of the first token on, the vector of token type 0 added.
    positions: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
}

#[derive(Debug)]
struct Layer {
    /// Query, key and value side by side.
    project: Tensor,
    project_bias: Vec<f32>,
    attended: Tensor,
    attended_norm: AddNorm,
    inner: Tensor,
    inner_gelu: BiasGelu,
    outer: Tensor,
    outer_norm: AddNorm,
}

impl Bert {
    pub(crate) fn load(weights: &Weights<'_>, config: &Config) -> Result<Self, ModelError> {
        // We give each thread its own batch; a product split over threads would only make them wait.
        gemm::set_threading_threshold(usize::MAX);
        let parts = Parts { weights, config };
        let layers = (0..config.num_hidden_layers)
            .map(|layer| Layer::of(parts.layer(&format!("encoder.layer.{layer}"))?))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            width: config.hidden_size,
            heads: config.num_attention_heads,
            words: parts.words()?,
            positions: parts.positions()?,
            norm: parts.norm("embeddings.LayerNorm")?,
            layers,
        })
    }

    /// Length of the vectors.
    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// The last layer's vectors, `[tokens, width]`, of texts with these `ids` (all one after the
    /// other) and `lengths`. Ids must be below the vocabulary size, lengths within the positions.
    pub(super) fn forward(&self, ids: &[u32], lengths: &[usize]) -> candle_core::Result<Vec<f32>> {
        let mut x = self.embed(ids, lengths)?;
        for layer in &self.layers {
            let attention = Attention {
                heads: self.heads,
                lengths,
                bias: &layer.project_bias,
            };
            let context = x.matmul(&layer.project)?.apply_op1_no_bwd(&attention)?;
            let attended = context.matmul(&layer.attended)?;
            attended.inplace_op2(&x, &layer.attended_norm)?;
            let inner = attended.matmul(&layer.inner)?;
            inner.inplace_op1(&layer.inner_gelu)?;
            x = inner.matmul(&layer.outer)?;
            x.inplace_op2(&attended, &layer.outer_norm)?;
        }
        x.flatten_all()?.to_vec1()
    }

    fn embed(&self, ids: &[u32], lengths: &[usize]) -> candle_core::Result<Tensor> {
        let width = self.width;
        let mut x = Vec::with_capacity(ids.len() * width);
        let mut rest = ids;
        for length in lengths {
            let (text, behind) = rest.split_at(*length);
            for (id, position) in text.iter().zip(self.positions.chunks_exact(width)) {
                let word = &self.words[*id as usize * width..][..width];
                x.extend(
                    word.iter()
                        .zip(position)
                        .map(|(word, position)| word + position),
                );
            }
            rest = behind;
        }
        for row in x.chunks_exact_mut(width) {
            self.norm.apply(row);
        }
        Tensor::from_vec(x, (ids.len(), width), &Device::Cpu)
    }
}

impl Layer {
    fn of(layer: parts::Layer<Dense>) -> Result<Self, ModelError> {
        let turned = |weights: Vec<f32>, rows: usize| {
            turn(weights, rows).map_err(|error| ModelError::Unsupported(error.to_string()))
        };
        Ok(Self {
            project: turned(layer.project.weights, layer.project.bias.len())?,
            project_bias: layer.project.bias,
            attended: turned(layer.attended.weights, layer.attended.bias.len())?,
            attended_norm: AddNorm {
                bias: layer.attended.bias,
                norm: layer.attended_norm,
            },
            inner: turned(layer.inner.weights, layer.inner.bias.len())?,
            inner_gelu: BiasGelu {
                bias: layer.inner.bias,
            },
            outer: turned(layer.outer.weights, layer.outer.bias.len())?,
            outer_norm: AddNorm {
                bias: layer.outer.bias,
                norm: layer.outer_norm,
            },
        })
    }
}

/// From `[out, in]` to `[in, out]`.
fn turn(weights: Vec<f32>, rows: usize) -> candle_core::Result<Tensor> {
    let columns = weights.len() / rows;
    Tensor::from_vec(weights, (rows, columns), &Device::Cpu)?
        .t()?
        .contiguous()
}
