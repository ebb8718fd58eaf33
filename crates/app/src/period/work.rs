//! Counting what was done, at each place and all above it.

use std::collections::{BTreeMap, BTreeSet};

use caifeng_domain::{
    Channel, CollectorId, ConsultationId, Day, Named, PointId, Station, StationId, Status,
    SubmissionId, WorkingDays,
};
use caifeng_report::{Measure, PlaceWork, Value, Word, Work};
use caifeng_store::{Meeting, SenderId, StoredSubmission, Task};

use super::span::Span;

/// A submission, with what is known of it.
pub(super) struct Came<'s> {
    pub(super) consultation: ConsultationId,
    pub(super) stored: &'s StoredSubmission,
    pub(super) day: Day,
    /// None before triage, as the next two.
    pub(super) status: Option<Status>,
    pub(super) group: Option<usize>,
    /// Whether it is in words of its own.
    pub(super) is_own: Option<bool>,
    /// Whether triage put it anywhere.
    pub(super) is_placed: bool,
    pub(super) collector: Option<CollectorId>,
}

/// A point for which somebody proposed a result.
pub(super) struct Settled {
    pub(super) consultation: ConsultationId,
    pub(super) point: PointId,
    /// Microseconds since 1970.
    pub(super) proposed: Option<i64>,
    /// When a second person agreed.
    pub(super) approved: Option<i64>,
    pub(super) is_adopted: bool,
}

/// Whom a submission is of.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Known(SenderId),
    Unknown(SubmissionId),
}

/// A place that is not told of.
struct Untold;

/// Points by consultation and number.
type Points = BTreeSet<(ConsultationId, PointId)>;

/// What is counted at one place. What several places share is counted once above them.
#[derive(Default)]
struct Count {
    submissions: usize,
    senders: BTreeSet<(ConsultationId, Who)>,
    texts: BTreeSet<(ConsultationId, usize)>,
    unread: usize,
    meetings: usize,
    present: usize,
    tasks: usize,
    tasks_in_time: usize,
    settled: Points,
    adopted: Points,
}

impl Count {
    fn work(&self) -> Work {
        Work {
            submissions: self.submissions,
            senders: self.senders.len(),
            texts: self.texts.len() + self.unread,
            meetings: self.meetings,
            present: self.present,
            tasks: self.tasks,
            tasks_in_time: self.tasks_in_time,
            settled: self.settled.len(),
            adopted: self.adopted.len(),
        }
    }

    fn is_empty(&self) -> bool {
        self.submissions + self.meetings + self.tasks + self.settled.len() == 0
    }
}

/// What one 信息员 did.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) submissions: usize,
    pub(super) settled: Points,
    pub(super) adopted: Points,
}

/// What the measures follow from.
#[derive(Default)]
struct Facts {
    channels: BTreeSet<Channel>,
    groups: BTreeSet<String>,
    regions: BTreeSet<String>,
    read: usize,
    own_words: usize,
    known_senders: usize,
    placed: usize,
    proposed: usize,
    approved: usize,
    steps: (usize, usize),
    /// Working days from submissions to results, and how many submissions.
    days: (usize, usize),
}

/// The places of a summary.
pub(super) struct Tree {
    span: Span,
    root: Option<StationId>,
    places: Vec<Station>,
    /// All places, also those that are not told of: a name is only known if it is the only one.
    all: Vec<Station>,
    /// None: at no place of ours.
    own: BTreeMap<Option<StationId>, Count>,
    together: BTreeMap<Option<StationId>, Count>,
    collectors: BTreeMap<CollectorId, Gathered>,
    facts: Facts,
    touched: usize,
}

impl Tree {
    pub(super) fn new(
        root: Option<&Station>,
        places: Vec<Station>,
        all: Vec<Station>,
        span: Span,
    ) -> Self {
        Self {
            span,
            root: root.map(|root| root.id),
            places,
            all,
            own: BTreeMap::new(),
            together: BTreeMap::new(),
            collectors: BTreeMap::new(),
            facts: Facts::default(),
            touched: 0,
        }
    }

    /// Grows with everything that is counted.
    pub(super) const fn touched(&self) -> usize {
        self.touched
    }

    pub(super) const fn collectors(&self) -> &BTreeMap<CollectorId, Gathered> {
        &self.collectors
    }

    /// The place of this name, if it is told of; none of ours is a place too, where all are told of.
    fn place(&self, name: Option<&str>) -> Result<Option<StationId>, Untold> {
        let mut same = (self.all.iter()).filter(|place| Some(place.name.as_str()) == name);
        let only = same.next().filter(|_| same.next().is_none());
        match only.map(|place| place.id) {
            Some(id) if self.is_told(id) => Ok(Some(id)),
            None if self.root.is_none() => Ok(None),
            _ => Err(Untold),
        }
    }

