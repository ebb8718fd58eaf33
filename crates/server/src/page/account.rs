//! `/staff/sessions`, `/staff/password`, `/staff/second-factor`: what everybody who signs in looks
//! after themselves.

mod factor;
mod password;
mod sessions;

use axum::{
    Router,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use caifeng_app::Principal;
use jiff::{
    Timestamp,
    tz::{TimeZone, offset},
};

use super::Failed;
use crate::{
    Site,
    auth::{Caller, Owner, session_token},
};

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/staff/sessions", get(sessions::show).post(sessions::end))
        .route(
            "/staff/password",
            get(password::show).post(password::change),
        )
        .route(
            "/staff/second-factor",
            get(factor::show).post(factor::confirm),
        )
}

/// Whoever is signed in, with the token of their session; else the way to sign in.
#[expect(clippy::result_large_err, reason = "the response is what is answered")]
fn owner(
    Owner(Caller(who)): Owner,
    headers: &HeaderMap,
    site: &Site,
) -> Result<(Principal, String), Response> {
    let token = session_token(headers, &site.limits).unwrap_or_default();
    let nobody = who.is_none();
    match Caller(who).require_account() {
        Ok(by) => Ok((by, token.to_owned())),
        Err(_) if nobody => Err(Redirect::to("/staff/login").into_response()),
        Err(fault) => Err(Failed(fault).into_response()),
    }
}

/// A time in China.
fn time(at: Timestamp) -> String {
    let china = TimeZone::fixed(offset(8));
    at.to_zoned(china).strftime("%-m月%-d日 %H:%M").to_string()
}
