//! Numbers as legal texts and their readers write them.
//!
//! One numeral may be Chinese (`一百零五`, `一百〇五`, `一百十`, `廿三`, `壹佰`), positional in Chinese digits (`一〇五`),
//! Arabic (`105`) or full-width (`１０５`). Spaces are the caller's business: none are accepted here.

const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// One character of a numeral.
#[derive(Clone, Copy)]
enum Sign {
    Digit(u32),
    /// 十 百 千
    Unit(u32),
    /// 廿 卅 卌: a digit and its 十 in one character.
    Tens(u32),
    /// 万
    Myriad,
}

fn sign(c: char) -> Option<Sign> {
    Some(match c {
        '0'..='9' => Sign::Digit(c as u32 - '0' as u32),
        '０'..='９' => Sign::Digit(c as u32 - '０' as u32),
        '零' | '〇' | '○' => Sign::Digit(0),
        '一' | '壹' => Sign::Digit(1),
        '二' | '两' | '兩' | '贰' | '貳' => Sign::Digit(2),
        '三' | '叁' | '參' => Sign::Digit(3),
        '四' | '肆' => Sign::Digit(4),
        '五' | '伍' => Sign::Digit(5),
        '六' | '陆' | '陸' => Sign::Digit(6),
        '七' | '柒' => Sign::Digit(7),
        '八' | '捌' => Sign::Digit(8),
        '九' | '玖' => Sign::Digit(9),
        '十' | '拾' => Sign::Unit(10),
        '百' | '佰' => Sign::Unit(100),
        '千' | '仟' => Sign::Unit(1000),
        '廿' => Sign::Tens(20),
        '卅' => Sign::Tens(30),
        '卌' => Sign::Tens(40),
        '万' | '萬' => Sign::Myriad,
        _ => return None,
    })
}

/// Whether `c` can be part of a numeral.
#[must_use]
pub fn is_numeral(c: char) -> bool {
    sign(c).is_some()
}

/// The number that the whole of `text` writes; `None` where it is not one numeral or above `u16`.
///
/// `一百五` is 105 and not 150: before a measure word such as 条 the unit is not left out in speech.
///
/// ```
/// use caifeng_law::numeral::parse;
/// assert_eq!(parse("一千一百八十八"), Some(1188));
/// assert_eq!(parse("一百十"), Some(110));
/// assert_eq!(parse("一〇五"), Some(105));
/// assert_eq!(parse("五十百"), None);
/// ```
#[must_use]
pub fn parse(text: &str) -> Option<u16> {
    let positional = !text.is_empty()
        && text
            .chars()
            .all(|c| matches!(sign(c), Some(Sign::Digit(_))));
    let value = if positional {
        text.chars().try_fold(0u32, |sum, c| match sign(c)? {
            Sign::Digit(digit) => sum.checked_mul(10)?.checked_add(digit),
            _ => None,
        })
    } else {
        with_units(text)
    };
    value.and_then(|value| u16::try_from(value).ok())
}

/// A numeral with units: digits may stand only before a unit or at the end, units must fall.
fn with_units(text: &str) -> Option<u32> {
    let (mut myriads, mut sum, mut digit) = (None, 0u32, None);
    let mut smallest = 10_000;
    for c in text.chars() {
        match sign(c)? {
            Sign::Digit(0) if digit.is_none() => digit = Some(0),
            Sign::Digit(d) if matches!(digit, None | Some(0)) && d > 0 => digit = Some(d),
            Sign::Unit(unit) if unit < smallest => {
                sum += digit.take().filter(|&d| d > 0).unwrap_or(1) * unit;
                smallest = unit;
            }
            Sign::Tens(tens) if digit.is_none() && smallest > 10 => {
                sum += tens;
                smallest = 10;
            }
            Sign::Myriad if myriads.is_none() => {
                myriads = Some(sum + digit.take().unwrap_or(0)).filter(|&m| m > 0);
                myriads?;
                (sum, smallest) = (0, 10_000);
            }
            _ => return None,
        }
    }
    match digit {
        Some(0) => None,
        last => Some(myriads.unwrap_or(0) * 10_000 + sum + last.unwrap_or(0)).filter(|&n| n > 0),
    }
}

/// `n` as legislation prints it: 十二, 一百零一, 一百一十, 一千零二十.
#[must_use]
pub fn format(n: u16) -> String {
    if n == 0 {
        return DIGITS[0].to_string();
    }
    let mut out = String::new();
    let mut gap = false;
    for (unit, name) in [
        (10_000, "万"),
        (1000, "千"),
        (100, "百"),
        (10, "十"),
        (1, ""),
    ] {
        let digit = n / unit % 10;
        if digit == 0 {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push(DIGITS[0]);
            gap = false;
        }
        if !(digit == 1 && unit == 10 && out.is_empty()) {
            out.push(DIGITS[usize::from(digit)]);
        }
        out.push_str(name);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{format, parse};
    use proptest::prelude::*;

    #[test]
    fn every_script_is_read() {
        #[track_caller]
        fn check(text: &str, want: impl Into<Option<u16>>) {
            assert_eq!(parse(text), want.into(), "{text}");
        }
        check("十二", 12);
        check("二十", 20);
        check("一百零五", 105);
        check("一百〇五", 105);
        check("一〇五", 105);
        check("一百五", 105);
        check("一百十", 110);
        check("一百一十", 110);
        check("百", 100);
        check("两百", 200);
        check("廿三", 23);
        check("卅", 30);
        check("一百廿", 120);
        check("一千一百八十八", 1188);
        check("一千零二十", 1020);
        check("一万零五百", 10_500);
        check("壹佰贰拾叁", 123);
        check("１０５", 105);
        check("0012", 12);
        check("零", 0);
        check("", None);
        check("十十", None);
        check("十百", None);
        check("一二十", None);
        check("一百零", None);
        check("万", None);
        check("七万", None);
        check("99999999999999999999", None);
        check("十二条", None);
        check("1 2", None);
    }

    #[test]
    fn numbers_are_printed_as_in_legislation() {
        let cases = [
            (0, "零"),
            (10, "十"),
            (19, "十九"),
            (100, "一百"),
            (101, "一百零一"),
            (110, "一百一十"),
            (1001, "一千零一"),
            (1010, "一千零一十"),
            (1260, "一千二百六十"),
            (20_005, "二万零五"),
        ];
        for (n, want) in cases {
            assert_eq!(format(n), want);
        }
    }

    #[test]
    fn what_is_printed_is_read_back() {
        for n in 0..=u16::MAX {
            assert_eq!(parse(&format(n)), Some(n));
            assert_eq!(parse(&n.to_string()), Some(n));
        }
    }

    proptest! {
        #[test]
        fn any_mix_of_signs_is_read_or_refused(text in "[0-9０-９零〇一二两三九十百千万廿卅条 ]{0,12}") {
            if let Some(n) = parse(&text) {
                prop_assert_eq!(parse(&format(n)), Some(n));
            }
        }
    }
}
