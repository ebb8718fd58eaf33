//! From bytes to what a package says, step by step: nothing is believed before the step that shows it.

use std::collections::{BTreeMap, HashSet};

use caifeng_domain::Named;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    FEEDBACK, FeedbackLine, Kind, MANIFEST, Manifest, POINTS, PackageError, PointLine, SCHEMA,
    SIGNATURE, SUBMISSIONS, Signature, SubmissionLine, archive, lines::is_name,
    manifest::EntryMark,
};

/// What is in a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// What people said, and what staff made of it.
    Submissions(Vec<SubmissionLine>, Vec<PointLine>),
    /// What became of it.
    Feedback(Vec<FeedbackLine>),
}

/// A package whose form is right. Nothing of it is believed yet.
#[derive(Debug, Clone)]
pub struct Opened {
    kind: Kind,
    manifest: Manifest,
    signature: Signature,
    files: BTreeMap<&'static str, Vec<u8>>,
}

/// A package that is what it says to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What it is.
    pub manifest: Manifest,
    /// What is in it.
    pub content: Content,
}

impl Content {
    /// What kind of package it makes.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Submissions(..) => Kind::Submissions,
            Self::Feedback(_) => Kind::Feedback,
        }
    }

    pub(super) fn files(&self) -> Result<Vec<(&'static str, Vec<u8>)>, PackageError> {
        Ok(match self {
            Self::Submissions(submissions, points) => vec![
                (SUBMISSIONS, to_lines(submissions)?),
                (POINTS, to_lines(points)?),
            ],
            Self::Feedback(lines) => vec![(FEEDBACK, to_lines(lines)?)],
        })
    }

    /// SHA-256 over everything: the same for the same lines, whenever they are packed.
    pub fn digest(&self) -> Result<String, PackageError> {
        let files = self.files()?;
        let marks = files.iter().map(|(name, bytes)| EntryMark::of(name, bytes));
        let marks: Vec<String> = marks.map(|mark| mark.sha256).collect();
        Ok(EntryMark::of("", marks.concat().as_bytes()).sha256)
    }
}

/// Reads the form of a package: its archive, its manifest and who is said to have signed it.
pub fn open(bytes: &[u8]) -> Result<Opened, PackageError> {
    let mut files = archive::read(bytes)?;
    let manifest = files.get(MANIFEST).ok_or(PackageError::NotAPackage)?;
    let manifest = read_manifest(manifest)?;
    let kind = Kind::NAMES.iter().find(|kind| kind.1 == manifest.format);
    let kind = kind.ok_or_else(|| bad_manifest("format"))?.0;
    for name in kind.entries() {
        if !files.contains_key(name) {
            return Err(PackageError::MissingEntry((*name).to_owned()));
        }
    }
    let wanted = [kind.entries(), &[MANIFEST, SIGNATURE]].concat();
    if let Some(name) = files.keys().find(|name| !wanted.contains(name)) {
        return Err(PackageError::StrangeEntry((*name).to_owned()));
    }
    let missing = || PackageError::MissingEntry(SIGNATURE.to_owned());
    let signature = files.remove(SIGNATURE).ok_or_else(missing)?;
    let signature = serde_json::from_slice(&signature).map_err(|_| PackageError::BadSignature)?;
    Ok(Opened {
        kind,
        manifest,
        signature,
        files,
    })
}

impl Opened {
    /// What kind of package it says to be.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// What it says of itself.
    #[must_use]
    pub const fn said(&self) -> &Manifest {
        &self.manifest
    }

    /// Who is said to have signed it.
    #[must_use]
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The bytes that were signed.
    #[must_use]
    pub fn signed(&self) -> &[u8] {
        self.files.get(MANIFEST).map_or(&[], Vec::as_slice)
    }

    /// Everything, once somebody has found the signature right: its files agree with the manifest, its
    /// lines are of their form, and the numbers add up.
    pub fn verified(self) -> Result<Verified, PackageError> {
        let names: Vec<&str> = self
            .manifest
            .entries
            .iter()
            .map(|e| e.name.as_str())
            .collect();
        if names != self.kind.entries() {
            return Err(bad_manifest("entries"));
        }
        for mark in &self.manifest.entries {
            let bytes = self
                .files
                .get(mark.name.as_str())
                .map_or(&[][..], Vec::as_slice);
            if EntryMark::of(&mark.name, bytes) != *mark {
                return Err(PackageError::Tampered(mark.name.clone()));
            }
        }
        let content = self.content()?;
        check_counts(&self.manifest, &content)?;
        Ok(Verified {
            manifest: self.manifest,
            content,
        })
    }

