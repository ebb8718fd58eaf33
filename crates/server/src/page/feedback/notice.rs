//! `/c/{slug}/notice`: the notice for the wall (公示), A4 or A3; `/f/{number}`: the short link on it, and
//! its QR code.

use askama::Template;
use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use caifeng_app::{Feedback, MACHINE_LABEL, Released};
use serde::Deserialize;

use super::{by_number, cached, list::not_released, short, written};
use crate::{
    Site,
    error::Fault,
    page::{
        Failed, day,
        place::{draw, host_address},
    },
};

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    paper: String,
}

#[derive(Template)]
#[template(path = "feedback/notice.html")]
struct Notice {
    title: String,
    /// `a3` or `a4`.
    paper: &'static str,
    feedback: Feedback,
    window: String,
    /// The day of the release.
    day: String,
    qr: String,
    address: String,
    label: &'static str,
}

impl Notice {
    fn new(released: &Released, paper: &'static str, address: String) -> Result<Self, Fault> {
        let feedback = Feedback::clone(&released.feedback);
        Ok(Self {
            title: released.title.clone(),
            paper,
            window: match (&feedback.opens, &feedback.closes) {
                (Some(opens), Some(closes)) => format!("{}至{}", day(opens), day(closes)),
                _ => String::new(),
            },
            feedback,
            day: (crate::page::moment(released.at).split(' ').next())
                .unwrap_or_default()
                .to_owned(),
            qr: draw(&address).ok_or_else(Fault::not_found)?,
            address,
            label: MACHINE_LABEL,
        })
    }
}

pub(super) async fn show(
    State(site): State<Site>,
    Path(slug): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let paper = if asked.paper == "a3" { "a3" } else { "a4" };
    let archive = site.app.archive().await?;
    let Some(released) = archive.of(&slug) else {
        return not_released(&site, &slug).await;
    };
    let address = host_address(&site, &headers, &short(released))?;
    let key = format!("notice {slug} {paper} {address}");
    let write = async { written(&Notice::new(released, paper, address)?) };
    cached(&site.pages, &headers, archive.stamp, key, write).await
}

/// Where the short link leads.
pub(super) async fn follow(
    State(site): State<Site>,
    Path(number): Path<u64>,
) -> Result<Response, Failed> {
    let archive = site.app.archive().await?;
    let released = by_number(&archive, number).ok_or_else(Fault::not_found)?;
    let page = format!("/c/{}/feedback", released.slug);
    Ok(Redirect::to(&page).into_response())
}

pub(super) async fn qr(
    State(site): State<Site>,
    Path(number): Path<u64>,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    let archive = site.app.archive().await?;
    let released = by_number(&archive, number).ok_or_else(Fault::not_found)?;
    let address = host_address(&site, &headers, &short(released))?;
    let key = format!("qr {number} {address}");
    let write = async {
        let svg = draw(&address).ok_or_else(Fault::not_found)?;
        Ok::<_, Failed>(("image/svg+xml", svg.into_bytes()))
    };
    cached(&site.pages, &headers, archive.stamp, key, write).await
}
