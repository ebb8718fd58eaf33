//! `/staff/admin/requests`: what senders ask about their personal data, answered at once and noted in the
//! audit trail.

use askama::Template;
use axum::{
    Form,
    extract::{Query, State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use caifeng_app::{App, AppError, KnownIdentity, Principal, Problems, Refusal, Sent};

use super::{Done, accounts::status};
use crate::{
    Site,
    error::Fault,
    page::{
        Failed,
        gate::{Answering, Staff},
        html,
    },
    upload::Texts,
};

/// What was done, by the word in the address.
const DONE: [(&str, &str); 3] = [
    ("correct", "已更正。"),
    ("delete", "已删除提交人信息；意见保留，仍计入统计。"),
    (
        "nothing",
        "没有可删除的提交人信息，此前已经删除或者本来就没有。",
    ),
];

#[derive(Default, Template)]
#[template(path = "admin/requests.html")]
struct Page {
    receipt: String,
    name: String,
    phone: String,
    /// What is known, where that was asked: what, and its value.
    known: Option<Vec<(&'static str, String)>>,
    found: Option<Vec<Sent>>,
    problems: Problems,
    done: Option<&'static str>,
    retention: Option<u32>,
}

pub(super) async fn show(
    State(site): State<Site>,
    Staff(by, _): Staff<Answering>,
    done: Query<Done>,
) -> Result<Response, Failed> {
    if !App::may_answer(&by) {
        return Err(Refusal::Forbidden.into());
    }
    let page = Page {
        done: done.of(&DONE),
        retention: site.app.retention_days(),
        ..Page::default()
    };
    Ok(html(StatusCode::OK, &page))
}

pub(super) async fn answer(
    State(site): State<Site>,
    Staff(by, _): Staff<Answering>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Failed> {
    let Form(pairs) = form?;
    let texts = Texts::from(pairs);
    let text = |name| texts.one(name).trim().to_owned();
    let mut page = Page {
        receipt: text("receipt"),
        name: text("name"),
        phone: text("phone"),
        retention: site.app.retention_days(),
        ..Page::default()
    };
    let act = texts.one("act");
    let is_asked = !texts.one("asked").is_empty();
    if matches!(act, "correct" | "delete") && !is_asked {
        let message = "请先核实是本人提出的，再勾选";
        page.problems = Problems::one("asked", message);
        return Ok(html(status(&page.problems), &page));
    }
    match done(&site, &by, act, &mut page).await {
        Ok(None) => Ok(html(StatusCode::OK, &page)),
        Ok(Some(word)) => {
            let at = format!("/staff/admin/requests?done={word}");
            Ok(Redirect::to(&at).into_response())
        }
        Err((field, error)) => {
            page.problems = Problems::one(field, told(error)?);
            Ok(html(status(&page.problems), &page))
        }
    }
}

/// Does what a button says. A word for what was done, or none where `page` shows it; with a failure
/// comes the field that it is about.
async fn done(
    site: &Site,
    by: &Principal,
    act: &str,
    page: &mut Page,
) -> Result<Option<&'static str>, (&'static str, AppError)> {
    let at = |field| move |error| (field, error);
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    match act {
        "show" => {
            let known = site.app.answer_show(by, &page.receipt).await;
            page.known = Some(lines(known.map_err(at("receipt"))?));
            Ok(None)
        }
        "correct" => {
            let (name, phone) = (some(&page.name), some(&page.phone));
            if name.is_none() && phone.is_none() {
                let nothing = AppError::Argument("请填写要更正的姓名或电话".to_owned());
                return Err(("name", nothing));
            }
            let corrected = site
                .app
                .answer_correct(by, &page.receipt, name, phone)
                .await;
            corrected.map_err(at("receipt"))?;
            Ok(Some("correct"))
        }
        "delete" => {
            let deleted = site.app.answer_delete(by, &page.receipt).await;
            let was_known = deleted.map_err(at("receipt"))?;
            Ok(Some(if was_known { "delete" } else { "nothing" }))
        }
        "find" => {
            if page.phone.is_empty() {
                let nothing = AppError::Argument("请填写电话".to_owned());
                return Err(("sought", nothing));
            }
            let found = site.app.answer_find(by, &page.phone).await;
            page.found = Some(found.map_err(at("sought"))?);
            // Not written back: what is found is enough.
            page.phone.clear();
            Ok(None)
        }
        _ => Err(("receipt", AppError::Argument("没有这项操作".to_owned()))),
    }
}

/// A receipt that there is not is said beside its field too.
fn told(error: AppError) -> Result<String, Failed> {
    let fault = Fault::from(error);
    if fault.status.is_client_error() && fault.status != StatusCode::FORBIDDEN {
        return Ok(fault.detail);
    }
    Err(Failed(fault))
}

fn lines(known: KnownIdentity) -> Vec<(&'static str, String)> {
    let who = known.submitter;
    let mut lines: Vec<_> = [
        ("姓名", who.name),
        ("电话", who.phone),
        ("身份", who.identity),
        ("地区", who.region),
        ("告知版本", known.consent),
    ]
    .into_iter()
    .map(|(name, value)| (name, value.unwrap_or_else(|| "（无）".to_owned())))
    .collect();
    lines.push(("同一人的意见", format!("{} 件", known.submissions)));
    lines
}
