//! Reports by the calendar: made by the job queue, kept in the data folder, gone after a time.

use caifeng_domain::{Day, Named, Permission};
use caifeng_store::{Act, NewSchedule, Principal, ReportFile, Schedule};
use jiff::{Span, Timestamp};

use crate::{
    App, AppError, PERIOD_FORMATS, PeriodRequest, PeriodSpan, Refusal, ReportFormat,
    consultations::cli,
};

/// The job that makes one; its payload is the number of the schedule, the day for which it is made, and
/// the day on which it is tried: `42 2026-03-02 2026-03-03`.
pub(crate) const SCHEDULED: &str = "scheduled_report";

/// How often something is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Every {
    /// Each day.
    Day,
    /// Each Monday.
    Week,
    /// On the first of each month.
    Month,
    /// On 1 January.
    Year,
}

impl Every {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Day, "day", "每天"),
        (Self::Week, "week", "每周一"),
        (Self::Month, "month", "每月1日"),
        (Self::Year, "year", "每年1月1日"),
    ];

    /// The first such day after this one.
    #[must_use]
    pub fn after(self, day: Day) -> Day {
        let mut next = day.plus(1);
        while !self.is_on(next) {
            next = next.plus(1);
        }
        next
    }

    fn is_on(self, day: Day) -> bool {
        let (_, month, number) = day.date();
        match self {
            Self::Day => true,
            // 1970-01-01 was a Thursday, and weekends are known.
            Self::Week => !day.is_weekend() && day.plus(-1).is_weekend(),
            Self::Month => number == 1,
            Self::Year => (month, number) == (1, 1),
        }
    }
}

impl Named for Every {
    const NAMES: &'static [(Self, &'static str, &'static str)] = &Self::ALL;
}

/// What somebody wants to be made.
#[derive(Debug, Clone, Default)]
pub struct ScheduleRequest {
    /// The report on this one; empty: a summary of a place.
    pub consultation: String,
    /// Code of the place; empty: all.
    pub place: String,
    /// Wire name of a [`ReportFormat`].
    pub format: String,
    /// Wire name of an [`Every`].
    pub every: String,
}

/// A schedule as staff see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleLine {
    /// Number.
    pub id: u64,
    /// 《某条例（草案）》报告, 某区月报
    pub what: String,
    /// Of a file.
    pub format: &'static str,
    /// 每周一
    pub every: &'static str,
    /// The day on which it is made next.
    pub due: String,
    /// Who asked for it.
    pub by: String,
}

impl App {
    /// Has something made by the calendar.
    pub async fn add_schedule(
        &self,
        by: &Principal,
        asked: &ScheduleRequest,
    ) -> Result<u64, AppError> {
        let every = Every::from_name(&asked.every).ok_or(Refusal::BadPeriod)?;
        let format = ReportFormat::from_name(&asked.format).ok_or(Refusal::UnknownAddress)?;
        let (mut consultation, mut station) = (None, None);
        if asked.consultation.is_empty() {
            // A summary is of a month or a year.
            if !matches!(every, Every::Month | Every::Year) || !PERIOD_FORMATS.contains(&format) {
                return Err(Refusal::BadPeriod.into());
            }
            let places = self.stations_of(by).await?;
            if !asked.place.is_empty() {
                let mut found = places
                    .into_iter()
                    .filter(|(place, _)| place.code == asked.place);
                let found = found.next().ok_or(Refusal::PlaceOutOfReach)?;
                station = Some(found.0.id);
            } else if by.reach.station.is_some() {
                station = by.reach.station;
            }
        } else {
            let slug = &asked.consultation;
            let listed = self.whole_to(by, Permission::ReadReport, slug);
            consultation = Some(listed.await?.id);
        }
        let schedule = NewSchedule {
            consultation,
            station,
            format: format.wire().to_owned(),
            every: every.wire().to_owned(),
            due: every.after(this_day()).to_string(),
        };
        let act = Act {
            actor: &by.name,
            at: Timestamp::now(),
        };
        Ok(self.store.add_schedule(&act, &schedule).await?)
    }

