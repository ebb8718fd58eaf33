//! Every step against the plain loop, over edge sizes. Without AMX there is nothing to test.

use super::*;
use crate::packed::matrix;
use crate::packed::testing::{self, SHAPES, assert_near, dense, numbers};

fn amx() -> Option<Amx> {
    if !is_available() {
        eprintln!("NOT RUN: no AMX here");
        return None;
    }
    Some(Amx::begin())
}

/// `numbers` in tiles.
fn rows_of(numbers: &[f32], columns: usize) -> Rows {
    let mut rows = Rows::new(numbers.len() / columns, columns);
    for (row, numbers) in numbers.chunks_exact(columns).enumerate() {
        for (column, numbers) in numbers.chunks_exact(Line::LEN).enumerate() {
            halves(numbers.iter().copied(), rows.line_mut(row, column));
        }
    }
    rows
}

/// The first `tokens` rows, as numbers.
fn numbers_of(rows: &mut Rows, tokens: usize) -> Vec<f32> {
    let width = rows.width;
    let places = (0..tokens).flat_map(|row| (0..width).map(move |column| (row, column)));
    places
        .flat_map(|(row, column)| rows.line_mut(row, column).0.map(bf16::to_f32))
        .collect()
}

/// Half a unit in the last of eight places, and a little for what came before the rounding.
const ROUNDED: f32 = 1.0 / 250.0;

#[test]
fn dense_layers_are_the_plain_loop() {
    let Some(amx) = amx() else { return };
    for (tokens, inputs, outputs) in SHAPES {
        let x = numbers(tokens * inputs, 1);
        let weights = numbers(outputs * inputs, 2);
        let bias = numbers(outputs, 3);
        let want = dense(&x, &weights, &bias);
        let matrix = matrix::<Amx>(&weights, &bias);
        let rows = rows_of(&x, inputs);

        let before = numbers(tokens * outputs, 4);
        let mut residual = Lanes::of(&before);
        amx.add(&rows, &matrix, &mut residual);
        let got: Vec<f32> = residual.iter().flat_map(|lanes| lanes.0).collect();
        let sum: Vec<f32> = before.iter().zip(&want).map(|(a, b)| a + b).collect();
        assert_near(&got, &sum, 1e-5);

        let mut out = Rows::new(tokens, outputs);
        amx.gelu(&rows, &matrix, tokens, &mut out);
        let want: Vec<f32> = want.iter().copied().map(testing::gelu).collect();
        assert_near(&numbers_of(&mut out, tokens), &want, ROUNDED);
    }
}

#[test]
fn rows_are_normalised() {
    let Some(amx) = amx() else { return };
    for (tokens, width, _) in SHAPES {
        let x = numbers(tokens * width, 5);
        let norm = Norm {
            scale: numbers(width, 6),
            shift: numbers(width, 7),
            epsilon: 1e-5,
        };
        let want = testing::normalise(&x, &norm);
        let mut residual = Lanes::of(&x);
        let mut rows = Rows::new(tokens, width);
        amx.norm(&norm, &mut residual, &mut rows);
        let got: Vec<f32> = residual.iter().flat_map(|lanes| lanes.0).collect();
        assert_near(&got, &want, 1e-5);
        assert_near(&numbers_of(&mut rows, tokens), &want, ROUNDED);
    }
}

#[test]
fn each_text_attends_to_itself_only() {
    let Some(amx) = amx() else { return };
    let lengths = [1, 15, 16, 17, 31, 32, 33, 48, 64, 100];
    for (heads, size) in [(1, 32), (3, 32), (2, 64)] {
        let shape = Shape {
            width: heads * size,
            heads,
            inner: 32,
            tokens: lengths.iter().sum(),
        };
        let rows = numbers(shape.tokens * 3 * shape.width, 8);
        let mut memory = Amx::heads(&shape);
        for (row, numbers) in rows.chunks_exact(3 * shape.width).enumerate() {
            for (column, numbers) in numbers.chunks_exact(Line::LEN).enumerate() {
                halves(numbers.iter().copied(), memory.line_mut(row, column));
            }
        }
        let mut out = Rows::new(shape.tokens, shape.width);
        amx.attend(&lengths, &mut memory, &mut out);
        let want = attention(&rows, &lengths, &shape);
        assert_near(&numbers_of(&mut out, shape.tokens), &want, 3.0 * ROUNDED);
    }
}

/// The plain loops: softmax to the base of two.
fn attention(rows: &[f32], lengths: &[usize], shape: &Shape) -> Vec<f32> {
    let (width, size) = (shape.width, shape.head());
    let mut out = vec![0.0; rows.len() / 3];
    let mut start = 0;
    for length in lengths {
        let numbers = |kind: usize, token: usize, head: usize| {
            &rows[(start + token) * 3 * width + kind * width + head * size..][..size]
        };
        for head in 0..shape.heads {
            for query in 0..*length {
                let dot = |key: usize| -> f32 {
                    let pairs = numbers(0, query, head).iter().zip(numbers(1, key, head));
                    pairs.map(|(q, k)| q * k).sum()
                };
                let weights: Vec<f32> = (0..*length).map(|key| dot(key).exp2()).collect();
                let sum: f32 = weights.iter().sum();
                for (key, weight) in weights.iter().enumerate() {
                    let out = &mut out[(start + query) * width + head * size..][..size];
                    for (out, value) in out.iter_mut().zip(numbers(2, key, head)) {
                        *out += weight / sum * value;
                    }
                }
            }
        }
        start += length;
    }
    out
}

#[test]
fn scores_far_apart_do_not_overflow() {
    let Some(amx) = amx() else { return };
    let shape = Shape {
        width: 32,
        heads: 1,
        inner: 32,
        tokens: 3,
    };
    let mut memory = Amx::heads(&shape);
    for (row, (query, key, value)) in [(4.0, 1e3, 2.0), (4.0, -1e3, 5.0), (0.0, 1e3, 4.0)]
        .into_iter()
        .enumerate()
    {
        for (column, x) in [query, key, value].into_iter().enumerate() {
            halves([x; 32].into_iter(), memory.line_mut(row, column));
        }
    }
    let mut out = Rows::new(3, 32);
    amx.attend(&[3], &mut memory, &mut out);
    let got = numbers_of(&mut out, 3);
    assert_near(&got[..64], &[3.0; 64], ROUNDED);
    assert_near(&got[64..], &[11.0 / 3.0; 32], ROUNDED);
}
