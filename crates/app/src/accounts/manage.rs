//! What those do who look after accounts.

use caifeng_store::{AccountEntry, Act};

use super::hash_new;
use crate::{App, AppError, consultations::cli};

impl App {
    /// Every account.
    pub async fn accounts(&self) -> Result<Vec<AccountEntry>, AppError> {
        Ok(self.store.accounts().await?)
    }

    /// Keeps an account out and ends its sessions, or lets it in again. `by` is who does it.
    pub async fn set_disabled(
        &self,
        by: &str,
        name: &str,
        is_disabled: bool,
    ) -> Result<(), AppError> {
        let act = as_actor(by);
        there(
            name,
            self.store.set_disabled(&act, name, is_disabled).await?,
        )
    }

    /// Takes the second factor of an account away, as its telephone is lost.
    pub async fn remove_factor(&self, by: &str, name: &str) -> Result<(), AppError> {
        let act = as_actor(by);
        there(name, self.store.remove_factor(&act, name).await?)
    }

    /// Gives an account a new password, as the old one was forgotten, and ends its sessions.
    pub async fn reset_password(&self, name: &str, password: String) -> Result<(), AppError> {
        let hashed = hash_new(password).await?;
        let act = cli();
        there(
            name,
            self.store.set_password(&act, name, &hashed, None).await?,
        )
    }

    /// Ends any session by its number.
    pub async fn end_session(&self, number: u64) -> Result<(), AppError> {
        if self.store.end_session_number(&cli(), number, None).await? {
            Ok(())
        } else {
            Err(AppError::Argument(format!("没有编号为 {number} 的会话")))
        }
    }
}

fn as_actor(name: &str) -> Act<'_> {
    Act {
        actor: name,
        at: jiff::Timestamp::now(),
    }
}

pub(super) fn there(name: &str, done: bool) -> Result<(), AppError> {
    if done {
        Ok(())
    } else {
        Err(AppError::Argument(format!("没有名为 {name} 的账号")))
    }
}
