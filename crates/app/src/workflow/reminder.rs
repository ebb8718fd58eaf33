//! What is due: steps, tasks of places, items with other offices, and those to be looked at again.

use std::collections::BTreeSet;

use caifeng_domain::{Day, Permission, Sla, StepState, TransferItem, Urgency};
use caifeng_store::Principal;

use super::{Workflow, this_day};
use crate::{App, AppError, Listed, TaskState};

/// Something that is due, or was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// Title of the consultation.
    pub title: String,
    /// What is to be done: 步骤“审核”.
    pub what: String,
    /// By when.
    pub due: Day,
    /// How urgent it is.
    pub urgency: Urgency,
    /// The page of it.
    pub at: String,
}

impl App {
    /// Everything due in the consultations that `by` may look after, the most urgent first; of tasks and
    /// items, those of the places that they speak for.
    pub async fn reminders(&self, by: &Principal) -> Result<Vec<Reminder>, AppError> {
        self.reminders_where(by, |_| true).await
    }

    /// Everything due in one consultation.
    pub async fn reminders_in(
        &self,
        by: &Principal,
        slug: &str,
    ) -> Result<Vec<Reminder>, AppError> {
        self.reminders_where(by, |other| other == slug).await
    }

    async fn reminders_where(
        &self,
        by: &Principal,
        is_meant: impl Fn(&str) -> bool,
    ) -> Result<Vec<Reminder>, AppError> {
        let mut out = Vec::new();
        let rules = self.rules().await?;
        let flow = &rules.workflow;
        let places = self.names_of(Some(by)).await?;
        for listed in self.consultations().await?.iter() {
            let is_meant = is_meant(&listed.consultation.slug);
            if is_meant && listed.allows(by, Permission::ReadReport) {
                self.remind_of_steps(flow, listed, &mut out).await?;
                let due = self.remind_of_transfers(flow, listed, places.as_ref());
                out.extend(due.await?);
            }
        }
        let today = this_day();
        let tasks = self.tasks(Some(by)).await?.into_iter();
        let open = tasks.filter(|task| task.state != TaskState::Done && is_meant(&task.slug));
        for task in open {
            let due: Option<Day> = task.due.parse().ok();
            let urgency = |due| Some((due, flow.urgency(due, today)?));
            let Some((due, urgency)) = due.and_then(urgency) else {
                continue;
            };
            out.push(Reminder {
                title: task.title,
                what: format!("{}：{}", task.station, task.note),
                due,
                urgency,
                at: "/staff/tasks".to_owned(),
            });
        }
        out.sort_by(|a, b| (a.due, &a.what).cmp(&(b.due, &b.what)));
        Ok(out)
    }

    async fn remind_of_steps(
        &self,
        flow: &Workflow,
        listed: &Listed,
        out: &mut Vec<Reminder>,
    ) -> Result<(), AppError> {
        for step in self.store.steps(listed.id).await? {
            if step.state != StepState::Done {
                let what = match step.who.as_str() {
                    "" => format!("步骤“{}”（{}）", step.name, step.office),
                    who => format!("步骤“{}”（{who}）", step.name),
                };
                remind(flow, listed, step.due, what, "workflow", out);
            }
        }
        Ok(())
    }

    async fn remind_of_transfers(
        &self,
        flow: &Workflow,
        listed: &Listed,
        places: Option<&BTreeSet<String>>,
    ) -> Result<Vec<Reminder>, AppError> {
        let mut all = Vec::new();
        for (key, item) in self.store.transfers(listed.id).await? {
            let mut due = Vec::new();
            let out = &mut due;
            let at = format!("transfers/{key}");
            if item.state.is_with_office() {
                let what = format!("转办 {key}（{}）办结", item.office);
                remind(flow, listed, item.due, what, &at, out);
                let what = format!("转办 {key}（{}）报告进展", item.office);
                remind(flow, listed, news_due(flow, &item), what, &at, out);
            }
            let what = format!("转办 {key}（{}）回头看", item.office);
            remind(flow, listed, item.recheck, what, &at, out);
            if let Some(places) = places.filter(|_| !due.is_empty()) {
                let stored = self.store.submission(key.submission).await?;
                let station = stored.and_then(|stored| stored.submission.station);
                if !station.is_some_and(|name| places.contains(&name)) {
                    continue;
                }
            }
            all.append(&mut due);
        }
        Ok(all)
    }
}

/// When there should be news of an item whose office goes on step by step.
fn news_due(flow: &Workflow, item: &TransferItem) -> Option<Day> {
    let days = flow.terms(item.sla.unwrap_or(Sla::Short)).progress_days?;
    let last = Day::in_china(item.log.last()?.at);
    Some(flow.calendar.add(last, days)).filter(|day| item.due.is_none_or(|due| *day < due))
}

fn remind(
    flow: &Workflow,
    listed: &Listed,
    due: Option<Day>,
    what: String,
    at: &str,
    out: &mut Vec<Reminder>,
) {
    let urgency = |due| Some((due, flow.urgency(due, this_day())?));
    if let Some((due, urgency)) = due.and_then(urgency) {
        out.push(Reminder {
            at: format!("/staff/c/{}/{at}", listed.consultation.slug),
            title: listed.consultation.title.clone(),
            what,
            due,
            urgency,
        });
    }
}
