//! `/staff`: signing in, and the list from which staff choose what to enter (代录).

use askama::Template;
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::{HeaderMap, StatusCode, header::SET_COOKIE},
    response::{IntoResponse, Redirect, Response},
};
use caifeng_domain::Permission;
use jiff::Timestamp;
use serde::Deserialize;

use super::{
    Failed,
    gate::{Staff, Transcribing},
    home::Entry,
    html,
    workflow::Due,
};
use crate::{
    Limits, Site,
    auth::{Counted, session_token},
    error::Fault,
};

#[derive(Template)]
#[template(path = "login.html")]
struct Login {
    name: String,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "staff.html")]
struct Home {
    name: String,
    entries: Vec<Entry>,
    /// What is due.
    dues: Vec<Due>,
    /// Whether they may connect devices.
    connects: bool,
    /// Whether they may sit at the reviewer's desk.
    reads: bool,
}

#[derive(Deserialize)]
pub(super) struct Credentials {
    name: String,
    password: String,
    /// The one-time password of accounts with a second factor.
    #[serde(default)]
    code: String,
}

pub(super) async fn login() -> Response {
    let page = Login {
        name: String::new(),
        problem: None,
    };
    html(StatusCode::OK, &page)
}

/// Begins a session. Its cookie is for this site alone, and no script can read it.
pub(super) async fn sign_in(
    State(site): State<Site>,
    counted: Result<Counted, Fault>,
    form: Result<Form<Credentials>, FormRejection>,
) -> Result<Response, Failed> {
    counted?;
    let Form(Credentials {
        name,
        password,
        code,
    }) = form?;
    let signed_in = site.app.sign_in_with(&name, password, &code).await;
    match signed_in.map_err(Fault::from) {
        Ok(token) => {
            let by = site.app.session(&token).await?;
            let may = |permission| by.as_ref().is_some_and(|by| by.role.may(permission));
            let next = if may(Permission::Transcribe) {
                "/staff"
            } else if may(Permission::ReadReport) {
                "/staff/desks"
            } else {
                "/staff/sessions"
            };
            let cookie = set_cookie(&site.limits, &token);
            Ok(([(SET_COOKIE, cookie)], Redirect::to(next)).into_response())
        }
        Err(fault) if fault.status.is_client_error() => {
            let page = Login {
                name,
                problem: Some(fault.detail.clone()),
            };
            let mut response = html(fault.status, &page);
            fault.put_retry_after(&mut response);
            Ok(response)
        }
        Err(fault) => Err(Failed(fault)),
    }
}

pub(super) async fn sign_out(
    State(site): State<Site>,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    if let Some(token) = session_token(&headers, &site.limits) {
        site.app.sign_out(token).await?;
    }
    let gone = set_cookie(&site.limits, "") + "; Max-Age=0";
    Ok(([(SET_COOKIE, gone)], Redirect::to("/staff/login")).into_response())
}

fn set_cookie(limits: &Limits, token: &str) -> String {
    let secure = if limits.is_https() { "; Secure" } else { "" };
    let name = limits.cookie();
    format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict{secure}")
}

/// The drafts for which opinions may be entered, restricted ones too.
pub(super) async fn home(
    State(site): State<Site>,
    Staff(by, _): Staff<Transcribing>,
) -> Result<Response, Failed> {
    let now = Timestamp::now();
    let all = site.app.consultations().await?;
    let entries = all
        .iter()
        .filter(|listed| listed.allows(&by, Permission::Transcribe))
        .map(|listed| Entry::new(listed, now))
        .filter(|entry| entry.is_open)
        .collect();
    let dues = site.app.reminders(&by).await?;
    let page = Home {
        dues: dues.into_iter().map(Due::from).collect(),
        connects: by.role.may(Permission::Connect),
        reads: by.role.may(Permission::ReadReport),
        name: by.name,
        entries,
    };
    Ok(html(StatusCode::OK, &page))
}
