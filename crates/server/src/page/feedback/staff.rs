//! `/staff/c/{slug}/publication`: what would become public, point by point, and what stands in its way;
//! `/staff/c/{slug}/publication/preview`: the page as everybody would see it.

use askama::Template;
use axum::{
    Form,
    extract::{
        Path, Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use caifeng_app::{Candidate, Choice, Preview, Release};
use caifeng_domain::{Permission, PointId};
use serde::Deserialize;

use super::list;
use crate::{
    Site,
    error::Fault,
    page::{
        Failed, day,
        gate::{Reading, Staff},
        html, moment,
        workflow::Top,
    },
};

/// Points on one page.
const POINTS: usize = 50;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    page: String,
    /// `flagged`: only points with suspicions.
    only: String,
}

#[derive(Template)]
#[template(path = "feedback/publication.html")]
struct Page {
    top: Top,
    is_public: bool,
    /// Whether the asker may release, and may choose for a release.
    may: (bool, bool),
    seen: String,
    /// The release that stands: its number, and when.
    standing: Option<(u64, String)>,
    /// Points of it with words that were taken back since.
    to_replace: String,
    past: Vec<Past>,
    going: usize,
    left: usize,
    undecided: usize,
    flags: usize,
    only_flagged: bool,
    lines: Vec<Line>,
    /// Number of this page, from 1, and of pages.
    leaf: (usize, usize),
    /// Short link to what is public.
    short: String,
}

/// A release that was.
struct Past {
    number: u64,
    when: String,
    who: String,
    digest: String,
    end: String,
}

impl From<&Release> for Past {
    fn from(release: &Release) -> Self {
        Self {
            number: release.number,
            when: moment(release.at),
            who: release.actor.clone(),
            digest: release.digest.chars().take(12).collect(),
            end: release.end.as_ref().map_or_else(String::new, |end| {
                format!("{} 由 {} 撤下：{}", moment(end.at), end.actor, end.reason)
            }),
        }
    }
}

struct Line {
    candidate: Candidate,
    goes_out: bool,
    day: String,
}

pub(super) async fn show(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reading>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failed> {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let preview = site.app.preview_release(&by, &slug).await?;
    let listed = &preview.listed;
    let only_flagged = asked.only == "flagged";
    let standing = preview.standing();
    let publishes = listed.allows(&by, Permission::Publish);
    let going = preview.feedback.points.len();
    let wanted: Vec<&Candidate> = (preview.candidates.iter())
        .filter(|candidate| !only_flagged || candidate.open_flags() > 0)
        .collect();
    let pages = wanted.len().div_ceil(POINTS).max(1);
    let page = asked.page.parse().unwrap_or(1).clamp(1, pages);
    let shown = wanted.into_iter().skip((page - 1) * POINTS).take(POINTS);
    let view = Page {
        top: Top::new(&slug, &listed.consultation.title, &by),
        is_public: listed.is_public(),
        may: (
            publishes,
            publishes || listed.allows(&by, Permission::Review),
        ),
        standing: standing.map(|last| (last.number, moment(last.at))),
        to_replace: preview.to_replace.join("、"),
        past: preview.releases.iter().map(Past::from).collect(),
        going,
        left: preview.candidates.len() - going,
        undecided: preview.undecided,
        flags: preview.open_flags(),
        only_flagged,
        lines: shown.map(line).collect(),
        leaf: (page, pages),
        short: format!("/f/{}", listed.id.get()),
        seen: preview.seen,
    };
    Ok(html(StatusCode::OK, &view))
}

fn line(candidate: &Candidate) -> Line {
    Line {
        goes_out: candidate.goes_out(),
        day: day(&candidate.point.decided_on),
        candidate: candidate.clone(),
    }
}

pub(super) async fn preview(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reading>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failed> {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let page = asked.page.parse().unwrap_or(1);
    let Preview {
        listed, feedback, ..
    } = site.app.preview_release(&by, &slug).await?;
    let title = &listed.consultation.title;
    let view = list::Page::new(&slug, title, String::new(), feedback, page);
    Ok(html(StatusCode::OK, &view))
}

/// What the page is asked to do.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(super) enum Command {
    Choose {
        what: String,
        point: String,
        #[serde(default)]
        value: String,
        /// `no` takes the choice back.
        #[serde(default)]
        stands: String,
        #[serde(default)]
        back: String,
    },
    Release {
        seen: String,
    },
    Withdraw {
        number: String,
        reason: String,
    },
}

pub(super) async fn act(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reading>,
    form: Result<Form<Command>, FormRejection>,
) -> Result<Response, Failed> {
    // Whoever may not know of it is not told what is wrong with the form either.
    site.app
        .whole_to(&by, Permission::ReadReport, &slug)
        .await?;
    let Form(command) = form?;
    let wrong = |what: &str| Fault::invalid(format!("“{what}”缺失或有误"));
    let mut at = format!("/staff/c/{slug}/publication");
    match command {
        Command::Choose {
            what,
            point,
            value,
            stands,
            back,
        } => {
            let point: PointId = point.parse().map_err(|_| wrong("观点"))?;
            let choice = match &*what {
                "out" => Choice::LeaveOut(point),
                "away" => Choice::LeaveAway(point, value),
                "clear" => Choice::Clear(point, value),
                "law" => Choice::Law(point, value),
                _ => return Err(wrong("操作").into()),
            };
            let stands = stands != "no";
            site.app
                .choose_for_release(&by, &slug, choice, stands)
                .await?;
            if let Ok(page) = back.parse::<usize>() {
                at = format!("{at}?page={page}#{point}");
            }
        }
        Command::Release { seen } => {
            site.app.publish(&by, &slug, &seen).await?;
        }
        Command::Withdraw { number, reason } => {
            let number = number.parse().map_err(|_| wrong("编号"))?;
            site.app
                .withdraw_release(&by, &slug, number, &reason)
                .await?;
        }
    }
    Ok(Redirect::to(&at).into_response())
}