    /// Ends a schedule that `by` may read the reports of.
    pub async fn end_schedule(&self, by: &Principal, id: u64) -> Result<(), AppError> {
        let act = Act {
            actor: &by.name,
            at: Timestamp::now(),
        };
        let all = self.schedules(by).await?;
        let is_theirs = all.iter().any(|line| line.id == id);
        if is_theirs && self.store.end_schedule(&act, id).await? {
            Ok(())
        } else {
            Err(Refusal::UnknownAddress.into())
        }
    }

    /// What is made by the calendar, as far as `by` may read it.
    pub async fn schedules(&self, by: &Principal) -> Result<Vec<ScheduleLine>, AppError> {
        let all = self.store.schedules().await?;
        let mut out = Vec::new();
        for schedule in all {
            if self.may_read(by, &schedule.what).await? {
                out.push(self.schedule_line(schedule).await?);
            }
        }
        Ok(out)
    }

    /// Files that were made, as far as `by` may read them, the latest first.
    pub async fn report_files(&self, by: &Principal) -> Result<Vec<ReportFile>, AppError> {
        let mut out = Vec::new();
        for file in self.store.report_files().await? {
            let of = NewSchedule {
                consultation: file.consultation,
                station: file.station,
                format: String::new(),
                every: String::new(),
                due: String::new(),
            };
            if self.may_read(by, &of).await? {
                out.push(file);
            }
        }
        Ok(out)
    }

    /// A file that was made, with its bytes.
    pub async fn report_file(
        &self,
        by: &Principal,
        id: u64,
    ) -> Result<(ReportFile, Vec<u8>), AppError> {
        let mut all = self.report_files(by).await?.into_iter();
        let file = all.find(|file| file.id == id);
        let file = file.ok_or(Refusal::UnknownAddress)?;
        let bytes = self.file(&file.sha256).await?;
        Ok((file, bytes))
    }

    async fn may_read(&self, by: &Principal, what: &NewSchedule) -> Result<bool, AppError> {
        if let Some(id) = what.consultation {
            let all = self.consultations().await?;
            let mut listed = all.iter().filter(|listed| listed.id == id);
            let may = listed.any(|listed| listed.allows(by, Permission::ReadReport));
            return Ok(may && by.reach.station.is_none());
        }
        // A summary counts every consultation that whoever asked for it might read.
        if by.reach.consultations.is_some() {
            return Ok(false);
        }
        let places = self.places_of(Some(by)).await?;
        let is_own = |places: Vec<caifeng_domain::Station>| {
            places.iter().any(|place| Some(place.id) == what.station)
        };
        Ok(places.is_none_or(is_own))
    }

    async fn schedule_line(&self, schedule: Schedule) -> Result<ScheduleLine, AppError> {
        let what = &schedule.what;
        let every = Every::from_name(&what.every);
        let format = ReportFormat::from_name(&what.format);
        let name = if let Some(id) = what.consultation {
            let all = self.consultations().await?;
            let listed = all.iter().find(|listed| listed.id == id);
            let title = listed.map(|listed| listed.consultation.title.clone());
            format!("《{}》报告", title.unwrap_or_default())
        } else {
            let all = self.store.stations().await?;
            let place = all.iter().find(|place| Some(place.id) == what.station);
            let place = place.map_or("全部站点", |place| &place.name);
            let kind = if every == Some(Every::Year) {
                "年报"
            } else {
                "月报"
            };
            format!("{place}{kind}")
        };
        Ok(ScheduleLine {
            id: schedule.id,
            what: name,
            format: format.map_or("", Named::chinese),
            every: every.map_or("", Named::chinese),
            due: schedule.what.due,
            by: schedule.created_by,
        })
    }

    /// Asks for what is due on `day`, once for all processes.
    pub(crate) async fn plan_reports(&self, day: &str) -> Result<(), AppError> {
        let now = Timestamp::now();
        for schedule in self.store.schedules().await? {
            if *schedule.what.due <= *day {
                let payload = format!("{} {} {day}", schedule.id, schedule.what.due);
                self.store.enqueue_first(SCHEDULED, &payload, now).await?;
            }
        }
        Ok(())
    }

