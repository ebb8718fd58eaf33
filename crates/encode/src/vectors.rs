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

/// The dot product: the cosine, for vectors of unit length.
#[must_use]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
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
