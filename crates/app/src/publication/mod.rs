//! Publication (公布): what staff release becomes public, as it was then.
//!
//! A preview follows from the desk and from what staff chose; releasing writes exactly that down, after
//! nobody's suspicion of personal data is left open. What everybody sees comes from what was written
//! down and from nothing else.

mod archive;
mod assemble;
mod choose;
mod model;
mod open_data;
mod search;

use std::collections::BTreeMap;

use caifeng_domain::{Permission, PointId};
use caifeng_store::{Act, Principal, Release};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use self::{
    assemble::{Choices, Known},
    model::Stored,
};
use crate::{App, AppError, Desk, Refusal, catalogue::Listed, drafts::hex};

pub use self::{
    archive::{Archive, Released},
    assemble::{Candidate, Flag, Offered},
    choose::Choice,
    model::{Adopted, Feedback, MACHINE_LABEL, Numbers, Participation, ReleasedPoint, Share},
    search::{ARCHIVE_PAGE, ArchiveAnswer, ArchiveHit, ArchiveRequest, Similar},
};
pub(crate) use archive::Shelf;

/// Characters of a reason for taking a release back.
const REASON: usize = 500;

/// What would become public, and what stands in its way.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The consultation.
    pub listed: Listed,
    /// Every point with an approved result.
    pub candidates: Vec<Candidate>,
    /// Points without one.
    pub undecided: usize,
    /// What would be public.
    pub feedback: Feedback,
    /// Names exactly that.
    pub seen: String,
    /// Releases so far, the latest first.
    pub releases: Vec<Release>,
    /// Points of the standing release with words of somebody who took them back since.
    pub to_replace: Vec<String>,
    body: String,
}

impl Preview {
    /// Suspicions of personal data that nobody has cleared.
    #[must_use]
    pub fn open_flags(&self) -> usize {
        self.candidates.iter().map(Candidate::open_flags).sum()
    }

    /// The release that stands.
    #[must_use]
    pub fn standing(&self) -> Option<&Release> {
        self.releases.first().filter(|last| last.end.is_none())
    }
}

impl App {
    /// What would become public of a consultation.
    pub async fn preview_release(&self, by: &Principal, slug: &str) -> Result<Preview, AppError> {
        let listed = self.whole_to(by, Permission::ReadReport, slug).await?;
        self.preview(listed).await
    }

    /// Makes public what the preview named `seen` shows, and says the number of the release.
    pub async fn publish(&self, by: &Principal, slug: &str, seen: &str) -> Result<u64, AppError> {
        let listed = self.whole_to(by, Permission::Publish, slug).await?;
        if !listed.is_public() {
            return Err(Refusal::NotForPublic.into());
        }
        let preview = self.preview(listed).await?;
        if preview.seen != seen {
            return Err(Refusal::Changed.into());
        }
        match preview.open_flags() {
            0 => {}
            open => return Err(Refusal::Suspicious(open).into()),
        }
        if preview.feedback.points.is_empty() {
            return Err(Refusal::NothingToRelease.into());
        }
        let last = preview.releases.first().map_or(0, |last| last.number);
        let act = Act {
            actor: &by.name,
            at: Timestamp::now(),
        };
        let written = (&*preview.body, &*preview.seen);
        let added = self
            .store
            .add_release(&act, preview.listed.id, last, written)
            .await?;
        self.shelf.forget().await;
        added.ok_or_else(|| Refusal::Changed.into())
    }

