//! Lines of a draft, cleaned of what typesetting and markdown add.

/// One line with words.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// Line or docx paragraph, from 1.
    pub(crate) number: u32,
    /// Trimmed, never empty.
    pub(crate) text: String,
    /// Comes after an empty line.
    pub(crate) after_blank: bool,
    /// Surely begins a paragraph: indented, after an empty line, or the file has no hard breaks.
    pub(crate) begins: bool,
}

/// The lines of a text file with words in them.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Line> {
    numbered((1..).zip(text.lines()), false)
}

/// The lines of a docx: one paragraph is one line, forced breaks inside keep its number.
pub(crate) fn paragraphs(paragraphs: &[String]) -> impl Iterator<Item = Line> {
    let parts = (1..)
        .zip(paragraphs)
        .flat_map(|(number, text)| text.split('\n').map(move |part| (number, part)));
    numbered(parts, true)
}

fn numbered<'a>(
    raw: impl Iterator<Item = (u32, &'a str)>,
    whole: bool,
) -> impl Iterator<Item = Line> {
    let mut after_blank = false;
    raw.filter_map(move |(number, raw)| {
        let text = clean(raw);
        if text.is_empty() {
            after_blank = true;
            return None;
        }
        if is_furniture(&text) {
            return None;
        }
        let indented = raw.starts_with(['\u{3000}', '\t']) || raw.starts_with("  ");
        let line = Line {
            number,
            text,
            after_blank,
            begins: whole || indented || after_blank,
        };
        after_blank = false;
        Some(line)
    })
}

/// Without invisible characters, markdown's `**` and `#`, and the white space at both ends.
fn clean(raw: &str) -> String {
    let visible: String = raw
        .chars()
        .filter(|&c| c == '\t' || !(c.is_control() || is_invisible(c)))
        .collect();
    visible
        .replace("**", "")
        .trim_start_matches(|c: char| c == '#' || c.is_whitespace())
        .trim_end()
        .to_owned()
}

/// Byte-order, zero-width and direction marks.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}

/// Page numbers and markdown comments.
fn is_furniture(text: &str) -> bool {
    let page = text
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '-' | '—' | '–' | '－' | '·' | ' '));
    page || (text.starts_with("<!--") && text.ends_with("-->"))
}

/// Whether a paragraph is complete with these words: it ends as a sentence or announces a list.
pub(crate) fn is_closed(text: &str) -> bool {
    text.trim_end_matches(['”', '’', '」', '』', '）', ')', '】', '》'])
        .ends_with(['。', '；', '：', '！', '？', '…', '!', '?', ';', ':', '.'])
}

/// Without any white space.
pub(crate) fn unspaced(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Whether `text` is words only, as titles are.
pub(crate) fn is_title(text: &str, max_chars: usize) -> bool {
    text.chars().nth(max_chars).is_none()
        && !text.contains(['。', '，', '；', '：', '？', '！', '“', '”', ',', ';', ':'])
}
