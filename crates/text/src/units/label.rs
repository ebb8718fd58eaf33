//! Numbers before points, and names before turns.

use super::atom::Atom;
use caifeng_domain::{Channel, Span};
use regex::Regex;
use std::sync::LazyLock;

/// One way of numbering. Each counts on its own, so that levels nest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Series {
    /// 一、
    Chinese,
    /// (一)
    ChineseInBrackets,
    /// 1. 1、 1)
    Arabic,
    /// (1)
    ArabicInBrackets,
    /// ①
    Circled,
    /// 第一， 第二个问题 第三桩
    Ordinal,
    /// 其一
    Among,
    /// 一是 一来
    Being,
    /// 首先 其次 再次 最后
    Spoken,
}

/// A number as written before a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Label {
    series: Series,
    number: u32,
    /// Bytes, with the white space behind.
    len: usize,
}

/// A pattern that is part of the program.
fn constant(pattern: &str) -> Regex {
    Regex::new(pattern).expect("constant patterns are tried by the tests")
}

static PATTERNS: LazyLock<Vec<(Series, Regex)>> = LazyLock::new(|| {
    [
        (Series::Chinese, r"^([一二三四五六七八九十]{1,3})[、.,:]\s?"),
        (Series::ChineseInBrackets, r"^\(([一二三四五六七八九十]{1,3})\)[、.,:]?\s?"),
        (Series::ArabicInBrackets, r"^\((\d{1,2})\)[、.,:]?\s?"),
        (Series::Arabic, r"^(\d{1,2})[、.)]\s?"),
        (Series::Circled, r"^([①-⑳])\s?"),
        (
            Series::Ordinal,
            r"^(?:第|头)([一二三四五六七八九十]{1,2})(?:[、,:]|(?:点|桩|件|样|方面|多的)(?:意见|建议|事|问题)?(?:就?是)?[、,:]?|个(?:问题|方面|意见|建议|想法|请求)(?:是)?[、,:]?|(?:条|项)(?:意见|建议)(?:是)?[、,:]?)",
        ),
        (Series::Among, r"^其([一二三四五六七八九])(?:是)?[、,:]?"),
        (Series::Being, r"^([一二三四五六七八九])[是来](?:[、,:])?"),
        (Series::Spoken, r"^(首先|其次|再次|再者|最后)(?:[、,:]|是)?"),
    ]
    .map(|(series, pattern)| (series, constant(pattern)))
    .into()
});

/// Whether a number may begin with `c`.
fn may_begin(c: char) -> bool {
    matches!(c, '(' | '0'..='9' | '①'..='⑳' | '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十'
        | '第' | '头' | '其' | '首' | '再' | '最')
}

/// The number that `piece` begins with, if it has one.
fn label(piece: &str) -> Option<Label> {
    // Most pieces have none, and one look at the first character shows it.
    if !piece.starts_with(may_begin) {
        return None;
    }
    for (series, pattern) in PATTERNS.iter() {
        let Some(found) = pattern.captures(piece) else {
            continue;
        };
        let written = found.get(1).map_or("", |m| m.as_str());
        let len = found.get(0).map_or(0, |m| m.end());
        if *series == Series::Arabic && piece[len..].starts_with(|c: char| c.is_ascii_digit()) {
            // 1.5 is one number.
            return None;
        }
        return Some(Label {
            series: *series,
            number: value(written),
            len,
        });
    }
    None
}

fn value(written: &str) -> u32 {
    match written {
        "首先" => return 1,
        "其次" => return 2,
        "再次" | "再者" => return 3,
        "最后" => return 4,
        _ => {}
    }
    let mut total = 0;
    for c in written.chars() {
        total = match c {
            '十' => total.max(1) * 10,
            '①'..='⑳' => u32::from(c) - u32::from('①') + 1,
            _ => {
                let digit = c.to_digit(10).or_else(|| {
                    ("一二三四五六七八九".chars().zip(1..)).find_map(|(d, n)| (d == c).then_some(n))
                });
                let digit = digit.unwrap_or(0);
                if c.is_ascii_digit() {
                    total * 10 + digit
                } else {
                    total + digit
                }
            }
        };
    }
    total
}

static INTERRUPTION: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"^(?:[一二三四五六七八九]是|其[一二三四五六七八九][、,:是]|\(?\d{1,2}[、)]|[①-⑳]|\([一二三四五六七八九十]\)|另外|此外|再就是|还有就是|再有就是|顺便|顺带|其次|再次)",
    )
});

/// Whether a clause in the middle of a sentence begins a numbered part or a new topic.
pub(super) fn interrupts(clause: &str) -> bool {
    INTERRUPTION.is_match(clause)
}

static AFTER_COLON: LazyLock<Regex> = LazyLock::new(|| {
    constant(r":\s?(?:[一二三四五六七八九](?:是|、)|其一|首先|第一[,、]|\(?1[.、)]|①|\(一\))")
});

