//! The encryption of messages: AES-256 in CBC mode over `random(16) ‖ length(4) ‖ message ‖ app id`.

use aes::Aes256;
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};

use super::WechatError;

/// The padding fills blocks of 32 bytes although the cipher's have 16: usual unpadders refuse it.
const PADDED_BLOCK: usize = 32;
/// Random bytes in front, then the length of the message.
const HEAD: usize = 16 + 4;

/// The 43 characters of a key carry 258 bits: the last two mean nothing and need not be zero.
const KEY_BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The key of an account.
#[derive(Clone)]
pub(super) struct AesKey([u8; 32]);

impl AesKey {
    /// Reads an EncodingAESKey.
    pub(super) fn parse(encoded: &str) -> Result<Self, WechatError> {
        if encoded.len() != 43 {
            return Err(WechatError::BadKey);
        }
        let bytes = KEY_BASE64.decode(encoded).ok();
        let key = bytes.and_then(|bytes| bytes.try_into().ok());
        key.map(Self).ok_or(WechatError::BadKey)
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn iv(&self) -> &[u8] {
        &self.0[..16]
    }

    /// Encrypts `message` for `app_id`, in Base64.
    pub(super) fn encrypt(&self, message: &str, app_id: &str, random: [u8; 16]) -> String {
        let length = (message.len() as u32).to_be_bytes();
        let mut bytes = [&random, &length[..], message.as_bytes(), app_id.as_bytes()].concat();
        let pad = PADDED_BLOCK - bytes.len() % PADDED_BLOCK;
        bytes.resize(bytes.len() + pad, pad as u8);
        // Key and vector have the lengths that the cipher wants, so this cannot fail.
        if let Ok(mut cipher) = cbc::Encryptor::<Aes256>::new_from_slices(&self.0, self.iv()) {
            for block in bytes.chunks_exact_mut(16) {
                if let Ok(block) = block.try_into() {
                    cipher.encrypt_block(block);
                }
            }
        }
        KEY_BASE64.encode(bytes)
    }

    /// Decrypts to the message and the app id that it is for.
    pub(super) fn decrypt(&self, encrypted: &str) -> Result<(Vec<u8>, Vec<u8>), WechatError> {
        let failed = WechatError::CannotDecrypt;
        let Ok(mut bytes) = KEY_BASE64.decode(encrypted.trim()) else {
            return Err(failed);
        };
        if bytes.is_empty() || !bytes.len().is_multiple_of(16) {
            return Err(failed);
        }
        let Ok(mut cipher) = cbc::Decryptor::<Aes256>::new_from_slices(&self.0, self.iv()) else {
            return Err(failed);
        };
        for block in bytes.chunks_exact_mut(16) {
            if let Ok(block) = block.try_into() {
                cipher.decrypt_block(block);
            }
        }
        unframe(&bytes).ok_or(failed)
    }
}

/// Takes `random ‖ length ‖ message ‖ app id ‖ padding` apart.
fn unframe(bytes: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let pad = usize::from(*bytes.last()?);
    if !(1..=PADDED_BLOCK).contains(&pad) {
        return None;
    }
    let (content, padding) = bytes.split_at_checked(bytes.len().checked_sub(pad)?)?;
    if padding.iter().any(|b| usize::from(*b) != pad) {
        return None;
    }
    let (head, rest) = content.split_at_checked(HEAD)?;
    let length = u32::from_be_bytes(head[16..].try_into().ok()?);
    let (message, app_id) = rest.split_at_checked(length as usize)?;
    Some((message.to_vec(), app_id.to_vec()))
}
