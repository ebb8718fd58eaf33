//! The filled-in table comes back: what it would change is shown before anything is decided.

use askama::Template;
use axum::{
    Form,
    extract::{Multipart, Path, State, multipart::MultipartRejection, rejection::FormRejection},
    http::StatusCode,
    response::Response,
};
use caifeng_app::{Command, TableChanges};
use caifeng_domain::PointId;

use super::Frame;
use crate::{
    Site,
    error::Fault,
    page::{
        Failed,
        gate::{Reading, Staff},
        html,
    },
    upload::Uploaded,
};

#[derive(Template)]
#[template(path = "desk/table.html")]
struct Page {
    frame: Frame,
    problem: Option<String>,
    found: Option<TableChanges>,
    /// Results written down, and those that were refused with the reason.
    written: Option<(usize, Vec<String>)>,
}

pub(super) async fn show(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reading>,
) -> Result<Response, Failed> {
    let frame = site
        .app
        .at_desk(&by, &slug, |desk| Ok(Frame::new(desk, &slug, &by)));
    let page = Page {
        frame: frame.await?,
        problem: None,
        found: None,
        written: None,
    };
    Ok(html(StatusCode::OK, &page))
}

/// Shows what a table would change.
pub(super) async fn upload(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reading>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failed> {
    let frame = site
        .app
        .at_desk(&by, &slug, |desk| Ok(Frame::new(desk, &slug, &by)));
    let frame = frame.await?;
    let read = async {
        let file = Uploaded::read(form).await?.only()?;
        Ok::<_, Fault>(site.app.table_changes(&by, &slug, file).await?)
    };
    let (status, problem, found) = match read.await {
        Ok(found) => (StatusCode::OK, None, Some(found)),
        Err(fault) if fault.status.is_client_error() => (fault.status, Some(fault.detail), None),
        Err(fault) => return Err(Failed(fault)),
    };
    let page = Page {
        frame,
        problem,
        found,
        written: None,
    };
    Ok(html(status, &page))
}

/// Decides what was shown, point by point; each may have been decided otherwise meanwhile.
pub(super) async fn confirm(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reading>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Failed> {
    let Form(fields) = form?;
    let (mut done, mut refused) = (0, Vec::new());
    for row in fields.chunks_exact(3) {
        let [(_, point), (_, code), (_, reason)] = row else {
            continue;
        };
        let point: PointId = point.parse().map_err(|_| Fault::invalid("观点编号有误"))?;
        let command = Command::Dispose(point, code.clone(), reason.clone());
        match site
            .app
            .decide(&by, &slug, command)
            .await
            .map_err(Fault::from)
        {
            Ok(_) => done += 1,
            Err(fault) if fault.status.is_client_error() => {
                refused.push(format!("{point}：{}", fault.detail));
            }
            Err(fault) => return Err(Failed(fault)),
        }
    }
    let frame = site
        .app
        .at_desk(&by, &slug, |desk| Ok(Frame::new(desk, &slug, &by)));
    let page = Page {
        frame: frame.await?,
        problem: None,
        found: None,
        written: Some((done, refused)),
    };
    Ok(html(StatusCode::OK, &page))
}
