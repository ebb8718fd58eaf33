//! `GET /p/{code}`: where the QR code on the wall leads, the code itself, and a poster with it.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use caifeng_app::Refusal;
use jiff::Timestamp;
use qrcode::{EcLevel, QrCode, render::svg};

use super::{Failed, home::Entry, html};
use crate::{Site, error::Fault};

#[derive(Template)]
#[template(path = "place.html")]
struct Place {
    name: String,
    /// What the addresses of the forms end with.
    suffix: String,
    entries: Vec<Entry>,
}

/// The open public drafts, to be commented on at this place.
pub(super) async fn show(
    State(site): State<Site>,
    Path(code): Path<String>,
) -> Result<Response, Failed> {
    let place = site.app.place_by_code(&code).await?;
    let now = Timestamp::now();
    let all = site.app.consultations().await?;
    let public = all.iter().filter(|listed| listed.is_public());
    let entries = public
        .map(|listed| Entry::new(listed, now))
        .filter(|entry| entry.is_open)
        .collect();
    let page = Place {
        name: place.name,
        suffix: format!("?p={code}"),
        entries,
    };
    Ok(html(StatusCode::OK, &page))
}

/// The QR code as SVG, for the address by which it was asked for.
pub(super) async fn qr(
    State(site): State<Site>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    site.app.place_by_code(&code).await?;
    let svg = draw_place(&address(&site, &headers, &code)?)?;
    let head = [(header::CONTENT_TYPE, "image/svg+xml")];
    Ok((head, svg).into_response())
}

#[derive(Template)]
#[template(path = "poster.html")]
struct Poster {
    name: String,
    qr: String,
    /// For whoever cannot scan.
    address: String,
}

/// A sheet of A4 for the wall: of a place, or of one of its 信息员, who is known by the code alone.
pub(super) async fn poster(
    State(site): State<Site>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    let name = site.app.place_by_code(&code).await?.name;
    let address = address(&site, &headers, &code)?;
    let page = Poster {
        name,
        qr: draw_place(&address)?,
        address,
    };
    Ok(html(StatusCode::OK, &page))
}

/// The address of a place, at the host by which it was asked for.
fn address(site: &Site, headers: &HeaderMap, code: &str) -> Result<String, Fault> {
    host_address(site, headers, &format!("/p/{code}"))
}

/// The whole address of `path`, at the host by which it was asked for.
pub(super) fn host_address(site: &Site, headers: &HeaderMap, path: &str) -> Result<String, Fault> {
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok());
    let host = host.ok_or_else(|| Fault::invalid("请求没有写明主机名"))?;
    let scheme = if site.limits.is_https() {
        "https"
    } else {
        "http"
    };
    Ok(format!("{scheme}://{host}{path}"))
}

fn draw_place(address: &str) -> Result<String, Fault> {
    draw(address).ok_or_else(|| Refusal::UnknownPlace.into())
}

/// Level Q: still read with a quarter of it worn off. None when the address is too long.
pub(super) fn draw(address: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(address, EcLevel::Q).ok()?;
    let svg = code
        .render::<svg::Color<'_>>()
        .min_dimensions(320, 320)
        .build();
    // Without the line that says what XML it is: it also stands inside pages.
    svg.find("<svg").map(|at| svg[at..].to_owned())
}
