//! Where 署名 and 成文日期 stand without a seal (GB/T 9704-2012, 7.3.5.2): the name two characters
//! from the right edge; the date in the next line, beginning two characters to the right of where
//! the name begins. Where the date is the longer one it stands two characters from the edge instead.

use crate::typography;

/// Distances from the right edge in halves of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Indents {
    pub(crate) name: usize,
    pub(crate) date: usize,
}

/// Two characters.
const TWO: usize = 4;

/// For this name and this date.
pub(crate) fn indents(name: &str, date: &str) -> Indents {
    let (name, date) = (typography::width(name), typography::width(date));
    if name >= date + TWO {
        Indents {
            name: TWO,
            date: name - date,
        }
    } else {
        Indents {
            name: TWO + TWO + date - name,
            date: TWO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Indents, indents};
    use crate::typography::width;

    #[test]
    fn the_date_begins_two_characters_to_the_right_of_the_name() {
        for name in [
            "某站",
            "云泽市人大常委会",
            "云泽市柳湾街道基层立法联系点办公室",
        ] {
            for date in ["2026年1月1日", "2026年11月21日"] {
                let Indents { name: n, date: d } = indents(name, date);
                // Both counted from the right edge.
                let (name_begins, date_begins) = (n + width(name), d + width(date));
                assert_eq!(name_begins, date_begins + 4, "{name} {date}");
                assert_eq!(n.min(d), 4, "{name} {date}");
            }
        }
    }
}
