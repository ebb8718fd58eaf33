//! `/receipt?code=…`: what became of a submission. Its sender may say what was meant, how content one
//! is, take it back, or be forgotten.

use askama::Template;
use axum::{
    Form,
    extract::{
        Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::{HeaderMap, StatusCode},
    response::Response,
};
use caifeng_app::{Answer, Answered, Grade, Meaning, Told, TrackedStage, Tracking, article_names};
use caifeng_domain::{Aim, ArticleNo, Named, Scope, Span};
use jiff::Timestamp;
use serde::Deserialize;

use super::{
    Failed, html, moment,
    place::{draw, host_address},
};
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
    answers: Vec<Line>,
    /// Number and label of each article, for choosing; empty where the draft is not to be told of.
    articles: Vec<(String, String)>,
    /// Answers from above to words that are cut otherwise here.
    above: Vec<Answered>,
    /// Whether there is an answer to grade, and none was given.
    asks: bool,
    /// What was done just now.
    done: Option<&'static str>,
    /// QR code of this page, for a slip to keep.
    qr: Option<String>,
}

struct Found {
    title: Option<String>,
    /// Where the draft is.
    link: Option<String>,
    question: Option<String>,
    stage: &'static str,
    is_withdrawn: bool,
    steps: Vec<Step>,
}

/// 受理, 流转, 研究 or 采纳反馈.
struct Step {
    name: &'static str,
    when: Option<String>,
}

struct Line {
    answer: Answer,
    /// First and last byte of the words in the submission: `0-30`.
    span: String,
    /// 第三十四条: what the sender is asked to confirm.
    guessed: Option<String>,
}

impl Found {
    fn new(tracking: Tracking, told: &Told) -> Self {
        let steps = [
            ("受理", Some(tracking.received_at)),
            ("流转", told.sorted),
            ("研究", told.studied),
            ("采纳反馈", told.answered),
        ];
        let consultation = tracking.consultation;
        Self {
            link: consultation.as_ref().map(|c| format!("/c/{}", c.slug)),
            title: consultation.map(|consultation| consultation.title),
            question: tracking.question,
            stage: tracking.stage.chinese(),
            is_withdrawn: tracking.stage == TrackedStage::Withdrawn,
            steps: steps
                .map(|(name, at): (_, Option<Timestamp>)| Step {
                    name,
                    when: at.map(moment),
                })
                .into(),
        }
    }
}

impl From<Answer> for Line {
    fn from(answer: Answer) -> Self {
        let guessed = Some(&answer.guessed).filter(|articles| !articles.is_empty());
        Self {
            span: format!("{}-{}", answer.span.start, answer.span.end),
            guessed: guessed.map(|articles| article_names(articles)),
            answer,
        }
    }
}

pub(super) async fn show(
    State(site): State<Site>,
    counted: Result<Counted, Fault>,
    headers: HeaderMap,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failed> {
    counted?;
    let code = asked.map(|Query(asked)| asked.code).unwrap_or_default();
    found(&site, &headers, code, Ok(None)).await
}

/// What the sender wants done.
#[derive(Deserialize)]
pub(super) struct Wish {
    code: String,
    #[serde(rename = "do")]
    act: String,
    #[serde(default)]
    grade: String,
    #[serde(default)]
    remark: String,
    #[serde(default)]
    span: String,
    /// Number of an article, or the wire name of a scope.
    #[serde(default)]
    article: String,
    /// Ticked where something cannot be taken back.
    sure: Option<String>,
}

pub(super) async fn act(
    State(site): State<Site>,
    counted: Result<Counted, Fault>,
    headers: HeaderMap,
    form: Result<Form<Wish>, FormRejection>,
) -> Result<Response, Failed> {
    counted?;
    let Form(wish) = form?;
    let done = fulfil(&site, &wish).await;
    found(&site, &headers, wish.code, done.map(Some)).await
}

/// Does it, and says what was done.
async fn fulfil(site: &Site, wish: &Wish) -> Result<&'static str, Fault> {
    let code = &wish.code;
    let sure = || {
        let missing = || Fault::invalid("请先勾选确认");
        wish.sure.as_ref().ok_or_else(missing)
    };
    Ok(match wish.act.as_str() {
        "grade" => {
            let grade = Grade::from_name(&wish.grade);
            let grade = grade.ok_or_else(|| Fault::invalid("请选择满意程度"))?;
            site.app.grade(code, grade, &wish.remark).await?;
            "谢谢您的评价。"
        }
        "mean" => {
            let wrong = || Fault::invalid("请从列表中选择您的本意");
            let ends = wish.span.split_once('-').ok_or_else(wrong)?;
            let (start, end) = (ends.0.parse().ok(), ends.1.parse().ok());
            let span = start.zip(end).filter(|(start, end)| start <= end);
            let (start, end) = span.ok_or_else(wrong)?;
            let meaning = meaning(wish).ok_or_else(wrong)?;
            let span = Span::new(start, end);
            site.app.clarify(code, span, &meaning).await?;
            "已经记下您的说明，工作人员会看到。谢谢您。"
        }
        "withdraw" => {
            sure()?;
            if site.app.take_back(code).await? {
                "这件意见已经撤回，不再计入，也不会公开。"
            } else {
                "这件意见此前已经撤回。"
            }
        }
        "forget" => {
            sure()?;
            if site.app.forget_me(code).await? {
                "您留下的姓名、电话等个人信息已经删除，意见保留。"
            } else {
                "这里没有保存您的个人信息。"
            }
        }
        _ => return Err(Fault::invalid("没有这项操作")),
    })
}

fn meaning(wish: &Wish) -> Option<Meaning> {
    Some(match wish.article.as_str() {
        "right" => Meaning::Right,
        "other" => Meaning::Other(wish.remark.clone()),
        "whole" => Meaning::About(Aim {
            scope: Scope::General,
            chapter: None,
            articles: Vec::new(),
        }),
        number => Meaning::About(Aim::at(vec![number.parse::<ArticleNo>().ok()?])),
    })
}

/// The page about a receipt; `done` is how what was just asked for went.
async fn found(
    site: &Site,
    headers: &HeaderMap,
    code: String,
    done: Result<Option<&'static str>, Fault>,
) -> Result<Response, Failed> {
    let mut page = Page {
        code,
        problem: None,
        found: None,
        answers: Vec::new(),
        articles: Vec::new(),
        above: Vec::new(),
        asks: false,
        done: None,
        qr: None,
    };
    let mut status = StatusCode::OK;
    if !page.code.trim().is_empty() {
        match site.app.track(&page.code).await.map_err(Fault::from) {
            Ok(tracking) => {
                let told = site.app.what_became_of(&page.code).await?;
                let answered = told.is_answered();
                page.asks = answered && !site.app.is_graded(&page.code).await?;
                if let Some(consultation) = &tracking.consultation {
                    let listed = site.app.consultation_for(None, &consultation.slug).await?;
                    page.articles = super::form::articles_of(&listed);
                }
                let path = format!("/receipt?code={}", tracking.receipt);
                let address = host_address(site, headers, &path).ok();
                page.qr = address.and_then(|address| draw(&address));
                page.found = Some(Found::new(tracking, &told));
                page.answers = told.answers.into_iter().map(Line::from).collect();
                page.above = told.above;
            }
            Err(fault) => {
                status = fault.status;
                page.problem = Some(fault.detail);
            }
        }
    }
    match done {
        Ok(done) => page.done = done,
        Err(fault) => {
            status = fault.status;
            page.problem = Some(fault.detail);
        }
    }
    Ok(html(status, &page))
}
