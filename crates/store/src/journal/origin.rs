//! By what a submission is known again.

use std::collections::HashMap;

use caifeng_domain::{Channel, Submission};

use crate::{StoreError, rows::wire, vault::Vault};

/// By what a submission is known again.
pub(super) struct Origin {
    /// Unique within consultation and source: `id:…` with the source's number, else `content:…`.
    pub(super) key: String,
    /// Keyed hash of everything that was delivered.
    pub(super) digest: String,
}

/// What a submission is known again by.
#[derive(Clone, Copy)]
pub(super) struct Content<'b> {
    pub(super) submission: &'b Submission,
    /// How many were handed in together.
    pub(super) count: Option<usize>,
    /// The key question that it answers.
    pub(super) question: Option<u32>,
}

impl<'b> Content<'b> {
    /// Of a submission that came by itself.
    pub(super) fn new(submission: &'b Submission) -> Self {
        Self {
            submission,
            count: None,
            question: None,
        }
    }
}

/// What the source wrote, but for its number.
fn texts(submission: &Submission) -> [Option<&str>; 7] {
    let submitter = &submission.submitter;
    [
        submission.station.as_deref(),
        submission.submitted_at.as_deref(),
        submitter.name.as_deref(),
        submitter.phone.as_deref(),
        submitter.identity.as_deref(),
        submitter.region.as_deref(),
        Some(&submission.text),
    ]
}

/// Whether there is a U+0000 in any of it: PostgreSQL cannot store it, so no database does.
#[must_use]
pub fn contains_nul(submission: &Submission) -> bool {
    let id = submission.external_id.as_deref();
    let account = submission.submitter.account.as_deref();
    let mut texts = texts(submission).into_iter().chain([id, account]).flatten();
    texts.any(|text| text.contains('\0'))
}

/// How often each content without a number has come in a delivery so far.
#[derive(Default)]
pub(super) struct Numbering {
    occurrences: HashMap<String, u32>,
    /// Counted for a batch that is not written yet.
    pending: Vec<String>,
}

impl Numbering {
    /// Begins a batch. What was counted for one that failed, or was given up, does not count.
    pub(super) fn begin(&mut self) {
        for digest in self.pending.drain(..) {
            if let Some(count) = self.occurrences.get_mut(&digest) {
                *count -= 1;
            }
        }
    }

    /// Ends a batch that was written.
    pub(super) fn confirm(&mut self) {
        self.pending.clear();
    }

    /// `row` is the index in the batch, for errors.
    pub(super) fn origin(
        &mut self,
        vault: &Vault,
        row: usize,
        content: Content<'_>,
    ) -> Result<Origin, StoreError> {
        let submission = content.submission;
        let hint = submission.article_hint.map(|hint| hint.to_string());
        let [station, submitted_at, name, phone, identity, region, text] = texts(submission);
        let channel = Some(wire(&Channel::ALL, submission.channel));
        let parts = [
            channel,
            station,
            submitted_at,
            hint.as_deref(),
            name,
            phone,
            identity,
            region,
            text,
        ];
        if contains_nul(submission) {
            return Err(StoreError::NulCharacter { row });
        }
        // Only where there is one, so that older digests stay what they are.
        let account = submission.submitter.account.as_deref().map(Some);
        let count = content.count.map(|count| count.to_string());
        let question = content.question.map(|number| format!("question {number}"));
        let others = [count.as_deref(), question.as_deref()];
        let others = others.into_iter().flatten().map(Some);
        let digest = vault.content_hash(parts.into_iter().chain(account).chain(others));
        let key = if let Some(id) = &submission.external_id {
            format!("id:{id}")
        } else {
            let occurrence = self.occurrences.entry(digest.clone()).or_default();
            *occurrence += 1;
            self.pending.push(digest.clone());
            format!("content:{digest}:{occurrence}")
        };
        Ok(Origin { key, digest })
    }
}
