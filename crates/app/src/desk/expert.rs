//! Who may be asked about the points of a provision (专家论证).

use caifeng_domain::{Permission, Role};
use caifeng_store::AccountEntry;

use crate::{App, AppError, Refusal, catalogue::Listed};

impl App {
    /// The experts who may know of a consultation.
    pub async fn experts(&self, listed: &Listed) -> Result<Vec<String>, AppError> {
        let all = self.store.accounts().await?.into_iter();
        let may = |account: &AccountEntry| {
            account.principal.role == Role::Expert
                && !account.is_disabled
                && listed.allows(&account.principal, Permission::Advise)
        };
        Ok(all
            .filter(may)
            .map(|account| account.principal.name)
            .collect())
    }

    pub(super) async fn check_expert(&self, listed: &Listed, name: &str) -> Result<(), AppError> {
        if self
            .experts(listed)
            .await?
            .iter()
            .any(|known| known == name)
        {
            Ok(())
        } else {
            Err(Refusal::UnknownExpert.into())
        }
    }
}
