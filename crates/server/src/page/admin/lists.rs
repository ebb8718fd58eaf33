//! The consultations with their drafts.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use caifeng_app::{App, DraftVersion, Listed};
use caifeng_domain::{Named, Permission};
use jiff::Timestamp;

use crate::{
    Site,
    page::{
        Failed, day,
        gate::{Staff, Watching},
        html, moment,
    },
};

#[derive(Template)]
#[template(path = "admin/consultations.html")]
struct Page {
    rows: Vec<Row>,
    /// Whether whoever looks may make another one.
    may_start: bool,
}

struct Row {
    slug: String,
    title: String,
    /// Whether its steps may be seen.
    is_read: bool,
    may_manage: bool,
    standing: &'static str,
    window: String,
    visibility: &'static str,
    versions: String,
}

pub(super) async fn consultations(
    State(site): State<Site>,
    Staff(by, _): Staff<Watching>,
) -> Result<Response, Failed> {
    let now = Timestamp::now();
    let row = |(listed, drafts): &(Listed, Vec<DraftVersion>)| {
        let of = &listed.consultation;
        let window = of.window.as_ref();
        let window = window.map(|w| format!("{}至{}", day(&w.opens), day(&w.closes)));
        let versions = drafts.iter().map(|draft| {
            format!(
                "{}（{}，{}）",
                draft.version,
                draft.file_name,
                moment(draft.imported_at)
            )
        });
        Row {
            slug: of.slug.clone(),
            title: of.title.clone(),
            is_read: listed.allows(&by, Permission::ReadReport),
            may_manage: App::may_manage(&by, listed),
            standing: listed.standing(now).chinese(),
            window: window.unwrap_or_else(|| "没有定期限".to_owned()),
            visibility: of.visibility.chinese(),
            versions: versions.collect::<Vec<_>>().join("；"),
        }
    };
    let all = site.app.consultations_with_drafts(&by).await?;
    let page = Page {
        rows: all.iter().map(row).collect(),
        may_start: App::may_start(&by),
    };
    Ok(html(StatusCode::OK, &page))
}
