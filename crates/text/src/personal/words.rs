//! Where words start, as the shared dictionary sees it.

use crate::segment::dictionary;

/// Unknown words are not guessed: a guess might run across the edge of a name.
///
/// For each character of `text`, whether a word starts there.
///
/// `at` holds the byte where each character starts, and the length of the text.
pub(super) fn starts(text: &str, at: &[usize]) -> Vec<bool> {
    let mut starts = vec![false; at.len()];
    let mut i = 0;
    for token in dictionary().cut(text, false) {
        while at[i] < token.byte_start {
            i += 1;
        }
        starts[i] = true;
    }
    if let Some(end) = starts.last_mut() {
        *end = true;
    }
    starts
}
