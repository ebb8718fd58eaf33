//! Accounts and keys by the security administrator in a browser.

use caifeng_domain::{Named, Permission, Role};
use caifeng_store::{AccountEntry, Principal, PrincipalKind, Reach};

use super::{hash_new, manage::there, named, taken};
use crate::{App, AppError, Problems, Refusal, consultations::by_name};

/// What a first password is made of: 32 signs that are not taken for one another.
const SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Signs of a first password, of five bits each.
const SIGNS_OF_ONE: usize = 16;

/// What was filled in for an account or a key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewPrincipal {
    /// Name.
    pub name: String,
    /// Wire name of its [`Role`].
    pub role: String,
    /// Code of the place that it is confined to; empty for none.
    pub station: String,
    /// Short names of the consultations that it is confined to; none for all.
    pub consultations: Vec<String>,
}

impl App {
    /// Adds an account and returns its first password: the one that was typed, or a random one where
    /// none was.
    ///
    /// # Errors
    /// [`AppError::Form`] with everything that is not filled in as it should be.
    pub async fn make_account(
        &self,
        by: &Principal,
        new: &NewPrincipal,
        password: &str,
    ) -> Result<String, AppError> {
        let mut problems = Problems::default();
        let principal = self
            .principal(by, PrincipalKind::Account, new, &mut problems)
            .await?;
        let (password, hashed) = self.first_password(password, &mut problems).await?;
        match (principal, hashed) {
            (Some(principal), Some(hashed)) if problems.is_empty() => {
                let added = self
                    .store
                    .add_account(&by_name(by), &principal, &hashed)
                    .await;
                problems.hear("name", added.map_err(taken))?;
            }
            _ => {}
        }
        problems.settle()?;
        Ok(password)
    }

    /// An account by its name.
    pub async fn account(&self, by: &Principal, name: &str) -> Result<AccountEntry, AppError> {
        check(by)?;
        let mut all = self.store.accounts().await?.into_iter();
        let found = all.find(|account| account.principal.name == name);
        Ok(found.ok_or(Refusal::UnknownAddress)?)
    }

    /// Changes what an account may do and where, and ends its sessions. Nobody changes their own, so
    /// that there is always one left who may.
    pub async fn change_account(
        &self,
        by: &Principal,
        name: &str,
        wanted: &NewPrincipal,
    ) -> Result<(), AppError> {
        self.account(by, name).await?;
        let mut problems = Problems::default();
        if name == by.name {
            problems.add("role", "不能更改自己的角色和范围，请由另一位安全管理员更改");
        }
        let role = problems.hear("role", role(PrincipalKind::Account, &wanted.role))?;
        let reach = self.asked_reach(wanted, &mut problems).await?;
        problems.settle()?;
        if let Some(role) = role {
            let act = by_name(by);
            let changed = self.store.change_account(&act, name, role, &reach).await?;
            there(name, changed)?;
        }
        Ok(())
    }

    /// Gives an account a new password, as the old one was forgotten, and ends its sessions. Returns it.
    pub async fn give_password(
        &self,
        by: &Principal,
        name: &str,
        password: &str,
    ) -> Result<String, AppError> {
        self.account(by, name).await?;
        let mut problems = Problems::default();
        if name == by.name {
            problems.add("password", "自己的密码在“我的账号”里修改");
        }
        let (password, hashed) = self.first_password(password, &mut problems).await?;
        problems.settle()?;
        if let Some(hashed) = hashed {
            let act = by_name(by);
            let done = self.store.set_password(&act, name, &hashed, None).await?;
            there(name, done)?;
        }
        Ok(password)
    }

