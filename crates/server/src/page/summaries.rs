//! `/staff/summaries`: 月报、年报 of a place or of a tree of them; `/staff/summaries/file`: one as a file.

use askama::Template;
use axum::{
    Router,
    extract::{Query, State, rejection::QueryRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use caifeng_app::{
    PERIOD_FORMATS, PeriodRequest, PeriodSpan, Principal, ReportFormat, reports::PeriodReport,
};
use caifeng_domain::{Day, Named};
use jiff::Timestamp;
use serde::Deserialize;

use super::{
    Failed,
    gate::{Reading, Staff},
    html,
};
use crate::{Site, error::Fault};

/// Months that can be chosen.
const MONTHS: usize = 24;

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/staff/summaries", get(show))
        .route("/staff/summaries/file", get(file))
}

#[derive(Template)]
#[template(path = "summaries.html")]
struct Page {
    name: String,
    problem: Option<String>,
    asked: Asked,
    /// As written, and for readers.
    periods: Vec<(String, String)>,
    /// Code and name, each below the one that it belongs to.
    places: Vec<(String, String)>,
    report: Option<PeriodReport>,
    formats: Vec<(&'static str, &'static str)>,
}

impl Page {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "templates hand out references"
    )]
    fn indent(depth: &usize) -> String {
        "　".repeat(*depth)
    }
}

#[derive(Default, Deserialize)]
struct Asked {
    #[serde(default)]
    period: String,
    #[serde(default)]
    place: String,
    #[serde(default)]
    ranking: String,
    #[serde(default)]
    format: String,
}

impl Asked {
    fn request(&self) -> PeriodRequest {
        PeriodRequest {
            period: self.period.clone(),
            place: Some(self.place.clone()).filter(|code| !code.is_empty()),
            ranking: !self.ranking.is_empty(),
        }
    }
}

async fn show(
    State(site): State<Site>,
    Staff(by, _): Staff<Reading>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failed> {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let mut page = start(&site, &by, asked).await?;
    if page.asked.period.is_empty() {
        return Ok(html(StatusCode::OK, &page));
    }
    let made = site
        .app
        .period_report(Some(&by), &page.asked.request())
        .await;
    match made.map_err(Fault::from) {
        Ok(report) => {
            page.report = Some(report);
            Ok(html(StatusCode::OK, &page))
        }
        Err(fault) if fault.status.is_client_error() => {
            page.problem = Some(fault.detail);
            Ok(html(fault.status, &page))
        }
        Err(fault) => Err(Failed(fault)),
    }
}

/// The file, to be kept by whoever asked.
async fn file(
    State(site): State<Site>,
    Staff(by, _): Staff<Reading>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failed> {
    let Query(asked) = asked.map_err(|_| Fault::not_found())?;
    let format = ReportFormat::from_name(&asked.format).ok_or_else(Fault::not_found)?;
    let report = site.app.period_report(Some(&by), &asked.request()).await?;
    let period = asked.period;
    let bytes = site.app.export_period(report, format).await?;
    let (kind, ending) = format.kind();
    // A period that was read is digits and dashes.
    let name = format!("attachment; filename=\"summary-{period}.{ending}\"");
    let head = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((head, bytes).into_response())
}

async fn start(site: &Site, by: &Principal, asked: Asked) -> Result<Page, Failed> {
    let today = Day::in_china(Timestamp::now().as_microsecond());
    let mut periods = Vec::new();
    let mut day = today;
    for _ in 0..MONTHS {
        let month = PeriodSpan::month_before(day);
        if let Ok(span) = month.parse::<PeriodSpan>() {
            day = span.first;
            periods.push((month, span.chinese()));
        }
    }
    let this_month = today.to_string()[..7].to_owned();
    let years = (0..3).map(|back| (today.date().0 - back).to_string());
    let rest = years.chain([this_month]);
    for period in rest {
        if let Ok(span) = period.parse::<PeriodSpan>() {
            periods.push((period, span.chinese()));
        }
    }
    let places = site.app.stations_of(by).await?;
    Ok(Page {
        name: by.name.clone(),
        problem: None,
        asked,
        periods,
        places: (places.into_iter())
            .map(|(place, path)| (place.code, path.join(" / ")))
            .collect(),
        report: None,
        formats: PERIOD_FORMATS
            .map(|format| (format.wire(), format.kind().1))
            .into(),
    })
}
