//! `/staff/admin/stations`: the tree of places, one more below another, and lists of places and people
//! that are looked at before they go in.

use askama::Template;
use axum::{
    Form,
    extract::{
        Multipart, Path, Query, State,
        multipart::MultipartRejection,
        rejection::{FormRejection, QueryRejection},
    },
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use caifeng_app::{AppError, ListedPlace, PlaceList, PlacesAdded, Principal, Problems, Refusal};
use caifeng_domain::{Named, StationKind};
use serde::Deserialize;

use super::{Choice, consultation::told, places};
use crate::{
    Site,
    page::{
        Failed,
        gate::{Connecting, Staff},
        html,
    },
    upload::Uploaded,
};

/// Rows of a list on the page.
const SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "admin/stations.html")]
struct Page {
    rows: Vec<Row>,
    kinds: Vec<Choice>,
    parents: Vec<Choice>,
    /// Whether a place may be below nothing.
    may_root: bool,
    name: String,
    problems: Problems,
    done: Option<String>,
}

struct Row {
    name: String,
    depth: usize,
    kind: &'static str,
    people: usize,
    code: String,
}

#[derive(Deserialize, Default)]
pub(super) struct Added {
    #[serde(default)]
    done: String,
    stations: Option<usize>,
    collectors: Option<usize>,
    known: Option<usize>,
}

impl Added {
    fn said(&self) -> Option<String> {
        match (&*self.done, self.stations, self.collectors, self.known) {
            ("add", ..) => Some("站点已添加。".to_owned()),
            ("rename", ..) => {
                Some("已改名，以前的来件跟着改。检索要等几分钟才认新名称。".to_owned())
            }
            ("import", Some(stations), Some(collectors), Some(known)) => Some(format!(
                "已导入站点 {stations} 个、信息员 {collectors} 人；此前已有 {known} 行，没有改动。"
            )),
            _ => None,
        }
    }
}

pub(super) async fn show(
    State(site): State<Site>,
    Staff(by, _): Staff<Connecting>,
    added: Result<Query<Added>, QueryRejection>,
) -> Result<Response, Failed> {
    let done = added.ok().and_then(|Query(added)| added.said());
    page(&site, &by, &Wanted::default(), Problems::default(), done).await
}

#[derive(Deserialize, Default)]
pub(super) struct Wanted {
    kind: String,
    name: String,
    #[serde(default)]
    parent: String,
}

pub(super) async fn add(
    State(site): State<Site>,
    Staff(by, _): Staff<Connecting>,
    form: Result<Form<Wanted>, FormRejection>,
) -> Result<Response, Failed> {
    let Form(wanted) = form?;
    let added = site
        .app
        .add_place(&by, &wanted.kind, &wanted.name, &wanted.parent);
    match added.await {
        Ok(()) => Ok(Redirect::to("/staff/admin/stations?done=add").into_response()),
        Err(AppError::Form(problems)) => page(&site, &by, &wanted, problems, None).await,
        Err(error) => Err(error.into()),
    }
}

async fn page(
    site: &Site,
    by: &Principal,
    wanted: &Wanted,
    problems: Problems,
    done: Option<String>,
) -> Result<Response, Failed> {
    let mut all = site.app.stations_of(by).await?;
    // Each followed by those below it.
    all.sort_by(|(_, a), (_, b)| a.cmp(b));
    let people = site.app.collectors().await?;
    let row = |(station, path): (caifeng_domain::Station, Vec<String>)| Row {
        people: (people.iter().filter(|one| one.station == station.id)).count(),
        depth: path.len().saturating_sub(1),
        kind: station.kind.chinese(),
        name: station.name,
        code: station.code,
    };
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let page = Page {
        rows: all.into_iter().map(row).collect(),
        kinds: Choice::all::<StationKind>(std::slice::from_ref(&wanted.kind)),
        parents: places(site, by, std::slice::from_ref(&wanted.parent)).await?,
        may_root: by.reach.station.is_none(),
        name: wanted.name.clone(),
        problems,
        done,
    };
    Ok(html(status, &page))
}

