//! `/kiosk/{station}`: the page of a device in a hall, an installable web app that works for days
//! without a network. What it shows and sends is in `api/kiosk.rs`; how it works is told in
//! `assets/kiosk/README.md`.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::LazyLock,
};

use askama::Template;
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};

use super::{Failed, html};
use crate::{Site, error::Fault};

/// As everywhere, and a manifest and a service worker of our own.
const POLICY: (HeaderName, &str) = (
    header::CONTENT_SECURITY_POLICY,
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
     manifest-src 'self'; worker-src 'self'; \
     form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
);
/// No eyes in the hall.
const PERMISSIONS: (HeaderName, &str) = (
    HeaderName::from_static("permissions-policy"),
    "camera=(), geolocation=()",
);
const SCRIPT: &str = "text/javascript; charset=utf-8";

macro_rules! files {
    ($($name:literal: $kind:expr),* $(,)?) => {
        &[$(($name, $kind, include_str!(concat!("../../assets/kiosk/", $name)))),*]
    };
}

/// What the page is made of: name, type, text.
const FILES: &[(&str, &str, &str)] = files! {
    "base.js": SCRIPT,
    "codes.js": SCRIPT,
    "drafts.js": SCRIPT,
    "enrol.js": SCRIPT,
    "idle.js": SCRIPT,
    "main.js": SCRIPT,
    "qr.js": SCRIPT,
    "queue.js": SCRIPT,
    "receipts.js": SCRIPT,
    "screen.js": SCRIPT,
    "seal.js": SCRIPT,
    "speech.js": SCRIPT,
    "staff.js": SCRIPT,
    "upload.js": SCRIPT,
    "visit.js": SCRIPT,
    "kiosk.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
};
const WORKER: &str = include_str!("../../assets/kiosk/worker.js");

/// Changes whenever a file does: a device keeps the files of one version together.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = DefaultHasher::new();
    FILES.hash(&mut hasher);
    WORKER.hash(&mut hasher);
    include_str!("../../templates/kiosk.html").hash(&mut hasher);
    format!("{:016x}", hasher.finish())
});

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/kiosk/worker.js", get(worker))
        .route("/kiosk/assets/{version}/{name}", get(file))
        .route("/kiosk/{station}", get(show))
        .route("/kiosk/{station}/manifest.webmanifest", get(manifest))
}

#[derive(Template)]
#[template(path = "kiosk.html")]
struct Page<'p> {
    code: &'p str,
    version: &'static str,
}

/// The page: the same for every place but for its code.
async fn show(State(site): State<Site>, Path(station): Path<String>) -> Result<Response, Failed> {
    site.app.place_by_code(&station).await?;
    let page = Page {
        code: &station,
        version: &VERSION,
    };
    let head = [POLICY, PERMISSIONS, (header::CACHE_CONTROL, "no-cache")];
    Ok((head, html(StatusCode::OK, &page)).into_response())
}

/// What lets a browser install the page.
async fn manifest(
    State(site): State<Site>,
    Path(station): Path<String>,
) -> Result<Response, Failed> {
    let place = site.app.place_by_code(&station).await?;
    let address = format!("/kiosk/{station}");
    let manifest: Value = json!({
        "id": address,
        "name": format!("立法意见征集 · {}", place.name),
        "short_name": "立法意见征集",
        "lang": "zh-CN",
        "start_url": address,
        "scope": address,
        "display": "fullscreen",
        "orientation": "any",
        "background_color": "#f4f5f2",
        "theme_color": "#17557a",
        "icons": [{
            "src": format!("/kiosk/assets/{}/icon.svg", *VERSION),
            "sizes": "any",
            "type": "image/svg+xml",
            "purpose": "any maskable"
        }],
    });
    let head = [(header::CONTENT_TYPE, "application/manifest+json")];
    Ok((head, Json(manifest)).into_response())
}

/// The service worker, told which files belong to this version.
async fn worker() -> Response {
    let addresses = FILES
        .iter()
        .map(|(name, _, _)| format!("/kiosk/assets/{}/{name}", *VERSION));
    let files: Value = addresses.collect();
    let body = format!(
        "const VERSION = \"{}\";\nconst FILES = {files};\n{WORKER}",
        *VERSION
    );
    let head = [
        (header::CONTENT_TYPE, SCRIPT),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (head, body).into_response()
}

/// A file of this version.
async fn file(Path((version, name)): Path<(String, String)>) -> Result<Response, Failed> {
    let mut files = FILES.iter().filter(|_| version == *VERSION);
    let found = files.find(|(known, _, _)| *known == name);
    let (_, kind, body) = found.ok_or_else(Fault::not_found)?;
    let head = [
        (header::CONTENT_TYPE, *kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((head, *body).into_response())
}
