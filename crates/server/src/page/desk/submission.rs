//! One submission: everything leads back to it.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use caifeng_app::SubmissionPage;
use caifeng_domain::{Named, Permission, Status, SubmissionId};

use super::{
    Frame, filters,
    point::Row,
    words::{Past, moment, percent},
};
use crate::{
    Site,
    error::Fault,
    page::{
        Failed,
        gate::{Reading, Staff},
        html,
        scans::Row as Original,
    },
};

#[derive(Template)]
#[template(path = "desk/submission.html")]
struct Page {
    frame: Frame,
    here: String,
    found: SubmissionPage,
    received: String,
    status: String,
    units: Vec<(Row, String, Option<String>)>,
    history: Vec<Past>,
    /// Scans and recordings, for those who may look at them.
    originals: Option<Vec<Original>>,
}

pub(super) async fn show(
    State(site): State<Site>,
    Path((slug, id)): Path<(String, String)>,
    Staff(by, _): Staff<Reading>,
) -> Result<Response, Failed> {
    let id: SubmissionId = id.parse().map_err(|_| Fault::not_found())?;
    let mut page = site
        .app
        .at_desk(&by, &slug, |desk| {
            let mut found = desk.submission(id)?;
            let units = std::mem::take(&mut found.units);
            Ok(Page {
                frame: Frame::new(desk, &slug, &by),
                here: format!("submissions/{id}"),
                received: moment(found.received_at),
                status: format!("{} {}", found.status.0.chinese(), percent(found.status.1)),
                units: units
                    .into_iter()
                    .map(|(line, point, name)| (line.into(), point.to_string(), name))
                    .collect(),
                history: found.history.iter().cloned().map(Past::from).collect(),
                found,
                originals: None,
            })
        })
        .await?;
    if by.role.may(Permission::Transcribe) {
        let originals = site.app.scans(&by, &page.found.receipt).await?;
        page.originals = Some(originals.into_iter().map(Original::from).collect());
    }
    Ok(html(StatusCode::OK, &page))
}
