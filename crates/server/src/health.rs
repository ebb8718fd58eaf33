//! `/healthz`, `/readyz`, `/metrics`: for operators and their programs.

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use caifeng_app::WriterState;
use serde_json::json;

use crate::{Site, metrics};

pub(crate) fn router() -> Router<Site> {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(render))
}

/// Always `ok`: that it answers is the answer.
async fn healthz() -> &'static str {
    "ok"
}

/// Whether submissions can be taken, tried out where the last one could not, and what runs behind the scenes. Jobs given up do not keep
/// anybody from submitting, so they are told but do not make it unready.
async fn readyz(State(site): State<Site>) -> Response {
    match site.app.background().await {
        Ok(now) => {
            let reason = match now.writer {
                WriterState::Well => None,
                WriterState::Stalled => Some("writes stalled"),
                WriterState::Failing => Some("writes fail"),
            };
            let body = Json(json!({
                "ready": reason.is_none(),
                "reason": reason,
                "intake_queue": now.queue,
                "jobs_waiting": now.waiting,
                "jobs_failed": now.failed,
                "drafts_unreadable": now.unreadable_drafts,
            }));
            if reason.is_some() {
                (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
            } else {
                body.into_response()
            }
        }
        Err(error) => {
            tracing::error!(error = ?error, "not ready");
            let body = Json(json!({"ready": false, "reason": "database"}));
            (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
        }
    }
}

async fn render(State(site): State<Site>) -> Response {
    if let Ok(now) = site.app.background().await {
        metrics::queue(now.queue);
    }
    let text = site.metrics.map(|handle| handle.render());
    let head = [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (head, text.unwrap_or_default()).into_response()
}
