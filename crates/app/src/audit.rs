//! The audit trail, for those who check it.

use caifeng_store::{AuditEntry, AuditFilter, ChainState};

use crate::{App, AppError};

impl App {
    /// Follows the chain from its start to its end.
    pub async fn verify_audit(&self) -> Result<ChainState, AppError> {
        Ok(self.store.verify_audit().await?)
    }

    /// The entries after a number, at most a thousand.
    pub async fn audit_entries(&self, after: u64) -> Result<Vec<AuditEntry>, AppError> {
        Ok(self.store.audit_entries(after).await?)
    }

    /// The newest entries before a number that are wanted, newest first, at most `limit`.
    pub async fn newest_audit(
        &self,
        before: u64,
        filter: &AuditFilter,
        limit: usize,
    ) -> Result<Vec<AuditEntry>, AppError> {
        Ok(self.store.newest_audit(before, filter, limit).await?)
    }
}