    fn is_told(&self, id: StationId) -> bool {
        self.places.iter().any(|place| place.id == id)
    }

    /// Counts at a place, and at all above it that are told of.
    fn count(&mut self, at: Option<StationId>, mut count: impl FnMut(&mut Count)) {
        self.touched += 1;
        count(self.own.entry(at).or_default());
        let mut here = at;
        while let Some(id) = here.filter(|&id| self.is_told(id)) {
            count(self.together.entry(Some(id)).or_default());
            here = (self.all.iter().find(|place| place.id == id)).and_then(|place| place.parent);
        }
        // Above all of them stands the house itself.
        if self.root.is_none() {
            count(self.together.entry(None).or_default());
        }
    }

    pub(super) fn add(&mut self, came: &Came<'_>) {
        let submission = &came.stored.submission;
        if !self.span.holds(came.day) || came.status == Some(Status::Spam) {
            return;
        }
        let Ok(at) = self.place(submission.station.as_deref()) else {
            return;
        };
        let consultation = came.consultation;
        let id = came.stored.id;
        self.count(at, |count| {
            let sender = came.stored.sender.map_or(Who::Unknown(id), Who::Known);
            count.submissions += 1;
            count.senders.insert((consultation, sender));
            match came.group {
                Some(group) => {
                    count.texts.insert((consultation, group));
                }
                None => count.unread += 1,
            }
        });
        let facts = &mut self.facts;
        facts.channels.insert(submission.channel);
        facts.groups.extend(submission.submitter.identity.clone());
        facts.regions.extend(submission.submitter.region.clone());
        facts.read += usize::from(came.is_own.is_some());
        facts.own_words += usize::from(came.is_own == Some(true));
        facts.known_senders += usize::from(came.stored.sender.is_some());
        facts.placed += usize::from(came.is_placed);
        if let Some(collector) = came.collector {
            self.collectors.entry(collector).or_default().submissions += 1;
        }
    }

    pub(super) fn add_meeting(&mut self, meeting: &Meeting) {
        let held = meeting
            .held_on
            .parse()
            .is_ok_and(|day| self.span.holds(day));
        let at = self.place(Some(&meeting.place));
        if let (true, Ok(at)) = (held, at) {
            self.count(at, |count| {
                count.meetings += 1;
                count.present += meeting.present.unwrap_or_default() as usize;
            });
        }
    }

    pub(super) fn add_task(&mut self, task: &Task) {
        let Ok(due) = task.what.due.parse::<Day>() else {
            return;
        };
        if self.span.holds(due) && self.is_told(task.what.station) {
            let done = task.done_at.map(|at| Day::in_china(at.as_microsecond()));
            let in_time = done.is_some_and(|done| done <= due);
            self.count(Some(task.what.station), |count| {
                count.tasks += 1;
                count.tasks_in_time += usize::from(in_time);
            });
        }
    }

    /// A step that was due in the period, and when it was done.
    pub(super) fn add_step(&mut self, due: Option<Day>, done: Option<Day>) {
        if let Some(due) = due.filter(|due| self.span.holds(*due)) {
            self.facts.steps.1 += 1;
            self.facts.steps.0 += usize::from(done.is_some_and(|done| done <= due));
        }
    }

    /// A point with the submissions that make it: each with its day and who wrote it down.
    pub(super) fn add_settled<'s>(
        &mut self,
        settled: &Settled,
        members: impl Iterator<Item = (&'s StoredSubmission, Day, Option<CollectorId>)>,
        calendar: &WorkingDays,
    ) {
        let within = |moment: Option<i64>| {
            let day = moment.map(Day::in_china);
            day.filter(|day| self.span.holds(*day))
        };
        let (proposed, approved) = (within(settled.proposed), within(settled.approved));
        let key = (settled.consultation, settled.point);
        let mut is_ours = false;
        for (stored, day, collector) in members {
            let Ok(at) = self.place(stored.submission.station.as_deref()) else {
                continue;
            };
            is_ours = true;
            let Some(approved) = approved else { continue };
            self.facts.days.0 += calendar.between(day, approved);
            self.facts.days.1 += 1;
            self.count(at, |count| {
                count.settled.insert(key);
                if settled.is_adopted {
                    count.adopted.insert(key);
                }
            });
            if let Some(collector) = collector {
                let work = self.collectors.entry(collector).or_default();
                work.settled.insert(key);
                if settled.is_adopted {
                    work.adopted.insert(key);
                }
            }
        }
        if is_ours && proposed.is_some() {
            self.facts.proposed += 1;
            self.facts.approved += usize::from(settled.approved.is_some());
        }
    }

