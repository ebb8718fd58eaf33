//! What tests of kernels compare with: plain loops.

use half::bf16;

/// Pseudo-random numbers between -1 and 1, representable in sixteen bits.
pub(crate) fn numbers(count: usize, seed: u32) -> Vec<f32> {
    (0..count as u32)
        .map(|i| {
            let hash = (i.wrapping_mul(2_654_435_761) ^ seed.wrapping_mul(40_503)) >> 7;
            bf16::from_f32((hash % 2001) as f32 / 1000.0 - 1.0).to_f32()
        })
        .collect()
}

/// Tokens, inputs and outputs: edges of blocks, tiles and registers.
pub(super) const SHAPES: [(usize, usize, usize); 7] = [
    (1, 32, 32),
    (13, 96, 32),
    (16, 64, 96),
    (17, 96, 64),
    (31, 32, 128),
    (33, 384, 32),
    (70, 128, 160),
];

#[track_caller]
pub(crate) fn assert_near(got: &[f32], want: &[f32], relative: f32) {
    assert_eq!(got.len(), want.len());
    for (index, (got, want)) in got.iter().zip(want).enumerate() {
        let allowed = relative * want.abs().max(1.0);
        assert!(
            (got - want).abs() <= allowed,
            "{index}: {got} is not {want}"
        );
    }
}

/// A dense layer.
pub(super) fn dense(rows: &[f32], weights: &[f32], bias: &[f32]) -> Vec<f32> {
    let inputs = weights.len() / bias.len();
    let row = |row: &[f32]| {
        let columns = weights.chunks_exact(inputs).zip(bias);
        let sum = |(column, bias): (&[f32], &f32)| {
            bias + column.iter().zip(row).map(|(w, x)| w * x).sum::<f32>()
        };
        columns.map(sum).collect::<Vec<_>>()
    };
    rows.chunks_exact(inputs).flat_map(row).collect()
}

/// `x Φ(x)`, the normal distribution by Simpson's rule.
pub(super) fn gelu(x: f32) -> f32 {
    let x = f64::from(x);
    let density = |t: f64| (-t * t / 2.0).exp() / std::f64::consts::TAU.sqrt();
    let step = x / 1000.0;
    let mut integral = 0.0;
    for i in 0..500 {
        let t = f64::from(2 * i) * step;
        integral += density(t) + 4.0 * density(t + step) + density(t + 2.0 * step);
    }
    (x * (0.5 + integral * step / 3.0)) as f32
}

/// Layer normalisation of each row.
pub(super) fn normalise(rows: &[f32], norm: &crate::simd::Norm) -> Vec<f32> {
    let width = norm.scale.len();
    let mut out = Vec::new();
    for row in rows.chunks_exact(width) {
        let mean = row.iter().sum::<f32>() / width as f32;
        let square = |x: &f32| (x - mean) * (x - mean);
        let variance = row.iter().map(square).sum::<f32>() / width as f32;
        let factor = 1.0 / (variance + norm.epsilon).sqrt();
        let place = |(i, x): (usize, &f32)| (x - mean) * factor * norm.scale[i] + norm.shift[i];
        out.extend(row.iter().enumerate().map(place));
    }
    out
}
