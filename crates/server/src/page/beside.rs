//! `/c/{slug}/a/{article}`: an article with what stands beside it, what other laws say on the same
//! matter. Chosen by the article, never by what somebody types.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use caifeng_app::Similar;
use caifeng_domain::{ArticleNo, Law};

use super::{
    Failed,
    draft::{Kind, Line},
    home::Entry,
    kept,
};
use crate::{Site, error::Fault};

#[derive(Template)]
#[template(path = "beside.html")]
struct Page {
    entry: Entry,
    about: Line,
    laws: Vec<Provision>,
    feedback: Vec<Similar>,
}

/// A provision of another law.
struct Provision {
    /// 《某法》第三条
    name: String,
    text: String,
    /// Words that it has in common with the article; empty where the article names it.
    shared: String,
}

pub(super) async fn show(
    State(site): State<Site>,
    Path((slug, article)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    let number: ArticleNo = article.parse().map_err(|_| Fault::not_found())?;
    let make = async || {
        let listed = site.app.consultation_for(None, &slug).await?;
        let draft = listed.draft.clone().ok_or_else(Fault::not_found)?;
        let id = draft.article(number).ok_or_else(Fault::not_found)?;
        let related = site.app.related(&draft, number).await?;
        let name = |law: &Law, label: &str| format!("《{}》{label}", law.title);
        let cited = related.cited.iter().filter_map(|cited| {
            let article = cited.article.as_ref()?;
            Some(Provision {
                name: name(&cited.law, &article.label),
                text: article.text.clone(),
                shared: String::new(),
            })
        });
        let alike = related.alike.iter().map(|alike| Provision {
            name: name(&alike.law, &alike.article.label),
            text: alike.article.text.clone(),
            shared: alike.shared.join("、"),
        });
        let node = draft.node(id);
        Ok(Page {
            feedback: site.app.released_on(&slug, number).await?,
            laws: cited.chain(alike).collect(),
            about: Line {
                kind: Kind::Article,
                label: node.label.clone(),
                title: node.title.clone(),
                number: node.number.to_string(),
                text: draft.full_text(id),
            },
            entry: Entry::new(&listed, jiff::Timestamp::now()),
        })
    };
    let name = format!("/c/{slug}/a/{number}");
    kept::current(&site, &headers, name, make).await
}
