//! Packages between levels: what people said on its way up, what became of it on its way down.
//!
//! A package is a zip archive of a few files with fixed names: `manifest.json`, `signature.json` (over
//! the bytes of the manifest), and files of JSON Lines whose length, SM3 and SHA-256 the manifest
//! names. So one signature covers everything, and whoever has `unzip`, `sha256sum` and the public key
//! can check it without this program. Offsets count Unicode scalar values.
//!
//! **Invariant.** Nothing of a package is handed out before its signature was found to be somebody's
//! who is believed, and all of it agrees with its manifest.

mod archive;
mod error;
mod lines;
mod manifest;
mod read;

use caifeng_domain::Named;
use serde::{Deserialize, Serialize};

pub use self::{
    error::PackageError,
    lines::{AnswerLine, EditLine, FeedbackLine, PointLine, ResultLine, SubmissionLine, UnitLine},
    manifest::{About, Count, DraftMark, EntryMark, Manifest, StationMark, version_mark},
    read::{Content, Opened, Verified, open},
};

/// The form that this program writes, and the last one that it reads.
pub const SCHEMA: u32 = 1;

const MANIFEST: &str = "manifest.json";
const SIGNATURE: &str = "signature.json";
const SUBMISSIONS: &str = "submissions.jsonl";
const POINTS: &str = "points.jsonl";
const FEEDBACK: &str = "feedback.jsonl";

/// What a package holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// What people said, on its way up.
    Submissions,
    /// What became of it, on its way down.
    Feedback,
}

impl Kind {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 2] = [
        (Self::Submissions, "caifeng-submissions", "上报包"),
        (Self::Feedback, "caifeng-feedback", "反馈包"),
    ];

    /// Its files of lines, in order.
    const fn entries(self) -> &'static [&'static str] {
        match self {
            Self::Submissions => &[SUBMISSIONS, POINTS],
            Self::Feedback => &[FEEDBACK],
        }
    }
}

impl Named for Kind {
    const NAMES: &'static [(Self, &'static str, &'static str)] = &Self::ALL;
}

/// Who signed, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// `ed25519` or `sm2`.
    pub algorithm: String,
    /// Hexadecimal.
    pub public_key: String,
    /// Hexadecimal, over the bytes of `manifest.json`.
    pub signature: String,
}

/// Writes a package. `manifest.entries` is filled in here; `sign` signs the bytes of the manifest.
pub fn write<E: From<PackageError>>(
    mut manifest: Manifest,
    content: &Content,
    sign: impl FnOnce(&[u8]) -> Result<Signature, E>,
) -> Result<Vec<u8>, E> {
    let files = content.files()?;
    manifest.entries = files
        .iter()
        .map(|(name, bytes)| EntryMark::of(name, bytes))
        .collect();
    let manifest = json(&manifest)?;
    let signature = json(&sign(&manifest)?)?;
    let mut all = vec![(MANIFEST, manifest), (SIGNATURE, signature)];
    all.extend(files);
    Ok(archive::write(&all)?)
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, PackageError> {
    let mut bytes = serde_json::to_vec_pretty(value)
        .map_err(|error| PackageError::Unwritable(error.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests;
