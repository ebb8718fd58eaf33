//! How a consultation goes its way: its steps, what its places brought in, and what is due.

mod places;
mod reminder;
mod template;

use caifeng_domain::{Day, Permission, Step, StepState, Urgency, workflow};
use caifeng_store::{Act, Principal};
use jiff::Timestamp;

use crate::{App, AppError, Listed, Refusal};

pub use places::{PlaceProgress, Progressed};
pub use reminder::Reminder;
pub(crate) use template::calendar;
pub use template::{Terms, WORKFLOW_FILE, Workflow};

/// Characters of who looks after a step.
const WHO: usize = 60;
/// Characters of a note to it.
const NOTE: usize = 500;

/// The steps of a consultation.
#[derive(Debug, Clone)]
pub struct Steps {
    /// The consultation.
    pub listed: Listed,
    /// Whether they were begun. If not, they are what the template would give.
    pub are_begun: bool,
    /// In order, each with how urgent it is.
    pub steps: Vec<(Step, Option<Urgency>)>,
}

/// How a step shall stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepChange {
    /// Which.
    pub number: u32,
    /// When it was changed last, as far as the asker has seen: microseconds since 1970.
    pub seen: i64,
    /// How far it is.
    pub state: StepState,
    /// Who looks after it.
    pub who: String,
    /// The last day.
    pub due: Option<Day>,
    /// What is to be known.
    pub note: String,
}

/// Today, in China.
pub(crate) fn this_day() -> Day {
    Day::in_china(Timestamp::now().as_microsecond())
}

impl App {
    /// The steps of a consultation.
    pub async fn steps(&self, by: &Principal, slug: &str) -> Result<Steps, AppError> {
        let listed = self
            .consultation_to(by, Permission::ReadReport, slug)
            .await?;
        let begun = self.store.steps(listed.id).await?;
        let rules = self.rules().await?;
        let today = this_day();
        let are_begun = !begun.is_empty();
        let steps = if are_begun {
            begun
        } else {
            self.planned(&listed, None, &by.name).await?
        };
        let urgency = |step: &Step| {
            let due = step
                .due
                .filter(|_| are_begun && step.state != StepState::Done);
            due.and_then(|due| rules.workflow.urgency(due, today))
        };
        let steps = steps.into_iter().map(|step| {
            let urgency = urgency(&step);
            (step, urgency)
        });
        Ok(Steps {
            steps: steps.collect(),
            are_begun,
            listed,
        })
    }

    /// Gives a consultation the steps of the template, counted from `start`; without it from the first
    /// day of its window, or from today.
    pub async fn begin_steps(
        &self,
        by: &Principal,
        slug: &str,
        start: Option<Day>,
    ) -> Result<(), AppError> {
        let listed = self.consultation_to(by, Permission::Review, slug).await?;
        let steps = self.planned(&listed, start, &by.name).await?;
        let act = Act {
            actor: &by.name,
            at: Timestamp::now(),
        };
        if self.store.begin_steps(&act, listed.id, &steps).await? {
            Ok(())
        } else {
            Err(Refusal::Handled.into())
        }
    }

    /// Says how a step stands.
    pub async fn change_step(
        &self,
        by: &Principal,
        slug: &str,
        change: StepChange,
    ) -> Result<(), AppError> {
        let listed = self.consultation_to(by, Permission::Review, slug).await?;
        for (field, words, max) in [("负责人", &change.who, WHO), ("备注", &change.note, NOTE)]
        {
            if words.chars().count() > max {
                return Err(Refusal::LongField { field, max }.into());
            }
        }
        let mut steps = self.store.steps(listed.id).await?.into_iter();
        let before = steps.find(|step| step.number == change.number);
        let step = Step {
            due: change.due,
            state: change.state,
            who: change.who.trim().to_owned(),
            note: change.note.trim().to_owned(),
            ..before.ok_or(Refusal::UnknownStep(change.number))?
        };
        let act = Act {
            actor: &by.name,
            at: Timestamp::now(),
        };
        let store = &self.store;
        let changed = store.change_step(&act, listed.id, &step, change.seen);
        if changed.await? {
            Ok(())
        } else {
            Err(Refusal::Changed.into())
        }
    }

    /// What the template gives a consultation.
    async fn planned(
        &self,
        listed: &Listed,
        start: Option<Day>,
        by: &str,
    ) -> Result<Vec<Step>, AppError> {
        let now = Timestamp::now();
        let flow = &self.rules().await?.workflow;
        let window = listed.consultation.window.as_ref();
        let opens = window.and_then(|window| window.opens.parse().ok());
        let closes = window.and_then(|window| window.closes.parse().ok());
        let start = start.or(opens).unwrap_or_else(this_day);
        let who = (by, now.as_microsecond());
        Ok(workflow::begin(
            &flow.steps,
            start,
            closes,
            &flow.calendar,
            who,
        ))
    }
}

impl Workflow {
    /// How urgent something due on a day is.
    pub(crate) fn urgency(&self, due: Day, today: Day) -> Option<Urgency> {
        Urgency::of(due, today, self.remind_days, &self.calendar)
    }
}

#[cfg(test)]
mod tests;
