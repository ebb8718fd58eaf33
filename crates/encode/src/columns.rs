//! Many vectors times many others: how near each is to each.

use std::fmt;

use rayon::prelude::*;

use crate::Vectors;
use crate::packed::lanes::Lanes;
use crate::packed::{self, Multiplies, STEP, Shape};
use crate::simd::LANES;
use crate::vectors::dot;

/// Rows that are multiplied at once: their products stay near the processor.
const BLOCK: usize = 128;

/// Vectors made ready to be multiplied with others, as the columns of a matrix: put once into the order in
/// which the fastest arithmetic of this processor reads them. On AMX both sides are rounded to 16-bit
/// brain floats, which changes the product of unit vectors by some ten-thousandths.
pub struct Columns {
    count: usize,
    dimension: usize,
    form: Box<dyn Form>,
}

impl Columns {
    /// The rows of `vectors` become columns.
    #[must_use]
    pub fn of(vectors: &Vectors) -> Self {
        Self {
            count: vectors.len(),
            dimension: vectors.dimension(),
            form: fastest(vectors),
        }
    }

    /// What `each` makes of the numbers 0 to `rows` - 1 and of the dot products of their row with all
    /// columns, in order. `write` writes a row, as long as the columns. Runs on all threads.
    pub fn map<T: Send>(
        &self,
        rows: usize,
        write: impl Fn(usize, &mut [f32]) + Sync,
        each: impl Fn(usize, &[f32]) -> T + Sync,
    ) -> Vec<T> {
        let width = self.dimension.next_multiple_of(LANES);
        let block = |scratch: &mut Scratch, start: usize| {
            let count = BLOCK.min(rows - start);
            scratch.rows.resize(count * width / LANES, Lanes::ZERO);
            let numbers = Lanes::numbers_mut(&mut scratch.rows).chunks_exact_mut(width.max(1));
            for (i, row) in (start..).zip(numbers) {
                write(i, &mut row[..self.dimension]);
            }
            let stride = (self.form).multiply(&scratch.rows, count, &mut scratch.products);
            let products = Lanes::numbers(&scratch.products);
            (start..start + count)
                .map(|i| each(i, &products[(i - start) * stride..][..self.count]))
                .collect::<Vec<T>>()
        };
        let starts: Vec<usize> = (0..rows).step_by(BLOCK).collect();
        (starts.into_par_iter())
            .map_init(Scratch::default, block)
            .flatten_iter()
            .collect()
    }
}

impl fmt::Debug for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            count, dimension, ..
        } = self;
        write!(f, "Columns({count} of {dimension} numbers)")
    }
}

/// What a thread works in.
#[derive(Default)]
struct Scratch {
    rows: Vec<Lanes>,
    products: Vec<Lanes>,
}

/// Columns in the order of one arithmetic.
trait Form: Send + Sync {
    /// Writes the products of `count` rows, each of whole lanes, with all columns, row by row. Returns from how
    /// many numbers on the next row's begin: at least as many as there are columns.
    fn multiply(&self, rows: &[Lanes], count: usize, products: &mut Vec<Lanes>) -> usize;
}

fn fastest(vectors: &Vectors) -> Box<dyn Form> {
    if !vectors.dimension().is_multiple_of(STEP) || vectors.is_empty() {
        return Box::new(Plain(vectors.clone()));
    }
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    if packed::amx::is_available() {
        return Box::new(Packed::<packed::amx::Amx>::of(vectors));
    }
    #[cfg(target_arch = "x86_64")]
    if pulp::x86::V4::is_available() {
        return Box::new(Packed::<packed::wide::Avx512>::of(vectors));
    }
    #[cfg(target_arch = "x86_64")]
    if pulp::x86::V3::is_available() {
        return Box::new(Packed::<packed::wide::Avx2>::of(vectors));
    }
    Box::new(Plain(vectors.clone()))
}

/// As they are.
struct Plain(Vectors);

impl Form for Plain {
    fn multiply(&self, rows: &[Lanes], count: usize, products: &mut Vec<Lanes>) -> usize {
        let stride = self.0.len().next_multiple_of(LANES);
        products.resize(count * stride / LANES, Lanes::ZERO);
        let numbers = Lanes::numbers_mut(products).chunks_exact_mut(stride.max(1));
        let width = self.0.dimension().next_multiple_of(LANES);
        let rows = Lanes::numbers(rows).chunks_exact(width.max(1));
        for (row, products) in rows.zip(numbers) {
            for (product, column) in products.iter_mut().zip(self.0.rows()) {
                *product = dot(&row[..column.len()], column);
            }
        }
        stride
    }
}

