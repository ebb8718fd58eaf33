//! `GET /api/v1/jobs`

use axum::{Json, extract::State};
use caifeng_domain::{Named, Permission};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Site, auth::Caller, error::Fault};

/// What runs behind the scenes.
#[derive(Serialize, ToSchema)]
pub(super) struct Jobs {
    /// Deliveries that wait to be written.
    intake_queue: usize,
    /// The jobs added last, newest first.
    jobs: Vec<JobEntry>,
}

/// A job.
#[derive(Serialize, ToSchema)]
struct JobEntry {
    id: String,
    kind: String,
    /// What it works on.
    object: String,
    /// `waiting`, `running`, `finished` or `failed`.
    state: &'static str,
    attempts: usize,
    done: usize,
    /// Zero while not known.
    total: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// The background jobs with their progress.
#[utoipa::path(
    get,
    path = "/api/v1/jobs",
    responses(
        (status = 200, body = Jobs),
        (status = 401, body = super::ErrorBody),
        (status = 403, body = super::ErrorBody)
    ),
    security(("api_key" = []))
)]
pub(super) async fn jobs(State(site): State<Site>, caller: Caller) -> Result<Json<Jobs>, Fault> {
    caller.require(Permission::SeeJobs)?;
    let now = site.app.background().await?;
    let entry = |job: caifeng_app::Job| JobEntry {
        id: job.id.to_string(),
        kind: job.kind,
        object: job.payload,
        state: job.state.wire(),
        attempts: job.attempts,
        done: job.progress.done,
        total: job.progress.total,
        error: job.error,
    };
    Ok(Json(Jobs {
        intake_queue: now.queue,
        jobs: now.jobs.into_iter().map(entry).collect(),
    }))
}
