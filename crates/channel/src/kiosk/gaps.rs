//! Which batches of a device have come, and which are missing.

use std::{collections::BTreeMap, fmt, ops::RangeInclusive, str::FromStr};

/// The numbers seen from one device. `to_string` and `parse` write and read it: `42` is "1 to 42
/// have come", `42,7-9,30` is "1 to 42 have come, but for 7 to 9 and 30".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sequence {
    highest: u64,
    /// Missing numbers below `highest`: first → last, apart from each other.
    missing: BTreeMap<u64, u64>,
}

/// What the arrival of a number means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// The next one.
    Next,
    /// A later one: these are now missing. They may be on their way.
    Ahead(RangeInclusive<u64>),
    /// One that was missing.
    Late,
    /// One that has come before: the batch was sent again, or the device was reset and counts anew.
    /// Its items tell which: they go by their own identities, never by this number.
    Again,
}

impl Sequence {
    /// Notes that `number` (from 1) has come.
    pub fn arrive(&mut self, number: u64) -> Arrival {
        let next = self.highest.saturating_add(1);
        if number > self.highest {
            self.highest = number;
            if number == next {
                return Arrival::Next;
            }
            self.missing.insert(next, number - 1);
            return Arrival::Ahead(next..=number - 1);
        }
        let gap = self.missing.range(..=number).next_back();
        let Some((first, last)) = gap.map(|(f, l)| (*f, *l)).filter(|(_, l)| number <= *l) else {
            return Arrival::Again;
        };
        self.missing.remove(&first);
        if first < number {
            self.missing.insert(first, number - 1);
        }
        if number < last {
            self.missing.insert(number + 1, last);
        }
        Arrival::Late
    }

    /// The highest number that has come; zero before any.
    #[must_use]
    pub const fn highest(&self) -> u64 {
        self.highest
    }

    /// What is missing, ascending.
    pub fn missing(&self) -> impl Iterator<Item = RangeInclusive<u64>> {
        self.missing.iter().map(|(first, last)| *first..=*last)
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.highest)?;
        for (first, last) in &self.missing {
            if first == last {
                write!(f, ",{first}")?;
            } else {
                write!(f, ",{first}-{last}")?;
            }
        }
        Ok(())
    }
}

/// A text that is not a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a sequence like `42,7-9,30`")]
pub struct ParseSequenceError;

impl FromStr for Sequence {
    type Err = ParseSequenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |text: &str| text.parse::<u64>().map_err(|_| ParseSequenceError);
        let mut parts = text.split(',');
        let highest = number(parts.next().unwrap_or_default())?;
        let mut missing = BTreeMap::new();
        // Ascending, apart from each other, from 1 and below the highest.
        let mut free = 1;
        for part in parts {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (number(first)?, number(last)?);
            if first < free || last < first || last >= highest {
                return Err(ParseSequenceError);
            }
            missing.insert(first, last);
            free = last.saturating_add(2);
        }
        Ok(Self { highest, missing })
    }
}
