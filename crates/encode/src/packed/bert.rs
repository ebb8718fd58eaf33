//! A model's layers, by whatever arithmetic.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::arithmetic::{Arithmetic, Shape};
use super::lanes::Lanes;
use rayon::prelude::*;

use crate::engine::{BATCH_TOKENS, Engine, Window};
use crate::model::{Config, ModelError};
use crate::parts::{Dense, Layer, Parts};
use crate::simd::{LANES, Norm};
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
                .into_par_iter()
                .map(|layer| {
                    Ok(pack::<A>(
                        parts.layer(&format!("encoder.layer.{layer}"))?,
                        &shape,
                    ))
                })
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

fn pack<A: Arithmetic>(mut layer: Layer<Dense>, shape: &Shape) -> Layer<A::Matrix> {
    let Dense { weights, bias } = &mut layer.project;
    let width = shape.width;
    let scale = A::query_scale(shape);
    for x in weights[..width * width]
        .iter_mut()
        .chain(&mut bias[..width])
    {
        *x *= scale;
    }
    let matrix = |dense: Dense| A::matrix(&dense.weights, &dense.bias);
    Layer {
        project: matrix(layer.project),
        attended: matrix(layer.attended),
        attended_norm: layer.attended_norm,
        inner: matrix(layer.inner),
        outer: matrix(layer.outer),
        outer_norm: layer.outer_norm,
    }
}
