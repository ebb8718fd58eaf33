//! `/c/{slug}/feedback`: what is public of a consultation; `/c/{slug}/feedback/{point}`: one point.

use askama::Template;
use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use caifeng_app::{Feedback, MACHINE_LABEL, Released};
use caifeng_domain::PointId;
use serde::Deserialize;

use super::{Card, cached};
use crate::{
    Site,
    error::Fault,
    page::{Failed, Message, day, html, moment},
};

/// Points on one page.
const POINTS: usize = 40;

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    page: String,
}

/// The page of a release, or of what would be one.
#[derive(Template)]
#[template(path = "feedback/list.html")]
pub(super) struct Page {
    pub(super) slug: String,
    pub(super) title: String,
    /// When it was made public; empty in a preview.
    pub(super) released: String,
    pub(super) feedback: Feedback,
    window: String,
    /// Results with how many points have them.
    results: Vec<(String, usize)>,
    sections: Vec<Section>,
    /// Number of this page, from 1, and of pages.
    leaf: (usize, usize),
    label: &'static str,
}

struct Section {
    place: String,
    cards: Vec<Card>,
}

impl Page {
    fn of(released: &Released, page: usize) -> Self {
        let at = moment(released.at);
        let (slug, title) = (&released.slug, &released.title);
        Self::new(slug, title, at, Feedback::clone(&released.feedback), page)
    }

    fn pages(feedback: &Feedback) -> usize {
        feedback.points.len().div_ceil(POINTS).max(1)
    }

    /// A page of it, counted from 1.
    pub(super) fn new(
        slug: &str,
        title: &str,
        released: String,
        feedback: Feedback,
        page: usize,
    ) -> Self {
        let pages = Self::pages(&feedback);
        let page = page.clamp(1, pages);
        let mut results: Vec<(String, usize)> = Vec::new();
        for point in &feedback.points {
            match results.iter_mut().find(|(name, _)| *name == point.result) {
                Some((_, count)) => *count += 1,
                None => results.push((point.result.clone(), 1)),
            }
        }
        let mut sections: Vec<Section> = Vec::new();
        for point in feedback
            .points
            .iter()
            .skip((page - 1) * POINTS)
            .take(POINTS)
        {
            let card = Card::new(slug, point);
            match sections.last_mut().filter(|s| s.place == point.place) {
                Some(section) => section.cards.push(card),
                None => sections.push(Section {
                    place: point.place.clone(),
                    cards: vec![card],
                }),
            }
        }
        let window = match (&feedback.opens, &feedback.closes) {
            (Some(opens), Some(closes)) => format!("{}至{}", day(opens), day(closes)),
            _ => String::new(),
        };
        Self {
            slug: slug.to_owned(),
            title: title.to_owned(),
            released,
            feedback,
            window,
            results,
            sections,
            leaf: (page, pages),
            label: MACHINE_LABEL,
        }
    }
}

/// Nothing is public yet, or nothing any more. Says so only of what everybody may know of.
pub(super) async fn not_released(site: &Site, slug: &str) -> Result<Response, Failed> {
    let listed = site.app.consultation(slug, false).await?;
    let page = Message {
        title: "反馈还没有公布",
        detail: &format!(
            "《{}》的意见正在研究处理，结果公布后可以在这里查看。",
            listed.consultation.title
        ),
    };
    Ok(html(StatusCode::OK, &page))
}

pub(super) async fn show(
    State(site): State<Site>,
    Path(slug): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let page = asked.page.parse().unwrap_or(1);
    let archive = site.app.archive().await?;
    let Some(released) = archive.of(&slug) else {
        return not_released(&site, &slug).await;
    };
    let page = page.clamp(1, Page::pages(&released.feedback));
    let key = format!("list {slug} {page}");
    let write = async { super::written(&Page::of(released, page)) };
    cached(&site.pages, &headers, archive.stamp, key, write).await
}

#[derive(Template)]
#[template(path = "feedback/point.html")]
struct PointPage {
    slug: String,
    title: String,
    released: String,
    card: Card,
    label: &'static str,
}

/// For an address that somebody kept of a point that has been merged with another since.
#[derive(Template)]
#[template(path = "feedback/gone.html")]
struct GonePage {
    slug: String,
    title: String,
    id: PointId,
}

pub(super) async fn point(
    State(site): State<Site>,
    Path((slug, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    let archive = site.app.archive().await?;
    let released = archive.of(&slug).ok_or_else(Fault::not_found)?;
    let Some(point) = released.point(&id) else {
        let gone = GonePage {
            slug: released.slug.clone(),
            title: released.title.clone(),
            id: id.parse().map_err(|_| Fault::not_found())?,
        };
        return Ok(html(StatusCode::NOT_FOUND, &gone));
    };
    let write = async {
        super::written(&PointPage {
            slug: released.slug.clone(),
            title: released.title.clone(),
            released: moment(released.at),
            card: Card::new(&released.slug, point),
            label: MACHINE_LABEL,
        })
    };
    let key = format!("point {slug} {id}");
    cached(&site.pages, &headers, archive.stamp, key, write).await
}
