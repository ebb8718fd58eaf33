//! What staff decide: events that are added and never changed. Undoing is an event too.

use crate::{ArticleNo, Edit, NodeId, PointId, Scope, Span, Stance, Status, SubmissionId, Unit};

/// Number of an event among those of its consultation, from 1.
pub type EventNo = u64;

/// A unit by its words: so it is found again after the next triage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitRef {
    /// Whose words.
    pub submission: SubmissionId,
    /// Which of them.
    pub span: Span,
}

/// What a unit is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aim {
    /// Article, chapter, the whole, something new.
    pub scope: Scope,
    /// The chapter, for [`Scope::Chapter`].
    pub chapter: Option<NodeId>,
    /// The articles, for [`Scope::Article`].
    pub articles: Vec<ArticleNo>,
}

impl Aim {
    /// What `unit` is taken to be about.
    #[must_use]
    pub fn of(unit: &Unit) -> Self {
        Self {
            scope: unit.scope,
            chapter: unit.chapter,
            articles: unit.links.iter().map(|link| link.article).collect(),
        }
    }

    /// About these articles.
    #[must_use]
    pub const fn at(articles: Vec<ArticleNo>) -> Self {
        Self {
            scope: Scope::Article,
            chapter: None,
            articles,
        }
    }
}

/// Why units are put into a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Placing {
    /// Single units belong elsewhere.
    Move,
    /// Two points say the same.
    Merge,
    /// Some units of a point say something of their own.
    Split,
}

impl Placing {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Move, "move", "移动"),
        (Self::Merge, "merge", "合并"),
        (Self::Split, "split", "拆分"),
    ];
}

/// What is passed on to another office (转办).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transfer {
    /// 民情诉求
    Complaint,
    /// 备案审查建议 (立法法 Article 110), which has its own duty to answer.
    Review,
}

impl Transfer {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 2] = [
        (Self::Complaint, "complaint", "民情诉求"),
        (Self::Review, "review", "备案审查建议"),
    ];
}

/// A change of something that the machine or somebody before had put otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<T> {
    /// What it was: undoing leads back to it.
    pub was: T,
    /// What it is now.
    pub is: T,
}

/// What somebody decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// What a unit is about.
    Aim(UnitRef, Change<Aim>),
    /// Its attitude.
    Stance(UnitRef, Change<Stance>),
    /// The change of wording that it proposes.
    Edit(UnitRef, Change<Option<Edit>>),
    /// Where the units of a submission begin and end.
    Cut(SubmissionId, Change<Vec<Span>>),
    /// What kind of thing a submission is.
    Status(SubmissionId, Change<Status>),
    /// Units, each with the point that it was in, now say the same as those of a point.
    Place {
        /// Why.
        why: Placing,
        /// What is put there, and where each was before.
        units: Vec<(UnitRef, PointId)>,
        /// Where it belongs.
        to: PointId,
    },
    /// A unit does not count, for a reason.
    Dismiss(UnitRef, String),
    /// A unit is for another office.
    Transfer(UnitRef, Transfer),
    /// A point is right as it stands: links, attitudes and what belongs together.
    Confirm(PointId, Vec<UnitRef>),
    /// What a point is called instead of somebody's words. Empty: those again.
    Name(PointId, String),
    /// 规范表述, beside the 原话. Empty: none.
    Wording(PointId, String),
    /// A point is about wording alone (文字性意见), or is not, whatever it was taken for.
    Editorial(PointId, bool),
    /// The words that stand for a point.
    Pin(PointId, UnitRef),
    /// Who looks after a point. Empty: nobody.
    Assign(PointId, String),
    /// Points that an expert is asked about, who that is, and what the question is.
    Consult(Vec<PointId>, String, String),
    /// What an expert has to say about a point.
    Memo(PointId, String),
    /// What becomes of a point (处理结果): its code, and the reason given to senders.
    Dispose(PointId, String, String),
    /// Its sender says that a unit is misunderstood, in these words.
    Contest(UnitRef, String),
    /// A second person agrees with the disposition of that number.
    Approve(PointId, EventNo),
    /// A second person gives it back, for a reason.
    Return(PointId, EventNo, String),
    /// That event counts no more; or, of an undoing, again.
    Undo(EventNo),
}

impl Decision {
    /// Wire name and Chinese name.
    #[must_use]
    pub const fn names(&self) -> (&'static str, &'static str) {
        match self {
            Self::Aim(..) => ("aim", "改归条"),
            Self::Stance(..) => ("stance", "改态度"),
            Self::Edit(..) => ("edit", "改修改建议"),
            Self::Cut(..) => ("cut", "改意见范围"),
            Self::Status(..) => ("status", "改类别"),
            Self::Place { why, .. } => match why {
                Placing::Move => ("place", "移动意见"),
                Placing::Merge => ("place", "合并观点"),
                Placing::Split => ("place", "拆分观点"),
            },
            Self::Dismiss(..) => ("dismiss", "剔除意见"),
            Self::Transfer(..) => ("transfer", "标记转办"),
            Self::Confirm(..) => ("confirm", "核定观点"),
            Self::Name(..) => ("name", "改标题"),
            Self::Wording(..) => ("wording", "写规范表述"),
            Self::Editorial(_, true) => ("editorial", "归入文字性意见"),
            Self::Editorial(_, false) => ("editorial", "不作文字性意见"),
            Self::Pin(..) => ("pin", "选代表原话"),
            Self::Assign(..) => ("assign", "分派"),
            Self::Consult(..) => ("consult", "请专家论证"),
            Self::Memo(..) => ("memo", "专家意见"),
            Self::Contest(..) => ("contest", "提出人异议"),
            Self::Dispose(..) => ("dispose", "拟处理结果"),
            Self::Approve(..) => ("approve", "审核通过"),
            Self::Return(..) => ("return", "审核退回"),
            Self::Undo(..) => ("undo", "撤销"),
        }
    }

    /// The points that it is about.
    #[must_use]
    pub fn points(&self) -> Vec<PointId> {
        match self {
            Self::Place { units, to, .. } => {
                let mut points: Vec<PointId> = units.iter().map(|(_, from)| *from).collect();
                points.push(*to);
                points.sort_unstable();
                points.dedup();
                points
            }
            Self::Consult(points, ..) => points.clone(),
            Self::Confirm(point, _)
            | Self::Name(point, _)
            | Self::Wording(point, _)
            | Self::Editorial(point, _)
            | Self::Pin(point, _)
            | Self::Assign(point, _)
            | Self::Memo(point, _)
            | Self::Dispose(point, ..)
            | Self::Approve(point, _)
            | Self::Return(point, ..) => vec![*point],
            _ => Vec::new(),
        }
    }

    /// The unit that it is about, where that is one.
    #[must_use]
    pub const fn unit(&self) -> Option<UnitRef> {
        match self {
            Self::Aim(unit, _)
            | Self::Stance(unit, _)
            | Self::Edit(unit, _)
            | Self::Dismiss(unit, _)
            | Self::Contest(unit, _)
            | Self::Transfer(unit, _) => Some(*unit),
            _ => None,
        }
    }
}

/// A decision that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number.
    pub number: EventNo,
    /// When: microseconds since 1970.
    pub at: i64,
    /// Name of the account.
    pub actor: String,
    /// What was decided.
    pub decision: Decision,
}
