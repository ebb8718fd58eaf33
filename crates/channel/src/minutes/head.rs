//! What stands before the speeches: the kind of meeting, when, where, who.

use std::collections::BTreeMap;

use super::{name, speaker};
use crate::{article, date};

/// What the head of minutes says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// The title.
    pub title: Option<String>,
    /// 座谈会, 听证会, 走访….
    pub kind: Option<String>,
    /// Where it was.
    pub place: Option<String>,
    /// The day, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// How many were present, where that is said.
    pub present: Option<u32>,
    /// Who led it.
    pub host: Option<String>,
}

/// Those present by name, with their roles where they are given.
pub(super) type Present = BTreeMap<String, Option<String>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Title,
    Kind,
    Time,
    Place,
    Host,
    People,
    Count,
    Other,
    /// The speeches begin here.
    Content,
}

#[rustfmt::skip]
const KEYS: [(Key, &[&str]); 9] = [
    (Key::Title, &["会议名称", "会议主题", "活动名称", "活动主题", "会议议题", "主题", "议题", "标题"]),
    (Key::Kind, &["会议形式", "会议类型", "活动形式", "活动类型", "形式", "类型"]),
    (Key::Time, &["会议时间", "座谈时间", "召开时间", "活动时间", "调研时间", "会议日期", "时间", "日期"]),
    (Key::Place, &["会议地点", "座谈地点", "召开地点", "活动地点", "调研地点", "地点", "场所"]),
    (Key::Host, &["会议主持人", "会议主持", "主持人", "主持"]),
    (Key::People, &["参加人员", "参会人员", "出席人员", "与会人员", "到会人员", "列席人员", "参会代表", "与会代表", "座谈对象", "参加人", "参会人", "出席人", "参加", "出席", "列席"]),
    (Key::Count, &["参加人数", "参会人数", "出席人数", "与会人数", "到会人数", "人数"]),
    (Key::Other, &["记录人", "整理人", "记录", "整理", "组织单位", "主办单位", "承办单位", "主办", "承办"]),
    (Key::Content, &["会议内容", "发言内容", "发言记录", "会议记录", "座谈内容", "主要内容", "意见内容", "内容", "发言摘要"]),
];

const KINDS: [&str; 18] = [
    "座谈会",
    "听证会",
    "论证会",
    "研讨会",
    "议事会",
    "板凳会",
    "院坝会",
    "恳谈会",
    "协商会",
    "征求意见会",
    "意见征集会",
    "讨论会",
    "宣讲会",
    "走访",
    "调研",
    "视频会",
    "茶话会",
    "会议",
];

/// Longest line that is a title, and longest name of who leads.
const MAX_TITLE_CHARS: usize = 60;
const MAX_HOST_CHARS: usize = 20;
/// Between the entries of a list.
const SEPARATORS: [char; 8] = ['、', '，', ',', '；', ';', ' ', '\t', '　'];
/// Words of a sentence that says how many came.
const CAME: [&str; 6] = ["参加", "参会", "到会", "出席", "与会", "座谈"];

/// A head being read.
#[derive(Default)]
pub(super) struct HeadReader {
    head: Head,
    present: Present,
    /// The key of the line before, whose value may go on.
    last: Option<Key>,
    /// Whether the list of those present is not finished: it began with nothing, or with `、` at
    /// the end of its line.
    unfinished: bool,
}

impl HeadReader {
    /// Takes in a line's fields, such as `时间：… 地点：…`. Returns the length of what was taken.
    pub(super) fn line(&mut self, line: &str) -> usize {
        let mut taken = 0;
        while let Some((key, start)) = key(&line[taken..]) {
            let value_start = taken + start;
            if key == Key::Content {
                self.last = None;
                return value_start;
            }
            let value = &line[value_start..];
            let value = &value[..next_key(value)];
            if key == Key::Host && !is_short(value) {
                // Not who leads, but what they say.
                break;
            }
            self.field(key, value.trim());
            self.last = Some(key);
            taken = value_start + value.len();
        }
        if taken == 0 && self.last == Some(Key::People) && self.goes_on(line) {
            self.unfinished |= line.ends_with(SEPARATORS);
            self.people(line);
            return line.len();
        }
        if taken == 0 {
            self.last = None;
        }
        taken
    }

    /// Takes in a line that is not a field: the title, or a sentence on who came. False when it is
    /// neither.
    pub(super) fn sentence(&mut self, line: &str) -> bool {
        let title = self.head.title.is_none() && line.chars().count() <= MAX_TITLE_CHARS;
        if title && !line.ends_with(['。', '；', '：']) {
            self.head.title = Some(line.to_owned());
            return true;
        }
        if self.head.present.is_none() && CAME.iter().any(|word| line.contains(word)) {
            self.head.present = count(line);
        }
        if self.head.date.is_none() {
            self.head.date = day(line);
        }
        false
    }

    pub(super) fn present(&self) -> &Present {
        &self.present
    }

    pub(super) fn finish(mut self) -> Head {
        let kind = |text: &Option<String>| {
            let text = text.as_deref()?;
            let kind = KINDS.iter().find(|kind| text.contains(**kind))?;
            Some((*kind).to_owned())
        };
        self.head.kind = kind(&self.head.kind)
            .or_else(|| kind(&self.head.title))
            .or(self.head.kind);
        self.head
    }

