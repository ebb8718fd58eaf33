//! One provision: its words with the changes asked for, and its points.

use askama::Template;
use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use caifeng_app::{PointCard, Refusal, SectionPage, SectionPlace, Sorted, Stretch, side};
use caifeng_domain::{Disposition, Permission};
use serde::Deserialize;

use super::{
    Frame, filters,
    words::{address, percent},
};
use crate::{
    Site,
    page::{
        Failed,
        gate::{Reading, Staff},
        html,
    },
};

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    sort: String,
    #[serde(default)]
    page: usize,
}

#[derive(Template)]
#[template(path = "desk/section.html")]
struct Page {
    frame: Frame,
    section: SectionPage,
    here: String,
    sort: String,
    before: Option<(String, String)>,
    after: Option<(String, String)>,
    /// For, against, the rest: where somebody is for or against, these two stand side by side.
    sides: Vec<(&'static str, Vec<Card>)>,
    /// Who may be asked about these points.
    experts: Vec<String>,
    key: String,
}

/// A point on the page.
pub(super) struct Card {
    pub(super) point: PointCard,
    pub(super) confidence: String,
    pub(super) result: Option<String>,
}

impl Card {
    pub(super) fn new(point: PointCard, dispositions: &[Disposition]) -> Self {
        let settled = point.state.settled.as_ref();
        Self {
            confidence: percent(point.confidence),
            result: settled.map(|s| result_name(&s.code, dispositions)),
            point,
        }
    }
}

/// What a result is called.
pub(super) fn result_name(code: &str, dispositions: &[Disposition]) -> String {
    let known = dispositions.iter().find(|d| d.code == code);
    known.map_or_else(|| code.to_owned(), |d| d.name.clone())
}

pub(super) async fn show(
    State(site): State<Site>,
    Path((slug, place)): Path<(String, String)>,
    Staff(by, _): Staff<Reading>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failed> {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let sorted = match asked.sort.as_str() {
        "novelty" => Sorted::Novelty,
        "doubt" => Sorted::Doubt,
        _ => Sorted::Weight,
    };
    let place = SectionPlace::from_key(&place).ok_or(Refusal::UnknownSection)?;
    let dispositions = site.app.rules().await?.dispositions.clone();
    let may = Permission::ReadReport;
    let listed = site.app.consultation_to(&by, may, &slug).await?;
    let experts = if by.role.may(Permission::Review) {
        site.app.experts(&listed).await?
    } else {
        Vec::new()
    };
    let page = site
        .app
        .at_desk(&by, &slug, |desk| {
            let mut section = desk.section(place, sorted, asked.page)?;
            let link = |place| (address(place), desk.place_name(place));
            let points = std::mem::take(&mut section.points);
            let mut sides: Vec<(&'static str, Vec<Card>)> = vec![
                ("for", Vec::new()),
                ("against", Vec::new()),
                ("other", Vec::new()),
            ];
            for point in points {
                let at = side(point.stance);
                let card = Card::new(point, &dispositions);
                if let Some((_, cards)) = sides.iter_mut().find(|(name, _)| *name == at) {
                    cards.push(card);
                }
            }
            Ok(Page {
                frame: Frame::new(desk, &slug, &by),
                before: section.before.map(link),
                after: section.after.map(link),
                here: address(place),
                sort: asked.sort,
                experts,
                key: place.key(),
                sides,
                section,
            })
        })
        .await?;
    Ok(html(StatusCode::OK, &page))
}
