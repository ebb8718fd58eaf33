//! Self-attention over texts that lie end to end.
//!
//! No text is padded and none is masked: each attends to its own rows, whatever stands beside it.

use pulp::{Simd, WithSimd};

use super::{LANES, exp};

/// Rows of queries worked on together, so that each key and value read serves all of them.
const ROWS: usize = 8;

/// From rows of query, key and value side by side, `[tokens, 3 · width]`, to `[tokens, width]`.
pub(crate) struct Texts<'a> {
    pub(crate) heads: usize,
    /// Tokens of each text.
    pub(crate) lengths: &'a [usize],
    /// Bias of query, key and value, which the rows do not have yet.
    pub(crate) bias: &'a [f32],
    pub(crate) rows: &'a [f32],
    pub(crate) context: &'a mut [f32],
    pub(crate) scratch: &'a mut Scratch,
}

impl WithSimd for Texts<'_> {
    type Output = ();

    #[expect(
        clippy::inline_always,
        reason = "only inlined code gets the wider instructions"
    )]
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = self.bias.len() / 3;
        let size = width / self.heads;
        let mut start = 0;
        for length in self.lengths {
            let end = start + length;
            let text = Text {
                rows: &self.rows[start * 3 * width..end * 3 * width],
                bias: self.bias,
                width,
                size,
                length: *length,
            };
            let context = &mut self.context[start * width..end * width];
            for head in 0..self.heads {
                text.attend(simd, head * size, self.scratch, context);
            }
            start = end;
        }
    }
}

/// Memory that every head of every text uses again.
#[derive(Debug)]
pub(crate) struct Scratch {
    /// Keys of one head, one number of all keys after the other.
    keys: Vec<f32>,
    /// Queries side by side, one number of all after the other.
    queries: Vec<f32>,
    /// Scores of one query after the other.
    scores: Vec<f32>,
    /// The same after softmax, all queries of one key after the other.
    weights: Vec<f32>,
}

impl Scratch {
    /// For heads of `size` numbers and texts of up to `longest` tokens.
    pub(crate) fn new(size: usize, longest: usize) -> Self {
        let padded = longest.next_multiple_of(LANES);
        Self {
            keys: vec![0.0; size * padded],
            queries: vec![0.0; ROWS * size],
            scores: vec![0.0; ROWS * padded],
            weights: vec![0.0; ROWS * padded],
        }
    }
}

struct Text<'a> {
    rows: &'a [f32],
    bias: &'a [f32],
    width: usize,
    /// Width of a head.
    size: usize,
    length: usize,
}

impl Text<'_> {
    /// The head whose numbers begin at column `column`.
    #[expect(
        clippy::inline_always,
        reason = "only inlined code gets the wider instructions"
    )]
    #[inline(always)]
    fn attend<S: Simd>(&self, simd: S, column: usize, scratch: &mut Scratch, context: &mut [f32]) {
        let padded = self.length.next_multiple_of(LANES);
        let keys = &mut scratch.keys[..self.size * padded];
        let scores = &mut scratch.scores[..ROWS * padded];
        self.turn_keys(column, padded, keys);
        let mut first = 0;
        while first < self.length {
            self.fill_queries(column, first, &mut scratch.queries);
            score(simd, &scratch.queries, keys, scores);
            for (row, scores) in scores.chunks_exact_mut(padded).enumerate() {
                softmax(scores, self.length);
                for (key, weight) in scores[..self.length].iter().enumerate() {
                    scratch.weights[key * ROWS + row] = *weight;
                }
            }
            let weights = &scratch.weights[..self.length * ROWS];
            self.mix_values(simd, column, first, weights, context);
            first += ROWS;
        }
    }

    /// The keys' bias adds the same to all scores of a row, which softmax does not see: left out.
    #[expect(
        clippy::inline_always,
        reason = "only inlined code gets the wider instructions"
    )]
    #[inline(always)]
    fn turn_keys(&self, column: usize, padded: usize, keys: &mut [f32]) {
        let offset = self.width + column;
        for (position, row) in self.rows.chunks_exact(3 * self.width).enumerate() {
            for (d, x) in row[offset..offset + self.size].iter().enumerate() {
                keys[d * padded + position] = *x;
            }
        }
        for numbers in keys.chunks_exact_mut(padded) {
            numbers[self.length..].fill(0.0);
        }
    }

    /// Queries from row `first` on, scaled. Behind the last row it is repeated.
    #[expect(
        clippy::inline_always,
        reason = "only inlined code gets the wider instructions"
    )]
    #[inline(always)]
    fn fill_queries(&self, column: usize, first: usize, queries: &mut [f32]) {
        let scale = 1.0 / (self.size as f32).sqrt();
        let bias = &self.bias[column..column + self.size];
        for index in 0..ROWS {
            let row = (first + index).min(self.length - 1) * 3 * self.width + column;
            let row = &self.rows[row..row + self.size];
            for ((numbers, x), bias) in queries.chunks_exact_mut(ROWS).zip(row).zip(bias) {
                numbers[index] = (x + bias) * scale;
            }
        }
    }

    /// The values' bias comes through whole, because the weights of a row add up to one.
    #[expect(
        clippy::inline_always,
        reason = "only inlined code gets the wider instructions"
    )]
    #[inline(always)]
    fn mix_values<S: Simd>(
        &self,
        simd: S,
        column: usize,
        first: usize,
        weights: &[f32],
        context: &mut [f32],
    ) {
        for part in (column..column + self.size).step_by(S::F32_LANES) {
            let part_of = |row: &[f32], offset: usize| {
                S::as_simd_f32s(&row[offset + part..offset + part + S::F32_LANES]).0[0]
            };
            let mut sums = [part_of(self.bias, 2 * self.width); ROWS];
            let rows = self.rows.chunks_exact(3 * self.width);
            for (row, weights) in rows.zip(weights.as_chunks::<ROWS>().0) {
                let value = part_of(row, 2 * self.width);
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum = simd.mul_add_e_f32s(simd.splat_f32s(*weight), value, *sum);
                }
            }
            let rows = context.chunks_exact_mut(self.width).skip(first);
            for (row, sum) in rows.zip(sums) {
                S::as_mut_simd_f32s(&mut row[part..part + S::F32_LANES]).0[0] = sum;
            }
        }
    }
}

