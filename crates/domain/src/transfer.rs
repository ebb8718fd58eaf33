//! What is passed on to other offices (转办), from 收集 over 交办, 督办, 反馈 and 测评 to 销号 and 回头看.
//!
//! **Invariant.** How an item stands follows from its entries alone, and no entry is heard that the
//! table of [`TransferState::after`] does not have.

use std::{fmt, str::FromStr};

use crate::{Day, Span, SubmissionId};

/// What an item is about: a submission, or one thing that it says. Written `S-12` or `S-12:30-96`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransferKey {
    /// Whose words.
    pub submission: SubmissionId,
    /// Which of them. None: all.
    pub span: Option<Span>,
}

/// `text` names no item.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no item, expected something like `S-12:30-96`")]
pub struct ParseTransferKeyError {
    text: String,
}

impl fmt::Display for TransferKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.submission)?;
        match self.span {
            Some(span) => write!(f, ":{}-{}", span.start, span.end),
            None => Ok(()),
        }
    }
}

impl FromStr for TransferKey {
    type Err = ParseTransferKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let span = |words: &str| {
            let (start, end) = words.split_once('-')?;
            let (start, end) = (start.parse().ok()?, end.parse().ok()?);
            (start < end).then(|| Span::new(start, end))
        };
        let read = || match text.split_once(':') {
            None => Some((text.parse().ok()?, None)),
            Some((submission, words)) => Some((submission.parse().ok()?, Some(span(words)?))),
        };
        let (submission, span) = read().ok_or_else(|| ParseTransferKeyError {
            text: text.to_owned(),
        })?;
        Ok(Self { submission, span })
    }
}

/// How an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TransferState {
    /// Marked, and no office has it yet (收集).
    Collected,
    /// With an office (交办).
    Assigned,
    /// The office was urged (督办).
    Urged,
    /// The office answered (反馈).
    Answered,
    /// Whoever is concerned said how content they are (测评).
    Rated,
    /// Somebody asked to close it.
    Closing,
    /// Closed (销号).
    Closed,
}

impl TransferState {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 7] = [
        (Self::Collected, "collected", "待交办"),
        (Self::Assigned, "assigned", "办理中"),
        (Self::Urged, "urged", "督办中"),
        (Self::Answered, "answered", "已反馈"),
        (Self::Rated, "rated", "已测评"),
        (Self::Closing, "closing", "待销号"),
        (Self::Closed, "closed", "已销号"),
    ];

    /// Where an act leads from here. None: it cannot be done now.
    #[must_use]
    pub const fn after(self, act: TransferAct) -> Option<Self> {
        use TransferAct as A;
        Some(match (self, act) {
            (Self::Collected | Self::Assigned | Self::Urged, A::Assign)
            | (Self::Closed, A::Reopen) => Self::Assigned,
            (
                Self::Assigned | Self::Urged | Self::Answered | Self::Rated | Self::Closing,
                A::Urge,
            ) => Self::Urged,
            (Self::Assigned | Self::Urged, A::Answer) => Self::Answered,
            (Self::Answered, A::Rate) | (Self::Closing, A::Refuse) => Self::Rated,
            (Self::Rated, A::AskClosing) => Self::Closing,
            (Self::Closing, A::Close) | (Self::Closed, A::Recheck) => Self::Closed,
            (_, A::Contact) => self,
            _ => return None,
        })
    }

    /// Whether an office has to do something by a day.
    #[must_use]
    pub const fn is_with_office(self) -> bool {
        matches!(self, Self::Assigned | Self::Urged)
    }
}

/// What somebody does with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TransferAct {
    /// Give it to an office, by a day.
    Assign,
    /// Urge the office.
    Urge,
    /// Note the office's answer.
    Answer,
    /// Note how content whoever is concerned is.
    Rate,
    /// Ask to close it, with evidence.
    AskClosing,
    /// Agree to that, as the second person, and say when to look again.
    Close,
    /// Not agree.
    Refuse,
    /// Look again after closing: it holds.
    Recheck,
    /// It does not hold: the office has it again.
    Reopen,
    /// Note that somebody was spoken to.
    Contact,
}

impl TransferAct {
    /// All with wire names and Chinese names: those that lead on first.
    pub const ALL: [(Self, &'static str, &'static str); 10] = [
        (Self::Answer, "answer", "登记反馈"),
        (Self::Rate, "rate", "登记测评"),
        (Self::AskClosing, "ask_closing", "申请销号"),
        (Self::Close, "close", "同意销号"),
        (Self::Recheck, "recheck", "回头看"),
        (Self::Assign, "assign", "交办"),
        (Self::Urge, "urge", "督办"),
        (Self::Refuse, "refuse", "退回销号申请"),
        (Self::Reopen, "reopen", "重新办理"),
        (Self::Contact, "contact", "联系记录"),
    ];

    /// What its words are called; none where they may be missing.
    #[must_use]
    pub const fn words(self) -> Option<&'static str> {
        match self {
            Self::Assign | Self::Close | Self::Rate => None,
            Self::Urge => Some("督办要求"),
            Self::Answer => Some("反馈内容"),
            Self::AskClosing => Some("销号依据"),
            Self::Refuse => Some("退回的理由"),
            Self::Recheck => Some("回头看情况"),
            Self::Reopen => Some("重新办理的理由"),
            Self::Contact => Some("联系情况"),
        }
    }

    /// What its day is called; none where there is none.
    #[must_use]
    pub const fn day(self) -> Option<&'static str> {
        match self {
            Self::Assign | Self::Reopen => Some("办结期限"),
            Self::Close => Some("回头看日期"),
            _ => None,
        }
    }
}

