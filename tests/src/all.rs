//! One binary for all tests that cross crates.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod boundaries;
mod invariants;
mod licences;
mod metadata;
