//! `GET /api/v1/receipts/{code}`

use axum::{
    Json,
    extract::{Path, State},
};
use caifeng_domain::Named;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Site, auth::Counted, error::Fault};

/// Where a submission is.
#[derive(Serialize, ToSchema)]
pub(super) struct Progress {
    receipt: String,
    /// Title of the draft. Left out where it is not public.
    #[serde(skip_serializing_if = "Option::is_none")]
    consultation: Option<String>,
    /// The key question that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<String>,
    /// RFC 3339, in UTC.
    received_at: String,
    /// `received`, `bundled`, `referred`, `review` or `withdrawn`.
    stage: &'static str,
    /// The stage in Chinese.
    stage_name: &'static str,
}

/// What became of a submission, for whoever has its receipt.
#[utoipa::path(
    get,
    path = "/api/v1/receipts/{code}",
    params(("code" = String, Path)),
    responses(
        (status = 200, body = Progress),
        (status = 404, body = super::ErrorBody),
        (status = 422, body = super::ErrorBody),
        (status = 429, body = super::ErrorBody)
    )
)]
pub(super) async fn track(
    State(site): State<Site>,
    Path(code): Path<String>,
    Counted(_): Counted,
) -> Result<Json<Progress>, Fault> {
    let found = site.app.track(&code).await?;
    Ok(Json(Progress {
        receipt: found.receipt,
        consultation: found.consultation.map(|consultation| consultation.title),
        question: found.question,
        received_at: found.received_at.to_string(),
        stage: found.stage.wire(),
        stage_name: found.stage.chinese(),
    }))
}
