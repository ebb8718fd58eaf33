//! `/api/v1`: for programs. Described by `/api/v1/openapi.json`.

mod bulk;
mod consultations;
mod feedback;
mod jobs;
mod kiosk;
mod library;
mod pull;
mod receipts;
mod report;
mod submissions;

use axum::{Json, Router, extract::DefaultBodyLimit, routing::get};
use utoipa::{
    Modify, OpenApi, ToSchema,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use self::submissions::article;
use crate::Site;

/// What is wrong. `code` is stable and listed in `error-codes.md`; `detail` is for people.
#[derive(serde::Serialize, ToSchema)]
pub(crate) struct Problem {
    code: &'static str,
    detail: String,
}

#[derive(serde::Serialize, ToSchema)]
struct ErrorBody {
    error: Problem,
}

/// A challenge: send the same again with `challenge` set to its token and one of the answers, under
/// the same idempotency key where there was one.
#[derive(serde::Serialize, ToSchema)]
pub(crate) struct ChallengeBody {
    token: String,
    /// Zero bits that SHA-256 of `TOKEN:WORK` must begin with.
    bits: u32,
    /// The other way: a sum in words.
    question: String,
}

impl From<&caifeng_app::Challenge> for ChallengeBody {
    fn from(challenge: &caifeng_app::Challenge) -> Self {
        Self {
            token: challenge.token.clone(),
            bits: challenge.bits,
            question: challenge.question.clone(),
        }
    }
}

#[derive(serde::Serialize, ToSchema)]
struct ChallengeNeeded {
    error: Problem,
    challenge: ChallengeBody,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "采风 Caifeng",
        description = "意见征集接口。出错时返回 {\"error\":{\"code\",\"detail\"}}；429 和 503 带 Retry-After。"
    ),
    components(schemas(ErrorBody)),
    modifiers(&ApiKey)
)]
struct Description;

struct ApiKey;

impl Modify for ApiKey {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        if let Some(components) = &mut api.components {
            components.add_security_scheme("api_key", SecurityScheme::Http(scheme));
        }
    }
}

fn described(bulk_body_bytes: usize) -> OpenApiRouter<Site> {
    let bulk = OpenApiRouter::new()
        .routes(routes!(bulk::bulk))
        .routes(routes!(kiosk::batch))
        .layer(DefaultBodyLimit::max(bulk_body_bytes));
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(consultations::list))
        .routes(routes!(consultations::show))
        .routes(routes!(feedback::feedback))
        .routes(routes!(feedback::table))
        .routes(routes!(submissions::submit))
        .routes(routes!(receipts::track))
        .routes(routes!(report::report))
        .routes(routes!(jobs::jobs))
        .routes(routes!(pull::changes))
        .routes(routes!(library::search))
        .routes(routes!(library::related))
        .routes(routes!(kiosk::enrol))
        .routes(routes!(kiosk::show))
        .merge(bulk)
}

pub(crate) fn router(bulk_body_bytes: usize) -> Router<Site> {
    let (router, api) = described(bulk_body_bytes).split_for_parts();
    let api = async || Json(api);
    router.route("/api/v1/openapi.json", get(api))
}

/// The description of the API.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    described(0).into_openapi()
}
