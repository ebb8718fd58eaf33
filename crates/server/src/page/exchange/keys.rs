//! `/staff/exchange/keys`: this house's key, and those of others that are believed.

use askama::Template;
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::StatusCode,
    response::Response,
};
use caifeng_app::{OwnKey, Principal, TrustedKey};
use caifeng_domain::Named;
use serde::Deserialize;

use super::super::{
    Failed,
    gate::{Managing, Staff},
    html, moment,
};
use crate::{Site, error::Fault};

#[derive(Template)]
#[template(path = "exchange/keys.html")]
struct Page {
    name: String,
    own: OwnKey,
    problem: Option<String>,
    done: Option<String>,
    /// What somebody is about to believe: name, line, fingerprint.
    offered: Option<(String, String, String)>,
    keys: Vec<Line>,
}

/// A key as the list shows it.
struct Line {
    id: u64,
    organisation: String,
    suite: &'static str,
    fingerprint: String,
    added: String,
    revoked: Option<String>,
}

impl From<TrustedKey> for Line {
    fn from(key: TrustedKey) -> Self {
        Self {
            id: key.id,
            suite: key.key.suite.chinese(),
            fingerprint: key.key.fingerprint(),
            added: format!("{} {}", moment(key.added_at), key.added_by),
            revoked: key.revoked_at.map(moment),
            organisation: key.organisation,
        }
    }
}

/// What somebody wants to do.
#[derive(Deserialize)]
pub(in super::super) struct Asked {
    #[serde(rename = "do")]
    what: String,
    #[serde(default)]
    organisation: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    id: u64,
}

pub(in super::super) async fn show(
    State(site): State<Site>,
    Staff(by, _): Staff<Managing>,
) -> Result<Response, Failed> {
    page(&site, &by, Ok(None), None).await
}

/// First the fingerprint is shown, to be compared; then the key is believed.
pub(in super::super) async fn act(
    State(site): State<Site>,
    Staff(by, _): Staff<Managing>,
    form: Result<Form<Asked>, FormRejection>,
) -> Result<Response, Failed> {
    let Form(asked) = form?;
    let mut offered = None;
    let done = async {
        match asked.what.as_str() {
            "look" => {
                let key = site.app.offered_key(&asked.key).await?;
                offered = Some((asked.organisation, asked.key, key.fingerprint));
                Ok(None)
            }
            "trust" => {
                let name = asked.organisation.trim();
                site.app.trust(Some(&by), name, &asked.key).await?;
                Ok(Some(format!("已把“{name}”的公钥加入名单。")))
            }
            "distrust" => {
                site.app.distrust(Some(&by), asked.id).await?;
                Ok(Some("已停用，此后用它签名的数据包不再接受。".to_owned()))
            }
            _ => Err(Fault::invalid("不认识这个操作")),
        }
    };
    let done: Result<Option<String>, Fault> = done.await;
    page(&site, &by, done, offered).await
}

async fn page(
    site: &Site,
    by: &Principal,
    done: Result<Option<String>, Fault>,
    offered: Option<(String, String, String)>,
) -> Result<Response, Failed> {
    let (status, done, problem) = match done {
        Ok(done) => (StatusCode::OK, done, None),
        Err(fault) if fault.status.is_client_error() => (fault.status, None, Some(fault.detail)),
        Err(fault) => return Err(Failed(fault)),
    };
    let keys = site.app.trusted_keys().await?;
    let page = Page {
        name: by.name.clone(),
        own: site.app.own_key().await?,
        problem,
        done,
        offered,
        keys: keys.into_iter().map(Line::from).collect(),
    };
    Ok(html(status, &page))
}
