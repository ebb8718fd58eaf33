//! Keys: one's own, and those of others.

use caifeng_domain::{Named, Permission};
use caifeng_store::{Principal, PublicKey, SignatureSuite, TrustedKey};

use super::ExchangeError;
use crate::{App, AppError, Refusal, consultations::cli};

/// Characters of what an organisation is called.
const MAX_NAME: usize = 60;

/// The key that signs what leaves this house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnKey {
    /// The line that others paste: algorithm and hexadecimal digits.
    pub line: String,
    /// What people compare over the telephone.
    pub fingerprint: String,
    /// How it signs, for readers.
    pub suite: &'static str,
}

/// A key that somebody offers, before anybody believes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedKey {
    /// The key.
    pub key: PublicKey,
    /// What people compare over the telephone.
    pub fingerprint: String,
}

impl App {
    /// The key that signs here, made when it is first asked for.
    pub async fn own_key(&self) -> Result<OwnKey, AppError> {
        let key = self
            .store
            .signing_key(&cli(), self.config.signature)
            .await?;
        let public = key.public();
        Ok(OwnKey {
            line: format!("{} {}", public.suite.wire(), public.to_hex()),
            fingerprint: public.fingerprint(),
            suite: public.suite.chinese(),
        })
    }

    /// Reads a key as [`OwnKey::line`] writes it.
    pub async fn offered_key(&self, line: &str) -> Result<OfferedKey, AppError> {
        let mut parts = line.split_whitespace();
        let suite = parts.next().and_then(SignatureSuite::from_name);
        let bytes = parts.next().and_then(bytes);
        let key = suite.zip(bytes).filter(|_| parts.next().is_none());
        let key = key.and_then(|(suite, bytes)| PublicKey::new(suite, bytes));
        let key = key.ok_or(ExchangeError::BadKey)?;
        let own = self.store.signing_key(&cli(), key.suite).await?;
        if own.public() == key {
            return Err(ExchangeError::OwnKey.into());
        }
        let fingerprint = key.fingerprint();
        Ok(OfferedKey { key, fingerprint })
    }

    /// Believes what is signed with a key to come from this organisation.
    pub async fn trust(
        &self,
        by: Option<&Principal>,
        organisation: &str,
        line: &str,
    ) -> Result<OfferedKey, AppError> {
        let actor = keeper(by)?;
        let organisation = organisation.trim();
        if organisation.is_empty() {
            return Err(Refusal::Needed("对方机关的名称").into());
        }
        let (field, max) = ("对方机关的名称", MAX_NAME);
        if organisation.chars().count() > max || organisation.contains(['/', '\n']) {
            return Err(Refusal::LongField { field, max }.into());
        }
        let offered = self.offered_key(line).await?;
        let act = caifeng_store::Act { actor, ..cli() };
        let is_new = self.store.trust(&act, organisation, &offered.key).await?;
        if is_new {
            Ok(offered)
        } else {
            Err(ExchangeError::KnownKey.into())
        }
    }

    /// Believes a key no more.
    pub async fn distrust(&self, by: Option<&Principal>, id: u64) -> Result<(), AppError> {
        let act = caifeng_store::Act {
            actor: keeper(by)?,
            ..cli()
        };
        if self.store.distrust(&act, id).await? {
            Ok(())
        } else {
            Err(ExchangeError::UnknownKey.into())
        }
    }

    /// All keys that were ever believed.
    pub async fn trusted_keys(&self) -> Result<Vec<TrustedKey>, AppError> {
        Ok(self.store.trusted_keys().await?)
    }
}

/// The name of whoever may keep keys.
fn keeper(by: Option<&Principal>) -> Result<&str, Refusal> {
    match by {
        None => Ok("cli"),
        Some(by) if by.role.may(Permission::ManageAccounts) => Ok(&by.name),
        Some(_) => Err(Refusal::Forbidden),
    }
}

/// The bytes of hexadecimal digits.
pub(super) fn bytes(digits: &str) -> Option<Vec<u8>> {
    let is_even = digits.is_ascii() && digits.len().is_multiple_of(2);
    let pairs = digits.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    pairs.collect::<Option<_>>().filter(|_| is_even)
}
