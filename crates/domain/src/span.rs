//! A stretch of text.

use std::ops::Range;

/// A half-open range of bytes in a text, both ends on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span `start..end`. An inverted range becomes empty at `start`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        let end = if end < start { start } else { end };
        Self { start, end }
    }

    /// Bytes covered.
    #[must_use]
    pub const fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether nothing is covered.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies inside, ends included.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share at least one byte.
    #[must_use]
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The words covered. Empty when the span does not fit `text`.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// Without the white space and the characters for which `strip` holds, at both ends.
    #[must_use]
    pub fn trimmed(self, text: &str, strip: impl Fn(char) -> bool) -> Self {
        let inner = self.of(text);
        let cut = |c: char| c.is_whitespace() || strip(c);
        let start = self.start + inner.len() - inner.trim_start_matches(cut).len();
        let end = self.start + inner.trim_end_matches(cut).len();
        Self::new(start, end)
    }

    /// The same span counted in Unicode scalar values, as every wire format has it.
    #[must_use]
    pub fn in_chars(self, text: &str) -> Range<usize> {
        let before = text.get(..self.start).map_or(0, |s| s.chars().count());
        before..before + self.of(text).chars().count()
    }
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[test]
    fn counts_scalar_values_and_trims() {
        let text = "甲😀 乙，";
        let span = Span::new("甲".len(), text.len());
        assert_eq!(span.in_chars(text), 1..5);
        assert_eq!(span.trimmed(text, |c| c == '，').of(text), "😀 乙");
        assert_eq!(
            Span::new(1, 2).of("甲"),
            "",
            "off a boundary is empty, not a panic"
        );
    }
}
