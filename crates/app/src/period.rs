//! 月报、年报: what one place, or a tree of them, did in a month or a year.

mod span;
mod work;

use std::collections::BTreeMap;

use caifeng_domain::{
    CollectorId, Decision, DuplicateKind, Permission, Station, Status, StepState, SubmissionId,
};
use caifeng_report::{CollectorWork, Period, PeriodReport};
use caifeng_store::{Principal, StoredSubmission};
use jiff::Timestamp;

pub use self::span::Span as PeriodSpan;
use self::work::{Came, Settled, Tree};
use crate::{
    App, AppError, Desk, LetterSettings, Listed, Refusal, ReportFormat, catalogue::today, find,
    reach::below,
};

/// What somebody wants to know.
#[derive(Debug, Clone, Default)]
pub struct PeriodRequest {
    /// `2026-03` or `2026`.
    pub period: String,
    /// Code of the place; none: all that whoever asks may speak for.
    pub place: Option<String>,
    /// Whether 信息员 are listed by how much they gathered.
    pub ranking: bool,
}

/// Formats of a 月报 or 年报.
pub const PERIOD_FORMATS: [ReportFormat; 5] = [
    ReportFormat::Docx,
    ReportFormat::Pdf,
    ReportFormat::Html,
    ReportFormat::Xlsx,
    ReportFormat::Json,
];

impl App {
    /// What was done in a month or a year, as far as `by` may know; everything for the command line.
    pub async fn period_report(
        &self,
        by: Option<&Principal>,
        request: &PeriodRequest,
    ) -> Result<PeriodReport, AppError> {
        let span: PeriodSpan = request.period.parse()?;
        let (root, places) = self.places_asked(by, request.place.as_deref()).await?;
        let all = self.store.stations().await?;
        let name = match &root {
            Some(root) => root.name.clone(),
            None => self
                .own_name()
                .await
                .unwrap_or_else(|_| "各站点".to_owned()),
        };
        let mut tree = Tree::new(root.as_ref(), places, all, span);
        let is_whole = root.is_none();
        let mut titles = Vec::new();
        for listed in self.consultations().await?.iter() {
            if by.is_none_or(|by| listed.allows(by, Permission::ReadReport)) {
                let before = tree.touched();
                self.count(listed, &mut tree, is_whole).await?;
                if tree.touched() > before {
                    titles.push(listed.consultation.title.clone());
                }
            }
        }
        self.count_tasks(by, &mut tree).await?;
        let now = Timestamp::now();
        let letter = self.letter(LetterSettings::default(), &today(now)).await?;
        let active_collectors = tree.collectors().len();
        Ok(PeriodReport {
            // A summary for one's own house has no 主送机关.
            letter: caifeng_report::Letter {
                recipient: None,
                number: None,
                signer: None,
                ..letter
            },
            name: span.chinese(),
            period: Period {
                opens: span.first.to_string(),
                closes: span.last.to_string(),
            },
            place: name,
            generated_at: crate::exchange::written(now),
            consultations: titles,
            measures: tree.measures(),
            collectors: if request.ranking {
                self.ranked(&tree).await?
            } else {
                Vec::new()
            },
            active_collectors,
            places: tree.lines(),
        })
    }

    /// A 月报 or 年报 as a file.
    pub async fn export_period(
        &self,
        report: PeriodReport,
        format: ReportFormat,
    ) -> Result<Vec<u8>, AppError> {
        let write = move || -> Result<Vec<u8>, AppError> {
            Ok(match format {
                ReportFormat::Docx => report.to_docx()?,
                ReportFormat::Pdf => crate::report::docx_to_pdf(&report.to_docx()?)?,
                ReportFormat::Html => report.to_html()?.into_bytes(),
                ReportFormat::Xlsx => report.to_xlsx()?,
                ReportFormat::Json => serde_json::json!(report).to_string().into_bytes(),
                ReportFormat::Briefing | ReportFormat::Md | ReportFormat::Csv => {
                    let message = "月报和年报的格式应为 docx、pdf、html、xlsx 或 json";
                    return Err(AppError::Argument(message.to_owned()));
                }
            })
        };
        self.written(format, write).await
    }

    /// The place that is asked for, and all below it: none and all of them where none is.
    async fn places_asked(
        &self,
        by: Option<&Principal>,
        code: Option<&str>,
    ) -> Result<(Option<Station>, Vec<Station>), AppError> {
        let own = self.places_of(by).await?;
        let is_confined = own.is_some();
        let all = self.store.stations().await?;
        let allowed = own.unwrap_or_else(|| all.clone());
        let root = match code {
            Some(code) => {
                let found = all.iter().find(|place| place.code == code);
                let found = found.ok_or(Refusal::UnknownPlace)?;
                if allowed.iter().all(|place| place.id != found.id) {
                    return Err(Refusal::PlaceOutOfReach.into());
                }
                Some(found.clone())
            }
            None if is_confined => allowed.first().cloned(),
            None => None,
        };
        Ok(match root {
            Some(root) => (Some(root.clone()), below(root.id, all)),
            None => (None, allowed),
        })
    }

