//! `/staff/c/{slug}/exchange`: packages for other levels and from them; what one would do before it is
//! done; what is in one.

mod keys;

use askama::Template;
use axum::{
    Form, Router,
    extract::{
        DefaultBodyLimit, Multipart, Path, State,
        multipart::MultipartRejection,
        rejection::{FormRejection, PathRejection},
    },
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use caifeng_app::{
    PackageDirection, PackageKind, PackageLine, PackageNews, Packed, Principal, Received,
    channels::{limits::MAX_FILE_BYTES, package::PointLine},
};
use caifeng_domain::{Named, Permission, Stance};
use serde::Deserialize;

use super::{
    Failed,
    gate::{Reading, Reviewing, Staff},
    html, moment,
    workflow::Top,
};
use crate::{Site, auth::Room, error::Fault, upload::Uploaded};

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/staff/c/{slug}/exchange/confirm", post(confirm))
        .route("/staff/c/{slug}/exchange/export", post(export))
        .route("/staff/c/{slug}/exchange/feedback", post(feedback))
        .route("/staff/c/{slug}/exchange/{id}", get(package))
        .route("/staff/c/{slug}/exchange/{id}/file", get(file))
        .route("/staff/exchange/keys", get(keys::show).post(keys::act))
}

/// Bytes of a form with the largest package.
const BODY: usize = MAX_FILE_BYTES + (64 << 10);
/// A package is as large as so many bulk deliveries.
const BODIES: u32 = 16;

/// What takes packages, as large as they may be.
pub(super) fn uploads() -> Router<Site> {
    Router::new()
        .route("/staff/c/{slug}/exchange", get(show).post(upload))
        .layer(DefaultBodyLimit::max(BODY))
}

#[derive(Template)]
#[template(path = "exchange/index.html")]
struct Index {
    top: Top,
    problem: Option<String>,
    packages: Vec<Line>,
    /// Organisations whose submissions came here.
    below: Vec<String>,
    /// This house's key: what people compare.
    fingerprint: String,
    keeps_keys: bool,
}

/// A package as the list shows it.
struct Line {
    id: u64,
    what: String,
    other: String,
    version: u32,
    at: String,
    actor: String,
    /// What is in it, and what it did.
    amount: String,
}

impl From<PackageLine> for Line {
    fn from(line: PackageLine) -> Self {
        let (package, counts) = (&line.package, &line.counts);
        let is_received = package.direction == PackageDirection::Received;
        let amount = match (package.kind, is_received) {
            (PackageKind::Submissions, true) => format!(
                "{} 件意见，新增 {} 件，撤下 {} 件",
                counts.submissions, counts.new, counts.withdrawn
            ),
            (PackageKind::Submissions, false) => format!(
                "{} 件意见，{} 人，{} 个观点",
                counts.submissions, counts.senders, counts.points
            ),
            (PackageKind::Feedback, _) => {
                format!("{} 件意见，{} 条答复", counts.submissions, counts.points)
            }
        };
        Self {
            id: package.id,
            what: format!("{}{}", package.direction.chinese(), package.kind.chinese()),
            other: match package.organisation.as_str() {
                "" => "上级".to_owned(),
                name => name.to_owned(),
            },
            version: package.version,
            at: moment(package.at),
            actor: package.actor.clone(),
            amount,
        }
    }
}

#[derive(Template)]
#[template(path = "exchange/news.html")]
struct News {
    top: Top,
    upload: String,
    done: bool,
    received: Received,
    /// When it was made.
    exported: String,
    is_feedback: bool,
}

#[derive(Template)]
#[template(path = "exchange/package.html")]
struct Contents {
    top: Top,
    line: Line,
    package: String,
    organisation: String,
    draft: String,
    left: Vec<(&'static str, usize)>,
    points: Vec<PointLine>,
}

impl Contents {
    fn stance(point: &PointLine) -> &'static str {
        Stance::from_name(&point.stance).map_or("", Named::chinese)
    }
}

async fn show(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reading>,
) -> Result<Response, Failed> {
    index(&site, &by, &slug, None).await
}

