//! Pages for people. They work without scripts, in large calm type.

mod account;
mod accounts;
mod admin;
mod beside;
mod changes;
mod desk;
mod devices;
mod draft;
mod english;
mod exchange;
mod feedback;
mod form;
mod gate;
mod home;
mod import;
mod kept;
mod kiosk;
mod law;
pub(crate) mod look;
mod media;
mod minutes;
mod place;
mod receipt;
mod reports;
mod scans;
mod schedules;
mod search;
mod staff;
mod summaries;
mod tasks;
mod texts;
mod transfers;
mod workflow;

use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Path},
    http::{StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use jiff::{
    Timestamp,
    tz::{TimeZone, offset},
};

use crate::{Limits, Site, error::Fault};

pub(crate) use kept::{Pages, cached};

pub(crate) fn router(limits: &Limits) -> Router<Site> {
    let uploads = Router::new()
        .route(
            "/staff/c/{slug}/minutes",
            get(minutes::show).post(minutes::propose),
        )
        .route("/staff/c/{slug}/minutes/confirm", post(minutes::confirm))
        .route(
            "/staff/c/{slug}/import",
            get(import::show).post(import::upload),
        )
        .route("/staff/c/{slug}/import/check", post(import::check))
        .route("/staff/wechat/{id}", post(media::end))
        .route(
            "/staff/scans/{receipt}",
            get(scans::show).post(scans::attach),
        )
        .route(
            "/staff/c/{slug}/texts",
            get(texts::list).post(texts::change),
        )
        .merge(admin::uploads())
        .merge(desk::uploads())
        .layer(DefaultBodyLimit::max(limits.upload_bytes));
    Router::new()
        .merge(uploads)
        .merge(exchange::uploads())
        .route("/staff/files/{id}", get(scans::file))
        .route("/", get(home::home))
        .route("/en", get(english::show))
        .route("/look", post(look::choose))
        .route("/c/{slug}", get(draft::show))
        .route("/c/{slug}/say", get(form::show).post(form::submit))
        .route("/c/{slug}/a/{article}", get(beside::show))
        .route("/c/{slug}/changes", get(changes::show))
        .route("/c/{slug}/texts/{number}", get(texts::show))
        .route("/p/{code}", get(place::show))
        .route("/p/{code}/qr.svg", get(place::qr))
        .route("/p/{code}/poster", get(place::poster))
        .route("/receipt", get(receipt::show).post(receipt::act))
        .route("/staff", get(staff::home))
        .route("/staff/devices", get(devices::show).post(devices::add))
        .route("/staff/devices/{id}/revoke", post(devices::revoke))
        .route("/staff/wechat", get(media::show))
        .route("/staff/login", get(staff::login).post(staff::sign_in))
        .route("/staff/logout", post(staff::sign_out))
        .route(
            "/staff/c/{slug}",
            get(form::show_staff).post(form::submit_staff),
        )
        .route("/staff/reports", get(reports::show))
        .route("/staff/c/{slug}/report", get(reports::file))
        .route("/staff/search", get(search::show))
        .route("/staff/search/export", get(search::export))
        .route("/staff/search/saved", post(search::keep))
        .route("/staff/library/{law}", get(law::contents))
        .route("/staff/library/{law}/{place}", get(law::chapter))
        .route("/staff/c/{slug}/related/{article}", get(law::related))
        .route("/staff/tasks", get(tasks::show).post(tasks::done))
        .route("/staff/accounts", get(accounts::show).post(accounts::act))
        .route(
            "/staff/c/{slug}/workflow",
            get(workflow::show).post(workflow::act),
        )
        .route("/staff/c/{slug}/transfers", get(transfers::list))
        .route(
            "/staff/c/{slug}/transfers/{item}",
            get(transfers::show).post(transfers::act),
        )
        .route("/assets/style.css", get(style))
        .route("/assets/look.css", get(look::style))
        .route("/assets/work.js", get(work))
        .route("/assets/public/{name}", get(script))
        .route("/assets/icon.svg", get(icon))
        .merge(account::router())
        .merge(admin::router())
        .merge(desk::router())
        .merge(feedback::router())
        .merge(kiosk::router())
        .merge(exchange::router())
        .merge(summaries::router())
        .merge(schedules::router())
}

/// A failure as a page.
#[derive(Template)]
#[template(path = "message.html")]
struct Message<'m> {
    title: &'m str,
    detail: &'m str,
}

/// What a handler of pages returns when it cannot do what was asked.
pub(crate) struct Failed(pub(crate) Fault);

impl<E: Into<Fault>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let Self(fault) = self;
        let title = match fault.status {
            StatusCode::NOT_FOUND => "没有找到",
            status if status.is_server_error() => "暂时无法处理",
            _ => "没有完成",
        };
        let page = Message {
            title,
            detail: &fault.detail,
        };
        let mut response = html(fault.status, &page);
        fault.put_retry_after(&mut response);
        response
    }
}

/// A page.
fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A day as people write it: `2026年3月1日`.
fn day(day: &str) -> String {
    let date: Option<jiff::civil::Date> = day.parse().ok();
    date.map_or_else(
        || day.to_owned(),
        |date| date.strftime("%Y年%-m月%-d日").to_string(),
    )
}

/// A moment in China as people write it: `2026年3月1日 14:20`.
fn moment(at: Timestamp) -> String {
    let china = TimeZone::fixed(offset(8));
    at.to_zoned(china)
        .strftime("%Y年%-m月%-d日 %H:%M")
        .to_string()
}

/// What is asked for and is not there.
pub(crate) async fn not_found(uri: Uri) -> Response {
    fitting(uri.path(), Fault::not_found())
}

/// A failure as whoever asked for `path` expects it: JSON for programs, a page for people.
pub(crate) fn fitting(path: &str, fault: Fault) -> Response {
    if path.starts_with("/api/") {
        fault.into_response()
    } else {
        Failed(fault).into_response()
    }
}

/// A file of our own that pages use.
fn asset(kind: &str, text: &'static str) -> Response {
    let head = [
        (header::CONTENT_TYPE, format!("{kind}; charset=utf-8")),
        (header::CACHE_CONTROL, "public, max-age=3600".to_owned()),
    ];
    (head, text).into_response()
}

/// What does the work that a challenge asks for.
async fn work() -> Response {
    asset("text/javascript", include_str!("../../assets/work.js"))
}

/// The scripts of the pages for citizens; everything works without them.
async fn script(Path(name): Path<String>) -> Response {
    let code = match name.as_str() {
        "aloud.js" => include_str!("../../assets/public/aloud.js"),
        "basket.js" => include_str!("../../assets/public/basket.js"),
        "personal.js" => include_str!("../../assets/public/personal.js"),
        "read.js" => include_str!("../../assets/public/read.js"),
        "sent.js" => include_str!("../../assets/public/sent.js"),
        "write.js" => include_str!("../../assets/public/write.js"),
        _ => return Failed(Fault::not_found()).into_response(),
    };
    asset("text/javascript", code)
}

async fn icon() -> Response {
    let head = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
    ];
    (head, include_str!("../../assets/icon.svg")).into_response()
}

async fn style() -> Response {
    asset("text/css", include_str!("../../assets/style.css"))
}
