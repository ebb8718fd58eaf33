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

/// How often each content without a number has come in a delivery so far.
#[derive(Clone, Default)]
pub(super) struct Numbering {
    occurrences: HashMap<String, u32>,
}

impl Numbering {
    /// `row` is the index in the batch, for errors.
    pub(super) fn origin(
        &mut self,
        vault: &Vault,
        row: usize,
        submission: &Submission,
    ) -> Result<Origin, StoreError> {
        let hint = submission.article_hint.map(|hint| hint.to_string());
        let submitter = &submission.submitter;
        let parts = [
            Some(wire(&Channel::ALL, submission.channel)),
            submission.station.as_deref(),
            submission.submitted_at.as_deref(),
            hint.as_deref(),
            submitter.name.as_deref(),
            submitter.phone.as_deref(),
            submitter.identity.as_deref(),
            submitter.region.as_deref(),
            Some(submission.text.as_str()),
        ];
        let id = submission.external_id.as_deref();
        if parts
            .iter()
            .chain([&id])
            .flatten()
            .any(|part| part.contains('\0'))
        {
            return Err(StoreError::NulCharacter { row });
        }
        let digest = vault.content_hash(parts.into_iter());
        let key = match id {
            Some(id) => format!("id:{id}"),
            None => {
                let occurrence = self.occurrences.entry(digest.clone()).or_default();
                *occurrence += 1;
                format!("content:{digest}:{occurrence}")
            }
        };
        Ok(Origin { key, digest })
    }
}
