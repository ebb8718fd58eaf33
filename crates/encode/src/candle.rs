//! BERT on candle's matrix products: the portable engine, and what the others are compared with.

mod bert;
mod ops;

pub(crate) use bert::Bert;

use crate::engine::{Engine, Window};
use crate::{EncodeError, Pooling, Vectors};

impl Engine for Bert {
    fn encode(&self, windows: &[Window], pooling: Pooling) -> Result<Vectors, EncodeError> {
        let ids: Vec<u32> = windows.iter().flat_map(|w| w.ids.iter().copied()).collect();
        let lengths: Vec<usize> = windows.iter().map(|w| w.ids.len()).collect();
        let states = self
            .forward(&ids, &lengths)
            .map_err(|error| EncodeError::Engine(error.to_string()))?;
        let width = self.width();
        let mut vectors = Vectors::new(width);
        let mut rest = states.as_slice();
        for length in lengths {
            let (tokens, behind) = rest.split_at(length * width);
            match pooling {
                Pooling::Cls => vectors.push(&tokens[..width]),
                Pooling::Mean => vectors.push(&mean(tokens, width)),
            }
            rest = behind;
        }
        Ok(vectors)
    }
}

fn mean(rows: &[f32], width: usize) -> Vec<f32> {
    let mut mean = vec![0.0; width];
    for row in rows.chunks_exact(width) {
        for (sum, x) in mean.iter_mut().zip(row) {
            *sum += x;
        }
    }
    let count = (rows.len() / width) as f32;
    for x in &mut mean {
        *x /= count;
    }
    mean
}
