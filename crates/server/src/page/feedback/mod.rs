//! What was made public: `/c/{slug}/feedback` and its points, the notice, the archive, feeds and open
//! data; and the page by which staff release it. Public pages are written once for each release.

mod feed;
mod list;
mod notice;
mod search;
mod staff;

use axum::{Router, response::Response, routing::get};
use caifeng_app::{Archive, Piece, Released, ReleasedPoint};

use super::{
    kept::{cached, written},
    search::escaped,
};
use crate::Site;

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/c/{slug}/feedback", get(list::show))
        .route("/c/{slug}/feedback/{point}", get(list::point))
        .route("/c/{slug}/feedback.atom", get(feed::atom))
        .route("/c/{slug}/notice", get(notice::show))
        .route("/f/{number}", get(notice::follow))
        .route("/f/{number}/qr.svg", get(notice::qr))
        .route("/feedback", get(search::show))
        .route("/feedback/adopted", get(search::adopted))
        .route(
            "/staff/c/{slug}/publication",
            get(staff::show).post(staff::act),
        )
        .route("/staff/c/{slug}/publication/preview", get(staff::preview))
        .route("/assets/feedback.css", get(style))
}

/// A point as pages show it.
struct Card {
    point: ReleasedPoint,
    /// Its wording in pieces, those asked for marked.
    pieces: Vec<Piece>,
    /// Where it stays; empty in a preview.
    link: String,
    /// 2026年3月1日
    day: String,
    /// Topics, each with the address of others on it.
    topics: Vec<(String, String)>,
}

impl Card {
    fn new(slug: &str, point: &ReleasedPoint) -> Self {
        Self {
            link: format!("/c/{slug}/feedback/{}", point.id),
            day: super::day(&point.decided_on),
            topics: (point.topics.iter())
                .map(|topic| (topic.clone(), format!("/feedback?topic={}", escaped(topic))))
                .collect(),
            pieces: vec![Piece {
                text: point.wording.clone(),
                is_marked: false,
            }],
            point: point.clone(),
        }
    }
}

/// The release of a consultation, and the place from which a short link leads to it.
fn short(released: &Released) -> String {
    format!("/f/{}", released.id.get())
}

fn by_number(archive: &Archive, number: u64) -> Option<&Released> {
    let mut all = archive.releases.iter();
    all.find(|released| released.id.get() == number)
}

async fn style() -> Response {
    super::asset("text/css", include_str!("../../../assets/feedback.css"))
}
