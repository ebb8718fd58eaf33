//! Taking in what one person says: checked, written down, acknowledged.

use std::{collections::BTreeMap, sync::atomic::Ordering};

use caifeng_channel::limits::MAX_TEXT_CHARS;
use caifeng_domain::{
    ArticleNo, Channel, CollectorId, Permission, Standing, Submission, Submitter,
};
use caifeng_store::{Accepted, Arrival, Delivery, Principal, PrincipalKind, contains_nul};
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
    /// Number of the key question that it answers.
    pub question: Option<u32>,
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
    /// Idempotency key. The same key with the same content, and as many comments, gets the same
    /// receipts; with anything else it is refused and nothing is written.
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

impl Submitted {
    fn new(accepted: &[Accepted], known: bool) -> Self {
        let receipts = accepted.iter().map(|one| one.receipt.to_string());
        Self {
            receipts: receipts.collect(),
            known,
        }
    }
}

/// Where something was collected, and by whom.
#[derive(Default)]
struct Whence {
    station: Option<String>,
    collector: Option<CollectorId>,
}

impl App {
    /// Takes in what somebody hands in. When this returns, it is on disk. `by` is who types it in
    /// for the sender (代录), or the platform that passes it on; nobody for the public form.
    pub async fn submit(
        &self,
        by: Option<&Principal>,
        handover: Handover,
    ) -> Result<Submitted, AppError> {
        let listed = self.consultation_for(by, &handover.slug).await?;
        let now = Timestamp::now();
        let (place, lost) = match self.place(by, handover.place.as_deref()).await {
            Ok(place) => (place, None),
            Err(error) => (Whence::default(), Some(error)),
        };
        let refused = check(by, &listed, &handover, now).err();
        let refused = refused.map(AppError::from).or(lost);
        let is_keyed = handover.key.is_some();
        let grants = handover.grants.clone();
        let delivery = self.delivery(by, &listed, handover, &place, now)?;
        if let Some(refused) = refused {
            // A retry of what was accepted gets its receipts, whatever has changed since.
            let known = if is_keyed {
                self.known(&delivery).await?
            } else {
                None
            };
            return known.ok_or(refused);
        }
        let accepted = self.deliver(delivery).await?;
        if accepted.iter().any(|one| one.arrival == Arrival::Changed) {
            return Err(Refusal::KeyReused.into());
        }
        self.keep_grants(&accepted, &grants, now).await?;
        let known = accepted.iter().all(|one| one.arrival == Arrival::Known);
        Ok(Submitted::new(&accepted, known))
    }

    fn delivery(
        &self,
        by: Option<&Principal>,
        listed: &Listed,
        handover: Handover,
        place: &Whence,
        at: Timestamp,
    ) -> Result<Delivery, AppError> {
        let key = match handover.key {
            Some(key) => key,
            None => self.store.secret()?,
        };
        let questions = handover.comments.iter().enumerate();
        let answers = questions
            .filter_map(|(i, comment)| Some((i, comment.question?)))
            .collect();
        let submission = |(i, comment): (usize, Comment)| Submission {
            external_id: Some(format!("{key}:{i}")),
            channel: handover.channel,
            station: place.station.clone(),
            submitted_at: None,
            article_hint: comment.article,
            submitter: handover.sender.clone(),
            text: comment.text,
        };
        let submissions = handover.comments.into_iter().enumerate().map(submission);
        Ok(Delivery {
            consultation: listed.id,
            source: source(by),
            actor: by.map_or_else(|| "public".to_owned(), |by| by.name.clone()),
            at,
            consent: handover.consent,
            collector: place.collector,
            answers,
            receipts: BTreeMap::new(),
            submissions: submissions.collect(),
            whole: true,
        })
    }

    /// The receipts of a delivery that came before, all of it and just as it is now.
    async fn known(&self, delivery: &Delivery) -> Result<Option<Submitted>, AppError> {
        if delivery.submissions.is_empty() || delivery.submissions.iter().any(contains_nul) {
            return Ok(None);
        }
        let recalled = self.store.recall(delivery).await?;
        let all: Option<Vec<Accepted>> = recalled.into_iter().collect();
        Ok(all.map(|all| Submitted::new(&all, true)))
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

    /// The place behind a code, where it is one that `by` may speak for; without a code `by`'s own.
    async fn place(&self, by: Option<&Principal>, code: Option<&str>) -> Result<Whence, AppError> {
        let within = self.places_of(by).await?;
        let Some(code) = code else {
            let own = within.and_then(|all| all.into_iter().next());
            return Ok(Whence {
                station: own.map(|station| station.name),
                collector: None,
            });
        };
        let place = self.store.place_by_code(code).await?;
        let (station, collector) = place.ok_or(Refusal::UnknownPlace)?;
        if within.is_some_and(|all| all.iter().all(|one| one.id != station.id)) {
            return Err(Refusal::PlaceOutOfReach.into());
        }
        Ok(Whence {
            station: Some(station.name),
            collector,
        })
    }

    /// How many submissions a consultation has received.
    pub async fn count_received(&self, slug: &str) -> Result<usize, AppError> {
        let listed = self.consultation(slug, true).await?;
        Ok(self.store.received(listed.id).await?)
    }

    /// A number for a form that has not been sent yet, so that sending it twice counts once.
    pub fn new_key(&self) -> Result<String, AppError> {
        Ok(self.store.secret()?)
    }
}

/// Within what an idempotency key is unique: programs and people each have names of their own.
/// (`by` for programs, as it was before people had a word of their own: what platforms deliver again
/// must be known again.)
pub(crate) fn source(by: Option<&Principal>) -> String {
    by.map_or_else(
        || "web".to_owned(),
        |by| match by.kind {
            PrincipalKind::Key => format!("by {}", by.name),
            PrincipalKind::Account => format!("account {}", by.name),
        },
    )
}

/// Everything that a handover must be, but for its place.
fn check(
    by: Option<&Principal>,
    listed: &Listed,
    handover: &Handover,
    now: Timestamp,
) -> Result<(), Refusal> {
    if let Some(by) = by {
        // Whoever collects does so where they may; others speak for themselves.
        let collects = [Permission::Transcribe, Permission::BulkIntake]
            .into_iter()
            .find(|&permission| by.role.may(permission));
        if collects.is_some_and(|permission| !listed.allows(by, permission)) {
            return Err(Refusal::Forbidden);
        }
    }
    check_open(listed, now)?;
    if handover.consent.as_deref() != Some(CONSENT_VERSION) {
        return Err(Refusal::ConsentNeeded(CONSENT_VERSION));
    }
    check_comments(listed, &handover.comments)?;
    check_sender(&handover.sender)?;
    grants::check(&handover.grants)?;
    match &handover.key {
        Some(key) if !is_key(key) => Err(Refusal::BadKey),
        _ => Ok(()),
    }
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
        if let Some(number) = comment.question {
            check_question(listed, number)?;
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
    // Where the draft cannot be read, what people say about it counts all the same.
    if listed.is_unreadable || listed.draft.as_ref().is_some_and(has) {
        Ok(())
    } else {
        Err(Refusal::UnknownArticle(article))
    }
}

pub(crate) fn check_question(listed: &Listed, number: u32) -> Result<(), Refusal> {
    let known = listed.consultation.question(number).is_some();
    known.then_some(()).ok_or(Refusal::UnknownQuestion(number))
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
