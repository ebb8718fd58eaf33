//! `/staff/admin/jobs`: what runs in the background, how far it is, and what was given up, to be tried again.

use askama::Template;
use axum::{
    Form,
    extract::{Query, State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use caifeng_app::{Job, JobState, Listed};
use caifeng_domain::Named;
use serde::Deserialize;

use super::Done;
use crate::{
    Site,
    page::{
        Failed,
        gate::{Staff, Watching},
        html,
    },
};

/// What was done, by the word in the address.
const DONE: [(&str, &str); 1] = [("retry", "已重新排队，马上再做。")];

#[derive(Template)]
#[template(path = "admin/jobs.html")]
struct Page {
    waiting: usize,
    failed: usize,
    queue: usize,
    rows: Vec<Row>,
    done: Option<&'static str>,
}

struct Row {
    number: u64,
    what: String,
    about: String,
    state: &'static str,
    progress: String,
    attempts: usize,
    error: String,
    is_failed: bool,
}

impl Row {
    fn new(job: Job, all: &[Listed]) -> Self {
        let progress = match (job.progress.done, job.progress.total) {
            (0, 0) => String::new(),
            (done, 0) => format!("{done} 项"),
            (done, total) => format!("{done} / {total}（{} %）", 100 * done / total),
        };
        let found = all
            .iter()
            .find(|listed| listed.id.to_string() == job.payload);
        Self {
            number: job.id.get(),
            what: name(&job.kind),
            about: match found.filter(|listed| job.kind == "triage" && listed.is_public()) {
                Some(listed) => listed.consultation.title.clone(),
                None => job.payload,
            },
            state: job.state.chinese(),
            progress,
            attempts: job.attempts,
            is_failed: job.state == JobState::Failed,
            error: job.error.unwrap_or_default(),
        }
    }
}

pub(super) async fn show(
    State(site): State<Site>,
    _: Staff<Watching>,
    done: Query<Done>,
) -> Result<Response, Failed> {
    let now = site.app.background().await?;
    let all = site.app.consultations().await?;
    let page = Page {
        waiting: now.waiting,
        failed: now.failed,
        queue: now.queue,
        rows: (now.jobs.into_iter())
            .map(|job| Row::new(job, &all))
            .collect(),
        done: done.of(&DONE),
    };
    Ok(html(StatusCode::OK, &page))
}

#[derive(Deserialize)]
pub(super) struct Again {
    job: u64,
}

pub(super) async fn retry(
    State(site): State<Site>,
    Staff(by, _): Staff<Watching>,
    form: Result<Form<Again>, FormRejection>,
) -> Result<Response, Failed> {
    let Form(Again { job }) = form?;
    site.app.retry_job(&by, job).await?;
    Ok(Redirect::to("/staff/admin/jobs?done=retry").into_response())
}

/// What a job does.
fn name(kind: &str) -> String {
    match kind {
        "triage" => "梳理",
        "retention" => "到期删除个人信息",
        "scheduled_report" => "定时报告",
        "vault" => "更换数据密钥",
        other => other,
    }
    .to_owned()
}
