//! API keys of platforms and devices.

use caifeng_domain::Role;
use caifeng_store::{KeyEntry, Principal, PrincipalKind, Reach};

use super::{named, taken};
use crate::{App, AppError, consultations::cli};

impl App {
    /// Adds an API key that reaches everywhere and returns its secret, which cannot be shown again.
    pub async fn add_api_key(&self, name: &str, role: Role) -> Result<String, AppError> {
        self.add_api_key_within(name, role, Reach::default()).await
    }

    /// Adds an API key and returns its secret.
    pub async fn add_api_key_within(
        &self,
        name: &str,
        role: Role,
        reach: Reach,
    ) -> Result<String, AppError> {
        let principal = named(PrincipalKind::Key, name, role, reach)?;
        let added = self.store.add_api_key(&cli(), &principal).await;
        added.map_err(taken)
    }

    /// The keys that work.
    pub async fn api_keys(&self) -> Result<Vec<KeyEntry>, AppError> {
        Ok(self.store.api_keys().await?)
    }

    /// Ends an API key.
    pub async fn revoke_api_key(&self, name: &str) -> Result<(), AppError> {
        if self.store.revoke_api_key(&cli(), name).await? {
            Ok(())
        } else {
            Err(AppError::Argument(format!("没有名为 {name} 的有效密钥")))
        }
    }

    /// Whose API key this is.
    pub async fn api_key(&self, secret: &str) -> Result<Option<Principal>, AppError> {
        Ok(self.store.api_key(secret).await?)
    }
}
