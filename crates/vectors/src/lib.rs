//! Matrices of vectors, row by row, and what is computed on them by every crate that compares meanings.

use half::{f16, slice::HalfFloatSliceExt};
use pulp::Arch;

/// Rows of equal length, one after the other.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows<T> {
    dimension: usize,
    data: Vec<T>,
}

/// Vectors of equal length.
pub type Vectors = Rows<f32>;

/// The same as 16-bit floats (IEEE 754 binary16), half as large: what is kept of very many. A number of a unit
/// vector is rounded by at most 2⁻¹¹ of itself, which moves the cosine of two texts by some hundred-thousandths.
pub type HalfVectors = Rows<f16>;

impl<T> Rows<T> {
    /// No rows yet, each to have `dimension` numbers.
    #[must_use]
    pub const fn new(dimension: usize) -> Self {
        Self {
            dimension,
            data: Vec::new(),
        }
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

    fn numbers(&self, index: usize) -> &[T] {
        &self.data[index * self.dimension..(index + 1) * self.dimension]
    }
}

impl Vectors {
    /// Appends a row.
    ///
    /// # Panics
    /// When `row` is not `dimension` long.
    pub fn push(&mut self, row: &[f32]) {
        assert_eq!(row.len(), self.dimension, "a row of another length");
        self.data.extend_from_slice(row);
    }

    /// Appends all rows of `other`.
    ///
    /// # Panics
    /// When they are of another length.
    pub fn append(&mut self, other: &Self) {
        assert_eq!(other.dimension, self.dimension, "rows of another length");
        self.data.extend_from_slice(&other.data);
    }

    /// Appends a row that `write` writes.
    pub fn push_with(&mut self, write: impl FnOnce(&mut [f32])) {
        let start = self.data.len();
        self.data.resize(start + self.dimension, 0.0);
        write(&mut self.data[start..]);
    }

    /// Appends a row of `numbers`, of which there must be [`Self::dimension`].
    pub fn push_iter(&mut self, numbers: impl Iterator<Item = f32>) {
        let start = self.data.len();
        self.data.extend(numbers);
        debug_assert_eq!(self.data.len(), start + self.dimension);
    }

    /// Row `index`.
    #[must_use]
    pub fn row(&self, index: usize) -> &[f32] {
        self.numbers(index)
    }

    /// Row `index`, to be changed in place.
    pub fn row_mut(&mut self, index: usize) -> &mut [f32] {
        &mut self.data[index * self.dimension..(index + 1) * self.dimension]
    }

    /// What writes a row into another place, as a map over columns of vectors asks for it.
    pub fn writes(&self) -> impl Fn(usize, &mut [f32]) + Sync {
        |index, row| row.copy_from_slice(self.row(index))
    }

    /// All rows in order.
    #[must_use]
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &[f32]> + ExactSizeIterator {
        self.data.chunks_exact(self.dimension.max(1))
    }
}

impl HalfVectors {
    /// No rows yet, each to have `dimension` numbers, with room for so many `rows`.
    #[must_use]
    pub fn with_capacity(dimension: usize, rows: usize) -> Self {
        Self {
            dimension,
            data: Vec::with_capacity(dimension * rows),
        }
    }

    /// Appends a row.
    ///
    /// # Panics
    /// When `row` is not [`Self::dimension`] long.
    pub fn push(&mut self, row: &[f32]) {
        assert_eq!(row.len(), self.dimension, "a row of another length");
        self.append(row);
    }

    /// Appends all rows of `vectors`.
    ///
    /// # Panics
    /// When they are of another length.
    pub fn extend(&mut self, vectors: &Vectors) {
        assert_eq!(vectors.dimension, self.dimension, "rows of another length");
        self.append(&vectors.data);
    }

    fn append(&mut self, numbers: &[f32]) {
        let start = self.data.len();
        self.data.resize(start + numbers.len(), f16::ZERO);
        self.data[start..].convert_from_f32_slice(numbers);
    }

    /// Row `index`.
    #[must_use]
    pub fn row(&self, index: usize) -> Vec<f32> {
        let mut row = vec![0.0; self.dimension];
        let numbers: &[u16] = self.numbers(index).reinterpret_cast();
        Arch::new().dispatch(|| {
            for (x, &half) in row.iter_mut().zip(numbers) {
                *x = widened(half);
            }
        });
        row
    }

