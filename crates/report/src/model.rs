//! What a report says, as plain data. The application fills it; the writers only lay it out.
//!
//! All texts are redacted before they come here.

use std::borrow::Cow;

use caifeng_domain::{Channel, EditOp, Ledger, PointId, Stance};
use serde::Serialize;

use crate::{Letter, json};

/// A report on one consultation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Short name of the consultation, by which a table that comes back is known.
    pub consultation: String,
    /// 关于《…（草案）》征求意见情况的汇总
    pub title: String,
    /// The draft's title.
    pub draft_title: String,
    /// When it was made, RFC 3339 with offset.
    pub generated_at: String,
    /// The days on which opinions were invited.
    pub period: Option<Period>,
    /// What stands around the text of the official report, and what staff wrote for it.
    pub letter: Letter,
    /// A remark on how meaning was compared, above all that no model was there (词面模式).
    pub encoder_note: Option<String>,
    /// Where everything received is.
    #[serde(serialize_with = "json::ledger")]
    pub ledger: Ledger,
    /// The consultation in numbers.
    pub totals: Totals,
    /// Meetings and visits, the earliest first.
    pub activities: Vec<Activity>,
    /// Key questions that were put, and what was answered.
    pub questions: Vec<QuestionEntry>,
    /// The words for 采纳情况 that staff choose from.
    pub dispositions: Vec<String>,
    /// General opinions first, then chapters and articles as the draft has them, new articles,
    /// what could not be assigned, wording last. The writers keep the order given here.
    pub sections: Vec<Section>,
    /// 民情诉求, to be passed on.
    pub complaints: Vec<SubmissionEntry>,
    /// 待核: a person must look.
    pub waiting: Vec<SubmissionEntry>,
}

/// Days, both included, as `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Period {
    /// First day.
    pub opens: String,
    /// Last day.
    pub closes: String,
}

/// A meeting or visit at which opinions were collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Activity {
    /// The day, `YYYY-MM-DD`.
    pub date: String,
    /// 座谈会, 走访…
    pub kind: String,
    /// Its title.
    pub title: String,
    /// Where it was.
    pub place: String,
    /// How many were present, where it is known.
    pub people: Option<u32>,
    /// Opinions taken in from it.
    pub submissions: usize,
}

/// A key question (重点征求问题) and its answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuestionEntry {
    /// The question.
    pub text: String,
    /// How many answered it.
    pub counts: Counts,
    /// The points made in answers, weightiest first.
    pub points: Vec<AnswerEntry>,
}

/// A point as far as it was made in answer to a question.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnswerEntry {
    /// The point.
    #[serde(serialize_with = "json::display")]
    pub id: PointId,
    /// Its words.
    pub label: String,
    /// How many answers say it.
    pub counts: Counts,
}

/// What became of a point (采纳情况).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disposition {
    /// 采纳, 部分采纳…
    pub word: String,
    /// Why.
    pub reason: Option<String>,
}

/// How many, three ways. Invariant: never one of them alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// 件数: submissions.
    pub submissions: usize,
    /// 人数: distinct senders, as far as channels tell them apart.
    pub senders: usize,
    /// 文本数: distinct texts; copies and letters of one campaign are one.
    pub texts: usize,
}

/// The consultation in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    /// Of all opinions.
    pub counts: Counts,
    /// 意见单元.
    pub units: usize,
    /// 观点.
    pub points: usize,
    /// Submissions by channel, by its Chinese name.
    pub channels: Vec<Tally>,
    /// Submissions by station.
    pub stations: Vec<Tally>,
    /// Submissions by group of senders.
    pub identities: Vec<Tally>,
}

/// Submissions under one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Channel, station or group.
    pub name: String,
    /// How many submissions.
    pub submissions: usize,
}

/// What a section collects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SectionKind {
    /// The draft as a whole.
    General,
    /// A chapter as a whole.
    Chapter,
    /// One article.
    Article,
    /// Articles and chapters that do not exist yet.
    NewArticle,
    /// About the draft, but the article is not known.
    Unassigned,
    /// Wording and punctuation (文字性意见) of one provision, which is the heading.
    Wording,
}

