//! `GET /api/v1/library` and `GET /api/v1/consultations/{slug}/articles/{article}/related`

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
};
use caifeng_app::{Alike, CitedProvision, LawFound, LibraryRequest};
use caifeng_domain::{Law, LawArticle, Named, Permission};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::article;
use crate::{Site, auth::Caller, error::Fault};

/// Articles in an answer, if nothing else is asked for, and at most.
const USUAL: usize = 10;
const MOST: usize = 100;

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// 立法法第四十条, 劳动法 加班, or words.
    q: String,
    /// `in_force`, `amended`, `repealed`, `former` or `all`. Left out: in force and amended.
    validity: Option<String>,
    /// At most 100; 10 if not said.
    limit: Option<usize>,
}

/// One text of one law.
#[derive(Serialize, ToSchema)]
struct LawEntry {
    key: String,
    title: String,
    kind: String,
    /// `in_force`, `amended`, `repealed` or `former`.
    validity: &'static str,
    /// When this text was made, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
}

impl LawEntry {
    fn new(law: &Law) -> Self {
        Self {
            key: law.key.to_string(),
            title: law.title.clone(),
            kind: law.kind.clone(),
            validity: law.validity.wire(),
            version: law.version.clone(),
        }
    }
}

/// One article of a law.
#[derive(Serialize, ToSchema)]
struct LawArticleEntry {
    law: LawEntry,
    /// Place in the law, from 1.
    place: u32,
    /// `40` or `120-1`; left out where the text has no articles.
    #[serde(skip_serializing_if = "Option::is_none")]
    article: Option<String>,
    label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    heading: Option<String>,
    text: String,
}

impl LawArticleEntry {
    fn new(law: &Law, article: &LawArticle) -> Self {
        Self {
            law: LawEntry::new(law),
            place: article.place,
            article: article.number.map(|number| number.to_string()),
            label: article.label.clone(),
            heading: article.heading.clone(),
            text: article.text.clone(),
        }
    }
}

/// What the library has.
#[derive(Serialize, ToSchema)]
pub(super) struct Answer {
    /// Laws that were named, or that have the words in their title.
    laws: Vec<LawEntry>,
    /// Those named first, then the best by their words.
    hits: Vec<Hit>,
    /// Articles that have any of the words.
    total: usize,
}

/// An article that was found.
#[derive(Serialize, ToSchema)]
struct Hit {
    #[serde(flatten)]
    found: LawArticleEntry,
    /// Named by law and number.
    exact: bool,
    /// First and one past the last character of each word that was asked for.
    highlights: Vec<[usize; 2]>,
}

impl Hit {
    fn new(found: &LawFound) -> Self {
        let text = &found.article.text;
        let spans = found.highlights.iter().map(|span| span.in_chars(text));
        Self {
            found: LawArticleEntry::new(&found.law, &found.article),
            exact: found.is_exact,
            highlights: spans.map(|range| [range.start, range.end]).collect(),
        }
    }
}

/// Searches the law library by article.
#[utoipa::path(
    get,
    path = "/api/v1/library",
    params(Asked),
    responses(
        (status = 200, body = Answer),
        (status = 401, body = super::ErrorBody),
        (status = 403, body = super::ErrorBody),
        (status = 422, body = super::ErrorBody)
    ),
    security(("api_key" = []))
)]
pub(super) async fn search(
    State(site): State<Site>,
    caller: Caller,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Answer>, Fault> {
    caller.require(Permission::ReadReport)?;
    let Query(asked) = asked.map_err(|_| Fault::invalid("请用 q 给出要查的内容"))?;
    let request = LibraryRequest {
        text: asked.q,
        validity: asked.validity,
        limit: asked.limit.unwrap_or(USUAL).min(MOST),
    };
    let answer = site.app.search_library(request).await?;
    Ok(Json(Answer {
        laws: answer
            .laws
            .iter()
            .map(|(law, _)| LawEntry::new(law))
            .collect(),
        hits: answer.hits.iter().map(Hit::new).collect(),
        total: answer.total,
    }))
}

/// What other laws say on the matter of an article.
#[derive(Serialize, ToSchema)]
pub(super) struct Related {
    /// What the article itself names.
    cited: Vec<CitedEntry>,
    /// What speaks of the same, most alike first.
    alike: Vec<AlikeEntry>,
}

/// A provision that a text names.
#[derive(Serialize, ToSchema)]
struct CitedEntry {
    law: LawEntry,
    /// The number that was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    article: Option<String>,
    /// Left out where the law has no such article.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// What to know before relying on it, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

impl CitedEntry {
    fn new(cited: &CitedProvision) -> Self {
        Self {
            law: LawEntry::new(&cited.law),
            article: cited.number.map(|number| number.to_string()),
            text: cited.article.as_ref().map(|article| article.text.clone()),
            warning: cited.warning.clone(),
        }
    }
}

/// A provision on the same matter.
#[derive(Serialize, ToSchema)]
struct AlikeEntry {
    #[serde(flatten)]
    found: LawArticleEntry,
    /// Share of the words that matter which both have, 0 to 1.
    likeness: f32,
    /// The rarest of them.
    shared: Vec<String>,
}

impl AlikeEntry {
    fn new(alike: &Alike) -> Self {
        Self {
            found: LawArticleEntry::new(&alike.law, &alike.article),
            likeness: alike.likeness,
            shared: alike.shared.clone(),
        }
    }
}

/// Provisions of other laws that belong beside an article of the draft.
#[utoipa::path(
    get,
    path = "/api/v1/consultations/{slug}/articles/{article}/related",
    params(("slug" = String, Path), ("article" = String, Path, description = "`12` or `120-1`")),
    responses(
        (status = 200, body = Related),
        (status = 401, body = super::ErrorBody),
        (status = 403, body = super::ErrorBody),
        (status = 404, body = super::ErrorBody),
        (status = 409, body = super::ErrorBody),
        (status = 422, body = super::ErrorBody)
    ),
    security(("api_key" = []))
)]
pub(super) async fn related(
    State(site): State<Site>,
    Path((slug, number)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<Related>, Fault> {
    let by = caller.require(Permission::ReadReport)?;
    let listed = site
        .app
        .consultation_to(&by, Permission::ReadReport, &slug)
        .await?;
    let draft = listed.draft.ok_or(caifeng_app::AppError::NoDraft(slug))?;
    let related = site.app.related(&draft, article(&number)?).await?;
    Ok(Json(Related {
        cited: related.cited.iter().map(CitedEntry::new).collect(),
        alike: related.alike.iter().map(AlikeEntry::new).collect(),
    }))
}
