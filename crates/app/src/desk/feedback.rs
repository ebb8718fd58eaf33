//! What a sender is told: where one's words went, how many say the same, what became of it.

use caifeng_domain::{Named, PointId, Status, SubmissionId};
use caifeng_store::{Act, Answered};
use jiff::Timestamp;

use super::Desk;
use crate::{App, AppError, Refusal, exchange::put_beside};

/// What became of one thing that a sender said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// One's own words, personal data masked.
    pub words: String,
    /// Where they were heard: 第三条（适用范围）
    pub place: String,
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
                point: unit.point,
                wording: wording.filter(|_| settled.is_some()),
                together: standing.counts.submissions,
                result: settled.map(|s| name(&s.code)),
                reason: settled.map(|s| s.reason.clone()).filter(|r| !r.is_empty()),
                day,
                above: Vec::new(),
            })
        };
        units.filter_map(answer).collect()
    }
}

impl App {
    /// What the sender of a receipt is told about what was said; nothing before triage. Then what was
    /// answered above to words that are cut otherwise here.
    pub async fn answers(&self, receipt: &str) -> Result<(Vec<Answer>, Vec<Answered>), AppError> {
        let (id, consultation) = self.received(receipt).await?;
        let all = self.consultations().await?;
        // A slip may be found by anybody: nothing is told of what is for contact points only.
        let public = |listed: &&crate::Listed| listed.id == consultation && listed.is_public();
        let Some(listed) = all.iter().find(public) else {
            return Ok((Vec::new(), Vec::new()));
        };
        let above = self.store.feedback_of(id).await?;
        if self.store.desk_state(listed.id).await?.0.is_none() {
            return Ok((Vec::new(), above));
        }
        let shared = self
            .fresh_desk(listed.id, &listed.consultation.slug)
            .await?;
        let held = shared.read().await;
        let answers = |desk: &Desk| desk.answers(id, false, &self.config.dispositions);
        let mut own = held.as_ref().map(answers).unwrap_or_default();
        let left = put_beside(&mut own, above);
        Ok((own, left))
    }

    /// Notes how content the sender of a receipt is. Once, and only with an answer.
    pub async fn grade(&self, receipt: &str, grade: Grade, remark: &str) -> Result<(), AppError> {
        let remark = remark.trim();
        if remark.chars().count() > REMARK {
            let (field, max) = ("评价说明", REMARK);
            return Err(Refusal::LongField { field, max }.into());
        }
        let (answered, left) = self.answers(receipt).await?;
        let is_open = |answer: &Answer| answer.result.is_none() && answer.above.is_empty();
        if left.is_empty() && answered.iter().all(is_open) {
            return Err(Refusal::NoAnswerYet.into());
        }
        let (id, _) = self.received(receipt).await?;
        let act = Act {
            actor: "sender",
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

    async fn received(
        &self,
        receipt: &str,
    ) -> Result<(SubmissionId, caifeng_domain::ConsultationId), AppError> {
        let receipt = receipt.trim().parse().map_err(|_| Refusal::BadReceipt)?;
        let found = self.store.submission_by_receipt(&receipt).await?;
        let found = found.ok_or(Refusal::UnknownReceipt)?;
        Ok((found.id, found.consultation))
    }
}
