//! `/staff/admin/accounts`: a new account; `/staff/admin/accounts/{account}`: what one may do and where,
//! and a new password for whoever forgot theirs.

use askama::Template;
use axum::{
    Form,
    extract::{Path, Query, State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use caifeng_app::{
    AppError, MIN_PASSWORD, NewPrincipal, Principal, PrincipalKind, Problems, Reach, roles_for,
};
use caifeng_domain::Named;

use super::{Choice, Done, places};
use crate::{
    Site,
    error::Fault,
    page::{
        Failed,
        gate::{Managing, Staff},
        html,
    },
    upload::Texts,
};

/// What was done, by the word in the address.
const DONE: [(&str, &str); 1] = [("change", "角色和范围已保存，本人需要重新登录。")];

/// What an account or a key may do and where, to be chosen.
pub(super) struct Scope {
    pub(super) roles: Vec<Choice>,
    pub(super) places: Vec<Choice>,
    pub(super) consultations: Vec<Choice>,
}

impl Scope {
    pub(super) async fn new(
        site: &Site,
        by: &Principal,
        kind: PrincipalKind,
        chosen: &NewPrincipal,
    ) -> Result<Self, Failed> {
        let role = |role: caifeng_domain::Role| Choice {
            value: role.wire().to_owned(),
            name: role.chinese().to_owned(),
            is_chosen: role.wire() == chosen.role,
        };
        let all = site.app.consultations().await?;
        let consultation = |listed: &caifeng_app::Listed| {
            let of = &listed.consultation;
            Choice {
                value: of.slug.clone(),
                name: format!("{}（{}）", of.title, of.slug),
                is_chosen: chosen.consultations.contains(&of.slug),
            }
        };
        Ok(Self {
            roles: roles_for(kind).into_iter().map(role).collect(),
            places: places(site, by, std::slice::from_ref(&chosen.station)).await?,
            consultations: all.iter().map(consultation).collect(),
        })
    }
}

/// What was filled in.
pub(super) fn read(texts: &Texts) -> NewPrincipal {
    NewPrincipal {
        name: texts.one("name").to_owned(),
        role: texts.one("role").to_owned(),
        station: texts.one("station").to_owned(),
        consultations: texts.all("consultations"),
    }
}

/// Where an account or key may do what it may, in words.
pub(in crate::page) async fn within(site: &Site, reach: &Reach) -> Result<String, Failed> {
    let mut out = Vec::new();
    if let Some(id) = reach.station {
        let all = site.app.stations().await?;
        let found = all.iter().find(|(station, _)| station.id == id);
        out.push(found.map_or_else(|| "一处站点".to_owned(), |(_, path)| path.join(" / ")));
    }
    if let Some(ids) = &reach.consultations {
        let all = site.app.consultations().await?;
        let slugs = all.iter().filter(|listed| ids.contains(&listed.id));
        let slugs: Vec<&str> = slugs.map(|one| &*one.consultation.slug).collect();
        out.push(format!("任务 {}", slugs.join("、")));
    }
    Ok(if out.is_empty() {
        "不限".to_owned()
    } else {
        out.join("；")
    })
}

#[derive(Template)]
#[template(path = "admin/account_start.html")]
struct Start {
    name: String,
    scope: Scope,
    at_least: usize,
    problems: Problems,
}

/// What is shown once.
#[derive(Template)]
#[template(path = "admin/account_made.html")]
struct Made {
    name: String,
    password: String,
    /// Whether the account is new, or got a new password.
    is_new: bool,
}

pub(super) async fn start(
    State(site): State<Site>,
    Staff(by, _): Staff<Managing>,
) -> Result<Response, Failed> {
    started(&site, &by, &NewPrincipal::default(), Problems::default()).await
}

/// Adds an account and shows its first password, which is not shown again.
pub(super) async fn make(
    State(site): State<Site>,
    Staff(by, _): Staff<Managing>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Failed> {
    let Form(pairs) = form?;
    let texts = Texts::from(pairs);
    let new = read(&texts);
    match site
        .app
        .make_account(&by, &new, texts.one("password"))
        .await
    {
        Ok(password) => Ok(made(new.name.trim(), password, true)),
        Err(AppError::Form(problems)) => started(&site, &by, &new, problems).await,
        Err(error) => Err(error.into()),
    }
}

fn made(name: &str, password: String, is_new: bool) -> Response {
    let page = Made {
        name: name.to_owned(),
        password,
        is_new,
    };
    html(StatusCode::OK, &page)
}

async fn started(
    site: &Site,
    by: &Principal,
    new: &NewPrincipal,
    problems: Problems,
) -> Result<Response, Failed> {
    let status = status(&problems);
    let page = Start {
        name: new.name.clone(),
        scope: Scope::new(site, by, PrincipalKind::Account, new).await?,
        at_least: MIN_PASSWORD,
        problems,
    };
    Ok(html(status, &page))
}

pub(super) fn status(problems: &Problems) -> StatusCode {
    if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}

#[derive(Template)]
#[template(path = "admin/account.html")]
struct Page {
    name: String,
    role: &'static str,
    within: String,
    is_disabled: bool,
    is_own: bool,
    scope: Scope,
    at_least: usize,
    problems: Problems,
    done: Option<&'static str>,
}

pub(super) async fn show(
    State(site): State<Site>,
    Path(name): Path<String>,
    Staff(by, _): Staff<Managing>,
    done: Query<Done>,
) -> Result<Response, Failed> {
    page(&site, &by, &name, None, Problems::default(), done.of(&DONE)).await
}

pub(super) async fn change(
    State(site): State<Site>,
    Path(name): Path<String>,
    Staff(by, _): Staff<Managing>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Failed> {
    let Form(pairs) = form?;
    let texts = Texts::from(pairs);
    let wanted = read(&texts);
    let done = match texts.one("act") {
        "change" => {
            let changed = site.app.change_account(&by, &name, &wanted).await;
            changed.map(|()| None)
        }
        "password" => {
            let password = texts.one("password");
            let given = site.app.give_password(&by, &name, password).await;
            given.map(Some)
        }
        _ => return Err(Fault::invalid("没有这项操作").into()),
    };
    match done {
        Ok(None) => {
            let at = format!("/staff/admin/accounts/{name}?done=change");
            Ok(Redirect::to(&at).into_response())
        }
        Ok(Some(password)) => Ok(made(&name, password, false)),
        Err(AppError::Form(problems)) => {
            let wanted = (texts.one("act") == "change").then_some(wanted);
            page(&site, &by, &name, wanted, problems, None).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `typed` stands instead of what is so, where it could not be saved.
async fn page(
    site: &Site,
    by: &Principal,
    name: &str,
    typed: Option<NewPrincipal>,
    problems: Problems,
    done: Option<&'static str>,
) -> Result<Response, Failed> {
    let account = site.app.account(by, name).await?;
    let who = account.principal;
    let chosen = match typed {
        Some(typed) => typed,
        None => as_chosen(site, &who).await?,
    };
    let status = status(&problems);
    let page = Page {
        is_own: who.name == by.name,
        role: who.role.chinese(),
        within: within(site, &who.reach).await?,
        is_disabled: account.is_disabled,
        scope: Scope::new(site, by, PrincipalKind::Account, &chosen).await?,
        name: who.name,
        at_least: MIN_PASSWORD,
        problems,
        done,
    };
    Ok(html(status, &page))
}

/// What an account is now, as it would be filled in.
async fn as_chosen(site: &Site, who: &Principal) -> Result<NewPrincipal, Failed> {
    let stations = site.app.stations().await?;
    let station = stations
        .iter()
        .find(|(station, _)| Some(station.id) == who.reach.station);
    let all = site.app.consultations().await?;
    let ids = who.reach.consultations.clone().unwrap_or_default();
    let these = all.iter().filter(|listed| ids.contains(&listed.id));
    Ok(NewPrincipal {
        name: who.name.clone(),
        role: who.role.wire().to_owned(),
        station: station.map(|(one, _)| one.code.clone()).unwrap_or_default(),
        consultations: these.map(|one| one.consultation.slug.clone()).collect(),
    })
}
