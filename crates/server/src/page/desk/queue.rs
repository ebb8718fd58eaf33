//! What waits for somebody.

use askama::Template;
use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use caifeng_app::{Queue, QueueItem};
use caifeng_domain::Permission;
use jiff::Timestamp;
use serde::Deserialize;

use super::{Frame, filters};
use crate::{
    Site,
    auth::Caller,
    error::Fault,
    page::{Failed, html, staff::signed_in},
};

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    page: usize,
}

#[derive(Template)]
#[template(path = "desk/queue.html")]
struct Page {
    frame: Frame,
    kind: String,
    heading: &'static str,
    kinds: Vec<(&'static str, &'static str)>,
    all: usize,
    items: Vec<QueueItem>,
    page: usize,
    pages: usize,
}

/// Items on one page.
const ITEMS: usize = 50;

pub(super) async fn show(
    State(site): State<Site>,
    Path(slug): Path<String>,
    caller: Result<Caller, Fault>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failed> {
    let by = match signed_in(caller?, Permission::ReadReport) {
        Ok(by) => by,
        Err(response) => return Ok(response),
    };
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let queue = match asked.kind.as_str() {
        "" => Queue::Doubt,
        kind => Queue::from_wire(kind).ok_or_else(Fault::not_found)?,
    };
    let known = Queue::ALL.iter().find(|(known, ..)| *known == queue);
    let (_, kind, heading) = *known.ok_or_else(Fault::not_found)?;
    let page = site
        .app
        .at_desk(&by, &slug, |desk| {
            let items = desk.queue(queue, &by.name, Timestamp::now());
            let pages = items.len().div_ceil(ITEMS).max(1);
            let number = asked.page.clamp(1, pages);
            Ok(Page {
                frame: Frame::new(desk, &slug, &by),
                kind: kind.to_owned(),
                heading,
                kinds: Queue::ALL
                    .iter()
                    .map(|&(_, wire, name)| (wire, name))
                    .collect(),
                all: items.len(),
                items: (items.into_iter().skip((number - 1) * ITEMS).take(ITEMS)).collect(),
                page: number,
                pages,
            })
        })
        .await?;
    Ok(html(StatusCode::OK, &page))
}
