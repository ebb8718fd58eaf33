//! A matrix of vectors.

use std::ops::Range;

use candle_core::{Device, Tensor};

use crate::EncodeError;

/// Vectors of equal length, row by row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Vectors {
    dimension: usize,
    data: Vec<f32>,
}

impl Vectors {
    /// No rows yet, each to have `dimension` numbers.
    #[must_use]
    pub const fn new(dimension: usize) -> Self {
        Self {
            dimension,
            data: Vec::new(),
        }
    }

    /// Appends a row.
    ///
    /// # Panics
    /// When `row` is not `dimension` long.
    pub fn push(&mut self, row: &[f32]) {
        assert_eq!(row.len(), self.dimension, "a row of another length");
        self.data.extend_from_slice(row);
    }

    /// Appends a row of `numbers`, of which there must be [`Self::dimension`].
    pub(crate) fn push_iter(&mut self, numbers: impl Iterator<Item = f32>) {
        let start = self.data.len();
        self.data.extend(numbers);
        debug_assert_eq!(self.data.len(), start + self.dimension);
    }

    /// Length of each row.
    #[must_use]
    pub const fn dimension(&self) -> usize {
        self.dimension
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.data.len().checked_div(self.dimension).unwrap_or(0)
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// Row `index`.
    #[must_use]
    pub fn row(&self, index: usize) -> &[f32] {
        &self.data[index * self.dimension..(index + 1) * self.dimension]
    }

    /// Row `index`, to be changed in place.
    pub fn row_mut(&mut self, index: usize) -> &mut [f32] {
        &mut self.data[index * self.dimension..(index + 1) * self.dimension]
    }

    /// The dot products of all rows with all rows of `other`: row by row, each as long as `other`.
    /// One matrix product, which is some ten times faster than as many calls of [`dot`].
    ///
    /// # Errors
    /// [`EncodeError::Engine`] when rows are of different lengths.
    pub fn products(&self, other: &Self) -> Result<Vec<f32>, EncodeError> {
        if self.is_empty() || other.is_empty() {
            return Ok(Vec::new());
        }
        let tensor = |v: &Self| Tensor::from_slice(&v.data, (v.len(), v.dimension), &Device::Cpu);
        let product = tensor(self)
            .and_then(|a| a.matmul(&tensor(other)?.t()?)?.flatten_all())
            .and_then(|flat| flat.to_vec1());
        product.map_err(|e| EncodeError::Engine(e.to_string()))
    }

    /// Rows `range`.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        Self {
            dimension: self.dimension,
            data: self.data[range.start * self.dimension..range.end * self.dimension].to_vec(),
        }
    }

    /// All rows in order.
    #[must_use]
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &[f32]> + ExactSizeIterator {
        self.data.chunks_exact(self.dimension.max(1))
    }
}

/// The dot product: the cosine, for vectors of unit length. Summed in lanes, which the compiler turns
/// into vector instructions; a plain sum would have to keep its order.
#[must_use]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 16;
    let (a_lanes, b_lanes) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = (a_lanes.remainder().iter().zip(b_lanes.remainder()))
        .map(|(x, y)| x * y)
        .sum();
    let mut sums = [0.0f32; LANES];
    for (xs, ys) in a_lanes.zip(b_lanes) {
        for lane in 0..LANES {
            sums[lane] += xs[lane] * ys[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// Scales `vector` to unit length. The zero vector stays as it is.
pub fn normalise(vector: &mut [f32]) {
    let length = dot(vector, vector).sqrt();
    if length > 0.0 {
        for x in vector {
            *x /= length;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Vectors, dot};

    #[test]
    fn products_are_dot_products() {
        let mut a = Vectors::new(19);
        let mut b = Vectors::new(19);
        for row in 0..3u8 {
            a.push(
                &(0..19u8)
                    .map(|i| f32::from(i * row) / 7.0)
                    .collect::<Vec<_>>(),
            );
            b.push(
                &(0..19u8)
                    .map(|i| f32::from(i + row) / 9.0)
                    .collect::<Vec<_>>(),
            );
        }
        b.push(&[1.0; 19]);
        let products = a.products(&b).unwrap();
        for (i, x) in a.rows().enumerate() {
            for (j, y) in b.rows().enumerate() {
                let naive: f32 = x.iter().zip(y).map(|(x, y)| x * y).sum();
                assert!((products[i * b.len() + j] - naive).abs() < 1e-3);
                assert!((dot(x, y) - naive).abs() < 1e-3);
            }
        }
        assert!(Vectors::new(19).products(&b).unwrap().is_empty());
    }
}
