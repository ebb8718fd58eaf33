//! `/staff/reports`: the reports that somebody may read; `/staff/c/{slug}/report`: one of them as a file.

use askama::Template;
use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use caifeng_app::ReportFormat;
use caifeng_domain::{Named, Permission};
use serde::Deserialize;

use super::{
    Failed,
    gate::{Reading, Staff},
    html,
};
use crate::{Site, error::Fault};

#[derive(Template)]
#[template(path = "reports.html")]
struct Page {
    /// Short name and title.
    consultations: Vec<(String, String)>,
    /// Name on the wire and for readers.
    formats: Vec<(&'static str, &'static str)>,
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    format: String,
}

pub(super) async fn show(
    State(site): State<Site>,
    Staff(by, _): Staff<Reading>,
) -> Result<Response, Failed> {
    let all = site.app.consultations().await?;
    let readable = all
        .iter()
        .filter(|listed| by.reach.station.is_none() && listed.allows(&by, Permission::ReadReport));
    let page = Page {
        consultations: readable
            .map(|listed| {
                let consultation = &listed.consultation;
                (consultation.slug.clone(), consultation.title.clone())
            })
            .collect(),
        formats: ReportFormat::ALL.map(|(_, wire, name)| (wire, name)).into(),
    };
    Ok(html(StatusCode::OK, &page))
}

/// The file, to be kept by whoever asked.
pub(super) async fn file(
    State(site): State<Site>,
    Staff(by, _): Staff<Reading>,
    Path(slug): Path<String>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Failed> {
    site.app
        .whole_to(&by, Permission::ReadReport, &slug)
        .await?;
    let Query(wanted) = wanted.map_err(|_| Fault::not_found())?;
    let format = ReportFormat::from_name(&wanted.format).ok_or_else(Fault::not_found)?;
    let report = site.app.report(Some(&slug)).await?;
    let bytes = site.app.export(report, format).await?;
    let (kind, ending) = format.kind();
    // Short names of consultations are letters, digits and dashes.
    let name = format!("attachment; filename=\"{slug}-{}.{ending}\"", format.wire());
    let head = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((head, bytes).into_response())
}
