//! `/staff/c/{slug}/transfers`: what is passed on to other offices, each with what was done.

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
use caifeng_app::{Terms, TransferCommand, TransferLine};
use caifeng_domain::{
    Named, Permission, Rating, Sla, TransferAct, TransferEntry, TransferKey, TransferState,
};
use jiff::Timestamp;
use serde::Deserialize;

use super::{
    Failed, day,
    gate::{Reading, Staff},
    html, moment,
    workflow::{Top, maybe_day},
};
use crate::{Site, error::Fault};

/// Characters of an item's words in the list.
const BRIEF: usize = 120;

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    state: String,
    #[serde(default)]
    page: usize,
}

#[derive(Template)]
#[template(path = "office/transfers.html")]
struct List {
    top: Top,
    /// Wire name, Chinese name and number of each state.
    states: Vec<(&'static str, &'static str, usize)>,
    state: &'static str,
    all: usize,
    items: Vec<Item>,
    page: usize,
    pages: usize,
}

#[derive(Template)]
#[template(path = "office/transfer.html")]
struct Page {
    top: Top,
    item: Item,
    /// What can be done now by whoever asks.
    acts: Vec<Act>,
    slas: Vec<(&'static str, &'static str, String)>,
    ratings: Vec<(&'static str, &'static str)>,
    log: Vec<Past>,
}

/// An item as pages show it.
struct Item {
    key: String,
    submission: String,
    kind: &'static str,
    marked: String,
    words: String,
    state: &'static str,
    office: String,
    sla: &'static str,
    due: String,
    recheck: String,
    rating: &'static str,
    urgency: Option<&'static str>,
}

/// Something that can be done.
struct Act {
    wire: &'static str,
    name: &'static str,
    /// What its words are called; whether they may be missing.
    words: &'static str,
    words_needed: bool,
    /// What its day is called, if it has one.
    day: Option<&'static str>,
    assigns: bool,
    rates: bool,
}

struct Past {
    when: String,
    who: String,
    what: &'static str,
    words: String,
}

impl From<TransferLine> for Item {
    fn from(line: TransferLine) -> Self {
        let or_empty = |date: Option<caifeng_domain::Day>| {
            date.map_or_else(String::new, |date| day(&date.to_string()))
        };
        let marked = match line.mark.as_ref().map(|mark| &mark.by) {
            None => "转办标记已撤销".to_owned(),
            Some(None) if line.item.state == TransferState::Collected => {
                "程序判断，请先核对".to_owned()
            }
            Some(None) => "程序判断".to_owned(),
            Some(Some((who, at))) => format!("{who} {} 标记", when(*at)),
        };
        Self {
            submission: line.key.submission.to_string(),
            key: line.key.to_string(),
            kind: line.mark.map_or("", |mark| mark.kind.chinese()),
            marked,
            words: (line.words).unwrap_or_else(|| "（来件已由本人撤回）".to_owned()),
            state: line.item.state.chinese(),
            office: line.item.office,
            sla: line.item.sla.map_or("", Named::chinese),
            due: or_empty(
                line.item
                    .due
                    .filter(|_| line.item.state != TransferState::Closed),
            ),
            recheck: or_empty(line.item.recheck),
            rating: line.item.rating.map_or("", Named::chinese),
            urgency: line.urgency.map(Named::chinese),
        }
    }
}

/// A moment, in microseconds since 1970.
fn when(microseconds: i64) -> String {
    moment(Timestamp::from_microsecond(microseconds).unwrap_or_default())
}

impl From<TransferAct> for Act {
    fn from(act: TransferAct) -> Self {
        Self {
            wire: act.wire(),
            name: act.chinese(),
            words: act.words().unwrap_or("说明（可以不填）"),
            words_needed: act.words().is_some(),
            day: act
                .day()
                .or((act == TransferAct::Recheck).then_some("下次回头看日期")),
            assigns: act == TransferAct::Assign,
            rates: act == TransferAct::Rate,
        }
    }
}

impl From<TransferEntry> for Past {
    fn from(entry: TransferEntry) -> Self {
        let mut words = Vec::new();
        words.extend(entry.office.map(|office| format!("承办单位：{office}")));
        words.extend(entry.sla.map(|sla| sla.chinese().to_owned()));
        words.extend(entry.rating.map(|rating| rating.chinese().to_owned()));
        let name = entry.act.day().unwrap_or("下次回头看日期");
        words.extend(
            entry
                .day
                .map(|date| format!("{name}：{}", day(&date.to_string()))),
        );
        words.extend(Some(entry.words).filter(|words| !words.is_empty()));
        Self {
            when: when(entry.at),
            who: entry.actor,
            what: entry.act.chinese(),
            words: words.join("；"),
        }
    }
}

