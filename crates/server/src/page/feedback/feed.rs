//! `/c/{slug}/feedback.atom`: the points of a release as a feed, the latest result first.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use caifeng_app::{MACHINE_LABEL, Released, ReleasedPoint};

use super::{cached, written};
use crate::{
    Site,
    error::Fault,
    page::{Failed, place::host_address},
};

/// Entries of a feed: readers keep what they had.
const ENTRIES: usize = 200;
/// Characters of a title.
const TITLE: usize = 60;

#[derive(Template)]
#[template(path = "feedback/feed.xml")]
struct Feed {
    title: String,
    /// Address of the page.
    page: String,
    /// Address of the feed.
    own: String,
    updated: String,
    entries: Vec<Entry>,
    label: &'static str,
}

struct Entry {
    title: String,
    link: String,
    updated: String,
    text: String,
    result: String,
}

impl Entry {
    fn new(page: &str, point: &ReleasedPoint) -> Self {
        let mut title: String = point.wording.chars().take(TITLE).collect();
        if title.len() < point.wording.len() {
            title.push('…');
        }
        let said = [&point.place, &point.wording, &point.reason];
        let said: Vec<&str> = said.into_iter().map(String::as_str).collect();
        Self {
            title: plain(&title),
            link: format!("{page}/{}", point.id),
            updated: format!("{}T00:00:00+08:00", point.decided_on),
            text: plain(said.join("\n").trim()),
            result: plain(&point.result),
        }
    }
}

pub(super) async fn atom(
    State(site): State<Site>,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failed> {
    let archive = site.app.archive().await?;
    let released = archive.of(&slug).ok_or_else(Fault::not_found)?;
    let page = host_address(&site, &headers, &format!("/c/{slug}/feedback"))?;
    let key = format!("atom {page}");
    let write = async {
        let (_, xml) = written(&feed(released, page))?;
        Ok::<_, Failed>(("application/atom+xml; charset=utf-8", xml))
    };
    cached(&site.pages, &headers, archive.stamp, key, write).await
}

fn feed(released: &Released, page: String) -> Feed {
    let mut points: Vec<&ReleasedPoint> = released.feedback.points.iter().collect();
    points.sort_by(|a, b| b.decided_on.cmp(&a.decided_on));
    let entries = points.into_iter().take(ENTRIES);
    Feed {
        title: plain(&released.title),
        own: format!("{page}.atom"),
        updated: format!("{:.0}", released.at),
        entries: entries.map(|point| Entry::new(&page, point)).collect(),
        page,
        label: MACHINE_LABEL,
    }
}

/// Without the characters that XML cannot say.
fn plain(text: &str) -> String {
    let is_said = |c: &char| {
        matches!(*c, '\t' | '\n' | '\r')
            || (!c.is_control() && !matches!(*c, '\u{fffe}' | '\u{ffff}'))
    };
    text.chars().filter(is_said).collect()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_xml_cannot_say_is_left_out() {
        assert_eq!(plain("一\u{b}二\u{0}\n三\u{ffff}"), "一二\n三");
    }
}
