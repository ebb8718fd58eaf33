//! `GET /api/v1/consultations/{slug}/report`

use axum::{
    extract::{Path, State},
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use caifeng_app::{App, AppError, reports};

use crate::error::ApiError;

/// The report as JSON, in the form of `caifeng report --format json`.
pub(crate) async fn report(
    State(app): State<App>,
    Path(slug): Path<String>,
) -> Result<Response, ApiError> {
    let report = app.report(Some(&slug)).await?;
    let json = reports::to_json(&report).map_err(AppError::from)?;
    Ok(([(CONTENT_TYPE, "application/json; charset=utf-8")], json).into_response())
}
