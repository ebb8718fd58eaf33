//! `GET /api/v1/consultations`, `GET /api/v1/consultations/{slug}`

use axum::{
    Json,
    extract::{Path, State},
};
use caifeng_app::Listed;
use caifeng_domain::{Draft, Level, Named, NodeId};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Site, auth::Caller, error::Fault};

/// A consultation.
#[derive(Serialize, ToSchema)]
pub(super) struct Summary {
    /// Its short name, part of its address.
    slug: String,
    title: String,
    /// `upcoming`, `open` or `closed`.
    standing: &'static str,
    /// First day, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    opens: Option<String>,
    /// Last day, included.
    #[serde(skip_serializing_if = "Option::is_none")]
    closes: Option<String>,
    /// `public` or `contact_points`.
    visibility: &'static str,
}

impl Summary {
    fn new(listed: &Listed, now: Timestamp) -> Self {
        let consultation = &listed.consultation;
        let window = consultation.window.as_ref();
        Self {
            slug: consultation.slug.clone(),
            title: consultation.title.clone(),
            standing: listed.standing(now).wire(),
            opens: window.map(|window| window.opens.clone()),
            closes: window.map(|window| window.closes.clone()),
            visibility: consultation.visibility.wire(),
        }
    }
}

/// A consultation with its draft.
#[derive(Serialize, ToSchema)]
pub(super) struct Detail {
    #[serde(flatten)]
    summary: Summary,
    /// Version of the notice that a submission has to name.
    consent_version: &'static str,
    /// The notice.
    consent_text: &'static str,
    /// Key questions, which a comment may name by number.
    questions: Vec<Question>,
    /// The provisions in document order; parents come before their children.
    provisions: Vec<Provision>,
}

impl Detail {
    pub(super) fn new(listed: &Listed, now: Timestamp) -> Self {
        Self {
            summary: Summary::new(listed, now),
            consent_version: caifeng_app::CONSENT_VERSION,
            consent_text: caifeng_app::CONSENT_TEXT,
            questions: (1..)
                .zip(&listed.consultation.questions)
                .map(|(number, text)| Question {
                    number,
                    text: text.clone(),
                })
                .collect(),
            provisions: listed.draft.as_deref().map(provisions).unwrap_or_default(),
        }
    }
}

/// One key question (重点征求问题).
#[derive(Serialize, ToSchema)]
struct Question {
    /// What a comment that answers it names.
    number: u32,
    text: String,
}

/// One provision.
#[derive(Serialize, ToSchema)]
struct Provision {
    /// `part`, `subpart`, `chapter`, `section`, `article`, `paragraph`, `item` or `subitem`.
    level: &'static str,
    /// `12` or `120-1`: what a comment on this article names.
    number: String,
    /// As printed: `第十二条`. Empty for a paragraph.
    label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    text: String,
    /// Index of the provision that this one is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<u32>,
}

/// What may be commented on, with what is over and what is to come.
#[utoipa::path(get, path = "/api/v1/consultations", responses((status = 200, body = [Summary])))]
pub(super) async fn list(
    State(site): State<Site>,
    caller: Caller,
) -> Result<Json<Vec<Summary>>, Fault> {
    let now = Timestamp::now();
    let all = site.app.consultations().await?;
    let visible = |listed: &&Listed| listed.is_known_to(caller.0.as_ref());
    let all = all.iter().filter(visible);
    Ok(Json(all.map(|listed| Summary::new(listed, now)).collect()))
}

/// One consultation with the provisions of its draft.
#[utoipa::path(
    get,
    path = "/api/v1/consultations/{slug}",
    params(("slug" = String, Path)),
    responses((status = 200, body = Detail), (status = 404, body = super::ErrorBody))
)]
pub(super) async fn show(
    State(site): State<Site>,
    Path(slug): Path<String>,
    caller: Caller,
) -> Result<Json<Detail>, Fault> {
    let listed = site.app.consultation_for(caller.0.as_ref(), &slug).await?;
    Ok(Json(Detail::new(&listed, Timestamp::now())))
}

fn provisions(draft: &Draft) -> Vec<Provision> {
    let nodes = draft.nodes.iter();
    nodes
        .map(|node| Provision {
            level: level(node.level),
            number: node.number.to_string(),
            label: node.label.clone(),
            title: node.title.clone(),
            text: node.text.clone(),
            parent: node.parent.map(|NodeId(index)| index),
        })
        .collect()
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Part => "part",
        Level::Subpart => "subpart",
        Level::Chapter => "chapter",
        Level::Section => "section",
        Level::Article => "article",
        Level::Paragraph => "paragraph",
        Level::Item => "item",
        Level::Subitem => "subitem",
    }
}
