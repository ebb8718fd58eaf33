//! `/staff/library/{law}`: a law's chapters; `/staff/library/{law}/{place}`: an article in its chapter;
//! `/staff/c/{slug}/related/{article}`: what other laws say on the matter of an article of a draft.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use caifeng_app::{Alike, CitedProvision};
use caifeng_domain::{ArticleNo, Law, LawArticle, LawKey, Named, Permission, Validity};

use super::{
    Failed, day,
    gate::{Reading, Staff},
    html,
};
use crate::{Site, error::Fault};

/// What readers see of a law wherever it is named.
pub(super) struct Head {
    pub(super) title: String,
    /// 现行有效 and its like.
    pub(super) standing: &'static str,
    /// Whether it is the text in force.
    pub(super) is_in_force: bool,
    /// Where its contents are.
    pub(super) link: String,
    /// 2023年3月13日
    pub(super) version: Option<String>,
}

impl Head {
    pub(super) fn new(law: &Law) -> Self {
        Self {
            title: law.title.clone(),
            standing: law.validity.chinese(),
            is_in_force: law.validity == Validity::InForce,
            link: format!("/staff/library/{}", law.key),
            version: law.version.as_deref().map(day),
        }
    }
}

/// Where an article of a law is.
pub(super) fn link(law: &Law, place: u32) -> String {
    format!("/staff/library/{}/{place}#a{place}", law.key)
}

/// A provision that a text names.
pub(super) struct Cited {
    pub(super) law: Head,
    pub(super) label: String,
    pub(super) link: String,
    pub(super) text: Option<String>,
    pub(super) warning: Option<String>,
}

impl Cited {
    pub(super) fn new(cited: &CitedProvision) -> Self {
        let law = Head::new(&cited.law);
        let article = cited.article.as_ref();
        Self {
            label: article
                .map(|article| article.label.clone())
                .unwrap_or_default(),
            link: article.map_or(law.link.clone(), |a| link(&cited.law, a.place)),
            text: article.map(|article| article.text.clone()),
            warning: cited.warning.clone(),
            law,
        }
    }
}

#[derive(Template)]
#[template(path = "law.html")]
struct Page {
    law: Head,
    /// Names and values: who made it, when.
    facts: Vec<(&'static str, String)>,
    /// Empty where a chapter is shown.
    chapters: Vec<Chapter>,
    heading: String,
    articles: Vec<Line>,
}

struct Chapter {
    name: String,
    articles: usize,
    link: String,
}

struct Line {
    place: u32,
    label: String,
    text: String,
    is_wanted: bool,
}

pub(super) async fn contents(
    State(site): State<Site>,
    _: Staff<Reading>,
    Path(key): Path<String>,
) -> Result<Response, Failed> {
    let key = known(&key)?;
    let text = site.app.law_text(&key).await?;
    let (law, articles) = text.ok_or_else(Fault::no_such_law)?;
    let mut chapters: Vec<Chapter> = Vec::new();
    for chapter in articles.chunk_by(|a, b| a.heading == b.heading) {
        chapters.push(Chapter {
            name: name(chapter),
            articles: chapter.len(),
            link: link(&law, chapter[0].place),
        });
    }
    let is_short = chapters.len() == 1;
    let page = Page {
        facts: facts(&law),
        law: Head::new(&law),
        heading: String::new(),
        articles: if is_short {
            lines(articles, None)
        } else {
            Vec::new()
        },
        chapters: if is_short { Vec::new() } else { chapters },
    };
    Ok(html(StatusCode::OK, &page))
}

pub(super) async fn chapter(
    State(site): State<Site>,
    _: Staff<Reading>,
    Path((key, place)): Path<(String, u32)>,
) -> Result<Response, Failed> {
    let chapter = site.app.law_chapter(&known(&key)?, place).await?;
    let (law, articles) = chapter.ok_or_else(Fault::no_such_law)?;
    let page = Page {
        facts: facts(&law),
        law: Head::new(&law),
        chapters: Vec::new(),
        heading: articles[0].heading.clone().unwrap_or_default(),
        articles: lines(articles, Some(place)),
    };
    Ok(html(StatusCode::OK, &page))
}

fn known(key: &str) -> Result<LawKey, Fault> {
    key.parse().map_err(|_| Fault::no_such_law())
}

fn name(chapter: &[LawArticle]) -> String {
    let first = &chapter[0];
    let last = chapter.last().unwrap_or(first);
    match &first.heading {
        Some(heading) => heading.clone(),
        None if first.place == last.place => first.label.clone(),
        None => format!("{}至{}", first.label, last.label),
    }
}

fn lines(articles: Vec<LawArticle>, wanted: Option<u32>) -> Vec<Line> {
    let line = |article: LawArticle| Line {
        is_wanted: wanted == Some(article.place),
        place: article.place,
        label: article.label,
        text: article.text,
    };
    articles.into_iter().map(line).collect()
}

fn facts(law: &Law) -> Vec<(&'static str, String)> {
    let said = [
        ("种类", Some(law.kind.clone())),
        ("制定机关", law.issuer.clone()),
        ("公布", law.published.as_deref().map(day)),
        ("施行", law.effective.as_deref().map(day)),
        ("本文本", law.version.as_deref().map(day)),
    ];
    let said = said
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    said.collect()
}

/// What other laws say, as a part that other pages show too.
#[derive(Template)]
#[template(path = "related.html")]
struct Related {
    consultation: String,
    label: String,
    text: String,
    is_installed: bool,
    cited: Vec<Cited>,
    alike: Vec<AlikeLine>,
}

struct AlikeLine {
    law: Head,
    label: String,
    link: String,
    text: String,
    shared: String,
}

impl AlikeLine {
    fn new(alike: &Alike) -> Self {
        Self {
            law: Head::new(&alike.law),
            label: alike.article.label.clone(),
            link: link(&alike.law, alike.article.place),
            text: alike.article.text.clone(),
            shared: alike.shared.join("、"),
        }
    }
}

pub(super) async fn related(
    State(site): State<Site>,
    Staff(by, _): Staff<Reading>,
    Path((slug, article)): Path<(String, String)>,
) -> Result<Response, Failed> {
    let listed = site
        .app
        .consultation_to(&by, Permission::ReadReport, &slug)
        .await?;
    let number: ArticleNo = article.parse().map_err(|_| Fault::not_found())?;
    let draft = listed.draft.ok_or_else(Fault::not_found)?;
    let related = site.app.related(&draft, number).await?;
    let id = draft.article(number).ok_or_else(Fault::not_found)?;
    let page = Related {
        consultation: listed.consultation.title,
        label: draft.node(id).label.clone(),
        text: draft.full_text(id),
        is_installed: related.is_installed,
        cited: related.cited.iter().map(Cited::new).collect(),
        alike: related.alike.iter().map(AlikeLine::new).collect(),
    };
    Ok(html(StatusCode::OK, &page))
}
