//! Kiosks (自助终端): what they collect while offline comes in signed batches.
//!
//! A kiosk keeps what was said until we have said that it is stored, so a batch may come twice, or
//! late, or with the time of a clock that nobody set. [`SignedBatch::read`] reads one,
//! [`SignedBatch::verify`] gives it out only under the device's key, [`Sequence`] finds what is
//! missing, [`Clock`] says when things were said. Each [`Item`] has an identity of its own, so that
//! nothing goes in twice.

mod batch;
mod clock;
mod gaps;
mod key;
mod ulid;
mod wire;

pub use batch::{Batch, Item};
pub use clock::{Clock, ClockState};
pub use gaps::{Arrival, ParseSequenceError, Sequence};
pub use key::DeviceKey;
pub use ulid::{ParseUlidError, Ulid};
pub use wire::SignedBatch;

/// Why a batch was refused. Messages are for logs: kiosks are machines.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KioskError {
    /// Over [`crate::limits::MAX_BATCH_BYTES`].
    #[error("the batch has {bytes} bytes")]
    TooLarge {
        /// Bytes received.
        bytes: usize,
    },
    /// Not the JSON of a batch, or with fields that a batch has not.
    #[error("the batch is malformed at line {line}, column {column}")]
    Malformed {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A field that cannot be.
    #[error("the batch has an impossible `{0}`")]
    Invalid(&'static str),
    /// Not signed with the device's key.
    #[error("the signature does not fit the device's key")]
    BadSignature,
}

#[cfg(test)]
mod tests;