/// Products of each query with each key.
#[expect(
    clippy::inline_always,
    reason = "only inlined code gets the wider instructions"
)]
#[inline(always)]
fn score<S: Simd>(simd: S, queries: &[f32], keys: &[f32], scores: &mut [f32]) {
    let padded = scores.len() / ROWS;
    for block in 0..padded / S::F32_LANES {
        let mut sums = [simd.splat_f32s(0.0); ROWS];
        let keys = keys.chunks_exact(padded);
        for (numbers, queries) in keys.zip(queries.as_chunks::<ROWS>().0) {
            let numbers = S::as_simd_f32s(numbers).0[block];
            for (sum, query) in sums.iter_mut().zip(queries) {
                *sum = simd.mul_add_e_f32s(simd.splat_f32s(*query), numbers, *sum);
            }
        }
        for (scores, sum) in scores.chunks_exact_mut(padded).zip(sums) {
            S::as_mut_simd_f32s(scores).0[block] = sum;
        }
    }
}

/// Softmax over the first `length` scores; those behind are only filling.
#[expect(
    clippy::inline_always,
    reason = "only inlined code gets the wider instructions"
)]
#[inline(always)]
fn softmax(scores: &mut [f32], length: usize) {
    scores[length..].fill(f32::NEG_INFINITY);
    let mut largest = [f32::NEG_INFINITY; LANES];
    for block in scores.as_chunks::<LANES>().0 {
        for (largest, x) in largest.iter_mut().zip(block) {
            *largest = if *x > *largest { *x } else { *largest };
        }
    }
    let largest = largest.into_iter().fold(f32::NEG_INFINITY, f32::max);
    let mut sums = [0.0; LANES];
    for block in scores.as_chunks_mut::<LANES>().0 {
        for (sum, x) in sums.iter_mut().zip(block) {
            *x = exp(*x - largest);
            *sum += *x;
        }
    }
    let factor = 1.0 / sums.iter().sum::<f32>();
    for x in scores {
        *x *= factor;
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{D, Device, Tensor};

    use super::*;

    /// The textbook formula on candle's tensors, one text and one head after the other.
    fn plain(rows: &Tensor, bias: &[f32], lengths: &[usize], heads: usize) -> Vec<f32> {
        let width = bias.len() / 3;
        let size = width / heads;
        let bias = Tensor::from_slice(bias, (1, 3 * width), &Device::Cpu).unwrap();
        let rows = rows.broadcast_add(&bias).unwrap();
        let mut texts = Vec::new();
        let mut start = 0;
        for length in lengths {
            let text = rows.narrow(0, start, *length).unwrap();
            let part = |which: usize, head: usize| {
                text.narrow(1, which * width + head * size, size)
                    .unwrap()
                    .contiguous()
                    .unwrap()
            };
            let heads: Vec<Tensor> = (0..heads)
                .map(|head| {
                    let keys = part(1, head).t().unwrap();
                    let scores = part(0, head).matmul(&keys).unwrap();
                    let scores = (scores / (size as f64).sqrt()).unwrap().exp().unwrap();
                    let sums = scores.sum_keepdim(D::Minus1).unwrap();
                    let weights = scores.broadcast_div(&sums).unwrap();
                    weights.matmul(&part(2, head)).unwrap()
                })
                .collect();
            texts.push(Tensor::cat(&heads, 1).unwrap());
            start += length;
        }
        let all = Tensor::cat(&texts, 0).unwrap();
        all.flatten_all().unwrap().to_vec1().unwrap()
    }

    #[test]
    fn each_text_attends_to_itself_only() {
        let lengths = [1, 3, 16, 17, 40];
        let (heads, width) = (2, 32);
        let tokens: usize = lengths.iter().sum();
        let number = |i: usize| ((i * 7919 % 1009) as f32 - 504.0) / 300.0;
        let numbers: Vec<f32> = (0..tokens * 3 * width).map(number).collect();
        let bias: Vec<f32> = (0..3 * width).map(|i| number(i * 31 + 5)).collect();
        let rows = Tensor::from_vec(numbers, (tokens, 3 * width), &Device::Cpu).unwrap();
        let mut got = vec![0.0; tokens * width];
        pulp::Arch::new().dispatch(Texts {
            heads,
            lengths: &lengths,
            bias: &bias,
            rows: &rows.flatten_all().unwrap().to_vec1::<f32>().unwrap(),
            context: &mut got,
            scratch: &mut Scratch::new(width / heads, 40),
        });
        for (got, want) in got.iter().zip(plain(&rows, &bias, &lengths, heads)) {
            assert!((got - want).abs() < 1e-5, "{got} {want}");
        }
    }

    #[test]
    fn large_scores_do_not_overflow() {
        let mut scores = vec![0.0; LANES];
        scores[..3].copy_from_slice(&[3000.0, 2999.0, -3000.0]);
        softmax(&mut scores, 3);
        assert!((scores[0] - 0.731_058_6).abs() < 1e-6);
        assert!((scores[0] + scores[1] - 1.0).abs() < 1e-6);
        assert!(scores[2..].iter().all(|x| *x < 1e-30));
    }
}
