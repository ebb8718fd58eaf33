//! The keys of the vault, unwrapped: for hashes, and for sealing.

use std::collections::BTreeMap;

use hmac::{Hmac, Mac};
use sm3::Sm3;

use super::{
    keyed,
    suite::{NONCE_BYTES, Provider, Suite},
};
use crate::{IdentityKey, Random, StoreError};

/// What a key of the database is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Hash,
    Seal,
    /// Signing what leaves the house.
    Sign,
}

impl Purpose {
    pub(crate) const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Hash, "hash", "散列"),
        (Self::Seal, "seal", "加密"),
        (Self::Sign, "sign", "签名"),
    ];
}

/// A key as the database holds it.
#[derive(Debug, Clone)]
pub(crate) struct WrappedKey {
    pub(crate) id: u32,
    pub(crate) purpose: Purpose,
    pub(crate) suite: Suite,
    pub(crate) wrapped: Vec<u8>,
}

impl WrappedKey {
    /// Wraps `key` under the master key.
    pub(crate) fn wrap(
        id: u32,
        purpose: Purpose,
        suite: Suite,
        key: &[u8; 32],
        master: &IdentityKey,
        random: &dyn Random,
    ) -> Result<Self, StoreError> {
        let mut nonce = [0; NONCE_BYTES];
        random.fill(&mut nonce)?;
        let sealed = wrapper(suite, master).seal(nonce, key, &bound(id, purpose));
        let sealed = sealed.ok_or(StoreError::WrongKey)?;
        let wrapped = [&nonce[..], &sealed].concat();
        Ok(Self {
            id,
            purpose,
            suite,
            wrapped,
        })
    }

    /// The key itself.
    pub(crate) fn unwrap(&self, master: &IdentityKey) -> Result<[u8; 32], StoreError> {
        let open = || {
            let (nonce, sealed) = self.wrapped.split_first_chunk()?;
            let aad = bound(self.id, self.purpose);
            let key = wrapper(self.suite, master).open(*nonce, sealed, &aad)?;
            key.try_into().ok()
        };
        open().ok_or(StoreError::WrongKey)
    }
}

fn wrapper(suite: Suite, master: &IdentityKey) -> Box<dyn Provider> {
    suite.provider(&derive(&master.0, b"caifeng wrap"))
}

/// What a wrapped key is bound to, so that none is taken for another.
fn bound(id: u32, purpose: Purpose) -> Vec<u8> {
    [
        &id.to_be_bytes()[..],
        crate::rows::wire(&Purpose::ALL, purpose).as_bytes(),
    ]
    .concat()
}

/// All keys at work.
pub(crate) struct Ring {
    pub(super) pseudonym: Hmac<Sm3>,
    pub(super) content: Hmac<Sm3>,
    /// What packages call senders and submissions.
    pub(super) package: Hmac<Sm3>,
    /// None until something was signed.
    pub(crate) sign: Option<[u8; 32]>,
    pub(super) seals: BTreeMap<u32, Box<dyn Provider>>,
    /// The largest number of any key.
    pub(crate) newest: u32,
}

impl Ring {
    pub(crate) fn unwrap(keys: &[WrappedKey], master: &IdentityKey) -> Result<Self, StoreError> {
        let (mut root, mut sign, mut seals, mut newest) = (None, None, BTreeMap::new(), 0);
        for wrapped in keys {
            let key = wrapped.unwrap(master)?;
            newest = newest.max(wrapped.id);
            match wrapped.purpose {
                Purpose::Hash => root = Some(key),
                Purpose::Sign => sign = Some(key),
                Purpose::Seal => {
                    seals.insert(wrapped.id, wrapped.suite.provider(&key));
                }
            }
        }
        let root = root.ok_or(StoreError::WrongKey)?;
        Ok(Self {
            pseudonym: keyed(&derive(&root, b"caifeng pseudonym")),
            content: keyed(&derive(&root, b"caifeng content")),
            package: keyed(&derive(&root, b"caifeng package")),
            sign,
            seals,
            newest,
        })
    }
}

/// The keys of a vault as it was before keys had rows: all made from the master key.
pub(crate) fn first_seal_key(master: &IdentityKey) -> [u8; 32] {
    derive(&master.0, b"caifeng seal")
}

/// Tells master keys apart without telling anything about them.
pub(crate) fn fingerprint(master: &IdentityKey) -> String {
    crate::rows::hex(&derive(&master.0, b"caifeng fingerprint"))
}

pub(crate) fn derive(key: &[u8; 32], purpose: &[u8]) -> [u8; 32] {
    let mut mac = keyed(key);
    mac.update(purpose);
    mac.finalize().into_bytes().into()
}
