//! Receipt codes (受理编号): what a sender keeps in order to ask later what became of it.
//!
//! `XXXX-XXXX-XXXX`: eleven random characters and a check character, from 23 that are not mistaken
//! for each other in print and seldom by ear. 23^11 is 10^15: among five million receipts a guess
//! hits one in two hundred million. 23 is prime and every place has its own weight, so any one
//! wrong character and any two exchanged ones are noticed.

use std::{fmt, str::FromStr};

use crate::{Random, StoreError, rows::corrupt};

const ALPHABET: &[u8; 23] = b"23456789ACEFHJKMNQRTWXY";
const LENGTH: usize = 12;
const MODULUS: usize = ALPHABET.len();

/// A well-formed receipt code, in its printed form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Receipt(String);

/// Not a receipt code: mistyped or misheard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a receipt code like `2345-6789-ACEJ`")]
pub struct ReceiptError;

impl Receipt {
    /// A new code. Whether it is in use already is for the caller to check.
    pub(crate) fn generate(random: &dyn Random) -> Result<Self, StoreError> {
        let mut digits = random_digits(random, LENGTH - 1)?;
        digits.push(check_digit(&digits));
        Ok(Self::from_digits(&digits))
    }

    /// As printed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// From the database.
    pub(crate) fn stored(text: &str) -> Result<Self, StoreError> {
        text.parse().map_err(|_| corrupt("receipt", text))
    }

    fn from_digits(digits: &[usize]) -> Self {
        let mut text = String::with_capacity(LENGTH + 2);
        for (i, &digit) in digits.iter().enumerate() {
            if i > 0 && i % 4 == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[digit]));
        }
        Self(text)
    }
}

/// A code for a QR code on a wall, read by machines only: 23^8 is 78,000,000,000.
pub(crate) fn place_code(random: &dyn Random) -> Result<String, StoreError> {
    let digits = random_digits(random, 8)?;
    Ok(digits
        .into_iter()
        .map(|digit| char::from(ALPHABET[digit]))
        .collect())
}

fn random_digits(random: &dyn Random, count: usize) -> Result<Vec<usize>, StoreError> {
    let mut digits = Vec::with_capacity(count + 16);
    while digits.len() < count {
        let mut bytes = [0; 16];
        random.fill(&mut bytes)?;
        // 253 = 11 * 23: without the bytes above, every character is as likely as any other.
        let fair = bytes.into_iter().filter(|&byte| byte < 253);
        digits.extend(fair.map(|byte| usize::from(byte) % MODULUS));
    }
    digits.truncate(count);
    Ok(digits)
}

/// The weighted sum of the digits; with it at weight -1 the whole sums up to zero.
fn check_digit(digits: &[usize]) -> usize {
    let sum: usize = (1..)
        .zip(digits)
        .map(|(weight, digit)| weight * digit)
        .sum();
    sum % MODULUS
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Takes small letters, full width, and any spaces and dashes.
impl FromStr for Receipt {
    type Err = ReceiptError;

    fn from_str(text: &str) -> Result<Self, ReceiptError> {
        let mut digits = Vec::with_capacity(LENGTH);
        for c in text.chars() {
            let c = match c {
                '！'..='～' => char::from_u32(c as u32 - '！' as u32 + '!' as u32).unwrap_or(c),
                c => c,
            };
            if c.is_whitespace() || matches!(c, '-' | '–' | '—' | '−') {
                continue;
            }
            let digit = ALPHABET
                .iter()
                .position(|&a| char::from(a) == c.to_ascii_uppercase());
            match digit {
                Some(digit) if digits.len() < LENGTH => digits.push(digit),
                _ => return Err(ReceiptError),
            }
        }
        match digits.split_last() {
            Some((&check, rest)) if digits.len() == LENGTH && check == check_digit(rest) => {
                Ok(Self::from_digits(&digits))
            }
            _ => Err(ReceiptError),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ALPHABET, LENGTH, Receipt};
    use crate::testing::Repeatable;

    proptest! {
        #[test]
        fn any_wrong_character_and_any_exchange_is_noticed(
            seed: u64, at in 0..LENGTH, other in 0..LENGTH, to in 0..ALPHABET.len()
        ) {
            let receipt = Receipt::generate(&Repeatable::new(seed)).unwrap();
            let plain: Vec<char> = receipt.as_str().chars().filter(|&c| c != '-').collect();
            let parse = |chars: &[char]| chars.iter().collect::<String>().parse::<Receipt>();
            prop_assert_eq!(parse(&plain), Ok(receipt.clone()));

            let mut wrong = plain.clone();
            wrong[at] = char::from(ALPHABET[to]);
            prop_assert_eq!(parse(&wrong).is_ok(), wrong == plain);
            let mut exchanged = plain.clone();
            exchanged.swap(at, other);
            prop_assert_eq!(parse(&exchanged).is_ok(), exchanged == plain);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".*") {
            let _ = text.parse::<Receipt>();
        }
    }

    #[test]
    fn what_people_type_is_understood() {
        let receipt = Receipt::generate(&Repeatable::new(1)).unwrap();
        let wide: String = receipt
            .as_str()
            .chars()
            .map(|c| char::from_u32(c as u32 + 0xfee0).unwrap())
            .collect();
        for typed in [
            receipt.as_str().to_lowercase(),
            receipt.as_str().replace('-', " "),
            format!("  {} ", receipt.as_str().replace('-', "—")),
            wide,
        ] {
            assert_eq!(typed.parse().as_ref(), Ok(&receipt), "{typed}");
        }
        for wrong in ["", "2345", "0000-0000-0000", &"2".repeat(13)] {
            assert!(wrong.parse::<Receipt>().is_err(), "{wrong}");
        }
    }
}
