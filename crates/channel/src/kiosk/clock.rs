//! When something was said, by a clock that may be wrong.

use jiff::{SignedDuration, Timestamp};

/// A device this near to us is right: the rest is the way that the batch took.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(2);
/// Nothing waits longer in a device that works.
const MAX_WAIT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// A device's clock beside ours, at the moment of sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// The device's time when it sent.
    pub sent: Timestamp,
    /// Our time when it came.
    pub received: Timestamp,
}

/// How good a time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClockState {
    /// The device's own.
    Right,
    /// The device's, moved by as much as its clock was off.
    Corrected,
    /// Impossible by the device's clock, which was set in between or stopped: a guess.
    Doubtful,
}

impl Clock {
    /// How far our clock is ahead of the device's.
    #[must_use]
    pub fn offset(&self) -> SignedDuration {
        self.received.duration_since(self.sent)
    }

    /// The best guess at when something was said, never after it was received.
    #[must_use]
    pub fn best_time(&self, written: Timestamp) -> (Timestamp, ClockState) {
        let waited = self.sent.duration_since(written);
        if waited > MAX_WAIT {
            // The clock jumped forward, or stood at 1970 when this was said.
            return (self.received, ClockState::Doubtful);
        }
        if waited < SignedDuration::ZERO {
            let state = if waited >= -TOLERANCE {
                self.state()
            } else {
                ClockState::Doubtful
            };
            return (self.received, state);
        }
        let time = match self.state() {
            ClockState::Right => written.min(self.received),
            // What passed on the device's clock passed on ours.
            _ => self
                .received
                .saturating_sub(waited)
                .unwrap_or(self.received),
        };
        (time, self.state())
    }

    fn state(&self) -> ClockState {
        if self.offset().abs() <= TOLERANCE {
            ClockState::Right
        } else {
            ClockState::Corrected
        }
    }
}
