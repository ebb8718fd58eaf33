//! `/staff/admin/keys`: API keys, given out and ended; the keys of the vault, and their exchange.

use askama::Template;
use axum::{
    Form,
    extract::{Query, State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use caifeng_app::{AppError, NewPrincipal, Principal, PrincipalKind, Problems, VaultKey};
use caifeng_domain::Named;

use super::{
    Done,
    accounts::{Scope, read, status, within},
    consultation::told,
};
use crate::{
    Site,
    error::Fault,
    page::{
        Failed,
        gate::{Managing, Staff},
        html, moment,
    },
    upload::Texts,
};

const AT: &str = "/staff/admin/keys";

/// What was done, by the word in the address.
const DONE: [(&str, &str); 2] = [
    ("revoke", "密钥已停用。"),
    ("rotate", "已开始更换数据密钥，进度见“后台任务”。"),
];

#[derive(Template)]
#[template(path = "admin/keys.html")]
struct Page {
    keys: Vec<Key>,
    vault: Vec<Vault>,
    /// Values that are not sealed with the newest key.
    before: usize,
    name: String,
    scope: Scope,
    problems: Problems,
    done: Option<&'static str>,
    /// What cannot be done, said once for the page.
    refused: Option<String>,
}

struct Key {
    name: String,
    role: &'static str,
    within: String,
    since: String,
}

struct Vault {
    number: u32,
    suite: &'static str,
    since: String,
    in_use: bool,
}

impl From<VaultKey> for Vault {
    fn from(key: VaultKey) -> Self {
        Self {
            number: key.id,
            suite: key.suite.chinese(),
            since: match key.created_at.as_second() {
                0 => "建库以来".to_owned(),
                _ => moment(key.created_at),
            },
            in_use: key.in_use,
        }
    }
}

/// What is shown once.
#[derive(Template)]
#[template(path = "admin/key_made.html")]
struct Made {
    name: String,
    secret: String,
}

pub(super) async fn show(
    State(site): State<Site>,
    Staff(by, _): Staff<Managing>,
    done: Query<Done>,
) -> Result<Response, Failed> {
    let page = Page {
        done: done.of(&DONE),
        ..page(&site, &by, &NewPrincipal::default(), Problems::default()).await?
    };
    Ok(html(StatusCode::OK, &page))
}

pub(super) async fn act(
    State(site): State<Site>,
    Staff(by, _): Staff<Managing>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Failed> {
    let Form(pairs) = form?;
    let texts = Texts::from(pairs);
    let new = read(&texts);
    let (done, word) = match texts.one("act") {
        "issue" => return issue(&site, &by, &new).await,
        "revoke" => (site.app.end_key(&by, &new.name).await, "revoke"),
        "rotate" => (site.app.ask_for_rotation(&by).await, "rotate"),
        _ => return Err(Fault::invalid("没有这项操作").into()),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("{AT}?done={word}")).into_response()),
        Err(error) => {
            let refused = told(error)?;
            let page = Page {
                refused: Some(refused),
                ..page(&site, &by, &NewPrincipal::default(), Problems::default()).await?
            };
            Ok(html(StatusCode::CONFLICT, &page))
        }
    }
}

/// Adds a key and shows its secret, which is not shown again.
async fn issue(site: &Site, by: &Principal, new: &NewPrincipal) -> Result<Response, Failed> {
    match site.app.issue_key(by, new).await {
        Ok(secret) => {
            let name = new.name.trim().to_owned();
            Ok(html(StatusCode::OK, &Made { name, secret }))
        }
        Err(AppError::Form(problems)) => {
            let status = status(&problems);
            Ok(html(status, &page(site, by, new, problems).await?))
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(
    site: &Site,
    by: &Principal,
    new: &NewPrincipal,
    problems: Problems,
) -> Result<Page, Failed> {
    let mut keys = Vec::new();
    for key in site.app.api_keys().await? {
        let who = key.principal;
        keys.push(Key {
            within: within(site, &who.reach).await?,
            name: who.name,
            role: who.role.chinese(),
            since: moment(key.created_at),
        });
    }
    let (vault, before) = site.app.vault().await?;
    Ok(Page {
        keys,
        vault: vault.into_iter().map(Vault::from).collect(),
        before,
        name: new.name.clone(),
        scope: Scope::new(site, by, PrincipalKind::Key, new).await?,
        problems,
        done: None,
        refused: None,
    })
}