/// How hard something is to settle, and so what is promised (DOMAIN H3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sla {
    /// To be settled, and answered, in short.
    Short,
    /// Goal by goal, with news of progress again and again.
    Staged,
    /// Not to be settled now: reasons are owed, and a plan.
    Hard,
}

impl Sla {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Short, "short", "短期可以解决"),
        (Self::Staged, "staged", "情况复杂，分阶段办理"),
        (Self::Hard, "hard", "难以解决，说明原因并提出方案"),
    ];
}

/// How content whoever is concerned is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rating {
    /// 满意
    Content,
    /// 基本满意
    Mostly,
    /// 不满意
    Discontent,
    /// Nobody could be asked.
    Unreached,
}

impl Rating {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Content, "content", "满意"),
        (Self::Mostly, "mostly", "基本满意"),
        (Self::Discontent, "discontent", "不满意"),
        (Self::Unreached, "unreached", "未能联系"),
    ];
}

/// What somebody did with an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferEntry {
    /// When: microseconds since 1970.
    pub at: i64,
    /// Name of the account.
    pub actor: String,
    /// What.
    pub act: TransferAct,
    /// What was asked, answered or found.
    pub words: String,
    /// The office that has it from now on.
    pub office: Option<String>,
    /// How hard it is.
    pub sla: Option<Sla>,
    /// The last day, or the day on which to look again.
    pub day: Option<Day>,
    /// How content somebody is.
    pub rating: Option<Rating>,
}

/// Why an entry was not heard. Messages are for whoever tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransferRefusal {
    /// Not from where the item stands.
    #[error("这件转办事项现在{0}，不能{1}。请刷新页面")]
    OutOfTurn(&'static str, &'static str),
    /// Something is missing.
    #[error("请填写{0}")]
    Needed(&'static str),
    /// Who asked to close it cannot agree.
    #[error("销号须由另一人同意，不能同意自己的申请")]
    SecondPerson,
}

/// An item as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferItem {
    /// How it stands.
    pub state: TransferState,
    /// The office that has it. Empty: none yet.
    pub office: String,
    /// How hard it is.
    pub sla: Option<Sla>,
    /// The office's last day.
    pub due: Option<Day>,
    /// When to look again, once it is closed.
    pub recheck: Option<Day>,
    /// How content somebody is.
    pub rating: Option<Rating>,
    /// Who asked to close it.
    pub asked_by: Option<String>,
    /// What was done, in order.
    pub log: Vec<TransferEntry>,
}

impl Default for TransferItem {
    fn default() -> Self {
        Self {
            state: TransferState::Collected,
            office: String::new(),
            sla: None,
            due: None,
            recheck: None,
            rating: None,
            asked_by: None,
            log: Vec::new(),
        }
    }
}

impl TransferItem {
    /// How an item stands after all that was done, in order.
    pub fn of(log: Vec<TransferEntry>) -> Result<Self, TransferRefusal> {
        let mut item = Self::default();
        for entry in log {
            item.hear(entry)?;
        }
        Ok(item)
    }

    /// Whether this can be done now, by who says so.
    pub fn check(&self, entry: &TransferEntry) -> Result<TransferState, TransferRefusal> {
        let act = entry.act;
        let out_of_turn = || {
            use crate::Named;
            TransferRefusal::OutOfTurn(self.state.chinese(), act.chinese())
        };
        let next = self.state.after(act).ok_or_else(out_of_turn)?;
        let missing = |text: &str| text.trim().is_empty();
        let words = act.words().filter(|_| missing(&entry.words));
        let office = entry.office.as_deref().unwrap_or_default();
        let office = (act == TransferAct::Assign && missing(office)).then_some("承办单位");
        let sla = (act == TransferAct::Assign && entry.sla.is_none()).then_some("办理类型");
        let day = act.day().filter(|_| entry.day.is_none());
        let rating = (act == TransferAct::Rate && entry.rating.is_none()).then_some("满意度");
        if let Some(what) = words.or(office).or(sla).or(day).or(rating) {
            return Err(TransferRefusal::Needed(what));
        }
        if act == TransferAct::Close && self.asked_by.as_deref() == Some(&entry.actor) {
            return Err(TransferRefusal::SecondPerson);
        }
        Ok(next)
    }

    /// Hears what was done.
    pub fn hear(&mut self, entry: TransferEntry) -> Result<(), TransferRefusal> {
        self.state = self.check(&entry)?;
        match entry.act {
            TransferAct::Assign => {
                self.office = entry.office.clone().unwrap_or_default();
                (self.sla, self.due) = (entry.sla, entry.day);
            }
            TransferAct::Reopen => (self.due, self.recheck) = (entry.day, None),
            TransferAct::Rate => self.rating = entry.rating,
            TransferAct::AskClosing => self.asked_by = Some(entry.actor.clone()),
            TransferAct::Close | TransferAct::Recheck => self.recheck = entry.day,
            _ => {}
        }
        self.log.push(entry);
        Ok(())
    }

    /// What can be done now.
    pub fn acts(&self) -> impl Iterator<Item = TransferAct> + '_ {
        let all = TransferAct::ALL.iter().map(|(act, ..)| *act);
        all.filter(|act| self.state.after(*act).is_some())
    }
}

#[cfg(test)]
mod tests;
