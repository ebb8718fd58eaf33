//! `/staff/c/{slug}/minutes`: minutes of a meeting, uploaded, looked over, confirmed.

use askama::Template;
use axum::{
    Form,
    extract::{Multipart, Path, State, multipart::MultipartRejection, rejection::FormRejection},
    http::StatusCode,
    response::Response,
};
use caifeng_app::{Listed, Meeting, MeetingForm, Principal, Proposal, SaidAt};
use caifeng_domain::{Channel, Named, Permission};

use super::{
    Failed,
    form::Done,
    gate::{Staff, Transcribing},
    html,
};
use crate::{Site, error::Fault, metrics, upload::Uploaded};

#[derive(Template)]
#[template(path = "minutes.html")]
struct Start {
    slug: String,
    title: String,
    meetings: Vec<Meeting>,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "proposal.html")]
struct Review {
    slug: String,
    draft: String,
    filled: Filled,
    rest: Vec<String>,
    problem: Option<String>,
}

/// The form as it was shown or filled in.
#[derive(Default)]
struct Filled {
    key: String,
    upload: String,
    title: String,
    kind: String,
    place: String,
    date: String,
    present: String,
    consent: bool,
    speeches: Vec<Row>,
}

/// What one person said, and whether it is to be taken in.
#[derive(Default)]
struct Row {
    take: bool,
    name: String,
    role: String,
    text: String,
}

impl Filled {
    fn propose(key: String, proposal: &Proposal) -> Self {
        let head = &proposal.head;
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        let row = |(said, host): &(SaidAt, bool)| Row {
            take: !host,
            name: or_empty(&said.name),
            role: or_empty(&said.role),
            text: said.text.clone(),
        };
        Self {
            key,
            upload: proposal.upload.clone(),
            title: or_empty(&head.title),
            kind: or_empty(&head.kind),
            place: or_empty(&head.place),
            date: or_empty(&head.date),
            present: head
                .present
                .map_or_else(String::new, |count| count.to_string()),
            consent: false,
            speeches: proposal.speeches.iter().map(row).collect(),
        }
    }

    /// Fields come as they stand in the page; each speech begins with its name, and `take` says its
    /// number from 1.
    fn read(pairs: Vec<(String, String)>) -> Self {
        let mut filled = Self::default();
        let mut taken = Vec::new();
        for (name, value) in pairs {
            match (name.as_str(), filled.speeches.last_mut()) {
                ("key", _) => filled.key = value,
                ("upload", _) => filled.upload = value,
                ("title", _) => filled.title = value,
                ("kind", _) => filled.kind = value,
                ("place", _) => filled.place = value,
                ("date", _) => filled.date = value,
                ("present", _) => filled.present = value,
                ("consent", _) => filled.consent = true,
                ("take", _) => taken.extend(value.parse::<usize>()),
                ("name", _) => filled.speeches.push(Row {
                    name: value,
                    ..Row::default()
                }),
                ("role", Some(row)) => row.role = value,
                ("text", Some(row)) => row.text = value,
                _ => {}
            }
        }
        for number in taken {
            if let Some(row) = number
                .checked_sub(1)
                .and_then(|at| filled.speeches.get_mut(at))
            {
                row.take = true;
            }
        }
        filled
    }

    fn meeting(&self, slug: &str) -> Result<MeetingForm, Fault> {
        if !self.consent {
            return Err(Fault::invalid("请先向发言人说明意见的用途，并在最下面勾选"));
        }
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let said = |row: &Row| SaidAt {
            name: some(&row.name),
            role: some(&row.role),
            text: row.text.clone(),
        };
        let present = some(&self.present).map(|count| count.parse());
        let present = present.transpose();
        Ok(MeetingForm {
            slug: slug.to_owned(),
            key: self.key.clone(),
            upload: self.upload.clone(),
            title: self.title.trim().to_owned(),
            kind: self.kind.trim().to_owned(),
            place: self.place.trim().to_owned(),
            date: self.date.trim().to_owned(),
            present: present.map_err(|_| Fault::invalid("参加人数应是一个数字"))?,
            consent: self.consent,
            speeches: self
                .speeches
                .iter()
                .filter(|row| row.take)
                .map(said)
                .collect(),
        })
    }
}

pub(super) async fn show(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Transcribing>,
) -> Result<Response, Failed> {
    start(&site, &by, &slug, None).await
}

/// Takes minutes apart and shows what was found. Nothing goes in yet.
pub(super) async fn propose(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Transcribing>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failed> {
    let listed = opened(&site, &by, &slug).await?;
    let file = Uploaded::read(form).await.and_then(Uploaded::only);
    let proposal = match file {
        Ok(file) => site.app.read_minutes(file).await.map_err(Fault::from),
        Err(fault) => Err(fault),
    };
    match proposal {
        Ok(proposal) => {
            let filled = Filled::propose(site.app.new_key()?, &proposal);
            Ok(review(&listed, filled, proposal.rest, None))
        }
        Err(fault) if fault.status.is_client_error() => start(&site, &by, &slug, Some(fault)).await,
        Err(fault) => Err(Failed(fault)),
    }
}

/// Takes in what was ticked.
pub(super) async fn confirm(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Transcribing>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Failed> {
    let Form(pairs) = form?;
    let listed = opened(&site, &by, &slug).await?;
    let filled = Filled::read(pairs);
    let recorded = match filled.meeting(&slug) {
        Ok(meeting) => site
            .app
            .record_meeting(&by, meeting)
            .await
            .map_err(Fault::from),
        Err(fault) => Err(fault),
    };
    match recorded {
        Ok(submitted) => {
            if !submitted.known {
                metrics::submissions(Channel::Meeting.wire(), submitted.receipts.len());
            }
            let title = listed.consultation.title.clone();
            let again = format!("/staff/c/{slug}/minutes");
            Ok(html(StatusCode::OK, &Done::new(title, submitted, again)))
        }
        Err(fault) if fault.status.is_client_error() => {
            Ok(review(&listed, filled, Vec::new(), Some(fault)))
        }
        Err(fault) => Err(Failed(fault)),
    }
}

/// The consultation, to somebody who may transcribe for it.
async fn opened(site: &Site, by: &Principal, slug: &str) -> Result<Listed, Failed> {
    let listed = site.app.consultation_to(by, Permission::Transcribe, slug);
    Ok(listed.await?)
}

async fn start(
    site: &Site,
    by: &Principal,
    slug: &str,
    fault: Option<Fault>,
) -> Result<Response, Failed> {
    let listed = opened(site, by, slug).await?;
    let (status, problem) = told(fault);
    let page = Start {
        slug: slug.to_owned(),
        meetings: site.app.meetings(&listed).await?,
        title: listed.consultation.title,
        problem,
    };
    Ok(html(status, &page))
}

fn review(listed: &Listed, filled: Filled, rest: Vec<String>, fault: Option<Fault>) -> Response {
    let (status, problem) = told(fault);
    let page = Review {
        slug: listed.consultation.slug.clone(),
        draft: listed.consultation.title.clone(),
        filled,
        rest,
        problem,
    };
    html(status, &page)
}

fn told(fault: Option<Fault>) -> (StatusCode, Option<String>) {
    fault.map_or((StatusCode::OK, None), |fault| {
        (fault.status, Some(fault.detail))
    })
}
