//! `POST /api/v1/consultations/{slug}/submissions`

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode},
};
use caifeng_app::{ChallengeAnswer, Comment, Grant, Handover, Refusal, Submitted};
use caifeng_domain::{ArticleNo, Channel, Named, Permission, Submitter};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Site,
    auth::{Caller, Counted},
    error::Fault,
    humane::Often,
    metrics,
};

/// What one person hands in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmitBody {
    /// One or several comments.
    #[schema(min_items = 1, max_items = 50)]
    comments: Vec<CommentBody>,
    /// Version of the notice that the sender agreed to.
    consent: String,
    /// `web`, or `wechat` of a mini-program. Others are for accounts to say.
    channel: Option<String>,
    /// Code of the place whose QR code was used.
    place: Option<String>,
    /// Who, if they want to say so.
    #[serde(default)]
    sender: SenderBody,
    /// What a mini-program was allowed to send later, asked for at the moment of submitting.
    #[serde(default)]
    #[schema(max_items = 3)]
    subscriptions: Vec<SubscriptionBody>,
    /// The answer to a challenge, after 403 `challenge_needed`.
    challenge: Option<AnswerBody>,
}

/// What `challenge` of the 403 asked for: the work or the sum.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AnswerBody {
    token: String,
    /// Decimal digits such that SHA-256 of `TOKEN:WORK` begins with that many zero bits.
    #[serde(default)]
    work: String,
    /// The sum, in any numerals.
    #[serde(default)]
    sum: String,
}

/// 一次性订阅: messages of one template that the sender agreed to get.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SubscriptionBody {
    /// Template id of the platform.
    template: String,
    /// How many messages.
    #[schema(minimum = 1, maximum = 10)]
    count: u32,
}

/// One comment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CommentBody {
    /// Number of the article: `12` or `120-1`. Without it, the comment is on the whole draft.
    article: Option<String>,
    /// Number of the key question that it answers.
    question: Option<u32>,
    /// The words.
    #[schema(max_length = 50_000)]
    text: String,
}

/// Who sent it. Name and telephone are kept apart from the opinion, encrypted.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SenderBody {
    name: Option<String>,
    phone: Option<String>,
    /// 居民, 律师, …
    group: Option<String>,
    /// Down to the town.
    region: Option<String>,
}

impl From<SenderBody> for Submitter {
    fn from(body: SenderBody) -> Self {
        Self {
            name: body.name,
            phone: body.phone,
            identity: body.group,
            region: body.region,
            account: None,
        }
    }
}

/// What the sender gets.
#[derive(Serialize, ToSchema)]
pub(super) struct Receipts {
    /// One receipt a comment, in order.
    receipts: Vec<String>,
    /// Whether the same had been handed in before with the same idempotency key.
    known: bool,
}

/// Hands in comments. When this answers, they are on disk. With the header `Idempotency-Key` it may
/// be sent again until it is answered: the same key with the same content gets the same receipts.
#[utoipa::path(
    post,
    path = "/api/v1/consultations/{slug}/submissions",
    params(
        ("slug" = String, Path),
        ("idempotency-key" = Option<String>, Header, description = "8 to 64 letters, digits, - or _")
    ),
    request_body = SubmitBody,
    responses(
        (status = 201, body = Receipts),
        (status = 200, body = Receipts, description = "Handed in before"),
        (status = 403, body = super::ChallengeNeeded, description = "Show that you are no program, then send it again"),
        (status = 404, body = super::ErrorBody),
        (status = 409, body = super::ErrorBody),
        (status = 422, body = super::ErrorBody),
        (status = 429, body = super::ErrorBody),
        (status = 503, body = super::ErrorBody)
    ),
    security((), ("api_key" = []))
)]
pub(super) async fn submit(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Counted(caller): Counted,
    Often(is_often): Often,
    headers: HeaderMap,
    body: Result<Json<SubmitBody>, JsonRejection>,
) -> Result<(StatusCode, Json<Receipts>), Fault> {
    let Json(body) = body?;
    let channel = channel(&caller, body.channel.as_deref())?;
    let mut key = match headers.get("idempotency-key") {
        Some(key) => Some(key.to_str().map_err(|_| Refusal::BadKey)?.to_owned()),
        None => None,
    };
    if is_often && caller.0.is_none() {
        let met = met(&site, key.as_deref(), body.challenge)?;
        // A challenge that belongs to no key is one itself, so that it is good for one delivery.
        key.get_or_insert(met);
    }
    let handover = Handover {
        slug,
        comments: body
            .comments
            .into_iter()
            .map(comment)
            .collect::<Result<_, _>>()?,
        channel,
        place: body.place,
        sender: body.sender.into(),
        consent: Some(body.consent),
        key,
        grants: body
            .subscriptions
            .into_iter()
            .map(|SubscriptionBody { template, count }| Grant { template, count })
            .collect(),
    };
    let Submitted { receipts, known } = site.app.submit(caller.0.as_ref(), handover).await?;
    if !known {
        metrics::submissions(channel.wire(), receipts.len());
    }
    let status = if known {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    Ok((status, Json(Receipts { receipts, known })))
}

/// The token of the challenge that was met, or a new one to be met.
fn met(site: &Site, key: Option<&str>, answer: Option<AnswerBody>) -> Result<String, Fault> {
    let (key, now) = (key.unwrap_or_default(), Timestamp::now());
    let answer = answer.map_or_else(ChallengeAnswer::default, |body| ChallengeAnswer {
        token: body.token,
        work: body.work,
        sum: body.sum,
    });
    if site.app.is_met(key, &answer, now) {
        Ok(answer.token)
    } else {
        Err(Fault::challenge(site.app.challenge(key, now)))
    }
}

/// What comes from the public came by web or mini-program; only accounts can know it otherwise.
fn channel(caller: &Caller, named: Option<&str>) -> Result<Channel, Fault> {
    let Some(name) = named else {
        return Ok(Channel::Web);
    };
    match Channel::from_name(name) {
        Some(channel @ (Channel::Web | Channel::Wechat)) => Ok(channel),
        Some(channel) => match &caller.0 {
            None => Err(Refusal::Unauthenticated.into()),
            Some(who)
                if who.role.may(Permission::Transcribe) || who.role.may(Permission::BulkIntake) =>
            {
                Ok(channel)
            }
            Some(_) => Err(Refusal::Forbidden.into()),
        },
        None => Err(Fault::invalid(format!("没有渠道 {name}"))),
    }
}

fn comment(body: CommentBody) -> Result<Comment, Fault> {
    Ok(Comment {
        article: body.article.as_deref().map(article).transpose()?,
        question: body.question,
        text: body.text,
    })
}

/// An article's number as clients write it.
pub(crate) fn article(text: &str) -> Result<ArticleNo, Fault> {
    text.parse()
        .map_err(|_| Fault::invalid(format!("条号 {text} 应写作 12 或 120-1")))
}
