//! A model's layers, by whatever arithmetic.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::arithmetic::{Arithmetic, Norm, Shape};
use super::lanes::{LANES, Lanes};
use crate::engine::{BATCH_TOKENS, Engine, Window};
use crate::model::{Config, ModelError};
use crate::weights::Weights;
use crate::{EncodeError, Pooling, Vectors};

/// Weights of a model, packed for one arithmetic.
pub(crate) struct Bert<A: Arithmetic> {
    shape: Shape,
    /// `[pieces, width]`.
    words: Vec<Lanes>,
    /// From the position of the first token on, the vector of token type 0 added.
    positions: Vec<Lanes>,
    norm: Norm,
    layers: Vec<Layer<A::Matrix>>,
    /// Memory that no batch is using, one piece for each thread that ran one.
    spaces: Mutex<Vec<Space<A>>>,
}

#[derive(Debug)]
struct Layer<M> {
    /// Query, key and value side by side.
    project: M,
    attended: M,
    attended_norm: Norm,
    inner: M,
    outer: M,
    outer_norm: Norm,
}

/// What a batch is computed in.
struct Space<A: Arithmetic> {
    lengths: Vec<usize>,
    residual: Vec<Lanes>,
    rows: A::Rows,
    inner: A::Rows,
    heads: A::Heads,
}

impl<A: Arithmetic> Bert<A> {
    pub(crate) fn load(weights: &Weights<'_>, config: &Config) -> Result<Self, ModelError> {
        let shape = Shape {
            width: config.hidden_size,
            heads: config.num_attention_heads,
            inner: config.intermediate_size,
            tokens: config.max_tokens().max(BATCH_TOKENS),
        };
        let parts = Parts { weights, config };
        Ok(Self {
            shape,
            words: Lanes::of(&parts.words()?),
            positions: Lanes::of(&parts.positions()?),
            norm: parts.norm("embeddings.LayerNorm")?,
            layers: (0..config.num_hidden_layers)
                .map(|layer| parts.layer::<A>(&shape, &format!("encoder.layer.{layer}")))
                .collect::<Result<_, _>>()?,
            spaces: Mutex::default(),
        })
    }

    fn space(&self) -> Space<A> {
        let Shape { width, tokens, .. } = self.shape;
        Space {
            lengths: Vec::new(),
            residual: vec![Lanes::ZERO; tokens * width / LANES],
            rows: A::rows(&self.shape, width),
            inner: A::rows(&self.shape, self.shape.inner),
            heads: A::heads(&self.shape),
        }
    }

    /// Puts the last layer's vectors into `space.residual`.
    fn forward(&self, windows: &[Window], space: &mut Space<A>) {
        let Space {
            lengths,
            residual,
            rows,
            inner,
            heads,
        } = space;
        lengths.clear();
        lengths.extend(windows.iter().map(|window| window.ids.len()));
        let tokens = lengths.iter().sum();
        let residual = &mut residual[..tokens * self.shape.width / LANES];
        self.embed(windows, residual);
        let arithmetic = A::begin();
        arithmetic.norm(&self.norm, residual, rows);
        for layer in &self.layers {
            arithmetic.project(rows, &layer.project, tokens, heads);
            arithmetic.attend(lengths, heads, rows);
            arithmetic.add(rows, &layer.attended, residual);
            arithmetic.norm(&layer.attended_norm, residual, rows);
            arithmetic.gelu(rows, &layer.inner, tokens, inner);
            arithmetic.add(inner, &layer.outer, residual);
            arithmetic.norm(&layer.outer_norm, residual, rows);
        }
    }

    fn embed(&self, windows: &[Window], residual: &mut [Lanes]) {
        let width = self.shape.width / LANES;
        let mut out = residual.chunks_exact_mut(width);
        for window in windows {
            let positions = self.positions.chunks_exact(width);
            for ((id, position), out) in window.ids.iter().zip(positions).zip(&mut out) {
                let word = &self.words[*id as usize * width..][..width];
                for ((out, word), position) in out.iter_mut().zip(word).zip(position) {
                    out.0 = std::array::from_fn(|lane| word.0[lane] + position.0[lane]);
                }
            }
        }
    }
}

