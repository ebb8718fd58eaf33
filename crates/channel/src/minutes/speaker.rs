//! The beginning of a speech: who speaks.

use super::{
    head::Present,
    name::{self, Person},
};
use crate::article;

/// The beginning of a line that says who speaks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub name: Option<String>,
    pub role: Option<String>,
    pub host: bool,
    /// Bytes of the line before what is said.
    pub length: usize,
}

/// Longest label, in characters.
const MAX_LABEL_CHARS: usize = 40;
const HOST: &str = "主持人";
/// What may stand between a name and the colon.
#[rustfmt::skip]
const SAYS: [&str; 15] = [
    "补充发言", "的发言", "的意见", "发言", "补充", "认为", "表示", "提出", "建议", "指出", "谈到", "反映", "回应", "说", "意见",
];
/// Verbs after a name without a colon. Those of the second group belong to what is said.
const REPORTED: [&str; 8] = [
    "发言认为",
    "认为",
    "表示",
    "提出",
    "指出",
    "反映",
    "谈到",
    "说",
];
const PROPOSED: [&str; 3] = ["建议", "希望", "要求"];

/// Words of headings and closings that end the speeches, or a round of them.
#[rustfmt::skip]
const ENDS: [&str; 14] = [
    "记录人", "整理人", "附件", "附：", "签到", "参会名单", "散会", "会议结束", "座谈会结束", "会议要求", "会议最后", "下一步工作",
    "主持人总结", "会议小结",
];

/// Who speaks from this line on, if it begins a speech.
pub(super) fn label(line: &str, present: &Present) -> Option<Label> {
    let body = line[number_length(line)..].trim_start();
    let start = line.len() - body.len();
    with_colon(body, present)
        .or_else(|| reported(body, present))
        .or_else(|| alone(body, present))
        .map(|label| Label {
            length: label.length + start,
            ..label
        })
}

/// Whether no speech goes on in this line.
pub(super) fn ends_speeches(line: &str) -> bool {
    let body = line[number_length(line)..].trim_start();
    ENDS.iter().any(|end| body.starts_with(end))
}

/// `张某某（居民）：第三条…`
fn with_colon(body: &str, present: &Present) -> Option<Label> {
    let (at, colon) = body
        .char_indices()
        .take(MAX_LABEL_CHARS)
        .find(|(_, c)| "：:".contains(*c))?;
    let (before, length) = (&body[..at], at + colon.len_utf8());
    if before.contains(['。', '；', '！', '？', '“', '”', '《']) {
        return None;
    }
    if matches!(before.trim(), "发言人" | "姓名") {
        // The speaker is the rest of the line, the speech follows.
        let speaker = speaker(body[length..].trim(), present)?;
        return Some(Label {
            length: body.len(),
            ..speaker
        });
    }
    let before = before.trim().trim_matches(['【', '】', '[', ']']).trim();
    let before = before.strip_prefix("发言人").unwrap_or(before).trim();
    let said = SAYS.iter().find_map(|says| before.strip_suffix(says));
    let said = said.map(str::trim_end).filter(|who| !who.is_empty());
    let who = said.and_then(|who| speaker(who, present));
    let label = who.or_else(|| speaker(before, present))?;
    Some(Label { length, ..label })
}

/// `张某某（居民）认为，第三条…`: only of those who surely are a person, since prose is full of
/// such words.
fn reported(body: &str, present: &Present) -> Option<Label> {
    let verbs = REPORTED.iter().map(|verb| (*verb, verb.len()));
    let verbs = verbs.chain(PROPOSED.iter().map(|verb| (*verb, 0)));
    let (at, taken) = verbs
        .filter_map(|(verb, taken)| Some((body.find(verb)?, taken)))
        .min_by_key(|(at, taken)| (*at, std::cmp::Reverse(*taken)))?;
    let who = body[..at].trim();
    if who.chars().count() > MAX_LABEL_CHARS || !is_sure(who, present) {
        return None;
    }
    let rest = body[at + taken..].trim_start_matches(['，', ',', '：', ':', ' ']);
    let label = speaker(who, present)?;
    Some(Label {
        length: body.len() - rest.len(),
        ..label
    })
}

/// `张某某（居民）` on a line of its own.
fn alone(body: &str, present: &Present) -> Option<Label> {
    let who = body.trim_end_matches("发言").trim();
    if who.chars().count() > MAX_LABEL_CHARS || !is_sure(who, present) {
        return None;
    }
    let label = speaker(who, present)?;
    Some(Label {
        length: body.len(),
        ..label
    })
}

/// Whether `who` is a person beyond doubt: on the list, or masked, or with a role in brackets.
fn is_sure(who: &str, present: &Present) -> bool {
    if present.contains_key(who) || name::is_masked(who) {
        return true;
    }
    let (core, role) = name::bracketed(who);
    let person = name::person(who);
    role.is_some_and(name::is_role)
        || present.contains_key(core)
        || person.is_some_and(|p| name::is_masked(&p.name) || present.contains_key(&p.name))
}

/// The speaker that `who` is.
fn speaker(who: &str, present: &Present) -> Option<Label> {
    let label = |name: Option<String>, role: Option<String>, host| {
        let known = name.as_ref().and_then(|name| present.get(name)).cloned();
        Some(Label {
            role: role.or(known.flatten()),
            name,
            host,
            length: 0,
        })
    };
    if let Some(rest) = who.strip_prefix(HOST) {
        let inner = rest.trim().trim_matches(['（', '）', '(', ')', ' ']);
        let person = name::person(inner);
        return match person {
            Some(Person { name, role }) => label(Some(name), role, true),
            None if inner.chars().count() <= 6 => {
                label(Some(inner.to_owned()).filter(|n| !n.is_empty()), None, true)
            }
            None => None,
        };
    }
    let (core, role) = name::bracketed(who);
    let host = role.is_some_and(|role| role.contains("主持"));
    if present.contains_key(core) {
        return label(Some(core.to_owned()), role.map(str::to_owned), host);
    }
    if let Some(Person { name, role }) = name::person(who) {
        return label(Some(name), role, host);
    }
    if name::is_role(core) {
        return label(None, Some(core.to_owned()), false);
    }
    None
}

/// The length of `1.`, `（一）`, `3、`, `①` in front of a line.
pub(super) fn number_length(line: &str) -> usize {
    let body = line.trim_start();
    let lead = line.len() - body.len();
    if let Some(c) = body.chars().next().filter(|c| ('①'..='⑳').contains(c)) {
        return lead + c.len_utf8();
    }
    let inner = body.strip_prefix(['（', '(']);
    let number = inner.unwrap_or(body);
    let rest = number.trim_start_matches(article::numeral_char);
    if rest.len() == number.len() {
        return 0;
    }
    let closed = match inner {
        Some(_) => rest.strip_prefix(['）', ')']),
        None => rest.strip_prefix(['、', '.', '．', '）', ')']),
    };
    closed.map_or(0, |after| line.len() - after.len())
}
