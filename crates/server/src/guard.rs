//! What every request passes through: a number, a permit, a time limit, a log line, and headers
//! that tell browsers to trust nothing but ourselves.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{ALLOW, CONTENT_TYPE},
    },
    middleware::Next,
    response::Response,
};
use caifeng_app::Refusal;
use tracing::Instrument;

use crate::{Limits, Site, auth::session_token, error::Fault, metrics, page};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// No script or style but our own files, no frame, no form that goes elsewhere.
const HEADERS: [(&str, &str); 6] = [
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
         media-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    // With `no-referrer` browsers would hide the origin of our own forms too.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// Watches over one request.
pub(crate) async fn guard(State(site): State<Site>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request_id();
    let method = request.method().clone();
    // The pattern, not the path: a path may hold a receipt.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let span = tracing::info_span!("request", id, %method, route);
    let mut response = within_limits(&site, &route, request, next)
        .instrument(span.clone())
        .await;
    let status = response.status().as_u16();
    metrics::request(&route, status, began.elapsed());
    let ms = began.elapsed().as_millis() as u64;
    span.in_scope(|| tracing::info!(status, ms, "answered"));
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        // A handler that needs more than others says so itself.
        let header = headers.entry(name);
        header.or_insert(HeaderValue::from_static(value));
    }
    headers
        .entry("cache-control")
        .or_insert(HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

/// Where staff may wait for LibreOffice, or for a whole package. Whoever is nobody on the staff is
/// refused there before a body is read.
const SLOW: [&str; 6] = [
    "/staff/c/{slug}/report",
    "/staff/summaries/file",
    "/staff/c/{slug}/exchange",
    "/staff/c/{slug}/exchange/confirm",
    "/staff/c/{slug}/exchange/export",
    "/staff/c/{slug}/exchange/feedback",
];

async fn within_limits(site: &Site, route: &str, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if is_foreign_form(&request, &site.limits) {
        return page::fitting(&path, Refusal::Forbidden.into());
    }
    // Those who watch must see an answer most of all when everything is busy.
    let watched = matches!(&*path, "/healthz" | "/readyz" | "/metrics");
    let permit = site.permits.try_acquire();
    if permit.is_err() && !watched {
        return page::fitting(&path, Fault::busy());
    }
    let limit = if SLOW.contains(&route) {
        site.limits.slow_timeout
    } else {
        site.limits.timeout
    };
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => in_our_words(&path, response),
        Err(_) => page::fitting(&path, Fault::timed_out()),
    }
}

/// What the framework refuses by itself, before any handler, is said as everything else is: a method
/// that an address does not have, an address that is no text or has no number where one belongs.
fn in_our_words(path: &str, mut response: Response) -> Response {
    let fault = match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => Fault::no_such_method(),
        StatusCode::BAD_REQUEST if is_plain(&response) => Fault::not_found(),
        _ => return response,
    };
    let allowed = response.headers_mut().remove(ALLOW);
    let mut response = page::fitting(path, fault);
    response
        .headers_mut()
        .extend(allowed.map(|methods| (ALLOW, methods)));
    response
}

fn is_plain(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

/// Whether a page of another site may have sent this form. Browsers say where a form comes from by one
/// header or the other; who says nothing is no browser of this decade, and is trusted with nothing
/// that needs a session. Programs are asked for their key instead.
fn is_foreign_form(request: &Request, limits: &Limits) -> bool {
    if request.method().is_safe() || request.uri().path().starts_with("/api/") {
        return false;
    }
    let header = |name: &'static str| {
        let value = request.headers().get(name)?;
        Some(value.to_str().unwrap_or_default())
    };
    let signs_in = request.uri().path() == "/staff/login";
    let has_session = session_token(request.headers(), limits).is_some();
    match (header("sec-fetch-site"), header("origin")) {
        (Some(from), _) => from != "same-origin" && from != "none",
        // What hides its origin may be ours, and sees nothing of a session.
        (None, Some("null")) => has_session || signs_in,
        (None, Some(origin)) => origin.split_once("://").map(|o| o.1) != header("host"),
        (None, None) => has_session,
    }
}

/// Unique within this process, which the log names by its time.
fn request_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{:08x}", NEXT.fetch_add(1, Ordering::Relaxed))
}
