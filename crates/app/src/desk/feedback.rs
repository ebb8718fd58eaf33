//! What a sender is told: where one's words went, how many say the same, what became of it.

use caifeng_domain::{
    ArticleNo, Decision, Event, EvidenceKind, Named, PointId, Scope, Span, Status, SubmissionId,
};
use caifeng_store::{Act, Answered, StoredSubmission};
use jiff::Timestamp;

use super::{Desk, SENDER, SectionPlace};
use crate::{App, AppError, Refusal, exchange::put_beside};

/// What became of one thing that a sender said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// One's own words, personal data masked.
    pub words: String,
    /// Where they were heard: 第三条（适用范围）
    pub place: String,
    /// Whether that is known: it could be put under a provision, or under the whole draft.
    pub is_placed: bool,
    /// Number of the point.
    pub point: PointId,
    /// What the point is called, where staff gave it a name or a wording.
    pub wording: Option<String>,
    /// Submissions that say the same, one's own too.
    pub together: usize,
    /// The result: 部分采纳.
    pub result: Option<String>,
    /// The reason given.
    pub reason: Option<String>,
    /// The day of the result, `YYYY-MM-DD`.
    pub day: Option<String>,
    /// Where the words stand in the submission.
    pub span: Span,
    /// The articles that the machine takes them to be about, where nobody said so: neither the sender
    /// by naming or confirming them, nor staff.
    pub guessed: Vec<ArticleNo>,
    /// What became of it above.
    pub above: Vec<Answered>,
}

impl Answer {
    /// Whether it was decided one way here and another way above.
    #[must_use]
    pub fn differs(&self) -> bool {
        let own = self.result.as_ref();
        own.is_some_and(|own| self.above.iter().any(|above| above.result != *own))
    }

    /// Whether there is a result, here or above.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        self.result.is_some() || !self.above.is_empty()
    }
}

/// What a sender is told altogether.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// About each thing said.
    pub answers: Vec<Answer>,
    /// What was answered above to words that are cut otherwise here.
    pub above: Vec<Answered>,
    /// When it was sorted (流转).
    pub sorted: Option<Timestamp>,
    /// When somebody began to work on it (研究).
    pub studied: Option<Timestamp>,
    /// When the last result was agreed to (采纳反馈), where all have one.
    pub answered: Option<Timestamp>,
}

impl Told {
    /// Whether anything said has a result, here or above.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        !self.above.is_empty() || self.answers.iter().any(Answer::is_answered)
    }
}

/// How content somebody is with an answer (满意度测评).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// 满意
    Content,
    /// 基本满意
    Mostly,
    /// 不满意
    Discontent,
}

impl Grade {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Content, "content", "满意"),
        (Self::Mostly, "mostly", "基本满意"),
        (Self::Discontent, "discontent", "不满意"),
    ];
}

impl Named for Grade {
    const NAMES: &'static [(Self, &'static str, &'static str)] = &Self::ALL;
}

/// Characters of a remark to a grade.
const REMARK: usize = 500;

impl Desk {
    /// What the sender of a submission is told. With `preview` also what no second person has agreed
    /// to yet, as staff want to see it before.
    #[must_use]
    pub fn answers(
        &self,
        id: SubmissionId,
        preview: bool,
        dispositions: &[caifeng_domain::Disposition],
    ) -> Vec<Answer> {
        let Some(&place) = self.place.get(&id) else {
            return Vec::new();
        };
        let analysis = &self.material.record.analyses[place].1;
        if analysis.status != Status::Opinion {
            return Vec::new();
        }
        let units = analysis.units.iter().enumerate();
        let answer = |(number, unit): (usize, &caifeng_domain::Unit)| {
            let standing = self.points.get(&unit.point)?;
            let state = self.decided.points.get(&unit.point);
            let settled = state.and_then(|state| state.settled.as_ref());
            let settled = settled.filter(|s| preview || s.approved.is_some());
            let name = |code: &str| {
                let known = dispositions.iter().find(|d| d.code == code);
                known.map_or_else(|| code.to_owned(), |d| d.name.clone())
            };
            let day = settled.and_then(|s| s.approved.as_ref()).map(|(_, at)| {
                crate::catalogue::today(Timestamp::from_microsecond(*at).unwrap_or_default())
            });
            let wording = state.and_then(|s| s.wording.clone().or_else(|| s.name.clone()));
            Some(Answer {
                words: self.material.words((place, number)).text,
                place: self.place_name(standing.section),
                is_placed: standing.section != SectionPlace::Unassigned,
                point: unit.point,
                wording: wording.filter(|_| settled.is_some()),
                together: standing.counts.submissions,
                result: settled.map(|s| name(&s.code)),
                reason: settled.map(|s| s.reason.clone()).filter(|r| !r.is_empty()),
                day,
                span: unit.span,
                guessed: self.guessed(unit, id),
                above: Vec::new(),
            })
        };
        units.filter_map(answer).collect()
    }

