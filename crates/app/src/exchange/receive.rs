//! Taking packages in: everything is looked at before anything is written.

use std::collections::BTreeMap;

use caifeng_channel::package::{
    Content, Kind, Manifest, Opened, PackageError, PointLine, SubmissionLine, Verified, open,
};
use caifeng_domain::{Channel, Named, Permission, Submission, Submitter};
use caifeng_store::{
    Merged, Outcome, Package, PackageDirection, PackageImport, PackageItem, PackageKind, Principal,
    PublicKey, SignatureSuite, TrustedKey,
};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{
    ExchangeError, Exchanger, PackageCounts,
    places::{Called, Known, Places},
    trust,
};
use crate::{App, AppError, consultations::cli, worker};

/// What taking in a package did, or would do.
#[derive(Debug, Clone)]
pub struct Received {
    /// The consultation.
    pub slug: String,
    /// Who sent it, as they are called here.
    pub organisation: String,
    /// What people compare over the telephone.
    pub fingerprint: String,
    /// What it says of itself.
    pub manifest: Manifest,
    /// What it did.
    pub news: PackageNews,
}

/// What a package brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PackageNews {
    /// The very same was taken in before: nothing was done.
    Known,
    /// Submissions.
    Submissions {
        /// What became of them.
        merged: Merged,
        /// By what their places are called here.
        stations: Vec<(String, usize)>,
    },
    /// Answers.
    Feedback {
        /// How many.
        answers: usize,
        /// How many of the same side they replace.
        replaced: usize,
        /// How often each result was given.
        results: Vec<(String, usize)>,
    },
}

/// A package that is believed.
pub(super) struct Believed {
    pub(super) organisation: String,
    pub(super) fingerprint: String,
    pub(super) verified: Verified,
    pub(super) kind: Kind,
}

impl App {
    /// Looks at a package as far as that goes without a consultation: whether it is whole, by whom it
    /// is signed, and that it is what they signed.
    pub async fn verify_package(&self, bytes: Vec<u8>) -> Result<(Manifest, String), AppError> {
        let believed = self.believed(bytes).await?;
        Ok((believed.verified.manifest, believed.organisation))
    }

    /// Takes in a package, of submissions or of answers to ours; with `dry_run` only says what that
    /// would do.
    pub async fn receive_package(
        &self,
        by: Option<&Principal>,
        slug: Option<&str>,
        bytes: Vec<u8>,
        dry_run: bool,
    ) -> Result<Received, AppError> {
        let who = self.exchanger(by, slug, Permission::Review).await?;
        let believed = self.believed(bytes.clone()).await?;
        let app = self.clone();
        // A caller that stops waiting does not stop what is being written.
        let work = async move {
            let sha256 = if dry_run {
                crate::drafts::hex(&Sha256::digest(&bytes))
            } else {
                app.put_file(bytes).await?
            };
            match believed.kind {
                Kind::Submissions => app.receive(&who, believed, sha256, dry_run).await,
                Kind::Feedback => app.receive_feedback(&who, believed, sha256, dry_run).await,
            }
        };
        tokio::spawn(work).await?
    }

    /// Keeps a package that staff chose until they have seen what it would do. Returns its hash.
    pub async fn put_package(&self, bytes: Vec<u8>) -> Result<String, AppError> {
        self.put_upload(bytes).await
    }

    /// [`App::receive_package`] of the package that was kept under a hash.
    pub async fn receive_upload(
        &self,
        by: &Principal,
        slug: &str,
        upload: &str,
        dry_run: bool,
    ) -> Result<Received, AppError> {
        let bytes = self.upload(upload).await?;
        let received = self
            .receive_package(Some(by), Some(slug), bytes, dry_run)
            .await?;
        if !dry_run {
            self.forget_upload(upload).await?;
        }
        Ok(received)
    }

    /// The points of a package of submissions that was received.
    pub async fn points_of_package(
        &self,
        by: &Principal,
        slug: &str,
        id: u64,
    ) -> Result<(super::PackageLine, Manifest, Vec<PointLine>), AppError> {
        let (line, bytes) = self.package_file(Some(by), Some(slug), id).await?;
        let read = move || -> Result<_, PackageError> { open(&bytes)?.verified() };
        let verified = tokio::task::spawn_blocking(read).await?;
        let verified = verified.map_err(ExchangeError::from)?;
        let points = match verified.content {
            Content::Submissions(_, points) => points,
            Content::Feedback(_) => Vec::new(),
        };
        Ok((line, verified.manifest, points))
    }

