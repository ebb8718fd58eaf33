//! Check digits and inner structure of official numbers. All take ASCII, upper case.

/// Weights of GB 11643, and the check characters by remainder.
const ID_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECKS: &[u8; 11] = b"10X98765432";

/// Characters of GB 32100 in the order of their values: no I, O, S, V, Z.
const CREDIT_CODE_CHARS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// First two digits of administrative division codes (GB/T 2260), with Hong Kong, Macao, Taiwan and abroad.
const PROVINCES: [&[u8; 2]; 36] = [
    b"11", b"12", b"13", b"14", b"15", b"21", b"22", b"23", b"31", b"32", b"33", b"34", b"35",
    b"36", b"37", b"41", b"42", b"43", b"44", b"45", b"46", b"50", b"51", b"52", b"53", b"54",
    b"61", b"62", b"63", b"64", b"65", b"71", b"81", b"82", b"83", b"91",
];

/// Whether an identity number of 18 characters ends with the right check character.
pub(super) fn id_card_check(number: &[u8]) -> bool {
    let [body @ .., last] = number else {
        return false;
    };
    if body.len() != ID_WEIGHTS.len() || !body.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = body
        .iter()
        .zip(ID_WEIGHTS)
        .map(|(&digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    ID_CHECKS[(sum % 11) as usize] == *last
}

/// Whether 15 or 18 characters are built like an identity number: a division that exists and a day
/// that exists. People mistype the check character, so it is not part of this.
pub(super) fn id_card_structure(number: &[u8]) -> bool {
    let area = PROVINCES.iter().any(|p| number.starts_with(*p));
    let day = match number.len() {
        15 if number.iter().all(u8::is_ascii_digit) => {
            date_exists(1900 + decimal(&number[6..8]), &number[8..12])
        }
        18 if number[..17].iter().all(u8::is_ascii_digit) => {
            let year = decimal(&number[6..10]);
            (1800..2100).contains(&year) && date_exists(year, &number[10..14])
        }
        _ => false,
    };
    area && day
}

/// Whether a unified social credit code (统一社会信用代码) ends with the right check character.
pub(super) fn credit_code_check(code: &[u8]) -> bool {
    if code.len() != 18 {
        return false;
    }
    let value = |c: &u8| CREDIT_CODE_CHARS.iter().position(|x| x == c);
    let (mut sum, mut weight) = (0, 1);
    for c in &code[..17] {
        let Some(value) = value(c) else { return false };
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    value(&code[17]) == Some((31 - sum % 31) % 31)
}

/// The Luhn check (ISO/IEC 7812) of a card number.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, &d)| {
            let doubled = u32::from(d - b'0') << (i % 2);
            doubled / 10 + doubled % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

fn decimal(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |n, &d| n * 10 + u32::from(d - b'0'))
}

/// Whether `month_day` (MMDD) exists in `year`.
fn date_exists(year: u32, month_day: &[u8]) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match decimal(&month_day[..2]) {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=last).contains(&decimal(&month_day[2..]))
}

#[cfg(test)]
mod tests {
    use super::{credit_code_check, id_card_check, id_card_structure, luhn};

    #[test]
    fn identity_numbers_check() {
        for number in [
            "11010519491231002X",
            "440524188001010014",
            "110101199003070011",
            "320684198502281238",
        ] {
            assert!(id_card_check(number.as_bytes()), "{number}");
            assert!(id_card_structure(number.as_bytes()), "{number}");
        }
        assert!(!id_card_check(b"110105194912310021"));
        assert!(id_card_structure(b"110105491231002"), "the old form of 15");
        for number in [
            "110105194902290021",
            "990105194912310021",
            "110105194913010021",
            "1101",
        ] {
            assert!(!id_card_structure(number.as_bytes()), "{number}");
        }
    }

    #[test]
    fn credit_codes_check() {
        for code in [
            "91350100M000100Y43",
            "91110000101623741K",
            "911101066976941872",
        ] {
            assert!(credit_code_check(code.as_bytes()), "{code}");
        }
        assert!(
            !credit_code_check(b"91350211M0000XUF46"),
            "exists, but fails"
        );
    }

    #[test]
    fn bank_cards_check() {
        for number in ["6222021000000000009", "6217001234567890122"] {
            assert!(luhn(number.as_bytes()), "{number}");
        }
        assert!(!luhn(b"6217001234567890123"));
    }
}