    fn content(&self) -> Result<Content, PackageError> {
        let file = |name: &str| self.files.get(name).map_or(&[][..], Vec::as_slice);
        let mut seen = HashSet::new();
        Ok(match self.kind {
            Kind::Submissions => {
                let wrong = |line: &SubmissionLine| line.wrong(&self.manifest, &mut seen);
                let submissions = from_lines(SUBMISSIONS, file(SUBMISSIONS), wrong)?;
                let points = from_lines(POINTS, file(POINTS), PointLine::wrong)?;
                Content::Submissions(submissions, points)
            }
            Kind::Feedback => {
                let wrong = |line: &FeedbackLine| line.wrong(&mut seen);
                Content::Feedback(from_lines(FEEDBACK, file(FEEDBACK), wrong)?)
            }
        })
    }
}

fn bad_manifest(what: &str) -> PackageError {
    PackageError::BadManifest(what.to_owned())
}

/// Of another form than this one nothing else is looked at.
fn read_manifest(bytes: &[u8]) -> Result<Manifest, PackageError> {
    #[derive(serde::Deserialize)]
    struct Form {
        schema: u32,
    }
    let wrong = |error: serde_json::Error| PackageError::BadManifest(error.to_string());
    let form: Form = serde_json::from_slice(bytes).map_err(wrong)?;
    if form.schema > SCHEMA {
        return Err(PackageError::TooNew {
            found: form.schema,
            known: SCHEMA,
        });
    }
    let manifest: Manifest = serde_json::from_slice(bytes).map_err(wrong)?;
    let names = [&manifest.package, &manifest.series];
    let of_form = |name: &&String| name.len() == 32 && name.bytes().all(|b| b.is_ascii_hexdigit());
    let stations = manifest.stations.iter();
    let stations = stations.flat_map(|station| station.path.iter().chain(&station.former));
    let own = [&manifest.organisation, &manifest.consultation.title];
    let are_names = own.into_iter().chain(stations).all(|text| is_name(text));
    if form.schema == 0 || manifest.version == 0 || !names.iter().all(of_form) {
        return Err(bad_manifest("schema, version, package, series"));
    }
    if !are_names {
        return Err(bad_manifest("organisation, title, stations"));
    }
    Ok(manifest)
}

fn check_counts(manifest: &Manifest, content: &Content) -> Result<(), PackageError> {
    let said = &manifest.counts;
    let counted = match content {
        Content::Submissions(submissions, points) => {
            let units = submissions.iter().map(|line| line.units.len()).sum();
            let known: HashSet<&str> = (submissions.iter())
                .filter_map(|line| line.sender.as_deref())
                .collect();
            let unknown = submissions.iter().filter(|line| line.sender.is_none());
            vec![
                ("件意见", said.submissions, submissions.len()),
                ("人", said.senders, known.len() + unknown.count()),
                ("段意见", said.units, units),
                ("个观点", said.points, points.len()),
            ]
        }
        Content::Feedback(lines) => {
            let answers = lines.iter().map(|line| line.answers.len()).sum();
            vec![
                ("件意见", said.submissions, lines.len()),
                ("条答复", said.units, answers),
            ]
        }
    };
    match counted.into_iter().find(|(_, said, found)| said != found) {
        Some((what, said, found)) => Err(PackageError::Miscounted { what, said, found }),
        None => Ok(()),
    }
}

fn to_lines<T: Serialize>(items: &[T]) -> Result<Vec<u8>, PackageError> {
    let mut out = Vec::new();
    for item in items {
        serde_json::to_writer(&mut out, item)
            .map_err(|error| PackageError::Unwritable(error.to_string()))?;
        out.push(b'\n');
    }
    Ok(out)
}

fn from_lines<T: DeserializeOwned>(
    entry: &str,
    bytes: &[u8],
    mut wrong: impl FnMut(&T) -> Option<String>,
) -> Result<Vec<T>, PackageError> {
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    let lines = lines.filter(|(_, line)| !line.is_empty());
    let read = |(at, line): (usize, &[u8])| {
        let bad = |detail| PackageError::BadLine {
            entry: entry.to_owned(),
            line: at + 1,
            detail,
        };
        let item: T = serde_json::from_slice(line).map_err(|error| bad(error.to_string()))?;
        wrong(&item).map_or(Ok(item), |detail| Err(bad(detail)))
    };
    lines.map(read).collect()
}
