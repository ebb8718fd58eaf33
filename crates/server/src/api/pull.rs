//! `GET /api/v1/consultations/{slug}/changes`: for a platform of the level above.

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{
        HeaderMap, StatusCode,
        header::{ETAG, IF_NONE_MATCH},
    },
    response::{IntoResponse, Response},
};
use caifeng_app::{PULL_PAGE, Pulled, PulledThing};
use caifeng_domain::Permission;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{Site, auth::Caller, error::Fault};

/// From where to go on.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// `next` of the last page read; left out: from the beginning.
    #[serde(default)]
    after: u64,
    /// At most 500, which is what is given if not said.
    limit: Option<usize>,
}

/// What changed, in the order of the changes.
#[derive(Serialize, ToSchema)]
pub(super) struct Changes {
    items: Vec<Change>,
    /// Give this as `after` to go on, now or some day.
    next: u64,
    /// Whether there is more already.
    more: bool,
}

/// One thing as it is now. What has neither `opinion` nor `point` counts no more.
#[derive(Serialize, ToSchema)]
struct Change {
    #[serde(rename = "change")]
    number: u64,
    /// What it is called: the same in every answer, and in packages.
    name: String,
    /// A line of `submissions.jsonl` of a package: de-identified, offsets in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    opinion: Option<serde_json::Value>,
    /// A line of `points.jsonl` of a package.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    point: Option<serde_json::Value>,
}

impl From<Pulled> for Change {
    fn from(pulled: Pulled) -> Self {
        let (opinion, point) = match &pulled.what {
            PulledThing::Opinion(line) => (Some(serde_json::json!(line)), None),
            PulledThing::Point(line) => (None, Some(serde_json::json!(line))),
            PulledThing::Gone => (None, None),
        };
        Self {
            number: pulled.change,
            name: pulled.name,
            opinion,
            point,
        }
    }
}

/// Opinions and points, de-identified, and what changed since.
#[utoipa::path(
    get,
    path = "/api/v1/consultations/{slug}/changes",
    params(("slug" = String, Path), Asked),
    responses(
        (status = 200, body = Changes, headers(("ETag" = String))),
        (status = 304),
        (status = 401, body = super::ErrorBody),
        (status = 403, body = super::ErrorBody),
        (status = 404, body = super::ErrorBody),
        (status = 409, body = super::ErrorBody),
        (status = 422, body = super::ErrorBody)
    ),
    security(("api_key" = []))
)]
pub(super) async fn changes(
    State(site): State<Site>,
    Path(slug): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Fault> {
    let by = caller.require(Permission::Pull)?;
    let asked = asked.map_err(|_| Fault::invalid("after 和 limit 应为不小于 0 的整数"))?;
    let Query(Asked { after, limit }) = asked;
    let limit = limit.unwrap_or(PULL_PAGE);
    let page = site.app.pull(&by, &slug, after, limit).await?;
    // What is told between two numbers of changes is always the same.
    let tag = format!("\"{after}-{}-{}\"", page.next, page.items.len());
    let known = headers.get(IF_NONE_MATCH).and_then(|tag| tag.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag)) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
    }
    let body = Changes {
        items: page.items.into_iter().map(Change::from).collect(),
        next: page.next,
        more: page.more,
    };
    Ok(([(ETAG, tag)], Json(body)).into_response())
}
