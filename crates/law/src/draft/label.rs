//! The numbers that stand before provisions: `第十二条之一`, `（四）`, `1.`.

use crate::numeral;
use caifeng_domain::{ArticleNo, Level};

/// More characters than this are no number of a provision.
const MAX_NUMERAL_CHARS: usize = 12;
/// 目 are counted on the fingers; `（2025）` begins a case number.
const MAX_SUBITEM: u16 = 99;

/// A number at the start of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) level: Level,
    pub(crate) number: ArticleNo,
    /// As printed, without spaces.
    pub(crate) printed: String,
    /// Bytes of the line that it takes.
    pub(crate) len: usize,
}

/// Reads characters, skipping the white space that OCR and typesetting put between them.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
    printed: String,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            printed: String::new(),
        }
    }

    fn take(&mut self, wanted: impl Fn(char) -> bool) -> Option<char> {
        let rest = self.text[self.at..].trim_start();
        let c = rest.chars().next().filter(|&c| wanted(c))?;
        self.at = self.text.len() - rest.len() + c.len_utf8();
        self.printed.push(c);
        Some(c)
    }

    fn numeral(&mut self) -> Option<u16> {
        let start = self.printed.len();
        for _ in 0..MAX_NUMERAL_CHARS {
            if self.take(numeral::is_numeral).is_none() {
                break;
            }
        }
        numeral::parse(&self.printed[start..]).filter(|&n| n > 0)
    }

    fn label(self, level: Level, number: ArticleNo) -> Label {
        Label {
            level,
            number,
            printed: self.printed,
            len: self.at,
        }
    }
}

/// `第…条` and its like at the start of `text`, 款, 项 and 目 included.
pub(crate) fn label(text: &str) -> Option<Label> {
    let mut cursor = Cursor::new(text);
    cursor.take(|c| c == '第')?;
    let main = cursor.numeral()?;
    let subpart = cursor.take(|c| c == '分').is_some();
    let level = match cursor.take(|_| true)? {
        '编' | '編' if subpart => Level::Subpart,
        _ if subpart => return None,
        '编' | '編' => Level::Part,
        '章' => Level::Chapter,
        '节' | '節' => Level::Section,
        '条' | '條' => Level::Article,
        '款' => Level::Paragraph,
        '项' | '項' => Level::Item,
        '目' => Level::Subitem,
        _ => return None,
    };
    let (at, printed) = (cursor.at, cursor.printed.len());
    let inserted = cursor
        .take(|c| c == '之')
        .and_then(|_| cursor.numeral())
        .unwrap_or(0);
    if inserted == 0 {
        cursor.at = at;
        cursor.printed.truncate(printed);
    }
    Some(cursor.label(level, ArticleNo::with_inserted(main, inserted)))
}

/// The mark of an item (`（一）`) or subitem (`1.`, `（1）`) at the start of `text`.
pub(crate) fn marker(text: &str) -> Option<Label> {
    let mut cursor = Cursor::new(text);
    let bracketed = cursor.take(|c| matches!(c, '（' | '(')).is_some();
    if !bracketed && let Some(c) = cursor.take(|c| ('㈠'..='㈩').contains(&c)) {
        let number = (c as u32 - '㈠' as u32 + 1) as u16;
        return Some(cursor.label(Level::Item, ArticleNo::new(number)));
    }
    let start = cursor.printed.len();
    let number = cursor.numeral()?;
    let arabic = cursor.printed[start..].chars().all(is_arabic);
    let level = if arabic { Level::Subitem } else { Level::Item };
    if bracketed {
        cursor.take(|c| matches!(c, '）' | ')'))?;
    } else {
        cursor.take(|c| matches!(c, '.' | '．' | '、'))?;
        let decimal = text[cursor.at..].starts_with(is_arabic);
        if !arabic || decimal {
            return None;
        }
    }
    (level == Level::Item || number <= MAX_SUBITEM)
        .then(|| cursor.label(level, ArticleNo::new(number)))
}

/// 0–9, ordinary or full-width.
fn is_arabic(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c)
}

/// Whether words after `第…条` show that it is cited rather than printed here: `第三条规定的…`, `第三条第二款…`.
pub(crate) fn cites(rest: &str) -> bool {
    const CONTINUATIONS: [&str; 17] = [
        "规定",
        "所列",
        "所称",
        "所规定",
        "中规定",
        "中的",
        "之规定",
        "、",
        "，",
        "至",
        "和",
        "及",
        "或",
        "与",
        "的",
        "。",
        "；",
    ];
    CONTINUATIONS.iter().any(|word| rest.starts_with(word)) || label(rest).is_some()
}

#[cfg(test)]
mod tests {
    use super::{label, marker};

    #[test]
    fn labels_are_read_with_spaces_and_insertions() {
        #[track_caller]
        fn check(text: &str, want: Option<(&str, &str, &str)>) {
            let got = label(text).or_else(|| marker(text));
            let got = got
                .as_ref()
                .map(|l| (l.number.to_string(), l.printed.as_str(), &text[l.len..]));
            let want = want.map(|(number, printed, rest)| (number.to_owned(), printed, rest));
            assert_eq!(got, want, "{text}");
        }
        check("第 十二 条　为了", Some(("12", "第十二条", "　为了")));
        check(
            "第一百二十条之一　在",
            Some(("120-1", "第一百二十条之一", "　在")),
        );
        check("第十条之规定", Some(("10", "第十条", "之规定")));
        check("第二分编　典型合同", Some(("2", "第二分编", "　典型合同")));
        check("第12條", Some(("12", "第12條", "")));
        check("（四）其他", Some(("4", "（四）", "其他")));
        check("㈢其他", Some(("3", "㈢", "其他")));
        check("1.身份证", Some(("1", "1.", "身份证")));
        check("（2）身份证", Some(("2", "（2）", "身份证")));
        check("1.5米以上", None);
        check("（2025）苏民初一号", None);
        check("第一，应当", None);
        check("第零条", None);
        check("第三方机构", None);
        check("", None);
    }
}
