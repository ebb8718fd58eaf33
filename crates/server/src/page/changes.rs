//! `/c/{slug}/changes`: the draft beside the one before it, or the law in force (修改前后对照).

use askama::Template;
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use caifeng_app::{ChangedArticle, Wording};

use super::{Failed, kept};
use crate::{Site, error::Fault};

#[derive(Template)]
#[template(path = "changes.html")]
struct Page {
    slug: String,
    title: String,
    changed: Vec<ChangedArticle>,
}

pub(super) async fn show(
    State(site): State<Site>,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    let make = async || {
        let listed = site.app.consultation_for(None, &slug).await?;
        let changed = site.app.changes(&listed).await?;
        Ok(Page {
            slug: slug.clone(),
            title: listed.consultation.title.clone(),
            changed: changed.ok_or_else(Fault::not_found)?,
        })
    };
    let name = format!("/c/{slug}/changes");
    kept::current(&site, &headers, name, make).await
}
