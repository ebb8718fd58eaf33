//! Taking in what one person says: checked, written down, acknowledged.

use std::sync::atomic::Ordering;

use caifeng_channel::limits::MAX_TEXT_CHARS;
use caifeng_domain::{
    ArticleNo, Channel, CollectorId, Permission, Standing, Submission, Submitter,
};
use caifeng_store::{Accepted, Arrival, Delivery, Principal};
use jiff::Timestamp;

use crate::{App, AppError, CONSENT_VERSION, Grant, Refusal, catalogue::Listed, grants};

/// Comments in one go. A careful reader of a whole law makes some dozens.
pub const MAX_COMMENTS: usize = 50;
/// Characters of a name, a telephone number, a group, a region.
pub const MAX_FIELD_CHARS: usize = 60;

/// One opinion, about one article or the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The article under which it was written.
    pub article: Option<ArticleNo>,
    /// The words.
    pub text: String,
}

/// What one person hands in at once.
#[derive(Debug, Clone)]
pub struct Handover {
    /// Short name of the consultation.
    pub slug: String,
    /// What they say.
    pub comments: Vec<Comment>,
    /// How it came.
    pub channel: Channel,
    /// Code of the place or 信息员 whose QR code was used.
    pub place: Option<String>,
    /// Who, as far as they say.
    pub sender: Submitter,
    /// Version of the notice that they agreed to.
    pub consent: Option<String>,
    /// Idempotency key. The same key with the same content gets the same receipts.
    pub key: Option<String>,
    /// Messages that a mini-program may send later.
    pub grants: Vec<Grant>,
}

/// What they get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// One receipt a comment, in order.
    pub receipts: Vec<String>,
    /// Whether it had been handed in before.
    pub known: bool,
}

impl App {
    /// Takes in what somebody hands in. When this returns, it is on disk. `by` is who types it in
    /// for the sender (代录), or the platform that passes it on; nobody for the public form.
    pub async fn submit(
        &self,
        by: Option<&Principal>,
        handover: Handover,
    ) -> Result<Submitted, AppError> {
        let restricted = by.is_some_and(|by| by.role.may(Permission::SeeRestricted));
        let listed = self.consultation(&handover.slug, restricted).await?;
        let now = Timestamp::now();
        check_open(&listed, now)?;
        if handover.consent.as_deref() != Some(CONSENT_VERSION) {
            return Err(Refusal::ConsentNeeded(CONSENT_VERSION).into());
        }
        check_comments(&listed, &handover.comments)?;
        check_sender(&handover.sender)?;
        grants::check(&handover.grants)?;
        let (station, collector) = match &handover.place {
            Some(code) => self.place(code).await?,
            None => (None, None),
        };
        let key = match &handover.key {
            Some(key) if !is_key(key) => return Err(Refusal::BadKey.into()),
            Some(key) => key.clone(),
            None => self.store.secret()?,
        };
        // The count is part of the number, so that a reused key is either all known or all new.
        let count = handover.comments.len();
        let submission = |(i, comment): (usize, Comment)| Submission {
            external_id: Some(format!("{key}:{i}/{count}")),
            channel: handover.channel,
            station: station.clone(),
            submitted_at: None,
            article_hint: comment.article,
            submitter: handover.sender.clone(),
            text: comment.text,
        };
        let submissions = handover.comments.into_iter().enumerate().map(submission);
        let delivery = Delivery {
            consultation: listed.id,
            source: source(by),
            actor: by.map_or_else(|| "public".to_owned(), |by| by.name.clone()),
            at: now,
            consent: handover.consent,
            collector,
            submissions: submissions.collect(),
        };
        let accepted = self.deliver(delivery).await?;
        if accepted.iter().any(|one| one.arrival == Arrival::Changed) {
            return Err(Refusal::KeyReused.into());
        }
        self.keep_grants(&accepted, &handover.grants, now).await?;
        Ok(Submitted {
            known: accepted.iter().all(|one| one.arrival == Arrival::Known),
            receipts: accepted
                .into_iter()
                .map(|one| one.receipt.to_string())
                .collect(),
        })
    }

