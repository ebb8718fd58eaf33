//! Where the account is signed in, and ending it there.

use askama::Template;
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use caifeng_app::SessionEntry;
use caifeng_domain::{Named, Permission};
use serde::Deserialize;

use super::{Failed, owner, time};
use crate::{Site, auth::Owner, page::html};

#[derive(Template)]
#[template(path = "sessions.html")]
struct Page {
    name: String,
    role: &'static str,
    has_factor: bool,
    /// Whether they enter what was collected, and look after accounts.
    transcribes: bool,
    manages: bool,
    sessions: Vec<Line>,
}

struct Line {
    number: u64,
    began: String,
    ends: String,
    is_current: bool,
}

impl From<SessionEntry> for Line {
    fn from(session: SessionEntry) -> Self {
        Self {
            number: session.number,
            began: time(session.began_at),
            ends: time(session.ends_at),
            is_current: session.is_current,
        }
    }
}

pub(super) async fn show(
    State(site): State<Site>,
    who: Owner,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    let (by, token) = match owner(who, &headers, &site) {
        Ok(owner) => owner,
        Err(response) => return Ok(response),
    };
    let sessions = site.app.sessions(Some(&by.name), Some(&token)).await?;
    let page = Page {
        role: by.role.chinese(),
        has_factor: by.has_factor,
        transcribes: by.role.may(Permission::Transcribe),
        manages: by.role.may(Permission::ManageAccounts),
        sessions: sessions.into_iter().map(Line::from).collect(),
        name: by.name,
    };
    Ok(html(StatusCode::OK, &page))
}

#[derive(Deserialize)]
pub(super) struct End {
    number: u64,
}

pub(super) async fn end(
    State(site): State<Site>,
    who: Owner,
    headers: HeaderMap,
    form: Result<Form<End>, FormRejection>,
) -> Result<Response, Failed> {
    let (by, _) = match owner(who, &headers, &site) {
        Ok(owner) => owner,
        Err(response) => return Ok(response),
    };
    let Form(End { number }) = form?;
    site.app.end_own_session(&by, number).await?;
    Ok(Redirect::to("/staff/sessions").into_response())
}
