//! `/staff/tasks`: what one's places were asked to do, and saying that it is done.

use askama::Template;
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use caifeng_app::{TaskEntry, TaskState};
use serde::Deserialize;

use super::{
    Failed, day,
    gate::{Staff, Transcribing},
    html,
};
use crate::Site;

#[derive(Template)]
#[template(path = "tasks.html")]
struct Page {
    tasks: Vec<Line>,
}

struct Line {
    task: TaskEntry,
    state: &'static str,
    is_done: bool,
    due: String,
}

pub(super) async fn show(
    State(site): State<Site>,
    Staff(by, _): Staff<Transcribing>,
) -> Result<Response, Failed> {
    let line = |task: TaskEntry| Line {
        state: task.state.chinese(),
        is_done: task.state == TaskState::Done,
        due: day(&task.due),
        task,
    };
    let tasks = site.app.tasks(Some(&by)).await?;
    let page = Page {
        tasks: tasks.into_iter().map(line).collect(),
    };
    Ok(html(StatusCode::OK, &page))
}

#[derive(Deserialize)]
pub(super) struct Done {
    number: u64,
}

pub(super) async fn done(
    State(site): State<Site>,
    Staff(by, _): Staff<Transcribing>,
    form: Result<Form<Done>, FormRejection>,
) -> Result<Response, Failed> {
    let Form(Done { number }) = form?;
    site.app.finish_task(Some(&by), number).await?;
    Ok(Redirect::to("/staff/tasks").into_response())
}
