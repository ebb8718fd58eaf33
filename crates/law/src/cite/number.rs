//! Numbers inside citations: one, a list, a range, in brackets, misheard.

use super::glyph::{Glyphs, is_clause_end};
use crate::numeral;

/// More numbers before one unit word are not a citation.
const LONGEST_LIST: usize = 32;

/// `from..=to`; the two are the same for one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) from: u16,
    pub(super) to: u16,
}

impl Number {
    /// Every number of the range; only its ends where it is longer than `limit` or runs backwards.
    pub(super) fn each(self, limit: u16) -> impl Iterator<Item = u16> {
        let whole = self.from <= self.to && self.to - self.from <= limit;
        let step = if whole {
            1
        } else {
            self.from.abs_diff(self.to).max(1)
        };
        let (low, high) = (self.from.min(self.to), self.from.max(self.to));
        (low..=high).step_by(usize::from(step))
    }
}

/// The longest run of numeral characters that is one number: 十二, 105, １２.
pub(super) fn one(g: &Glyphs, i: usize) -> Option<(u16, usize)> {
    // 一千一百八十八 has seven characters, five-digit numbers with spare zeros no more.
    const LONGEST: usize = 10;
    let mut end = i;
    while end < i + LONGEST && numeral::is_numeral(g.at(end)) {
        // `12 3` are two numbers, `十 二` is one that OCR spaced out.
        if end > i && g.gap(end) && g.at(end).is_ascii_digit() && g.at(end - 1).is_ascii_digit() {
            break;
        }
        end += 1;
    }
    let n = numeral::parse(&g.words(i, end)).filter(|&n| n > 0)?;
    Some((n, end))
}

/// （三）, (3), ㈢, ⑶ without 第 before it.
pub(super) fn bracketed(g: &Glyphs, i: usize) -> Option<(u16, usize)> {
    match g.at(i) {
        '(' => {
            let (n, at) = one(g, i + 1)?;
            (g.at(at) == ')').then_some((n, at + 1))
        }
        c @ '㈠'..='㈩' => Some((c as u16 - '㈠' as u16 + 1, i + 1)),
        c @ '⑴'..='⒇' => Some((c as u16 - '⑴' as u16 + 1, i + 1)),
        _ => None,
    }
}

/// Numbers up to their unit word: 第八、九, 8-10, 第（一）至（四）. A unit word in between ends the list.
pub(super) fn list(g: &Glyphs, i: usize) -> Option<(Vec<Number>, usize)> {
    let (n, mut at) = number(g, i)?;
    let mut numbers = vec![Number { from: n, to: n }];
    // 三、第十五条 and 2、34条: a list mark before a citation, not two numbers of one.
    let bare = g.at(i) != '第';
    let mark = bare && is_clause_end(g.before(i));
    let follows = |at: usize| (!bare || g.at(at) != '第').then(|| number(g, at)).flatten();
    // The bound keeps a page of numbers without a unit word from being read again at each of them.
    while numbers.len() < LONGEST_LIST {
        if let Some(next) = g.after_any(at, &["至", "到", "-", "~", "至第", "到第"])
            && let Some((to, after)) = number(g, next)
        {
            numbers.last_mut()?.to = to;
            at = after;
        } else if let Some(next) = g
            .after_any(at, &["、", ",", "和", "及", "与", "或"])
            .filter(|_| !mark)
            && let Some((n, after)) = follows(next)
        {
            numbers.push(Number { from: n, to: n });
            at = after;
        } else {
            break;
        }
    }
    Some((numbers, at))
}

fn number(g: &Glyphs, i: usize) -> Option<(u16, usize)> {
    let i = if g.at(i) == '第' { i + 1 } else { i };
    bracketed(g, i).or_else(|| one(g, i))
}

/// 之一 after an article's number, unless it is 之一 of a sentence (第十二条之一般规定 is not caught).
pub(super) fn inserted(g: &Glyphs, i: usize) -> Option<(u16, usize)> {
    let (n, after) = (g.at(i) == '之').then(|| one(g, i + 1)).flatten()?;
    (!matches!(g.at(after), '般' | '切' | '律' | '定' | '致' | '款' | '项')).then_some((n, after))
}

