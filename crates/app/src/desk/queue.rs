//! What waits for somebody: the least certain first.

use caifeng_domain::{DuplicateKind, PointId, Status, SubmissionId, UnitRef};
use caifeng_report::Quotation;
use jiff::Timestamp;

use super::{Desk, Standing, section::most};
use crate::report::article_name;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// Links that are not sure.
    Doubt,
    /// About an article, but which is not known.
    Unassigned,
    /// Letters of one template.
    Campaign,
    /// Texts in which personal data was found.
    Personal,
    /// Perhaps an individual case.
    Complaint,
    /// Of the last day.
    New,
    /// Without a unit, or not surely an opinion.
    Waiting,
    /// Results that a second person has to look at.
    Approval,
    /// Results that were given back.
    Returned,
    /// Points that the asker looks after.
    Mine,
    /// Units for other offices.
    Transfer,
}

impl Queue {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 11] = [
        (Self::Doubt, "doubt", "拿不准归哪一条"),
        (Self::Unassigned, "unassigned", "未能归条"),
        (Self::Campaign, "campaign", "疑似模板来信"),
        (Self::Personal, "personal", "疑似个人信息"),
        (Self::Complaint, "complaint", "疑似民情诉求"),
        (Self::New, "new", "最近一天新来"),
        (Self::Waiting, "waiting", "待人工查看"),
        (Self::Approval, "approval", "等待审核"),
        (Self::Returned, "returned", "审核退回"),
        (Self::Mine, "mine", "分派给我"),
        (Self::Transfer, "transfer", "转办"),
    ];

    /// The queue of this wire name.
    #[must_use]
    pub fn from_wire(name: &str) -> Option<Self> {
        let named = Self::ALL.iter().find(|(_, wire, _)| *wire == name);
        named.map(|(queue, ..)| *queue)
    }
}

/// One thing that waits.
#[derive(Debug, Clone)]
pub struct QueueItem {
    /// The submission, where it is one.
    pub submission: Option<SubmissionId>,
    /// The unit, where it is one.
    pub unit: Option<UnitRef>,
    /// The point that it is, or is in.
    pub point: Option<PointId>,
    /// Whose words.
    pub words: Quotation,
    /// Why it waits: 第三十四条 55 %，第三十五条 40 %
    pub why: String,
    /// The less, the sooner.
    rank: f32,
}

/// Below this probability a link, or a kind of submission, is not sure.
const SURE: f32 = 0.7;
/// A submission is perhaps no opinion from this probability on.
const PERHAPS: f32 = 0.9;
const DAY: i64 = 86_400_000_000;

impl Desk {
    /// Everything that waits in a queue, first what needs it most. `name` is the asker's.
    #[must_use]
    pub fn queue(&self, queue: Queue, name: &str, now: Timestamp) -> Vec<QueueItem> {
        let mut items: Vec<QueueItem> = match queue {
            Queue::Doubt | Queue::Unassigned | Queue::New | Queue::Transfer => {
                self.units_in(queue, now)
            }
            Queue::Campaign | Queue::Personal | Queue::Complaint | Queue::Waiting => {
                self.submissions_in(queue)
            }
            Queue::Approval | Queue::Returned | Queue::Mine => self.points_in(queue, name),
        };
        items.sort_by(|a, b| a.rank.total_cmp(&b.rank));
        items
    }

    fn units_in(&self, queue: Queue, now: Timestamp) -> Vec<QueueItem> {
        let mut out = Vec::new();
        for standing in self.points.values() {
            for &place in &standing.point.units {
                let name = self.unit_ref(place);
                let state = self.decided.unit(name);
                let unit = self.material.unit(place);
                let best = unit.links.first().map_or(0.0, |link| link.confidence);
                let gone = state.and_then(|s| s.transfer);
                let since = self.material.stored[place.0].received_at.as_microsecond();
                let why = match queue {
                    Queue::Transfer => gone.map(|to| caifeng_domain::Named::chinese(to).to_owned()),
                    _ if state.is_some_and(|s| s.dismissed.is_some()) || gone.is_some() => None,
                    Queue::New => {
                        (now.as_microsecond() - since < DAY).then(|| "最近一天收到".to_owned())
                    }
                    _ if self.is_decided(name) => None,
                    Queue::Unassigned => Self::is_unassigned(unit).then(|| candidates(unit)),
                    _ => (best > 0.0 && best < SURE).then(|| candidates(unit)),
                };
                let Some(why) = why else { continue };
                out.push(QueueItem {
                    submission: Some(name.submission),
                    unit: Some(name),
                    point: Some(standing.point.id),
                    words: self.material.words(place),
                    why,
                    rank: if queue == Queue::New {
                        -(since as f32)
                    } else {
                        best
                    },
                });
            }
        }
        out
    }

