//! `/c/{slug}`: a draft to be read, with its contents and what stands beside it. What one has to say
//! is written where one reads it, and sent from `/c/{slug}/say`.

use askama::Template;
use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::Response,
};
use caifeng_app::{Listed, Turnout};
use caifeng_domain::{Draft, Level, Named, NodeId};
use jiff::Timestamp;
use serde::Deserialize;

use super::{Failed, home::Entry, kept};
use crate::Site;

#[derive(Default, Deserialize)]
pub(super) struct Asked {
    /// The place whose QR code led here.
    p: Option<String>,
}

/// A line of the draft as the page shows it.
pub(super) struct Line {
    pub(super) kind: Kind,
    /// 第三条, 第二章.
    pub(super) label: String,
    /// Of an article in brackets, or of a chapter.
    pub(super) title: Option<String>,
    /// Number of an article; of a chapter its place among them, for links.
    pub(super) number: String,
    /// The words of an article, a paragraph a line.
    pub(super) text: String,
}

#[derive(PartialEq, Eq)]
pub(super) enum Kind {
    /// 编, 章 and the like.
    Chapter,
    Article,
}

/// A text beside the draft.
struct Beside {
    kind: &'static str,
    title: String,
    link: String,
}

#[derive(Template)]
#[template(path = "draft.html")]
struct Page {
    entry: Entry,
    /// What addresses of the form end with: `?p=CODE`, or nothing.
    suffix: String,
    /// The same after another question: `&p=CODE`.
    more: String,
    taking_part: Turnout,
    beside: Vec<Beside>,
    has_changes: bool,
    is_released: bool,
    questions: Vec<String>,
    lines: Vec<Line>,
    is_unreadable: bool,
}

pub(super) async fn show(
    State(site): State<Site>,
    Path(slug): Path<String>,
    headers: HeaderMap,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failed> {
    let place = asked.ok().and_then(|Query(asked)| asked.p);
    let place = place.filter(|code| code.chars().all(|c| c.is_ascii_alphanumeric()));
    let name = format!("/c/{slug}?{}", place.as_deref().unwrap_or_default());
    let make = async || {
        let listed = site.app.consultation_for(None, &slug).await?;
        page(&site, &listed, place.as_deref()).await
    };
    kept::current(&site, &headers, name, make).await
}

async fn page(site: &Site, listed: &Listed, place: Option<&str>) -> Result<Page, Failed> {
    let materials = site.app.materials(listed).await?;
    let slug = &listed.consultation.slug;
    let beside = materials.into_iter().map(|(number, material)| Beside {
        kind: material.kind.chinese(),
        title: material.title,
        link: format!("/c/{slug}/texts/{number}"),
    });
    let draft = listed.draft.as_deref();
    Ok(Page {
        entry: Entry::new(listed, Timestamp::now()),
        suffix: place.map(|code| format!("?p={code}")).unwrap_or_default(),
        more: place.map(|code| format!("&p={code}")).unwrap_or_default(),
        taking_part: site.app.turnout(listed).await?,
        beside: beside.collect(),
        has_changes: site.app.has_changes(listed).await?,
        is_released: site.app.is_released(slug).await?,
        questions: listed.consultation.questions.clone(),
        lines: draft.map(lines).unwrap_or_default(),
        is_unreadable: listed.is_unreadable,
    })
}

/// Chapters and articles in order.
pub(super) fn lines(draft: &Draft) -> Vec<Line> {
    let mut chapters = 0;
    let line = |(id, node): (NodeId, &caifeng_domain::Node)| {
        let (kind, number, text) = match node.level {
            Level::Part | Level::Subpart | Level::Chapter | Level::Section => {
                chapters += 1;
                (Kind::Chapter, chapters.to_string(), String::new())
            }
            Level::Article => {
                let text = draft.full_text(id);
                (Kind::Article, node.number.to_string(), text)
            }
            Level::Paragraph | Level::Item | Level::Subitem => return None,
        };
        Some(Line {
            kind,
            label: node.label.clone(),
            title: node.title.clone(),
            number,
            text,
        })
    };
    draft.iter().filter_map(line).collect()
}
