//! The key that signs what leaves the house, and whether a signature is somebody's.
//!
//! One root of 256 bits, made when something is signed for the first time and wrapped by the master key
//! like those that seal; the key of each algorithm is derived from it. It never leaves this module.

use std::fmt;

use caifeng_domain::Named;
use ed25519_dalek::Signer as _;
use sm2::dsa::signature::Verifier as _;
use sm3::{Digest, Sm3};

use crate::{
    Act, Store, StoreError, audit, keyring,
    rows::hex,
    vault::{Purpose, derive},
};

/// Whose signature it is said to be where nothing else is agreed (GM/T 0009-2012).
const SM2_ID: &str = "1234567812345678";

/// How something is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignatureSuite {
    /// Ed25519 (RFC 8032).
    Ed25519,
    /// 商密 SM2 with SM3 (GB/T 32918.2).
    Sm2,
}

impl SignatureSuite {
    /// All with wire names and names for people.
    pub const ALL: [(Self, &'static str, &'static str); 2] = [
        (Self::Ed25519, "ed25519", "Ed25519"),
        (Self::Sm2, "sm2", "SM2（商用密码）"),
    ];
}

impl Named for SignatureSuite {
    const NAMES: &'static [(Self, &'static str, &'static str)] = &Self::ALL;
}

/// What a signature is checked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Of which algorithm.
    pub suite: SignatureSuite,
    /// 32 bytes of Ed25519, an uncompressed point of SM2.
    pub bytes: Vec<u8>,
}

impl PublicKey {
    /// The key, if these bytes are one.
    #[must_use]
    pub fn new(suite: SignatureSuite, bytes: Vec<u8>) -> Option<Self> {
        let is_one = match suite {
            SignatureSuite::Ed25519 => ed25519(&bytes).is_some_and(|key| !key.is_weak()),
            SignatureSuite::Sm2 => sm2::dsa::VerifyingKey::from_sec1_bytes(SM2_ID, &bytes).is_ok(),
        };
        is_one.then_some(Self { suite, bytes })
    }

    /// Whether `signature` is the owner's under `message`.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self.suite {
            SignatureSuite::Ed25519 => {
                let signature = ed25519_dalek::Signature::from_slice(signature).ok();
                let pair = ed25519(&self.bytes).zip(signature);
                pair.is_some_and(|(key, sign)| key.verify_strict(message, &sign).is_ok())
            }
            SignatureSuite::Sm2 => {
                let key = sm2::dsa::VerifyingKey::from_sec1_bytes(SM2_ID, &self.bytes).ok();
                let pair = key.zip(sm2::dsa::Signature::try_from(signature).ok());
                pair.is_some_and(|(key, sign)| key.verify(message, &sign).is_ok())
            }
        }
    }

    /// What two people compare over the telephone: eight groups of four hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut digest = Sm3::new();
        digest.update(self.suite.wire());
        digest.update(&self.bytes);
        let digits = hex(&digest.finalize()[..16]).to_uppercase();
        let groups = digits.as_bytes().chunks(4);
        let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
        groups.join(" ")
    }

    /// Its bytes in hexadecimal digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex(&self.bytes)
    }
}

fn ed25519(bytes: &[u8]) -> Option<ed25519_dalek::VerifyingKey> {
    ed25519_dalek::VerifyingKey::from_bytes(bytes.try_into().ok()?).ok()
}

/// What signs.
pub enum SigningKey {
    /// See [`SignatureSuite::Ed25519`].
    Ed25519(Box<ed25519_dalek::SigningKey>),
    /// See [`SignatureSuite::Sm2`].
    Sm2(Box<sm2::dsa::SigningKey>),
}

/// Shows nothing: keys get into logs that way.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

impl SigningKey {
    /// None once in 2^32 for SM2, whose keys are a little smaller than 256 bits.
    fn new(suite: SignatureSuite, secret: &[u8; 32]) -> Option<Self> {
        match suite {
            SignatureSuite::Ed25519 => {
                let key = ed25519_dalek::SigningKey::from_bytes(secret);
                Some(Self::Ed25519(Box::new(key)))
            }
            SignatureSuite::Sm2 => {
                let key = sm2::dsa::SigningKey::from_slice(SM2_ID, secret).ok()?;
                Some(Self::Sm2(Box::new(key)))
            }
        }
    }

    fn derived(suite: SignatureSuite, root: &[u8; 32]) -> Option<Self> {
        let label = |turn: u8| [b"caifeng sign ", suite.wire().as_bytes(), &[turn]].concat();
        (0..=u8::MAX).find_map(|turn| Self::new(suite, &derive(root, &label(turn))))
    }

