//! Results of triage. The last run's replace those before, and only when they differ.

mod load;
pub(crate) mod record;
mod save;

use caifeng_domain::{Analysis, ArticleNo, EventNo, Point, PointId, SubmissionId};
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
    /// Number of the last decision that it had read.
    pub decisions: EventNo,
    /// How many units are linked to which article because of what was decided since the run before.
    pub learned: Vec<(ArticleNo, usize)>,
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

/// The place of a run in the order of runs, taken before anything is read for it: what is in force
/// later was read later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReservedRun {
    pub(crate) number: i64,
    /// The run in force then, whose points the new ones continue.
    pub(crate) base: Option<i64>,
    /// The first number that no point had then.
    pub(crate) next_point: PointId,
}

impl ReservedRun {
    /// Its own number.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.number
    }

    /// The number of the run in force when it was reserved.
    #[must_use]
    pub const fn base(self) -> Option<i64> {
        self.base
    }

    /// The first number for new points.
    #[must_use]
    pub const fn next_point(self) -> PointId {
        self.next_point
    }
}

/// Whether saving changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveOutcome {
    /// The results replace the ones before.
    Stored,
    /// The results were there already; not even the run was noted.
    Unchanged,
    /// Another run was put in force since this one was reserved: these results build on those before
    /// and are dropped. The journal must be read again.
    Overtaken,
}

#[cfg(test)]
mod tests;
