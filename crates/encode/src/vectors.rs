//! A matrix of vectors.

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
    use super::dot;

    #[test]
    fn a_dot_product_is_a_sum_of_products() {
        for length in [1u8, 15, 16, 19, 64] {
            let x: Vec<f32> = (0..length).map(|i| f32::from(i) / 7.0).collect();
            let y: Vec<f32> = (0..length).map(|i| f32::from(i % 5) / 9.0).collect();
            let naive: f32 = x.iter().zip(&y).map(|(x, y)| x * y).sum();
            assert!((dot(&x, &y) - naive).abs() < 1e-3);
        }
    }
}
