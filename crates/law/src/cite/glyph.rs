//! The text as the grammar sees it: folded characters that remember where they stand.
//!
//! Width, traditional forms and spaces differ from sender to sender (`第１２條`, `第 十二 条`). They are folded here
//! once, character by character, so that every span still fits the text as delivered.

use caifeng_domain::Span;

/// One character that counts.
struct Glyph {
    folded: char,
    span: Span,
    /// White space stood before it.
    gap: bool,
}

/// A text without spaces and invisible characters; line breaks stay.
pub(crate) struct Glyphs(Vec<Glyph>);

impl Glyphs {
    pub(crate) fn of(text: &str) -> Self {
        let mut gap = false;
        let mut glyphs = Vec::with_capacity(text.len() / 3);
        for (start, c) in text.char_indices() {
            let folded = fold(c);
            if folded != '\n' && (folded.is_whitespace() || is_invisible(folded)) {
                gap = true;
                continue;
            }
            let span = Span::new(start, start + c.len_utf8());
            glyphs.push(Glyph { folded, span, gap });
            gap = false;
        }
        Self(glyphs)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The folded character at `i`; a line break beyond either end.
    pub(crate) fn at(&self, i: usize) -> char {
        self.0.get(i).map_or('\n', |glyph| glyph.folded)
    }

    /// The folded character before `i`; a line break at the beginning.
    pub(crate) fn before(&self, i: usize) -> char {
        i.checked_sub(1).map_or('\n', |i| self.at(i))
    }

    /// Whether white space stands before `i`.
    pub(crate) fn gap(&self, i: usize) -> bool {
        self.0.get(i).is_some_and(|glyph| glyph.gap)
    }

    /// Whether `word` begins at `i`.
    pub(crate) fn starts(&self, i: usize, word: &str) -> bool {
        word.chars().zip(i..).all(|(c, i)| self.at(i) == c)
    }

    /// Whether `word` ends just before `i`.
    pub(crate) fn ends(&self, i: usize, word: &str) -> bool {
        let mut i = i;
        word.chars().rev().all(|c| {
            // Beyond the beginning there is nothing to compare.
            let before = i.checked_sub(1);
            i = before.unwrap_or(0);
            before.is_some() && self.at(i) == c
        })
    }

    /// The longest of `words` that begins at `i`: the index behind it.
    pub(crate) fn after_any(&self, i: usize, words: &[&str]) -> Option<usize> {
        words
            .iter()
            .filter(|word| self.starts(i, word))
            .map(|word| i + word.chars().count())
            .max()
    }

    /// The longest of `words` that ends just before `i`: the index of its first character.
    pub(crate) fn before_any(&self, i: usize, words: &[&str]) -> Option<usize> {
        words
            .iter()
            .filter(|word| self.ends(i, word))
            .map(|word| i - word.chars().count())
            .min()
    }

    /// The first index from `i` on, at most `limit` further, for which `stop` holds; else the limit.
    pub(crate) fn until(&self, i: usize, limit: usize, stop: impl Fn(char) -> bool) -> usize {
        let end = (i + limit).min(self.len());
        (i..end).find(|&i| stop(self.at(i))).unwrap_or(end)
    }

    /// Folded characters `from..to`.
    pub(crate) fn words(&self, from: usize, to: usize) -> String {
        (from..to).map(|i| self.at(i)).collect()
    }

    /// Where `from..to` stands in the text as delivered.
    pub(crate) fn span(&self, from: usize, to: usize) -> Span {
        match (
            self.0.get(from),
            to.checked_sub(1).and_then(|i| self.0.get(i)),
        ) {
            (Some(first), Some(last)) => Span::new(first.span.start, last.span.end),
            _ => Span::new(0, 0),
        }
    }
}

/// The words of a list written with spaces between them: long lists stay readable so.
pub(crate) fn words(list: &'static str) -> Vec<&'static str> {
    list.split_whitespace().collect()
}

/// Ends a sentence.
pub(crate) fn is_stop(c: char) -> bool {
    matches!(c, '。' | '!' | '?' | ';' | '\n')
}

/// Ends a clause.
pub(crate) fn is_clause_end(c: char) -> bool {
    is_stop(c) || matches!(c, ',' | ':')
}

/// Full width to half width, traditional to simplified as far as citations need it.
fn fold(c: char) -> char {
    match c {
        '–' | '—' | '―' | '−' | '﹣' | '～' | '〜' | '∼' => '~',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\r' | '\u{2028}' | '\u{2029}' => '\n',
        '〔' | '【' => '(',
        '〕' | '】' => ')',
        '條' => '条',
        '項' => '项',
        '編' => '编',
        '節' => '节',
        '則' => '则',
        '總' => '总',
        '這' => '这',
        '該' => '该',
        '後' => '后',
        '與' => '与',
        '數' => '数',
        '責' => '责',
        '個' => '个',
        '規' => '规',
        '議' => '议',
        '見' => '见',
        '參' => '参',
        '據' => '据',
        '現' => '现',
        '訂' => '订',
        '憲' => '宪',
        '為' | '爲' => '为',
        '調' => '调',
        '裡' | '裏' => '里',
        '說' => '说',
        '寫' => '写',
        '講' => '讲',
        '對' => '对',
        '關' => '关',
        '於' => '于',
        '將' => '将',
        '刪' => '删',
        '應' => '应',
        '當' => '当',
        _ => c,
    }
}

/// Zero-width characters, direction marks and variation selectors.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}
