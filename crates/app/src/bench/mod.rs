//! `caifeng bench`: time by stage, throughput, memory, and the planted duplicates found.

mod encode;
mod fill;
mod generate;
mod random;

use std::{
    collections::BTreeMap,
    sync::Mutex,
    time::{Duration, Instant},
};

use caifeng_encode::{EncodeError, Encoder, Role, Vectors, Watch};
use caifeng_text::segment::Segmenter;
use caifeng_triage::{Batch, Previous, Progress, Stage};

use crate::AppError;

pub use encode::{EncodeBench, EncodeSpeeds, encode as bench_encode};

/// The sample draft and its submissions, whose words the invented ones use.
const DRAFT: &str = include_str!("../../../../corpora/heyan/draft.txt");
const SAMPLES: &str = include_str!("../../../../corpora/heyan/submissions.jsonl");

const SEED: u64 = 20_261_121;

/// What a run of the benchmark showed.
#[derive(Debug, Clone)]
pub struct BenchResult {
    /// Submissions triaged.
    pub submissions: usize,
    /// Texts given to the encoder: distinct units and the draft's passages.
    pub encoded: usize,
    /// Their characters.
    pub encoded_chars: usize,
    /// Time of each stage, in order.
    pub stages: Vec<(Stage, Duration)>,
    /// Share of the planted pairs of duplicates that were put in one group.
    pub pairs_found: f64,
    /// Share of the pairs put in one group that were planted.
    pub pairs_right: f64,
    /// Most memory that the process ever held, in bytes, where the system tells.
    pub peak_memory: Option<u64>,
}

impl BenchResult {
    /// Time of one stage.
    #[must_use]
    pub fn time(&self, stage: Stage) -> Duration {
        self.stages
            .iter()
            .filter(|s| s.0 == stage)
            .map(|s| s.1)
            .sum()
    }

    /// Time of all stages but encoding.
    #[must_use]
    pub fn time_without_encoding(&self) -> Duration {
        self.stages
            .iter()
            .filter(|s| s.0 != Stage::Encode)
            .map(|s| s.1)
            .sum()
    }
}

/// Triages `n` invented submissions.
pub fn bench(
    n: usize,
    encoder: &dyn Encoder,
    watch: &dyn Progress,
) -> Result<BenchResult, AppError> {
    let draft = caifeng_law::draft::parse(DRAFT)?;
    let samples = samples()?;
    let generated = generate::generate(n, SEED, &draft, &samples, &Segmenter::new());
    let stopwatch = Stopwatch {
        watch,
        stages: Mutex::new(Vec::new()),
    };
    let counting = Counting {
        inner: encoder,
        count: Mutex::default(),
    };
    let outcome = caifeng_triage::run(
        Batch::new(&draft, &generated.submissions),
        &counting,
        &Previous::default(),
        &stopwatch,
    )?;
    let found: Vec<usize> = outcome.analyses.iter().map(|a| a.duplicate.group).collect();
    let (pairs_found, pairs_right) = compare(&generated.group, &found);
    let (texts, chars) = counting.count.into_inner().unwrap_or_default();
    Ok(BenchResult {
        submissions: generated.submissions.len(),
        encoded: texts,
        encoded_chars: chars,
        stages: stopwatch.stop(),
        pairs_found,
        pairs_right,
        peak_memory: peak_memory(),
    })
}

fn samples() -> Result<Vec<String>, AppError> {
    let samples = caifeng_channel::read(SAMPLES.as_bytes(), "submissions.jsonl")?;
    let rows = samples.rows.into_iter();
    Ok(rows.map(|row| row.submission.text).collect())
}

/// Recall and precision of pairs, counted by group sizes rather than pair by pair.
fn compare(truth: &[usize], found: &[usize]) -> (f64, f64) {
    let pairs = |keys: &mut dyn Iterator<Item = (usize, usize)>| -> f64 {
        let mut sizes: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for key in keys {
            *sizes.entry(key).or_default() += 1;
        }
        sizes.values().map(|&n| (n * (n - 1) / 2) as f64).sum()
    };
    let both = pairs(&mut truth.iter().copied().zip(found.iter().copied()));
    let planted = pairs(&mut truth.iter().map(|&t| (t, 0)));
    let grouped = pairs(&mut found.iter().map(|&f| (f, 0)));
    (both / planted.max(1.0), both / grouped.max(1.0))
}

/// Resident memory at its highest (`VmHWM`), where the system has it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace()
        .nth(1)?
        .parse::<u64>()
        .ok()
        .map(|kib| kib * 1024)
}

/// Times the stages and passes on what it hears.
struct Stopwatch<'a> {
    watch: &'a dyn Progress,
    stages: Mutex<Vec<(Stage, Instant)>>,
}

impl Stopwatch<'_> {
    fn stop(self) -> Vec<(Stage, Duration)> {
        let starts = self.stages.into_inner().unwrap_or_default();
        let ends = starts.iter().skip(1).map(|s| s.1).chain([Instant::now()]);
        let mut out: Vec<(Stage, Duration)> = Vec::new();
        for (&(stage, start), end) in starts.iter().zip(ends) {
            match out.iter_mut().find(|s| s.0 == stage) {
                Some(known) => known.1 += end - start,
                None => out.push((stage, end - start)),
            }
        }
        out
    }
}

impl Progress for Stopwatch<'_> {
    fn begin(&self, stage: Stage, total: usize) {
        if let Ok(mut stages) = self.stages.lock() {
            stages.push((stage, Instant::now()));
        }
        self.watch.begin(stage, total);
    }

    fn advance(&self, done: usize) {
        self.watch.advance(done);
    }
}

/// Counts what is encoded.
struct Counting<'a> {
    inner: &'a dyn Encoder,
    /// Texts and characters.
    count: Mutex<(usize, usize)>,
}

impl Encoder for Counting<'_> {
    fn identity(&self) -> &str {
        self.inner.identity()
    }

    fn dimension(&self) -> usize {
        self.inner.dimension()
    }

    fn is_lexical(&self) -> bool {
        self.inner.is_lexical()
    }

    fn encode(
        &self,
        texts: &[&str],
        role: Role,
        watch: &dyn Watch,
    ) -> Result<Vectors, EncodeError> {
        if let Ok(mut count) = self.count.lock() {
            count.0 += texts.len();
            count.1 += texts.iter().map(|t| t.chars().count()).sum::<usize>();
        }
        self.inner.encode(texts, role, watch)
    }
}

#[cfg(test)]
mod tests {
    use super::compare;

    #[test]
    fn pairs_are_counted_by_group() {
        // Planted {0,1,2} and {3,4}; found {0,1} and {2,3,4}.
        let (recall, precision) = compare(&[0, 0, 0, 1, 1], &[7, 7, 8, 8, 8]);
        assert!((recall - 0.5).abs() < 1e-9 && (precision - 0.5).abs() < 1e-9);
    }
}