impl SectionKind {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::General, "general", "总体意见"),
        (Self::Chapter, "chapter", "章节意见"),
        (Self::Article, "article", "条文意见"),
        (Self::NewArticle, "new_article", "新增条文"),
        (Self::Unassigned, "unassigned", "未归条意见"),
        (Self::Wording, "wording", "文字性意见"),
    ];
}

/// All points on one provision: an 意见包.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section {
    /// What it collects.
    #[serde(serialize_with = "json::section_kind")]
    pub kind: SectionKind,
    /// 总体意见, 第三章 监督管理, 第三十七条（施行日期）
    pub heading: String,
    /// The chapter of an article, 第三章 监督管理; also where the section is a chapter itself.
    pub chapter: Option<String>,
    /// The draft's words, for an article.
    pub provision_text: Option<String>,
    /// Of all its points together; not their sum, since a submission may make several.
    pub counts: Counts,
    /// Weightiest first.
    pub points: Vec<PointEntry>,
}

impl Section {
    /// What it is called where nothing above says what it collects.
    #[must_use]
    pub fn name(&self) -> Cow<'_, str> {
        match self.kind {
            SectionKind::Wording => format!("文字性意见：{}", self.heading).into(),
            _ => (&*self.heading).into(),
        }
    }

    /// The part of a long table that it stands in: 总体意见, 第三章 监督管理, 文字性意见.
    pub(crate) fn part(&self) -> &str {
        let kind = SectionKind::ALL[self.kind as usize].2;
        match self.kind {
            SectionKind::Chapter | SectionKind::Article => self.chapter.as_deref().unwrap_or(kind),
            _ => kind,
        }
    }
}

/// One point (观点).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PointEntry {
    /// Stable over triage runs.
    #[serde(serialize_with = "json::display")]
    pub id: PointId,
    /// The most central real sentence.
    pub label: String,
    /// The point in staff's words (规范表述), which then stand before those of senders.
    pub wording: Option<String>,
    /// What became of it, where staff decided.
    pub disposition: Option<Disposition>,
    /// Attitude.
    #[serde(serialize_with = "json::stance")]
    pub stance: Stance,
    /// How many say it.
    pub counts: Counts,
    /// Best first.
    pub keywords: Vec<String>,
    /// 理由, where it is known apart from the opinion.
    pub reason: Option<String>,
    /// Representative words, most central first.
    pub quotations: Vec<Quotation>,
    /// Changes of wording asked for.
    pub edits: Vec<EditEntry>,
    /// What senders of a campaign's letter added in their own words. Shown before the letter.
    pub additions: Vec<Quotation>,
    /// Who says it, by group.
    pub identities: Vec<Tally>,
    /// How it arrived, by the channel's Chinese name.
    pub channels: Vec<Tally>,
    /// Where it was collected.
    pub stations: Vec<Tally>,
    /// Calibrated probability that the link to the section is right, 0 to 1.
    pub confidence: f32,
    /// What the link rests on, in Chinese: 引用条号 12 件，语义相近 3 件.
    pub evidence: String,
    /// Other provisions that it may belong to instead: 第十二条.
    pub undecided_with: Vec<String>,
}

/// Somebody's own words, an exact substring of the submission but for redaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quotation {
    /// The words.
    pub text: String,
    /// Number of the submission or its receipt.
    pub submission: String,
    /// Where it was collected.
    pub station: Option<String>,
    /// Group of the sender; never a name.
    pub identity: Option<String>,
    /// How it arrived.
    #[serde(serialize_with = "json::channel")]
    pub channel: Channel,
}

/// One change of wording, and how many ask for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EditEntry {
    /// What to do.
    #[serde(serialize_with = "json::edit_op")]
    pub op: EditOp,
    /// Where: 第二款; empty where not said.
    pub target: String,
    /// Words to change or delete.
    pub from: Option<String>,
    /// Words to put there.
    pub to: Option<String>,
    /// Submissions that ask for it.
    pub count: usize,
    /// Whether `from` stands in the draft.
    pub from_in_draft: Option<bool>,
}

/// A submission listed by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubmissionEntry {
    /// Its words and where they come from.
    pub quotation: Quotation,
    /// Why it is listed, in Chinese.
    pub reason: String,
}