/// As the dense layer of a model without bias, filled up with zeros to whole steps.
struct Packed<A: Multiplies> {
    matrix: A::Matrix,
    columns: usize,
    dimension: usize,
}

impl<A: Multiplies> Packed<A> {
    fn of(vectors: &Vectors) -> Self {
        let columns = vectors.len().next_multiple_of(STEP);
        let mut weights = vec![0.0; columns * vectors.dimension()];
        for (weights, row) in weights
            .chunks_exact_mut(vectors.dimension())
            .zip(vectors.rows())
        {
            weights.copy_from_slice(row);
        }
        Self {
            matrix: packed::matrix::<A>(&weights, &vec![0.0; columns]),
            columns,
            dimension: vectors.dimension(),
        }
    }
}

impl<A: Multiplies> Form for Packed<A> {
    fn multiply(&self, rows: &[Lanes], count: usize, products: &mut Vec<Lanes>) -> usize {
        products.clear();
        products.resize(count * self.columns / LANES, Lanes::ZERO);
        if count == 0 {
            return self.columns;
        }
        let shape = Shape {
            width: self.dimension,
            heads: 1,
            inner: self.dimension,
            tokens: count,
        };
        let arithmetic = A::begin();
        let mut taken = A::rows(&shape, shape.width);
        arithmetic.load(rows, shape.width, &mut taken);
        arithmetic.add(&taken, &self.matrix, products);
        self.columns
    }
}

#[cfg(test)]
mod tests {
    use super::{Columns, Form, Multiplies, Packed, Plain, STEP, packed};
    use crate::Vectors;
    use crate::packed::lanes::Lanes;
    use crate::vectors::{dot, normalise};

    /// Unit vectors that point in all directions.
    fn vectors(count: usize, dimension: usize, seed: u32) -> Vectors {
        let mut vectors = Vectors::new(dimension);
        let numbers = packed::testing::numbers(count * dimension, seed);
        for row in numbers.chunks_exact(dimension) {
            let mut row = row.to_vec();
            normalise(&mut row);
            vectors.push(&row);
        }
        vectors
    }

    const SHAPES: [(usize, usize, usize); 5] = [
        (1, 1, 32),
        (3, 31, 19),
        (127, 33, 64),
        (128, 250, 384),
        (300, 32, 96),
    ];

    #[test]
    fn rows_meet_all_columns_in_order() {
        for (rows, columns, dimension) in SHAPES {
            let (a, b) = (vectors(rows, dimension, 1), vectors(columns, dimension, 2));
            let made = Columns::of(&b).map(rows, a.writes(), |i, products| (i, products.to_vec()));
            assert_eq!(made.len(), rows);
            for (i, (number, products)) in made.into_iter().enumerate() {
                assert_eq!((number, products.len()), (i, columns));
                for (product, column) in products.iter().zip(b.rows()) {
                    assert!((product - dot(a.row(i), column)).abs() < 2e-3);
                }
            }
        }
        let none = Columns::of(&Vectors::new(64)).map(2, |_, row| row.fill(0.0), |_, p| p.len());
        assert_eq!(none, [0, 0]);
    }

    /// Against the plain loop.
    fn agrees<A: Multiplies>(allowed: f32) {
        for (rows, columns, dimension) in SHAPES.into_iter().filter(|s| s.2.is_multiple_of(STEP)) {
            let (a, b) = (vectors(rows, dimension, 3), vectors(columns, dimension, 4));
            let rows: Vec<Lanes> = a.rows().flat_map(Lanes::of).collect();
            let (mut want, mut got) = (Vec::new(), Vec::new());
            let want_stride = Plain(b.clone()).multiply(&rows, a.len(), &mut want);
            let got_stride = Packed::<A>::of(&b).multiply(&rows, a.len(), &mut got);
            let rows = |of: &[Lanes], stride| -> Vec<Vec<f32>> {
                let rows = Lanes::numbers(of).chunks_exact(stride);
                rows.map(|row| row[..columns].to_vec()).collect()
            };
            let want = rows(&want, want_stride);
            for (got, want) in rows(&got, got_stride).iter().zip(&want) {
                packed::testing::assert_near(got, want, allowed);
            }
        }
    }

    #[test]
    fn all_arithmetics_agree() {
        use crate::Kernel;
        if Kernel::Amx.is_available() {
            agrees::<packed::amx::Amx>(2e-3);
        }
        if Kernel::Avx512.is_available() {
            agrees::<packed::wide::Avx512>(1e-5);
        }
        if Kernel::Avx2.is_available() {
            agrees::<packed::wide::Avx2>(1e-5);
        }
    }
}
