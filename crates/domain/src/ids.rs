//! Identifiers: parsed at the edge, trusted inside.

use std::{fmt, num::NonZeroU64, str::FromStr};

/// A text that is not of the form an identifier has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct ParseIdError {
    text: String,
    expected: &'static str,
}

macro_rules! row_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(NonZeroU64);

        impl $name {
            /// Wraps a row number. Zero is not one.
            #[must_use]
            pub const fn new(raw: u64) -> Option<Self> {
                match NonZeroU64::new(raw) {
                    Some(raw) => Some(Self(raw)),
                    None => None,
                }
            }

            /// The stored form.
            #[must_use]
            pub const fn get(self) -> u64 {
                self.0.get()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "-{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.strip_prefix(concat!($prefix, "-"))
                    .and_then(|digits| digits.parse().ok())
                    .and_then(Self::new)
                    .ok_or_else(|| ParseIdError {
                        text: text.to_owned(),
                        expected: concat!("a number like `", $prefix, "-42`"),
                    })
            }
        }
    };
}

row_id!(
    /// One consultation (征求意见任务). Shown as `C-42`.
    ConsultationId,
    "C"
);
row_id!(
    /// One submission (来件). Shown as `S-42`.
    SubmissionId,
    "S"
);
row_id!(
    /// One point (观点) of a consultation, stable over triage runs. Shown as `P-42`.
    PointId,
    "P"
);
row_id!(
    /// One place where opinions are collected. Shown as `T-42`.
    StationId,
    "T"
);
row_id!(
    /// One 信息员. Shown as `I-42`.
    CollectorId,
    "I"
);

/// An article's number: 第十二条 is `12`, 第一百二十条之一 is `120-1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArticleNo {
    /// The number before 条.
    pub main: u16,
    /// The number after 之, zero where there is none.
    pub inserted: u16,
}

impl ArticleNo {
    /// 第`main`条.
    #[must_use]
    pub const fn new(main: u16) -> Self {
        Self { main, inserted: 0 }
    }

    /// 第`main`条之`inserted`.
    #[must_use]
    pub const fn with_inserted(main: u16, inserted: u16) -> Self {
        Self { main, inserted }
    }
}

impl fmt::Display for ArticleNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.inserted {
            0 => write!(f, "{}", self.main),
            inserted => write!(f, "{}-{inserted}", self.main),
        }
    }
}

impl FromStr for ArticleNo {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (main, inserted) = text.split_once('-').unwrap_or((text, "0"));
        match (main.parse(), inserted.parse()) {
            (Ok(main), Ok(inserted)) if main > 0 => Ok(Self { main, inserted }),
            _ => Err(ParseIdError {
                text: text.to_owned(),
                expected: "an article number like `12` or `120-1`",
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ArticleNo, SubmissionId};

    #[test]
    fn ids_print_as_they_parse() {
        for text in ["S-1", "S-18446744073709551615"] {
            assert_eq!(text.parse::<SubmissionId>().unwrap().to_string(), text);
        }
        for text in ["S-0", "42", "S-", "P-3", "S--1"] {
            assert!(text.parse::<SubmissionId>().is_err(), "{text}");
        }
        for text in ["12", "120-1"] {
            assert_eq!(text.parse::<ArticleNo>().unwrap().to_string(), text);
        }
        for text in ["0", "", "十二", "12-", "70000"] {
            assert!(text.parse::<ArticleNo>().is_err(), "{text}");
        }
    }
}
