//! `/staff/accounts`: for the security administrator (安全管理员).

use askama::Template;
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use caifeng_app::AccountEntry;
use caifeng_domain::Named;
use serde::Deserialize;

use super::{
    Failed,
    admin::within,
    gate::{Managing, Staff},
    html,
};
use crate::Site;

#[derive(Template)]
#[template(path = "accounts.html")]
struct Page {
    accounts: Vec<Line>,
}

struct Line {
    name: String,
    role: &'static str,
    within: String,
    is_disabled: bool,
    has_factor: bool,
    /// Whether it is the reader's own, which they cannot lock themselves out of.
    is_own: bool,
}

pub(super) async fn show(
    State(site): State<Site>,
    Staff(by, _): Staff<Managing>,
) -> Result<Response, Failed> {
    let mut accounts = Vec::new();
    for account in site.app.accounts().await? {
        let AccountEntry {
            principal,
            is_disabled,
            ..
        } = account;
        accounts.push(Line {
            is_own: principal.name == by.name,
            within: within(&site, &principal.reach).await?,
            name: principal.name,
            role: principal.role.chinese(),
            is_disabled,
            has_factor: principal.has_factor,
        });
    }
    Ok(html(StatusCode::OK, &Page { accounts }))
}

#[derive(Deserialize)]
pub(super) struct Act {
    name: String,
    act: What,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum What {
    Disable,
    Enable,
    RemoveFactor,
}

pub(super) async fn act(
    State(site): State<Site>,
    Staff(by, _): Staff<Managing>,
    form: Result<Form<Act>, FormRejection>,
) -> Result<Response, Failed> {
    let Form(Act { name, act }) = form?;
    let by = by.name;
    match act {
        What::Disable => site.app.set_disabled(&by, &name, true).await?,
        What::Enable => site.app.set_disabled(&by, &name, false).await?,
        What::RemoveFactor => site.app.remove_factor(&by, &name).await?,
    }
    Ok(Redirect::to("/staff/accounts").into_response())
}
