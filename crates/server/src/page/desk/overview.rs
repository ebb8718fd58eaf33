//! The consultation at a glance, and the list of those that the asker may review.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use caifeng_app::{Alarm, Heat, Overview, Queue};
use caifeng_domain::{Named, Permission, Place};
use jiff::Timestamp;

use super::{Frame, words::address};
use crate::{
    Site,
    page::{
        Failed,
        gate::{Reading, Staff},
        html, moment,
        workflow::Due,
    },
};

#[derive(Template)]
#[template(path = "desk/list.html")]
struct List {
    entries: Vec<(String, String, &'static str)>,
}

#[derive(Template)]
#[template(path = "desk/overview.html")]
struct Page {
    frame: Frame,
    here: Overview,
    ledger: Vec<(&'static str, usize)>,
    balances: bool,
    received: usize,
    alarms: Vec<Alarm>,
    map: Vec<Cell>,
    bars: Vec<Bar>,
    most: usize,
    queues: Vec<(&'static str, &'static str, usize)>,
    grades: Vec<(&'static str, usize)>,
    dues: Vec<Due>,
    /// Submissions, points and decisions since the asker was last here, and when that was.
    news: (usize, usize, usize),
    since: String,
}

/// A provision on the map.
struct Cell {
    heat: Heat,
    at: String,
    /// 0 to 4, by how many people speak of it.
    warmth: usize,
    divided: bool,
}

/// A day on the trend.
struct Bar {
    day: String,
    received: usize,
    x: usize,
    height: usize,
}

/// Height of the tallest bar, and width of each with the gap after it, in pixels.
const HEIGHT: usize = 90;
const WIDTH: usize = 8;
/// From this division on people count as divided.
const DIVIDED: f32 = 0.5;

pub(super) async fn list(
    State(site): State<Site>,
    Staff(by, _): Staff<Reading>,
) -> Result<Response, Failed> {
    let now = Timestamp::now();
    let all = site.app.consultations().await?;
    let theirs = all
        .iter()
        .filter(|listed| listed.allows(&by, Permission::ReadReport));
    let entries = theirs
        .map(|listed| {
            let of = &listed.consultation;
            let standing = listed.standing(now).chinese();
            (of.slug.clone(), of.title.clone(), standing)
        })
        .collect();
    Ok(html(StatusCode::OK, &List { entries }))
}

pub(super) async fn show(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reading>,
) -> Result<Response, Failed> {
    let since = site.app.visit(&by, &slug).await?;
    let dues = site.app.reminders_in(&by, &slug).await?;
    let (of, ledger, grades) = site.app.standing_of(&by, &slug).await?;
    let now = Timestamp::now();
    let page = site
        .app
        .at_desk(&by, &slug, |desk| {
            let here = desk.overview().clone();
            let most = here.trend.iter().map(|day| day.received).max().unwrap_or(0);
            let waiting = |queue| {
                let known = here.queued.iter().find(|(known, _)| *known == queue);
                known.map_or_else(|| desk.queued(queue, &by.name, since), |(_, count)| *count)
            };
            let busiest = here.map.iter().map(|heat| heat.counts.senders).max();
            let busiest = busiest.unwrap_or(0).max(1);
            Ok(Page {
                frame: Frame::new(desk, &slug, &by),
                ledger: Place::ALL
                    .iter()
                    .map(|&(place, _, name)| (name, ledger.count(place)))
                    .collect(),
                balances: ledger.balances(),
                received: ledger.received,
                alarms: desk.alarms(&of, ledger.count(Place::Waiting), now),
                map: (here.map.iter().cloned())
                    .map(|heat| Cell {
                        at: address(heat.place),
                        warmth: warmth(heat.counts.senders, busiest),
                        divided: heat.division >= DIVIDED,
                        heat,
                    })
                    .collect(),
                bars: (here.trend.iter().enumerate())
                    .map(|(i, day)| Bar {
                        day: day.day.clone(),
                        received: day.received,
                        x: i * WIDTH,
                        height: (HEIGHT * day.received).div_ceil(most.max(1)),
                    })
                    .collect(),
                most,
                queues: Queue::ALL
                    .iter()
                    .map(|&(queue, wire, name)| (wire, name, waiting(queue)))
                    .collect(),
                grades,
                dues: dues.into_iter().map(Due::from).collect(),
                news: desk.news(since, &by.name),
                since: moment(since),
                here,
            })
        })
        .await?;
    Ok(html(StatusCode::OK, &page))
}

/// 0 to 4. By the square root, so that one busy article does not make all others pale.
fn warmth(senders: usize, busiest: usize) -> usize {
    (1..=4)
        .rev()
        .find(|step| senders > 0 && 16 * senders >= (step - 1) * (step - 1) * busiest)
        .unwrap_or(0)
}
