//! What of a text counts when words are compared: letters and digits, whatever their width.

use caifeng_domain::Span;

/// One letter or digit and where it stands.
pub(crate) struct Letter {
    pub(crate) folded: char,
    pub(crate) span: Span,
}

/// Letters and digits of `text`, folded.
pub(crate) fn letters(text: &str) -> Vec<Letter> {
    let folded = text.char_indices().map(|(at, c)| Letter {
        folded: fold(c),
        span: Span::new(at, at + c.len_utf8()),
    });
    folded.filter(|letter| is_letter(letter.folded)).collect()
}

/// The same as [`char::is_alphanumeric`], which is slow for Chinese characters.
fn is_letter(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}') || c.is_alphanumeric()
}

fn fold(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(c as u32 - 0xfee0).map_or(c, |c| c.to_ascii_lowercase())
        }
        _ => c.to_ascii_lowercase(),
    }
}

/// Letters and digits of `text` in one row.
pub(crate) fn fold_letters(text: &str) -> String {
    letters(text).iter().map(|letter| letter.folded).collect()
}
