//! Every step against the plain loop, over edge sizes.

use super::*;
use crate::packed::matrix;
use crate::packed::testing::{self, SHAPES, assert_near, dense, numbers};

fn vnni() -> Option<Vnni> {
    if !is_available() {
        eprintln!("NOT RUN: no AVX512-VNNI here");
        return None;
    }
    Some(Vnni::begin())
}

/// `numbers` in rows, rounded.
fn rows_of(vnni: &Vnni, numbers: &[f32], columns: usize) -> Rows {
    let tokens = numbers.len() / columns;
    let mut rows = Rows::new(tokens, columns);
    rows.exact = Lanes::of(numbers);
    vnni.round(&mut rows, tokens);
    rows
}

/// What the integers stand for.
fn numbers_of(rows: &Rows) -> Vec<f32> {
    let integers = rows.numbers.chunks_exact(rows.columns).zip(&rows.scales);
    integers
        .flat_map(|(row, scale)| row.iter().map(move |x| f32::from(*x) * scale))
        .collect()
}

#[test]
fn rows_are_rounded_to_the_nearest_of_255_steps() {
    let Some(vnni) = vnni() else { return };
    let mut x = numbers(3 * 64, 1);
    x[64..128].fill(0.0);
    let rows = rows_of(&vnni, &x, 64);
    for (row, (x, rounded)) in x.chunks(64).zip(numbers_of(&rows).chunks(64)).enumerate() {
        for (x, rounded) in x.iter().zip(rounded) {
            assert!(
                (x - rounded).abs() <= 0.501 * rows.scales[row],
                "{x} {rounded}"
            );
        }
        let integers = &rows.numbers[row * 64..][..64];
        let total: i32 = integers.iter().map(|x| i32::from(*x)).sum();
        assert_eq!(rows.totals[row], total);
    }
}

#[test]
fn dense_layers_are_the_plain_loop_over_rounded_numbers() {
    let Some(vnni) = vnni() else { return };
    for (tokens, inputs, outputs) in SHAPES {
        let rows = rows_of(&vnni, &numbers(tokens * inputs, 1), inputs);
        // Weights that are whole steps, so that packing changes nothing.
        let mut weights: Vec<f32> = numbers(outputs * inputs, 2)
            .iter()
            .map(|x| (x * 100.0).round() / 127.0)
            .collect();
        for column in weights.chunks_exact_mut(inputs) {
            column[0] = -1.0;
        }
        let bias = numbers(outputs, 3);
        let want = dense(&numbers_of(&rows), &weights, &bias);
        let matrix = matrix::<Vnni>(&weights, &bias);

        let before = numbers(tokens * outputs, 4);
        let mut residual = Lanes::of(&before);
        vnni.add(&rows, &matrix, &mut residual);
        let sum: Vec<f32> = before.iter().zip(&want).map(|(a, b)| a + b).collect();
        assert_near(Lanes::numbers(&residual), &sum, 1e-4);

        let mut out = Rows::new(tokens, outputs);
        vnni.gelu(&rows, &matrix, tokens, &mut out);
        let want: Vec<f32> = want.iter().copied().map(testing::gelu).collect();
        assert_near(Lanes::numbers(&out.exact), &want, 1e-4);
        for (row, (got, want)) in numbers_of(&out)
            .chunks(outputs)
            .zip(want.chunks(outputs))
            .enumerate()
        {
            for (got, want) in got.iter().zip(want) {
                assert!(
                    (got - want).abs() < 0.51 * out.scales[row] + 1e-3,
                    "{got} {want}"
                );
            }
        }
    }
}
