//! `/staff/schedules`: reports that are made by the calendar, and their files.

use askama::Template;
use axum::{
    Form, Router,
    extract::{
        Path, State,
        rejection::{FormRejection, PathRejection},
    },
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use caifeng_app::{Every, Principal, ReportFile, ReportFormat, ScheduleLine, ScheduleRequest};
use caifeng_domain::Permission;
use serde::Deserialize;

use super::{
    Failed, day,
    gate::{Reading, Staff},
    html, moment,
};
use crate::{Site, error::Fault};

const AT: &str = "/staff/schedules";

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route(AT, get(show).post(add))
        .route("/staff/schedules/{id}/end", post(end))
        .route("/staff/schedules/files/{id}", get(file))
}

#[derive(Template)]
#[template(path = "schedules.html")]
struct Page {
    name: String,
    problem: Option<String>,
    schedules: Vec<ScheduleLine>,
    files: Vec<File>,
    /// Short name and title.
    consultations: Vec<(String, String)>,
    places: Vec<(String, String)>,
    formats: Vec<(&'static str, &'static str)>,
}

/// A file as the list shows it.
struct File {
    id: u64,
    title: String,
    name: String,
    made: String,
    kilobytes: usize,
}

impl From<ReportFile> for File {
    fn from(file: ReportFile) -> Self {
        Self {
            id: file.id,
            title: file.title,
            name: file.file_name,
            made: moment(file.made_at),
            kilobytes: file.bytes.div_ceil(1024),
        }
    }
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    what: String,
    #[serde(default)]
    place: String,
    #[serde(default)]
    format: String,
    #[serde(default)]
    every: String,
}

async fn show(State(site): State<Site>, Staff(by, _): Staff<Reading>) -> Result<Response, Failed> {
    page(&site, &by, None).await
}

async fn add(
    State(site): State<Site>,
    Staff(by, _): Staff<Reading>,
    form: Result<Form<Asked>, FormRejection>,
) -> Result<Response, Failed> {
    let Form(asked) = form?;
    let request = ScheduleRequest {
        consultation: asked.what,
        place: asked.place,
        format: asked.format,
        every: asked.every,
    };
    match site
        .app
        .add_schedule(&by, &request)
        .await
        .map_err(Fault::from)
    {
        Ok(_) => Ok(Redirect::to(AT).into_response()),
        Err(fault) if fault.status.is_client_error() => page(&site, &by, Some(fault)).await,
        Err(fault) => Err(Failed(fault)),
    }
}

async fn end(
    State(site): State<Site>,
    Staff(by, _): Staff<Reading>,
    path: Result<Path<u64>, PathRejection>,
) -> Result<Response, Failed> {
    let Path(id) = path.map_err(|_| Fault::not_found())?;
    site.app.end_schedule(&by, id).await?;
    Ok(Redirect::to(AT).into_response())
}

async fn file(
    State(site): State<Site>,
    Staff(by, _): Staff<Reading>,
    path: Result<Path<u64>, PathRejection>,
) -> Result<Response, Failed> {
    let Path(id) = path.map_err(|_| Fault::not_found())?;
    let (file, bytes) = site.app.report_file(&by, id).await?;
    // Made here of short names, days and endings.
    let name = format!("attachment; filename=\"{}\"", file.file_name);
    let head = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((head, bytes).into_response())
}

async fn page(site: &Site, by: &Principal, fault: Option<Fault>) -> Result<Response, Failed> {
    let all = site.app.consultations().await?;
    let readable = all
        .iter()
        .filter(|listed| listed.allows(by, Permission::ReadReport));
    let places = site.app.stations_of(by).await?;
    let status = fault.as_ref().map_or(StatusCode::OK, |fault| fault.status);
    let page = Page {
        name: by.name.clone(),
        problem: fault.map(|fault| fault.detail),
        schedules: site.app.schedules(by).await?,
        files: (site.app.report_files(by).await?.into_iter())
            .map(File::from)
            .collect(),
        consultations: readable
            .map(|listed| {
                let consultation = &listed.consultation;
                (consultation.slug.clone(), consultation.title.clone())
            })
            .collect(),
        places: (places.into_iter())
            .map(|(place, path)| (place.code, path.join(" / ")))
            .collect(),
        formats: ReportFormat::ALL.map(|(_, wire, name)| (wire, name)).into(),
    };
    Ok(html(status, &page))
}