    fn field(&mut self, key: Key, value: &str) {
        let head = &mut self.head;
        let text = Some(value.to_owned()).filter(|value| !value.is_empty());
        match key {
            Key::Title => head.title = text.or(head.title.take()),
            Key::Kind => head.kind = text,
            Key::Time => head.date = day(value),
            Key::Place => head.place = text,
            Key::Host => head.host = text,
            Key::People => {
                self.unfinished = value.is_empty() || value.ends_with(SEPARATORS);
                self.people(value);
            }
            Key::Count => head.present = count(value).or_else(|| number(value)),
            Key::Other | Key::Content => {}
        }
    }

    fn people(&mut self, value: &str) {
        self.head.present = self.head.present.or_else(|| count(value));
        let people = entries(value).into_iter().filter_map(name::person);
        self.present.extend(people.map(|p| (p.name, p.role)));
    }

    /// Whether a line goes on with the list of those present. Somebody named a second time begins
    /// to speak.
    fn goes_on(&self, line: &str) -> bool {
        if line.contains(['。', '：', ':']) {
            return false;
        }
        let entries = entries(line);
        let people = entries.iter().filter_map(|entry| name::person(entry));
        let new = people.filter(|p| !self.present.contains_key(&p.name));
        match entries.len() {
            1 => self.unfinished && new.count() == 1,
            several => new.count() * 2 >= several.max(1),
        }
    }
}

/// The key that `text` begins with and where its value does. Keys may be spaced out (`时  间：`)
/// and end with a colon or, in a table, with a tab.
fn key(text: &str) -> Option<(Key, usize)> {
    let found = KEYS
        .iter()
        .flat_map(|(key, names)| names.iter().map(move |n| (*key, *n)));
    found.into_iter().find_map(|(key, name)| {
        let mut rest = text.trim_start_matches(is_space);
        for c in name.chars() {
            rest = rest.trim_start_matches(is_space).strip_prefix(c)?;
        }
        let rest = rest
            .trim_start_matches(' ')
            .strip_prefix(['：', ':', '\t'])?;
        Some((key, text.len() - rest.len()))
    })
}

/// Where the next key begins in `value`, or its end.
fn next_key(value: &str) -> usize {
    let starts = value
        .char_indices()
        .filter(|(_, c)| is_space(*c) || "；;".contains(*c))
        .map(|(at, c)| at + c.len_utf8());
    starts
        .filter(|at| !value[*at..].starts_with(is_space))
        .find(|at| key(&value[*at..]).is_some())
        .unwrap_or(value.len())
}

fn is_space(c: char) -> bool {
    c.is_whitespace()
}

fn is_short(value: &str) -> bool {
    value.chars().count() <= MAX_HOST_CHARS && !value.contains(['。', '，', '！', '？', ','])
}

/// The entries of a list, with separators only outside brackets and without a number in front.
fn entries(list: &str) -> Vec<&str> {
    let mut depth = 0usize;
    let list = &list[speaker::number_length(list)..];
    let parts = list.split(|c: char| {
        match c {
            '（' | '(' => depth += 1,
            '）' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && SEPARATORS.contains(&c)
    });
    parts.filter(|part| !part.trim().is_empty()).collect()
}

/// The day in `2026年9月3日下午`, `二〇二六年九月三日` or `2026-09-03 14:00`.
fn day(text: &str) -> Option<String> {
    let named = text.find('年').and_then(|at| {
        let before = text[..at].trim_end();
        let start = before.char_indices().rev().nth(3)?.0;
        let (year, _) = article::numeral(&before[start..])?;
        let (month, rest) = article::numeral(text[at + '年'.len_utf8()..].trim_start())?;
        let rest = rest.trim_start().strip_prefix('月')?.trim_start();
        let (day, rest) = article::numeral(rest)?;
        rest.trim_start().strip_prefix(['日', '号'])?;
        date::parse(&format!("{year}-{month}-{day}"))
    });
    let written = || {
        let date = text.split(|c: char| !(c.is_ascii_digit() || "-/.".contains(c)));
        date.filter(|part| part.len() >= 8).find_map(date::parse)
    };
    let mut time = named.or_else(written)?;
    time.truncate("2026-09-03".len());
    Some(time)
}

/// How many people `text` says there were: `共12人`, or else all of `代表8人、律师2名` together.
fn count(text: &str) -> Option<u32> {
    let mut sum = 0;
    let mut rest = text;
    while let Some(at) = rest.find(article::numeral_char) {
        let before = &rest[..at];
        let tail = &rest[at..];
        let end = tail
            .find(|c| !article::numeral_char(c))
            .unwrap_or(tail.len());
        let after = tail[end..].trim_start_matches(['余', '多', ' ']);
        let people = after.starts_with(['人', '名', '位']) && !after.starts_with("人大");
        if people && !before.ends_with('第') {
            let people = number(&tail[..end])?;
            if before.ends_with(['共', '计', '等']) {
                return Some(people);
            }
            sum += people;
        }
        rest = &tail[end..];
    }
    (sum > 0).then_some(sum)
}

fn number(text: &str) -> Option<u32> {
    let (number, _) = article::numeral(text)?;
    Some(number.into()).filter(|n| *n > 0)
}
