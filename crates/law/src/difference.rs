//! What changed between two wordings of a provision (修改前后对照), character by character, but never in
//! crumbs: a reader sees whole words go and come.
//!
//! ```
//! use caifeng_law::difference::{Piece, difference};
//! let pieces = difference("应当在三日内答复。", "应当在十五日内书面答复。");
//! let shown: String = pieces.iter().map(|piece| match piece {
//!     Piece::Kept(words) => words.clone(),
//!     Piece::Gone(words) => format!("[-{words}]"),
//!     Piece::New(words) => format!("[+{words}]"),
//! }).collect();
//! assert_eq!(shown, "应当在[-三][+十五]日内[+书面]答复。");
//! ```

use similar::{ChangeTag, TextDiff};

/// A stretch of two wordings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// In both.
    Kept(String),
    /// In the former only.
    Gone(String),
    /// In the new one only.
    New(String),
}

/// Characters in common that do not part two changes: one alone between them is chance.
const CRUMB: usize = 1;

/// The stretches of `former` and `new` in order, what goes before what comes. Without [`Piece::New`]
/// they are `former`, without [`Piece::Gone`] they are `new`.
#[must_use]
pub fn difference(former: &str, new: &str) -> Vec<Piece> {
    let diff = TextDiff::from_chars(former, new);
    // Runs of one kind: kept words, or what goes and what comes between them.
    let mut runs: Vec<Run> = Vec::new();
    for change in diff.iter_all_changes() {
        let is_kept = change.tag() == ChangeTag::Equal;
        if runs.last().is_none_or(|run| run.is_kept != is_kept) {
            runs.push(Run {
                is_kept,
                ..Run::default()
            });
        }
        if let Some(run) = runs.last_mut() {
            if change.tag() != ChangeTag::Insert {
                run.former.push_str(change.value());
            }
            if change.tag() != ChangeTag::Delete {
                run.new.push_str(change.value());
            }
        }
    }
    let mut merged: Vec<Run> = Vec::new();
    let last = runs.len().saturating_sub(1);
    for (at, mut run) in runs.into_iter().enumerate() {
        let is_between = at > 0 && at < last;
        if run.is_kept && is_between && run.former.chars().count() <= CRUMB {
            run.is_kept = false;
        }
        match merged
            .last_mut()
            .filter(|before| before.is_kept == run.is_kept)
        {
            Some(before) => {
                before.former.push_str(&run.former);
                before.new.push_str(&run.new);
            }
            None => merged.push(run),
        }
    }
    merged.into_iter().flat_map(Run::pieces).collect()
}

#[derive(Default)]
struct Run {
    is_kept: bool,
    former: String,
    new: String,
}

impl Run {
    fn pieces(self) -> impl Iterator<Item = Piece> {
        let [first, second] = if self.is_kept {
            [Some(Piece::Kept(self.former)), None]
        } else {
            let gone = Some(self.former).filter(|words| !words.is_empty());
            let new = Some(self.new).filter(|words| !words.is_empty());
            [gone.map(Piece::Gone), new.map(Piece::New)]
        };
        [first, second].into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Piece, difference};

    proptest! {
        #[test]
        fn both_wordings_are_in_the_pieces(former in "[甲乙丙丁，。]{0,40}", new in "[甲乙丙丁，。]{0,40}") {
            let pieces = difference(&former, &new);
            let side = |gone: bool| -> String {
                let words = pieces.iter().filter_map(|piece| match piece {
                    Piece::Kept(words) => Some(words.as_str()),
                    Piece::Gone(words) => gone.then_some(words.as_str()),
                    Piece::New(words) => (!gone).then_some(words.as_str()),
                });
                words.collect()
            };
            prop_assert_eq!(side(true), former);
            prop_assert_eq!(side(false), new);
        }
    }

    #[test]
    fn the_same_words_are_one_piece() {
        assert_eq!(difference("甲乙", "甲乙"), [Piece::Kept("甲乙".into())]);
        assert_eq!(difference("", ""), []);
    }
}