    /// Opens a package and finds out whether it is somebody's who is trusted.
    async fn believed(&self, bytes: Vec<u8>) -> Result<Believed, AppError> {
        let keys = self.store.trusted_keys().await?;
        let mut own = Vec::new();
        for &(suite, ..) in SignatureSuite::NAMES {
            own.push(self.store.signing_key(&cli(), suite).await?.public());
        }
        let check = move || -> Result<Believed, ExchangeError> {
            let opened = open(&bytes)?;
            let key = public_key(&opened)?;
            if own.contains(&key) {
                return Err(ExchangeError::OwnPackage);
            }
            let signer = signer(&opened, &key, &keys)?;
            let signature = trust::bytes(&opened.signature().signature).unwrap_or_default();
            if !key.verifies(opened.signed(), &signature) {
                return Err(PackageError::BadSignature.into());
            }
            Ok(Believed {
                organisation: signer.organisation.clone(),
                fingerprint: key.fingerprint(),
                kind: opened.kind(),
                verified: opened.verified()?,
            })
        };
        Ok(tokio::task::spawn_blocking(check).await??)
    }

    async fn receive(
        &self,
        who: &Exchanger,
        believed: Believed,
        sha256: String,
        dry_run: bool,
    ) -> Result<Received, AppError> {
        let manifest = &believed.verified.manifest;
        self.check_series(who, manifest, &believed.organisation)
            .await?;
        let drafts = self.store.drafts(who.id()).await?;
        let ours = self.draft_marks(who).await?;
        let same = |mark: &_| {
            let mark: &caifeng_channel::package::DraftMark = mark;
            let at = ours
                .iter()
                .rposition(|our| (&our.sm3, &our.sha256) == (&mark.sm3, &mark.sha256));
            at.map(|at| drafts[at].id)
        };
        // What was said of a version that we never had is said of the one that they have now.
        let in_force = manifest.drafts.last().and_then(same);
        let wrong = || ExchangeError::WrongDraft(manifest.consultation.title.clone());
        let in_force = in_force.ok_or_else(wrong)?;
        let versions: Vec<_> = (manifest.drafts.iter())
            .map(|mark| same(mark).unwrap_or(in_force))
            .collect();
        let Content::Submissions(lines, _) = &believed.verified.content else {
            return Err(ExchangeError::NotForUs.into());
        };
        let known = Known {
            places: self.stations().await?,
            former: self.store.former_names().await?,
        };
        let said = lines.iter().filter_map(|line| line.station.as_deref());
        let places = Places::new(&believed.organisation, &known, manifest, said);
        let questions = &who.chosen.consultation.questions;
        let items: Vec<PackageItem> = (lines.iter())
            .map(|line| PackageItem {
                submission: submission(line, places.called(line.station.as_deref())),
                reference: line.reference.clone(),
                sender: line.sender.clone(),
                draft: versions.get(line.draft).copied(),
                question: line.question.filter(|&number| {
                    let at = (number as usize).wrapping_sub(1);
                    let theirs = manifest.questions.get(at);
                    theirs.is_some() && theirs == questions.get(at)
                }),
            })
            .collect();
        let mut stations: BTreeMap<String, usize> = BTreeMap::new();
        for item in &items {
            let name = item.submission.station.clone().unwrap_or_default();
            *stations.entry(name).or_default() += 1;
        }
        let import = PackageImport {
            package: noted(who, &believed, sha256, dry_run),
            places: places.rows,
            items,
            follow_up: worker::TRIAGE,
        };
        let act = who.act();
        let note = |merged: &Merged| {
            let counts = PackageCounts {
                new: merged.new,
                withdrawn: merged.withdrawn,
                ..PackageCounts::of(manifest, false)
            };
            counts.json()
        };
        let outcome = self.store.merge_package(&act, &import, note, dry_run);
        let merged = settled(outcome.await?, manifest)?;
        let news = merged.map_or(PackageNews::Known, |merged| PackageNews::Submissions {
            merged,
            stations: stations.into_iter().collect(),
        });
        Ok(received(who, believed, news))
    }

    /// A series comes from one organisation and belongs to one consultation.
    async fn check_series(
        &self,
        who: &Exchanger,
        manifest: &Manifest,
        organisation: &str,
    ) -> Result<(), AppError> {
        let earlier = self.store.packages_of(&manifest.series).await?;
        let mut earlier = earlier.into_iter().filter(|package| {
            package.direction == PackageDirection::Received
                && package.kind == PackageKind::Submissions
        });
        let Some(first) = earlier.next() else {
            return Ok(());
        };
        if first.organisation != organisation {
            return Err(ExchangeError::OtherOrganisation(first.organisation).into());
        }
        if first.consultation != who.id() {
            let all = self.store.consultations().await?;
            let other = all.into_iter().find(|(id, _)| *id == first.consultation);
            let slug = other.map(|(_, consultation)| consultation.slug);
            return Err(ExchangeError::OtherConsultation(slug.unwrap_or_default()).into());
        }
        Ok(())
    }
}

