//! `/staff/scans/{receipt}`: scans beside what was typed in from a letter or form; `/staff/files/{id}`:
//! one of them, for staff only.

use askama::Template;
use axum::{
    extract::{Multipart, Path, State, multipart::MultipartRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use caifeng_app::{Attachment, FileKind, MAX_SCANS, Principal};
use caifeng_domain::Named;

use super::{
    Failed,
    gate::{Staff, Transcribing},
    html,
};
use crate::{Site, error::Fault, upload::Uploaded};

#[derive(Template)]
#[template(path = "scans.html")]
struct Page {
    receipt: String,
    scans: Vec<Row>,
    most: usize,
    problem: Option<String>,
}

pub(super) struct Row {
    pub(super) id: u64,
    pub(super) kind: &'static str,
    pub(super) kilobytes: usize,
    /// Whether a browser can play it.
    pub(super) is_played: bool,
}

impl From<Attachment> for Row {
    fn from(scan: Attachment) -> Self {
        Self {
            id: scan.id,
            kind: scan.kind.chinese(),
            is_played: scan.kind.is_recording() && scan.kind != FileKind::Amr,
            kilobytes: scan.bytes.div_ceil(1_000),
        }
    }
}

pub(super) async fn show(
    State(site): State<Site>,
    Path(receipt): Path<String>,
    Staff(by, _): Staff<Transcribing>,
) -> Result<Response, Failed> {
    page(&site, &by, receipt, None).await
}

pub(super) async fn attach(
    State(site): State<Site>,
    Path(receipt): Path<String>,
    Staff(by, _): Staff<Transcribing>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failed> {
    let attached = match Uploaded::read(form).await {
        Ok(uploaded) => site
            .app
            .attach_scans(&by, &receipt, uploaded.files)
            .await
            .map_err(Fault::from),
        Err(fault) => Err(fault),
    };
    page(&site, &by, receipt, attached.err()).await
}

/// The bytes of a scan, to be kept by whoever asked and not to be shown in a page of ours.
pub(super) async fn file(
    State(site): State<Site>,
    Path(id): Path<u64>,
    Staff(by, _): Staff<Transcribing>,
) -> Result<Response, Failed> {
    let scan = site.app.scan(&by, id).await?;
    let name = format!("attachment; filename=\"scan-{id}.{}\"", scan.kind.wire());
    let head = [
        (header::CONTENT_TYPE, scan.kind.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((head, scan.bytes).into_response())
}

async fn page(
    site: &Site,
    by: &Principal,
    receipt: String,
    fault: Option<Fault>,
) -> Result<Response, Failed> {
    let scans = site.app.scans(by, &receipt).await?;
    let status = fault.as_ref().map_or(StatusCode::OK, |fault| fault.status);
    let page = Page {
        receipt,
        scans: scans.into_iter().map(Row::from).collect(),
        most: MAX_SCANS,
        problem: fault.map(|fault| fault.detail),
    };
    Ok(html(status, &page))
}