    /// Counts what came in and was settled about one consultation.
    async fn count(
        &self,
        listed: &Listed,
        tree: &mut Tree,
        is_whole: bool,
    ) -> Result<(), AppError> {
        let collected = self.store.collected(listed.id).await?;
        let journal = self.store.submissions(listed.id).await?;
        let shared;
        let held = if self.store.desk_state(listed.id).await?.0.is_some() {
            let slug = &listed.consultation.slug;
            shared = self.fresh_desk(listed.id, slug).await?;
            Some(shared.read().await)
        } else {
            None
        };
        let desk = held.as_deref().and_then(Option::as_ref);
        for stored in journal.iter().filter(|stored| !stored.withdrawn) {
            let came = came(listed, stored, desk, collected.get(&stored.id).copied());
            tree.add(&came);
        }
        if let Some(desk) = desk {
            count_settled(
                listed,
                desk,
                &collected,
                tree,
                &self.rules().await?.workflow.calendar,
            );
        }
        for meeting in self.store.meetings(listed.id).await? {
            tree.add_meeting(&meeting);
        }
        if is_whole {
            for step in self.store.steps(listed.id).await? {
                let done = step.state == StepState::Done;
                let at = done.then(|| caifeng_domain::Day::in_china(step.changed_at));
                tree.add_step(step.due, at);
            }
        }
        Ok(())
    }

    async fn count_tasks(&self, by: Option<&Principal>, tree: &mut Tree) -> Result<(), AppError> {
        let all = self.consultations().await?;
        let readable = |id| {
            let mut listed = all.iter().filter(|listed| listed.id == id);
            listed.any(|listed| by.is_none_or(|by| listed.allows(by, Permission::ReadReport)))
        };
        for task in self.store.tasks().await? {
            if readable(task.what.consultation) {
                tree.add_task(&task);
            }
        }
        Ok(())
    }

    async fn ranked(&self, tree: &Tree) -> Result<Vec<CollectorWork>, AppError> {
        let people = self.store.collectors().await?;
        let stations = self.store.stations().await?;
        let mut out: Vec<CollectorWork> = (people.into_iter())
            .filter_map(|person| {
                let work = tree.collectors().get(&person.id)?;
                let place = stations.iter().find(|place| place.id == person.station);
                Some(CollectorWork {
                    name: person.name,
                    place: place.map(|place| place.name.clone()).unwrap_or_default(),
                    submissions: work.submissions,
                    settled: work.settled.len(),
                    adopted: work.adopted.len(),
                })
            })
            .collect();
        out.sort_by(|a, b| {
            let useful = |one: &CollectorWork| (one.adopted, one.settled, one.submissions);
            useful(b).cmp(&useful(a)).then_with(|| a.name.cmp(&b.name))
        });
        Ok(out)
    }
}

fn came<'s>(
    listed: &Listed,
    stored: &'s StoredSubmission,
    desk: Option<&Desk>,
    collector: Option<CollectorId>,
) -> Came<'s> {
    let analysis = desk.and_then(|desk| desk.analysis(stored.id));
    Came {
        consultation: listed.id,
        stored,
        day: day_of(stored),
        status: analysis.map(|analysis| analysis.status),
        group: analysis.map(|analysis| analysis.duplicate.group),
        is_own: analysis.map(|a| a.duplicate.kind == DuplicateKind::Original),
        is_placed: analysis.is_some_and(|a| a.status != Status::Opinion || !a.units.is_empty()),
        collector,
    }
}

fn day_of(stored: &StoredSubmission) -> caifeng_domain::Day {
    let said = find::day(&stored.submission).and_then(|day| day.parse().ok());
    said.unwrap_or_else(|| caifeng_domain::Day::in_china(stored.received_at.as_microsecond()))
}

/// Points of which was decided in the period what becomes of them.
fn count_settled(
    listed: &Listed,
    desk: &Desk,
    collected: &std::collections::HashMap<SubmissionId, CollectorId>,
    tree: &mut Tree,
    calendar: &caifeng_domain::WorkingDays,
) {
    let moments: BTreeMap<_, _> = (desk.events.iter())
        .filter(|event| matches!(event.decision, Decision::Dispose(..)))
        .map(|event| (event.number, event.at))
        .collect();
    for standing in desk.points.values() {
        let state = desk.decided.points.get(&standing.point.id);
        let Some(settled) = state.and_then(|state| state.settled.as_ref()) else {
            continue;
        };
        let counts = |place: &&(usize, usize)| desk.counts(**place);
        let mut members: Vec<usize> = (standing.point.units.iter().filter(counts))
            .map(|place| place.0)
            .collect();
        members.dedup();
        let members = members.into_iter().map(|at| {
            let stored = &desk.material.stored[at];
            (stored, day_of(stored), collected.get(&stored.id).copied())
        });
        let settled = Settled {
            consultation: listed.id,
            point: standing.point.id,
            proposed: moments.get(&settled.event).copied(),
            approved: settled.approved.as_ref().map(|(_, at)| *at),
            is_adopted: ["adopted", "partly"].contains(&settled.code.as_str()),
        };
        tree.add_settled(&settled, members, calendar);
    }
}

#[cfg(test)]
mod tests;
