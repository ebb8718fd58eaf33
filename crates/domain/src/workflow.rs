//! The steps by which an office takes a consultation from its task to its archive (DOMAIN §2.2), and
//! when each is due.

use crate::{Day, WorkingDays};

/// What a deadline counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Anchor {
    /// The first day of the task.
    Start,
    /// The last day on which submissions are taken.
    End,
}

impl Anchor {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 2] = [
        (Self::Start, "start", "任务开始"),
        (Self::End, "end", "征集截止"),
    ];
}

/// A step as the template has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedStep {
    /// 接收与前期解读学习
    pub name: String,
    /// Who does it: 联系点办公室.
    pub office: String,
    /// The last day, so many working days after, or before, an end of the task. None: when it comes.
    pub due: Option<(Anchor, i32)>,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepState {
    /// Not begun.
    Waiting,
    /// Begun.
    Running,
    /// Done.
    Done,
}

impl StepState {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Waiting, "waiting", "未开始"),
        (Self::Running, "running", "进行中"),
        (Self::Done, "done", "已完成"),
    ];
}

/// A step of one consultation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its place, from 1.
    pub number: u32,
    /// What is done.
    pub name: String,
    /// Who does it.
    pub office: String,
    /// The last day.
    pub due: Option<Day>,
    /// How it stands.
    pub state: StepState,
    /// Who looks after it. Empty: nobody yet.
    pub who: String,
    /// What is to be known about it.
    pub note: String,
    /// Since when it stands so: microseconds since 1970.
    pub changed_at: i64,
    /// Who said so.
    pub changed_by: String,
}

/// How urgent something is that has a last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// Its last day is over.
    Overdue,
    /// Its last day is near.
    Soon,
}

impl Urgency {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 2] = [
        (Self::Overdue, "overdue", "已逾期"),
        (Self::Soon, "soon", "即将到期"),
    ];

    /// How urgent something due on a day is, `near` working days before which it begins to be. None:
    /// there is time.
    #[must_use]
    pub fn of(due: Day, today: Day, near: i32, calendar: &WorkingDays) -> Option<Self> {
        if due < today {
            Some(Self::Overdue)
        } else if due <= calendar.add(today, near) {
            Some(Self::Soon)
        } else {
            None
        }
    }
}

/// The steps of a consultation by a template, for `by` who begins them. A step that counts from an
/// end that is not known has no last day yet.
#[must_use]
pub fn begin(
    template: &[PlannedStep],
    start: Day,
    end: Option<Day>,
    calendar: &WorkingDays,
    (by, at): (&str, i64),
) -> Vec<Step> {
    let day = |(anchor, n)| {
        let from = match anchor {
            Anchor::Start => Some(start),
            Anchor::End => end,
        };
        from.map(|from| calendar.add(from, n))
    };
    (1..)
        .zip(template)
        .map(|(number, planned)| Step {
            number,
            name: planned.name.clone(),
            office: planned.office.clone(),
            due: planned.due.and_then(day),
            state: StepState::Waiting,
            who: String::new(),
            note: String::new(),
            changed_at: at,
            changed_by: by.to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Anchor, PlannedStep, StepState, Urgency, begin};
    use crate::{Day, WorkingDays};

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn planned(due: Option<(Anchor, i32)>) -> PlannedStep {
        PlannedStep {
            name: "征集".into(),
            office: "联系点办公室".into(),
            due,
        }
    }

    #[test]
    fn deadlines_count_from_the_ends_of_the_task() {
        let template = [
            planned(Some((Anchor::Start, 0))),
            planned(Some((Anchor::Start, 3))),
            planned(Some((Anchor::End, 0))),
            planned(Some((Anchor::End, -2))),
            planned(None),
        ];
        let calendar = WorkingDays::default();
        let start = day("2026-03-05");
        let due = |end: Option<&str>| -> Vec<String> {
            let steps = begin(&template, start, end.map(day), &calendar, ("王审", 7));
            assert!(steps.iter().all(|s| s.state == StepState::Waiting));
            let due = steps.iter().map(|step| step.due);
            due.map(|day| day.map_or("-".into(), |day| day.to_string()))
                .collect()
        };
        let want = ["2026-03-05", "2026-03-10", "2026-04-06", "2026-04-02", "-"];
        assert_eq!(due(Some("2026-04-06")), want);
        assert_eq!(due(None), ["2026-03-05", "2026-03-10", "-", "-", "-"]);
    }

    #[test]
    fn what_is_near_is_counted_in_working_days() {
        let calendar = WorkingDays::default();
        // A Friday.
        let urgency = |due| Urgency::of(day(due), day("2026-03-06"), 2, &calendar);
        assert_eq!(urgency("2026-03-05"), Some(Urgency::Overdue));
        assert_eq!(urgency("2026-03-06"), Some(Urgency::Soon));
        assert_eq!(urgency("2026-03-10"), Some(Urgency::Soon));
        assert_eq!(urgency("2026-03-11"), None);
    }
}