/// What is noted of a package that came.
pub(super) fn noted(
    who: &Exchanger,
    believed: &Believed,
    sha256: String,
    dry_run: bool,
) -> Package {
    let manifest = &believed.verified.manifest;
    let is_feedback = believed.kind == Kind::Feedback;
    let now = Timestamp::now();
    let content = if dry_run {
        Ok(String::new())
    } else {
        believed.verified.content.digest()
    };
    Package {
        id: 0,
        consultation: who.id(),
        direction: PackageDirection::Received,
        kind: if is_feedback {
            PackageKind::Feedback
        } else {
            PackageKind::Submissions
        },
        series: manifest.series.clone(),
        version: manifest.version,
        package: manifest.package.clone(),
        content: content.unwrap_or_default(),
        organisation: believed.organisation.clone(),
        exported_at: manifest.exported_at.parse().unwrap_or(now),
        at: now,
        actor: who.actor.clone(),
        counts: PackageCounts::of(manifest, is_feedback).json(),
        sha256,
    }
}

pub(super) fn received(who: &Exchanger, believed: Believed, news: PackageNews) -> Received {
    Received {
        slug: who.chosen.consultation.slug.clone(),
        organisation: believed.organisation,
        fingerprint: believed.fingerprint,
        manifest: believed.verified.manifest,
        news,
    }
}

/// What was done; none where the very same was taken in before.
pub(super) fn settled<T>(
    outcome: Outcome<T>,
    manifest: &Manifest,
) -> Result<Option<T>, ExchangeError> {
    match outcome {
        Outcome::Done(done) => Ok(Some(done)),
        Outcome::Known => Ok(None),
        Outcome::Older(last) if last == manifest.version => Err(ExchangeError::Conflicting(last)),
        Outcome::Older(last) => Err(ExchangeError::Replayed {
            version: manifest.version,
            last,
        }),
    }
}

/// The key that a package says to be signed with.
fn public_key(opened: &Opened) -> Result<PublicKey, PackageError> {
    let signature = opened.signature();
    let strange = || PackageError::StrangeAlgorithm(signature.algorithm.clone());
    let all = SignatureSuite::NAMES.iter();
    let mut suites = all.filter(|(_, wire, _)| *wire == signature.algorithm);
    let suite = suites.next().ok_or_else(strange)?.0;
    let bytes = trust::bytes(&signature.public_key);
    let key = bytes.and_then(|bytes| PublicKey::new(suite, bytes));
    key.ok_or(PackageError::BadSignature)
}

/// Whose key it is.
fn signer<'k>(
    opened: &Opened,
    key: &PublicKey,
    keys: &'k [TrustedKey],
) -> Result<&'k TrustedKey, ExchangeError> {
    let known = keys.iter().find(|known| known.key == *key);
    let known = known.ok_or_else(|| ExchangeError::UnknownSigner {
        said: opened.said().organisation.clone(),
        fingerprint: key.fingerprint(),
    })?;
    if known.revoked_at.is_some() {
        return Err(ExchangeError::RevokedSigner(known.organisation.clone()));
    }
    Ok(known)
}

/// The submission of a line. Its number is its reference and a hash of all that is said of it: said
/// otherwise, it is another one in its place. A place that is called otherwise is the same.
fn submission(line: &SubmissionLine, place: &Called) -> Submission {
    let said = serde_json::json!([
        line.sender,
        line.channel,
        place.first,
        line.group,
        line.region,
        line.day,
        line.article_hint,
        line.question,
        line.text,
    ]);
    let hash = crate::drafts::hex(&Sha256::digest(said.to_string().as_bytes()));
    Submission {
        external_id: Some(format!("{}.{}", line.reference, &hash[..16])),
        // Checked when the package was read.
        channel: Channel::from_name(&line.channel).unwrap_or(Channel::Platform),
        station: Some(place.now.clone()),
        submitted_at: Some(format!("{}T00:00:00+08:00", line.day)),
        article_hint: line
            .article_hint
            .as_deref()
            .and_then(|hint| hint.parse().ok()),
        submitter: Submitter {
            identity: line.group.clone(),
            region: line.region.clone(),
            ..Submitter::default()
        },
        text: line.text.clone(),
    }
}
