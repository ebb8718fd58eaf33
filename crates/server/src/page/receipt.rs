//! `/receipt?code=…`: what became of a submission, and whether its sender is content with that.

use askama::Template;
use axum::{
    Form,
    extract::{
        Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::StatusCode,
    response::Response,
};
use caifeng_app::{Answer, Answered, Grade, Tracking};
use caifeng_domain::Named;
use jiff::tz::{TimeZone, offset};
use serde::Deserialize;

use super::{Failed, html};
use crate::{Site, auth::Counted, error::Fault};

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    code: String,
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct Page {
    code: String,
    problem: Option<String>,
    found: Option<Found>,
    answers: Vec<Answer>,
    /// Answers from above to words that are cut otherwise here.
    above: Vec<Answered>,
    /// Whether there is an answer to grade, and none was given.
    asks: bool,
    /// Whether a grade was noted just now.
    graded: bool,
}

struct Found {
    title: Option<String>,
    question: Option<String>,
    received: String,
    stage: &'static str,
}

impl From<Tracking> for Found {
    fn from(tracking: Tracking) -> Self {
        let china = TimeZone::fixed(offset(8));
        let received = tracking.received_at.to_zoned(china);
        Self {
            title: tracking.consultation.map(|consultation| consultation.title),
            question: tracking.question,
            received: received.strftime("%Y年%-m月%-d日 %H:%M").to_string(),
            stage: tracking.stage.chinese(),
        }
    }
}

pub(super) async fn show(
    State(site): State<Site>,
    counted: Result<Counted, Fault>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failed> {
    counted?;
    let code = asked.map(|Query(asked)| asked.code).unwrap_or_default();
    found(&site, code, None).await
}

#[derive(Deserialize)]
pub(super) struct Graded {
    code: String,
    grade: String,
    #[serde(default)]
    remark: String,
}

/// Notes how content somebody is.
pub(super) async fn grade(
    State(site): State<Site>,
    counted: Result<Counted, Fault>,
    form: Result<Form<Graded>, FormRejection>,
) -> Result<Response, Failed> {
    counted?;
    let Form(Graded {
        code,
        grade,
        remark,
    }) = form?;
    let grade = Grade::from_name(&grade).ok_or_else(|| Fault::invalid("请选择满意程度"))?;
    let noted = site.app.grade(&code, grade, &remark).await;
    found(&site, code, Some(noted.map_err(Fault::from))).await
}

/// The page about a receipt; `noted` is how noting a grade went.
async fn found(
    site: &Site,
    code: String,
    noted: Option<Result<(), Fault>>,
) -> Result<Response, Failed> {
    let mut page = Page {
        code,
        problem: None,
        found: None,
        answers: Vec::new(),
        above: Vec::new(),
        asks: false,
        graded: matches!(noted, Some(Ok(()))),
    };
    let mut status = StatusCode::OK;
    if !page.code.trim().is_empty() {
        match site.app.track(&page.code).await.map_err(Fault::from) {
            Ok(tracking) => {
                (page.answers, page.above) = site.app.answers(&page.code).await?;
                let is_answered = |a: &Answer| a.result.is_some() || !a.above.is_empty();
                let answered = !page.above.is_empty() || page.answers.iter().any(is_answered);
                page.asks = answered && !site.app.is_graded(&page.code).await?;
                page.found = Some(tracking.into());
            }
            Err(fault) => {
                status = fault.status;
                page.problem = Some(fault.detail);
            }
        }
    }
    if let Some(Err(fault)) = noted {
        status = fault.status;
        page.problem = Some(fault.detail);
    }
    Ok(html(status, &page))
}
