//! Accounts of staff and keys of platforms.

use std::{sync::Arc, time::Duration};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use caifeng_domain::Role;
use caifeng_store::{Act, Principal, StoreError};
use jiff::Timestamp;

use tokio::time::timeout;

use crate::{App, AppError, Refusal, consultations::cli};

/// How long somebody who signs in waits for the others who do.
const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// Characters of the shortest password.
pub const MIN_PASSWORD: usize = 10;

impl App {
    /// Adds an account of staff.
    pub async fn add_account(
        &self,
        name: &str,
        role: Role,
        password: String,
    ) -> Result<(), AppError> {
        if password.chars().count() < MIN_PASSWORD {
            let message = format!("密码至少 {MIN_PASSWORD} 个字");
            return Err(AppError::Argument(message));
        }
        let hashed = tokio::task::spawn_blocking(move || hash(&password)).await??;
        let principal = named(name, role)?;
        let added = self.store.add_account(&cli(), &principal, &hashed).await;
        added.map_err(taken)
    }

    /// Adds an API key and returns its secret, which cannot be shown again.
    pub async fn add_api_key(&self, name: &str, role: Role) -> Result<String, AppError> {
        let principal = named(name, role)?;
        let added = self.store.add_api_key(&cli(), &principal).await;
        added.map_err(taken)
    }

    /// Ends an API key.
    pub async fn revoke_api_key(&self, name: &str) -> Result<(), AppError> {
        if self.store.revoke_api_key(&cli(), name).await? {
            Ok(())
        } else {
            Err(AppError::Argument(format!("没有名为 {name} 的有效密钥")))
        }
    }

    /// Begins a session and returns its token. A wrong name takes as long as a wrong password.
    pub async fn sign_in(&self, name: &str, password: String) -> Result<String, AppError> {
        // One at a time: a check takes 19 MiB, and the next may only begin when a failure is noted.
        let Ok(Ok(turn)) = timeout(LONGEST_WAIT, Arc::clone(&self.sign_ins).acquire_owned()).await
        else {
            return Err(Refusal::Overloaded.into());
        };
        let act = Act {
            actor: name,
            at: Timestamp::now(),
        };
        let found = self.store.credentials(name).await?;
        if let Some(until) = found.as_ref().and_then(|found| found.locked_until)
            && until > act.at
        {
            return Err(Refusal::Locked.into());
        }
        let stored = found.as_ref().map(|found| found.password.clone());
        // The turn goes along: a caller that stops waiting does not stop the check.
        let (right, turn) = tokio::task::spawn_blocking(move || {
            let right = if let Some(stored) = stored {
                verify(&password, &stored)
            } else {
                let _ = hash(&password);
                false
            };
            (right, turn)
        })
        .await?;
        if right {
            return Ok(self.store.begin_session(&act).await?);
        }
        if found.is_some() {
            self.store.note_failure(&act).await?;
        }
        drop(turn);
        Err(Refusal::WrongPassword.into())
    }

    /// Ends a session.
    pub async fn sign_out(&self, token: &str) -> Result<(), AppError> {
        Ok(self.store.end_session(token).await?)
    }

    /// Whose session this is.
    pub async fn session(&self, token: &str) -> Result<Option<Principal>, AppError> {
        Ok(self.store.session(token, Timestamp::now()).await?)
    }

    /// Whose API key this is.
    pub async fn api_key(&self, secret: &str) -> Result<Option<Principal>, AppError> {
        Ok(self.store.api_key(secret).await?)
    }
}

fn taken(error: StoreError) -> AppError {
    match error {
        StoreError::NameTaken { name } => AppError::Argument(format!("名称 {name} 已在使用")),
        error => error.into(),
    }
}

fn named(name: &str, role: Role) -> Result<Principal, AppError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !(2..=40).contains(&name.len()) || !name.chars().all(allowed) {
        return Err(AppError::Argument(format!(
            "名称 {name} 应为 2 至 40 个字母、数字、- 或 _"
        )));
    }
    Ok(Principal {
        name: name.to_owned(),
        role,
    })
}

/// argon2id with the parameters that OWASP recommends (19 MiB, two passes), and a fresh salt.
fn hash(password: &str) -> Result<String, AppError> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| AppError::Password(error.to_string()))
}

fn verify(password: &str, stored: &str) -> bool {
    PasswordHash::new(stored).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}