    /// Adds an API key and returns its secret, which cannot be shown again.
    ///
    /// # Errors
    /// [`AppError::Form`] with everything that is not filled in as it should be.
    pub async fn issue_key(&self, by: &Principal, new: &NewPrincipal) -> Result<String, AppError> {
        let mut problems = Problems::default();
        let principal = self
            .principal(by, PrincipalKind::Key, new, &mut problems)
            .await?;
        let mut secret = None;
        if let Some(principal) = principal.filter(|_| problems.is_empty()) {
            let added = self.store.add_api_key(&by_name(by), &principal).await;
            secret = problems.hear("name", added.map_err(taken))?;
        }
        match secret {
            Some(secret) => Ok(secret),
            None => Err(problems.into()),
        }
    }

    /// Ends an API key.
    pub async fn end_key(&self, by: &Principal, name: &str) -> Result<(), AppError> {
        check(by)?;
        if self.store.revoke_api_key(&by_name(by), name).await? {
            Ok(())
        } else {
            Err(Refusal::Handled.into())
        }
    }

    async fn principal(
        &self,
        by: &Principal,
        kind: PrincipalKind,
        new: &NewPrincipal,
        problems: &mut Problems,
    ) -> Result<Option<Principal>, AppError> {
        check(by)?;
        let role = problems.hear("role", role(kind, &new.role))?;
        let reach = self.asked_reach(new, problems).await?;
        // Of a name alone is said what is wrong with it, whatever the role.
        let any = role.unwrap_or(Role::Collector);
        let made = named(kind, new.name.trim(), any, reach);
        let made = problems.hear("name", made)?;
        Ok(made.filter(|_| role.is_some()))
    }

    async fn asked_reach(
        &self,
        asked: &NewPrincipal,
        problems: &mut Problems,
    ) -> Result<Reach, AppError> {
        let station = Some(&*asked.station).filter(|code| !code.is_empty());
        let place = self.reach(station, &[]).await;
        let place = problems.hear("station", place)?.unwrap_or_default();
        let these = self.reach(None, &asked.consultations).await;
        let these = problems.hear("consultations", these)?.unwrap_or_default();
        Ok(Reach {
            station: place.station,
            consultations: these.consultations,
        })
    }

    /// A password and its hash; a random one where none was typed. No hash where it is too short.
    async fn first_password(
        &self,
        typed: &str,
        problems: &mut Problems,
    ) -> Result<(String, Option<String>), AppError> {
        let password = if typed.is_empty() {
            let bytes = self.store.random_bytes::<SIGNS_OF_ONE>()?;
            let signs = bytes.map(|byte| char::from(SIGNS[usize::from(byte) % SIGNS.len()]));
            let groups = signs.chunks(4).map(String::from_iter);
            groups.collect::<Vec<_>>().join("-")
        } else {
            typed.to_owned()
        };
        let hashed = hash_new(password.clone()).await;
        Ok((password, problems.hear("password", hashed)?))
    }
}

fn check(by: &Principal) -> Result<(), AppError> {
    if by.role.may(Permission::ManageAccounts) {
        Ok(())
    } else {
        Err(Refusal::Forbidden.into())
    }
}

/// A role that an account or a key may have: people do not sign in as platforms, and no program is an
/// administrator.
fn role(kind: PrincipalKind, name: &str) -> Result<Role, AppError> {
    let found = roles_for(kind).into_iter().find(|role| role.wire() == name);
    found.ok_or_else(|| AppError::Argument("请选择角色".to_owned()))
}

/// The roles that are offered for an account or a key, the usual ones first.
#[must_use]
pub fn roles_for(kind: PrincipalKind) -> Vec<Role> {
    let is_machine = |role: &Role| matches!(role, Role::Platform | Role::Observer);
    let all = Role::NAMES.iter().map(|&(role, ..)| role);
    match kind {
        PrincipalKind::Account => all.filter(|role| !is_machine(role)).collect(),
        PrincipalKind::Key => {
            let rest = all.filter(|role| !is_machine(role) && !role.is_administrator());
            [Role::Platform, Role::Observer]
                .into_iter()
                .chain(rest)
                .collect()
        }
    }
}