/// Shows what a package would do. Nothing goes in yet.
async fn upload(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reviewing>,
    _: Room<BODIES>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failed> {
    site.app.check_exchange(&by, &slug).await?;
    let read = async {
        let file = Uploaded::read(form).await?.only()?;
        let upload = site.app.put_package(file).await?;
        let received = site.app.receive_upload(&by, &slug, &upload, true).await?;
        Ok::<_, Fault>((upload, received))
    };
    match read.await {
        Ok((upload, received)) => news(&site, &by, &slug, upload, received, false).await,
        Err(fault) => again(&site, &by, &slug, fault).await,
    }
}

#[derive(Deserialize)]
struct Confirmed {
    upload: String,
}

async fn confirm(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reviewing>,
    form: Result<Form<Confirmed>, FormRejection>,
) -> Result<Response, Failed> {
    site.app.check_exchange(&by, &slug).await?;
    let Form(Confirmed { upload }) = form?;
    let received = site.app.receive_upload(&by, &slug, &upload, false).await;
    match received.map_err(Fault::from) {
        Ok(received) => news(&site, &by, &slug, upload, received, true).await,
        Err(fault) => again(&site, &by, &slug, fault).await,
    }
}

/// Makes the package for the level above.
async fn export(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reviewing>,
) -> Result<Response, Failed> {
    let packed = site.app.export_package(Some(&by), Some(&slug)).await;
    made(&site, &by, &slug, packed.map_err(Fault::from)).await
}

#[derive(Deserialize)]
struct Whom {
    organisation: String,
}

/// Makes the package of answers for a level below.
async fn feedback(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reviewing>,
    form: Result<Form<Whom>, FormRejection>,
) -> Result<Response, Failed> {
    site.app.check_exchange(&by, &slug).await?;
    let Form(Whom { organisation }) = form?;
    let packed = site
        .app
        .export_feedback(Some(&by), Some(&slug), &organisation)
        .await;
    made(&site, &by, &slug, packed.map_err(Fault::from)).await
}

async fn made(
    site: &Site,
    by: &Principal,
    slug: &str,
    packed: Result<Packed, Fault>,
) -> Result<Response, Failed> {
    let packed = match packed {
        Ok(packed) => packed,
        Err(fault) => return again(site, by, slug, fault).await,
    };
    let all = site.app.packages(Some(by), Some(slug)).await?;
    let is_it = |line: &&PackageLine| line.package.package == packed.line.package.package;
    let id = all.iter().find(is_it).map_or(0, |line| line.package.id);
    Ok(Redirect::to(&format!("/staff/c/{slug}/exchange/{id}")).into_response())
}

/// What is in a package.
async fn package(
    State(site): State<Site>,
    Staff(by, _): Staff<Reading>,
    path: Result<Path<(String, u64)>, PathRejection>,
) -> Result<Response, Failed> {
    let Path((slug, id)) = path.map_err(|_| Fault::not_found())?;
    let (line, manifest, points) = site.app.points_of_package(&by, &slug, id).await?;
    let counts = manifest.counts;
    let left = [
        ("尚未梳理", counts.waiting),
        ("民情诉求", counts.complaints),
        ("垃圾信息", counts.spam),
        ("已撤回", counts.withdrawn),
    ];
    let page = Contents {
        top: top(&site, &by, &slug).await?,
        package: manifest.package,
        organisation: manifest.organisation,
        draft: manifest.consultation.title,
        left: left.into_iter().filter(|(_, number)| *number > 0).collect(),
        line: line.into(),
        points,
    };
    Ok(html(StatusCode::OK, &page))
}

/// The package itself, to be handed over.
async fn file(
    State(site): State<Site>,
    Staff(by, _): Staff<Reading>,
    path: Result<Path<(String, u64)>, PathRejection>,
) -> Result<Response, Failed> {
    let Path((slug, id)) = path.map_err(|_| Fault::not_found())?;
    let found = site.app.package_file(Some(&by), Some(&slug), id).await?;
    let (line, bytes) = found;
    let (kind, version) = (line.package.kind.wire(), line.package.version);
    // Short names of consultations are letters, digits and dashes.
    let name = format!("attachment; filename=\"{slug}-{kind}-v{version}.zip\"");
    let head = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((head, bytes).into_response())
}

async fn top(site: &Site, by: &Principal, slug: &str) -> Result<Top, Fault> {
    let listed = site.app.consultation_to(by, Permission::ReadReport, slug);
    let listed = listed.await?;
    Ok(Top::new(slug, &listed.consultation.title, by))
}

/// The list once more, with what is wrong; what is our fault is told as such.
async fn again(site: &Site, by: &Principal, slug: &str, fault: Fault) -> Result<Response, Failed> {
    if fault.status.is_client_error() {
        index(site, by, slug, Some(fault)).await
    } else {
        Err(Failed(fault))
    }
}

async fn index(
    site: &Site,
    by: &Principal,
    slug: &str,
    fault: Option<Fault>,
) -> Result<Response, Failed> {
    let top = top(site, by, slug).await?;
    let all = site.app.packages(Some(by), Some(slug)).await?;
    let came = |line: &&PackageLine| {
        line.package.direction == PackageDirection::Received
            && line.package.kind == PackageKind::Submissions
    };
    let names = all.iter().filter(came);
    let mut below: Vec<String> = names.map(|l| l.package.organisation.clone()).collect();
    below.sort();
    below.dedup();
    let status = fault.as_ref().map_or(StatusCode::OK, |fault| fault.status);
    let page = Index {
        top,
        problem: fault.map(|fault| fault.detail),
        packages: all.into_iter().map(Line::from).collect(),
        below,
        fingerprint: site.app.own_key().await?.fingerprint,
        keeps_keys: by.role.may(Permission::ManageAccounts),
    };
    Ok(html(status, &page))
}

async fn news(
    site: &Site,
    by: &Principal,
    slug: &str,
    upload: String,
    received: Received,
    done: bool,
) -> Result<Response, Failed> {
    let exported = received.manifest.exported_at.parse().map(moment);
    let page = News {
        top: top(site, by, slug).await?,
        upload,
        done,
        exported: exported.unwrap_or_default(),
        is_feedback: matches!(received.news, PackageNews::Feedback { .. }),
        received,
    };
    Ok(html(StatusCode::OK, &page))
}
