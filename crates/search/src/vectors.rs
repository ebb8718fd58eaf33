//! Unit vectors in one flat piece of memory: an exact scan over them is simpler than an index and
//! fast enough for some hundred thousand rows.

use caifeng_vectors::{HalfVectors, dot};

/// Rows of one length, kept as 16-bit floats; a row may be absent.
#[derive(Debug, Default)]
pub(crate) struct Vectors {
    present: HalfVectors,
    /// The place of each row among those that are present.
    places: Vec<Option<usize>>,
}

impl Vectors {
    /// Length of a row, zero while there is none.
    pub(crate) fn dimension(&self) -> usize {
        self.present.dimension()
    }

    /// Number of rows, absent ones included.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Adds `vector` scaled to length one. One that is empty, zero, not finite or of another length
    /// than the first becomes an absent row.
    pub(crate) fn push(&mut self, vector: &[f32]) {
        let fits = self.present.is_empty() || self.dimension() == vector.len();
        let Some(vector) = unit(vector).filter(|_| fits) else {
            self.places.push(None);
            return;
        };
        if self.present.is_empty() {
            self.present = HalfVectors::new(vector.len());
        }
        self.places.push(Some(self.present.len()));
        self.present.push(&vector);
    }

    /// The row, unless absent.
    pub(crate) fn row(&self, row: usize) -> Option<Vec<f32>> {
        Some(self.present.row((*self.places.get(row)?)?))
    }

    /// Its inner product with `other`, which is as long; `None` where the row is absent.
    pub(crate) fn dot(&self, row: usize, other: &[f32]) -> Option<f32> {
        Some(self.present.dot((*self.places.get(row)?)?, other))
    }
}

/// `vector` scaled to length one. `None` for one that is empty, zero or not finite.
pub(crate) fn unit(vector: &[f32]) -> Option<Vec<f32>> {
    let norm = dot(vector, vector).sqrt();
    norm.is_normal()
        .then(|| vector.iter().map(|x| x / norm).collect())
}

/// A point of view: vectors of one kind of text all point roughly the same way, and only what is
/// left after taking away their mean tells them apart.
#[derive(Debug, Clone)]
pub(crate) struct Centre {
    mean: Vec<f32>,
    mean_square: f32,
}

/// What of a row does not depend on what it is compared with. The default resembles nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Frame {
    along_mean: f32,
    inverse_norm: f32,
}

impl Centre {
    /// The mean of `rows`. `None` where there are none.
    pub(crate) fn of(rows: impl Iterator<Item = Vec<f32>>) -> Option<Self> {
        let mut count = 0.0_f32;
        let mut mean: Vec<f32> = Vec::new();
        for row in rows {
            mean.resize(row.len(), 0.0);
            for (sum, x) in mean.iter_mut().zip(&row) {
                *sum += x;
            }
            count += 1.0;
        }
        for sum in &mut mean {
            *sum /= count;
        }
        let mean_square = dot(&mean, &mean);
        (count > 0.0).then_some(Self { mean, mean_square })
    }

    /// Prepares `row` for [`Self::cosine`].
    pub(crate) fn frame(&self, row: &[f32]) -> Frame {
        let along_mean = dot(row, &self.mean);
        let square = dot(row, row) - 2.0 * along_mean + self.mean_square;
        Frame {
            along_mean,
            // A row that is the mean (the only one of its kind) resembles nothing.
            inverse_norm: if square > f32::EPSILON {
                square.sqrt().recip()
            } else {
                0.0
            },
        }
    }

    /// Cosine of the angle at which two framed rows are seen from here, -1 to 1, from the inner product
    /// of the rows.
    pub(crate) fn cosine(&self, product: f32, a: Frame, b: Frame) -> f32 {
        let product = product - a.along_mean - b.along_mean + self.mean_square;
        product * a.inverse_norm * b.inverse_norm
    }
}

#[cfg(test)]
mod tests {
    use super::{Centre, Vectors};

    fn naive_cosine(a: &[f32], b: &[f32], mean: &[f32]) -> f32 {
        let less = |v: &[f32]| -> Vec<f32> { v.iter().zip(mean).map(|(x, m)| x - m).collect() };
        let (a, b) = (less(a), less(b));
        let product: f32 = a.iter().zip(&b).map(|(x, y)| x * y).sum();
        let square = |v: &[f32]| v.iter().map(|x| x * x).sum::<f32>();
        product / (square(&a) * square(&b)).sqrt()
    }

    #[test]
    fn the_short_cut_agrees_with_the_definition_of_a_centred_cosine() {
        let mut vectors = Vectors::default();
        for seed in 1..20_u16 {
            let row: Vec<f32> = (0..19)
                .map(|i| f32::from(seed * (i + 3) % 17) + 5.0)
                .collect();
            vectors.push(&row);
        }
        let rows: Vec<Vec<f32>> = (0..19).filter_map(|i| vectors.row(i)).collect();
        let centre = Centre::of(rows.iter().cloned()).unwrap();
        for (i, a) in rows.iter().enumerate() {
            for b in &rows {
                let product = vectors.dot(i, b).unwrap();
                let got = centre.cosine(product, centre.frame(a), centre.frame(b));
                let want = naive_cosine(a, b, &centre.mean);
                assert!((got - want).abs() < 1e-4, "{got} {want}");
            }
        }
    }

    #[test]
    fn useless_vectors_are_absent_and_the_rest_have_length_one() {
        let mut vectors = Vectors::default();
        vectors.push(&[]);
        vectors.push(&[3.0, 4.0]);
        vectors.push(&[1.0, 2.0, 3.0]);
        vectors.push(&[0.0, 0.0]);
        vectors.push(&[f32::NAN, 1.0]);
        assert_eq!(vectors.len(), 5);
        let row = vectors.row(1).unwrap();
        assert!((row[0] - 0.6).abs() < 1e-3 && (row[1] - 0.8).abs() < 1e-3);
        for absent in [0, 2, 3, 4, 5] {
            assert_eq!(vectors.row(absent), None, "{absent}");
        }
        assert_eq!(vectors.dimension(), 2);
    }
}
