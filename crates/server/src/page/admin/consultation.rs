//! `/staff/admin/consultations/{slug}`: the days of a consultation, who may know of it, its key questions,
//! the places that collect for it, and the versions of its draft.

use askama::Template;
use axum::{
    Form,
    extract::{Path, Query, State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use caifeng_app::{AppError, DraftVersion, Listed, Principal, Problems, StationTask};
use caifeng_domain::{Named, Standing, Visibility};
use jiff::Timestamp;

use super::{Choice, Done, places};
use crate::{
    Site,
    error::Fault,
    page::{
        Failed, day,
        gate::{Reviewing, Staff},
        html, moment,
    },
    upload::Texts,
};

/// What was done, by the word in the address.
const DONE: [(&str, &str); 9] = [
    ("start", "已新建。"),
    ("window", "期限已保存。"),
    ("open", "已开放，可以提意见了。"),
    ("close", "已截止，不再接收意见。"),
    ("visibility", "公开范围已保存。"),
    ("questions", "重点问题已保存。"),
    ("ask", "已交办。"),
    ("withdraw", "已收回。"),
    ("draft", "新的一稿已导入，正在重新梳理。"),
];

#[derive(Template)]
#[template(path = "admin/consultation.html")]
struct Page {
    slug: String,
    title: String,
    standing: &'static str,
    is_closed: bool,
    is_public: bool,
    opens: String,
    closes: String,
    visibilities: Vec<Choice>,
    questions: String,
    received: usize,
    tasks: Vec<Asked>,
    places: Vec<Choice>,
    due: String,
    note: String,
    versions: Vec<(String, String, String)>,
    problems: Problems,
    done: Option<&'static str>,
}

/// A place that was asked, as the page shows it.
struct Asked {
    number: u64,
    place: String,
    note: String,
    due: String,
    is_done: bool,
}

impl From<StationTask> for Asked {
    fn from(task: StationTask) -> Self {
        Self {
            number: task.number,
            place: task.path.join(" / "),
            note: task.note,
            due: day(&task.due),
            is_done: task.is_done,
        }
    }
}

pub(super) async fn show(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reviewing>,
    done: Query<Done>,
) -> Result<Response, Failed> {
    let listed = site.app.manageable(&by, &slug).await?;
    let nothing = (Texts::default(), Problems::default());
    page(&site, &by, &listed, nothing, done.of(&DONE)).await
}

pub(super) async fn act(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reviewing>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Failed> {
    // Whoever may not know of it is not told what is wrong with a form either.
    let listed = site.app.manageable(&by, &slug).await?;
    let Form(pairs) = form?;
    let texts = Texts::from(pairs);
    match done(&site, &by, &slug, &texts).await {
        Ok(word) => {
            let at = format!("/staff/admin/consultations/{slug}?done={word}");
            Ok(Redirect::to(&at).into_response())
        }
        Err(AppError::Form(problems)) => page(&site, &by, &listed, (texts, problems), None).await,
        Err(error) => Err(error.into()),
    }
}

/// Does what a button says, and returns the word for it.
async fn done(
    site: &Site,
    by: &Principal,
    slug: &str,
    texts: &Texts,
) -> Result<&'static str, AppError> {
    let (app, text) = (&site.app, |name| texts.one(name));
    match text("act") {
        "window" => {
            let (opens, closes) = (text("opens"), text("closes"));
            app.change_window(by, slug, opens, closes).await?;
            Ok("window")
        }
        "open" => app.reopen(by, slug).await.map(|()| "open"),
        "close" => app.close_now(by, slug).await.map(|()| "close"),
        "visibility" => {
            let visibility = text("visibility");
            app.change_visibility(by, slug, visibility).await?;
            Ok("visibility")
        }
        "questions" => {
            let questions = text("questions");
            app.change_questions(by, slug, questions).await?;
            Ok("questions")
        }
        "ask" => {
            let codes = texts.all("stations");
            let (due, note) = (text("due"), text("note"));
            app.ask_stations(by, slug, &codes, due, note).await?;
            Ok("ask")
        }
        "withdraw" => {
            let number = text("task").parse().unwrap_or(0);
            app.withdraw_task(by, slug, number).await?;
            Ok("withdraw")
        }
        _ => Err(AppError::Argument("没有这项操作".to_owned())),
    }
}

async fn page(
    site: &Site,
    by: &Principal,
    listed: &Listed,
    (typed, problems): (Texts, Problems),
    done: Option<&'static str>,
) -> Result<Response, Failed> {
    let of = &listed.consultation;
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let standing = listed.standing(Timestamp::now());
    let kept = |act: &str, name: &str, stored: String| {
        if typed.one("act") == act {
            typed.one(name).to_owned()
        } else {
            stored
        }
    };
    let window = of.window.as_ref();
    let opens = window.map(|w| w.opens.clone()).unwrap_or_default();
    let closes = window.map(|w| w.closes.clone()).unwrap_or_default();
    let visibility = kept("visibility", "visibility", of.visibility.wire().to_owned());
    let versions = site.app.draft_versions(listed).await?.into_iter();
    let version = |draft: DraftVersion| (draft.version, draft.file_name, moment(draft.imported_at));
    let page = Page {
        slug: of.slug.clone(),
        title: of.title.clone(),
        standing: standing.chinese(),
        is_closed: standing == Standing::Closed,
        is_public: listed.is_public(),
        visibilities: Choice::all::<Visibility>(&[visibility]),
        questions: kept("questions", "questions", of.questions.join("\n")),
        received: site.app.count_received(&of.slug).await?,
        tasks: (site.app.station_tasks(by, &of.slug).await?.into_iter())
            .map(Asked::from)
            .collect(),
        places: places(site, by, &typed.all("stations")).await?,
        due: kept("ask", "due", closes.clone()),
        note: typed.one("note").to_owned(),
        opens: kept("window", "opens", opens),
        closes: kept("window", "closes", closes),
        versions: versions.map(version).collect(),
        problems,
        done,
    };
    Ok(html(status, &page))
}

/// What is wrong, to be said on the page that was asked for.
pub(super) fn told(error: AppError) -> Result<String, Failed> {
    let fault = Fault::from(error);
    if fault.status.is_client_error() && fault.status != StatusCode::NOT_FOUND {
        Ok(fault.detail)
    } else {
        Err(Failed(fault))
    }
}
