//! Letters.

/// Whether `c` is a letter or a digit. The same as [`char::is_alphanumeric`], which takes its slow path
/// for every Chinese character.
#[inline]
#[must_use]
pub fn is_letter(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}') || c.is_alphanumeric()
}

/// The letters of `text`.
pub fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|&c| is_letter(c))
}

#[cfg(test)]
mod tests {
    #[test]
    fn agrees_with_the_standard_library() {
        for c in '\0'..=char::MAX {
            assert_eq!(super::is_letter(c), c.is_alphanumeric(), "{c:?}");
        }
    }
}
