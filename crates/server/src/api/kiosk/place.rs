//! What a kiosk shows: the public drafts that are open or will be, whole, so that it can do without
//! a network for days.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::{
    extract::{Path, State},
    http::{
        HeaderMap, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::{IntoResponse, Response},
};
use caifeng_domain::Standing;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{super::consultations::Detail, Place};
use crate::{Site, error::Fault};

/// What a kiosk shows.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct Hall {
    place: Place,
    /// The public drafts that are open or will be.
    consultations: Vec<Detail>,
}

/// The place with this code, and the drafts that may be commented on there. With an `ETag`: who has it
/// gets 304. What is for contact points only is never in it.
#[utoipa::path(
    get,
    path = "/api/v1/kiosk/places/{code}",
    params(("code" = String, Path)),
    responses(
        (status = 200, body = Hall),
        (status = 304),
        (status = 404, body = super::super::ErrorBody)
    )
)]
pub(in super::super) async fn show(
    State(site): State<Site>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let place = site.app.place_by_code(&code).await?;
    let now = Timestamp::now();
    let all = site.app.consultations().await?;
    let shown = all
        .iter()
        .filter(|listed| listed.is_public() && listed.standing(now) != Standing::Closed);
    let hall = Hall {
        place: place.into(),
        consultations: shown.map(|listed| Detail::new(listed, now)).collect(),
    };
    // Texts only, which JSON always can say.
    let body = serde_json::to_string(&hall).unwrap_or_default();
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    let tag = format!("\"{:016x}\"", hasher.finish());
    let has_it = headers
        .get(IF_NONE_MATCH)
        .is_some_and(|known| known == &*tag);
    let head = [
        (CONTENT_TYPE, "application/json".to_owned()),
        (CACHE_CONTROL, "no-cache".to_owned()),
        (ETAG, tag),
    ];
    Ok(if has_it {
        (StatusCode::NOT_MODIFIED, head).into_response()
    } else {
        (head, body).into_response()
    })
}
