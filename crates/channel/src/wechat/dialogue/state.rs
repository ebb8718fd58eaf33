//! What is remembered of a conversation.

use std::{fmt, str::FromStr};

use caifeng_domain::ArticleNo;

/// How long a chosen draft stays chosen. Somebody who writes again next week means another one.
const MEMORY_SECS: i64 = 24 * 3600;

/// The form in which a state is written, see [`State::from_str`].
const VERSION: u8 = 1;
type Wire = (
    u8,
    Option<String>,
    Vec<String>,
    Option<String>,
    Option<(String, String)>,
    String,
    bool,
    i64,
);

/// What is remembered of a conversation with one follower. `to_string` and `parse` write and read
/// it; it holds what was said, so it is as confidential as a submission.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// The scene of the QR code scanned last.
    pub(super) scene: Option<String>,
    /// The consultations last offered, in the order of their numbers: the list may have changed
    /// when somebody answers "2" hours later.
    pub(super) offered: Vec<String>,
    /// The consultation chosen.
    pub(super) consultation: Option<String>,
    /// What of its draft.
    pub(super) subject: Option<Subject>,
    /// What was written and is not submitted yet.
    pub(super) pending: String,
    /// Whether they were asked if `pending` should go.
    pub(super) cancelling: bool,
    /// The time of the last message, in seconds since 1970.
    pub(super) seen: i64,
}

/// What an opinion is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subject {
    /// The draft as a whole, or whatever the opinion says.
    Whole,
    /// An article. The words are kept where they say more, such as a paragraph; else empty.
    Article(ArticleNo, String),
}

impl State {
    /// The consultation that the person is speaking about, as far as is known.
    #[must_use]
    pub fn consultation(&self) -> Option<&str> {
        self.consultation.as_deref()
    }

    /// The scene of the QR code that the person scanned last.
    #[must_use]
    pub fn scene(&self) -> Option<&str> {
        self.scene.as_deref()
    }

    /// What was written and is not submitted yet; empty when there is nothing.
    #[must_use]
    pub fn pending(&self) -> &str {
        &self.pending
    }

    /// Moves on to the time `now`.
    pub(super) fn wake(&mut self, now: i64) {
        if now.saturating_sub(self.seen) > MEMORY_SECS && self.pending.is_empty() {
            self.consultation = None;
            self.subject = None;
        }
        self.seen = now;
    }
}

/// A text that is not a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the state of a conversation")]
pub struct ParseStateError;

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = self.subject.as_ref().map(|subject| match subject {
            Subject::Whole => (String::new(), ""),
            Subject::Article(no, words) => (no.to_string(), words.as_str()),
        });
        let wire = (
            VERSION,
            &self.scene,
            &self.offered,
            &self.consultation,
            subject,
            &self.pending,
            self.cancelling,
            self.seen,
        );
        f.write_str(&serde_json::to_string(&wire).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for State {
    type Err = ParseStateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wire: Wire = serde_json::from_str(text).map_err(|_| ParseStateError)?;
        let (VERSION, scene, offered, consultation, subject, pending, cancelling, seen) = wire
        else {
            return Err(ParseStateError);
        };
        let subject = subject.map(|(no, words)| {
            if no.is_empty() {
                return Ok(Subject::Whole);
            }
            let no = no.parse().map_err(|_| ParseStateError)?;
            Ok(Subject::Article(no, words))
        });
        Ok(Self {
            scene,
            offered,
            consultation,
            subject: subject.transpose()?,
            pending,
            cancelling,
            seen,
        })
    }
}