    fn submissions_in(&self, queue: Queue) -> Vec<QueueItem> {
        let analyses = self.material.record.analyses.iter().enumerate();
        let wanted = analyses.filter_map(|(place, (id, analysis))| {
            let decided = self.decided.statuses.contains_key(id);
            let unsure = !decided && analysis.status_confidence < PERHAPS;
            let opinion = analysis.status == Status::Opinion;
            let why = match queue {
                Queue::Campaign => (analysis.duplicate.kind == DuplicateKind::Campaign)
                    .then(|| format!("同一模板 {} 件", self.groups[&analysis.duplicate.group])),
                Queue::Personal => (!analysis.personal_data.is_empty())
                    .then(|| format!("{} 处，公开时自动遮盖", analysis.personal_data.len())),
                Queue::Complaint => (analysis.status == Status::Complaint || (opinion && unsure))
                    .then(|| percent("判为", analysis.status, analysis.status_confidence)),
                _ => (opinion && analysis.units.is_empty())
                    .then(|| "未能从中分出意见".to_owned())
                    .or_else(|| {
                        let spam = analysis.status == Status::Spam && unsure;
                        spam.then(|| percent("判为", analysis.status, analysis.status_confidence))
                    }),
            };
            Some((place, *id, analysis.status_confidence, why?))
        });
        wanted
            .map(|(place, id, rank, why)| QueueItem {
                submission: Some(id),
                unit: None,
                point: None,
                words: self.material.whole(place),
                why,
                rank,
            })
            .collect()
    }

    fn points_in(&self, queue: Queue, name: &str) -> Vec<QueueItem> {
        let item = |standing: &Standing| {
            let state = self.decided.points.get(&standing.point.id)?;
            let settled = state.settled.as_ref();
            let why = match queue {
                Queue::Mine => (state.assigned.as_deref() == Some(name))
                    .then(|| self.place_name(standing.section)),
                Queue::Returned => settled
                    .and_then(|s| s.returned.as_ref())
                    .map(|(by, why)| format!("{by}：{why}")),
                _ => settled
                    .filter(|s| s.approved.is_none() && s.returned.is_none())
                    .map(|s| format!("{} 拟：{}", s.by, s.reason)),
            };
            Some(QueueItem {
                submission: None,
                unit: None,
                point: Some(standing.point.id),
                words: self.material.words(standing.point.representative),
                why: why?,
                rank: -(standing.counts.senders as f32),
            })
        };
        self.points.values().filter_map(item).collect()
    }

    /// The articles that most units of a point name.
    #[must_use]
    pub fn main_article(&self, point: PointId) -> Option<caifeng_domain::ArticleNo> {
        let members = &self.points.get(&point)?.point.units;
        let links = members
            .iter()
            .filter_map(|&u| self.material.unit(u).links.first());
        most(links.map(|link| link.article))
    }
}

/// 第三十四条 55 %，第三十五条 40 %
fn candidates(unit: &caifeng_domain::Unit) -> String {
    let all = unit.links.iter().chain(&unit.candidates).take(3);
    let named: Vec<String> = all
        .map(|link| {
            let percent = (100.0 * link.confidence).round();
            format!("{} {percent} %", article_name(link.article))
        })
        .collect();
    match named.as_slice() {
        [] => "没有相近的条文".to_owned(),
        [_] => named.concat(),
        _ => format!("在 {} 之间", named.join("、")),
    }
}

fn percent(what: &str, status: Status, confidence: f32) -> String {
    let name = caifeng_domain::Named::chinese(status);
    format!("{what}{name}，把握 {} %", (100.0 * confidence).round())
}
