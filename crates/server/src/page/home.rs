//! `GET /`: what may be commented on, and what could be.

use askama::Template;
use axum::{extract::State, http::HeaderMap, response::Response};
use caifeng_app::Listed;
use caifeng_domain::{Named, Standing};
use jiff::{
    Timestamp,
    civil::Date,
    tz::{TimeZone, offset},
};

use super::{Failed, day, kept};
use crate::Site;

/// A consultation in a list.
pub(super) struct Entry {
    pub(super) slug: String,
    pub(super) title: String,
    pub(super) standing: &'static str,
    pub(super) is_open: bool,
    pub(super) window: String,
    /// How long it is still open: 还剩 12 天.
    pub(super) left: Option<String>,
}

impl Entry {
    pub(super) fn new(listed: &Listed, now: Timestamp) -> Self {
        let standing = listed.standing(now);
        let window = listed.consultation.window.as_ref();
        let is_open = standing == Standing::Open;
        let left = window.filter(|_| is_open);
        Self {
            slug: listed.consultation.slug.clone(),
            title: listed.consultation.title.clone(),
            standing: standing.chinese(),
            is_open,
            window: window.map_or_else(String::new, |window| {
                format!("{}至{}", day(&window.opens), day(&window.closes))
            }),
            left: left.and_then(|window| left_until(&window.closes, now)),
        }
    }
}

/// How long until the end of a day in China.
fn left_until(closes: &str, now: Timestamp) -> Option<String> {
    let last: Date = closes.parse().ok()?;
    let today = now.to_zoned(TimeZone::fixed(offset(8))).date();
    let days = today.until(last).ok()?.get_days();
    Some(match days {
        0 => "今天截止".to_owned(),
        1 => "明天截止".to_owned(),
        days => format!("还剩 {} 天", days + 1),
    })
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    open: Vec<Entry>,
    others: Vec<Entry>,
}

pub(super) async fn home(State(site): State<Site>, headers: HeaderMap) -> Result<Response, Failed> {
    let make = async || {
        let now = Timestamp::now();
        let all = site.app.consultations().await?;
        let public = all.iter().filter(|listed| listed.is_public());
        let entries = public.map(|listed| Entry::new(listed, now));
        let (open, others) = entries.partition(|entry| entry.is_open);
        Ok(Home { open, others })
    };
    kept::current(&site, &headers, "/".to_owned(), make).await
}

#[cfg(test)]
mod tests {
    use super::left_until;

    #[test]
    fn days_left_are_counted_with_the_last_one() {
        // The evening of the 28th in Greenwich is the morning of the 1st of March in China.
        let now = "2026-02-28T20:00:00Z".parse().unwrap();
        let left = |closes| left_until(closes, now).unwrap();
        assert_eq!(left("2026-03-01"), "今天截止");
        assert_eq!(left("2026-03-02"), "明天截止");
        assert_eq!(left("2026-03-31"), "还剩 31 天");
    }
}
