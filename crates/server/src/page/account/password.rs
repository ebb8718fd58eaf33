//! Changing one's password.

use askama::Template;
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use caifeng_app::MIN_PASSWORD;
use serde::Deserialize;

use super::{Failed, owner};
use crate::{Site, auth::Owner, error::Fault, page::html};

#[derive(Template)]
#[template(path = "password.html")]
struct Page {
    problem: Option<String>,
    is_changed: bool,
    at_least: usize,
}

fn page(status: StatusCode, problem: Option<String>, is_changed: bool) -> Response {
    let page = Page {
        problem,
        is_changed,
        at_least: MIN_PASSWORD,
    };
    html(status, &page)
}

pub(super) async fn show(State(site): State<Site>, who: Owner, headers: HeaderMap) -> Response {
    match owner(who, &headers, &site) {
        Ok(_) => page(StatusCode::OK, None, false),
        Err(response) => response,
    }
}

#[derive(Deserialize)]
pub(super) struct Change {
    old: String,
    new: String,
    again: String,
}

pub(super) async fn change(
    State(site): State<Site>,
    who: Owner,
    headers: HeaderMap,
    form: Result<Form<Change>, FormRejection>,
) -> Result<Response, Failed> {
    let (by, token) = match owner(who, &headers, &site) {
        Ok(owner) => owner,
        Err(response) => return Ok(response),
    };
    let Form(Change { old, new, again }) = form?;
    let changed = if new == again {
        let done = site.app.change_password(&by, &token, old, new).await;
        done.map_err(Fault::from)
    } else {
        Err(Fault::invalid("两次填写的新密码不一样"))
    };
    match changed {
        Ok(()) => Ok(page(StatusCode::OK, None, true)),
        Err(fault) if fault.status.is_client_error() => {
            Ok(page(fault.status, Some(fault.detail), false))
        }
        Err(fault) => Err(Failed(fault)),
    }
}
