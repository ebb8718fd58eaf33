//! `/staff/c/{slug}/workflow`: the steps of a consultation, how far its places are, and what is due.

use askama::Template;
use axum::{
    Form,
    extract::{Path, State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use caifeng_app::{Principal, Progressed, Reminder, StepChange};
use caifeng_domain::{
    Anchor, Day, Named, Permission, PlannedStep, Step, StepState, Urgency, WorkingDays,
};
use serde::Deserialize;

use super::{
    Failed, day,
    gate::{Reading, Staff},
    html, moment,
};
use crate::{Site, error::Fault};

/// What every page of a consultation's office shows.
pub(super) struct Top {
    pub(super) slug: String,
    pub(super) title: String,
    pub(super) name: String,
    pub(super) reviews: bool,
    pub(super) approves: bool,
}

impl Top {
    pub(super) fn new(slug: &str, title: &str, by: &Principal) -> Self {
        Self {
            slug: slug.to_owned(),
            title: title.to_owned(),
            name: by.name.clone(),
            reviews: by.role.may(Permission::Review),
            approves: by.role.may(Permission::Approve),
        }
    }
}

/// Something due, as pages show it.
pub(super) struct Due {
    pub(super) what: String,
    pub(super) title: String,
    pub(super) day: String,
    pub(super) urgency: &'static str,
    pub(super) at: String,
}

impl From<Reminder> for Due {
    fn from(reminder: Reminder) -> Self {
        Self {
            what: reminder.what,
            title: reminder.title,
            day: day(&reminder.due.to_string()),
            urgency: reminder.urgency.chinese(),
            at: reminder.at,
        }
    }
}

#[derive(Template)]
#[template(path = "office/workflow.html")]
struct Page {
    top: Top,
    dues: Vec<Due>,
    are_begun: bool,
    /// From which day the steps would count.
    start: String,
    steps: Vec<Line>,
    /// Steps that are done.
    done: usize,
    /// Years in which something is due and of which no holidays are known.
    years: String,
    places: Vec<Place>,
    elsewhere: Vec<(String, usize)>,
    nowhere: usize,
}

/// A step as the page shows it.
struct Line {
    step: Step,
    state: &'static str,
    /// How the template has its last day: 征集截止后 5 个工作日.
    rule: String,
    due: String,
    urgency: Option<&'static str>,
    /// Whether somebody said anything about it, who and when last.
    is_touched: bool,
    changed: String,
}

struct Place {
    indent: String,
    name: String,
    kind: &'static str,
    tasks: String,
    due: String,
    urgency: Option<&'static str>,
    is_done: bool,
    submissions: usize,
    together: usize,
    last: String,
}

pub(super) async fn show(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reading>,
) -> Result<Response, Failed> {
    let found = site.app.steps(&by, &slug).await?;
    let progress = site.app.progress_of_places(&by, &slug).await?;
    let dues = site.app.reminders_in(&by, &slug).await?;
    let rules = site.app.rules().await?;
    let template = &rules.workflow.steps;
    let steps: Vec<Line> = (found.steps.into_iter().enumerate())
        .map(|(place, (step, urgency))| {
            let planned = template.get(place).filter(|_| !found.are_begun);
            line(step, urgency, planned)
        })
        .collect();
    let page = Page {
        top: Top::new(&slug, &found.listed.consultation.title, &by),
        dues: dues.into_iter().map(Due::from).collect(),
        are_begun: found.are_begun,
        start: (steps.first().and_then(|line| line.step.due))
            .map_or_else(String::new, |day| day.to_string()),
        done: (steps
            .iter()
            .filter(|line| line.step.state == StepState::Done))
        .count(),
        years: years(&steps, &rules.workflow.calendar),
        steps,
        places: places(&progress),
        elsewhere: progress.elsewhere,
        nowhere: progress.nowhere,
    };
    Ok(html(StatusCode::OK, &page))
}

fn line(step: Step, urgency: Option<Urgency>, planned: Option<&PlannedStep>) -> Line {
    let changed = jiff::Timestamp::from_microsecond(step.changed_at).unwrap_or_default();
    Line {
        state: step.state.chinese(),
        rule: planned.map_or_else(String::new, |planned| rule(planned.due)),
        due: (step.due).map_or_else(|| "没有固定期限".to_owned(), |due| day(&due.to_string())),
        urgency: urgency.map(Named::chinese),
        is_touched: step.state != StepState::Waiting
            || !(step.who.is_empty() && step.note.is_empty()),
        changed: format!("{} {}", step.changed_by, moment(changed)),
        step,
    }
}

/// Years in which something is due and of which no holidays are known: 2027、2028
fn years(steps: &[Line], calendar: &WorkingDays) -> String {
    let due = steps.iter().filter_map(|line| line.step.due);
    let mut years: Vec<i32> = due.map(|day| day.date().0).collect();
    years.sort_unstable();
    years.dedup();
    years.retain(|year| !calendar.holidays.iter().any(|day| day.date().0 == *year));
    let years: Vec<String> = years.iter().map(ToString::to_string).collect();
    years.join("、")
}

/// 征集截止后 5 个工作日
fn rule(due: Option<(Anchor, i32)>) -> String {
    match due {
        None => String::new(),
        Some((anchor, 0)) => format!("{}当天", anchor.chinese()),
        Some((anchor, days)) => {
            let side = if days > 0 { "后" } else { "前" };
            format!("{}{side} {} 个工作日", anchor.chinese(), days.abs())
        }
    }
}

fn places(progress: &Progressed) -> Vec<Place> {
    let places = progress.places.iter();
    places
        .map(|place| Place {
            indent: "　".repeat(place.depth),
            name: place.name.clone(),
            kind: place.kind,
            tasks: match place.tasks {
                (_, 0) => "没有任务".to_owned(),
                (done, all) => format!("{done} / {all}"),
            },
            due: (place.due).map_or_else(String::new, |due| day(&due.to_string())),
            urgency: place.urgency.map(Named::chinese),
            is_done: place.is_done(),
            submissions: place.submissions,
            together: place.together,
            last: place.last.map_or_else(String::new, moment),
        })
        .collect()
}

/// What the page is asked to do.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(super) enum Asked {
    Begin {
        start: String,
    },
    Change {
        number: String,
        seen: String,
        state: String,
        who: String,
        due: String,
        note: String,
    },
}

pub(super) async fn act(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reading>,
    form: Result<Form<Asked>, FormRejection>,
) -> Result<Response, Failed> {
    // Whoever may not know of it is not told what is wrong with the form either.
    site.app
        .consultation_to(&by, Permission::ReadReport, &slug)
        .await?;
    let Form(asked) = form?;
    let page = format!("/staff/c/{slug}/workflow");
    match asked {
        Asked::Begin { start } => {
            let start = maybe_day(&start)?;
            site.app.begin_steps(&by, &slug, start).await?;
            Ok(Redirect::to(&page).into_response())
        }
        Asked::Change {
            number,
            seen,
            state,
            who,
            due,
            note,
        } => {
            let wrong = |what: &str| Fault::invalid(format!("“{what}”缺失或有误"));
            let change = StepChange {
                number: number.parse().map_err(|_| wrong("步骤"))?,
                seen: seen.parse().map_err(|_| wrong("步骤"))?,
                state: StepState::from_name(&state).ok_or_else(|| wrong("状态"))?,
                due: maybe_day(&due)?,
                who,
                note,
            };
            let anchor = format!("{page}#step{}", change.number);
            site.app.change_step(&by, &slug, change).await?;
            Ok(Redirect::to(&anchor).into_response())
        }
    }
}

/// A day that may be left empty.
pub(super) fn maybe_day(text: &str) -> Result<Option<Day>, Fault> {
    match text.trim() {
        "" => Ok(None),
        day => day
            .parse()
            .map(Some)
            .map_err(|_| Fault::from(caifeng_app::Refusal::BadDate)),
    }
}

#[cfg(test)]
mod tests {
    use caifeng_domain::Anchor;

    use super::rule;

    #[test]
    fn a_rule_says_from_when_and_how_long() {
        for (due, want) in [
            (None, ""),
            (Some((Anchor::Start, 0)), "任务开始当天"),
            (Some((Anchor::End, 5)), "征集截止后 5 个工作日"),
            (Some((Anchor::End, -2)), "征集截止前 2 个工作日"),
        ] {
            assert_eq!(rule(due), want);
        }
    }
}