    /// What others check its signatures with.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        match self {
            Self::Ed25519(key) => PublicKey {
                suite: SignatureSuite::Ed25519,
                bytes: key.verifying_key().to_bytes().to_vec(),
            },
            Self::Sm2(key) => PublicKey {
                suite: SignatureSuite::Sm2,
                bytes: key.verifying_key().to_sec1_bytes().to_vec(),
            },
        }
    }

    /// The signature under `message`, 64 bytes: the same for the same message.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            Self::Sm2(key) => {
                let signature: sm2::dsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
        }
    }
}

impl Store {
    /// The key that signs, made at first use.
    pub async fn signing_key(
        &self,
        act: &Act<'_>,
        suite: SignatureSuite,
    ) -> Result<SigningKey, StoreError> {
        self.refresh_keys().await?;
        if self.vault().ring().sign.is_none() {
            self.make_signing_root(act).await?;
            self.refresh_keys().await?;
        }
        let root = self.vault().ring().sign;
        let key = root.and_then(|root| SigningKey::derived(suite, &root));
        key.ok_or(StoreError::WrongKey)
    }

    async fn make_signing_root(&self, act: &Act<'_>) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        // Locked before looking, so that two processes do not make two.
        let id = write.take_numbers("vault_key", 1).await? as u32;
        if keyring::has(write.db(), Purpose::Sign).await? {
            return Ok(());
        }
        let mut root = [0; 32];
        self.random().fill(&mut root)?;
        self.wrap_and_add(&mut write, act, id, Purpose::Sign, &root)
            .await?;
        audit::append(
            &mut write,
            act,
            "vault.add_signing_key",
            &format!("key {id}"),
        )
        .await?;
        write.commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::{PublicKey, SM2_ID, SignatureSuite, SigningKey};
    use crate::testing::{act, on_every_database};

    fn bytes(hex: &str) -> Vec<u8> {
        let digits = hex.as_bytes().chunks(2);
        let byte =
            |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        digits.map(byte).collect()
    }

    #[track_caller]
    fn agrees(suite: SignatureSuite, secret: &str, public: &str, message: &[u8], sign: &str) {
        let key = SigningKey::new(suite, &bytes(secret).try_into().unwrap()).unwrap();
        let want = PublicKey::new(suite, bytes(public)).unwrap();
        assert_eq!(key.public(), want);
        assert!(want.verifies(message, &bytes(sign)));
        let own = key.sign(message);
        assert!(want.verifies(message, &own));
        assert_eq!(own, key.sign(message), "no randomness");
        assert!(!want.verifies(b"other", &own));
        assert!(!want.verifies(message, &own[..63]));
    }

    /// RFC 8032, 7.1, test 1.
    #[test]
    fn ed25519_agrees_with_its_standard() {
        agrees(
            SignatureSuite::Ed25519,
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            b"",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e\
             39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        );
    }

    /// GM/T 0003.5-2012, A.2, whose signer has the usual identifier.
    #[test]
    fn sm2_agrees_with_its_standard() {
        assert_eq!(SM2_ID, "1234567812345678");
        agrees(
            SignatureSuite::Sm2,
            "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8",
            "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020\
             ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
            b"message digest",
            "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3\
             b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
        );
    }

    #[test]
    fn a_fingerprint_is_of_key_and_algorithm() {
        let key = |suite, secret| SigningKey::new(suite, &[secret; 32]).unwrap().public();
        let one = key(SignatureSuite::Ed25519, 1);
        assert_eq!(one.fingerprint().len(), 39);
        for other in [key(SignatureSuite::Ed25519, 2), key(SignatureSuite::Sm2, 1)] {
            assert_ne!(one.fingerprint(), other.fingerprint());
        }
        assert_eq!(
            PublicKey::new(SignatureSuite::Ed25519, vec![0; 32]),
            None,
            "weak"
        );
        assert_eq!(
            PublicKey::new(SignatureSuite::Sm2, vec![4; 65]),
            None,
            "no point"
        );
    }

    #[tokio::test]
    async fn the_key_is_made_once_and_outlives_an_exchange_of_the_master_key() {
        on_every_database(async |store| {
            let public = async |suite| {
                let key = store.signing_key(&act(), suite).await.unwrap();
                key.public()
            };
            let (first, sm2) = (
                public(SignatureSuite::Ed25519).await,
                public(SignatureSuite::Sm2).await,
            );
            store
                .add_vault_key(&act(), crate::Suite::Sm4Gcm)
                .await
                .unwrap();
            assert_eq!(public(SignatureSuite::Ed25519).await, first);
            assert_eq!(public(SignatureSuite::Sm2).await, sm2);
            assert_eq!(
                store.vault_keys().await.unwrap().len(),
                2,
                "those that seal"
            );
        })
        .await;
    }
}
