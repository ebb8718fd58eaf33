//! Looking after the keys of the identity vault.

use caifeng_domain::Permission;
use caifeng_store::{Act, IdentityKey, Principal, Suite, VaultKey};
use jiff::Timestamp;

use crate::{App, AppError, Refusal, consultations::cli, worker::ROTATION};

/// What an exchange of keys did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotated {
    /// Number of the new key; none where an earlier exchange was finished instead.
    pub new_key: Option<u32>,
    /// Values sealed anew.
    pub resealed: usize,
    /// Files sealed anew.
    pub files: usize,
}

impl App {
    /// The keys that seal, and how many values and files are not sealed with the newest.
    pub async fn vault(&self) -> Result<(Vec<VaultKey>, usize), AppError> {
        Ok((self.store.vault_keys().await?, self.sealed_before().await?))
    }

    async fn sealed_before(&self) -> Result<usize, AppError> {
        self.store.refresh_keys().await?;
        Ok(self.store.sealed_before().await? + self.files_sealed_before().await?.len())
    }

    /// Makes a new key and seals everything with it, while everything else goes on. What an
    /// interrupted exchange left is finished first, without another key. `done` hears how many
    /// values, then files, are through. Files are those of this machine's data folder.
    pub async fn rotate_vault(
        &self,
        suite: Option<Suite>,
        done: &(dyn Fn(usize) + Sync),
    ) -> Result<Rotated, AppError> {
        self.rotate_vault_as(&cli(), suite, done).await
    }

    /// Has the vault's key exchanged behind the scenes, at the wish of `by`.
    pub async fn ask_for_rotation(&self, by: &Principal) -> Result<(), AppError> {
        if !by.role.may(Permission::ManageAccounts) {
            return Err(Refusal::Forbidden.into());
        }
        let now = Timestamp::now();
        let asked = self.store.enqueue_once(ROTATION, &by.name, now, now);
        Ok(asked.await?)
    }

    /// The job that does it. Tried again, it finishes what the attempt before began.
    pub(crate) async fn rotate_asked(
        &self,
        actor: &str,
        done: &(dyn Fn(usize) + Sync),
    ) -> Result<(), AppError> {
        let at = Timestamp::now();
        self.rotate_vault_as(&Act { actor, at }, None, done).await?;
        Ok(())
    }

    async fn rotate_vault_as(
        &self,
        act: &Act<'_>,
        suite: Option<Suite>,
        done: &(dyn Fn(usize) + Sync),
    ) -> Result<Rotated, AppError> {
        let keys = self.store.vault_keys().await?;
        // Before there was a second key, what was sealed long ago has no number: not an interrupted one.
        let interrupted = keys.len() > 1 && self.sealed_before().await? > 0;
        let mut new_key = None;
        if !interrupted {
            let newest = keys.last().map(|key| key.suite);
            let suite = suite.or(newest).unwrap_or(Suite::Sm4Gcm);
            new_key = Some(self.store.add_vault_key(act, suite).await?);
        }
        let resealed = self.store.reseal(act, done).await?;
        let files = self.reseal_files(&|files| done(resealed + files)).await?;
        Ok(Rotated {
            new_key,
            resealed,
            files,
        })
    }

    /// Exchanges the master key: see [`caifeng_store::Store::exchange_master`].
    pub async fn exchange_master(&self, given: Option<IdentityKey>) -> Result<(), AppError> {
        if self.config.identity_key.is_some() != given.is_some() {
            let message = "主密钥由环境变量提供时，请把新密钥放在 CAIFENG_NEW_IDENTITY_KEY 里；\
                           主密钥在文件里时，不要设置这个变量";
            return Err(AppError::Argument(message.to_owned()));
        }
        Ok(self.store.exchange_master(&cli(), given).await?)
    }
}
