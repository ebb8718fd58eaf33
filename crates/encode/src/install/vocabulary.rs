//! Which pieces of the multilingual vocabulary Chinese text needs.
//!
//! The unigram tokeniser chooses among all pieces that occur in a text. A piece with a character
//! that the text does not have is never among them, so dropping it changes nothing. Hence, on text
//! made of the characters kept, the segmentation stays as it was; the one exception are rare
//! Latin words, which now come in shorter pieces.

use super::packed::Piece;

/// Pieces are ordered by frequency. Later Latin ones are words of languages other than English.
const FREQUENT: usize = 20_000;

/// The ids to keep, in ascending order. `special` ids are kept whatever they look like.
pub(super) fn chinese(pieces: &[Piece<'_>], special: &[usize]) -> Vec<usize> {
    let keep =
        |&(id, piece): &(usize, &Piece<'_>)| special.contains(&id) || is_needed(id, piece.text);
    let kept = pieces.iter().enumerate().filter(keep);
    kept.map(|(id, _)| id).collect()
}

fn is_needed(id: usize, piece: &str) -> bool {
    let word = piece.strip_prefix('▁').unwrap_or(piece);
    let mut length = 0;
    let mut latin = false;
    for c in word.chars() {
        if !is_kept(c) {
            return false;
        }
        latin |= c.is_ascii_alphabetic();
        length += 1;
    }
    !latin || length == 1 || id < FREQUENT
}

/// ASCII, Chinese characters, and whatever is no letter: digits, punctuation, symbols.
fn is_kept(c: char) -> bool {
    c.is_ascii() || is_han(c) || !c.is_alphabetic()
}

fn is_han(c: char) -> bool {
    matches!(
        c,
        '々' | '〇'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(id: usize, piece: &str, want: bool) {
        assert_eq!(is_needed(id, piece), want, "{id} {piece}");
    }

    #[test]
    fn chinese_and_signs_are_kept_other_scripts_are_not() {
        check(200_000, "▁人民代表大会", true);
        check(200_000, "𠮷", true);
        check(200_000, "〇", true);
        check(200_000, "3.5%", true);
        check(200_000, "《", true);
        check(200_000, "▁", true);
        check(5, "です", false);
        check(5, "▁закон", false);
        check(5, "café", false);
        check(200_000, "是の", false);
    }

    #[test]
    fn latin_words_are_kept_when_frequent_or_single() {
        check(19_999, "▁query", true);
        check(20_000, "▁query", false);
        check(200_000, "▁A", true);
        check(200_000, "Z", true);
    }

    #[test]
    fn special_ids_stay() {
        let piece = |text| Piece { text, score: 0.0 };
        let pieces = [piece("日の"), piece("の"), piece("法")];
        assert_eq!(chinese(&pieces, &[0]), [0, 2]);
    }
}