    /// Articles that only the machine takes a unit to be about.
    fn guessed(&self, unit: &caifeng_domain::Unit, of: SubmissionId) -> Vec<ArticleNo> {
        let is_contested = self.said_by_sender(of).any(|event| {
            matches!(&event.decision, Decision::Contest(about, _) if about.span == unit.span)
        });
        if unit.scope != Scope::Article || is_contested {
            return Vec::new();
        }
        let guesses = unit.links.iter();
        guesses
            .filter(|link| link.evidence.kind == EvidenceKind::Semantic)
            .map(|link| link.article)
            .collect()
    }

    /// When somebody on the staff first decided something about what a submission says, and when the
    /// last result was agreed to, where everything has one.
    fn progress(&self, id: SubmissionId) -> (Option<Timestamp>, Option<Timestamp>) {
        let Some(&place) = self.place.get(&id) else {
            return (None, None);
        };
        let units = &self.material.record.analyses[place].1.units;
        let points: Vec<PointId> = units.iter().map(|unit| unit.point).collect();
        let is_about = |event: &&Event| {
            let decision = &event.decision;
            event.actor != SENDER
                && (decision.unit().is_some_and(|unit| unit.submission == id)
                    || decision.points().iter().any(|point| points.contains(point)))
        };
        let first = self.events.iter().find(is_about);
        let time = |at: i64| Timestamp::from_microsecond(at).ok();
        let approved = |point: &PointId| {
            let state = self.decided.points.get(point)?;
            state.settled.as_ref()?.approved.as_ref().map(|(_, at)| *at)
        };
        let all: Option<Vec<i64>> = points.iter().map(approved).collect();
        let last = all.and_then(|all| all.into_iter().max());
        (first.and_then(|event| time(event.at)), last.and_then(time))
    }
}

impl App {
    /// What the sender of a receipt is told about what was said; nothing before triage.
    pub async fn what_became_of(&self, receipt: &str) -> Result<Told, AppError> {
        let found = self.stored(receipt).await?;
        let (id, consultation) = (found.id, found.consultation);
        let all = self.consultations().await?;
        // A slip may be found by anybody: nothing is told of what is for contact points only.
        let public = |listed: &&crate::Listed| listed.id == consultation && listed.is_public();
        let Some(listed) = all.iter().find(public) else {
            return Ok(Told::default());
        };
        let above = self.store.feedback_of(id).await?;
        if self.store.desk_state(listed.id).await?.0.is_none() {
            return Ok(Told {
                above,
                ..Told::default()
            });
        }
        let sorted = self.store.triaged_after(listed.id, found.received_at);
        let sorted = sorted.await?;
        let shared = self
            .fresh_desk(listed.id, &listed.consultation.slug)
            .await?;
        let held = shared.read().await;
        let Some(desk) = held.as_ref() else {
            return Ok(Told::default());
        };
        let rules = self.rules().await?;
        let mut answers = desk.answers(id, false, &rules.dispositions);
        let (studied, answered) = desk.progress(id);
        Ok(Told {
            above: put_beside(&mut answers, above),
            answers,
            sorted: sorted.filter(|_| desk.place.contains_key(&id)),
            studied,
            answered,
        })
    }

    /// Notes how content the sender of a receipt is. Once, and only with an answer.
    pub async fn grade(&self, receipt: &str, grade: Grade, remark: &str) -> Result<(), AppError> {
        let remark = remark.trim();
        if remark.chars().count() > REMARK {
            let (field, max) = ("评价说明", REMARK);
            return Err(Refusal::LongField { field, max }.into());
        }
        let told = self.what_became_of(receipt).await?;
        if !told.is_answered() {
            return Err(Refusal::NoAnswerYet.into());
        }
        let (id, _) = self.received(receipt).await?;
        let act = Act {
            actor: SENDER,
            at: Timestamp::now(),
        };
        if self
            .store
            .add_satisfaction(&act, id, grade.wire(), remark)
            .await?
        {
            Ok(())
        } else {
            Err(Refusal::Handled.into())
        }
    }

    /// Whether the sender of a receipt has said how content they are.
    pub async fn is_graded(&self, receipt: &str) -> Result<bool, AppError> {
        let (id, _) = self.received(receipt).await?;
        Ok(self.store.satisfaction_of(id).await?.is_some())
    }

    pub(super) async fn received(
        &self,
        receipt: &str,
    ) -> Result<(SubmissionId, caifeng_domain::ConsultationId), AppError> {
        let found = self.stored(receipt).await?;
        Ok((found.id, found.consultation))
    }

    async fn stored(&self, receipt: &str) -> Result<StoredSubmission, AppError> {
        let receipt = receipt.trim().parse().map_err(|_| Refusal::BadReceipt)?;
        let found = self.store.submission_by_receipt(&receipt).await?;
        Ok(found.ok_or(Refusal::UnknownReceipt)?)
    }
}
