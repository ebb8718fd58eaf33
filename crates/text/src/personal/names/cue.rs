//! What stands before and behind a name.

use std::ops::Range;
use std::sync::LazyLock;

use super::super::findings::Findings;
use super::super::view::{View, is_han};

/// Evidence before a name, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Left {
    /// 我叫, 姓名：, 记录人：.
    Label,
    /// 我爱人, 邻居, 同事.
    Kin,
    /// 居民, 教师, 楼组长: what the person is.
    Role,
    /// 行政部, 研一: where the person belongs.
    Unit,
    /// Start of a line or clause.
    Edge,
    /// A word ends here, no more.
    Word,
    /// Inside a word.
    Inside,
}

/// Evidence behind a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    /// A remark in brackets and a colon: the name of a speaker.
    Introduced,
    /// A colon.
    Colon,
    /// A telephone number, an age, an address.
    Contact,
    /// 先生, 大姐, 律师.
    Title,
    /// 说, 提出.
    Speech,
    /// End of a line or of the text.
    LineEnd,
    /// Punctuation, white space.
    Edge,
    /// A grammar word that may follow a name.
    Word,
    /// Anything else.
    Inside,
}

/// The words around names, by what they are: `data/personal_name_cues.txt`.
#[derive(Default)]
struct Cues {
    label: Vec<&'static str>,
    label_end: Vec<&'static str>,
    kin: Vec<&'static str>,
    role: Vec<&'static str>,
    unit: Vec<&'static str>,
    title: Vec<&'static str>,
    speech: Vec<&'static str>,
    contact: Vec<&'static str>,
}

static CUES: LazyLock<Cues> = LazyLock::new(|| {
    let mut cues = Cues::default();
    for line in include_str!("../../../data/personal_name_cues.txt").lines() {
        let mut words = line.split(' ');
        let list = match words.next() {
            Some("label") => &mut cues.label,
            Some("label_end") => &mut cues.label_end,
            Some("kin") => &mut cues.kin,
            Some("role") => &mut cues.role,
            Some("unit") => &mut cues.unit,
            Some("title") => &mut cues.title,
            Some("speech") => &mut cues.speech,
            Some("contact") => &mut cues.contact,
            _ => continue, // a remark
        };
        list.extend(words);
    }
    cues
});

/// Grammar words that may stand right behind a name.
const FOLLOWERS: &str =
    "的把被在是家住和与也就从到去来对给要想因由没不都还又却将曾当为这那跟同向于且及等今昨已";

/// The evidence before `at`.
pub(super) fn left(view: &View, at: usize) -> Left {
    let gap = view.chars[..at]
        .iter()
        .rev()
        .take(3)
        .take_while(|c| **c == ' ')
        .count();
    let before = view.before(at - gap, 6);
    let ends = |words: &[&str]| words.iter().any(|w| before.ends_with(w));
    if ends(&CUES.label) {
        return Left::Label;
    }
    if let Some(label) = before.strip_suffix(':')
        && (CUES
            .label_end
            .iter()
            .chain(&CUES.label)
            .any(|w| label.trim_end().ends_with(w)))
    {
        return Left::Label;
    }
    let word = view.is_word_boundary(at);
    if word && ends(&CUES.kin) {
        return Left::Kin;
    }
    // ——王建国
    if before.ends_with("--") {
        return Left::Role;
    }
    if word {
        if ends(&CUES.role) || is_agent(view, at - gap, "员师民户匠医警者") {
            return Left::Role;
        }
        // These also end verbs: 产生, 延长, 动手.
        if ends(&CUES.unit) || is_agent(view, at - gap, "长手工商生主") {
            return Left::Unit;
        }
    }
    match view.previous(at) {
        _ if at == 0 => Left::Edge,
        Some(c) if is_edge(c) => Left::Edge,
        // 我王建国, 孩子叫王子涵, 我是王建国
        Some('我' | '俺' | '叫' | '是') if word => Left::Unit,
        _ if word => Left::Word,
        _ => Left::Inside,
    }
}

/// A word of two or more characters before `end` whose last is one of `marks`: 保洁员, 户主.
fn is_agent(view: &View, end: usize, marks: &str) -> bool {
    let word = view.word_before(end);
    word.len() >= 2
        && view.slice(word) != "或者"
        && view.previous(end).is_some_and(|c| marks.contains(c))
}

/// The evidence behind `at`. `found` holds the numbers, accounts and addresses.
pub(super) fn right(view: &View, at: usize, found: &Findings) -> Right {
    let Some(next) = view.get(at) else {
        return Right::LineEnd;
    };
    let rest = view.after(at, 24);
    let starts = |rest: &str, words: &[&str]| words.iter().any(|w| rest.starts_with(w));
    let titled = CUES
        .title
        .iter()
        .find(|title| rest.starts_with(**title))
        .is_some_and(|title| view.is_word_boundary(at + title.chars().count()));
    if titled {
        return Right::Title;
    }
    if starts(rest, &CUES.speech) {
        return Right::Speech;
    }
    if !is_edge(next) && !next.is_ascii_alphanumeric() {
        return if is_follower(next) || !is_han(next) {
            Right::Word
        } else {
            Right::Inside
        };
    }
    if next == '('
        && let Some((_, behind)) = rest.split_once(')')
        && behind.trim_start_matches([')', ' ']).starts_with(':')
    {
        return Right::Introduced;
    }
    if rest.trim_start().starts_with(':') {
        return Right::Colon;
    }
    let gap = rest.chars().take(3).take_while(|c| is_gap(*c)).count();
    let behind = view.after(at + gap, 8);
    if found.is_taken(at + gap) || starts(behind, &CUES.contact) || tells_age(behind) {
        return Right::Contact;
    }
    if next == '\n' {
        Right::LineEnd
    } else {
        Right::Edge
    }
}

/// Whether `c` may be the word right behind a name.
pub(super) fn is_follower(c: char) -> bool {
    FOLLOWERS.contains(c)
}

/// 六十九岁, 69岁
fn tells_age(text: &str) -> bool {
    let digits: usize = text
        .chars()
        .take_while(|c| c.is_ascii_digit() || "一二三四五六七八九十".contains(*c))
        .map(char::len_utf8)
        .sum();
    digits > 0 && text[digits..].starts_with('岁')
}

fn is_gap(c: char) -> bool {
    matches!(c, ' ' | ',' | '、' | '(' | ';' | '。')
}

/// White space and punctuation.
pub(super) fn is_edge(c: char) -> bool {
    c.is_whitespace()
        || c.is_ascii_punctuation()
        || "。、“”‘’《》〈〉「」『』…—·•①②③④⑤⑥⑦⑧⑨".contains(c)
}

/// The part of the line before `at`.
pub(super) fn line_head(view: &View, at: usize, longest: usize) -> Option<Range<usize>> {
    let floor = at.saturating_sub(longest);
    let start = (floor..at)
        .rev()
        .find(|&i| view.chars[i] == '\n')
        .map(|i| i + 1);
    start.or((floor == 0).then_some(0)).map(|start| start..at)
}

#[cfg(test)]
mod tests {
    use super::CUES;

    #[test]
    fn every_kind_of_cue_is_listed() {
        let cues = &*CUES;
        for list in [
            &cues.label,
            &cues.label_end,
            &cues.kin,
            &cues.role,
            &cues.unit,
            &cues.title,
            &cues.speech,
            &cues.contact,
        ] {
            assert!(
                list.len() > 5 && list.iter().all(|w| !w.is_empty()),
                "{list:?}"
            );
        }
    }
}
