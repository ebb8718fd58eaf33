//! The ciphers that seal, behind one interface: a further one is a line in each of two tables.

use aes_gcm::{
    Aes256Gcm, AesGcm, KeyInit,
    aead::{Aead, Payload, consts::U12},
};
use caifeng_domain::Named;

pub(super) const NONCE_BYTES: usize = 12;

/// An authenticated cipher with its key.
pub(crate) trait Provider: Send + Sync {
    /// Cipher text and tag. None when the text is longer than the cipher allows.
    fn seal(&self, nonce: [u8; NONCE_BYTES], plain: &[u8], aad: &[u8]) -> Option<Vec<u8>>;
    /// The text. None when anything was altered.
    fn open(&self, nonce: [u8; NONCE_BYTES], sealed: &[u8], aad: &[u8]) -> Option<Vec<u8>>;
}

impl<C: Aead<NonceSize = U12> + Send + Sync> Provider for C {
    fn seal(&self, nonce: [u8; NONCE_BYTES], msg: &[u8], aad: &[u8]) -> Option<Vec<u8>> {
        self.encrypt(&nonce.into(), Payload { msg, aad }).ok()
    }

    fn open(&self, nonce: [u8; NONCE_BYTES], msg: &[u8], aad: &[u8]) -> Option<Vec<u8>> {
        self.decrypt(&nonce.into(), Payload { msg, aad }).ok()
    }
}

/// Which cipher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// 商密 SM4 in GCM (RFC 8998), 128-bit key.
    Sm4Gcm,
    /// AES in GCM, 256-bit key.
    Aes256Gcm,
}

impl Suite {
    /// All with wire names and names for people.
    pub const ALL: [(Self, &'static str, &'static str); 2] = [
        (Self::Sm4Gcm, "sm4-gcm", "SM4-GCM（商用密码）"),
        (Self::Aes256Gcm, "aes-256-gcm", "AES-256-GCM"),
    ];

    pub(crate) fn provider(self, key: &[u8; 32]) -> Box<dyn Provider> {
        match self {
            Self::Sm4Gcm => {
                let mut half = [0; 16];
                half.copy_from_slice(&key[..16]);
                Box::new(AesGcm::<sm4::Sm4, U12>::new(&half.into()))
            }
            Self::Aes256Gcm => Box::new(Aes256Gcm::new(&(*key).into())),
        }
    }
}

impl Named for Suite {
    const NAMES: &'static [(Self, &'static str, &'static str)] = &Self::ALL;
}
