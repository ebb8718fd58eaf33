//! What the pushes of both platforms have in common.

use std::collections::BTreeMap;

use caifeng_domain::Submission;
use serde_json::{Map, Value};

use crate::{date, limits::MAX_PUSH_BYTES, table};

/// What a push says. The `external_id` names platform, survey and answer, so that the same answer
/// always has the same one, however often and in whatever way it comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Push {
    /// An answer was given.
    Answered(Submission),
    /// An answer was changed: this is all of it as it is now.
    Changed(Submission),
    /// An answer was deleted on the platform.
    Withdrawn {
        /// Of the submission that it was.
        external_id: String,
    },
    /// Nothing to take in, such as the request that tests the address.
    Nothing,
}

/// Why a push was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// Over [`crate::limits::MAX_PUSH_BYTES`].
    #[error("the push has {bytes} bytes")]
    TooLarge {
        /// Bytes received.
        bytes: usize,
    },
    /// Not a JSON object.
    #[error("the push is not a JSON object")]
    NotJson,
    /// A field without which nothing can be done.
    #[error("the push has no `{0}`")]
    Missing(&'static str),
    /// Not signed with our key.
    #[error("the signature does not fit the key")]
    BadSignature,
    /// The answer holds no opinion. In Chinese, for staff.
    #[error("the answer cannot be used: {0}")]
    Unusable(String),
}

/// One answered question.
pub(super) struct Answer {
    pub question: String,
    pub words: String,
}

/// The object that a push is.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, PushError> {
    if body.len() > MAX_PUSH_BYTES {
        return Err(PushError::TooLarge { bytes: body.len() });
    }
    serde_json::from_slice(body).map_err(|_| PushError::NotJson)
}

/// A field that is text or a number, which the platforms use alike; None where it is empty.
pub(super) fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    let text = match object.get(name)? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// The submission that the answers make, given at `time`.
pub(super) fn submission(
    answers: Vec<Answer>,
    external_id: String,
    time: Option<&str>,
) -> Result<Submission, PushError> {
    let (mut questions, mut words) = (BTreeMap::new(), BTreeMap::new());
    for (at, answer) in (1usize..).zip(answers) {
        // As in an export, where questions are told from other columns by their number.
        questions.insert(at, format!("{at}、{}", answer.question));
        words.insert(at, answer.words);
    }
    let submission = table::answer(questions, words).map_err(PushError::Unusable)?;
    Ok(Submission {
        external_id: Some(external_id),
        submitted_at: time.and_then(date::parse).or(submission.submitted_at),
        ..submission
    })
}
