//! `/c/{slug}/say`: what citizens have to say, looked over and sent; `/staff/c/{slug}`: the same for
//! whoever enters what came on paper or by telephone (代录).

mod asked;
mod filled;

use askama::Template;
use axum::{
    Form,
    extract::{
        Path, Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::{HeaderMap, StatusCode, header::USER_AGENT},
    response::Response,
};
use caifeng_app::{
    AppError, CONSENT_TEXT, CONSENT_VERSION, Handover, Listed, MAX_COMMENTS, Principal, Refusal,
    Submitted,
};
use caifeng_domain::{Channel, Draft, Named, Permission};
use jiff::Timestamp;
use serde::Deserialize;

use self::filled::Filled;
use super::{
    Failed,
    draft::{Kind, Line, lines},
    gate::{Staff, Transcribing},
    home::Entry,
    html,
    place::{draw, host_address},
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
    /// The draft, for staff; citizens have read it on its own page.
    lines: Vec<Line>,
    /// The article that somebody came from, with its words.
    about: Option<Line>,
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
    receipts: Vec<Slip>,
    known: bool,
    /// Whether the code of a place led nowhere.
    without_place: bool,
    again: String,
    /// What was said, for the browser to forget; none where staff entered it.
    slug: Option<String>,
    /// Whether staff see it, who may have scans to add.
    staff: bool,
}

/// A receipt, and where it is asked for as a QR code.
struct Slip {
    receipt: String,
    qr: Option<String>,
}

impl Done {
    /// What staff see who entered something.
    pub(super) fn new(title: String, submitted: Submitted, again: String) -> Self {
        Self {
            title,
            receipts: (submitted.receipts.into_iter())
                .map(|receipt| Slip { receipt, qr: None })
                .collect(),
            known: submitted.known,
            without_place: false,
            again,
            slug: None,
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
    headers: HeaderMap,
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
    take(&site, &slug, filled, None, &headers).await
}

pub(super) async fn submit_staff(
    State(site): State<Site>,
    Path(slug): Path<String>,
    counted: Result<Counted, Fault>,
    Staff(by, _): Staff<Transcribing>,
    headers: HeaderMap,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Failed> {
    counted?;
    let Form(pairs) = form?;
    take(&site, &slug, Filled::read(pairs), Some(&by), &headers).await
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
    headers: &HeaderMap,
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
        None if is_wechat(headers) => Channel::Wechat,
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
                receipts: slips(site, headers, receipts, by.is_none()),
                known,
                without_place,
                again: match by {
                    None => format!("/c/{slug}"),
                    Some(_) => address(slug, true),
                },
                slug: by.is_none().then(|| slug.to_owned()),
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
        format!("/c/{slug}/say")
    }
}

/// Whether a page was opened inside WeChat: then it came by that channel.
fn is_wechat(headers: &HeaderMap) -> bool {
    let agent = headers
        .get(USER_AGENT)
        .and_then(|agent| agent.to_str().ok());
    agent.is_some_and(|agent| agent.contains("MicroMessenger"))
}

/// The receipts, `drawn` for whoever takes them home; not where nobody knows our address.
fn slips(site: &Site, headers: &HeaderMap, receipts: Vec<String>, drawn: bool) -> Vec<Slip> {
    let qr = |receipt: &str| {
        let path = format!("/receipt?code={receipt}");
        let address = host_address(site, headers, &path).ok().filter(|_| drawn)?;
        draw(&address)
    };
    let slips = receipts.into_iter().map(|receipt| Slip {
        qr: qr(&receipt),
        receipt,
    });
    slips.collect()
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
        articles: articles_of(listed),
        lines: draft.filter(|_| staff).map(lines).unwrap_or_default(),
        about: draft.and_then(|draft| about(draft, filled)),
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

/// The article that the first row is about.
fn about(draft: &Draft, filled: &Filled) -> Option<Line> {
    let (article, _) = filled.rows.first()?;
    let id = draft.article(article.parse().ok()?)?;
    let node = draft.node(id);
    Some(Line {
        kind: Kind::Article,
        label: node.label.clone(),
        title: node.title.clone(),
        number: node.number.to_string(),
        text: draft.full_text(id),
    })
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

/// Number and label of each article of the draft in force, for choosing.
pub(super) fn articles_of(listed: &Listed) -> Vec<(String, String)> {
    listed.draft.as_deref().map(articles).unwrap_or_default()
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
