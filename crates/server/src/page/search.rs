//! `/staff/search`: one box over everything that staff may read, the law library included.

mod asked;
mod shown;

use askama::Template;
use axum::{
    Form,
    extract::{
        Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::{
        StatusCode,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse, Redirect, Response},
};
use caifeng_app::{SavedSearch, SheetFormat};
use caifeng_domain::{Channel, Named, Status, Validity};
use serde::Deserialize;

pub(super) use self::asked::escaped;
use self::{
    asked::Asked,
    shown::{Hit, LawHit},
};
use super::{
    Failed,
    gate::{Reading, Staff},
    html,
};
use crate::{Site, error::Fault};

#[derive(Template)]
#[template(path = "search.html")]
struct Page {
    asked: Asked,
    /// Names and values of what may be chosen.
    consultations: Vec<Choice>,
    stations: Vec<Choice>,
    channels: Vec<Choice>,
    statuses: Vec<Choice>,
    validities: Vec<Choice>,
    /// Kinds with their counts and addresses.
    tabs: Vec<Tab>,
    found: Option<Results>,
    saved: Vec<SavedSearch>,
    /// The present search as an address, for keeping and exporting.
    query: String,
    problem: Option<String>,
}

struct Choice {
    value: String,
    name: String,
    is_chosen: bool,
}

struct Tab {
    name: &'static str,
    count: String,
    query: String,
    is_open: bool,
}

struct Results {
    groups: Vec<Group>,
    laws: Vec<shown::LawLine>,
    law_hits: Vec<LawHit>,
    /// An article was named: it stands before what only resembles.
    laws_first: bool,
    preparing: Vec<String>,
    is_lexical: bool,
    is_installed: bool,
    /// Addresses of the neighbouring pages.
    before: Option<String>,
    after: Option<String>,
}

struct Group {
    name: &'static str,
    hits: Vec<Hit>,
}

impl Results {
    fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.law_hits.is_empty() && self.laws.is_empty()
    }
}

pub(super) async fn show(
    State(site): State<Site>,
    Staff(by, _): Staff<Reading>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failed> {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let mut page = Page::new(&site, &by, asked).await?;
    if page.asked.is_blank() {
        return Ok(html(StatusCode::OK, &page));
    }
    let found = match page.asked.request() {
        Ok(request) => site.app.seek(&by, request).await.map_err(Fault::from),
        Err(fault) => Err(fault),
    };
    match found {
        Ok(found) => {
            page.tabs = shown::tabs(&page.asked, &found);
            page.found = Some(shown::results(&page.asked, found));
            Ok(html(StatusCode::OK, &page))
        }
        Err(fault) if fault.status == StatusCode::UNPROCESSABLE_ENTITY => {
            page.problem = Some(fault.detail.clone());
            Ok(html(fault.status, &page))
        }
        Err(fault) => Err(Failed(fault)),
    }
}

/// What was found, as a file.
pub(super) async fn export(
    State(site): State<Site>,
    Staff(by, _): Staff<Reading>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failed> {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let format = SheetFormat::from_name(&asked.format).unwrap_or(SheetFormat::Csv);
    let file = site
        .app
        .export_search(&by, asked.request()?, format)
        .await?;
    let (kind, name) = match format {
        SheetFormat::Csv => ("text/csv; charset=utf-8", "search.csv"),
        SheetFormat::Xlsx => (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "search.xlsx",
        ),
    };
    let disposition = format!("attachment; filename=\"{name}\"");
    let head = [
        (CONTENT_TYPE, kind.to_owned()),
        (CONTENT_DISPOSITION, disposition),
    ];
    Ok((head, file).into_response())
}

#[derive(Deserialize)]
pub(super) struct Keep {
    /// What to call it; with `query`.
    #[serde(default)]
    name: String,
    #[serde(default)]
    query: String,
    /// The one to keep no longer.
    forget: Option<u64>,
}

/// Keeps a search, or keeps it no longer.
pub(super) async fn keep(
    State(site): State<Site>,
    Staff(by, _): Staff<Reading>,
    form: Result<Form<Keep>, FormRejection>,
) -> Result<Response, Failed> {
    let Form(keep) = form?;
    let next = if let Some(number) = keep.forget {
        site.app.forget_search(&by, number).await?;
        "/staff/search".to_owned()
    } else {
        // As this page writes it, whatever was sent.
        let query = Asked::from_address(&keep.query)?.address();
        site.app.save_search(&by, &keep.name, &query).await?;
        format!("/staff/search?{query}")
    };
    Ok(Redirect::to(&next).into_response())
}

impl Page {
    async fn new(site: &Site, by: &caifeng_app::Principal, asked: Asked) -> Result<Self, Failed> {
        let readable = site.app.readable(by, None).await?;
        let consultations = readable.into_iter().map(|listed| Choice {
            is_chosen: listed.consultation.slug == asked.consultation,
            value: listed.consultation.slug,
            name: listed.consultation.title,
        });
        let stations = site.app.stations_of(by).await?;
        let stations = stations.into_iter().map(|(station, path)| Choice {
            is_chosen: station.code == asked.station,
            value: station.code,
            name: path.join(" / "),
        });
        Ok(Self {
            consultations: consultations.collect(),
            stations: stations.collect(),
            channels: choices::<Channel>(&asked.channel),
            statuses: choices::<Status>(&asked.status),
            validities: choices::<Validity>(&asked.validity),
            tabs: Vec::new(),
            found: None,
            saved: site.app.saved_searches(by).await?,
            query: asked.address(),
            problem: None,
            asked,
        })
    }
}

fn choices<T: Named>(chosen: &str) -> Vec<Choice> {
    let names = T::NAMES.iter().map(|(_, wire, chinese)| Choice {
        value: (*wire).to_owned(),
        name: (*chinese).to_owned(),
        is_chosen: *wire == chosen,
    });
    names.collect()
}
