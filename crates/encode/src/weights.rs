//! Tensors of a `model.safetensors`, checked against the shapes the configuration calls for.

use half::{bf16, f16};
use safetensors::SafeTensors;
use safetensors::tensor::Dtype;

use crate::manifest::WEIGHTS;
use crate::model::{ModelDir, ModelError};
use crate::tuning::Tuning;

/// Reads weights by the names transformers gives them in a `BertModel`.
pub(crate) struct Weights<'a> {
    tensors: SafeTensors<'a>,
    /// What stands before the names, for instance `bert.` where the model sits inside another.
    prefix: String,
    /// Differences to be added, by the same names.
    tuning: Option<&'static Tuning>,
}

impl<'a> Weights<'a> {
    pub(crate) fn parse(bytes: &'a [u8], folder: &ModelDir) -> Result<Self, ModelError> {
        const ANCHOR: &str = "embeddings.word_embeddings.weight";
        let tensors =
            SafeTensors::deserialize(bytes).map_err(|error| folder.malformed(WEIGHTS, &error))?;
        let prefix = tensors
            .names()
            .into_iter()
            .find_map(|name| name.strip_suffix(ANCHOR))
            .ok_or_else(|| ModelError::MissingTensor(ANCHOR.to_owned()))?
            .to_owned();
        Ok(Self {
            tensors,
            prefix,
            tuning: folder.tuning(),
        })
    }

    /// The numbers of tensor `name`, row by row, tuned where something was learned about it.
    pub(crate) fn get(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelError> {
        let full = format!("{}{name}", self.prefix);
        let mut numbers = numbers(&self.tensors, &full, shape)?;
        if let Some(tuning) = self.tuning
            && tuning.differences.tensor(name).is_ok()
        {
            let differences = self::numbers(&tuning.differences, name, shape)?;
            for (x, difference) in numbers.iter_mut().zip(differences) {
                *x += difference;
            }
        }
        Ok(numbers)
    }
}

/// A tensor as 32-bit floats.
fn numbers(tensors: &SafeTensors<'_>, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelError> {
    let Ok(tensor) = tensors.tensor(name) else {
        return Err(ModelError::MissingTensor(name.to_owned()));
    };
    if tensor.shape() != shape {
        return Err(ModelError::Dimension {
            what: name.to_owned(),
            want: shape.to_vec(),
            got: tensor.shape().to_vec(),
        });
    }
    let bytes = tensor.data();
    let halves = bytes.as_chunks::<2>().0.iter();
    match tensor.dtype() {
        Dtype::F32 => {
            let words = bytes.as_chunks::<4>().0.iter();
            Ok(words.map(|word| f32::from_le_bytes(*word)).collect())
        }
        Dtype::F16 => Ok(halves
            .map(|half| f16::from_le_bytes(*half).to_f32())
            .collect()),
        Dtype::BF16 => Ok(halves
            .map(|half| bf16::from_le_bytes(*half).to_f32())
            .collect()),
        other => Err(ModelError::Unsupported(format!("{name}: {other:?}"))),
    }
}
