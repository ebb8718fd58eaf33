//! Sealing of personal data, and pseudonyms.
//!
//! Envelopes: the master key, which is not in the database, wraps the keys in the table `vault_key`.
//! The newest of these seals names and telephone numbers ([`Suite`] says with which cipher); another,
//! which never changes, makes the keyed hashes by which a sender is recognised again. Who has only
//! the database has no identities.

mod ring;
mod suite;

use std::sync::{Arc, PoisonError, RwLock};

use aes_gcm::KeyInit;
use caifeng_domain::{CollectorId, ConsultationId, SubmissionId, Submitter};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sm3::Sm3;

pub(crate) use self::ring::{Purpose, Ring, WrappedKey, derive, fingerprint, first_seal_key};
pub use self::suite::Suite;
use self::suite::{NONCE_BYTES, Provider};
use crate::{Random, StoreError};

/// Before every sealed text: this, and the number of the key.
const MAGIC: &[u8; 4] = b"CFv1";
/// Bytes of both.
pub(crate) const HEADER_BYTES: usize = 8;
/// What opens texts without a header, which were sealed before there were several keys.
const FIRST_SEAL: u32 = 2;

/// What is sealed.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Identity {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
}

/// Whose identity it is. What was sealed for one opens for no other.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Owner {
    Sender(SubmissionId),
    Collector(CollectorId),
    /// A row of the table of that name.
    Row(&'static str, u64),
}

impl Owner {
    /// For a sender its number alone, as it was before there were other owners.
    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Sender(id) => id.get().to_be_bytes().to_vec(),
            Self::Collector(id) => [&b"collector"[..], &id.get().to_be_bytes()].concat(),
            Self::Row(table, id) => [table.as_bytes(), &id.to_be_bytes()].concat(),
        }
    }

    fn unsealable(self) -> StoreError {
        StoreError::Unsealable {
            owner: match self {
                Self::Sender(id) => id.to_string(),
                Self::Collector(id) => id.to_string(),
                Self::Row(table, id) => format!("{table} {id}"),
            },
        }
    }
}

/// Opens and seals.
pub(crate) struct Vault {
    ring: RwLock<Arc<Ring>>,
}

impl Vault {
    pub(crate) fn new(ring: Ring) -> Self {
        Self {
            ring: RwLock::new(Arc::new(ring)),
        }
    }

