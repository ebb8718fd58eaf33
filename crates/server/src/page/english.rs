//! `/en`: the site on one page, for who reads no Chinese.

use askama::Template;
use axum::{extract::State, http::HeaderMap, response::Response};
use jiff::Timestamp;

use super::{Failed, home::Entry, kept};
use crate::Site;

#[derive(Template)]
#[template(path = "english.html")]
struct Page {
    open: Vec<Entry>,
}

pub(super) async fn show(State(site): State<Site>, headers: HeaderMap) -> Result<Response, Failed> {
    let make = async || {
        let now = Timestamp::now();
        let all = site.app.consultations().await?;
        let public = all.iter().filter(|listed| listed.is_public());
        let entries = public.map(|listed| Entry::new(listed, now));
        Ok(Page {
            open: entries.filter(|entry| entry.is_open).collect(),
        })
    };
    kept::current(&site, &headers, "/en".to_owned(), make).await
}
