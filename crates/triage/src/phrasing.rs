//! What turns of phrase say of stance, scope and status: weights of short runs of characters.
//!
//! A vector says what a unit is about; whether it praises, fears or asks lies in small words and in how
//! it ends. So besides the vectors, logistic models over runs of one to three characters are fitted to
//! the same invented units. What the last clause holds counts apart, as that is where people say what
//! they want. A text is a row of term frequency times inverse document frequency, of length 1.

use std::sync::LazyLock;

use caifeng_text::hash::Map;
use rayon::prelude::*;

use crate::{
    logistic::sigmoid,
    wording::{CLASSES, Sample},
};

/// Longest run of characters.
const LONGEST: usize = 3;
/// Runs that fewer texts use say more about those texts than about the language.
const LEAST_TEXTS: u32 = 4;
/// L2 strength on rows of length 1.
const PENALTY: f32 = 0.1;
/// Steps of the training, after which weights change in their third digit only.
const STEPS: usize = 600;
/// Where a text begins and ends.
const EDGES: [char; 2] = ['⟨', '⟩'];
/// Bits of one character in a [`Run`].
const CHARACTER: u32 = 21;
/// The bit of a [`Run`] that says that it stands in the last clause.
const IN_LAST: u64 = 1 << 63;

/// A run of up to three characters, the last one lowest, and [`IN_LAST`].
type Run = u64;

static COMMITTED: LazyLock<Phrasing> =
    LazyLock::new(|| Phrasing::parse(include_str!("../data/phrasing.txt")));

/// What one run tells.
#[derive(Debug, Clone, PartialEq)]
struct Weights {
    /// Inverse document frequency.
    rarity: f32,
    /// Of each class.
    classes: [f32; CLASSES],
}

/// Models of all classes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Phrasing {
    runs: Map<Run, Weights>,
    bias: [f32; CLASSES],
}

impl Phrasing {
    /// The committed weights.
    #[must_use]
    pub fn committed() -> &'static Self {
        &COMMITTED
    }

    /// The log-odds of each class for a normalised text, in the order of the classes of a [`Sample`].
    #[must_use]
    pub(crate) fn odds(&self, text: &str) -> [f64; CLASSES] {
        let mut sums = [0.0f32; CLASSES];
        let mut squares = 0.0f32;
        for (run, count) in counted(text) {
            let Some(weights) = self.runs.get(&run) else {
                continue;
            };
            let x = frequency(count) * weights.rarity;
            squares += x * x;
            for (sum, w) in sums.iter_mut().zip(&weights.classes) {
                *sum += x * w;
            }
        }
        let length = squares.sqrt().max(f32::MIN_POSITIVE);
        std::array::from_fn(|c| f64::from(self.bias[c] + sums[c] / length))
    }

    /// Fits the weights to `samples`.
    #[must_use]
    pub fn fit(samples: &[Sample]) -> Self {
        let texts: Vec<Vec<(Run, u32)>> = samples.par_iter().map(|s| counted(&s.gist)).collect();
        let mut used: Map<Run, u32> = Map::default();
        for (run, _) in texts.iter().flatten() {
            *used.entry(*run).or_default() += 1;
        }
        used.retain(|_, texts| *texts >= LEAST_TEXTS);
        let mut runs: Vec<(Run, f32)> = used
            .into_iter()
            .map(|(run, n)| (run, (samples.len() as f32 / n as f32).ln() + 1.0))
            .collect();
        runs.sort_unstable_by_key(|r| r.0);
        let rows: Vec<Row> = texts.iter().map(|text| row(text, &runs)).collect();
        let curve = steepest(&rows, runs.len());
        let fitted: Vec<(Vec<f32>, f32)> = (0..CLASSES)
            .into_par_iter()
            .map(|class| {
                let (rows, labels): (Vec<&Row>, Vec<bool>) = (rows.iter().zip(samples))
                    .filter_map(|(row, sample)| Some((row, sample.is(class)?)))
                    .unzip();
                descend(&rows, &labels, runs.len(), curve)
            })
            .collect();
        let weights = |k: usize| Weights {
            rarity: tenths(runs[k].1),
            classes: std::array::from_fn(|c| tenths(fitted[c].0[k])),
        };
        Self {
            runs: (runs.iter().enumerate())
                .map(|(k, (run, _))| (*run, weights(k)))
                .collect(),
            bias: std::array::from_fn(|c| tenths(fitted[c].1)),
        }
    }

    /// A line a run: `$` for the last clause or `.`, its characters, then in tenths its rarity and
    /// its weight for each class. The first line is the bias.
    #[must_use]
    pub fn table(&self) -> String {
        let numbers = |list: &[f32]| -> String {
            let whole = |x: &f32| format!("\t{:.0}", x * 10.0);
            list.iter().map(whole).collect()
        };
        let mut sorted: Vec<_> = self.runs.iter().collect();
        sorted.sort_unstable_by_key(|r| r.0);
        let lines = sorted.into_iter().map(|(run, w)| {
            let mark = if run & IN_LAST == 0 { '.' } else { '$' };
            let numbers = numbers(&w.classes);
            format!("{mark}{}\t{:.0}{numbers}\n", letters(*run), w.rarity * 10.0)
        });
        std::iter::once(format!("bias{}\n", numbers(&self.bias)))
            .chain(lines)
            .collect()
    }

    /// Reads [`Phrasing::table`]. What is not of that form is left out; a test counts the lines.
    fn parse(table: &str) -> Self {
        let mut lines = table.lines().map(|line| {
            let mut fields = line.split('\t');
            let head = fields.next().unwrap_or_default();
            (
                head,
                fields.filter_map(|n| Some(n.parse::<f32>().ok()? / 10.0)),
            )
        });
        let bias = lines.next().and_then(|(_, numbers)| classes(numbers));
        Self {
            bias: bias.unwrap_or_default(),
            runs: lines
                .filter_map(|(head, mut numbers)| {
                    let last = head.starts_with('$');
                    let run = head.chars().skip(1).fold(0, push);
                    let rarity = numbers.next()?;
                    let classes = classes(numbers)?;
                    Some((mark(run, last), Weights { rarity, classes }))
                })
                .collect(),
        }
    }
}

