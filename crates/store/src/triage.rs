//! Results of triage. The last run's replace those before, and only when they differ.

mod load;
mod record;
mod save;

use caifeng_domain::{Analysis, Point, SubmissionId};
use jiff::Timestamp;

use crate::DraftId;

/// What a run was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriageRun {
    /// The version that the submissions were read against.
    pub draft: Option<DraftId>,
    /// When it began, to the microsecond.
    pub started_at: Timestamp,
    /// When it ended, to the microsecond.
    pub finished_at: Timestamp,
    /// Version of the program.
    pub program: String,
    /// Identity of the encoder.
    pub encoder: String,
}

/// A run and everything that it found.
#[derive(Debug, Clone, PartialEq)]
pub struct TriageRecord {
    /// What the run was.
    pub run: TriageRun,
    /// One analysis a submission, in the order of the batch: indices inside count along this.
    pub analyses: Vec<(SubmissionId, Analysis)>,
    /// The points, in order. Their numbers are the consultation's own.
    pub points: Vec<Point>,
}

/// Whether saving changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveOutcome {
    /// The results replace the ones before.
    Stored,
    /// The results were there already; not even the run was noted.
    Unchanged,
}

#[cfg(test)]
mod tests;
