//! Setting up the second factor: the secret as a QR code, and a code that shows that it arrived.

use askama::Template;
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use caifeng_app::Principal;
use serde::Deserialize;

use super::{Failed, owner};
use crate::{
    Site,
    auth::Owner,
    error::Fault,
    page::{html, place::draw},
};

#[derive(Template)]
#[template(path = "factor.html")]
struct Page {
    problem: Option<String>,
    /// The secret in groups of four, with its QR code; none where it is in use.
    secret: Option<(String, String)>,
}

async fn page(
    site: &Site,
    by: &Principal,
    status: StatusCode,
    problem: Option<String>,
) -> Result<Response, Failed> {
    let waiting = site.app.factor_to_confirm(by).await?;
    let secret = waiting.map(|secret| {
        let name = &by.name;
        let address = format!("otpauth://totp/Caifeng:{name}?secret={secret}&issuer=Caifeng");
        let groups: Vec<&str> = (0..secret.len())
            .step_by(4)
            .filter_map(|at| secret.get(at..secret.len().min(at + 4)))
            .collect();
        (groups.join(" "), draw(&address).unwrap_or_default())
    });
    Ok(html(status, &Page { problem, secret }))
}

pub(super) async fn show(
    State(site): State<Site>,
    who: Owner,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    match owner(who, &headers, &site) {
        Ok((by, _)) => page(&site, &by, StatusCode::OK, None).await,
        Err(response) => Ok(response),
    }
}

#[derive(Deserialize)]
pub(super) struct Confirm {
    #[serde(default)]
    password: String,
    code: String,
}

pub(super) async fn confirm(
    State(site): State<Site>,
    who: Owner,
    headers: HeaderMap,
    form: Result<Form<Confirm>, FormRejection>,
) -> Result<Response, Failed> {
    let (by, _) = match owner(who, &headers, &site) {
        Ok(owner) => owner,
        Err(response) => return Ok(response),
    };
    let Form(Confirm { password, code }) = form?;
    match site
        .app
        .confirm_factor(&by, password, &code)
        .await
        .map_err(Fault::from)
    {
        Ok(()) => page(&site, &by, StatusCode::OK, None).await,
        Err(fault) if fault.status.is_client_error() => {
            page(&site, &by, fault.status, Some(fault.detail)).await
        }
        Err(fault) => Err(Failed(fault)),
    }
}
