//! `/staff/c/{slug}/desk`: the reviewer's desk. Every page works without scripts; `desk.js` adds the
//! keyboard and shows the effect of a decision in place.

mod decide;
mod filters;
mod overview;
mod point;
mod queue;
mod section;
mod submission;
mod table;
mod words;

use axum::{
    Router,
    response::Response,
    routing::{get, post},
};
use caifeng_app::{Desk, Principal};
use caifeng_domain::{Decision, EventNo, Permission};

use crate::Site;

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/staff/desks", get(overview::list))
        .route("/staff/c/{slug}/desk", get(overview::show))
        .route("/staff/c/{slug}/desk/s/{place}", get(section::show))
        .route("/staff/c/{slug}/desk/points/{point}", get(point::show))
        .route(
            "/staff/c/{slug}/desk/submissions/{id}",
            get(submission::show),
        )
        .route("/staff/c/{slug}/desk/queue", get(queue::show))
        .route("/staff/c/{slug}/desk/decide", post(decide::decide))
        .route("/assets/desk.js", get(script))
        .route("/assets/desk.css", get(style))
}

/// Where tables come back: as large as files may be.
pub(super) fn uploads() -> Router<Site> {
    Router::new()
        .route(
            "/staff/c/{slug}/desk/table",
            get(table::show).post(table::upload),
        )
        .route("/staff/c/{slug}/desk/table/confirm", post(table::confirm))
}

/// What every page of the desk shows.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is something that a page shows or leaves out"
)]
struct Frame {
    slug: String,
    title: String,
    /// The asker's name.
    name: String,
    /// Whether what they see is confined to one place and those below it.
    is_confined: bool,
    reviews: bool,
    approves: bool,
    advises: bool,
    /// The asker's last decision that holds, and what it was.
    last: Option<(EventNo, &'static str)>,
}

impl Frame {
    fn new(desk: &Desk, slug: &str, by: &Principal) -> Self {
        Self {
            slug: slug.to_owned(),
            title: desk.title().to_owned(),
            name: by.name.clone(),
            is_confined: desk.is_confined(),
            reviews: by.role.may(Permission::Review),
            approves: by.role.may(Permission::Approve),
            advises: by.role.may(Permission::Advise),
            last: desk
                .last_of(&by.name)
                .filter(|event| !matches!(event.decision, Decision::Undo(_)))
                .map(|event| (event.number, event.decision.names().1)),
        }
    }
}

async fn script() -> Response {
    super::asset("text/javascript", include_str!("../../../assets/desk.js"))
}

async fn style() -> Response {
    super::asset("text/css", include_str!("../../../assets/desk.css"))
}
