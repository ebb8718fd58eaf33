//! `/staff/admin/consultations/{slug}/draft`: the next version of a draft, uploaded, looked at beside the
//! version in force, confirmed.

use askama::Template;
use axum::{
    Form,
    extract::{Multipart, Path, State, multipart::MultipartRejection, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use caifeng_app::{AppError, Listed, NextDraft, Problems, Wording};
use serde::Deserialize;

use super::consultation::told;
use crate::{
    Site,
    page::{
        Failed,
        gate::{Reviewing, Staff},
        html,
    },
    upload::Uploaded,
};

/// Changed articles on the page: all of any but the longest code.
const SHOWN: usize = 300;

#[derive(Template)]
#[template(path = "admin/next.html")]
struct Page {
    slug: String,
    title: String,
    problems: Problems,
}

#[derive(Template)]
#[template(path = "admin/next_check.html")]
struct Check {
    slug: String,
    title: String,
    upload: String,
    file_name: String,
    next: NextDraft,
    /// Changed articles that are not shown.
    more: usize,
}

pub(super) async fn show(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reviewing>,
) -> Result<Response, Failed> {
    let listed = site.app.manageable(&by, &slug).await?;
    Ok(page(&listed, Problems::default()))
}

/// Shows what was read of a file, and what it changes. Nothing goes in yet.
pub(super) async fn look(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reviewing>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failed> {
    let listed = site.app.manageable(&by, &slug).await?;
    let uploaded = Uploaded::read(form).await?;
    let file_name = uploaded.file_name().to_owned();
    let file = match uploaded.only() {
        Ok(file) => file,
        Err(fault) => return Ok(page(&listed, Problems::one("file", fault.detail))),
    };
    let upload = match site.app.put_draft(&file_name, file).await {
        Ok(upload) => upload,
        Err(AppError::Form(problems)) => return Ok(page(&listed, problems)),
        Err(error) => return Err(error.into()),
    };
    let mut next = site.app.look_at_draft(&by, &slug, &upload).await?;
    let more = next.changes.len().saturating_sub(SHOWN);
    next.changes.truncate(SHOWN);
    let page = Check {
        slug,
        title: listed.consultation.title,
        upload,
        file_name,
        next,
        more,
    };
    Ok(html(StatusCode::OK, &page))
}

#[derive(Deserialize)]
pub(super) struct Confirmed {
    upload: String,
    #[serde(default)]
    file_name: String,
    before: usize,
}

pub(super) async fn confirm(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reviewing>,
    form: Result<Form<Confirmed>, FormRejection>,
) -> Result<Response, Failed> {
    let listed = site.app.manageable(&by, &slug).await?;
    let Form(asked) = form?;
    let confirmed =
        site.app
            .confirm_draft(&by, &slug, &asked.upload, &asked.file_name, asked.before);
    match confirmed.await {
        Ok(()) => {
            let at = format!("/staff/admin/consultations/{slug}?done=draft");
            Ok(Redirect::to(&at).into_response())
        }
        Err(error) => Ok(page(&listed, Problems::one("file", told(error)?))),
    }
}

fn page(listed: &Listed, problems: Problems) -> Response {
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let page = Page {
        slug: listed.consultation.slug.clone(),
        title: listed.consultation.title.clone(),
        problems,
    };
    html(status, &page)
}
