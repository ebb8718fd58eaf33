//! What triage found out. Everything here is derived, points at the original and says why.

use crate::{ArticleNo, Edit, NodeId, PersonalData, PointId, Span};

/// What kind of thing arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Says something about the draft.
    Opinion,
    /// 民情诉求: an individual case for another office (转办).
    Complaint,
    /// Advertising, gibberish.
    Spam,
}

impl Status {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Opinion, "opinion", "意见建议"),
        (Self::Complaint, "complaint", "民情诉求"),
        (Self::Spam, "spam", "垃圾信息"),
    ];
}

/// How a submission relates to its duplicate group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DuplicateKind {
    /// First of its group, or alone.
    Original,
    /// The same text but for spacing and punctuation.
    Exact,
    /// Almost the same text.
    Near,
    /// A form letter with other names and places filled in, perhaps with an addition.
    Campaign,
}

impl DuplicateKind {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Original, "original", "原件"),
        (Self::Exact, "exact", "完全相同"),
        (Self::Near, "near", "近似"),
        (Self::Campaign, "campaign", "同一模板"),
    ];
}

/// Membership of a duplicate group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// Index of the group's first submission in the batch.
    pub group: usize,
    /// Relation to it.
    pub kind: DuplicateKind,
    /// What this sender added to the template.
    pub additions: Vec<Span>,
}

/// What a unit speaks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// One or a few articles.
    Article,
    /// A chapter as a whole.
    Chapter,
    /// The draft as a whole.
    General,
    /// An article or chapter that does not exist yet.
    NewArticle,
}

impl Scope {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Article, "article", "条文"),
        (Self::Chapter, "chapter", "章节"),
        (Self::General, "general", "总体"),
        (Self::NewArticle, "new_article", "新增条文"),
    ];
}

/// The sender's attitude to the provision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stance {
    /// Keep it as it is.
    Support,
    /// Against it.
    Oppose,
    /// Change it.
    Amend,
    /// Asks what it means.
    Question,
    /// Tells what happened, asks for nothing in particular.
    Experience,
}

impl Stance {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Support, "support", "赞成"),
        (Self::Oppose, "oppose", "反对"),
        (Self::Amend, "amend", "建议修改"),
        (Self::Question, "question", "疑问"),
        (Self::Experience, "experience", "情况反映"),
    ];
}

/// What a link rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EvidenceKind {
    /// The unit names the article.
    Citation,
    /// The unit quotes words of the article.
    Quotation,
    /// The form of that article was used.
    Hint,
    /// Meaning: resemblance to the provision or to units that name it.
    Semantic,
    /// Somebody of the staff said so.
    Staff,
}

impl EvidenceKind {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Citation, "citation", "引用条号"),
        (Self::Quotation, "quotation", "引用原文"),
        (Self::Hint, "hint", "填写位置"),
        (Self::Semantic, "semantic", "语义相近"),
        (Self::Staff, "staff", "人工核定"),
    ];
}

/// Why a machine result is what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// What it rests on.
    pub kind: EvidenceKind,
    /// The words of the submission that carry it.
    pub spans: Vec<Span>,
    /// Submissions (by index in the batch) whose units resemble this one, nearest first.
    pub neighbours: Vec<usize>,
    /// What the sender called the article, where they spoke of an earlier version of the draft.
    pub former: Option<ArticleNo>,
}

/// A unit's tie to an article (条文关联).
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The article.
    pub article: ArticleNo,
    /// The exact provision where known: an article, paragraph or item.
    pub node: Option<NodeId>,
    /// Why.
    pub evidence: Evidence,
    /// Calibrated probability that the link is right.
    pub confidence: f32,
}

/// One thing that one submission says (意见单元).
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// Where it stands in the submission's text.
    pub span: Span,
    /// What it speaks about.
    pub scope: Scope,
    /// The chapter, for [`Scope::Chapter`].
    pub chapter: Option<NodeId>,
    /// Accepted links, best first. Empty unless `scope` is an article: 未归条.
    pub links: Vec<Link>,
    /// Links considered but not accepted, best first: "undecided between A and B".
    pub candidates: Vec<Link>,
    /// Attitude.
    pub stance: Stance,
    /// Calibrated probability that the stance is right.
    pub stance_confidence: f32,
    /// Change of wording that is proposed.
    pub edit: Option<Edit>,
    /// The point that it makes.
    pub point: PointId,
}

/// Everything found out about one submission.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// Kind of submission.
    pub status: Status,
    /// Calibrated probability that the status is right; low means that a person looks (待核).
    pub status_confidence: f32,
    /// Its duplicate group.
    pub duplicate: Duplicate,
    /// Personal data in the text.
    pub personal_data: Vec<PersonalData>,
    /// What it says, in order. Empty for spam and complaints.
    pub units: Vec<Unit>,
}

/// Units that say the same (观点).
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Stable over runs.
    pub id: PointId,
    /// What its units speak about.
    pub scope: Scope,
    /// The articles, by the votes of its units.
    pub articles: Vec<ArticleNo>,
    /// Attitude of its units.
    pub stance: Stance,
    /// Key words, best first.
    pub keywords: Vec<String>,
    /// Submission index and unit index of the most central unit: the label is its words.
    pub representative: (usize, usize),
    /// Submission index and unit index of every unit, in order.
    pub units: Vec<(usize, usize)>,
}