    /// Takes the standing release of a consultation back. None stands then.
    pub async fn withdraw_release(
        &self,
        by: &Principal,
        slug: &str,
        number: u64,
        reason: &str,
    ) -> Result<(), AppError> {
        let listed = self.whole_to(by, Permission::Publish, slug).await?;
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Refusal::Needed("撤下的理由").into());
        }
        if reason.chars().count() > REASON {
            let (field, max) = ("撤下的理由", REASON);
            return Err(Refusal::LongField { field, max }.into());
        }
        let act = Act {
            actor: &by.name,
            at: Timestamp::now(),
        };
        let ended = self
            .store
            .end_release(&act, listed.id, number, reason)
            .await?;
        self.shelf.forget().await;
        if ended {
            Ok(())
        } else {
            Err(Refusal::Changed.into())
        }
    }

    async fn preview(&self, listed: Listed) -> Result<Preview, AppError> {
        let slug = listed.consultation.slug.clone();
        let known = self.known_for_release(&listed).await?;
        let releases = self.store.releases(listed.id).await?;
        let standing = releases.first().filter(|last| last.end.is_none());
        let before = match standing {
            Some(last) => self.store.release_body(listed.id, last.number).await?,
            None => None,
        };
        let shared = self.fresh_desk(listed.id, &slug).await?;
        let held = shared.read_owned().await;
        let show = move || -> Result<Preview, AppError> {
            let desk = current(held.as_ref(), &listed)?;
            let candidates = desk.candidates(&known, None);
            let stored = assemble::stored(desk, &listed, &candidates);
            let body = serde_json::to_string(&stored).map_err(unwritable)?;
            let before = before.and_then(|body| serde_json::from_str::<Stored>(&body).ok());
            let sources = before.map(|stored| stored.sources).unwrap_or_default();
            let is_gone = |whose: &String| {
                let whose = whose.parse();
                whose.is_ok_and(|whose| known.taken_back.contains(&whose))
            };
            let to_replace = sources
                .into_iter()
                .filter(|(_, whose)| whose.iter().any(is_gone));
            Ok(Preview {
                to_replace: to_replace.map(|(point, _)| point).collect(),
                undecided: desk.points.len().saturating_sub(candidates.len()),
                candidates,
                feedback: stored.feedback,
                seen: hex(&Sha256::digest(body.as_bytes())),
                body,
                releases,
                listed,
            })
        };
        tokio::task::spawn_blocking(show).await?
    }

    /// One of the points that may be released.
    async fn candidate(&self, listed: &Listed, point: PointId) -> Result<Candidate, AppError> {
        let known = self.known_for_release(listed).await?;
        let shared = self
            .fresh_desk(listed.id, &listed.consultation.slug)
            .await?;
        let held = shared.read().await;
        let desk = current(held.as_ref(), listed)?;
        let found = desk.candidates(&known, Some(point)).pop();
        found.ok_or_else(|| Refusal::UnknownPoint(point).into())
    }

    /// What candidates are made of besides the desk.
    async fn known_for_release(&self, listed: &Listed) -> Result<Known, AppError> {
        let choices = self.store.release_choices(listed.id).await?;
        let choices: Choices = choices
            .into_iter()
            .map(|choice| (choice.item, (choice.choice, choice.actor)))
            .collect();
        let taken_back = self.store.withdrawn(listed.id).await?;
        Ok(Known {
            laws: self.chosen_laws(&choices).await?,
            choices,
            taken_back: taken_back.into_iter().collect(),
            dispositions: self.rules().await?.dispositions.clone(),
        })
    }
}

/// The desk, if it speaks of the version in force.
fn current<'d>(desk: Option<&'d Desk>, listed: &Listed) -> Result<&'d Desk, AppError> {
    let not_triaged = || AppError::NotTriaged(listed.consultation.slug.clone());
    let desk = desk.ok_or_else(not_triaged)?;
    if desk.material.record.run.draft == listed.version {
        Ok(desk)
    } else {
        Err(Refusal::DraftReplaced.into())
    }
}

/// Plain texts and numbers can always be written; what cannot is said to be.
fn unwritable(error: serde_json::Error) -> AppError {
    AppError::Store(caifeng_store::StoreError::Unstorable(error))
}

/// The point that an item of a choice is about.
fn point_of(item: &str) -> Option<PointId> {
    item.split(' ').next()?.parse().ok()
}

/// Laws that came of points, with the article.
type Laws = BTreeMap<PointId, (String, caifeng_domain::LawArticle)>;

#[cfg(test)]
mod tests;
