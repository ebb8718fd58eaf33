//! The lines of a package's files, and what is wrong with one.

use std::collections::HashSet;

use caifeng_domain::{ArticleNo, Channel, EditOp, Named, Scope, Stance};
use serde::{Deserialize, Serialize};

use super::Manifest;
use crate::limits::MAX_TEXT_CHARS;

/// Characters of names and the like; places of several levels are put together.
const MAX_NAME: usize = 200;

/// What one person said, de-identified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmissionLine {
    /// Its name in the series: means something to its house only.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Its sender's name in the series, where senders can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
    /// Wire name.
    pub channel: String,
    /// Name of the place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub station: Option<String>,
    /// Group of the sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Region down to town.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The day on which it was sent, `YYYY-MM-DD`.
    pub day: String,
    /// The version of the draft that it speaks of: its place in [`Manifest::drafts`].
    pub draft: usize,
    /// The article whose form was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article_hint: Option<String>,
    /// Number of the key question that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<u32>,
    /// Its words, personal data masked.
    pub text: String,
    /// What was found in it.
    #[serde(default)]
    pub units: Vec<UnitLine>,
}

/// One thing that was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitLine {
    /// First character of it in the text.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// Wire name.
    pub scope: String,
    /// Articles, as `34` or `120-1`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub articles: Vec<String>,
    /// Wire name.
    pub stance: String,
    /// Number of its point.
    pub point: u64,
    /// The change of wording that it proposes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit: Option<EditLine>,
    /// Whether staff left it out of the counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left_out: bool,
}

/// A change of wording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditLine {
    /// Wire name.
    pub op: String,
    /// The words that go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The words that come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// What many people said, and what staff made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointLine {
    /// Number in its house.
    pub point: u64,
    /// Where it belongs: 第三条（适用范围）
    pub place: String,
    /// Articles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub articles: Vec<String>,
    /// Wire name.
    pub stance: String,
    /// Somebody's words that stand for it, masked.
    pub words: String,
    /// What staff call it, or its 规范表述.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wording: Option<String>,
    /// Submissions.
    pub submissions: usize,
    /// Senders.
    pub senders: usize,
    /// Texts.
    pub texts: usize,
    /// Whether staff found it right.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confirmed: bool,
    /// What experts say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub memos: Vec<String>,
    /// What becomes of it, as far as its house decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<ResultLine>,
}

/// What becomes of a point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultLine {
    /// Code.
    pub code: String,
    /// As people read it.
    pub name: String,
    /// The reason given.
    #[serde(default)]
    pub reason: String,
    /// Whether a second person agreed.
    #[serde(default)]
    pub approved: bool,
}

/// Answers to one submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedbackLine {
    /// Its name in the series.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What became of what it says.
    pub answers: Vec<AnswerLine>,
}

/// What became of one thing that was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerLine {
    /// Who decided.
    pub by: String,
    /// The words that it is about, masked.
    pub words: String,
    /// Where they were heard.
    pub place: String,
    /// What the point is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wording: Option<String>,
    /// Submissions from everywhere that say the same.
    pub together: usize,
    /// The result, as people read it.
    pub result: String,
    /// The reason given.
    #[serde(default)]
    pub reason: String,
    /// The day of the result.
    pub day: String,
}

impl SubmissionLine {
    /// What is wrong with it, in Chinese.
    pub(super) fn wrong(&self, manifest: &Manifest, seen: &mut HashSet<String>) -> Option<String> {
        let chars = self.text.chars().count();
        let names = [&self.station, &self.group, &self.region, &self.article_hint];
        let names = names.into_iter().flatten().all(|name| is_name(name));
        let points =
            |unit: &UnitLine| unit.start < unit.end && unit.end <= chars && unit.is_named();
        let problem = if !seen.insert(self.reference.clone()) {
            "编号重复"
        } else if !is_digits(&self.reference) || !self.sender.iter().all(|name| is_digits(name)) {
            "编号不是 32 位十六进制数"
        } else if Channel::NAMES
            .iter()
            .all(|(_, wire, _)| *wire != self.channel)
        {
            "渠道不认识"
        } else if self.text.trim().is_empty() || self.text.contains('\0') {
            "没有内容或有控制字符"
        } else if chars > MAX_TEXT_CHARS {
            "内容太长"
        } else if !names {
            "站点、类别或地区太长，或有控制字符"
        } else if !is_day(&self.day) {
            "日期有误"
        } else if self.draft >= manifest.drafts.len() {
            "所说的草案不在清单里"
        } else if !self.hint_is_read() {
            "条号有误"
        } else if !self.units.iter().all(points) {
            "意见的位置或类别有误"
        } else {
            return None;
        };
        Some(problem.to_owned())
    }

    fn hint_is_read(&self) -> bool {
        let hint = self.article_hint.as_deref();
        hint.is_none_or(|hint| hint.parse::<ArticleNo>().is_ok())
    }
}

impl UnitLine {
    fn is_named(&self) -> bool {
        let known = |op: &EditLine| EditOp::from_name(&op.op).is_some();
        Scope::from_name(&self.scope).is_some()
            && Stance::from_name(&self.stance).is_some()
            && self.edit.iter().all(known)
    }
}

impl PointLine {
    /// What is wrong with it, in Chinese.
    pub(super) fn wrong(&self) -> Option<String> {
        let result = self.result.iter();
        let mut texts = vec![Some(&self.words), self.wording.as_ref()];
        texts.extend(self.memos.iter().map(Some));
        texts.extend(result.flat_map(|r| [Some(&r.code), Some(&r.name), Some(&r.reason)]));
        let fits = texts.into_iter().flatten().all(|text| is_text(text));
        let is_right = fits && is_name(&self.place) && Stance::from_name(&self.stance).is_some();
        (!is_right).then(|| "观点有误".to_owned())
    }
}

impl FeedbackLine {
    /// What is wrong with it, in Chinese.
    pub(super) fn wrong(&self, seen: &mut HashSet<String>) -> Option<String> {
        let fits = |answer: &AnswerLine| {
            let names = [&answer.by, &answer.place, &answer.result];
            let texts = [
                Some(&answer.words),
                answer.wording.as_ref(),
                Some(&answer.reason),
            ];
            names
                .into_iter()
                .all(|name| !name.is_empty() && is_name(name))
                && texts.into_iter().flatten().all(|text| is_text(text))
                && is_day(&answer.day)
        };
        let problem = if !is_digits(&self.reference) || !seen.insert(self.reference.clone()) {
            "编号有误或重复"
        } else if self.answers.is_empty() || !self.answers.iter().all(fits) {
            "答复有误"
        } else {
            return None;
        };
        Some(problem.to_owned())
    }
}

fn is_digits(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|b| b.is_ascii_hexdigit())
}

pub(super) fn is_name(name: &str) -> bool {
    name.chars().count() <= MAX_NAME && !name.contains(char::is_control)
}

fn is_text(text: &str) -> bool {
    text.chars().count() <= MAX_TEXT_CHARS && !text.contains('\0')
}

fn is_day(day: &str) -> bool {
    let date: Result<jiff::civil::Date, _> = day.parse();
    date.is_ok_and(|date| date.to_string() == day)
}