    /// Hands a delivery to the group commit.
    pub(crate) async fn deliver(&self, delivery: Delivery) -> Result<Vec<Accepted>, AppError> {
        use caifeng_store::StoreError;
        match self.writer.accept(delivery).await {
            Ok(accepted) => {
                self.taken_in.fetch_add(accepted.len(), Ordering::Relaxed);
                Ok(accepted)
            }
            Err(StoreError::Overloaded | StoreError::Stopped) => Err(Refusal::Overloaded.into()),
            Err(StoreError::NulCharacter { .. }) => Err(Refusal::ControlCharacter.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// Name of the place, and the 信息员, behind a code.
    async fn place(&self, code: &str) -> Result<(Option<String>, Option<CollectorId>), AppError> {
        let place = self.store.place_by_code(code).await?;
        let (station, collector) = place.ok_or(Refusal::UnknownPlace)?;
        Ok((Some(station.name), collector))
    }

    /// How many submissions a consultation has received.
    pub async fn count_received(&self, slug: &str) -> Result<usize, AppError> {
        let listed = self.consultation(slug, true).await?;
        Ok(self.store.ledger(listed.id).await?.received)
    }

    /// A number for a form that has not been sent yet, so that sending it twice counts once.
    pub fn new_key(&self) -> Result<String, AppError> {
        Ok(self.store.secret()?)
    }
}

/// Within what an idempotency key is unique.
pub(crate) fn source(by: Option<&Principal>) -> String {
    by.map_or_else(|| "web".to_owned(), |by| format!("by {}", by.name))
}

pub(crate) fn check_open(listed: &Listed, now: Timestamp) -> Result<(), Refusal> {
    match (listed.standing(now), &listed.consultation.window) {
        (Standing::Open, _) => Ok(()),
        (Standing::Upcoming, Some(window)) => Err(Refusal::NotOpenYet(window.opens.clone())),
        (Standing::Upcoming | Standing::Closed, _) => Err(Refusal::Closed),
    }
}

/// Whether a consultation was open when something was said that comes now, or is open now.
pub(crate) fn check_was_open(
    listed: &Listed,
    said: Option<&str>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let said: Option<Timestamp> = said.and_then(|time| time.parse().ok());
    let was_open = said.is_some_and(|said| check_open(listed, said.min(now)).is_ok());
    if was_open {
        Ok(())
    } else {
        check_open(listed, now)
    }
}

fn check_comments(listed: &Listed, comments: &[Comment]) -> Result<(), Refusal> {
    if comments.is_empty() {
        return Err(Refusal::NoComments);
    }
    if comments.len() > MAX_COMMENTS {
        return Err(Refusal::ManyComments(MAX_COMMENTS));
    }
    for (row, comment) in (1..).zip(comments) {
        check_text(row, &comment.text)?;
        if let Some(article) = comment.article {
            check_article(listed, article)?;
        }
    }
    Ok(())
}

pub(crate) fn check_text(row: usize, text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::EmptyText(row));
    }
    let chars = text.chars().count();
    if chars > MAX_TEXT_CHARS {
        let max = MAX_TEXT_CHARS;
        return Err(Refusal::LongText { row, chars, max });
    }
    Ok(())
}

pub(crate) fn check_article(listed: &Listed, article: ArticleNo) -> Result<(), Refusal> {
    let has = |draft: &std::sync::Arc<caifeng_domain::Draft>| draft.article(article).is_some();
    if listed.draft.as_ref().is_some_and(has) {
        Ok(())
    } else {
        Err(Refusal::UnknownArticle(article))
    }
}

pub(crate) fn check_sender(sender: &Submitter) -> Result<(), Refusal> {
    for (field, value) in [
        ("姓名", &sender.name),
        ("联系电话", &sender.phone),
        ("身份", &sender.identity),
        ("地区", &sender.region),
    ] {
        let max = MAX_FIELD_CHARS;
        if value.as_ref().is_some_and(|v| v.chars().count() > max) {
            return Err(Refusal::LongField { field, max });
        }
    }
    Ok(())
}

/// Whether a text may be an idempotency key.
pub(crate) fn is_key(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (8..=64).contains(&text.len()) && text.chars().all(allowed)
}
