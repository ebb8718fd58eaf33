//! `/c/{slug}`: the form of a consultation, for citizens; `/staff/c/{slug}`: the same for whoever
//! enters what came on paper or by telephone (代录).

mod asked;
mod filled;

use askama::Template;
use axum::{
    Form,
    extract::{
        Path, Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::StatusCode,
    response::Response,
};
use caifeng_app::{
    AppError, CONSENT_TEXT, CONSENT_VERSION, Handover, Listed, MAX_COMMENTS, Principal, Refusal,
    Submitted,
};
use caifeng_domain::{Channel, Draft, Level, Named, Permission};
use jiff::Timestamp;
use serde::Deserialize;

use self::filled::Filled;
use super::{
    Failed,
    gate::{Staff, Transcribing},
    home::Entry,
    html,
};
use crate::{Site, auth::Counted, error::Fault, humane::Often, metrics};

/// The code of a number that was used for something else.
const REUSED: &str = "idempotency_key_reused";
const ONCE_MORE: &str = "这份表单此前已经提交并收到。您修改后的内容还没有提交：要把下面的内容作为新的意见提交，\
                         请再点一次“提交”。";
/// Rows of an empty form.
const ROWS: usize = 1;

#[derive(Default, Deserialize)]
pub(super) struct Asked {
    /// The article that a link stood at.
    article: Option<String>,
    /// The place whose QR code led here.
    p: Option<String>,
}

/// A line of the draft as the page shows it.
struct Line {
    /// `chapter`, `article` or `text`.
    kind: &'static str,
    /// Number of an article, for its link.
    article: String,
    text: String,
}

/// A key question as the page shows it.
struct Question {
    number: u32,
    words: String,
    answer: String,
}

#[derive(Template)]
#[template(path = "form.html")]
struct Page<'p> {
    entry: Entry,
    /// Where the form goes.
    action: String,
    staff: bool,
    filled: &'p Filled,
    questions: Vec<Question>,
    articles: Vec<(String, String)>,
    lines: Vec<Line>,
    channels: Vec<(&'static str, &'static str)>,
    consent: Vec<&'static str>,
    version: &'static str,
    problem: Option<String>,
    unreadable: bool,
}

#[derive(Template)]
#[template(path = "done.html")]
pub(super) struct Done {
    title: String,
    receipts: Vec<String>,
    known: bool,
    /// Whether the code of a place led nowhere.
    without_place: bool,
    again: String,
    /// Whether staff see it, who may have scans to add.
    staff: bool,
}

impl Done {
    /// What staff see who entered something.
    pub(super) fn new(title: String, submitted: Submitted, again: String) -> Self {
        Self {
            title,
            receipts: submitted.receipts,
            known: submitted.known,
            without_place: false,
            again,
            staff: true,
        }
    }
}

