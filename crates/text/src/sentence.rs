//! Sentences and clauses.
//!
//! Both widths of punctuation are understood, so the text may be an original or a normalised one.
//! What stands between matching quotation marks or brackets of one line is kept whole.

use crate::normalise::is_punctuation;
use caifeng_domain::Span;

/// A line with fewer punctuation marks than one in this many characters is written with spaces
/// instead: a clause seldom runs longer.
const CHARS_PER_MARK: usize = 40;

/// The sentences of `text`, in order: without the white space between them, with the marks that
/// end them. Lines always end a sentence. Every character that is not white space is in one.
#[must_use]
pub fn sentences(text: &str) -> Vec<Span> {
    split(text, Grain::Sentence)
}

/// The clauses of `text`: sentences, further divided at commas, and at spaces in lines whose
/// writer used spaces for commas.
#[must_use]
pub fn clauses(text: &str) -> Vec<Span> {
    split(text, Grain::Clause)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grain {
    Sentence,
    Clause,
}

fn split(text: &str, grain: Grain) -> Vec<Span> {
    let mut out = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        split_line(line, start, grain, &mut out);
        start += line.len();
    }
    out
}

fn split_line(line: &str, offset: usize, grain: Grain, out: &mut Vec<Span>) {
    let chars: Vec<(usize, char)> = line.char_indices().collect();
    let closed_at = matching_closers(&chars);
    let spaced = grain == Grain::Clause && uses_spaces(line);
    let at = |i: usize| chars.get(i).map_or(line.len(), |&(at, _)| at);
    let (mut from, mut i) = (0, 0);
    while i < chars.len() {
        let mut end = i + 1;
        let ends = if let Some(closer) = closed_at[i] {
            // Kept whole. A quoted sentence ends the sentence around it: 他说：“不行。”
            end = closer + 1;
            ends_sentence(&chars, closer - 1) && !goes_on(&chars, end)
        } else {
            ends_sentence(&chars, i)
                || (grain == Grain::Clause && is_comma(&chars, i))
                || (spaced && is_separating_space(&chars, i))
        };
        if ends {
            while end < chars.len() && (closes(chars[end].1) || is_ending(chars[end].1)) {
                end += 1;
            }
            push(line, offset, at(from)..at(end), out);
            from = end;
        }
        i = end;
    }
    push(line, offset, at(from)..line.len(), out);
}

fn push(line: &str, offset: usize, range: std::ops::Range<usize>, out: &mut Vec<Span>) {
    let span = Span::new(range.start, range.end).trimmed(line, |_| false);
    if !span.is_empty() {
        out.push(Span::new(offset + span.start, offset + span.end));
    }
}

/// For each opening mark that has its closing mark in the same line: where that stands. An unclosed
/// quotation mark is a slip, and `1）` opens nothing.
fn matching_closers(chars: &[(usize, char)]) -> Vec<Option<usize>> {
    let mut closed_at = vec![None; chars.len()];
    let mut open: Vec<(usize, char)> = Vec::new();
    for (i, &(_, c)) in chars.iter().enumerate() {
        if open.last().is_some_and(|&(_, closer)| closer == c) {
            if let Some((opener, _)) = open.pop() {
                closed_at[opener] = Some(i);
            }
        } else if let Some(closer) = closer_of(c) {
            open.push((i, closer));
        } else if closes(c) {
            // Marks opened after the one that this closes were slips.
            if let Some(depth) = open
                .iter()
                .rev()
                .take(8)
                .position(|&(_, closer)| closer == c)
            {
                let opener = open[open.len() - 1 - depth].0;
                open.truncate(open.len() - 1 - depth);
                closed_at[opener] = Some(i);
            }
        }
    }
    closed_at
}

fn closer_of(c: char) -> Option<char> {
    Some(match c {
        '“' => '”',
        '‘' => '’',
        '「' => '」',
        '『' => '』',
        '《' => '》',
        '〈' => '〉',
        '（' => '）',
        '(' => ')',
        '【' => '】',
        '〔' => '〕',
        '[' => ']',
        '"' => '"',
        _ => return None,
    })
}

fn closes(c: char) -> bool {
    matches!(
        c,
        '”' | '’' | '」' | '』' | '》' | '〉' | '）' | ')' | '】' | '〕' | ']'
    )
}

fn is_ending(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '；' | '!' | '?' | ';' | '｡' | '…')
}

/// Whether a sentence ends with the mark at `i`.
fn ends_sentence(chars: &[(usize, char)], i: usize) -> bool {
    let next = chars.get(i + 1).map(|&(_, c)| c);
    match chars[i].1 {
        // An ellipsis ends a sentence only where the writer drew breath after it.
        '…' => next.is_none_or(char::is_whitespace),
        // A full stop from a Latin keyboard, unlike that of `1.5`, `1.` and `a.b`.
        '.' | '．' => {
            let before = i.checked_sub(1).map(|i| chars[i].1);
            before.is_some_and(|c| is_cjk(c) || closes(c))
                && next.is_none_or(|c| !c.is_ascii_alphanumeric())
        }
        c => is_ending(c),
    }
}