    /// Writes (row `index` − `from`) · `scale` into `row`.
    ///
    /// # Panics
    /// When `row` or `from` is not [`Self::dimension`] long.
    pub fn read(&self, index: usize, from: &[f32], scale: f32, row: &mut [f32]) {
        let numbers: &[u16] = self.numbers(index).reinterpret_cast();
        assert_eq!((row.len(), from.len()), (numbers.len(), numbers.len()));
        Arch::new().dispatch(|| {
            for ((x, &half), from) in row.iter_mut().zip(numbers).zip(from) {
                *x = (widened(half) - from) * scale;
            }
        });
    }

    /// The dot product of row `index` and `other`: [`dot`] of [`Self::row`], without making the row.
    #[must_use]
    pub fn dot(&self, index: usize, other: &[f32]) -> f32 {
        let numbers: &[u16] = self.numbers(index).reinterpret_cast();
        Arch::new().dispatch(|| sum_of_products(numbers, other, widened))
    }
}

/// A finite 16-bit float as a 32-bit one: its bits moved to their new places, and the exponent set right by a
/// multiplication, which also holds for the least numbers. Plain enough for vector instructions.
// Only inlined code gets the wider instructions.
#[inline(always)]
fn widened(half: u16) -> f32 {
    /// 2¹¹²: 32-bit exponents count from 127, 16-bit ones from 15.
    const REBASED: f32 = f32::from_bits((127 + 112) << 23);
    let bits = u32::from(half);
    let magnitude = f32::from_bits((bits & 0x7fff) << 13) * REBASED;
    f32::from_bits(magnitude.to_bits() | (bits & 0x8000) << 16)
}

/// The dot product: the cosine, for vectors of unit length. Summed in lanes, which the compiler turns
/// into vector instructions; a plain sum would have to keep its order.
#[must_use]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    Arch::new().dispatch(|| sum_of_products(a, b, |x| x))
}

// Only inlined code gets the wider instructions.
#[inline(always)]
fn sum_of_products<T: Copy>(a: &[T], b: &[f32], number: impl Fn(T) -> f32) -> f32 {
    const LANES: usize = 16;
    let (a_lanes, b_lanes) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = (a_lanes.remainder().iter().zip(b_lanes.remainder()))
        .map(|(&x, y)| number(x) * y)
        .sum();
    let mut sums = [0.0f32; LANES];
    for (xs, ys) in a_lanes.zip(b_lanes) {
        for lane in 0..LANES {
            sums[lane] += number(xs[lane]) * ys[lane];
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
    use half::f16;

    use super::{HalfVectors, Vectors, dot, normalise, widened};

    #[test]
    fn every_16_bit_number_is_widened_as_it_is() {
        let finite = (0..=u16::MAX).filter(|bits| f16::from_bits(*bits).is_finite());
        for bits in finite {
            let want = f16::from_bits(bits).to_f32().to_bits();
            assert_eq!(widened(bits).to_bits(), want, "{bits:04x}");
        }
    }

    #[test]
    fn half_of_the_bits_keep_the_direction() {
        let mut vectors = Vectors::new(19);
        for k in 0..5 {
            let mut row: Vec<f32> = (0..19).map(|i| (i as f32 * 0.7 + k as f32).sin()).collect();
            normalise(&mut row);
            vectors.push(&row);
        }
        let mut halves = HalfVectors::with_capacity(19, 10);
        halves.extend(&vectors);
        halves.extend(&vectors);
        assert_eq!((halves.len(), halves.dimension()), (10, 19));
        for (i, row) in vectors.rows().chain(vectors.rows()).enumerate() {
            let kept = halves.row(i);
            assert!((dot(&kept, row) - 1.0).abs() < 1e-3);
            assert_eq!(halves.dot(i, row).to_bits(), dot(&kept, row).to_bits());
            let mut read = vec![0.0; 19];
            halves.read(i, row, 2.0, &mut read);
            for ((read, kept), from) in read.iter().zip(&kept).zip(row) {
                assert!((read - (kept - from) * 2.0).abs() < 1e-7);
            }
            let near = |(a, b): (&f32, &f32)| (a - b).abs() <= b.abs() / 2048.0 + 1e-7;
            assert!(kept.iter().zip(row).all(near));
        }
    }

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
