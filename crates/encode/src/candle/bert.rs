//! The BERT encoder on candle's matrix products.
//!
//! All texts of a batch lie end to end: one matrix of `[tokens, width]` goes through the dense
//! layers, without padding. Weights are turned once at loading, to `[in, out]`, the order in which
//! the product reads them without repacking.

use candle_core::{Device, Result, Tensor};

use super::attention::Attention;
use super::kernels::{AddNorm, BiasGelu, Norm};
use crate::model::{Config, ModelError};
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
    pub(crate) fn load(
        weights: &Weights<'_>,
        config: &Config,
    ) -> std::result::Result<Self, ModelError> {
        // We give each thread its own batch; a product split over threads would only make them wait.
        gemm::set_threading_threshold(usize::MAX);
        let width = config.hidden_size;
        let words = weights.get(
            "embeddings.word_embeddings.weight",
            &[config.vocab_size, width],
        )?;
        let mut positions = weights.get(
            "embeddings.position_embeddings.weight",
            &[config.max_position_embeddings, width],
        )?;
        positions.drain(..config.position_offset() * width);
        let types = weights.get(
            "embeddings.token_type_embeddings.weight",
            &[config.type_vocab_size, width],
        )?;
        for position in positions.chunks_exact_mut(width) {
            for (x, type_0) in position.iter_mut().zip(&types) {
                *x += type_0;
            }
        }
        let layers = (0..config.num_hidden_layers)
            .map(|layer| Layer::load(weights, config, &format!("encoder.layer.{layer}")))
            .collect::<std::result::Result<_, _>>()?;
        Ok(Self {
            width,
            heads: config.num_attention_heads,
            words,
            positions,
            norm: norm(weights, config, "embeddings.LayerNorm")?,
            layers,
        })
    }

    /// Length of the vectors.
    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// The last layer's vectors, `[tokens, width]`, of texts with these `ids` (all one after the
    /// other) and `lengths`. Ids must be below the vocabulary size, lengths within the positions.
    pub(super) fn forward(&self, ids: &[u32], lengths: &[usize]) -> Result<Vec<f32>> {
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

    fn embed(&self, ids: &[u32], lengths: &[usize]) -> Result<Tensor> {
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
    fn load(
        weights: &Weights<'_>,
        config: &Config,
        name: &str,
    ) -> std::result::Result<Self, ModelError> {
        let (width, inner) = (config.hidden_size, config.intermediate_size);
        let bias = |part: &str, size| weights.get(&format!("{name}.{part}.bias"), &[size]);
        let matrix = |part: &str, rows, columns| {
            weights.get(&format!("{name}.{part}.weight"), &[rows, columns])
        };
        let add_norm = |part: &str| {
            Ok::<_, ModelError>(AddNorm {
                bias: bias(&format!("{part}.dense"), width)?,
                norm: norm(weights, config, &format!("{name}.{part}.LayerNorm"))?,
            })
        };
        let mut project = Vec::new();
        let mut project_bias = Vec::new();
        for part in ["query", "key", "value"] {
            project.extend(matrix(&format!("attention.self.{part}"), width, width)?);
            project_bias.extend(bias(&format!("attention.self.{part}"), width)?);
        }
        let attended = matrix("attention.output.dense", width, width)?;
        let to_inner = matrix("intermediate.dense", inner, width)?;
        let to_outer = matrix("output.dense", width, inner)?;
        let turned = |numbers, rows, columns| {
            turn(numbers, rows, columns).map_err(|error| ModelError::Unsupported(error.to_string()))
        };
        Ok(Self {
            project: turned(project, 3 * width, width)?,
            project_bias,
            attended: turned(attended, width, width)?,
            attended_norm: add_norm("attention.output")?,
            inner: turned(to_inner, inner, width)?,
            inner_gelu: BiasGelu {
                bias: bias("intermediate.dense", inner)?,
            },
            outer: turned(to_outer, width, inner)?,
            outer_norm: add_norm("output")?,
        })
    }
}

fn norm(
    weights: &Weights<'_>,
    config: &Config,
    name: &str,
) -> std::result::Result<Norm, ModelError> {
    Ok(Norm {
        scale: weights.get(&format!("{name}.weight"), &[config.hidden_size])?,
        shift: weights.get(&format!("{name}.bias"), &[config.hidden_size])?,
        epsilon: config.layer_norm_eps,
    })
}

fn turn(numbers: Vec<f32>, rows: usize, columns: usize) -> Result<Tensor> {
    Tensor::from_vec(numbers, (rows, columns), &Device::Cpu)?
        .t()?
        .contiguous()
}
