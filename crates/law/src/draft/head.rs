//! What stands before the first provision: title, 题注 and preamble.

use super::line::{Line, is_closed, unspaced};

/// Words that end the name of a law, so that what follows an empty line is no longer title.
const NAME_ENDS: [&str; 14] = [
    "法", "典", "条例", "规定", "办法", "细则", "规则", "决定", "决议", "案", "稿", "章程", "）",
    ")",
];

/// The head under construction.
#[derive(Debug, Default)]
pub(crate) struct Head {
    pub(crate) title: String,
    pub(crate) note: Option<String>,
    pub(crate) preamble: Vec<String>,
    /// A note whose bracket is still open, and how many are.
    open_note: Option<(String, i32)>,
    /// The title is over.
    titled: bool,
}

impl Head {
    /// Takes a line that is no provision.
    pub(crate) fn line(&mut self, line: &Line) {
        let text = line.text.as_str();
        if let Some((note, depth)) = &mut self.open_note {
            note.push_str(text);
            *depth += balance(text);
            if *depth <= 0 {
                self.close_note();
            }
        } else if self.preamble.is_empty() && is_bracketed(text) {
            self.open_note = Some((text.to_owned(), balance(text)));
            if balance(text) <= 0 {
                self.close_note();
            }
        } else if self.title.is_empty() && is_annex_mark(text) {
            // 附件1 above the title of a draft that was sent as an enclosure.
        } else if self.titled || self.ends_before(line) {
            self.titled = true;
            self.preamble.push(text.to_owned());
        } else {
            self.title.push_str(&unspaced(text));
        }
    }

    /// The provisions or the 目录 begin.
    pub(crate) fn end(&mut self) {
        self.close_note();
        self.titled = true;
    }

    /// Whether `line` cannot be a further line of the title.
    fn ends_before(&self, line: &Line) -> bool {
        let named = NAME_ENDS.iter().any(|end| self.title.ends_with(end));
        // Some collections print the dates of adoption without brackets.
        let begins_with_date = line.text.starts_with(|c: char| c.is_ascii_digit());
        is_closed(&line.text)
            || (named && (line.after_blank || begins_with_date))
            || matches!(unspaced(&line.text).as_str(), "序言" | "前言")
    }

    /// Brackets under a title hold the version, which is part of it, or dates of adoption (题注).
    fn close_note(&mut self) {
        let Some((text, _)) = self.open_note.take() else {
            return;
        };
        let inner = text.trim_start_matches(['（', '(']);
        let inner = inner.strip_suffix(['）', ')']).unwrap_or(inner).trim();
        if inner.ends_with('稿') || inner.ends_with('案') {
            self.title.extend(["（", &unspaced(inner), "）"]);
        } else if self.note.is_none() {
            self.note = Some(inner.to_owned());
            self.titled = !self.title.is_empty();
        } else {
            self.preamble.push(text);
        }
    }
}

/// Opening less closing brackets.
fn balance(text: &str) -> i32 {
    text.chars()
        .map(|c| match c {
            '（' | '(' => 1,
            '）' | ')' => -1,
            _ => 0,
        })
        .sum()
}

/// Whether a line is one bracket, or opens one that goes on.
fn is_bracketed(text: &str) -> bool {
    text.starts_with(['（', '(']) && (text.ends_with(['）', ')']) || balance(text) > 0)
}

/// Whether a line is the mark or title line of an annex: 附件, 附表1, 附件二：名录.
pub(crate) fn is_annex_mark(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('附') else {
        return false;
    };
    let rest = rest.trim_start();
    let kind = rest.strip_prefix(['件', '表', '录', '图']);
    let rest = kind
        .unwrap_or(rest)
        .trim_start_matches(crate::numeral::is_numeral);
    let mark = rest.is_empty() && kind.is_some();
    mark || rest.starts_with(['：', ':'])
        || (kind.is_some() && rest.starts_with(char::is_whitespace))
}