/// Whether the number at `i` is only the tail of a longer one (`2026年`, `3.12条`, `A12条`).
pub(super) fn continues(g: &Glyphs, i: usize) -> bool {
    let before = g.before(i);
    let digit = g.at(i).is_ascii_digit();
    !numeral::is_numeral(g.at(i))
        || (numeral::is_numeral(before) && !(digit && g.gap(i)))
        || matches!(before, '第' | '.' | '+')
        || (digit && (before.is_ascii_alphanumeric() || before == '-') && !g.gap(i))
}

/// 12.2.3: article, paragraph, item. Not dates, versions, amounts, addresses, own numbering at a line's beginning.
pub(super) fn shorthand(g: &Glyphs, i: usize) -> Option<([u16; 3], usize)> {
    let at_line_start = g.before(i) == '\n';
    if !g.at(i).is_ascii_digit()
        || continues(g, i)
        || at_line_start
        || matches!(g.before(i), '$' | '¥' | '￥' | ':' | '/')
    {
        return None;
    }
    let mut levels = [0; 3];
    let mut at = i;
    for (k, level) in levels.iter_mut().enumerate() {
        if k > 0 {
            at = (g.at(at) == '.').then_some(at + 1)?;
        }
        let end = g.until(at, 4, |c| !c.is_ascii_digit());
        *level = numeral::parse(&g.words(at, end)).filter(|&n| n > 0)?;
        at = end;
    }
    let spoilt = g.at(at).is_ascii_alphanumeric()
        || matches!(
            g.at(at),
            '.' | '%'
                | '-'
                | '/'
                | '版'
                | '元'
                | '万'
                | '亿'
                | '日'
                | '号'
                | '年'
                | '月'
                | '以'
                | '之'
        );
    // 26.3.1 could be a date: so is every shorthand, hence its low confidence; four digits never name an article so.
    (!spoilt && levels[0] < 1000 && levels[1] < 20 && levels[2] < 30).then_some((levels, at))
}

/// 第时二条, 第十二跳: 十 misheard as 时 or 是, 条 as 跳 or 调.
pub(super) fn slip(g: &Glyphs, i: usize) -> Option<(u16, usize)> {
    let heard = |c: char| matches!(c, '时' | '是' | '实' | '石');
    if g.at(i) != '第' && g.at(i) != '弟' {
        return None;
    }
    let end = g.until(i + 1, 8, |c| !numeral::is_numeral(c) && !heard(c));
    let said: String = g
        .words(i + 1, end)
        .chars()
        .map(|c| if heard(c) { '十' } else { c })
        .collect();
    let slipped = g.at(i) == '弟' || g.words(i + 1, end).contains(heard);
    let n = numeral::parse(&said).filter(|&n| n > 0)?;
    match g.at(end) {
        '条' if slipped => Some((n, end + 1)),
        // 第三调解室, 第二跳板: a small number before another word is no article.
        '跳' | '调' | '挑'
            if n > 10
                && g.after_any(end + 1, &["解", "查", "研", "度", "板", "伞", "战", "选"])
                    .is_none() =>
        {
            Some((n, end + 1))
        }
        _ => None,
    }
}

/// Article 12, art. 12
pub(super) fn english(g: &Glyphs, i: usize) -> Option<(u16, usize)> {
    if !g.at(i).eq_ignore_ascii_case(&'a') || (g.before(i).is_ascii_alphabetic() && !g.gap(i)) {
        return None;
    }
    let end = g.until(i, 8, |c| !c.is_ascii_alphabetic());
    let word = g.words(i, end).to_ascii_lowercase();
    if word != "article" && word != "art" {
        return None;
    }
    let at = if g.at(end) == '.' { end + 1 } else { end };
    g.at(at).is_ascii_digit().then(|| one(g, at)).flatten()
}
