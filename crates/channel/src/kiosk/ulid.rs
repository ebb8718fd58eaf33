//! Identifiers that a device makes by itself: ULID, 26 characters, sorted by time.

use std::{fmt, str::FromStr};

/// Crockford's digits: no I, L, O or U.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 26;

/// 48 bits of milliseconds since 1970, then 80 random bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ulid(u128);

impl Ulid {
    /// The device's time when it was made, in milliseconds since 1970.
    #[must_use]
    pub const fn millis(self) -> u64 {
        (self.0 >> 80) as u64
    }
}

/// A text that is not a ULID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a ULID, expected 26 characters like `01KAG0D5T07ZQ4M8V2X3N6B9CE`")]
pub struct ParseUlidError {
    text: String,
}

impl FromStr for Ulid {
    type Err = ParseUlidError;

    /// Reads the one form that [`fmt::Display`] writes, so that equal texts are equal identifiers.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digit = |b: u8| DIGITS.iter().position(|d| *d == b).map(|at| at as u128);
        // 26 digits are 130 bits: the first may only be a small one.
        let fits = text.len() == LENGTH && text.starts_with(|c| c <= '7');
        let value = text
            .bytes()
            .try_fold(0u128, |value, b| Some(value << 5 | digit(b)?));
        value
            .filter(|_| fits)
            .map(Self)
            .ok_or_else(|| ParseUlidError {
                text: crate::record::shortened(text),
            })
    }
}

impl fmt::Display for Ulid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = (0..LENGTH).rev().map(|place| {
            let digit = (self.0 >> (5 * place)) as usize % DIGITS.len();
            char::from(DIGITS[digit])
        });
        f.write_str(&digits.collect::<String>())
    }
}
