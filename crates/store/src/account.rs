//! Accounts of staff, their sessions, and the API keys of platforms.
//!
//! Passwords come here hashed (argon2id, by `app`). Session tokens and API keys are random, so that
//! a keyed hash protects them: who has only the database can use none of them.

mod api_key;
mod factor;
mod session;

use std::time::Duration;

use caifeng_domain::{ConsultationId, Role, StationId};
use jiff::Timestamp;
use sqlx::any::AnyRow;

pub use self::{api_key::KeyEntry, session::SessionEntry};
use crate::{
    Act, Store, StoreError, audit,
    db::Write,
    rows::{Query, corrupt, get, get_time, get_wire, hex, signed, time_text, to_id, wire},
};

/// Wrong passwords in a row before an account is locked.
const MAX_FAILURES: i64 = 5;
/// For how long it is locked.
pub const LOCKOUT: Duration = Duration::from_mins(15);

/// Whether a person signed in or a program showed its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrincipalKind {
    /// A person.
    Account,
    /// A program.
    Key,
}

/// Where somebody may do what their role lets them do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reach {
    /// This place and all below it. None: every place.
    pub station: Option<StationId>,
    /// These consultations. None: every one.
    pub consultations: Option<Vec<ConsultationId>>,
}

/// Who signed in, or whose key it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// What kind of name it is: one of each may be the same.
    pub kind: PrincipalKind,
    /// Name of the account or key: what the audit trail says.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Where it may do so.
    pub reach: Reach,
    /// Whether it signs in with a second factor.
    pub has_factor: bool,
}

/// What is needed to check a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Whose.
    pub principal: Principal,
    /// The password's hash with salt and costs.
    pub password: String,
    /// Until when nobody gets in.
    pub locked_until: Option<Timestamp>,
    /// Whether nobody gets in until it is enabled again.
    pub is_disabled: bool,
    /// The second factor's secret, where one is in use.
    pub factor: Option<Vec<u8>>,
}

/// An account as those see it who look after accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountEntry {
    /// Who.
    pub principal: Principal,
    /// Whether nobody gets in.
    pub is_disabled: bool,
    /// Until when nobody gets in, after wrong passwords.
    pub locked_until: Option<Timestamp>,
}

impl Store {
    /// Adds an account. Its name must not be in use.
    pub async fn add_account(
        &self,
        act: &Act<'_>,
        principal: &Principal,
        password: &str,
    ) -> Result<(), StoreError> {
        let sql = "insert into account
                 (id, name, role, password, created_at, station, consultations)
             values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
        let mut write = self.write().await?;
        let number = write.take_numbers("account", 1).await?;
        insert(&mut write, act, sql, (number, principal, password)).await?;
        audit::append(&mut write, act, "account.add", &principal.name).await?;
        write.commit().await
    }

    /// The account with this name.
    pub async fn credentials(&self, name: &str) -> Result<Option<Credentials>, StoreError> {
        let row = sqlx::query("select * from account where name = $1")
            .bind(name)
            .fetch_optional(self.pool())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let principal = principal(&row, PrincipalKind::Account)?;
        let salt: Option<&str> = get(&row, "factor_salt")?;
        let entry = entry(&row)?;
        Ok(Some(Credentials {
            password: get(&row, "password")?,
            locked_until: entry.locked_until,
            is_disabled: entry.is_disabled,
            factor: salt
                .filter(|_| principal.has_factor)
                .map(|salt| self.factor_secret(salt)),
            principal,
        }))
    }

    /// Every account, by name.
    pub async fn accounts(&self) -> Result<Vec<AccountEntry>, StoreError> {
        sqlx::query("select * from account order by name")
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(entry)
            .collect()
    }

