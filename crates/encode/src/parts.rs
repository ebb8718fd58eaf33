//! The parts of a BERT model by what they are for.

use crate::model::{Config, ModelError};
use crate::simd::Norm;
use crate::weights::Weights;

/// A dense layer.
#[derive(Debug, Default)]
pub(crate) struct Dense {
    /// A row for each number of `bias`.
    pub(crate) weights: Vec<f32>,
    pub(crate) bias: Vec<f32>,
}

/// A layer, with its dense layers in whatever form.
#[derive(Debug)]
pub(crate) struct Layer<M> {
    /// Query, key and value side by side.
    pub(crate) project: M,
    pub(crate) attended: M,
    pub(crate) attended_norm: Norm,
    pub(crate) inner: M,
    pub(crate) outer: M,
    pub(crate) outer_norm: Norm,
}

/// The tensors of a model directory by what they are for.
#[derive(Clone, Copy)]
pub(crate) struct Parts<'a> {
    pub(crate) weights: &'a Weights<'a>,
    pub(crate) config: &'a Config,
}

impl Parts<'_> {
    /// `[pieces, width]`.
    pub(crate) fn words(&self) -> Result<Vec<f32>, ModelError> {
        let shape = [self.config.vocab_size, self.config.hidden_size];
        self.weights
            .get("embeddings.word_embeddings.weight", &shape)
    }

    /// From the position of the first token on, the vector of token type 0 added.
    pub(crate) fn positions(&self) -> Result<Vec<f32>, ModelError> {
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

    /// A layer normalisation.
    pub(crate) fn norm(&self, name: &str) -> Result<Norm, ModelError> {
        let width = self.config.hidden_size;
        let numbers = |what: &str| self.weights.get(&format!("{name}.{what}"), &[width]);
        Ok(Norm {
            scale: numbers("weight")?,
            shift: numbers("bias")?,
            epsilon: self.config.layer_norm_eps,
        })
    }

    /// Weights, row by row, and bias of a dense layer.
    pub(crate) fn dense(
        &self,
        name: &str,
        rows: usize,
        columns: usize,
    ) -> Result<Dense, ModelError> {
        Ok(Dense {
            weights: (self.weights).get(&format!("{name}.weight"), &[rows, columns])?,
            bias: self.weights.get(&format!("{name}.bias"), &[rows])?,
        })
    }

    /// A layer, whose name is for instance `encoder.layer.0`.
    pub(crate) fn layer(&self, name: &str) -> Result<Layer<Dense>, ModelError> {
        let (width, inner) = (self.config.hidden_size, self.config.intermediate_size);
        let mut project = Dense::default();
        for part in ["query", "key", "value"] {
            let dense = self.dense(&format!("{name}.attention.self.{part}"), width, width)?;
            project.weights.extend(dense.weights);
            project.bias.extend(dense.bias);
        }
        let dense =
            |part: &str, rows, columns| self.dense(&format!("{name}.{part}.dense"), rows, columns);
        let norm = |part: &str| self.norm(&format!("{name}.{part}.LayerNorm"));
        Ok(Layer {
            project,
            attended: dense("attention.output", width, width)?,
            attended_norm: norm("attention.output")?,
            inner: dense("intermediate", inner, width)?,
            outer: dense("output", width, inner)?,
            outer_norm: norm("output")?,
        })
    }
}