/// Exactly as many numbers as there are classes.
fn classes(numbers: impl Iterator<Item = f32>) -> Option<[f32; CLASSES]> {
    numbers.collect::<Vec<_>>().try_into().ok()
}

/// What the table keeps of a number.
fn tenths(x: f32) -> f32 {
    (x * 10.0).round() / 10.0
}

fn push(run: Run, c: char) -> Run {
    (run << CHARACTER) | u64::from(u32::from(c))
}

fn mark(run: Run, last: bool) -> Run {
    if last { run | IN_LAST } else { run }
}

/// The characters of a run.
fn letters(run: Run) -> String {
    (0..LONGEST as u32)
        .rev()
        .map(|k| (run & !IN_LAST) >> (k * CHARACTER) & ((1 << CHARACTER) - 1))
        .filter_map(|c| char::from_u32(c as u32).filter(|c| *c != '\0'))
        .collect()
}

fn frequency(count: u32) -> f32 {
    1.0 + (count as f32).ln()
}

/// The runs of `text` with how often each occurs, in order of their numbers.
fn counted(text: &str) -> Vec<(Run, u32)> {
    let parts = |c: char| matches!(c, ',' | '.' | ';' | '!' | '?' | ':' | ' ' | '。' | '、');
    let plain = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c });
    let whole: Vec<char> = std::iter::once(EDGES[0])
        .chain(plain)
        .chain([EDGES[1]])
        .collect();
    let words = &whole[1..whole.len() - 1];
    let end = words.iter().rposition(|c| !parts(*c)).map_or(0, |k| k + 1);
    let begin = words[..end]
        .iter()
        .rposition(|c| parts(*c))
        .map_or(0, |k| k + 1);
    let mut runs: Vec<Run> = Vec::with_capacity(LONGEST * (whole.len() + end - begin));
    for (part, last) in [(&whole[..], false), (&words[begin..end], true)] {
        for start in 0..part.len() {
            let mut run = 0;
            for c in part[start..].iter().take(LONGEST) {
                run = push(run, *c);
                runs.push(mark(run, last));
            }
        }
    }
    runs.sort_unstable();
    runs.chunk_by(|a, b| a == b)
        .map(|same| (same[0], same.len() as u32))
        .collect()
}

/// Values by number of run.
type Row = Vec<(u32, f32)>;

/// The known runs of a text, of length 1 together.
fn row(text: &[(Run, u32)], known: &[(Run, f32)]) -> Row {
    let mut row: Row = (text.iter())
        .filter_map(|(run, count)| {
            let at = known.binary_search_by_key(run, |k| k.0).ok()?;
            Some((at as u32, frequency(*count) * known[at].1))
        })
        .collect();
    let length = row.iter().map(|x| x.1 * x.1).sum::<f32>().sqrt();
    for x in &mut row {
        x.1 /= length;
    }
    row
}

