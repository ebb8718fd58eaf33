//! Days, and which of them people work on.

use std::{collections::BTreeSet, fmt, str::FromStr};

/// A day of the calendar. Written `2026-03-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

/// `text` is no day written `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no day, expected something like `2026-03-01`")]
pub struct ParseDayError {
    text: String,
}

/// Years of the calendar repeat after so many days: 400 of them.
const CYCLE: i32 = 146_097;
/// Days from 1 March of the year 0 to 1 January 1970.
const EPOCH: i32 = 719_468;
/// Microseconds of a day.
const LENGTH: i64 = 86_400_000_000;
/// Microseconds by which China is ahead of universal time: 8 hours, all year.
const AHEAD: i64 = LENGTH / 3;

impl Day {
    /// The day of this date, if there is one.
    #[must_use]
    pub fn new(year: i32, month: i32, day: i32) -> Option<Self> {
        let is_plausible =
            (1..10_000).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
        if !is_plausible {
            return None;
        }
        // Years counted from March, so that the odd day is the last of one.
        let (year_from_march, month_from_march) = match month {
            1 | 2 => (year - 1, month + 9),
            _ => (year, month - 3),
        };
        let years = 365 * year_from_march + year_from_march / 4 - year_from_march / 100
            + year_from_march / 400;
        let made = Self(years + (153 * month_from_march + 2) / 5 + day - 1 - EPOCH);
        // 31 April is another day than it says.
        (made.date() == (year, month, day)).then_some(made)
    }

    /// The day in China at a moment, in microseconds since 1970.
    #[must_use]
    pub const fn in_china(moment: i64) -> Self {
        Self((moment + AHEAD).div_euclid(LENGTH) as i32)
    }

    /// Year, month from 1, day from 1.
    #[must_use]
    pub fn date(self) -> (i32, i32, i32) {
        let days = self.0 + EPOCH;
        let (cycle, day) = (days.div_euclid(CYCLE), days.rem_euclid(CYCLE));
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let year = year + 400 * cycle;
        match month {
            10.. => (year + 1, month - 9, day),
            _ => (year, month + 3, day),
        }
    }

    /// So many days later, or before.
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0 + days)
    }

    /// Saturday or Sunday.
    #[must_use]
    pub const fn is_weekend(self) -> bool {
        // 1970 began on a Thursday.
        matches!((self.0 + 3).rem_euclid(7), 5 | 6)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Day {
    type Err = ParseDayError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let part = |from: usize, to: usize| text.get(from..to)?.parse().ok();
        let read = || Self::new(part(0, 4)?, part(5, 7)?, part(8, text.len())?);
        read()
            .filter(|day| day.to_string() == text)
            .ok_or_else(|| ParseDayError {
                text: text.to_owned(),
            })
    }
}

/// Which days people work on: Monday to Friday, but for holidays, and the weekends that are worked
/// instead (调休).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkingDays {
    /// Days off, of whatever day of the week.
    pub holidays: BTreeSet<Day>,
    /// Saturdays and Sundays on which people work.
    pub worked: BTreeSet<Day>,
}

impl WorkingDays {
    /// Whether people work on that day.
    #[must_use]
    pub fn is_worked(&self, day: Day) -> bool {
        self.worked.contains(&day) || !(day.is_weekend() || self.holidays.contains(&day))
    }

    /// The day that lies `n` working days after `day`, or before it where `n` is negative; `day`
    /// itself for 0. A day is given for the first one to count from, so Monday plus one is Tuesday.
    #[must_use]
    pub fn add(&self, day: Day, n: i32) -> Day {
        let (mut day, mut left) = (day, n.abs());
        while left > 0 {
            day = day.plus(n.signum());
            left -= i32::from(self.is_worked(day));
        }
        day
    }

    /// How many working days come after `from` up to `to`: Monday to Tuesday is one. None where `to`
    /// lies before.
    #[must_use]
    pub fn between(&self, from: Day, to: Day) -> usize {
        let days = (from.0 + 1)..=to.0;
        days.filter(|&day| self.is_worked(Day(day))).count()
    }
}

#[cfg(test)]
mod tests {
    use super::{Day, WorkingDays};

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn days_are_read_as_they_are_written() {
        for text in [
            "1970-01-01",
            "2000-02-29",
            "2024-02-29",
            "2026-12-31",
            "9999-12-31",
            "0001-01-01",
        ] {
            assert_eq!(day(text).to_string(), text);
        }
        assert_eq!(day("1970-01-01"), Day(0));
        assert_eq!(day("2000-03-01"), Day(11_017));
        let midnight = 16 * 3_600_000_000;
        assert_eq!(Day::in_china(midnight), day("1970-01-02"));
        assert_eq!(Day::in_china(midnight - 1), day("1970-01-01"));
        for bad in [
            "",
            "2026-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-1-1",
            "2026/01/01",
            "2026-01-01 ",
            "+026-01-01",
            "二〇二六",
        ] {
            assert!(bad.parse::<Day>().is_err(), "{bad}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_follows_the_one_before() {
        let mut date = (1900, 1, 1);
        for n in 0..=146_097 {
            let here = day("1900-01-01").plus(n);
            assert_eq!(here.date(), date);
            assert_eq!(Day::new(date.0, date.1, date.2), Some(here));
            date = match Day::new(date.0, date.1, date.2 + 1) {
                Some(_) => (date.0, date.1, date.2 + 1),
                None if date.1 < 12 => (date.0, date.1 + 1, 1),
                None => (date.0 + 1, 1, 1),
            };
        }
    }

    #[test]
    fn holidays_are_passed_over_and_worked_weekends_are_not() {
        // Wednesday to Friday off, worked on the Saturday before instead.
        let calendar = WorkingDays {
            holidays: ["2026-07-01", "2026-07-02", "2026-07-03"].map(day).into(),
            worked: ["2026-06-27"].map(day).into(),
        };
        for (from, n, want) in [
            ("2026-06-26", 0, "2026-06-26"),
            ("2026-06-26", 1, "2026-06-27"),
            ("2026-06-27", 1, "2026-06-29"),
            ("2026-06-30", 1, "2026-07-06"),
            ("2026-07-02", 1, "2026-07-06"),
            ("2026-07-06", -1, "2026-06-30"),
            ("2026-06-29", -1, "2026-06-27"),
            ("2026-07-06", 15, "2026-07-27"),
        ] {
            assert_eq!(calendar.add(day(from), n), day(want), "{from} {n}");
        }
        assert_eq!(
            WorkingDays::default().add(day("2026-06-26"), 1),
            day("2026-06-29")
        );
    }

    #[test]
    fn working_days_between_are_those_that_lead_there() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let calendar = WorkingDays {
            holidays: [day("2026-03-04")].into(),
            worked: [day("2026-03-07")].into(),
        };
        for (from, to, want) in [
            ("2026-03-02", "2026-03-02", 0),
            ("2026-03-02", "2026-03-03", 1),
            ("2026-03-02", "2026-03-05", 2),
            ("2026-03-05", "2026-03-09", 3),
            ("2026-03-09", "2026-03-02", 0),
        ] {
            assert_eq!(calendar.between(day(from), day(to)), want, "{from} {to}");
        }
        for (n, want) in (0..40).zip(0usize..) {
            let from = day("2026-02-27");
            let there = calendar.between(from, calendar.add(from, n));
            assert_eq!(there, want);
        }
    }
}