pub(super) async fn show(
    State(site): State<Site>,
    Path(slug): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failed> {
    open(&site, &slug, asked, None).await
}

pub(super) async fn show_staff(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Transcribing>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failed> {
    open(&site, &slug, asked, Some(&by)).await
}

pub(super) async fn submit(
    State(site): State<Site>,
    Path(slug): Path<String>,
    counted: Result<Counted, Fault>,
    Often(is_often): Often,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Failed> {
    let Counted(caller) = counted?;
    let Form(pairs) = form?;
    let filled = Filled::read(pairs);
    if caller.0.is_none()
        && let Some(asked) = asked::ask(&site, &slug, &filled, is_often).await?
    {
        return Ok(asked);
    }
    take(&site, &slug, filled, None).await
}

pub(super) async fn submit_staff(
    State(site): State<Site>,
    Path(slug): Path<String>,
    counted: Result<Counted, Fault>,
    Staff(by, _): Staff<Transcribing>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Failed> {
    counted?;
    let Form(pairs) = form?;
    take(&site, &slug, Filled::read(pairs), Some(&by)).await
}

/// The empty form.
async fn open(
    site: &Site,
    slug: &str,
    asked: Result<Query<Asked>, QueryRejection>,
    by: Option<&Principal>,
) -> Result<Response, Failed> {
    let listed = open_to(site, slug, by).await?;
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let key = site.app.new_key()?;
    let mut filled = Filled {
        served: site.app.stamp(&key, Timestamp::now()),
        key,
        place: asked.p.unwrap_or_default(),
        ..Filled::default()
    };
    filled
        .rows
        .extend(asked.article.map(|article| (article, String::new())));
    filled.rows.resize(ROWS, (String::new(), String::new()));
    Ok(page(&listed, &filled, by.is_some(), StatusCode::OK, None))
}

/// Takes in what was filled in, or shows it again with what is missing.
async fn take(
    site: &Site,
    slug: &str,
    mut filled: Filled,
    by: Option<&Principal>,
) -> Result<Response, Failed> {
    let listed = open_to(site, slug, by).await?;
    if filled.rows.len() + filled.answers.len() > MAX_COMMENTS {
        // No form of ours has as many; they are not written out again.
        return Err(Failed::from(Fault::from(Refusal::ManyComments(
            MAX_COMMENTS,
        ))));
    }
    if filled.more {
        filled.rows.push((String::new(), String::new()));
        filled.rows.truncate(MAX_COMMENTS);
        return Ok(page(&listed, &filled, by.is_some(), StatusCode::OK, None));
    }
    let channel = match by {
        None => Channel::Web,
        Some(_) => Channel::from_name(&filled.channel).unwrap_or(Channel::Paper),
    };
    let submitted = match filled.handover(slug, channel) {
        Ok(handover) => submit_anyway(site, by, handover).await,
        Err(fault) => Err(fault),
    };
    match submitted {
        Ok((Submitted { receipts, known }, without_place)) => {
            if !known {
                metrics::submissions(channel.wire(), receipts.len());
            }
            let done = Done {
                title: listed.consultation.title.clone(),
                receipts,
                known,
                without_place,
                again: address(slug, by.is_some()),
                staff: by.is_some(),
            };
            Ok(html(StatusCode::OK, &done))
        }
        // What was typed is shown again: nobody has to write it twice.
        Err(fault) => {
            let mut problem = Some(fault.detail.clone());
            if fault.code == REUSED {
                // Changed and sent again. With a fresh number it can be, if that is what is meant.
                filled.key = site.app.new_key()?;
                // They had the form long enough.
                let served = Timestamp::now() - site.limits.patience;
                filled.served = site.app.stamp(&filled.key, served);
                problem = Some(ONCE_MORE.to_owned());
            }
            let mut response = page(&listed, &filled, by.is_some(), fault.status, problem);
            fault.put_retry_after(&mut response);
            Ok(response)
        }
    }
}

/// The consultation: for staff, where they may enter what they collected.
async fn open_to(site: &Site, slug: &str, by: Option<&Principal>) -> Result<Listed, AppError> {
    match by {
        Some(by) => {
            let permission = Permission::Transcribe;
            site.app.consultation_to(by, permission, slug).await
        }
        None => site.app.consultation_for(None, slug).await,
    }
}

/// Hands in. Where the public comes by the code of a place that there is not, what they say counts
/// without a place; whether that is so.
async fn submit_anyway(
    site: &Site,
    by: Option<&Principal>,
    handover: Handover,
) -> Result<(Submitted, bool), Fault> {
    let without_place = Handover {
        place: None,
        ..handover.clone()
    };
    match site.app.submit(by, handover).await {
        Err(AppError::Refused(Refusal::UnknownPlace)) if by.is_none() => {
            Ok((site.app.submit(by, without_place).await?, true))
        }
        submitted => Ok((submitted?, false)),
    }
}

fn address(slug: &str, staff: bool) -> String {
    if staff {
        format!("/staff/c/{slug}")
    } else {
        format!("/c/{slug}")
    }
}

fn page(
    listed: &Listed,
    filled: &Filled,
    staff: bool,
    status: StatusCode,
    problem: Option<String>,
) -> Response {
    let draft = listed.draft.as_deref();
    let page = Page {
        entry: Entry::new(listed, Timestamp::now()),
        action: address(&listed.consultation.slug, staff),
        staff,
        filled,
        questions: questions(listed, filled),
        articles: draft.map(articles).unwrap_or_default(),
        lines: draft.map(lines).unwrap_or_default(),
        channels: [Channel::Paper, Channel::Phone, Channel::Meeting]
            .map(|channel| (channel.wire(), channel.chinese()))
            .to_vec(),
        consent: CONSENT_TEXT.lines().collect(),
        version: CONSENT_VERSION,
        problem,
        unreadable: listed.is_unreadable,
    };
    html(status, &page)
}

/// The key questions with what was answered so far.
fn questions(listed: &Listed, filled: &Filled) -> Vec<Question> {
    let question = |(number, words): (u32, &String)| {
        let answer = filled.answers.iter().find(|(of, _)| *of == number);
        Question {
            number,
            words: words.clone(),
            answer: answer.map(|(_, text)| text.clone()).unwrap_or_default(),
        }
    };
    (1..)
        .zip(&listed.consultation.questions)
        .map(question)
        .collect()
}

/// Number and label of each article, for choosing.
fn articles(draft: &Draft) -> Vec<(String, String)> {
    let articles = draft.articles();
    articles
        .map(|(_, node)| {
            let title = node.title.as_deref().unwrap_or_default();
            (node.number.to_string(), format!("{} {title}", node.label))
        })
        .collect()
}

fn lines(draft: &Draft) -> Vec<Line> {
    let line = |(id, node): (_, &caifeng_domain::Node)| {
        let (kind, article, text) = match node.level {
            Level::Part | Level::Subpart | Level::Chapter | Level::Section => {
                let title = node.title.as_deref().unwrap_or_default();
                ("chapter", String::new(), format!("{}　{title}", node.label))
            }
            Level::Article => {
                let text = draft.full_text(id);
                (
                    "article",
                    node.number.to_string(),
                    format!("{}　{text}", node.label),
                )
            }
            Level::Paragraph | Level::Item | Level::Subitem => return None,
        };
        Some(Line {
            kind,
            article,
            text,
        })
    };
    draft.iter().filter_map(line).collect()
}