    /// Notes a wrong password. Too many in a row lock the account for [`LOCKOUT`].
    pub async fn note_failure(&self, act: &Act<'_>) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "update account set
                 locked_until = case when failures + 1 >= $1 then $2 else locked_until end,
                 failures = case when failures + 1 >= $1 then 0 else failures + 1 end
             where name = $3",
        )
        .bind(MAX_FAILURES)
        .bind(time_text(act.at + LOCKOUT))
        .bind(act.actor)
        .execute(write.db())
        .await?;
        audit::append(&mut write, act, "session.refuse", act.actor).await?;
        write.commit().await
    }

    /// Replaces a password and ends the account's sessions but for `kept`, the token of one.
    pub async fn set_password(
        &self,
        act: &Act<'_>,
        name: &str,
        password: &str,
        kept: Option<&str>,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "update account set password = $1, failures = 0, locked_until = null where name = $2",
        )
        .bind(password);
        let mut write = self.write().await?;
        if !change(&mut write, query, name).await? {
            return Ok(false);
        }
        self.end_all(&mut write, name, kept).await?;
        audit::append(&mut write, act, "account.password", name).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Changes what an account may do and where, and ends its sessions. False without such an account.
    pub async fn change_account(
        &self,
        act: &Act<'_>,
        name: &str,
        role: Role,
        reach: &Reach,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "update account set role = $1, station = $2, consultations = $3 where name = $4",
        )
        .bind(wire(&Role::ALL, role))
        .bind(reach.station.map(|id| signed(id.get())))
        .bind(reach.consultations_text());
        let mut write = self.write().await?;
        if !change(&mut write, query, name).await? {
            return Ok(false);
        }
        self.end_all(&mut write, name, None).await?;
        let what = format!("{name} {}", wire(&Role::ALL, role));
        audit::append(&mut write, act, "account.change", &what).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Keeps whoever has this account out, ending their sessions, or lets them in again. False
    /// without such an account.
    pub async fn set_disabled(
        &self,
        act: &Act<'_>,
        name: &str,
        is_disabled: bool,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "update account set disabled_at = $1, failures = 0, locked_until = null where name = $2",
        )
        .bind(is_disabled.then(|| time_text(act.at)));
        let mut write = self.write().await?;
        if !change(&mut write, query, name).await? {
            return Ok(false);
        }
        if is_disabled {
            self.end_all(&mut write, name, None).await?;
        }
        let action = if is_disabled {
            "account.disable"
        } else {
            "account.enable"
        };
        audit::append(&mut write, act, action, name).await?;
        write.commit().await?;
        Ok(true)
    }

    /// A random number that nobody guesses: for tokens, keys and idempotency keys.
    pub fn secret(&self) -> Result<String, StoreError> {
        let mut bytes = [0; 20];
        self.random().fill(&mut bytes)?;
        Ok(hex(&bytes))
    }

    /// Random bytes.
    pub fn random_bytes<const N: usize>(&self) -> Result<[u8; N], StoreError> {
        let mut bytes = [0; N];
        self.random().fill(&mut bytes)?;
        Ok(bytes)
    }

    /// A signature of ours over a text: 64 hexadecimal digits, the same in every process.
    #[must_use]
    pub fn signature(&self, purpose: &str, text: &str) -> String {
        self.keyed(&format!("signature {purpose}"), text)
    }

    /// What is kept of a secret: enough to know it again.
    pub(crate) fn keyed(&self, purpose: &str, secret: &str) -> String {
        let parts = [Some(purpose), Some(secret)];
        self.vault().content_hash(parts.into_iter())
    }
}

impl Reach {
    fn consultations_text(&self) -> Option<String> {
        let ids = self.consultations.as_ref()?.iter();
        let ids: Vec<String> = ids.map(|id| id.get().to_string()).collect();
        Some(ids.join(" "))
    }

    fn read(row: &AnyRow) -> Result<Self, StoreError> {
        let station: Option<i64> = get(row, "station")?;
        let consultations: Option<&str> = get(row, "consultations")?;
        let numbers = consultations.map(|text| {
            let id = |word: &str| word.parse().ok().and_then(ConsultationId::new);
            let ids: Option<Vec<_>> = text.split_whitespace().map(id).collect();
            ids.ok_or_else(|| corrupt("consultations", text))
        });
        Ok(Self {
            station: station
                .map(|id| to_id("station", id, StationId::new))
                .transpose()?,
            consultations: numbers.transpose()?,
        })
    }
}

/// Runs an insert of a number, a principal and what shows that somebody is it, unless the name is in
/// use.
async fn insert(
    write: &mut Write<'_>,
    act: &Act<'_>,
    sql: &'static str,
    (number, principal, proof): (u64, &Principal, &str),
) -> Result<(), StoreError> {
    let added = sqlx::query(sql)
        .bind(signed(number))
        .bind(&principal.name)
        .bind(wire(&Role::ALL, principal.role))
        .bind(proof)
        .bind(time_text(act.at))
        .bind(principal.reach.station.map(|id| signed(id.get())))
        .bind(principal.reach.consultations_text())
        .execute(write.db())
        .await?;
    if added.rows_affected() > 0 {
        return Ok(());
    }
    Err(StoreError::NameTaken {
        name: principal.name.clone(),
    })
}

/// Runs an update whose last parameter is the account's name. Whether there is one.
async fn change(write: &mut Write<'_>, query: Query<'_>, name: &str) -> Result<bool, StoreError> {
    let done = query.bind(name.to_owned()).execute(write.db()).await?;
    Ok(done.rows_affected() > 0)
}

fn principal(row: &AnyRow, kind: PrincipalKind) -> Result<Principal, StoreError> {
    Ok(Principal {
        kind,
        name: get(row, "name")?,
        role: get_wire(row, "role", &Role::ALL)?,
        reach: Reach::read(row)?,
        has_factor: kind == PrincipalKind::Account
            && get::<Option<&str>>(row, "factor_since")?.is_some(),
    })
}

fn entry(row: &AnyRow) -> Result<AccountEntry, StoreError> {
    let locked: Option<&str> = get(row, "locked_until")?;
    Ok(AccountEntry {
        principal: principal(row, PrincipalKind::Account)?,
        is_disabled: get::<Option<&str>>(row, "disabled_at")?.is_some(),
        locked_until: locked.map(|_| get_time(row, "locked_until")).transpose()?,
    })
}

#[cfg(test)]
mod tests;