impl<A: Arithmetic> Engine for Bert<A> {
    fn encode(&self, windows: &[Window], pooling: Pooling) -> Result<Vectors, EncodeError> {
        let spaces = || self.spaces.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = spaces().pop();
        let mut space = idle.unwrap_or_else(|| self.space());
        self.forward(windows, &mut space);
        let width = self.shape.width / LANES;
        let mut vectors = Vectors::new(self.shape.width);
        let mut sum = vec![Lanes::ZERO; width];
        let mut tokens = space.residual.chunks_exact(width);
        for length in &space.lengths {
            let counted = match pooling {
                Pooling::Cls => 1,
                Pooling::Mean => *length,
            };
            sum.fill(Lanes::ZERO);
            for (index, token) in tokens.by_ref().take(*length).enumerate() {
                if index < counted {
                    for (sum, x) in sum.iter_mut().zip(token) {
                        sum.0 = std::array::from_fn(|lane| sum.0[lane] + x.0[lane]);
                    }
                }
            }
            let mean = sum.iter().flat_map(|lanes| lanes.0);
            vectors.push_iter(mean.map(|x| x / counted as f32));
        }
        spaces().push(space);
        Ok(vectors)
    }
}

impl<A: Arithmetic> fmt::Debug for Bert<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bert")
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}

/// The tensors of a model directory by what they are for.
struct Parts<'a> {
    weights: &'a Weights<'a>,
    config: &'a Config,
}

impl Parts<'_> {
    fn words(&self) -> Result<Vec<f32>, ModelError> {
        let shape = [self.config.vocab_size, self.config.hidden_size];
        self.weights
            .get("embeddings.word_embeddings.weight", &shape)
    }

    fn positions(&self) -> Result<Vec<f32>, ModelError> {
        let config = self.config;
        let width = config.hidden_size;
        let mut positions = self.weights.get(
            "embeddings.position_embeddings.weight",
            &[config.max_position_embeddings, width],
        )?;
        positions.drain(..config.position_offset() * width);
        let types = self.weights.get(
            "embeddings.token_type_embeddings.weight",
            &[config.type_vocab_size, width],
        )?;
        for position in positions.chunks_exact_mut(width) {
            for (x, type_0) in position.iter_mut().zip(&types) {
                *x += type_0;
            }
        }
        Ok(positions)
    }

    fn norm(&self, name: &str) -> Result<Norm, ModelError> {
        let numbers = |what: &str| {
            let numbers = self
                .weights
                .get(&format!("{name}.{what}"), &[self.config.hidden_size])?;
            Ok::<_, ModelError>(Lanes::of(&numbers))
        };
        Ok(Norm {
            scale: numbers("weight")?,
            shift: numbers("bias")?,
            epsilon: self.config.layer_norm_eps,
        })
    }

    /// Weights and bias of a dense layer.
    fn dense(
        &self,
        name: &str,
        rows: usize,
        columns: usize,
    ) -> Result<(Vec<f32>, Vec<f32>), ModelError> {
        let weights = (self.weights).get(&format!("{name}.weight"), &[rows, columns])?;
        let bias = self.weights.get(&format!("{name}.bias"), &[rows])?;
        Ok((weights, bias))
    }

    fn layer<A: Arithmetic>(
        &self,
        shape: &Shape,
        name: &str,
    ) -> Result<Layer<A::Matrix>, ModelError> {
        let Shape { width, inner, .. } = *shape;
        let (mut weights, mut bias) = (Vec::new(), Vec::new());
        for part in ["query", "key", "value"] {
            let dense = self.dense(&format!("{name}.attention.self.{part}"), width, width)?;
            weights.extend(dense.0);
            bias.extend(dense.1);
        }
        let scale = A::query_scale(shape);
        for x in weights[..width * width]
            .iter_mut()
            .chain(&mut bias[..width])
        {
            *x *= scale;
        }
        let matrix = |part: &str, rows, columns| {
            let (weights, bias) = self.dense(&format!("{name}.{part}.dense"), rows, columns)?;
            Ok::<_, ModelError>(A::matrix(&weights, &bias))
        };
        Ok(Layer {
            project: A::matrix(&weights, &bias),
            attended: matrix("attention.output", width, width)?,
            attended_norm: self.norm(&format!("{name}.attention.output.LayerNorm"))?,
            inner: matrix("intermediate", inner, width)?,
            outer: matrix("output", width, inner)?,
            outer_norm: self.norm(&format!("{name}.output.LayerNorm"))?,
        })
    }
}
