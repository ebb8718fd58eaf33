//! The file that says how an office works: steps, deadlines, holidays.

use std::collections::BTreeSet;

use caifeng_domain::{Anchor, Day, Named, PlannedStep, Sla, WorkingDays};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    AppError,
    toml_lines::{self, Fault},
};

/// What is in force where no file is configured, and what a file looks like.
pub const WORKFLOW_FILE: &str = include_str!("../../workflow.toml");
/// Working days of any deadline at most: some four years.
const FAR: i32 = 1_000;

/// What is promised for one kind of item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Working days in which it is settled.
    pub days: i32,
    /// Working days after which there should be news.
    pub progress_days: Option<i32>,
}

/// How an office works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workflow {
    /// The steps of a consultation, in order.
    pub steps: Vec<PlannedStep>,
    /// Which days people work on.
    pub calendar: WorkingDays,
    /// Working days before a last day from which on people are reminded.
    pub remind_days: i32,
    /// Working days between closing an item and looking again.
    pub recheck_days: i32,
    short: Terms,
    staged: Terms,
    hard: Terms,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    remind_days: Spanned<i32>,
    recheck_days: Spanned<i32>,
    steps: Vec<WrittenStep>,
    transfers: WrittenTransfers,
    #[serde(default)]
    calendar: WrittenCalendar,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStep {
    name: Spanned<String>,
    office: String,
    from: Option<Spanned<String>>,
    days: Option<Spanned<i32>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTransfers {
    short: WrittenTerms,
    staged: WrittenTerms,
    hard: WrittenTerms,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTerms {
    days: Spanned<i32>,
    progress_days: Option<Spanned<i32>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenCalendar {
    #[serde(default)]
    holidays: Vec<Spanned<String>>,
    #[serde(default)]
    worked: Vec<Spanned<String>>,
}

impl WrittenCalendar {
    fn read(self) -> Result<WorkingDays, Fault> {
        let days = |list: Vec<Spanned<String>>| -> Result<BTreeSet<Day>, Fault> {
            let mut out = BTreeSet::new();
            for one in list {
                let wrong = || Fault::at(&one, format!("“{}”不是日期", one.get_ref()));
                out.extend(range(one.get_ref()).ok_or_else(wrong)?);
            }
            Ok(out)
        };
        Ok(WorkingDays {
            holidays: days(self.holidays)?,
            worked: days(self.worked)?,
        })
    }
}

/// The days of a file with holidays and the weekends that are worked instead, and nothing else.
pub(crate) fn calendar(text: &str) -> Result<WorkingDays, String> {
    let written: WrittenCalendar = toml_lines::read(text)?;
    written.read().map_err(|fault| fault.on_line_of(text))
}

impl Workflow {
    /// From `file`, whose `name` errors give; without one the usual ten steps.
    pub(crate) fn read(file: Option<(&str, &str)>) -> Result<Self, AppError> {
        let (name, text) = file.unwrap_or(("workflow.toml", WORKFLOW_FILE));
        let wrong = |what: String| AppError::Config(format!("{name}：{what}"));
        Self::of(text).map_err(wrong)
    }

    /// From the text of a file, or what is wrong with which of its lines.
    pub(crate) fn of(text: &str) -> Result<Self, String> {
        let written: Written = toml_lines::read(text)?;
        let flow = written.read().map_err(|fault| fault.on_line_of(text))?;
        if flow.steps.is_empty() {
            return Err("至少应有一个步骤".to_owned());
        }
        Ok(flow)
    }

    /// What is promised for items of this kind.
    #[must_use]
    pub const fn terms(&self, sla: Sla) -> Terms {
        match sla {
            Sla::Short => self.short,
            Sla::Staged => self.staged,
            Sla::Hard => self.hard,
        }
    }
}

impl Written {
    fn read(self) -> Result<Workflow, Fault> {
        let terms = |terms: WrittenTerms| -> Result<Terms, Fault> {
            Ok(Terms {
                days: near(&terms.days, 1)?,
                progress_days: (terms.progress_days.as_ref())
                    .map(|days| near(days, 1))
                    .transpose()?,
            })
        };
        let steps = self.steps.into_iter().map(WrittenStep::read);
        Ok(Workflow {
            steps: steps.collect::<Result<_, _>>()?,
            calendar: self.calendar.read()?,
            remind_days: near(&self.remind_days, 0)?,
            recheck_days: near(&self.recheck_days, 1)?,
            short: terms(self.transfers.short)?,
            staged: terms(self.transfers.staged)?,
            hard: terms(self.transfers.hard)?,
        })
    }
}

impl WrittenStep {
    fn read(self) -> Result<PlannedStep, Fault> {
        let due = match (self.from, self.days) {
            (None, None) => None,
            (Some(from), Some(days)) => {
                let wrong = || Fault::at(&from, format!("“{}”应为 start 或 end", from.get_ref()));
                let anchor = Anchor::from_name(from.get_ref()).ok_or_else(wrong)?;
                Some((anchor, near(&days, -FAR)?))
            }
            _ => {
                let what = format!("步骤“{}”的 from 和 days 应同写", self.name.get_ref());
                return Err(Fault::at(&self.name, what));
            }
        };
        if self.name.get_ref().trim().is_empty() {
            return Err(Fault::at(&self.name, "步骤应有名称".to_owned()));
        }
        Ok(PlannedStep {
            name: self.name.into_inner(),
            office: self.office,
            due,
        })
    }
}

/// So many working days, if they are not out of all proportion.
fn near(days: &Spanned<i32>, from: i32) -> Result<i32, Fault> {
    let number = *days.get_ref();
    if (from..=FAR).contains(&number) {
        return Ok(number);
    }
    let what = format!("{number} 不在 {from} 至 {FAR} 个工作日之间");
    Err(Fault::at(days, what))
}

/// `2026-10-01`, or `2026-10-01/2026-10-07` with both ends and no more than a year.
fn range(text: &str) -> Option<impl Iterator<Item = Day> + use<>> {
    let (first, last) = text.split_once('/').unwrap_or((text, text));
    let (first, last): (Day, Day) = (first.parse().ok()?, last.parse().ok()?);
    let is_plausible = first <= last && last < first.plus(366);
    let days = move || {
        (0..)
            .map(move |n| first.plus(n))
            .take_while(move |day| *day <= last)
    };
    is_plausible.then(days)
}

#[cfg(test)]
mod tests {
    use caifeng_domain::{Day, Sla};

    use super::{WORKFLOW_FILE, Workflow};

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn the_default_has_ten_steps_three_terms_and_the_holidays_of_2026() {
        let usual = Workflow::read(None).unwrap();
        assert_eq!(usual.steps.len(), 10);
        assert_eq!(usual.terms(Sla::Short).days, 15);
        assert_eq!(usual.terms(Sla::Staged).progress_days, Some(22));
        // 春节 from 15 to 23 February, worked on the Saturdays before and after.
        let calendar = &usual.calendar;
        assert_eq!(calendar.add(day("2026-02-13"), 1), day("2026-02-14"));
        assert_eq!(calendar.add(day("2026-02-14"), 1), day("2026-02-24"));
        assert_eq!(calendar.add(day("2026-02-27"), 1), day("2026-02-28"));
        assert_eq!(calendar.add(day("2026-09-30"), 1), day("2026-10-08"));
        // What is said to be worked is a weekend, or saying so would be a slip of the pen.
        assert!(calendar.worked.iter().all(|day| day.is_weekend()));
        assert_eq!(calendar.holidays.len(), 3 + 9 + 3 + 5 + 3 + 3 + 7);
    }

    #[test]
    fn a_file_that_is_wrong_is_refused_with_its_name() {
        for (from, to, says) in [
            ("remind_days = 2", "remind_days = -1", "-1"),
            (
                "from = \"start\"\ndays = 0",
                "from = \"later\"\ndays = 0",
                "later",
            ),
            ("from = \"start\"\ndays = 0", "from = \"start\"", "任务下达"),
            ("name = \"任务下达\"", "name = \" \"", "名称"),
            ("\"2026-01-04\"", "\"2026-02-30\"", "2026-02-30"),
            (
                "2026-01-01/2026-01-03",
                "2026-01-03/2026-01-01",
                "2026-01-03/",
            ),
            ("days = 15", "day = 15", "不认识“day”"),
            (
                "from = \"start\"\ndays = 0",
                "from = \"later\"\ndays = 0",
                "第 14 行",
            ),
        ] {
            assert!(WORKFLOW_FILE.contains(from), "{from}");
            let text = WORKFLOW_FILE.replacen(from, to, 1);
            let error = Workflow::read(Some(("本地.toml", &text))).unwrap_err();
            let error = error.to_string();
            assert!(
                error.contains("本地.toml") && error.contains(says),
                "{error}"
            );
        }
    }
}