    /// The place and all below it where anything was done.
    pub(super) fn lines(&self) -> Vec<PlaceWork> {
        let work = |counts: &BTreeMap<Option<StationId>, Count>, at| {
            counts.get(&at).map(Count::work).unwrap_or_default()
        };
        let line = |at: Option<StationId>, name: &str, kind: &str, depth| PlaceWork {
            name: name.to_owned(),
            kind: kind.to_owned(),
            depth,
            own: work(&self.own, at),
            together: work(&self.together, at),
        };
        let mut out = Vec::new();
        if self.root.is_none() {
            let mut all = line(None, "合计", "", 0);
            all.own = Work::default();
            out.push(all);
        }
        let above = self.root.and_then(|root| {
            let root = self.places.iter().find(|place| place.id == root)?;
            root.parent
        });
        self.put_below(above, out.len(), &line, &mut out);
        let nowhere = self.own.get(&None).filter(|count| !count.is_empty());
        if let Some(count) = nowhere {
            let mut rest = line(None, "未写明站点，或不是本级的站点", "", 1);
            rest.together = count.work();
            out.push(rest);
        }
        out
    }

    fn put_below(
        &self,
        parent: Option<StationId>,
        depth: usize,
        line: &impl Fn(Option<StationId>, &str, &str, usize) -> PlaceWork,
        out: &mut Vec<PlaceWork>,
    ) {
        for place in self.places.iter().filter(|place| place.parent == parent) {
            let is_root = Some(place.id) == self.root;
            if self.root.is_some() && depth == 0 && !is_root {
                continue;
            }
            let count = self.together.get(&Some(place.id));
            if is_root || count.is_some_and(|count| !count.is_empty()) {
                out.push(line(
                    Some(place.id),
                    &place.name,
                    place.kind.chinese(),
                    depth,
                ));
                self.put_below(Some(place.id), depth + 1, line, out);
            }
        }
    }

    /// 及时、广泛、真实、有序.
    pub(super) fn measures(&self) -> Vec<Measure> {
        let facts = &self.facts;
        let all = self.together.get(&self.root).map(Count::work);
        let all = all.unwrap_or_default();
        let is_active = |place: &&Station| {
            let own = self.own.get(&Some(place.id));
            own.is_some_and(|own| own.submissions > 0)
        };
        let active = self.places.iter().filter(is_active).count();
        let measure = |word, name, rule, value| Measure {
            word,
            name,
            rule,
            value,
        };
        let mut out = vec![
            measure(
                Word::Timely,
                "到期任务按期完成",
                "期限在本期内的交办任务中，当日或之前完成的",
                Value::Share(all.tasks_in_time, all.tasks),
            ),
            measure(
                Word::Timely,
                "从收到意见到形成处理结果平均",
                "本期审核通过的观点所含的每件意见，从收到的次日起计工作日，按件平均",
                Value::Days(facts.days.0, facts.days.1),
            ),
            measure(
                Word::Broad,
                "有来件的站点",
                "本期有来件的站点占全部站点",
                Value::Share(active, self.places.len()),
            ),
            measure(
                Word::Broad,
                "来件渠道",
                "网页、微信、自助终端等，有来件的计一种",
                Value::Count(facts.channels.len()),
            ),
            measure(
                Word::Broad,
                "提出人类别",
                "来件写明的类别，相同的计一种",
                Value::Count(facts.groups.len()),
            ),
            measure(
                Word::Broad,
                "涉及地区",
                "来件写明的地区，相同的计一处",
                Value::Count(facts.regions.len()),
            ),
            measure(
                Word::True,
                "用自己的话写的来件",
                "已梳理的来件中，不与先到的相同、近似，也不出自同一模板的",
                Value::Share(facts.own_words, facts.read),
            ),
            measure(
                Word::True,
                "可以辨认提出人的来件",
                "留有联系方式等，能辨认是否同一人提出的",
                Value::Share(facts.known_senders, all.submissions),
            ),
            measure(
                Word::Orderly,
                "来件已经梳理归类",
                "分出了意见，或认定为民情诉求的",
                Value::Share(facts.placed, all.submissions),
            ),
            measure(
                Word::Orderly,
                "处理结果经第二人审核",
                "本期拟定处理结果的观点中，已由另一人审核通过的",
                Value::Share(facts.approved, facts.proposed),
            ),
        ];
        if self.root.is_none() {
            out.push(measure(
                Word::Orderly,
                "工作步骤按期完成",
                "期限在本期内的步骤中，当日或之前完成的",
                Value::Share(facts.steps.0, facts.steps.1),
            ));
        }
        out
    }
}
