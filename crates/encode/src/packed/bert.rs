//! A model's layers, by whatever arithmetic.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::arithmetic::{Arithmetic, Shape};
use super::lanes::Lanes;
use super::slab::{Packer, Part, Reader};
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
    words: Part<Lanes>,
    /// From the position of the first token on, the vector of token type 0 added.
    positions: Part<Lanes>,
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
    /// Packs the weights of a model.
    pub(crate) fn pack(weights: &Weights<'_>, config: &Config) -> Result<Packer, ModelError> {
        let shape = shape(config);
        let parts = Parts { weights, config };
        let mut packed = Packer::default();
        packed.put_numbers(&parts.words()?);
        packed.put_numbers(&parts.positions()?);
        pack_norm(&parts.norm("embeddings.LayerNorm")?, &mut packed);
        let layers: Vec<Packer> = (0..config.num_hidden_layers)
            .into_par_iter()
            .map(|layer| {
                let layer = parts.layer(&format!("encoder.layer.{layer}"))?;
                Ok(pack_layer::<A>(layer, &shape))
            })
            .collect::<Result<_, ModelError>>()?;
        for layer in layers {
            packed.append(layer);
        }
        Ok(packed)
    }

    /// The model whose weights were packed. None where these are those of another one.
    pub(crate) fn read(mut packed: Reader, config: &Config) -> Option<Self> {
        let shape = shape(config);
        let width = shape.width;
        let lanes = |numbers: usize| numbers / LANES;
        let words = packed.take(lanes(config.vocab_size * width))?;
        let positions = packed.take(lanes(config.max_tokens() * width))?;
        let norm = read_norm(&mut packed, config)?;
        let layers = (0..config.num_hidden_layers)
            .map(|_| read_layer::<A>(&mut packed, config))
            .collect::<Option<_>>()?;
        packed.is_at_end().then(|| Self {
            shape,
            words,
            positions,
            norm,
            layers,
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
        let (words, positions) = (&*self.words, &*self.positions);
        let mut out = residual.chunks_exact_mut(width);
        for window in windows {
            let positions = positions.chunks_exact(width);
            for ((id, position), out) in window.ids.iter().zip(positions).zip(&mut out) {
                let word = &words[*id as usize * width..][..width];
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

fn shape(config: &Config) -> Shape {
    Shape {
        width: config.hidden_size,
        heads: config.num_attention_heads,
        inner: config.intermediate_size,
        tokens: config.max_tokens().max(BATCH_TOKENS),
    }
}

fn pack_layer<A: Arithmetic>(mut layer: Layer<Dense>, shape: &Shape) -> Packer {
    let Dense { weights, bias } = &mut layer.project;
    let width = shape.width;
    let scale = A::query_scale(shape);
    for x in weights[..width * width]
        .iter_mut()
        .chain(&mut bias[..width])
    {
        *x *= scale;
    }
    let mut packed = Packer::default();
    for dense in [layer.project, layer.attended, layer.inner, layer.outer] {
        A::pack(&dense.weights, &dense.bias, &mut packed);
    }
    pack_norm(&layer.attended_norm, &mut packed);
    pack_norm(&layer.outer_norm, &mut packed);
    packed
}

fn read_layer<A: Arithmetic>(packed: &mut Reader, config: &Config) -> Option<Layer<A::Matrix>> {
    let (width, inner) = (config.hidden_size, config.intermediate_size);
    let mut matrix = |inputs, outputs| A::matrix(packed, inputs, outputs);
    let project = matrix(width, 3 * width)?;
    let attended = matrix(width, width)?;
    let (inner, outer) = (matrix(width, inner)?, matrix(inner, width)?);
    Some(Layer {
        project,
        attended,
        inner,
        outer,
        attended_norm: read_norm(packed, config)?,
        outer_norm: read_norm(packed, config)?,
    })
}

fn pack_norm(norm: &Norm, packed: &mut Packer) {
    packed.put_numbers(&norm.scale);
    packed.put_numbers(&norm.shift);
}

fn read_norm(packed: &mut Reader, config: &Config) -> Option<Norm> {
    Some(Norm {
        scale: packed.numbers(config.hidden_size)?,
        shift: packed.numbers(config.hidden_size)?,
        epsilon: config.layer_norm_eps,
    })
}
