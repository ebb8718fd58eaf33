//! What waits for somebody: the least certain first.

use caifeng_domain::{DuplicateKind, Named, PointId, Status, SubmissionId, UnitRef};
use caifeng_report::Quotation;
use jiff::Timestamp;

use super::Desk;
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
    /// What came since the asker's last visit.
    New,
    /// Without a unit, or not surely an opinion.
    Waiting,
    /// Results that a second person has to look at.
    Approval,
    /// Results that were given back.
    Returned,
    /// Points that the asker looks after, or is asked about as an expert.
    Mine,
    /// Units for other offices.
    Transfer,
    /// Units that their senders see otherwise.
    Contested,
}

impl Queue {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 12] = [
        (Self::Doubt, "doubt", "拿不准归哪一条"),
        (Self::Unassigned, "unassigned", "未能归条"),
        (Self::Campaign, "campaign", "疑似模板来信"),
        (Self::Personal, "personal", "疑似个人信息"),
        (Self::Complaint, "complaint", "疑似民情诉求"),
        (Self::New, "new", "上次查看以后新来"),
        (Self::Waiting, "waiting", "待人工查看"),
        (Self::Approval, "approval", "等待审核"),
        (Self::Returned, "returned", "审核退回"),
        (Self::Mine, "mine", "分派给我、请我论证"),
        (Self::Transfer, "transfer", "转办"),
        (Self::Contested, "contested", "提出人更正"),
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
    /// The point that it is, or is in.
    pub point: Option<PointId>,
    /// Whose words.
    pub words: Quotation,
    /// Why it waits: 第三十四条 55 %，第三十五条 40 %
    pub why: String,
}

/// Something that waits, before its words are fetched.
struct Waiting {
    submission: Option<usize>,
    unit: Option<usize>,
    point: Option<PointId>,
    /// The less, the sooner.
    rank: f32,
}

/// Below this probability a link, or a kind of submission, is not sure.
const SURE: f32 = 0.7;
/// A submission is perhaps no opinion from this probability on.
const PERHAPS: f32 = 0.9;
/// Items on one page.
pub const ITEMS_A_PAGE: usize = 50;

impl Desk {
    /// A page, counted from 1, of what waits in a queue, first what needs it most; and how many wait
    /// altogether. `name` is the asker's, who was here last at `since`.
    #[must_use]
    pub fn queue(
        &self,
        queue: Queue,
        name: &str,
        since: Timestamp,
        page: usize,
    ) -> (Vec<QueueItem>, usize) {
        let mut all = self.waiting(queue, name, since);
        let count = all.len();
        all.sort_by(|a, b| a.rank.total_cmp(&b.rank));
        let shown = all.into_iter().skip((page.max(1) - 1) * ITEMS_A_PAGE);
        let shown = shown.take(ITEMS_A_PAGE);
        let contested = match queue {
            Queue::Contested => self.contested(),
            _ => Vec::new(),
        };
        (
            shown
                .map(|waiting| self.item(queue, &waiting, &contested))
                .collect(),
            count,
        )
    }

    /// How many wait in a queue.
    #[must_use]
    pub fn queued(&self, queue: Queue, name: &str, since: Timestamp) -> usize {
        self.waiting(queue, name, since).len()
    }

    fn waiting(&self, queue: Queue, name: &str, since: Timestamp) -> Vec<Waiting> {
        match queue {
            Queue::Doubt | Queue::Unassigned | Queue::New | Queue::Transfer => {
                self.units_in(queue, since)
            }
            Queue::Campaign | Queue::Personal | Queue::Complaint | Queue::Waiting => {
                self.submissions_in(queue)
            }
            Queue::Contested => self.units_contested(),
            Queue::Approval | Queue::Returned | Queue::Mine => self.points_in(queue, name),
        }
    }

    fn units_in(&self, queue: Queue, since: Timestamp) -> Vec<Waiting> {
        let fresh = |place: usize| self.material.stored[place].received_at > since;
        let analyses = self.material.record.analyses.iter().enumerate();
        let opinions = analyses.filter(|(_, (_, analysis))| analysis.status == Status::Opinion);
        let mut out = Vec::new();
        for (submission, (id, analysis)) in opinions {
            for (number, unit) in analysis.units.iter().enumerate() {
                let best = unit.links.first().map_or(0.0, |link| link.confidence);
                let wanted = match queue {
                    Queue::Transfer => true,
                    Queue::New => fresh(submission),
                    Queue::Unassigned => Self::is_unassigned(unit),
                    _ => best > 0.0 && best < SURE,
                };
                if !wanted {
                    continue;
                }
                let name = UnitRef {
                    submission: *id,
                    span: unit.span,
                };
                let state = self.decided.unit(name);
                let sent = state.is_some_and(|s| s.transfer.is_some());
                let gone = sent || state.is_some_and(|s| s.dismissed.is_some());
                let still = match queue {
                    Queue::Transfer => sent,
                    Queue::New => !gone,
                    _ => !gone && !self.is_decided(name),
                };
                if still {
                    out.push(Waiting {
                        submission: Some(submission),
                        unit: Some(number),
                        point: Some(unit.point),
                        // The newest came last.
                        rank: if queue == Queue::New {
                            -(submission as f32)
                        } else {
                            best
                        },
                    });
                }
            }
        }
        out
    }

