//! `/feedback`: looking something up in everything that was made public; `/feedback/adopted`: what came
//! of what people said (采纳案例).

use std::fmt::Write;

use askama::Template;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use caifeng_app::{Archive, ArchiveAnswer, ArchiveHit, ArchiveRequest, MACHINE_LABEL};
use serde::Deserialize;

use super::{Card, cached, escaped, written};
use crate::{
    Site,
    page::{Failed, html},
};

/// Longest text taken, in characters: more is a pasted page.
const MAX_CHARS: usize = 100;

/// The fields of the form. Those left empty do not matter.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    consultation: String,
    article: String,
    topic: String,
    result: String,
    page: String,
}

impl Asked {
    /// No longer than it has to be.
    fn bounded(mut self) -> Self {
        for field in [
            &mut self.q,
            &mut self.consultation,
            &mut self.article,
            &mut self.topic,
            &mut self.result,
        ] {
            *field = field.trim().chars().take(MAX_CHARS).collect();
        }
        self
    }

    /// Whether any condition was set besides words.
    fn is_narrowed(&self) -> bool {
        let conditions = [&self.consultation, &self.article, &self.topic, &self.result];
        conditions.iter().any(|said| !said.is_empty())
    }

    /// None where the article is no number.
    fn request(&self, adopted: bool) -> Option<ArchiveRequest> {
        let article = match &*self.article {
            "" => None,
            number => Some(number.parse().ok()?),
        };
        Some(ArchiveRequest {
            text: self.q.clone(),
            consultation: self.consultation.clone(),
            article,
            topic: self.topic.clone(),
            result: self.result.clone(),
            adopted,
            page: self.page.parse().unwrap_or(1),
        })
    }

    /// The query of an address that asks for the same, from its first page.
    fn address(&self) -> String {
        let mut out = format!("q={}", escaped(&self.q));
        for (name, value) in [
            ("consultation", &self.consultation),
            ("article", &self.article),
            ("topic", &self.topic),
            ("result", &self.result),
        ] {
            if !value.is_empty() {
                // Writing to a string does not fail.
                let _ = write!(out, "&{name}={}", escaped(value));
            }
        }
        out
    }
}

#[derive(Template)]
#[template(path = "feedback/search.html")]
struct Page {
    asked: Asked,
    /// Whether it is the page of what came of it.
    adopted: bool,
    /// Where the form leads.
    action: &'static str,
    /// Short name and title.
    consultations: Vec<(String, String)>,
    /// Code and name.
    results: Vec<(String, String)>,
    /// Topics, each with the address of points on it.
    topics: Vec<(String, String)>,
    hits: Vec<Hit>,
    total: usize,
    /// Number of this page, from 1, and of pages.
    leaf: (usize, usize),
    /// The present search as an address.
    query: String,
    problem: Option<&'static str>,
    label: &'static str,
}

struct Hit {
    slug: String,
    title: String,
    card: Card,
}

impl Hit {
    fn new(hit: ArchiveHit) -> Self {
        Self {
            card: Card {
                pieces: hit.pieces,
                ..Card::new(&hit.slug, &hit.point)
            },
            slug: hit.slug,
            title: hit.title,
        }
    }
}

impl Page {
    fn new(asked: Asked, adopted: bool, archive: &Archive, found: Option<ArchiveAnswer>) -> Self {
        let problem = found.is_none().then_some("条号应写成 34 或 120-1 的形式");
        let found = found.unwrap_or_default();
        let releases = archive.releases.iter();
        Self {
            adopted,
            action: if adopted {
                "/feedback/adopted"
            } else {
                "/feedback"
            },
            consultations: releases
                .map(|released| (released.slug.clone(), released.title.clone()))
                .collect(),
            results: archive.results.clone(),
            topics: (archive.topics.iter())
                .map(|topic| (topic.clone(), format!("/feedback?topic={}", escaped(topic))))
                .collect(),
            total: found.total,
            leaf: (found.page.0.max(1), found.page.1.max(1)),
            hits: found.hits.into_iter().map(Hit::new).collect(),
            query: asked.address(),
            asked,
            problem,
            label: MACHINE_LABEL,
        }
    }
}

pub(super) async fn show(
    State(site): State<Site>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    answer(&site, asked, &headers, false).await
}

pub(super) async fn adopted(
    State(site): State<Site>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    answer(&site, asked, &headers, true).await
}

async fn answer(
    site: &Site,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: &HeaderMap,
    adopted: bool,
) -> Result<Response, Failed> {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let asked = asked.bounded();
    let archive = site.app.archive().await?;
    let Some(request) = asked.request(adopted) else {
        let page = Page::new(asked, adopted, &archive, None);
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, &page));
    };
    let key = format!("search {adopted} {} {}", request.page, asked.address());
    let write = async {
        let found = site.app.search_archive(&archive, request).await?;
        written(&Page::new(asked, adopted, &archive, Some(found)))
    };
    cached(&site.pages, headers, archive.stamp, key, write).await
}
