//! `GET /receipt?code=…`: what became of a submission.

use askama::Template;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use caifeng_app::Tracking;
use caifeng_domain::Named;
use jiff::tz::{TimeZone, offset};
use serde::Deserialize;

use super::{Failed, html};
use crate::{Site, auth::Counted, error::Fault};

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    code: String,
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct Page {
    code: String,
    problem: Option<String>,
    found: Option<Found>,
}

struct Found {
    title: Option<String>,
    question: Option<String>,
    received: String,
    stage: &'static str,
}

impl From<Tracking> for Found {
    fn from(tracking: Tracking) -> Self {
        let china = TimeZone::fixed(offset(8));
        let received = tracking.received_at.to_zoned(china);
        Self {
            title: tracking.consultation.map(|consultation| consultation.title),
            question: tracking.question,
            received: received.strftime("%Y年%-m月%-d日 %H:%M").to_string(),
            stage: tracking.stage.chinese(),
        }
    }
}

pub(super) async fn show(
    State(site): State<Site>,
    counted: Result<Counted, Fault>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failed> {
    counted?;
    let code = asked.map(|Query(asked)| asked.code).unwrap_or_default();
    let mut page = Page {
        code,
        problem: None,
        found: None,
    };
    let mut status = StatusCode::OK;
    if !page.code.trim().is_empty() {
        match site.app.track(&page.code).await.map_err(Fault::from) {
            Ok(tracking) => page.found = Some(tracking.into()),
            Err(fault) => {
                status = fault.status;
                page.problem = Some(fault.detail);
            }
        }
    }
    Ok(html(status, &page))
}
