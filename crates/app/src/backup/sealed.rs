//! A file sealed with a passphrase, in a stream: whoever reads it notices every change, pieces that
//! were exchanged, and an end that was cut off.
//!
//! Salt (16 bytes) and nonce prefix (7), then pieces of 64 KiB, each with its tag (AES-256-GCM). The
//! nonce is the prefix, the number of the piece, and whether it is the last (the STREAM construction
//! of Hoang, Reyhanitabar, Rogaway and Vizár). The key is argon2id of passphrase and salt.

use std::io::{self, ErrorKind, Read, Write};

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use argon2::{Algorithm, Argon2, Params, Version};
use caifeng_store::{OsRandom, Random};

const PIECE: usize = 64 * 1_024;
const TAG: usize = 16;
const SALT: usize = 16;
const PREFIX: usize = 7;

/// Memory (KiB), passes and lanes of argon2id: RFC 9106's second choice.
const COSTS: (u32, u32, u32) = (64 * 1_024, 3, 1);

struct Sealing<'a> {
    cipher: Aes256Gcm,
    prefix: [u8; PREFIX],
    name: &'a str,
}

impl Sealing<'_> {
    fn nonce(&self, number: u32, is_last: bool) -> [u8; 12] {
        let mut nonce = [0; 12];
        nonce[..PREFIX].copy_from_slice(&self.prefix);
        nonce[PREFIX..11].copy_from_slice(&number.to_be_bytes());
        nonce[11] = u8::from(is_last);
        nonce
    }

    fn payload<'p>(&'p self, msg: &'p [u8]) -> Payload<'p, 'p> {
        let aad = self.name.as_bytes();
        Payload { msg, aad }
    }
}

/// Seals what comes from `plain`. `name` is bound to it, so that no file is taken for another.
pub(super) fn seal(
    plain: &mut impl Read,
    sealed: &mut impl Write,
    passphrase: &str,
    name: &str,
) -> io::Result<()> {
    let mut head = [0; SALT + PREFIX];
    OsRandom.fill(&mut head).map_err(io::Error::other)?;
    sealed.write_all(&head)?;
    let sealing = begin(&head, passphrase, name)?;
    in_pieces(plain, PIECE, |number, piece, is_last| {
        let nonce = sealing.nonce(number, is_last).into();
        let payload = sealing.payload(piece);
        let piece = sealing.cipher.encrypt(&nonce, payload);
        sealed.write_all(&piece.map_err(|_| io::Error::other("cannot be sealed"))?)
    })
}

/// Opens what [`seal`] sealed. [`ErrorKind::InvalidData`]: a wrong passphrase, or a changed file; what
/// was written by then is right, but not all of it.
pub(super) fn open(
    sealed: &mut impl Read,
    plain: &mut impl Write,
    passphrase: &str,
    name: &str,
) -> io::Result<()> {
    let mut head = [0; SALT + PREFIX];
    sealed.read_exact(&mut head)?;
    let sealing = begin(&head, passphrase, name)?;
    in_pieces(sealed, PIECE + TAG, |number, piece, is_last| {
        let nonce = sealing.nonce(number, is_last).into();
        let piece = sealing.cipher.decrypt(&nonce, sealing.payload(piece));
        plain.write_all(&piece.map_err(|_| io::Error::from(ErrorKind::InvalidData))?)
    })
}

fn begin<'n>(
    head: &[u8; SALT + PREFIX],
    passphrase: &str,
    name: &'n str,
) -> io::Result<Sealing<'n>> {
    let (salt, rest) = head.split_at(SALT);
    let mut key = [0; 32];
    let (memory, passes, lanes) = COSTS;
    Params::new(memory, passes, lanes, Some(key.len()))
        .and_then(|params| {
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
                passphrase.as_bytes(),
                salt,
                &mut key,
            )
        })
        .map_err(|error| io::Error::other(error.to_string()))?;
    let mut prefix = [0; PREFIX];
    prefix.copy_from_slice(rest);
    Ok(Sealing {
        cipher: Aes256Gcm::new(&key.into()),
        prefix,
        name,
    })
}

/// Cuts what comes from `from` into pieces of `size`, the last of which is shorter or empty.
fn in_pieces(
    from: &mut impl Read,
    size: usize,
    mut each: impl FnMut(u32, &[u8], bool) -> io::Result<()>,
) -> io::Result<()> {
    let mut piece = Vec::with_capacity(size);
    for number in 0..u32::MAX {
        piece.clear();
        from.by_ref().take(size as u64).read_to_end(&mut piece)?;
        let is_last = piece.len() < size;
        each(number, &piece, is_last)?;
        if is_last {
            return Ok(());
        }
    }
    Err(io::Error::other("longer than can be sealed"))
}

#[cfg(test)]
mod tests {
    use super::{PIECE, PREFIX, SALT, TAG, open, seal};

    fn sealed(plain: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        seal(&mut &plain[..], &mut out, "密语", "a").unwrap();
        out
    }

    fn opened(sealed: &[u8], passphrase: &str, name: &str) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        open(&mut &sealed[..], &mut out, passphrase, name).ok()?;
        Some(out)
    }

    #[test]
    fn what_is_sealed_opens_and_nothing_else_does() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1] {
            let plain: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            assert_eq!(
                opened(&sealed(&plain), "密语", "a"),
                Some(plain),
                "{length}"
            );
        }
        let whole = sealed(&vec![7; 2 * PIECE]);
        assert_eq!(opened(&whole, "别的", "a"), None);
        assert_eq!(opened(&whole, "密语", "b"), None);
        let (head, piece) = (SALT + PREFIX, PIECE + TAG);
        for cut in [0, head, head + piece, head + 2 * piece] {
            assert_eq!(opened(&whole[..cut], "密语", "a"), None, "cut at {cut}");
        }
        let mut changed = whole.clone();
        changed[head + piece + 5] ^= 1;
        let mut exchanged = whole;
        exchanged[head..head + 2 * piece].rotate_left(piece);
        for wrong in [changed, exchanged] {
            assert_eq!(opened(&wrong, "密语", "a"), None);
        }
    }
}
