//! `/c/{slug}`: the form of a consultation, for citizens; `/staff/c/{slug}`: the same for whoever
//! enters what came on paper or by telephone (代录).
//!
//! Fields come as they stand in the page: `article` and `text` once a row, everything else once.

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
    AppError, CONSENT_TEXT, CONSENT_VERSION, Comment, Handover, Listed, MAX_COMMENTS, Principal,
    Refusal, Submitted,
};
use caifeng_domain::{Channel, Draft, Level, Named, Permission, Submitter};
use jiff::Timestamp;
use serde::Deserialize;

use super::{Failed, home::Entry, html, staff::signed_in};
use crate::{
    Site,
    auth::{Caller, Counted},
    error::Fault,
    metrics,
};

/// The code of a number that was used for something else.
const REUSED: &str = "idempotency_key_reused";
const ONCE_MORE: &str = "这份表单此前已经提交并收到。您修改后的内容还没有提交：要把下面的内容作为新的意见提交，\
                         请再点一次“提交”。";
/// Rows of an empty form.
const ROWS: usize = 3;

#[derive(Default, Deserialize)]
pub(super) struct Asked {
    /// The article that a link stood at.
    article: Option<String>,
    /// The place whose QR code led here.
    p: Option<String>,
}

/// What was filled in.
#[derive(Default)]
struct Filled {
    rows: Vec<(String, String)>,
    name: String,
    phone: String,
    group: String,
    region: String,
    channel: String,
    place: String,
    key: String,
    consent: bool,
    /// The field that only programs fill in.
    website: String,
    /// The button that asks for another row.
    more: bool,
}

impl Filled {
    fn read(pairs: Vec<(String, String)>) -> Self {
        let mut filled = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "article" => filled.rows.push((value, String::new())),
                "text" => match filled.rows.last_mut() {
                    Some(row) if row.1.is_empty() => row.1 = value,
                    _ => filled.rows.push((String::new(), value)),
                },
                "name" => filled.name = value,
                "phone" => filled.phone = value,
                "group" => filled.group = value,
                "region" => filled.region = value,
                "channel" => filled.channel = value,
                "place" => filled.place = value,
                "key" => filled.key = value,
                "consent" => filled.consent = value == CONSENT_VERSION,
                "website" => filled.website = value,
                "more" => filled.more = true,
                // A browser extension may add fields of its own.
                _ => {}
            }
        }
        filled
    }

    fn handover(&self, slug: &str, channel: Channel) -> Result<Handover, Fault> {
        if !self.website.is_empty() {
            return Err(Fault::honeypot());
        }
        let mut comments = Vec::new();
        for (article, text) in self.rows.iter().filter(|row| !row.1.trim().is_empty()) {
            let number = match article.as_str() {
                "" => None,
                number => Some(crate::api::article(number)?),
            };
            comments.push(Comment {
                article: number,
                text: text.clone(),
            });
        }
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(Handover {
            slug: slug.to_owned(),
            comments,
            channel,
            place: some(&self.place),
            sender: Submitter {
                name: some(&self.name),
                phone: some(&self.phone),
                identity: some(&self.group),
                region: some(&self.region),
                account: None,
            },
            consent: self.consent.then(|| CONSENT_VERSION.to_owned()),
            key: some(&self.key),
            grants: Vec::new(),
        })
    }
}

/// A line of the draft as the page shows it.
struct Line {
    /// `chapter`, `article` or `text`.
    kind: &'static str,
    /// Number of an article, for its link.
    article: String,
    text: String,
}

#[derive(Template)]
#[template(path = "form.html")]
struct Page<'p> {
    entry: Entry,
    /// Where the form goes.
    action: String,
    staff: bool,
    filled: &'p Filled,
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
    caller: Caller,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failed> {
    match signed_in(caller, Permission::Transcribe) {
        Ok(by) => open(&site, &slug, asked, Some(&by)).await,
        Err(response) => Ok(response),
    }
}

pub(super) async fn submit(
    State(site): State<Site>,
    Path(slug): Path<String>,
    counted: Result<Counted, Fault>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Failed> {
    counted?;
    let Form(pairs) = form?;
    take(&site, &slug, Filled::read(pairs), None).await
}

pub(super) async fn submit_staff(
    State(site): State<Site>,
    Path(slug): Path<String>,
    counted: Result<Counted, Fault>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Failed> {
    let Counted(caller) = counted?;
    let by = match signed_in(caller, Permission::Transcribe) {
        Ok(by) => by,
        Err(response) => return Ok(response),
    };
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
    let mut filled = Filled {
        key: site.app.new_key()?,
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
    if filled.rows.len() > MAX_COMMENTS {
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
