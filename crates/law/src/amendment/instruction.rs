//! The words that order a change: 将第五条改为第六条，修改为：

use caifeng_domain::{ArticleNo, EditOp, Level};

use crate::draft::label;

/// Longer ranges of articles are a slip.
const MAX_RANGE: u16 = 500;

/// Verbs of amendment.
const VERBS: [&str; 9] = [
    "修改为",
    "改为",
    "增加",
    "删去",
    "删除",
    "合并",
    "拆分",
    "作为第",
    "移至",
];

/// What an instruction asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) op: EditOp,
    pub(super) old: Vec<ArticleNo>,
    pub(super) new: Option<ArticleNo>,
}

impl Order {
    /// Reads an instruction such as `将第三条修改为`.
    pub(super) fn read(instruction: &str) -> Self {
        let words = without_quotations(instruction);
        let has = |word: &str| words.contains(word);
        let new_provision = adds_article(&words);
        let (old, new) = articles(&words, new_provision);
        let op = if has("合并") {
            EditOp::Merge
        } else if has("拆分") || has("分为") {
            EditOp::Split
        } else if has("修改为") {
            EditOp::Replace
        } else if has("增加") {
            EditOp::Insert
        } else if has("删去") || has("删除") {
            EditOp::Delete
        } else if new.is_some() || has("移至") {
            EditOp::Move
        } else {
            EditOp::Replace
        };
        Self { op, old, new }
    }
}

/// Whether a line orders a change to a law.
pub(super) fn is_amending(text: &str) -> bool {
    let words = without_quotations(text);
    VERBS.iter().any(|verb| words.contains(verb))
        && (adds_article(&words)
            || words
                .match_indices('第')
                .any(|(at, _)| label(&words[at..]).is_some()))
}

/// Whether whole articles, sections or chapters are added: then the articles named are only where they go.
fn adds_article(words: &str) -> bool {
    words.match_indices("增加").any(|(at, verb)| {
        let rest = &words[at + verb.len()..];
        let kind = rest.trim_start_matches(crate::numeral::is_numeral);
        kind.len() < rest.len() && kind.starts_with(['条', '节', '章', '编'])
    })
}

/// The articles of the law in force that are named, and the number that results.
fn articles(words: &str, new_provision: bool) -> (Vec<ArticleNo>, Option<ArticleNo>) {
    let (mut old, mut new) = (Vec::new(), None);
    // Where the last article ended: what stands between two of them tells a range.
    let mut last: Option<(usize, bool)> = None;
    for (at, _) in words.match_indices('第') {
        let Some(found) = label(&words[at..]).filter(|label| label.level == Level::Article) else {
            continue;
        };
        let before = words[..at].trim_end();
        let ranges =
            last.is_some_and(|(end, _)| words.get(end..at).is_some_and(|gap| gap.trim() == "至"));
        let result = match last {
            Some((_, result)) if ranges => result,
            _ => before.ends_with("作为") || before.ends_with("改为"),
        };
        last = Some((at + found.len, result));
        if result {
            new.get_or_insert(found.number);
        } else if !new_provision {
            let from = old
                .last()
                .map_or(found.number.main, |no: &ArticleNo| no.main);
            if ranges && found.number.main > from && found.number.main - from <= MAX_RANGE {
                old.extend((from + 1..found.number.main).map(ArticleNo::new));
            }
            if !old.contains(&found.number) {
                old.push(found.number);
            }
        }
    }
    (old, new)
}

/// `text` without what stands between quotation marks.
fn without_quotations(text: &str) -> String {
    let mut depth = 0u32;
    text.chars()
        .filter(|&c| {
            match c {
                '“' => depth += 1,
                '”' => depth = depth.saturating_sub(1),
                _ => return depth == 0,
            }
            false
        })
        .collect()
}

/// Splits an item's first line at the colon before the new wording.
pub(super) fn split(line: &str) -> (&str, &str) {
    line.match_indices(['：', ':'])
        .map(|(at, colon)| (&line[..at], line[at + colon.len()..].trim_start()))
        .find(|(_, after)| after.is_empty() || after.starts_with(['“', '"', '「']))
        .unwrap_or((line, ""))
}

/// A paragraph of new wording without the marks of the quotation around it.
pub(super) fn unquote(line: &str) -> String {
    let count = |text: &str, mark: char| text.matches(mark).count();
    let mut text = line;
    let closed = text.trim_end_matches(['。', '；', '，']);
    if let Some(inner) = text.strip_prefix(['“', '"', '「']) {
        let unmatched = count(text, '“') > count(text, '”');
        let whole = closed.ends_with(['”', '"', '」']);
        if unmatched || whole || text.starts_with('"') {
            text = inner;
        }
    }
    let closed = text.trim_end_matches(['。', '；', '，']);
    if let Some(inner) = closed.strip_suffix(['”', '"', '」']) {
        let plain = closed.ends_with(['"', '」']);
        if plain || count(text, '”') > count(text, '“') {
            text = inner;
        }
    }
    text.trim().to_owned()
}