    fn units_contested(&self) -> Vec<Waiting> {
        let contested = self.contested().into_iter().enumerate();
        let waiting = contested.filter_map(|(turn, (unit, _))| {
            let place = self.place.get(&unit.submission).copied()?;
            let known = self.unit_at(unit);
            Some(Waiting {
                submission: Some(place),
                unit: known.map(|(_, number)| number),
                point: known.map(|place| self.material.unit(place).point),
                rank: turn as f32,
            })
        });
        waiting.collect()
    }

    fn submissions_in(&self, queue: Queue) -> Vec<Waiting> {
        let analyses = self.material.record.analyses.iter().enumerate();
        let wanted = analyses.filter(|(_, (id, analysis))| {
            let decided = self.decided.statuses.contains_key(id);
            let unsure = !decided && analysis.status_confidence < PERHAPS;
            let opinion = analysis.status == Status::Opinion;
            match queue {
                Queue::Campaign => analysis.duplicate.kind == DuplicateKind::Campaign,
                Queue::Personal => !analysis.personal_data.is_empty(),
                Queue::Complaint => analysis.status == Status::Complaint || (opinion && unsure),
                _ => {
                    (opinion && analysis.units.is_empty())
                        || (analysis.status == Status::Spam && unsure)
                }
            }
        });
        wanted
            .map(|(place, (_, analysis))| Waiting {
                submission: Some(place),
                unit: None,
                point: None,
                rank: analysis.status_confidence,
            })
            .collect()
    }

    fn points_in(&self, queue: Queue, name: &str) -> Vec<Waiting> {
        let wanted = self.decided.points.iter().filter_map(|(id, state)| {
            let standing = self.points.get(id)?;
            let settled = state.settled.as_ref();
            let wanted = match queue {
                Queue::Mine => state.assigned.as_deref() == Some(name) || state.waits_for(name),
                Queue::Returned => settled.is_some_and(|s| s.returned.is_some()),
                _ => settled.is_some_and(|s| s.approved.is_none() && s.returned.is_none()),
            };
            wanted.then_some(Waiting {
                submission: None,
                unit: None,
                point: Some(*id),
                rank: -(standing.counts.senders as f32),
            })
        });
        wanted.collect()
    }

    /// What waits with its words and why.
    fn item(&self, queue: Queue, waiting: &Waiting, contested: &[(UnitRef, String)]) -> QueueItem {
        let analyses = &self.material.record.analyses;
        let place = waiting.submission.zip(waiting.unit);
        let standing = waiting.point.and_then(|point| self.points.get(&point));
        let words = match (place, waiting.submission, standing) {
            (Some(place), ..) => self.material.words(place),
            (None, Some(submission), _) => self.material.whole(submission),
            (None, None, Some(standing)) => self.material.words(standing.point.representative),
            (None, None, None) => self.material.whole(0),
        };
        QueueItem {
            submission: waiting.submission.map(|at| analyses[at].0),
            point: waiting.point,
            why: self.why(queue, waiting, contested),
            words,
        }
    }

    fn why(&self, queue: Queue, waiting: &Waiting, contested: &[(UnitRef, String)]) -> String {
        let analysis = waiting
            .submission
            .map(|at| &self.material.record.analyses[at].1);
        let unit = waiting.submission.zip(waiting.unit);
        let unit = unit.map(|place| (self.unit_ref(place), self.material.unit(place)));
        let point = waiting
            .point
            .and_then(|point| self.decided.points.get(&point));
        let settled = point.and_then(|state| state.settled.as_ref());
        match (queue, unit, analysis) {
            (Queue::Transfer, Some((name, _)), _) => {
                let to = self.decided.unit(name).and_then(|state| state.transfer);
                to.map_or_else(String::new, |to| to.chinese().to_owned())
            }
            (Queue::Contested, ..) => {
                let id = waiting
                    .submission
                    .map(|at| self.material.record.analyses[at].0);
                let theirs = contested
                    .iter()
                    .filter(|(unit, _)| Some(unit.submission) == id);
                theirs
                    .map(|(_, words)| words.as_str())
                    .collect::<Vec<_>>()
                    .join("；")
            }
            (Queue::New, ..) => "新来".to_owned(),
            (Queue::Doubt | Queue::Unassigned, Some((_, unit)), _) => candidates(unit),
            (Queue::Campaign, _, Some(analysis)) => {
                let size = self.groups.get(&analysis.duplicate.group);
                format!("同一模板 {} 件", size.copied().unwrap_or(1))
            }
            (Queue::Personal, _, Some(analysis)) => {
                format!("{} 处，公开时自动遮盖", analysis.personal_data.len())
            }
            (Queue::Waiting, _, Some(analysis)) if analysis.status == Status::Opinion => {
                "未能从中分出意见".to_owned()
            }
            (Queue::Complaint | Queue::Waiting, _, Some(analysis)) => {
                let sure = (100.0 * analysis.status_confidence).round();
                format!("判为{}，把握 {sure} %", analysis.status.chinese())
            }
            (Queue::Returned, ..) => settled
                .and_then(|s| s.returned.as_ref())
                .map_or_else(String::new, |(by, why)| format!("{by}：{why}")),
            (Queue::Approval, ..) => {
                settled.map_or_else(String::new, |s| format!("{} 拟：{}", s.by, s.reason))
            }
            _ => {
                let standing = waiting.point.and_then(|point| self.points.get(&point));
                standing.map_or_else(String::new, |s| self.place_name(s.section))
            }
        }
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