    /// The keys at work.
    pub(crate) fn ring(&self) -> Arc<Ring> {
        // Nothing is left half done by a panic: the whole ring is exchanged.
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Exchanges the keys.
    pub(crate) fn replace(&self, ring: Ring) {
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
    }

    /// What is before every text sealed with the newest key.
    pub(crate) fn header(&self) -> Vec<u8> {
        let ring = self.ring();
        header(ring.seals.keys().next_back().copied().unwrap_or_default()).to_vec()
    }

    /// Name and telephone, bound to their owner. None when neither is known.
    pub(crate) fn seal(
        &self,
        owner: Owner,
        submitter: &Submitter,
        random: &dyn Random,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let known = [&submitter.name, &submitter.phone, &submitter.account];
        if known.into_iter().all(Option::is_none) {
            return Ok(None);
        }
        let plain = serde_json::to_vec(&Identity {
            name: submitter.name.clone(),
            phone: submitter.phone.clone(),
            account: submitter.account.clone(),
        })
        .map_err(StoreError::Unstorable)?;
        self.seal_bytes(owner, &plain, random).map(Some)
    }

    /// Any secret, bound to its owner.
    pub(crate) fn seal_bytes(
        &self,
        owner: Owner,
        plain: &[u8],
        random: &dyn Random,
    ) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE_BYTES];
        random.fill(&mut nonce)?;
        let ring = self.ring();
        let newest = ring.seals.iter().next_back();
        let (key, provider) = newest.ok_or_else(|| owner.unsealable())?;
        let sealed = provider.seal(nonce, plain, &owner.bytes());
        let sealed = sealed.ok_or_else(|| owner.unsealable())?;
        Ok([&header(*key)[..], &nonce, &sealed].concat())
    }

    /// Puts name and telephone back.
    pub(crate) fn open(
        &self,
        owner: Owner,
        sealed: &[u8],
        submitter: &mut Submitter,
    ) -> Result<(), StoreError> {
        let plain = self.open_bytes(owner, sealed)?;
        let identity: Identity = serde_json::from_slice(&plain).map_err(|_| owner.unsealable())?;
        submitter.name = identity.name;
        submitter.phone = identity.phone;
        submitter.account = identity.account;
        Ok(())
    }

    /// Whether a text names a key that is not at work here.
    pub(crate) fn is_strange(&self, sealed: &[u8]) -> bool {
        split(sealed).is_some_and(|(key, _)| !self.ring().seals.contains_key(&key))
    }

    /// What [`Vault::seal_bytes`] sealed.
    pub(crate) fn open_bytes(&self, owner: Owner, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let ring = self.ring();
        let aad = owner.bytes();
        // A text without a header may, once in 2^32, look as if it had one: so both are tried.
        split(sealed)
            .and_then(|(key, sealed)| open(&**ring.seals.get(&key)?, sealed, &aad))
            .or_else(|| open(&**ring.seals.get(&FIRST_SEAL)?, sealed, &aad))
            .ok_or_else(|| owner.unsealable())
    }

    /// Keyed hash of who sent it: of the telephone number, else of the account, else of name and
    /// region together, else nothing, as a name alone is shared by too many. Different in every consultation, so that
    /// nobody is followed from one to the next.
    pub(crate) fn pseudonym(
        &self,
        consultation: ConsultationId,
        submitter: &Submitter,
    ) -> Option<String> {
        let phone = submitter.phone.as_deref().map(significant_digits);
        let named = submitter.name.as_deref().zip(submitter.region.as_deref());
        let (kind, first, second) = match (phone, &submitter.account, named) {
            (Some(phone), _, _) if phone.len() >= 7 => (&b"phone"[..], phone, ""),
            (_, Some(account), _) => (&b"account"[..], account.clone(), ""),
            (_, _, Some((name, region))) if !name.trim().is_empty() => {
                (&b"named"[..], name.trim().to_owned(), region.trim())
            }
            _ => return None,
        };
        let mut mac = self.ring().pseudonym.clone();
        mac.update(&consultation.get().to_be_bytes());
        mac.update(kind);
        update_framed(&mut mac, &first);
        update_framed(&mut mac, second);
        Some(crate::rows::hex(&mac.finalize().into_bytes()))
    }

    /// What a package calls something: 128 bits of a keyed hash of what it is and its number, so that
    /// it is the same in every package of a series and says nothing to whoever reads it.
    pub(crate) fn package_name(&self, what: &str, numbers: &[u64]) -> String {
        let mut mac = self.ring().package.clone();
        update_framed(&mut mac, what);
        for number in numbers {
            mac.update(&number.to_be_bytes());
        }
        let mut name = crate::rows::hex(&mac.finalize().into_bytes());
        name.truncate(32);
        name
    }

    /// What a sender is known again by who came in a package, under a name that means something to
    /// its sender only.
    pub(crate) fn foreign_pseudonym(
        &self,
        consultation: ConsultationId,
        series: &str,
        name: &str,
    ) -> String {
        let mut mac = self.ring().pseudonym.clone();
        mac.update(&consultation.get().to_be_bytes());
        mac.update(b"package");
        update_framed(&mut mac, series);
        update_framed(&mut mac, name);
        crate::rows::hex(&mac.finalize().into_bytes())
    }

    /// Keyed hash of texts in order. Keyed, as a plain hash of a known text and an unknown
    /// telephone number is guessed in minutes.
    pub(crate) fn content_hash<'t>(&self, parts: impl Iterator<Item = Option<&'t str>>) -> String {
        let mut mac = self.ring().content.clone();
        for part in parts {
            mac.update(&[u8::from(part.is_some())]);
            update_framed(&mut mac, part.unwrap_or_default());
        }
        crate::rows::hex(&mac.finalize().into_bytes())
    }
}

/// Length first, so that neighbours cannot be confused.
fn update_framed(mac: &mut Hmac<Sm3>, text: &str) {
    mac.update(&(text.len() as u64).to_be_bytes());
    mac.update(text.as_bytes());
}

fn keyed(key: &[u8; 32]) -> Hmac<Sm3> {
    // Written so because `new_from_slice` returns an error that HMAC never has.
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    KeyInit::new(&block.into())
}

fn header(key: u32) -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    header[..4].copy_from_slice(MAGIC);
    header[4..].copy_from_slice(&key.to_be_bytes());
    header
}

/// Whether bytes look as if they were sealed.
pub(crate) fn is_sealed(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Number of the key and the rest, where there is a header.
fn split(sealed: &[u8]) -> Option<(u32, &[u8])> {
    let (magic, rest) = sealed.split_first_chunk::<4>()?;
    let (key, rest) = rest.split_first_chunk()?;
    (magic == MAGIC).then(|| (u32::from_be_bytes(*key), rest))
}

/// Opens nonce, cipher text and tag.
fn open(provider: &dyn Provider, sealed: &[u8], aad: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_first_chunk()?;
    provider.open(*nonce, sealed, aad)
}

/// Digits of a telephone number as dialled at home: full width made half, +86 dropped.
fn significant_digits(phone: &str) -> String {
    let digits: String = phone
        .chars()
        .filter_map(|c| match c {
            '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10),
            c => c.is_ascii_digit().then_some(c),
        })
        .collect();
    let home = digits.strip_prefix("00").unwrap_or(&digits);
    match home.strip_prefix("86") {
        Some(rest) if rest.len() >= 10 => rest.to_owned(),
        _ => digits,
    }
}

#[cfg(test)]
mod tests;
