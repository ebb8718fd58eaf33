//! Stretches in quotation marks.

use crate::cite::glyph::Glyphs;

/// A quotation: glyphs `open + 1..close` between its marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marked {
    /// The opening mark.
    pub(crate) open: usize,
    /// The closing mark.
    pub(crate) close: usize,
}

/// Quotations longer than an article are a forgotten mark.
const LONGEST: usize = 400;

/// Whether there is an opening mark in `text`, of whatever width.
pub(crate) fn may_have(text: &str) -> bool {
    text.contains(['“', '「', '『', '‘', '"', '＂', '\'', '＇'])
}

/// All quotations of `from..to`, outermost only, in order. A mark without its counterpart is passed over.
pub(crate) fn all(g: &Glyphs, from: usize, to: usize) -> Vec<Marked> {
    let mut out = Vec::new();
    let mut i = from;
    while i < to {
        match closing(g, i, to) {
            Some(close) => {
                out.push(Marked { open: i, close });
                i = close + 1;
            }
            None => i += 1,
        }
    }
    out
}

/// Where the quotation that opens at `i` closes.
fn closing(g: &Glyphs, i: usize, to: usize) -> Option<usize> {
    let open = g.at(i);
    let close = match open {
        '“' => '”',
        '「' => '」',
        '『' => '』',
        '‘' => '’',
        '"' | '\'' => open,
        _ => return None,
    };
    let mut depth = 0;
    for k in i + 1..to.min(i + LONGEST) {
        match g.at(k) {
            '\n' => return None,
            c if c == close && depth == 0 => return (k > i + 1).then_some(k),
            c if c == close => depth -= 1,
            c if c == open => depth += 1,
            _ => {}
        }
    }
    None
}
