//! `GET /api/v1/consultations/{slug}/report`

use axum::{
    extract::{Path, State},
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use caifeng_app::{AppError, reports};
use caifeng_domain::Permission;

use crate::{Site, auth::Caller, error::Fault};

/// The report as JSON, in the form of `caifeng report --format json`.
#[utoipa::path(
    get,
    path = "/api/v1/consultations/{slug}/report",
    params(("slug" = String, Path)),
    responses(
        (status = 200, body = serde_json::Value),
        (status = 401, body = super::ErrorBody),
        (status = 403, body = super::ErrorBody),
        (status = 404, body = super::ErrorBody),
        (status = 409, body = super::ErrorBody)
    ),
    security(("api_key" = []))
)]
pub(super) async fn report(
    State(site): State<Site>,
    Path(slug): Path<String>,
    caller: Caller,
) -> Result<Response, Fault> {
    let by = caller.require(Permission::ReadReport)?;
    site.app
        .whole_to(&by, Permission::ReadReport, &slug)
        .await?;
    let report = site.app.report(Some(&slug)).await?;
    let json = reports::to_json(&report).map_err(AppError::from)?;
    Ok(([(CONTENT_TYPE, "application/json; charset=utf-8")], json).into_response())
}
