//! One point with its units: correcting, naming, deciding.

use askama::Template;
use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use caifeng_app::{Answer, PointPage, UnitLine};
use caifeng_domain::{Disposition, DuplicateKind, EditOp, Named, PointId, Stance, Transfer};
use serde::Deserialize;

use super::{
    Frame, filters,
    section::Card,
    words::{Past, address, alternatives, links, moment, percent, unit_key},
};
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
    page: usize,
}

#[derive(Template)]
#[template(path = "desk/point.html")]
struct Page {
    frame: Frame,
    here: String,
    section: String,
    card: Card,
    units: Vec<Row>,
    point: PointPage,
    history: Vec<Past>,
    dispositions: Vec<Disposition>,
    /// The answer as a sender will see it.
    preview: Option<Answer>,
    /// Code of the result that the new version suggests; empty where none.
    suggested: &'static str,
    approved: Option<(String, String)>,
}

/// A unit on the page.
pub(super) struct Row {
    pub(super) key: String,
    pub(super) line: UnitLine,
    pub(super) when: String,
    pub(super) links: String,
    pub(super) alternatives: String,
    pub(super) stance: String,
    pub(super) copies: Option<String>,
}

impl From<UnitLine> for Row {
    fn from(line: UnitLine) -> Self {
        let (kind, size) = line.duplicate;
        let sure = percent(line.stance.1);
        Self {
            key: unit_key(line.unit),
            when: moment(line.received_at),
            links: links(&line),
            alternatives: alternatives(&line),
            stance: format!("{} {sure}", line.stance.0.chinese()),
            copies: (kind != DuplicateKind::Original || size > 1)
                .then(|| format!("{}，共 {size} 件", kind.chinese())),
            line,
        }
    }
}

pub(super) async fn show(
    State(site): State<Site>,
    Path((slug, point)): Path<(String, String)>,
    Staff(by, _): Staff<Reading>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failed> {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let point: PointId = point.parse().map_err(|_| Fault::not_found())?;
    let dispositions = site.app.rules().await?.dispositions.clone();
    let page = site
        .app
        .at_desk(&by, &slug, |desk| {
            let mut found = desk.point(point, asked.page)?;
            let units = std::mem::take(&mut found.units);
            let first = units.first().map(|line| line.unit);
            let preview = first.and_then(|unit| {
                let answers = desk.answers(unit.submission, true, &dispositions);
                answers
                    .into_iter()
                    .find(|a| a.point == point && a.result.is_some())
            });
            let settled = found.card.state.settled.as_ref();
            let approved = settled.and_then(|s| s.approved.as_ref());
            Ok(Page {
                frame: Frame::new(desk, &slug, &by),
                here: format!("points/{point}"),
                section: address(found.card.place),
                card: Card::new(found.card.clone(), &dispositions),
                units: units.into_iter().map(Row::from).collect(),
                history: found.history.iter().cloned().map(Past::from).collect(),
                dispositions: dispositions.clone(),
                preview,
                suggested: (found.uptake.as_ref())
                    .and_then(caifeng_app::Uptake::suggests)
                    .unwrap_or_default(),
                approved: approved.map(|(who, at)| (who.clone(), moment(*at))),
                point: found,
            })
        })
        .await?;
    Ok(html(StatusCode::OK, &page))
}
