//! Where unguessable numbers come from.

use crate::StoreError;

/// A source of randomness. Tests pass one that repeats.
pub trait Random: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), StoreError>;
}

/// The operating system's.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRandom;

impl Random for OsRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), StoreError> {
        Ok(getrandom::fill(bytes)?)
    }
}
