//! Every step against the plain loop, over edge sizes. Attention is tested where it lives.

use super::*;
use crate::packed::matrix;
use crate::packed::testing::{self, SHAPES, assert_near, dense, numbers};

/// Runs `check` with what this processor has.
macro_rules! for_all {
    ($check:ident) => {
        if let (None, None) = (V4::get().map($check), V3::get().map($check)) {
            eprintln!("NOT RUN: no AVX2 here");
        }
    };
}

#[test]
fn dense_layers_are_the_plain_loop() {
    fn check<S: Level>(_: S) {
        let wide = Wide::<S>::begin();
        for (tokens, inputs, outputs) in SHAPES {
            let x = numbers(tokens * inputs, 1);
            let weights = numbers(outputs * inputs, 2);
            let bias = numbers(outputs, 3);
            let want = dense(&x, &weights, &bias);
            let matrix = matrix::<Wide<S>>(&weights, &bias);
            let rows = Rows(Lanes::of(&x));

            let before = numbers(tokens * outputs, 4);
            let mut residual = Lanes::of(&before);
            wide.add(&rows, &matrix, &mut residual);
            let sum: Vec<f32> = before.iter().zip(&want).map(|(a, b)| a + b).collect();
            assert_near(Lanes::numbers(&residual), &sum, 1e-5);

            let mut out = Rows(vec![Lanes::ZERO; tokens * outputs / LANES]);
            wide.gelu(&rows, &matrix, tokens, &mut out);
            let want: Vec<f32> = want.iter().copied().map(testing::gelu).collect();
            assert_near(Lanes::numbers(&out.0), &want, 1e-5);
        }
    }
    for_all!(check);
}

#[test]
fn rows_beyond_what_is_kept_near_are_as_those_before() {
    fn check<S: Level>(_: S) {
        let wide = Wide::<S>::begin();
        let (tokens, inputs, outputs) = (100, 2048, 32);
        let weights = numbers(outputs * inputs, 1);
        let matrix = matrix::<Wide<S>>(&weights, &numbers(outputs, 2));
        let rows = Rows(Lanes::of(&numbers(inputs, 3).repeat(tokens)));
        let mut residual = vec![Lanes::ZERO; tokens * outputs / LANES];
        wide.add(&rows, &matrix, &mut residual);
        let numbers = Lanes::numbers(&residual);
        assert!(
            numbers
                .chunks_exact(outputs)
                .all(|row| row == &numbers[..outputs])
        );
        assert!(numbers.iter().any(|x| *x != 0.0));
    }
    for_all!(check);
}

#[test]
fn rows_are_normalised() {
    fn check<S: Level>(_: S) {
        for (tokens, width, _) in SHAPES {
            let x = numbers(tokens * width, 5);
            let norm = Norm {
                scale: numbers(width, 6),
                shift: numbers(width, 7),
                epsilon: 1e-5,
            };
            let mut residual = Lanes::of(&x);
            let mut rows = Rows(residual.clone());
            Wide::<S>::begin().norm(&norm, &mut residual, &mut rows);
            let want = testing::normalise(&x, &norm);
            assert_near(Lanes::numbers(&residual), &want, 1e-5);
            assert_near(Lanes::numbers(&rows.0), &want, 1e-5);
        }
    }
    for_all!(check);
}
