//! What those see who look after the program: consultations with their drafts.

use caifeng_store::Principal;
use jiff::Timestamp;

use crate::{App, AppError, Listed};

/// A version of a draft, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftVersion {
    /// 一审稿, or whatever it is called.
    pub version: String,
    /// Name of the file.
    pub file_name: String,
    /// When it was imported.
    pub imported_at: Timestamp,
}

impl App {
    /// Every consultation that `by` may know of, with the versions of its draft, oldest first.
    pub async fn consultations_with_drafts(
        &self,
        by: &Principal,
    ) -> Result<Vec<(Listed, Vec<DraftVersion>)>, AppError> {
        let mut out = Vec::new();
        for listed in self.consultations().await?.iter() {
            if !listed.is_known_to(Some(by)) {
                continue;
            }
            out.push((listed.clone(), self.draft_versions(listed).await?));
        }
        Ok(out)
    }

    /// The versions of a consultation's draft, oldest first.
    pub async fn draft_versions(&self, listed: &Listed) -> Result<Vec<DraftVersion>, AppError> {
        let versions = self.store.drafts(listed.id).await?.into_iter();
        let version = |draft: caifeng_store::Draft| DraftVersion {
            version: draft.record.version,
            file_name: draft.record.file_name,
            imported_at: draft.imported_at,
        };
        Ok(versions.map(version).collect())
    }

    /// Days after the end of a consultation on which its senders are forgotten. None: only when
    /// somebody asks.
    #[must_use]
    pub fn retention_days(&self) -> Option<u32> {
        self.config.retention_days
    }
}
