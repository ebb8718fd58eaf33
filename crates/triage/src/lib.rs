//! From submissions to points: status, duplicates, units, links, stance, points, labels.
//!
//! Data in, data out, reasons attached. [`run`] is the whole pipeline; it is deterministic, whatever
//! the number of threads. [`Prepared`] is its first half, shared with the training of the weights.
//!
//! **Invariant.** Nothing here reads files, databases or labels.

mod agree;
mod batch;
pub mod cluster;
pub mod cues;
pub mod decisions;
mod describe;
pub mod duplicates;
mod finish;
pub mod first;
pub mod gist;
pub mod link;
pub mod logistic;
pub mod meaning;
pub mod models;
pub mod phrasing;
pub mod points;
pub mod prepare;
pub mod read;
mod run;
pub mod scope;
pub mod stance;
pub mod status;
pub mod train;
pub mod wording;

use std::collections::BTreeMap;

use caifeng_domain::{Analysis, Point, PointId, Span};
use caifeng_encode::{EncodeError, Encoder, HalfVectors};

pub use batch::{Batch, Earlier};
pub use decisions::{Decisions, Held};
pub use describe::voted;
pub use models::Models;
pub use prepare::{Prepared, PreparedUnit};

/// Why triage could not finish.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TriageError {
    /// No vectors.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// The steps that a watcher is told about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Duplicate groups.
    Duplicates,
    /// Citations, quotations, personal data, units, edits.
    Read,
    /// Vectors.
    Encode,
    /// Status, links, scope, stance.
    Link,
    /// Grouping.
    Points,
    /// Key words and representatives.
    Label,
}

/// Told how far triage is; called from any thread.
pub trait Progress: Sync {
    /// A stage begins, with the number of things to do where known.
    fn begin(&self, stage: Stage, total: usize);
    /// So many more are done.
    fn advance(&self, done: usize);
}

/// Nobody watches.
impl Progress for () {
    fn begin(&self, _stage: Stage, _total: usize) {}
    fn advance(&self, _done: usize) {}
}

/// Which points units were in before, so that ids stay.
#[derive(Debug, Clone, Default)]
pub struct Previous {
    points: BTreeMap<(usize, usize), PointId>,
    next: Option<PointId>,
}

impl Previous {
    /// `units`: index of the submission, start of the unit, its point; `next`: the next free id.
    #[must_use]
    pub fn new(units: impl IntoIterator<Item = (usize, usize, PointId)>, next: PointId) -> Self {
        Self {
            points: units
                .into_iter()
                .map(|(s, start, id)| ((s, start), id))
                .collect(),
            next: Some(next),
        }
    }

    fn point_of(&self, submission: usize, unit: Span) -> Option<PointId> {
        self.points.get(&(submission, unit.start)).copied()
    }

    fn next_point(&self) -> PointId {
        const FIRST: PointId = match PointId::new(1) {
            Some(id) => id,
            None => unreachable!(),
        };
        self.next.unwrap_or(FIRST)
    }
}

/// What triage found out about a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// One a submission, in order.
    pub analyses: Vec<Analysis>,
    /// In order of id.
    pub points: Vec<Point>,
    /// The next free id.
    pub next_point: PointId,
    /// For each unit of each submission, the row of `vectors` that is its meaning.
    pub meanings: Vec<Vec<usize>>,
    /// The vectors of the distinct units, as the encoder gave them.
    pub vectors: HalfVectors,
}

/// Triages all submissions of a consultation.
pub fn run(
    batch: Batch<'_>,
    encoder: &dyn Encoder,
    previous: &Previous,
    progress: &dyn Progress,
) -> Result<Outcome, TriageError> {
    let models = Models::committed();
    run_with(models, batch, encoder, previous, progress)
}

/// As [`run`], with other weights than the committed ones.
pub fn run_with(
    models: &Models,
    batch: Batch<'_>,
    encoder: &dyn Encoder,
    previous: &Previous,
    progress: &dyn Progress,
) -> Result<Outcome, TriageError> {
    let prepared = Prepared::new(batch, encoder, progress)?;
    Ok(run::decide(prepared, models, previous, progress))
}