    /// Makes what a job asks for. Nothing where that was made, or is not wanted any more.
    pub(crate) async fn make_scheduled(&self, payload: &str) -> Result<(), AppError> {
        let all = self.store.schedules().await?;
        let asked = all.into_iter().find(|schedule| {
            payload.starts_with(&format!("{} {} ", schedule.id, schedule.what.due))
        });
        let Some(schedule) = asked else {
            return Ok(());
        };
        let unknown = || AppError::UnknownJob(format!("{SCHEDULED} {payload}"));
        let format = ReportFormat::from_name(&schedule.what.format).ok_or_else(unknown)?;
        let every = Every::from_name(&schedule.what.every).ok_or_else(unknown)?;
        let due: Day = schedule.what.due.parse().map_err(|_| unknown())?;
        let (title, name, bytes) = if let Some(id) = schedule.what.consultation {
            let all = self.store.consultations().await?;
            let found = all.into_iter().find(|(other, _)| *other == id);
            let slug = found.ok_or_else(unknown)?.1.slug;
            let report = match self.report(Some(&slug)).await {
                // Tomorrow, perhaps.
                Err(AppError::NotTriaged(_)) => return Ok(()),
                report => report?,
            };
            let title = report.title.clone();
            (title, slug, self.export(report, format).await?)
        } else {
            let (period, report) = self.scheduled_summary(&schedule, every, due).await?;
            let title = report.title();
            let name = format!("summary-{period}");
            (title, name, self.export_period(report, format).await?)
        };
        // A worker that was away for long makes one, not all that it missed.
        let next = every.after(due.max(this_day()));
        let now = Timestamp::now();
        let file = ReportFile {
            id: 0,
            schedule: schedule.id,
            consultation: schedule.what.consultation,
            station: schedule.what.station,
            due: schedule.what.due,
            title,
            file_name: format!("{name}-{due}.{}", format.kind().1),
            bytes: bytes.len(),
            sha256: self.put_file(bytes).await?,
            made_at: now,
        };
        let act = Act {
            actor: "schedule",
            at: now,
        };
        self.store
            .add_report_file(&act, &file, &next.to_string())
            .await?;
        Ok(())
    }

    async fn scheduled_summary(
        &self,
        schedule: &Schedule,
        every: Every,
        due: Day,
    ) -> Result<(String, caifeng_report::PeriodReport), AppError> {
        let period = match every {
            Every::Year => (due.date().0 - 1).to_string(),
            _ => PeriodSpan::month_before(due),
        };
        let stations = self.store.stations().await?;
        let place = stations
            .into_iter()
            .find(|place| Some(place.id) == schedule.what.station);
        let request = PeriodRequest {
            period: period.clone(),
            place: place.map(|place| place.code),
            ranking: false,
        };
        Ok((period, self.period_report(None, &request).await?))
    }

    /// Forgets files older than the configuration allows.
    pub(crate) async fn expire_reports(&self) -> Result<(), AppError> {
        let hours = i64::from(self.config.report_files_days) * 24;
        let before = Timestamp::now().checked_sub(Span::new().hours(hours));
        if let Ok(before) = before {
            self.store.forget_report_files(&cli(), before).await?;
        }
        Ok(())
    }
}

fn this_day() -> Day {
    Day::in_china(Timestamp::now().as_microsecond())
}

#[cfg(test)]
mod tests {
    use caifeng_domain::{Day, Role, Visibility};
    use caifeng_store::{Act, JobState, NewSchedule};
    use jiff::Timestamp;

    use super::{Every, ScheduleRequest, this_day};
    use crate::{App, AppError, Refusal, testing};

