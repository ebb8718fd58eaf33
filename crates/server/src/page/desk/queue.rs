//! What waits for somebody.

use askama::Template;
use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use caifeng_app::{Queue, QueueItem};
use serde::Deserialize;

use super::{Frame, filters};
use crate::{
    Site,
    error::Fault,
    page::{
        Failed,
        gate::{Reading, Staff},
        html,
    },
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
    number: usize,
    pages: usize,
}

pub(super) async fn show(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reading>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failed> {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let queue = match asked.kind.as_str() {
        "" => Queue::Doubt,
        kind => Queue::from_wire(kind).ok_or_else(Fault::not_found)?,
    };
    let known = Queue::ALL.iter().find(|(known, ..)| *known == queue);
    let (_, kind, heading) = *known.ok_or_else(Fault::not_found)?;
    let since = site.app.visit(&by, &slug).await?;
    let page = site
        .app
        .at_desk(&by, &slug, |desk| {
            let number = asked.page.max(1);
            let (items, all) = desk.queue(queue, &by.name, since, number);
            Ok(Page {
                frame: Frame::new(desk, &slug, &by),
                kind: kind.to_owned(),
                heading,
                kinds: Queue::ALL
                    .iter()
                    .map(|&(_, wire, name)| (wire, name))
                    .collect(),
                all,
                items,
                number,
                pages: all.div_ceil(caifeng_app::QUEUE_PAGE).max(1),
            })
        })
        .await?;
    Ok(html(StatusCode::OK, &page))
}
