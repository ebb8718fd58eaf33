//! Accounts of staff and keys of platforms.

mod keys;
mod manage;
mod office;
mod sign_in;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use caifeng_domain::Role;
use caifeng_store::{Principal, PrincipalKind, Reach, StoreError};

use crate::{App, AppError, consultations::cli};

pub use office::{NewPrincipal, roles_for};

/// Characters of the shortest password.
pub const MIN_PASSWORD: usize = 10;

impl App {
    /// Adds an account of staff that reaches everywhere.
    pub async fn add_account(
        &self,
        name: &str,
        role: Role,
        password: String,
    ) -> Result<(), AppError> {
        self.add_account_within(name, role, password, Reach::default())
            .await
    }

    /// Adds an account of staff.
    pub async fn add_account_within(
        &self,
        name: &str,
        role: Role,
        password: String,
        reach: Reach,
    ) -> Result<(), AppError> {
        let hashed = hash_new(password).await?;
        let principal = named(PrincipalKind::Account, name, role, reach)?;
        let added = self.store.add_account(&cli(), &principal, &hashed).await;
        added.map_err(taken)
    }

    /// The place with this code and the consultations with these short names, as a reach.
    pub async fn reach(
        &self,
        station: Option<&str>,
        consultations: &[String],
    ) -> Result<Reach, AppError> {
        let mut reach = Reach::default();
        if let Some(code) = station {
            reach.station = Some(self.place_by_code(code).await?.id);
        }
        if !consultations.is_empty() {
            let mut ids = Vec::new();
            for slug in consultations {
                ids.push(self.choose(Some(slug)).await?.id);
            }
            reach.consultations = Some(ids);
        }
        Ok(reach)
    }
}

fn taken(error: StoreError) -> AppError {
    match error {
        StoreError::NameTaken { name } => AppError::Argument(format!("名称 {name} 已在使用")),
        error => error.into(),
    }
}

fn named(kind: PrincipalKind, name: &str, role: Role, reach: Reach) -> Result<Principal, AppError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !(2..=40).contains(&name.len()) || !name.chars().all(allowed) {
        return Err(AppError::Argument(format!(
            "名称 {name} 应为 2 至 40 个字母、数字、- 或 _"
        )));
    }
    Ok(Principal {
        kind,
        name: name.to_owned(),
        role,
        reach,
        has_factor: false,
    })
}

/// A password that somebody chose, hashed on a thread of its own.
async fn hash_new(password: String) -> Result<String, AppError> {
    if password.chars().count() < MIN_PASSWORD {
        let message = format!("密码至少 {MIN_PASSWORD} 个字");
        return Err(AppError::Argument(message));
    }
    tokio::task::spawn_blocking(move || hash(&password)).await?
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