/// Whether the sentence goes on behind a closing mark: `“为什么？”，他问`.
fn goes_on(chars: &[(usize, char)], i: usize) -> bool {
    chars
        .get(i)
        .is_some_and(|&(_, c)| is_punctuation(c) || c == '的')
}

fn is_comma(chars: &[(usize, char)], i: usize) -> bool {
    let digit = |i: Option<usize>| {
        i.and_then(|i| chars.get(i))
            .is_some_and(|&(_, c)| c.is_ascii_digit())
    };
    match chars[i].1 {
        '，' => true,
        // Not the comma of 1,200.
        ',' => !(digit(i.checked_sub(1)) && digit(Some(i + 1))),
        _ => false,
    }
}

/// Whether the writer of `line` used spaces for commas.
pub(crate) fn uses_spaces(line: &str) -> bool {
    let marks = line
        .chars()
        .filter(|c| {
            matches!(
                c,
                '，' | '。' | '；' | '！' | '？' | '：' | '、' | ',' | ';' | '!' | '?' | ':'
            )
        })
        .count();
    marks * CHARS_PER_MARK <= line.trim().chars().count()
        && line.trim().contains(|c: char| c.is_whitespace())
}

/// A space between two Chinese characters, or between one and a number.
fn is_separating_space(chars: &[(usize, char)], i: usize) -> bool {
    let cjk = |i: Option<usize>| {
        i.and_then(|i| chars.get(i))
            .is_some_and(|&(_, c)| is_cjk(c))
    };
    chars[i].1.is_whitespace() && (cjk(i.checked_sub(1)) || cjk(Some(i + 1)))
}

fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}

#[cfg(test)]
mod tests {
    use super::{clauses, sentences};
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, want: &[&str]) {
        let got: Vec<&str> = sentences(text).iter().map(|s| s.of(text)).collect();
        assert_eq!(got, want);
    }

    #[track_caller]
    fn check_clauses(text: &str, want: &[&str]) {
        let got: Vec<&str> = clauses(text).iter().map(|s| s.of(text)).collect();
        assert_eq!(got, want);
    }

    #[test]
    fn sentences_end_at_their_marks_and_at_lines() {
        check(
            "不行！改成三年；可以吗？？好。",
            &["不行！", "改成三年；", "可以吗？？", "好。"],
        );
        check(
            "不行!  改成三年;\n可以吗?",
            &["不行!", "改成三年;", "可以吗?"],
        );
        check("建议一\r\n建议二", &["建议一", "建议二"]);
        check("太短了.改为1.5倍.", &["太短了.", "改为1.5倍."]);
        check("说来话长…… 算了", &["说来话长……", "算了"]);
        check("“对事项……应当实施”不妥", &["“对事项……应当实施”不妥"]);
        check(" \n ", &[]);
    }

    #[test]
    fn quotations_and_brackets_stay_whole() {
        check(
            "改为“不得收费；确需收费的，应当公示”。可行。",
            &["改为“不得收费；确需收费的，应当公示”。", "可行。"],
        );
        check("他说：“不行。”我不服。", &["他说：“不行。”", "我不服。"]);
        check("“凭什么？”的疑问很多。", &["“凭什么？”的疑问很多。"]);
        check(
            "公示（不少于十五日；可延长）好。",
            &["公示（不少于十五日；可延长）好。"],
        );
    }

    #[test]
    fn an_unclosed_mark_spoils_only_itself() {
        check(
            "改为“十五日。太短。\n好。",
            &["改为“十五日。", "太短。", "好。"],
        );
        check("1）太短。2）太贵。", &["1）太短。", "2）太贵。"]);
        check("（“十五日）太短。好”。", &["（“十五日）太短。", "好”。"]);
    }

    #[test]
    fn clauses_end_at_commas() {
        check_clauses(
            "收费1,200元,太贵，不合理。",
            &["收费1,200元,", "太贵，", "不合理。"],
        );
        check_clauses("“收费，退费”都要，公示", &["“收费，退费”都要，", "公示"]);
    }

    #[test]
    fn spaces_stand_for_commas_where_there_is_no_punctuation() {
        check_clauses(
            "渠道坏了 没人修 打了电话也没用",
            &["渠道坏了", "没人修", "打了电话也没用"],
        );
        check_clauses(
            "渠道坏了，没人修 打了电话，也没用。",
            &["渠道坏了，", "没人修 打了电话，", "也没用。"],
        );
    }

    proptest! {
        #[test]
        fn no_character_is_lost_and_order_is_kept(text in "[甲乙，。！？“”（）\"() \n.…1;]{0,60}|\\PC{0,60}") {
            for spans in [sentences(&text), clauses(&text)] {
                let joined: String = spans.iter().map(|s| s.of(&text)).collect();
                let solid = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
                prop_assert_eq!(solid(&joined), solid(&text));
                prop_assert!(spans.windows(2).all(|w| w[0].end <= w[1].start));
            }
        }
    }
}