/// The greatest curvature of the loss along any direction: a quarter of the largest eigenvalue of XᵀX
/// with a column of ones, by power iteration.
fn steepest(rows: &[Row], columns: usize) -> f32 {
    let mut at = vec![1.0f32; columns + 1];
    let mut value = 1.0;
    for _ in 0..50 {
        let length = at.iter().map(|x| x * x).sum::<f32>().sqrt();
        let mut next = vec![0.0f32; columns + 1];
        for row in rows {
            let product = (at[columns] + product(row, &at)) / length;
            next[columns] += product;
            for &(k, x) in row {
                next[k as usize] += x * product;
            }
        }
        value = next.iter().map(|x| x * x).sum::<f32>().sqrt();
        at = next;
    }
    value / 4.0
}

fn product(row: &Row, weights: &[f32]) -> f32 {
    row.iter().map(|&(k, x)| x * weights[k as usize]).sum()
}

/// Weights and bias that minimise the penalised loss, by accelerated gradient descent (Nesterov 1983).
/// The bias, the last of the weights, is not penalised.
fn descend(rows: &[&Row], labels: &[bool], columns: usize, curve: f32) -> (Vec<f32>, f32) {
    let step = 1.0 / (curve + PENALTY);
    let mut weights = vec![0.0f32; columns + 1];
    let mut ahead = weights.clone();
    for round in 0..STEPS {
        let mut gradient: Vec<f32> = ahead.iter().map(|w| PENALTY * w).collect();
        gradient[columns] = 0.0;
        for (row, label) in rows.iter().zip(labels) {
            let score = ahead[columns] + product(row, &ahead);
            let error = sigmoid(f64::from(score)) as f32 - f32::from(u8::from(*label));
            gradient[columns] += error;
            for &(k, x) in *row {
                gradient[k as usize] += error * x;
            }
        }
        let momentum = round as f32 / (round as f32 + 3.0);
        for ((w, a), g) in weights.iter_mut().zip(&mut ahead).zip(&gradient) {
            let next = *a - step * g;
            *a = next + momentum * (next - *w);
            *w = next;
        }
    }
    let bias = weights.pop().unwrap_or_default();
    (weights, bias)
}

#[cfg(test)]
mod tests {
    use caifeng_domain::{Scope, Stance, Status};

    use super::{COMMITTED, Phrasing, counted, letters, mark, push};
    use crate::wording::Sample;

    fn sample(gist: &str, stance: Stance) -> Sample {
        Sample {
            gist: gist.to_owned(),
            vector: Vec::new(),
            unit: Some((stance, Scope::Article)),
            status: Status::Opinion,
        }
    }

    #[test]
    fn runs_know_the_edges_and_the_last_clause() {
        let found = counted("好,好办?");
        let of = |run: &str, last| {
            let run = mark(run.chars().fold(0, push), last);
            found.iter().find(|f| f.0 == run).map(|f| f.1)
        };
        assert_eq!(of("好", false), Some(2));
        assert_eq!(of("好办", true), Some(1));
        assert_eq!(of("⟨好", false), Some(1));
        assert_eq!(of("?⟩", false), Some(1));
        assert_eq!(of(",好", true), None);
        assert!(
            counted("")
                .iter()
                .all(|f| letters(f.0).contains(['⟨', '⟩']))
        );
        assert!(counted("?!").iter().all(|f| f.0 >> 63 == 0));
    }

    #[test]
    fn what_is_fitted_tells_praise_from_refusal_and_survives_its_table() {
        let mut samples = Vec::new();
        for subject in ["桥", "路", "河", "树", "山", "车"] {
            samples.push(sample(&format!("{subject}这样写,我赞成"), Stance::Support));
            samples.push(sample(&format!("{subject}这样写,不赞成"), Stance::Oppose));
        }
        let model = Phrasing::fit(&samples);
        let place = |s: Stance| Stance::ALL.iter().position(|a| a.0 == s).unwrap();
        let odds = model.odds("塔这样写,不赞成");
        assert!(odds[place(Stance::Oppose)] > odds[place(Stance::Support)]);
        let odds = model.odds("塔这样写,我赞成");
        assert!(odds[place(Stance::Support)] > odds[place(Stance::Oppose)]);
        assert_eq!(Phrasing::parse(&model.table()), model);
    }

    #[test]
    fn every_committed_line_is_read() {
        let table = include_str!("../data/phrasing.txt");
        assert_eq!(COMMITTED.runs.len() + 1, table.lines().count());
        assert_eq!(COMMITTED.table(), table);
    }
}
