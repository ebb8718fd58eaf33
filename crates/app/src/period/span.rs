//! A month or a year.

use std::str::FromStr;

use caifeng_domain::Day;
use jiff::civil::Date;

use crate::{AppError, Refusal};

/// A month or a year, by its first and last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First day.
    pub first: Day,
    /// Last day.
    pub last: Day,
}

impl Span {
    /// Whether a day lies in it.
    #[must_use]
    pub fn holds(&self, day: Day) -> bool {
        (self.first..=self.last).contains(&day)
    }

    /// 2026年3月, 2026年
    #[must_use]
    pub fn chinese(&self) -> String {
        let (year, month, _) = self.first.date();
        if self.last.date().1 == month {
            format!("{year}年{month}月")
        } else {
            format!("{year}年")
        }
    }

    /// The month before the one in which a day lies, as it is written: `2026-03`.
    #[must_use]
    pub fn month_before(day: Day) -> String {
        let (year, month, _) = day.date();
        if month == 1 {
            format!("{}-12", year - 1)
        } else {
            format!("{year}-{:02}", month - 1)
        }
    }
}

impl FromStr for Span {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        let wrong = || AppError::from(Refusal::BadPeriod);
        let date = |text: String| text.parse::<Date>().map_err(|_| wrong());
        let (first, last) = match text.len() {
            4 => (
                date(format!("{text}-01-01"))?,
                date(format!("{text}-12-31"))?,
            ),
            7 => {
                let first = date(format!("{text}-01"))?;
                (first, first.last_of_month())
            }
            _ => return Err(wrong()),
        };
        let day = |date: Date| date.to_string().parse().map_err(|_| wrong());
        Ok(Self {
            first: day(first)?,
            last: day(last)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[test]
    fn months_and_years_have_a_first_and_a_last_day() {
        for (text, want) in [
            ("2026-02", "2026-02-01 2026-02-28 2026年2月"),
            ("2028-02", "2028-02-01 2028-02-29 2028年2月"),
            ("2026-12", "2026-12-01 2026-12-31 2026年12月"),
            ("2026", "2026-01-01 2026-12-31 2026年"),
        ] {
            let span: Span = text.parse().unwrap();
            let said = format!("{} {} {}", span.first, span.last, span.chinese());
            assert_eq!(said, want);
        }
        for wrong in ["", "2026-13", "26-3", "2026-3", "二〇二六", "2026-03-01"] {
            assert!(wrong.parse::<Span>().is_err(), "{wrong}");
        }
        let before = |day: &str| Span::month_before(day.parse().unwrap());
        assert_eq!(
            (before("2026-01-31"), before("2026-11-02")),
            ("2025-12".into(), "2026-10".into())
        );
    }
}