/// Where in a clause a colon introduces a first part, outside quotations.
pub(super) fn after_colon(clause: &str) -> impl Iterator<Item = usize> {
    let mut read = 0;
    let mut quoted = false;
    let colon = clause.contains(':').then(|| AFTER_COLON.find_iter(clause));
    colon.into_iter().flatten().filter_map(move |found| {
        quoted ^= clause[read..found.start()].matches('"').count() % 2 == 1;
        read = found.start();
        (!quoted).then_some(found.start() + 1)
    })
}

/// Finds numbers and turns; takes them off the bodies.
pub(super) fn mark(atoms: &mut [Atom], text: &str, channel: Channel) {
    mark_turns(atoms, text, channel);
    mark_numbers(atoms, text);
}

/// Numbers count where they run on: a lone `一是` or `3.` numbers nothing.
fn mark_numbers(atoms: &mut [Atom], text: &str) {
    let labels: Vec<(usize, Label)> = (atoms.iter().enumerate())
        .filter_map(|(i, atom)| label(atom.body.of(text)).map(|label| (i, label)))
        .collect();
    for (k, &(i, label)) in labels.iter().enumerate() {
        let same = |&&(_, other): &&(usize, Label)| other.series == label.series;
        let before = labels[..k].iter().rev().take(SIGHT).find(same);
        let after = labels[k + 1..].iter().take(SIGHT).find(same);
        let runs_on = |from: u32, to: u32| {
            // Spoken numbers skip, and copying loses one now and then.
            to == from + 1 || to == from + 2 || (label.series == Series::Spoken && to > from)
        };
        let follows = before.is_some_and(|&(_, b)| runs_on(b.number, label.number));
        let leads = after.is_some_and(|&(_, a)| runs_on(label.number, a.number));
        if !follows && !leads {
            continue;
        }
        let introduction = i.checked_sub(1).map_or("", |i| atoms[i].body.of(text));
        let reason = match before {
            Some(&(j, _)) if follows => atoms[j].continues,
            _ => REASONS.is_match(introduction),
        };
        let atom = &mut atoms[i];
        atom.continues |= reason;
        atom.begins_part |= !reason;
        atom.numbered = !reason;
        if label.series < Series::Spoken {
            atom.body.start += label.len;
        }
    }
}

/// Labels of other series that may stand between two of one.
const SIGHT: usize = 40;

/// Before numbered reasons, which are parts of one thing.
static REASONS: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"(?:理由|原因|依据|好处|后果)(?:有[一二两三四五]|如下|是|为|在于)?[^,。]{0,3}[,:。]?$",
    )
});

static TURN: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r#"^(?:\d{1,2}[.、]\s?)?[^\s,。:;!?"()]{1,16}(?:\([^()]{1,20}\))?(?:,[^,。:;]{1,14})?(?:说|讲|谈|问|认为|表示|提出|反映|发言|补充)?:\s?"#,
    )
});

/// What stands before a colon without being a name.
static NO_NAME: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"\d|^(?:主持|会议|记录|散会|建议|理由|意见|说明|原文|现文|条款|修改|原因|问题|时间|地点|议题|主题|参加|出席|到会|整理|来信|来访|联系|电话|手机|姓名|住址|地址|身份|附|注|转|如|即|例|关于|对|将|把|第|草案|本[法条款章次人]|该|其|我|你|请|希望|要求|首先|其次|一|二|三|四|五)|[条款项章法]|(?:意见|建议|如下|问题|理由|看法)$",
    )
});

/// Whether a line begins with somebody's name and a colon; gives the length of that.
fn turn(line: &str) -> Option<usize> {
    let found = TURN.find(line)?;
    let name = (found.as_str())
        .trim_start_matches(|c: char| c.is_ascii_digit())
        .trim_start_matches(['.', '、', ' '])
        .split(['(', ':', ','])
        .next()
        .unwrap_or_default();
    let visitor = name.starts_with("来访人");
    (visitor || !NO_NAME.is_match(name)).then_some(found.end())
}

static REPORTED: LazyLock<Regex> = LazyLock::new(|| {
    constant(r#"^[^。:;!?"]{2,36}(?:说|讲|谈到|问|认为|表示|提出|反映|发言):\s?"#)
});

/// Turns of a meeting: one name before a colon may be anything, two are a conversation, and in
/// minutes one suffices.
fn mark_turns(atoms: &mut [Atom], text: &str, channel: Channel) {
    let meeting = channel == Channel::Meeting;
    let turns: Vec<(usize, usize)> = (atoms.iter().enumerate())
        .filter(|(_, atom)| atom.begins_line)
        .filter_map(|(i, atom)| {
            let body = atom.body.of(text);
            if !body.contains(':') {
                return None;
            }
            let reported = || REPORTED.find(body).filter(|_| meeting).map(|m| m.end());
            turn(body).or_else(reported).map(|len| (i, len))
        })
        .collect();
    if turns.len() < 2 && (!meeting || turns.is_empty()) {
        return;
    }
    for atom in &mut atoms[..turns[0].0] {
        // Place, date and title of the meeting.
        atom.frame = meeting || !atom.body.of(text).ends_with(['。', '!', '?', ';']);
    }
    for (i, len) in turns {
        let atom = &mut atoms[i];
        atom.begins_part = true;
        atom.body = Span::new(atom.body.start + len, atom.body.end);
    }
}
