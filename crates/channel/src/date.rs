//! Dates as people, platforms and spreadsheets write them, to RFC 3339 in Chinese time.

use jiff::{SignedDuration, civil::DateTime};

/// China has one time zone and no summer time.
const OFFSET: &str = "+08:00";
/// Serial day numbers taken for dates: 1954 to 2119.
const SERIALS: std::ops::Range<f64> = 20_000.0..80_000.0;
/// The longest form has some 35 characters.
const MAX_DATE_CHARS: usize = 40;

/// Reads `2026/09/03 12:00:00`, `2026-9-3 8:05`, `2026.9.3`, `2026年9月3日12时5分`, `20260903`.
/// What is RFC 3339 with an offset already stays as delivered. None: not a date.
pub(crate) fn parse(text: &str) -> Option<String> {
    let text = text.trim();
    if text.chars().count() > MAX_DATE_CHARS {
        return None;
    }
    if text.parse::<jiff::Timestamp>().is_ok() {
        return Some(text.to_owned());
    }
    let compact = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    let numbers: Vec<i16> = if compact {
        [&text[..4], &text[4..6], &text[6..]]
            .iter()
            .filter_map(|s| s.parse().ok())
            .collect()
    } else {
        numbers(text)?
    };
    match numbers[..] {
        [year, month, day] => stamp(year, month, day, [0; 3]),
        [year, month, day, hour] if text.contains(['时', '点']) => {
            stamp(year, month, day, [hour, 0, 0])
        }
        [year, month, day, hour, minute] => stamp(year, month, day, [hour, minute, 0]),
        [year, month, day, hour, minute, second] => stamp(year, month, day, [hour, minute, second]),
        _ => None,
    }
}

/// Reads a spreadsheet's serial day number, counted from 1899-12-30.
pub(crate) fn from_serial(serial: f64) -> Option<String> {
    if !SERIALS.contains(&serial) {
        return None;
    }
    let epoch = jiff::civil::date(1899, 12, 30).at(0, 0, 0, 0);
    let seconds = (serial * 86_400.0).round();
    let at = epoch
        .checked_add(SignedDuration::from_secs(seconds as i64))
        .ok()?;
    Some(format!("{at}{OFFSET}"))
}

/// Reads a date cell taken apart: year, month, day, hour, minute, second, millisecond. Serial numbers
/// are fractions of a day, so a time may come out a millisecond early: rounded to the second.
pub(crate) fn from_parts(parts: (u16, u8, u8, u8, u8, u8, u16)) -> Option<String> {
    let (year, month, day, hour, minute, second, milli) = parts;
    let time = [hour, minute, second].map(i16::from);
    let at = civil(i16::try_from(year).ok()?, month.into(), day.into(), time)?;
    let rounded = at
        .checked_add(SignedDuration::from_secs(i64::from(milli >= 500)))
        .ok()?;
    Some(format!("{rounded}{OFFSET}"))
}

/// The time so many seconds after the beginning of 1970.
pub(crate) fn from_unix(seconds: i64) -> Option<String> {
    let at = jiff::Timestamp::from_second(seconds).ok()?;
    let local = jiff::tz::offset(8).to_datetime(at);
    Some(format!("{local}{OFFSET}"))
}

/// The numbers of a date written with separators; None when anything else stands between them.
fn numbers(text: &str) -> Option<Vec<i16>> {
    let text = text.split_once('.').map_or(text, |(whole, fraction)| {
        // Fractions of a second: 12:00:00.000. But 2026.9.3 is a date.
        let is_fraction = whole.contains(':') && fraction.bytes().all(|b| b.is_ascii_digit());
        if is_fraction { whole } else { text }
    });
    let allowed = |c: char| c.is_ascii_digit() || "年月日号时点分秒/-.:：T 　".contains(c);
    if !text.starts_with(|c: char| c.is_ascii_digit()) || !text.chars().all(allowed) {
        return None;
    }
    let parts = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty());
    parts.map(|part| part.parse().ok()).collect()
}

fn stamp(year: i16, month: i16, day: i16, time: [i16; 3]) -> Option<String> {
    civil(year, month, day, time).map(|at| format!("{at}{OFFSET}"))
}

fn civil(year: i16, month: i16, day: i16, [hour, minute, second]: [i16; 3]) -> Option<DateTime> {
    let small = |n: i16| i8::try_from(n).ok();
    if !(1900..=2200).contains(&year) {
        return None;
    }
    DateTime::new(
        year,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second)?,
        0,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use super::{from_serial, parse};

    #[test]
    fn dates_are_read_in_many_forms() {
        #[track_caller]
        fn check(text: &str, want: &str) {
            assert_eq!(parse(text).unwrap_or_default(), want, "{text}");
        }
        check("2026-03-25T15:27:11+08:00", "2026-03-25T15:27:11+08:00");
        check("2026-03-25T07:27:11Z", "2026-03-25T07:27:11Z");
        check("2026/09/03 12:00:00", "2026-09-03T12:00:00+08:00");
        check("2026-9-3 8:05", "2026-09-03T08:05:00+08:00");
        check("2026.9.3", "2026-09-03T00:00:00+08:00");
        check("2026-09-03 12:00:00.000", "2026-09-03T12:00:00+08:00");
        check("2026年9月3日", "2026-09-03T00:00:00+08:00");
        check("2026年9月3日 12时05分", "2026-09-03T12:05:00+08:00");
        check("2026年9月3日8点", "2026-09-03T08:00:00+08:00");
        check("20260903", "2026-09-03T00:00:00+08:00");
        for wrong in [
            "9月3日",
            "2026-13-01",
            "2026-02-30",
            "昨天",
            "26/9/3",
            "2026-09-03 25:00",
            "",
            "99999999",
        ] {
            check(wrong, "");
        }
    }

    #[test]
    fn serial_day_numbers_are_dates() {
        assert_eq!(from_serial(46268.5).unwrap(), "2026-09-03T12:00:00+08:00");
        assert_eq!(from_serial(3.0), None, "a row number is not a date");
        assert_eq!(from_serial(f64::NAN), None);
    }
}
