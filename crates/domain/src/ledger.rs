//! The account of what was received and where it is (台账).

/// Where a submission is. Each is in exactly one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// In at least one article's, chapter's or new article's bundle.
    Bundled,
    /// Only in the general bundle.
    General,
    /// 民情诉求, to be passed on.
    Complaint,
    /// Spam.
    Spam,
    /// Taken back by its sender.
    Withdrawn,
    /// Not triaged yet, or without a unit: a person must look.
    Waiting,
}

impl Place {
    /// All places with their wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::Bundled, "bundled", "归入条文"),
        (Self::General, "general", "总体意见"),
        (Self::Complaint, "complaint", "民情诉求"),
        (Self::Spam, "spam", "垃圾信息"),
        (Self::Withdrawn, "withdrawn", "已撤回"),
        (Self::Waiting, "waiting", "待核"),
    ];
}

/// Counts per place. Invariant 1: `received` is the sum of the rest, or it is an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ledger {
    /// Submissions in the journal.
    pub received: usize,
    counts: [usize; Place::ALL.len()],
}

impl Ledger {
    /// A ledger of `received` submissions, none of them placed yet.
    #[must_use]
    pub fn new(received: usize) -> Self {
        Self {
            received,
            ..Self::default()
        }
    }

    /// Counts one submission in `place`.
    pub fn put(&mut self, place: Place) {
        self.counts[place as usize] += 1;
    }

    /// How many are in `place`.
    #[must_use]
    pub fn count(&self, place: Place) -> usize {
        self.counts[place as usize]
    }

    /// Whether everything received is somewhere.
    #[must_use]
    pub fn balances(&self) -> bool {
        self.received == self.counts.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::{Ledger, Place};

    /// Invariant 1: nothing is lost, and a loss is seen.
    #[test]
    fn a_missing_submission_unbalances_the_ledger() {
        let mut ledger = Ledger::new(2);
        ledger.put(Place::Bundled);
        assert!(!ledger.balances());
        ledger.put(Place::Spam);
        assert!(ledger.balances());
        assert_eq!(ledger.count(Place::Spam), 1);
    }
}
