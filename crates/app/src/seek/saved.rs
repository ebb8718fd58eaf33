//! Searches that somebody keeps.

use caifeng_store::{Principal, PrincipalKind, SavedSearch};
use jiff::Timestamp;

use crate::{App, AppError, MAX_FIELD_CHARS, Refusal};

/// Longest query kept, in bytes of the page's address.
const MAX_QUERY: usize = 2_000;

impl App {
    /// Keeps a search under a name; one of the same name is replaced.
    pub async fn save_search(
        &self,
        by: &Principal,
        name: &str,
        query: &str,
    ) -> Result<(), AppError> {
        let owner = owner(by)?;
        let name = name.trim();
        let is_short = (1..=MAX_FIELD_CHARS).contains(&name.chars().count());
        if !is_short || name.contains(char::is_control) {
            let message = format!("名称应有 1 至 {MAX_FIELD_CHARS} 字");
            return Err(AppError::Argument(message));
        }
        if query.len() > MAX_QUERY || query.contains(char::is_control) {
            return Err(AppError::Argument("检索条件太长，不能保存".to_owned()));
        }
        let at = Timestamp::now();
        Ok(self.store.save_search(owner, name, query, at).await?)
    }

    /// The searches that somebody keeps, by name; none for keys.
    pub async fn saved_searches(&self, by: &Principal) -> Result<Vec<SavedSearch>, AppError> {
        match owner(by) {
            Ok(owner) => Ok(self.store.saved_searches(owner).await?),
            Err(_) => Ok(Vec::new()),
        }
    }

    /// Keeps a search no longer.
    pub async fn forget_search(&self, by: &Principal, number: u64) -> Result<(), AppError> {
        Ok(self.store.forget_search(owner(by)?, number).await?)
    }
}

/// Accounts keep searches, keys do not.
fn owner(by: &Principal) -> Result<&str, Refusal> {
    match by.kind {
        PrincipalKind::Account => Ok(&by.name),
        PrincipalKind::Key => Err(Refusal::Forbidden),
    }
}
