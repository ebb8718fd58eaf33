//! The text as the recognisers read it: width folded, invisible characters left out.

use std::cell::OnceCell;
use std::ops::Range;

use caifeng_domain::Span;

use super::words;

/// Words are looked for no further than this, so that a text of one endless word costs nothing.
const LONGEST_WORD: usize = 12;

/// Characters between a cue word and its number, and in a remark in brackets there.
const LONGEST_FILLER: usize = 6;
const LONGEST_REMARK: usize = 16;

/// A text folded character by character, with the way back to the bytes as delivered.
///
/// Inside the recognisers every position counts characters of this view.
pub(super) struct View {
    /// Folded characters.
    pub chars: Vec<char>,
    /// The same as one string, for the regular expressions.
    folded: String,
    /// Byte in `folded` where each character starts; one more entry for the end.
    folded_at: Vec<usize>,
    /// First byte and end byte of each character as delivered.
    delivered: Vec<(usize, usize)>,
    /// Whether a word starts at each character; made when first asked for.
    word_starts: OnceCell<Vec<bool>>,
}

impl View {
    pub(super) fn new(text: &str) -> Self {
        let mut view = Self {
            chars: Vec::with_capacity(text.len() / 2),
            folded: String::with_capacity(text.len()),
            folded_at: Vec::with_capacity(text.len() / 2),
            delivered: Vec::with_capacity(text.len() / 2),
            word_starts: OnceCell::new(),
        };
        for (at, c) in text.char_indices() {
            if is_invisible(c) {
                continue;
            }
            let folded = fold(c);
            view.chars.push(folded);
            view.folded_at.push(view.folded.len());
            view.folded.push(folded);
            view.delivered.push((at, at + c.len_utf8()));
        }
        view.folded_at.push(view.folded.len());
        view
    }

    /// Number of characters.
    pub(super) fn len(&self) -> usize {
        self.chars.len()
    }

    /// The folded text.
    pub(super) fn folded(&self) -> &str {
        &self.folded
    }

    /// Whether there is an ASCII digit: most recognisers have nothing to do without one.
    pub(super) fn has_digits(&self) -> bool {
        self.folded.bytes().any(|b| b.is_ascii_digit())
    }

    /// The folded characters `range`.
    pub(super) fn slice(&self, range: Range<usize>) -> &str {
        &self.folded[self.folded_at[range.start]..self.folded_at[range.end]]
    }

    /// The folded text from character `at` on, at most `chars` characters.
    pub(super) fn after(&self, at: usize, chars: usize) -> &str {
        self.slice(at..(at + chars).min(self.len()))
    }

    /// The folded text before character `at`, at most `chars` characters.
    pub(super) fn before(&self, at: usize, chars: usize) -> &str {
        self.slice(at.saturating_sub(chars)..at)
    }

    /// The character at `at`, if there is one.
    pub(super) fn get(&self, at: usize) -> Option<char> {
        self.chars.get(at).copied()
    }

    /// The character before `at`, if there is one.
    pub(super) fn previous(&self, at: usize) -> Option<char> {
        at.checked_sub(1).and_then(|at| self.get(at))
    }

    /// Whether one of `cues` stands before `at`, with nothing between but 号, 码, 是, 为, punctuation,
    /// or a short remark in brackets.
    pub(super) fn follows_cue(&self, at: usize, cues: &[&str]) -> bool {
        const FILLERS: [char; 13] = [
            ' ', ':', '是', '为', '号', '码', '(', '"', '“', ',', '=', '、', '\n',
        ];
        let is_cue = |end: usize| cues.iter().any(|cue| self.before(end, 4).ends_with(cue));
        let mut end = at;
        for _ in 0..LONGEST_FILLER {
            if is_cue(end) {
                return true;
            }
            match self.previous(end) {
                Some(')') => {
                    let from = end.saturating_sub(LONGEST_REMARK);
                    match (from..end).rev().find(|&i| self.chars[i] == '(') {
                        Some(open) => end = open,
                        None => return false,
                    }
                }
                Some(c) if FILLERS.contains(&c) => end -= 1,
                _ => return false,
            }
        }
        is_cue(end)
    }

    /// Character positions of a byte range of [`Self::folded`].
    pub(super) fn chars_of(&self, bytes: Range<usize>) -> Range<usize> {
        let find = |byte| self.folded_at.partition_point(|&at| at < byte);
        find(bytes.start)..find(bytes.end)
    }

    /// The bytes as delivered of a character range.
    pub(super) fn span(&self, range: &Range<usize>) -> Span {
        match (self.delivered.get(range.start), range.end.checked_sub(1)) {
            (Some(&(start, _)), Some(last)) if last >= range.start => {
                Span::new(start, self.delivered[last].1)
            }
            _ => Span::new(0, 0),
        }
    }

    /// Whether no word of the dictionary runs across the boundary before character `at`.
    pub(super) fn is_word_boundary(&self, at: usize) -> bool {
        let starts = self
            .word_starts
            .get_or_init(|| words::starts(&self.folded, &self.folded_at));
        starts.get(at).copied().unwrap_or(true)
    }

    /// The word that ends at `at`.
    pub(super) fn word_before(&self, at: usize) -> Range<usize> {
        let start = (at.saturating_sub(LONGEST_WORD)..at)
            .rev()
            .find(|&i| self.is_word_boundary(i))
            .unwrap_or(at);
        start..at
    }

    /// The word that starts at `at`.
    pub(super) fn word_at(&self, at: usize) -> Range<usize> {
        let end = (at + 1..self.len().min(at + LONGEST_WORD))
            .find(|&i| self.is_word_boundary(i))
            .unwrap_or(self.len().min(at + LONGEST_WORD));
        at.min(end)..end
    }
}

/// A Han character, of whatever plane.
pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{3134f}' | '〇')
}

/// Marks that readers do not see and that would cut a number in two: zero-width characters, direction marks.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}'
    )
}

/// Full-width forms become ASCII, and so do the punctuation marks that only differ by habit.
fn fold(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' | '\t' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '〔' | '【' => '[',
        '〕' | '】' => ']',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::View;

    #[test]
    fn leads_back_to_the_bytes_as_delivered() {
        let text = "电\u{200b}１３８😀乙";
        let view = View::new(text);
        assert_eq!(view.folded(), "电138😀乙");
        assert_eq!(view.span(&(1..4)).of(text), "１３８");
        assert_eq!(view.span(&(0..2)).of(text), "电\u{200b}１");
        assert_eq!(view.chars_of(3..6), 1..4);
        assert!(view.span(&(6..6)).is_empty());
    }
}