pub(super) async fn list(
    State(site): State<Site>,
    Path(slug): Path<String>,
    Staff(by, _): Staff<Reading>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failed> {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let state = match asked.state.as_str() {
        "" => None,
        name => Some(TransferState::from_name(name).ok_or_else(Fault::not_found)?),
    };
    let listed = site
        .app
        .consultation_to(&by, Permission::ReadReport, &slug)
        .await?;
    let found = site.app.transfers(&by, &slug, state, asked.page).await?;
    let page = List {
        top: Top::new(&slug, &listed.consultation.title, &by),
        states: (found.counts.iter())
            .map(|&(state, count)| (state.wire(), state.chinese(), count))
            .collect(),
        state: state.map_or("", Named::wire),
        all: found.counts.iter().map(|(_, count)| count).sum(),
        items: (found.lines.into_iter().map(Item::from))
            .map(|item| Item {
                words: brief(&item.words),
                ..item
            })
            .collect(),
        page: found.page.0,
        pages: found.page.1,
    };
    Ok(html(StatusCode::OK, &page))
}

/// The beginning of words.
fn brief(words: &str) -> String {
    match words.char_indices().nth(BRIEF) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words.to_owned(),
    }
}

/// The item that an address names.
fn key(text: &str) -> Result<TransferKey, Fault> {
    text.parse().map_err(|_| Fault::not_found())
}

pub(super) async fn show(
    State(site): State<Site>,
    Path((slug, item)): Path<(String, String)>,
    Staff(by, _): Staff<Reading>,
) -> Result<Response, Failed> {
    let listed = site
        .app
        .consultation_to(&by, Permission::ReadReport, &slug)
        .await?;
    let mut line = site.app.transfer(&by, &slug, key(&item)?).await?;
    let top = Top::new(&slug, &listed.consultation.title, &by);
    let may = |act: &TransferAct| match act {
        // Not by who asked for it.
        TransferAct::Close if line.item.asked_by.as_deref() == Some(&by.name) => false,
        TransferAct::Close | TransferAct::Refuse => top.reviews || top.approves,
        _ => top.reviews,
    };
    let rules = site.app.rules().await?;
    let page = Page {
        acts: line.item.acts().filter(may).map(Act::from).collect(),
        slas: (Sla::ALL.iter())
            .map(|&(sla, wire, name)| (wire, name, promise(rules.workflow.terms(sla))))
            .collect(),
        ratings: (Rating::ALL.iter().map(|&(_, wire, name)| (wire, name))).collect(),
        log: (std::mem::take(&mut line.item.log).into_iter().rev())
            .map(Past::from)
            .collect(),
        item: line.into(),
        top,
    };
    Ok(html(StatusCode::OK, &page))
}

/// 15 个工作日，每 22 个工作日报进展
fn promise(terms: Terms) -> String {
    let progress = terms.progress_days;
    let progress = progress.map(|days| format!("，每 {days} 个工作日报进展"));
    format!("{} 个工作日{}", terms.days, progress.unwrap_or_default())
}

#[derive(Deserialize)]
pub(super) struct Filled {
    act: String,
    #[serde(default)]
    words: String,
    #[serde(default)]
    office: String,
    #[serde(default)]
    sla: String,
    #[serde(default)]
    day: String,
    #[serde(default)]
    rating: String,
}

pub(super) async fn act(
    State(site): State<Site>,
    Path((slug, item)): Path<(String, String)>,
    Staff(by, _): Staff<Reading>,
    form: Result<Form<Filled>, FormRejection>,
) -> Result<Response, Failed> {
    site.app
        .consultation_to(&by, Permission::ReadReport, &slug)
        .await?;
    let key = key(&item)?;
    let Form(filled) = form?;
    let no_such = || Fault::invalid("没有这种操作");
    let command = TransferCommand {
        act: TransferAct::from_name(&filled.act).ok_or_else(no_such)?,
        words: filled.words,
        office: filled.office,
        sla: Sla::from_name(&filled.sla),
        day: maybe_day(&filled.day)?,
        rating: Rating::from_name(&filled.rating),
    };
    site.app.act_on_transfer(&by, &slug, key, &command).await?;
    Ok(Redirect::to(&format!("/staff/c/{slug}/transfers/{key}")).into_response())
}
