//! Logistic regression: the one learned form used here, because its weights can be read.
//!
//! Training is full-batch and deterministic: Newton steps on the L2-penalised log-likelihood, which
//! for the few dozen features in use converge in under twenty steps.

use serde::{Deserialize, Serialize};

/// Weights over named features. The first training column is standardised like all others; the
/// bias is apart and not penalised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Logistic {
    /// Feature names, for the reader and as a check that code and weights agree.
    pub features: Vec<String>,
    /// One weight a feature, on the feature's own scale.
    pub weights: Vec<f64>,
    /// Log-odds where all features are zero.
    pub bias: f64,
}

impl Logistic {
    /// The log-odds of `row`.
    #[must_use]
    pub fn score(&self, row: &[f64]) -> f64 {
        self.bias
            + self
                .weights
                .iter()
                .zip(row)
                .map(|(w, x)| w * x)
                .sum::<f64>()
    }

    /// The probability of `row`.
    #[must_use]
    pub fn probability(&self, row: &[f64]) -> f64 {
        sigmoid(self.score(row))
    }

    /// Fits weights to `rows` (each as long as `features`) and `labels`, with one weight a row.
    ///
    /// `penalty` is the L2 strength on standardised features.
    #[must_use]
    pub fn fit(
        features: &[&str],
        rows: &[Vec<f64>],
        labels: &[bool],
        weight: &[f64],
        penalty: f64,
    ) -> Self {
        let scale = Scale::of(features.len(), rows);
        let standard: Vec<Vec<f64>> = rows.iter().map(|r| scale.apply(r)).collect();
        let mut beta = vec![0.0; features.len() + 1];
        for _ in 0..25 {
            let step = newton_step(&standard, labels, weight, &beta, penalty);
            for (b, s) in beta.iter_mut().zip(&step) {
                *b += s;
            }
            if step.iter().all(|s| s.abs() < 1e-7) {
                break;
            }
        }
        scale.undo(features, &beta)
    }
}

/// The probabilities that several models, one a class, give `row`, made to sum to 1.
#[must_use]
pub fn shares<const N: usize>(models: &[Logistic], row: &[f64]) -> [f32; N] {
    let mut out = [0.0; N];
    for (p, model) in out.iter_mut().zip(models) {
        *p = model.probability(row) as f32;
    }
    let total: f32 = out.iter().sum();
    out.map(|p| p / total.max(1e-9))
}

/// 1 / (1 + e⁻ˣ).
#[must_use]
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Mean and deviation of each column.
struct Scale {
    mean: Vec<f64>,
    deviation: Vec<f64>,
}

impl Scale {
    fn of(columns: usize, rows: &[Vec<f64>]) -> Self {
        let n = (rows.len() as f64).max(1.0);
        let mean: Vec<f64> = (0..columns)
            .map(|c| rows.iter().map(|r| r[c]).sum::<f64>() / n)
            .collect();
        let deviation = (0..columns)
            .map(|c| {
                let variance = rows.iter().map(|r| (r[c] - mean[c]).powi(2)).sum::<f64>() / n;
                if variance > 1e-12 {
                    variance.sqrt()
                } else {
                    1.0
                }
            })
            .collect();
        Self { mean, deviation }
    }

    fn apply(&self, row: &[f64]) -> Vec<f64> {
        let columns = self.mean.iter().zip(&self.deviation);
        let mut out: Vec<f64> = row
            .iter()
            .zip(columns)
            .map(|(x, (m, d))| (x - m) / d)
            .collect();
        out.push(1.0);
        out
    }

    fn undo(&self, features: &[&str], beta: &[f64]) -> Logistic {
        let weights: Vec<f64> = beta
            .iter()
            .zip(&self.deviation)
            .map(|(b, d)| b / d)
            .collect();
        let shift: f64 = weights.iter().zip(&self.mean).map(|(w, m)| w * m).sum();
        let round = |x: f64| (x * 1e4).round() / 1e4;
        Logistic {
            features: features.iter().map(ToString::to_string).collect(),
            weights: weights.iter().copied().map(round).collect(),
            bias: round(beta[features.len()] - shift),
        }
    }
}

fn newton_step(
    rows: &[Vec<f64>],
    labels: &[bool],
    weight: &[f64],
    beta: &[f64],
    penalty: f64,
) -> Vec<f64> {
    let k = beta.len();
    let mut gradient = vec![0.0; k];
    let mut hessian = vec![vec![0.0; k]; k];
    for ((row, &label), &w) in rows.iter().zip(labels).zip(weight) {
        let p = sigmoid(row.iter().zip(beta).map(|(x, b)| x * b).sum());
        let error = w * (f64::from(u8::from(label)) - p);
        let curve = (w * p * (1.0 - p)).max(1e-9);
        for i in 0..k {
            gradient[i] += error * row[i];
            for j in 0..=i {
                hessian[i][j] += curve * row[i] * row[j];
            }
        }
    }
    for i in 0..k {
        if i + 1 < k {
            gradient[i] -= penalty * beta[i];
            hessian[i][i] += penalty;
        }
        hessian[i][i] += 1e-6;
    }
    solve_symmetric(hessian, gradient)
}

/// Solves A·x = b for a positive definite A given by its lower triangle (Cholesky).
fn solve_symmetric(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for j in 0..n {
        let squares: f64 = a[j][..j].iter().map(|x| x * x).sum();
        a[j][j] = (a[j][j] - squares).max(1e-12).sqrt();
        for i in j + 1..n {
            let products: f64 = (0..j).map(|k| a[i][k] * a[j][k]).sum();
            a[i][j] = (a[i][j] - products) / a[j][j];
        }
    }
    for i in 0..n {
        let known: f64 = (0..i).map(|k| a[i][k] * b[k]).sum();
        b[i] = (b[i] - known) / a[i][i];
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|k| a[k][i] * b[k]).sum();
        b[i] = (b[i] - known) / a[i][i];
    }
    b
}

#[cfg(test)]
mod tests {
    use super::Logistic;

    #[test]
    fn recovers_the_odds_of_a_table() {
        // One binary feature: 3 of 4 are positive where it is set, 1 of 4 where it is not.
        let rows: Vec<Vec<f64>> = [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]
            .map(|x| vec![x])
            .to_vec();
        let labels = [true, true, true, false, true, false, false, false];
        let model = Logistic::fit(&["x"], &rows, &labels, &[1.0; 8], 0.0);
        assert!((model.probability(&[1.0]) - 0.75).abs() < 1e-3, "{model:?}");
        assert!((model.probability(&[0.0]) - 0.25).abs() < 1e-3, "{model:?}");
    }

    #[test]
    fn a_constant_column_does_no_harm() {
        let rows = vec![vec![5.0, 0.0], vec![5.0, 1.0]];
        let model = Logistic::fit(&["constant", "x"], &rows, &[false, true], &[1.0; 2], 1.0);
        assert!(model.probability(&[5.0, 1.0]) > 0.5);
    }
}
