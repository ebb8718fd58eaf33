//! `POST /api/v1/kiosk/enrolments`, `POST /api/v1/kiosk/batches`, `GET /api/v1/kiosk/places/{code}`

mod place;

use std::time::Instant;

use axum::{
    Json,
    body::Bytes,
    extract::{
        State,
        rejection::{BytesRejection, JsonRejection},
    },
    http::StatusCode,
};
use caifeng_app::{ItemOutcome, KioskItem, channels::kiosk::ClockState};
use caifeng_domain::{Channel, Named, Station};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) use self::place::{__path_show, show};
use crate::{
    Site,
    auth::{Arrived, Counted, Room},
    error::Fault,
    metrics,
};

/// The code that staff read out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EnrolBody {
    code: String,
}

/// What a device keeps.
#[derive(Serialize, ToSchema)]
pub(super) struct Enrolment {
    /// What it calls itself in its batches.
    device: String,
    /// 64 hexadecimal digits: the key of its HMAC-SHA-256 signatures. Not shown again.
    key: String,
    place: Place,
}

/// Where a device stands.
#[derive(Serialize, ToSchema)]
struct Place {
    /// The code in the address of its pages, `/kiosk/CODE`.
    code: String,
    name: String,
}

impl From<Station> for Place {
    fn from(station: Station) -> Self {
        Self {
            code: station.code,
            name: station.name,
        }
    }
}

/// What became of a batch.
#[derive(Serialize, ToSchema)]
pub(super) struct BatchResult {
    /// RFC 3339: the device may set its clock by it.
    server_time: String,
    /// One answer an item, in order. What is accepted or known may be deleted on the device.
    items: Vec<ItemResult>,
    /// First and last number of batches that have not come.
    missing: Vec<[u64; 2]>,
}

/// What became of an item.
#[derive(Serialize, ToSchema)]
struct ItemResult {
    id: String,
    /// `right`, `corrected` (the device's clock is off) or `doubtful` (the time is a guess).
    clock: &'static str,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Serialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "lowercase")]
enum Outcome {
    Accepted { receipt: String },
    Known { receipt: String },
    Refused { code: &'static str, detail: String },
}

impl From<KioskItem> for ItemResult {
    fn from(item: KioskItem) -> Self {
        Self {
            id: item.id,
            clock: match item.clock {
                ClockState::Right => "right",
                ClockState::Corrected => "corrected",
                ClockState::Doubtful => "doubtful",
            },
            outcome: match item.outcome {
                ItemOutcome::New(receipt) => Outcome::Accepted { receipt },
                ItemOutcome::Known(receipt) => Outcome::Known { receipt },
                ItemOutcome::Refused(refusal) => {
                    let fault = Fault::from(refusal);
                    Outcome::Refused {
                        code: fault.code,
                        detail: fault.detail,
                    }
                }
            },
        }
    }
}

/// Exchanges a one-time code for a key.
#[utoipa::path(
    post,
    path = "/api/v1/kiosk/enrolments",
    request_body = EnrolBody,
    responses(
        (status = 201, body = Enrolment),
        (status = 404, body = super::ErrorBody),
        (status = 422, body = super::ErrorBody),
        (status = 429, body = super::ErrorBody)
    )
)]
pub(super) async fn enrol(
    State(site): State<Site>,
    Counted(_): Counted,
    body: Result<Json<EnrolBody>, JsonRejection>,
) -> Result<(StatusCode, Json<Enrolment>), Fault> {
    let Json(EnrolBody { code }) = body?;
    let enrolled = site.app.enrol_device(&code).await?;
    let enrolment = Enrolment {
        device: enrolled.device,
        key: enrolled.key,
        place: enrolled.place.into(),
    };
    Ok((StatusCode::CREATED, Json(enrolment)))
}

/// Delivers what a device collected: `{"batch": {…}, "signature": "…"}`. It may come again until it
/// is answered; an item keeps its receipt. An item may carry the `receipt` that the device gave its
/// sender, of the form of ours: the submission gets it, but where another one has it; and the number
/// of the key `question` that it answers.
#[utoipa::path(
    post,
    path = "/api/v1/kiosk/batches",
    request_body(content = String, content_type = "application/json"),
    responses(
        (status = 200, body = BatchResult),
        (status = 401, body = super::ErrorBody),
        (status = 413, body = super::ErrorBody),
        (status = 422, body = super::ErrorBody),
        (status = 429, body = super::ErrorBody),
        (status = 503, body = super::ErrorBody)
    )
)]
pub(super) async fn batch(
    State(site): State<Site>,
    _: Arrived,
    _: Room,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<BatchResult>, Fault> {
    let (device, batch) = site.app.open_batch(&body?).await?;
    site.rates
        .take(&batch.device, site.limits.per_minute, Instant::now())
        .map_err(Fault::too_often)?;
    let taken = site.app.take_batch(&device, &batch).await?;
    let is_new = |item: &&KioskItem| matches!(item.outcome, ItemOutcome::New(_));
    let new = taken.items.iter().filter(is_new).count();
    metrics::submissions(Channel::Kiosk.wire(), new);
    Ok(Json(BatchResult {
        server_time: taken.server_time.to_string(),
        items: taken.items.into_iter().map(ItemResult::from).collect(),
        missing: taken
            .missing
            .into_iter()
            .map(|(first, last)| [first, last])
            .collect(),
    }))
}
