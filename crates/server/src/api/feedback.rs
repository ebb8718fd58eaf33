//! `GET /api/v1/consultations/{slug}/feedback`, `…/feedback.csv`: what was made public, as open data.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use caifeng_app::{AppError, MACHINE_LABEL, Numbers, Released, ReleasedPoint, Share};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Site, error::Fault, page::cached};

/// What is public of a consultation. It changes with a new release only.
#[derive(Serialize, ToSchema)]
pub(super) struct FeedbackBody {
    /// Short name of the consultation.
    slug: String,
    title: String,
    /// Title of the draft, with its version.
    draft: String,
    /// Number of the release; the next one replaces it.
    release: u64,
    /// RFC 3339.
    released_at: String,
    /// How grouping and topics came about.
    machine_label: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    opens: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closes: Option<String>,
    participation: ParticipationBody,
    /// In the order of the draft.
    points: Vec<PointBody>,
}

#[derive(Serialize, ToSchema)]
struct ParticipationBody {
    counts: CountsBody,
    /// Distinct points, released or not.
    points: usize,
    /// By group of senders; groups of fewer than five are together.
    groups: Vec<ShareBody>,
    channels: Vec<ShareBody>,
}

/// How many, three ways.
#[derive(Serialize, ToSchema)]
struct CountsBody {
    submissions: usize,
    senders: usize,
    texts: usize,
}

#[derive(Serialize, ToSchema)]
struct ShareBody {
    name: String,
    submissions: usize,
}

/// One point.
#[derive(Serialize, ToSchema)]
struct PointBody {
    /// `P-3`, for ever.
    id: String,
    /// Address of its page.
    link: String,
    /// `12` or `120-1`; none for a chapter or the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    article: Option<String>,
    /// Where it stands: 第三条（适用范围）
    place: String,
    /// What it says: worded by the office, or somebody's words.
    wording: String,
    is_quoted: bool,
    /// Somebody's words, personal data masked.
    quotations: Vec<String>,
    stance: String,
    counts: CountsBody,
    groups: Vec<ShareBody>,
    /// Found by the machine.
    topics: Vec<String>,
    result_code: String,
    result: String,
    reason: String,
    /// `YYYY-MM-DD`
    decided_on: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    adopted: Option<AdoptedBody>,
}

/// Words that came of a point.
#[derive(Serialize, ToSchema)]
struct AdoptedBody {
    source: String,
    words: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    former: Option<String>,
}

impl From<Numbers> for CountsBody {
    fn from(numbers: Numbers) -> Self {
        Self {
            submissions: numbers.submissions,
            senders: numbers.senders,
            texts: numbers.texts,
        }
    }
}

fn shares(shares: &[Share]) -> Vec<ShareBody> {
    let share = |share: &Share| ShareBody {
        name: share.name.clone(),
        submissions: share.submissions,
    };
    shares.iter().map(share).collect()
}

impl PointBody {
    fn new(slug: &str, point: &ReleasedPoint) -> Self {
        let point = point.clone();
        Self {
            link: format!("/c/{slug}/feedback/{}", point.id),
            id: point.id,
            article: point.article,
            place: point.place,
            wording: point.wording,
            is_quoted: point.is_quoted,
            quotations: point.quotations,
            stance: point.stance,
            counts: point.counts.into(),
            groups: shares(&point.groups),
            topics: point.topics,
            result_code: point.result_code,
            result: point.result,
            reason: point.reason,
            decided_on: point.decided_on,
            adopted: point.adopted.map(|adopted| AdoptedBody {
                source: adopted.source,
                words: adopted.words,
                former: adopted.former,
            }),
        }
    }
}

impl FeedbackBody {
    fn new(released: &Released) -> Self {
        let feedback = &released.feedback;
        let participation = &feedback.participation;
        let points = feedback.points.iter();
        Self {
            slug: released.slug.clone(),
            title: released.title.clone(),
            draft: feedback.draft.clone(),
            release: released.number,
            released_at: format!("{:.0}", released.at),
            machine_label: MACHINE_LABEL,
            opens: feedback.opens.clone(),
            closes: feedback.closes.clone(),
            participation: ParticipationBody {
                counts: participation.counts.into(),
                points: participation.points,
                groups: shares(&participation.groups),
                channels: shares(&participation.channels),
            },
            points: points
                .map(|point| PointBody::new(&released.slug, point))
                .collect(),
        }
    }
}

/// What was made public of a consultation, as JSON.
#[utoipa::path(
    get,
    path = "/api/v1/consultations/{slug}/feedback",
    params(("slug" = String, Path)),
    responses(
        (status = 200, body = FeedbackBody),
        (status = 404, body = super::ErrorBody, description = "nothing is public of it")
    )
)]
pub(super) async fn feedback(
    State(site): State<Site>,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let archive = site.app.archive().await?;
    let released = archive.of(&slug).ok_or_else(Fault::not_found)?;
    let write = async {
        let json = serde_json::to_vec(&FeedbackBody::new(released)).map_err(|error| {
            tracing::error!(%error, "open data could not be written");
            Fault::unwritten()
        })?;
        Ok::<_, Fault>(("application/json; charset=utf-8", json))
    };
    let key = format!("json {slug}");
    cached(&site.pages, &headers, archive.stamp, key, write).await
}

/// The same as a table, a point a row: UTF-8 with byte order mark, comma, CRLF. A cell that a
/// spreadsheet would take for a formula begins with an apostrophe.
#[utoipa::path(
    get,
    path = "/api/v1/consultations/{slug}/feedback.csv",
    params(("slug" = String, Path)),
    responses(
        (status = 200, body = String, content_type = "text/csv"),
        (status = 404, body = super::ErrorBody, description = "nothing is public of it")
    )
)]
pub(super) async fn table(
    State(site): State<Site>,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let archive = site.app.archive().await?;
    let released = archive.of(&slug).ok_or_else(Fault::not_found)?;
    let write = async { Ok::<_, AppError>(("text/csv; charset=utf-8", released.to_csv()?)) };
    let key = format!("csv {slug}");
    Ok(cached(&site.pages, &headers, archive.stamp, key, write).await?)
}