#[derive(Template)]
#[template(path = "admin/station.html")]
struct One {
    code: String,
    /// Names that lead to it.
    path: String,
    name: String,
    problems: Problems,
}

/// Where a place is given another name.
pub(super) async fn one(
    State(site): State<Site>,
    Path(code): Path<String>,
    Staff(by, _): Staff<Connecting>,
) -> Result<Response, Failed> {
    named(&site, &by, code, None, Problems::default()).await
}

#[derive(Deserialize)]
pub(super) struct Name {
    name: String,
}

pub(super) async fn rename(
    State(site): State<Site>,
    Path(code): Path<String>,
    Staff(by, _): Staff<Connecting>,
    form: Result<Form<Name>, FormRejection>,
) -> Result<Response, Failed> {
    let Form(Name { name }) = form?;
    match site.app.rename_place(&by, &code, &name).await {
        Ok(()) => Ok(Redirect::to("/staff/admin/stations?done=rename").into_response()),
        Err(AppError::Form(problems)) => named(&site, &by, code, Some(name), problems).await,
        Err(error) => Err(error.into()),
    }
}

async fn named(
    site: &Site,
    by: &Principal,
    code: String,
    name: Option<String>,
    problems: Problems,
) -> Result<Response, Failed> {
    let mut theirs = site.app.stations_of(by).await?.into_iter();
    let found = theirs.find(|(station, _)| station.code == code);
    let (station, path) = found.ok_or(Refusal::UnknownPlace)?;
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let page = One {
        code,
        path: path.join("/"),
        name: name.unwrap_or(station.name),
        problems,
    };
    Ok(html(status, &page))
}

#[derive(Template)]
#[template(path = "admin/places.html")]
struct Start {
    problems: Problems,
}

#[derive(Template)]
#[template(path = "admin/places_check.html")]
struct Check {
    upload: String,
    /// Those that cannot go in first.
    rows: Vec<ListedPlace>,
    wrong: usize,
    all: usize,
    more: usize,
    would: PlacesAdded,
}

pub(super) async fn start(_: Staff<Connecting>) -> Response {
    started(Problems::default())
}

fn started(problems: Problems) -> Response {
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    html(status, &Start { problems })
}

/// Shows what a list would bring. Nothing goes in yet.
pub(super) async fn look(
    State(site): State<Site>,
    Staff(by, _): Staff<Connecting>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failed> {
    let file = match Uploaded::read(form).await?.only() {
        Ok(file) => file,
        Err(fault) => return Ok(started(Problems::one("file", fault.detail))),
    };
    let upload = site.app.put_places(file).await?;
    match site.app.look_at_places(&by, &upload).await {
        Ok(list) => Ok(check(upload, list)),
        Err(error) => Ok(started(Problems::one("file", told(error)?))),
    }
}

fn check(upload: String, list: PlaceList) -> Response {
    let PlaceList {
        mut rows,
        wrong,
        would,
    } = list;
    let all = rows.len();
    rows.sort_by_key(|row| (row.problem.is_none(), row.line));
    rows.truncate(SHOWN);
    let status = if wrong == 0 {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let page = Check {
        upload,
        more: all - rows.len(),
        rows,
        wrong,
        all,
        would,
    };
    html(status, &page)
}

#[derive(Deserialize)]
pub(super) struct Confirmed {
    upload: String,
}

/// Takes a list in as a whole.
pub(super) async fn confirm(
    State(site): State<Site>,
    Staff(by, _): Staff<Connecting>,
    form: Result<Form<Confirmed>, FormRejection>,
) -> Result<Response, Failed> {
    let Form(Confirmed { upload }) = form?;
    match site.app.confirm_places(&by, &upload).await {
        Ok(added) => {
            let at = format!(
                "/staff/admin/stations?done=import&stations={}&collectors={}&known={}",
                added.stations, added.collectors, added.known
            );
            Ok(Redirect::to(&at).into_response())
        }
        Err(error) => Ok(started(Problems::one("file", told(error)?))),
    }
}
