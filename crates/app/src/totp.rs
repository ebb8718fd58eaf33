//! Time-based one-time passwords (RFC 6238 over RFC 4226): HMAC-SHA-1, six digits, half a minute
//! each, as every telephone application reckons them.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha1::Sha1;

/// Seconds that a code is for.
const STEP: i64 = 30;
/// Codes of the step before and after count too: telephones' clocks differ.
const DRIFT: u64 = 1;
const DIGITS: u32 = 1_000_000;
/// Of base 32 (RFC 4648).
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The step of time for which `typed` is the code, if it is one of those around now.
pub(crate) fn step(secret: &[u8], typed: &str, now: Timestamp) -> Option<u64> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let now = u64::try_from(now.as_second().div_euclid(STEP)).ok()?;
    (now.saturating_sub(DRIFT)..=now + DRIFT).find(|&step| code(secret, step) == typed)
}

/// The code of this moment for a secret as it is typed into a telephone. None for what is no such
/// secret.
#[must_use]
pub fn one_time_code(secret: &str, now: Timestamp) -> Option<String> {
    let step = u64::try_from(now.as_second().div_euclid(STEP)).ok()?;
    Some(code(&from_base32(secret)?, step))
}

fn code(secret: &[u8], step: u64) -> String {
    format!("{:06}", number(secret, step) % DIGITS)
}

/// Dynamic truncation, RFC 4226 section 5.3.
fn number(secret: &[u8], step: u64) -> u32 {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else {
        return 0; // HMAC takes keys of every length.
    };
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 0x0f);
    u32::from_be_bytes([hash[at] & 0x7f, hash[at + 1], hash[at + 2], hash[at + 3]])
}

/// A secret as it is typed into a telephone: base 32 (RFC 4648) without padding.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let digit = |bits: &[u8]| {
        let value = bits
            .iter()
            .fold(0, |value, bit| value * 2 + usize::from(*bit));
        char::from(ALPHABET[value << (5 - bits.len())])
    };
    let bits: Vec<u8> = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |place| byte >> place & 1))
        .collect();
    bits.chunks(5).map(digit).collect()
}

fn from_base32(text: &str) -> Option<Vec<u8>> {
    let mut bits: Vec<u8> = Vec::new();
    for letter in text.bytes() {
        let value = ALPHABET.iter().position(|other| *other == letter)?;
        bits.extend((0..5).rev().map(|place| u8::from(value >> place & 1 == 1)));
    }
    let byte = |bits: &[u8]| bits.iter().fold(0, |byte, bit| byte << 1 | bit);
    Some(bits.chunks_exact(8).map(byte).collect())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{base32, from_base32, number, step};

    const SECRET: &[u8] = b"12345678901234567890";

    /// RFC 6238 appendix B, the rows of SHA-1.
    #[test]
    fn the_vectors_of_the_standard_hold() {
        for (seconds, want) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            assert_eq!(
                number(SECRET, seconds / 30) % 100_000_000,
                want,
                "{seconds}"
            );
        }
    }

    #[test]
    fn a_code_counts_for_a_step_before_and_after() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        for (now, want) in [(0, Some(1)), (30, Some(1)), (89, Some(1)), (90, None)] {
            assert_eq!(step(SECRET, " 287 082 ", at(now)), want, "{now}");
        }
        assert_eq!(step(SECRET, "287083", at(59)), None);
        assert_eq!(step(SECRET, "", at(59)), None);
    }

    /// RFC 4648 section 10.
    #[test]
    fn a_secret_is_spelt_in_base_32() {
        for (bytes, want) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), want);
            assert_eq!(from_base32(want).as_deref(), Some(bytes.as_bytes()));
        }
    }
}
