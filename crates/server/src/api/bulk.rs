//! `POST /api/v1/consultations/{slug}/submissions/bulk`

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
};
use caifeng_app::RowOutcome;
use caifeng_domain::{Channel, Named, Submission};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::submissions::{SenderBody, article};
use crate::{
    Site,
    auth::{Deliverer, Room},
    error::Fault,
    metrics,
};

/// What another platform collected.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BulkBody {
    #[schema(min_items = 1, max_items = 500)]
    rows: Vec<RowBody>,
}

/// One submission.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RowBody {
    /// The platform's own number, by which a repeated delivery is known again.
    id: String,
    /// The words.
    #[schema(max_length = 50_000)]
    text: String,
    /// Number of the article: `12` or `120-1`.
    article: Option<String>,
    /// `platform` where not said.
    channel: Option<String>,
    /// Where it was collected.
    station: Option<String>,
    /// When it was sent, RFC 3339.
    submitted_at: Option<String>,
    #[serde(default)]
    sender: SenderBody,
}

/// What became of each row, in order.
#[derive(Serialize, ToSchema)]
pub(super) struct BulkResult {
    accepted: usize,
    known: usize,
    refused: usize,
    rows: Vec<RowResult>,
}

/// What became of a row.
#[derive(Serialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "lowercase")]
enum RowResult {
    Accepted { receipt: String },
    Known { receipt: String },
    Refused { code: &'static str, detail: String },
}

/// Delivers many submissions. A row that cannot be used does not hinder the others; what was
/// delivered before keeps its receipt, so that a delivery may be repeated.
#[utoipa::path(
    post,
    path = "/api/v1/consultations/{slug}/submissions/bulk",
    params(("slug" = String, Path)),
    request_body = BulkBody,
    responses(
        (status = 200, body = BulkResult),
        (status = 401, body = super::ErrorBody),
        (status = 403, body = super::ErrorBody),
        (status = 404, body = super::ErrorBody),
        (status = 409, body = super::ErrorBody),
        (status = 422, body = super::ErrorBody)
    ),
    security(("api_key" = []))
)]
pub(super) async fn bulk(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Deliverer(by): Deliverer,
    _: Room,
    body: Result<Json<BulkBody>, JsonRejection>,
) -> Result<Json<BulkResult>, Fault> {
    let Json(body) = body?;
    let read: Vec<Result<Submission, Fault>> = body.rows.into_iter().map(submission).collect();
    let good = read.iter().filter_map(|row| row.as_ref().ok().cloned());
    let good: Vec<Submission> = good.collect();
    let mut outcomes = if good.is_empty() && !read.is_empty() {
        Vec::new().into_iter()
    } else {
        site.app.submit_bulk(&by, &slug, good).await?.into_iter()
    };
    let row = |read: Result<Submission, Fault>| match read {
        Err(fault) => Some(refused(fault)),
        Ok(_) => outcomes.next().map(result),
    };
    let rows: Vec<RowResult> = read.into_iter().filter_map(row).collect();
    let count = |wanted: fn(&RowResult) -> bool| rows.iter().filter(|row| wanted(row)).count();
    let accepted = count(|row| matches!(row, RowResult::Accepted { .. }));
    metrics::submissions(Channel::Platform.wire(), accepted);
    Ok(Json(BulkResult {
        accepted,
        known: count(|row| matches!(row, RowResult::Known { .. })),
        refused: count(|row| matches!(row, RowResult::Refused { .. })),
        rows,
    }))
}

fn result(outcome: RowOutcome) -> RowResult {
    match outcome {
        RowOutcome::New { receipt } => RowResult::Accepted { receipt },
        RowOutcome::Known { receipt } => RowResult::Known { receipt },
        RowOutcome::Refused(refusal) => refused(refusal.into()),
    }
}

fn refused(fault: Fault) -> RowResult {
    RowResult::Refused {
        code: fault.code,
        detail: fault.detail,
    }
}

fn submission(row: RowBody) -> Result<Submission, Fault> {
    if row.id.trim().is_empty() {
        return Err(Fault::invalid("“id”不能为空"));
    }
    let channel = match row.channel.as_deref() {
        None => Channel::Platform,
        Some(name) => {
            Channel::from_name(name).ok_or_else(|| Fault::invalid(format!("没有渠道 {name}")))?
        }
    };
    if let Some(time) = &row.submitted_at
        && time.parse::<jiff::Timestamp>().is_err()
    {
        let detail = format!("时间 {time} 应写作 2026-03-01T08:00:00+08:00");
        return Err(Fault::invalid(detail));
    }
    Ok(Submission {
        external_id: Some(row.id),
        channel,
        station: row.station,
        submitted_at: row.submitted_at,
        article_hint: row.article.as_deref().map(article).transpose()?,
        submitter: row.sender.into(),
        text: row.text,
    })
}
