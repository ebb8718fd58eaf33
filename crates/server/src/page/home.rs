//! `GET /`: what may be commented on.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use caifeng_app::Listed;
use caifeng_domain::{Named, Standing};
use jiff::Timestamp;

use super::{Failed, day, html};
use crate::Site;

/// A consultation in a list.
pub(super) struct Entry {
    pub(super) slug: String,
    pub(super) title: String,
    pub(super) standing: &'static str,
    pub(super) is_open: bool,
    pub(super) window: String,
}

impl Entry {
    pub(super) fn new(listed: &Listed, now: Timestamp) -> Self {
        let standing = listed.standing(now);
        let window = listed.consultation.window.as_ref();
        Self {
            slug: listed.consultation.slug.clone(),
            title: listed.consultation.title.clone(),
            standing: standing.chinese(),
            is_open: standing == Standing::Open,
            window: window.map_or_else(String::new, |window| {
                format!("{}至{}", day(&window.opens), day(&window.closes))
            }),
        }
    }
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    entries: Vec<Entry>,
}

pub(super) async fn home(State(site): State<Site>) -> Result<Response, Failed> {
    let now = Timestamp::now();
    let all = site.app.consultations().await?;
    let public = all.iter().filter(|listed| listed.is_public());
    let entries = public.map(|listed| Entry::new(listed, now)).collect();
    Ok(html(StatusCode::OK, &Home { entries }))
}
