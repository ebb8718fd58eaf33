//! The page that asks whoever sent a form very soon, or often, to show that they are no program. All
//! that they wrote goes with it.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use caifeng_app::{CONSENT_VERSION, Challenge};
use caifeng_domain::Channel;
use jiff::Timestamp;

use super::{Filled, address, open_to};
use crate::{
    Site,
    page::{Failed, html},
};

#[derive(Template)]
#[template(path = "challenge.html")]
struct Page<'p> {
    title: String,
    action: String,
    filled: &'p Filled,
    key: String,
    version: &'static str,
    challenge: Challenge,
    /// Whether the last answer was wrong.
    is_wrong: bool,
    words: Vec<&'p str>,
}

/// The page, where there is something to be asked. What is incomplete is told of first.
pub(super) async fn ask(
    site: &Site,
    slug: &str,
    filled: &Filled,
    is_often: bool,
) -> Result<Option<Response>, Failed> {
    let now = Timestamp::now();
    let patience = site.limits.patience;
    let had = site.app.had_for(&filled.key, &filled.served, now);
    let is_soon = !patience.is_zero() && had.is_none_or(|had| had < patience);
    let is_met = !filled.key.is_empty() && site.app.is_met(&filled.key, &filled.challenge, now);
    if filled.more || is_met || !(is_often || is_soon) {
        return Ok(None);
    }
    let handover = filled.handover(slug, Channel::Web);
    if !handover.is_ok_and(|all| !all.comments.is_empty() && all.consent.is_some()) {
        return Ok(None);
    }
    let listed = open_to(site, slug, None).await?;
    let key = if filled.key.is_empty() {
        site.app.new_key()?
    } else {
        filled.key.clone()
    };
    let page = Page {
        title: listed.consultation.title,
        action: address(slug, false),
        challenge: site.app.challenge(&key, now),
        is_wrong: !filled.challenge.sum.is_empty(),
        words: filled.words().collect(),
        version: CONSENT_VERSION,
        filled,
        key,
    };
    Ok(Some(html(StatusCode::FORBIDDEN, &page)))
}
