//! Signing in, sessions, and the second factor.

use std::{sync::Arc, time::Duration};

use caifeng_store::{Act, Credentials, Principal, SessionEntry};
use jiff::Timestamp;
use tokio::{sync::OwnedSemaphorePermit, time::timeout};

use super::{hash, hash_new, verify};
use crate::{App, AppError, Refusal, totp};

/// How long somebody who signs in waits for the others who do.
const LONGEST_WAIT: Duration = Duration::from_secs(3);

impl App {
    /// Begins a session of an account without a second factor and returns its token.
    pub async fn sign_in(&self, name: &str, password: String) -> Result<String, AppError> {
        self.sign_in_with(name, password, "").await
    }

    /// Begins a session and returns its token. `code` is the one-time password of accounts that have
    /// a second factor. A wrong name takes as long as a wrong password.
    pub async fn sign_in_with(
        &self,
        name: &str,
        password: String,
        code: &str,
    ) -> Result<String, AppError> {
        let turn = self.sign_in_turn().await?;
        let act = act(name);
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
        if let Some(found) = &found {
            if right && self.is_second_right(found, code).await? {
                return Ok(self.store.begin_session(&act).await?);
            }
            self.store.note_failure(&act).await?;
        }
        drop(turn);
        Err(Refusal::WrongPassword.into())
    }

    /// One at a time: a check takes 19 MiB, and the next may only begin when a failure is noted.
    async fn sign_in_turn(&self) -> Result<OwnedSemaphorePermit, AppError> {
        match timeout(LONGEST_WAIT, Arc::clone(&self.sign_ins).acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(Refusal::Overloaded.into()),
        }
    }

    /// Whether `by`, who is signed in, knows their password too: a session may have been stolen. A
    /// wrong one counts like one at signing in. The turn is to be held until what follows is done.
    async fn prove_password(
        &self,
        by: &Principal,
        password: String,
    ) -> Result<OwnedSemaphorePermit, AppError> {
        let turn = self.sign_in_turn().await?;
        let act = act(&by.name);
        let found = self.store.credentials(&by.name).await?;
        let found = found.ok_or(Refusal::Unauthenticated)?;
        if found.locked_until.is_some_and(|until| until > act.at) {
            return Err(Refusal::Locked.into());
        }
        let check = move || (verify(&password, &found.password), turn);
        let (right, turn) = tokio::task::spawn_blocking(check).await?;
        if right {
            return Ok(turn);
        }
        self.store.note_failure(&act).await?;
        Err(Refusal::WrongPassword.into())
    }

    /// Whether an account whose password was right may come in with this code.
    async fn is_second_right(&self, found: &Credentials, code: &str) -> Result<bool, AppError> {
        if found.is_disabled {
            return Err(Refusal::Disabled.into());
        }
        let Some(secret) = &found.factor else {
            return Ok(true);
        };
        if code.trim().is_empty() {
            return Err(Refusal::CodeNeeded.into());
        }
        match totp::step(secret, code, Timestamp::now()) {
            Some(step) => {
                let name = &found.principal.name;
                Ok(self.store.use_factor_step(name, step).await?)
            }
            None => Ok(false),
        }
    }

    /// Ends a session.
    pub async fn sign_out(&self, token: &str) -> Result<(), AppError> {
        Ok(self.store.end_session(token).await?)
    }

    /// Whose session this is.
    pub async fn session(&self, token: &str) -> Result<Option<Principal>, AppError> {
        Ok(self.store.session(token, Timestamp::now()).await?)
    }

    /// The sessions of an account, or all; `token` is that of whoever asks.
    pub async fn sessions(
        &self,
        account: Option<&str>,
        token: Option<&str>,
    ) -> Result<Vec<SessionEntry>, AppError> {
        let now = Timestamp::now();
        Ok(self.store.sessions(account, token, now).await?)
    }

    /// Ends a session of `by`'s by its number.
    pub async fn end_own_session(&self, by: &Principal, number: u64) -> Result<(), AppError> {
        let act = act(&by.name);
        // One that has ended already is what was wanted.
        self.store
            .end_session_number(&act, number, Some(&by.name))
            .await?;
        Ok(())
    }