    #[test]
    fn the_next_day_is_the_first_that_fits() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        for (every, from, want) in [
            (Every::Day, "2026-02-28", "2026-03-01"),
            (Every::Week, "2026-03-01", "2026-03-02"),
            (Every::Week, "2026-03-02", "2026-03-09"),
            (Every::Month, "2026-03-01", "2026-04-01"),
            (Every::Month, "2026-12-31", "2027-01-01"),
            (Every::Year, "2026-01-01", "2027-01-01"),
        ] {
            assert_eq!(every.after(day(from)), day(want), "{every:?} {from}");
        }
    }

    async fn app(folder: &std::path::Path) -> App {
        let app = App::open(testing::config(folder)).await.unwrap();
        app.create_consultation("c", "某条例（草案）", None, Visibility::Public, Vec::new())
            .await
            .unwrap();
        let draft = "某条例（草案）\n第一条　步道向公众开放。\n";
        app.import_draft("c", "d.txt", draft.as_bytes())
            .await
            .unwrap();
        let rows = "{\"text\":\"第一条很好，步道应当开放到夜里。\"}\n";
        app.import(Some("c"), "r.jsonl", rows.into(), None, false)
            .await
            .unwrap();
        while app.work_once("w").await.unwrap() {}
        app
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_due_is_made_once_by_the_job_queue() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(folder.path()).await;
        let by = testing::somebody("王审", Role::Reviewer);
        let asked = ScheduleRequest {
            consultation: "c".into(),
            format: "md".into(),
            every: "day".into(),
            ..ScheduleRequest::default()
        };
        let id = app.add_schedule(&by, &asked).await.unwrap();
        let today = this_day();
        app.plan_reports(&today.to_string()).await.unwrap();
        while app.work_once("w").await.unwrap() {}
        assert!(
            app.report_files(&by).await.unwrap().is_empty(),
            "due tomorrow"
        );
        let tomorrow = today.plus(1).to_string();
        for _ in 0..2 {
            app.plan_reports(&tomorrow).await.unwrap();
            while app.work_once("w").await.unwrap() {}
        }
        let files = app.report_files(&by).await.unwrap();
        assert_eq!((files.len(), &files[0].due), (1, &tomorrow));
        assert_eq!(files[0].file_name, format!("c-{tomorrow}.md"));
        let (_, bytes) = app.report_file(&by, files[0].id).await.unwrap();
        assert!(String::from_utf8(bytes).unwrap().contains("某条例"));
        let line = &app.schedules(&by).await.unwrap()[0];
        assert_eq!(
            (line.every, &line.due),
            ("每天", &today.plus(2).to_string())
        );
        let jobs = app.background().await.unwrap().jobs;
        assert!(jobs.iter().all(|job| job.state == JobState::Finished));

        let mut other = testing::somebody("外", Role::Reviewer);
        other.reach.consultations = Some([caifeng_domain::ConsultationId::new(9).unwrap()].into());
        assert!(app.report_files(&other).await.unwrap().is_empty());
        let refused = app.report_file(&other, files[0].id).await;
        assert!(matches!(
            refused,
            Err(AppError::Refused(Refusal::UnknownAddress))
        ));
        assert!(app.end_schedule(&other, id).await.is_err());
        app.end_schedule(&by, id).await.unwrap();
        assert!(app.schedules(&by).await.unwrap().is_empty());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_summary_is_of_the_month_that_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(folder.path()).await;
        let by = testing::somebody("王审", Role::Reviewer);
        let asked = |every: &str| ScheduleRequest {
            format: "html".into(),
            every: every.into(),
            ..ScheduleRequest::default()
        };
        assert!(app.add_schedule(&by, &asked("week")).await.is_err());
        let act = Act {
            actor: "cli",
            at: Timestamp::now(),
        };
        let past = NewSchedule {
            consultation: None,
            station: None,
            format: "html".into(),
            every: "month".into(),
            due: "2026-03-01".into(),
        };
        app.store.add_schedule(&act, &past).await.unwrap();
        app.plan_reports("2026-05-07").await.unwrap();
        while app.work_once("w").await.unwrap() {}
        let files = app.report_files(&by).await.unwrap();
        assert_eq!(files.len(), 1);
        assert!(files[0].title.contains("2026年2月"), "{}", files[0].title);
        assert_eq!(files[0].file_name, "summary-2026-02-2026-03-01.html");
        let line = &app.schedules(&by).await.unwrap()[0];
        assert_eq!(line.due, Every::Month.after(this_day()).to_string());
        app.expire_reports().await.unwrap();
        assert_eq!(app.report_files(&by).await.unwrap().len(), 1, "young");
    }
}
