//! `manifest.json`: what a package is, and what is in it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sm3::Sm3;

use crate::record::hex;

/// What a package is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// `caifeng-submissions` or `caifeng-feedback`.
    pub format: String,
    /// See [`super::SCHEMA`].
    pub schema: u32,
    /// Its own name, 32 hexadecimal digits.
    pub package: String,
    /// One house's submissions on one consultation; answers to them carry the same.
    pub series: String,
    /// Which version of the series, from 1. A later one takes the place of those before.
    pub version: u32,
    /// When it was made, RFC 3339.
    pub exported_at: String,
    /// What made it.
    pub program: String,
    /// Who made it, in their own words.
    pub organisation: String,
    /// About what.
    pub consultation: About,
    /// Versions of the draft, the one in force last. Submissions speak of them by their place.
    pub drafts: Vec<DraftMark>,
    /// Key questions, in order, which answers name by their number from 1.
    #[serde(default)]
    pub questions: Vec<String>,
    /// Places that submissions were collected at, parents first.
    #[serde(default)]
    pub stations: Vec<StationMark>,
    /// How many there are of everything.
    pub counts: Count,
    /// The other files.
    #[serde(default)]
    pub entries: Vec<EntryMark>,
}

/// A consultation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// What its house calls it.
    pub slug: String,
    /// Title of the draft.
    pub title: String,
}

/// A version of the draft, known by its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftMark {
    /// 一审稿
    pub version: String,
    /// Of its words.
    pub sm3: String,
    /// Of its words.
    pub sha256: String,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StationMark {
    /// Wire name of its kind.
    pub kind: String,
    /// Names from the root down.
    pub path: Vec<String>,
    /// What it was called before, the last first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<String>,
    /// Whether it is the root of the house itself; other roots are houses that send to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
}

/// How many there are of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Count {
    /// Submissions in the package, or submissions that it answers.
    pub submissions: usize,
    /// Senders, each counted once; those of whom nothing is known each for themselves.
    pub senders: usize,
    /// Texts: copies and letters of one campaign are one.
    pub texts: usize,
    /// Things that were said, or answers.
    pub units: usize,
    /// Points.
    pub points: usize,
    /// Submissions that stay behind: not triaged yet.
    pub waiting: usize,
    /// Submissions that stay behind: 民情诉求.
    pub complaints: usize,
    /// Submissions that stay behind: spam.
    pub spam: usize,
    /// Submissions that were taken back.
    pub withdrawn: usize,
}

/// A file of the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryMark {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: usize,
    /// Hexadecimal.
    pub sm3: String,
    /// Hexadecimal.
    pub sha256: String,
}

impl EntryMark {
    pub(super) fn of(name: &str, bytes: &[u8]) -> Self {
        Self {
            name: name.to_owned(),
            bytes: bytes.len(),
            sm3: hex(&Sm3::digest(bytes)),
            sha256: hex(&Sha256::digest(bytes)),
        }
    }
}

/// By what a version of a draft is known: the hashes of its words.
#[must_use]
pub fn version_mark(version: &str, text: &str) -> DraftMark {
    DraftMark {
        version: version.to_owned(),
        sm3: hex(&Sm3::digest(text.as_bytes())),
        sha256: hex(&Sha256::digest(text.as_bytes())),
    }
}