    /// Changes the password of `by`, who knows the old one, and ends their other sessions.
    pub async fn change_password(
        &self,
        by: &Principal,
        token: &str,
        old: String,
        new: String,
    ) -> Result<(), AppError> {
        let turn = self.prove_password(by, old).await?;
        let hashed = hash_new(new).await?;
        let act = act(&by.name);
        self.store
            .set_password(&act, &by.name, &hashed, Some(token))
            .await?;
        drop(turn);
        Ok(())
    }

    /// The secret that waits for `by` to confirm it, a new one where there is none, as text for a
    /// telephone. None where a second factor is in use.
    pub async fn factor_to_confirm(&self, by: &Principal) -> Result<Option<String>, AppError> {
        let waiting = match self.store.unconfirmed_factor(&by.name).await? {
            Some(secret) => Some(secret),
            None => self.store.new_factor(&by.name).await?,
        };
        Ok(waiting.map(|secret| totp::base32(&secret)))
    }

    /// Puts the second factor in use, as `code` shows that the telephone has it, and the password
    /// that the telephone is the account's.
    pub async fn confirm_factor(
        &self,
        by: &Principal,
        password: String,
        code: &str,
    ) -> Result<(), AppError> {
        let _turn = self.prove_password(by, password).await?;
        let act = act(&by.name);
        let waiting = self.store.unconfirmed_factor(&by.name).await?;
        let secret = waiting.ok_or(Refusal::WrongCode)?;
        let step = totp::step(&secret, code, act.at).ok_or(Refusal::WrongCode)?;
        self.store.use_factor_step(&by.name, step).await?;
        Ok(self.store.confirm_factor(&act).await?)
    }
}

fn act(name: &str) -> Act<'_> {
    Act {
        actor: name,
        at: Timestamp::now(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use caifeng_domain::Role;
    use caifeng_store::Principal;

    use crate::{App, AppError, Refusal, testing::config};

    const OLD: &str = "一二三四五六七八九十";

    async fn signed_in(app: &App) -> (Principal, String) {
        app.add_account("ceshi", Role::StationOfficer, OLD.to_owned())
            .await
            .unwrap();
        let token = app.sign_in("ceshi", OLD.to_owned()).await.unwrap();
        (app.session(&token).await.unwrap().unwrap(), token)
    }

    #[tokio::test]
    async fn of_two_changes_at_once_the_second_finds_that_the_password_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(config(folder.path())).await.unwrap();
        let (by, token) = signed_in(&app).await;
        let new = ["甲甲甲甲甲甲甲甲甲甲", "乙乙乙乙乙乙乙乙乙乙"];
        let change = |new: &str| app.change_password(&by, &token, OLD.to_owned(), new.to_owned());
        let (first, second) = tokio::join!(change(new[0]), change(new[1]));
        let refused = |done: &Result<(), AppError>| {
            matches!(done, Err(AppError::Refused(Refusal::WrongPassword)))
        };
        let in_force = match (&first, &second) {
            (Ok(()), second) if refused(second) => new[0],
            (first, Ok(())) if refused(first) => new[1],
            other => panic!("{other:?}"),
        };
        assert!(app.sign_in("ceshi", in_force.to_owned()).await.is_ok());
        assert!(app.sign_in("ceshi", OLD.to_owned()).await.is_err());
    }

    #[tokio::test]
    async fn who_waits_too_long_for_the_others_is_asked_to_come_back_and_nothing_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(config(folder.path())).await.unwrap();
        let (by, token) = signed_in(&app).await;
        let turn = Arc::clone(&app.sign_ins).acquire_owned().await.unwrap();
        let new = "甲甲甲甲甲甲甲甲甲甲".to_owned();
        let (changed, confirmed, signed_in) = tokio::join!(
            app.change_password(&by, &token, OLD.to_owned(), new),
            app.confirm_factor(&by, OLD.to_owned(), "123456"),
            app.sign_in("ceshi", OLD.to_owned()),
        );
        for waited in [changed, confirmed, signed_in.map(|_| ())] {
            let overloaded = matches!(waited, Err(AppError::Refused(Refusal::Overloaded)));
            assert!(overloaded, "{waited:?}");
        }
        drop(turn);
        assert!(app.sign_in("ceshi", OLD.to_owned()).await.is_ok());
    }
}
