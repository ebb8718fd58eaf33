//! The cell that says which provision an opinion is about.

use caifeng_domain::ArticleNo;

/// Longest number written in words: 一千一百八十八.
const MAX_NUMERAL_CHARS: usize = 9;

/// What such a cell says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Hint {
    /// The article, where the cell starts with one.
    pub article: Option<ArticleNo>,
    /// Whether the cell says more than that (a paragraph, a chapter, several articles) or something
    /// else, so that its words must be kept.
    pub says_more: bool,
}

/// Reads `34`, `12-1`, `第三十四条`, `第120条之1`, `第三条（适用范围）`.
pub(crate) fn parse(cell: &str) -> Hint {
    let cell: String = cell.chars().filter(|c| !c.is_whitespace()).collect();
    if matches!(cell.as_str(), "" | "无" | "-" | "—" | "/" | "不限") {
        return Hint {
            article: None,
            says_more: false,
        };
    }
    if let Ok(article) = cell.parse() {
        return Hint {
            article: Some(article),
            says_more: false,
        };
    }
    match leading_article(&cell) {
        Some((article, rest)) => Hint {
            article: Some(article),
            says_more: !(rest.is_empty() || is_title(rest)),
        },
        None => Hint {
            article: None,
            says_more: true,
        },
    }
}

fn leading_article(cell: &str) -> Option<(ArticleNo, &str)> {
    let cell = cell.strip_prefix("草案").unwrap_or(cell);
    let (main, rest) = numeral(cell.strip_prefix('第').unwrap_or(cell))?;
    let rest = rest.strip_prefix('条')?;
    let inserted = rest.strip_prefix('之').and_then(numeral);
    let (inserted, rest) = inserted.unwrap_or((0, rest));
    (main > 0).then_some((ArticleNo::with_inserted(main, inserted), rest))
}

/// A 条标 in brackets: says nothing that the number does not.
fn is_title(rest: &str) -> bool {
    let inner = rest
        .strip_prefix(['（', '(', '【'])
        .and_then(|r| r.strip_suffix(['）', ')', '】']));
    inner.is_some_and(|inner| !inner.contains(['款', '项', '第']))
}

/// A number in digits (half or full width) or in words, and what follows it.
pub(crate) fn numeral(text: &str) -> Option<(u16, &str)> {
    let end = text
        .char_indices()
        .take_while(|(_, c)| digit(*c).is_some() || unit(*c).is_some())
        .map(|(at, c)| at + c.len_utf8())
        .take(MAX_NUMERAL_CHARS)
        .last()?;
    let (number, rest) = text.split_at(end);
    let (mut total, mut current) = (0u32, None);
    for c in number.chars() {
        match (digit(c), unit(c)) {
            // Digits side by side are read as places: 34, 一〇五.
            (Some(d), _) => current = Some(current.unwrap_or(0) * 10 + d),
            (_, Some(u)) => total += current.take().filter(|d| *d > 0).unwrap_or(1) * u,
            _ => return None,
        }
    }
    let total = total + current.unwrap_or(0);
    Some((u16::try_from(total).ok()?, rest))
}

/// Whether `c` can be part of a number.
pub(crate) fn numeral_char(c: char) -> bool {
    digit(c).is_some() || unit(c).is_some()
}

fn digit(c: char) -> Option<u32> {
    match c {
        '〇' | '零' => Some(0),
        '两' => Some(2),
        '０'..='９' => Some(c as u32 - '０' as u32),
        _ => c.to_digit(10).or_else(|| {
            let place = "一二三四五六七八九".chars().position(|d| d == c)?;
            u32::try_from(place + 1).ok()
        }),
    }
}

fn unit(c: char) -> Option<u32> {
    match c {
        '十' => Some(10),
        '百' => Some(100),
        '千' => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_cell_names_an_article_in_many_ways() {
        #[track_caller]
        fn check(cell: &str, article: &str, says_more: bool) {
            let hint = parse(cell);
            let got = hint.article.map(|a| a.to_string()).unwrap_or_default();
            assert_eq!(
                (got.as_str(), hint.says_more),
                (article, says_more),
                "{cell}"
            );
        }
        check("34", "34", false);
        check("12-1", "12-1", false);
        check("第三十四条", "34", false);
        check("第 34 条", "34", false);
        check("３４条", "34", false);
        check("第一百一十条", "110", false);
        check("第一百〇五条", "105", false);
        check("第一千一百八十八条", "1188", false);
        check("第一百二十条之一", "120-1", false);
        check("草案第十条（监督检查）", "10", false);
        check("999", "999", false);
        check("第十二条第二款", "12", true);
        check("第三条、第五条", "3", true);
        check("第三条（第二款）", "3", true);
        check("第三章", "", true);
        check("总体意见", "", true);
        check("0", "", true);
        check("第零条", "", true);
        check("第九九九九九九九九九条", "", true);
        check("—", "", false);
        check("  ", "", false);
    }
}
