//! `/staff/admin`: for those who look after the program, each what their role lets them see.

mod accounts;
mod audit;
mod consultation;
mod jobs;
mod keys;
mod lists;
mod next;
mod requests;
mod start;
mod stations;
mod templates;

use askama::Template;
use axum::{
    Router,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use caifeng_app::Principal;
use caifeng_domain::{Named, Permission, Role};
use serde::Deserialize;

pub(super) use self::accounts::within;
use super::{Failed, html};
use crate::{Site, auth::Caller, error::Fault};

/// What is linked to: who may, where it is, what it is.
const LINKS: [(Permission, &str, &str); 14] = [
    (Permission::ManageAccounts, "/staff/accounts", "账号"),
    (
        Permission::ManageAccounts,
        "/staff/admin/keys",
        "接口密钥和数据密钥",
    ),
    (
        Permission::ManageAccounts,
        "/staff/exchange/keys",
        "受信任的公钥",
    ),
    (Permission::Connect, "/staff/admin/stations", "站点"),
    (Permission::Connect, "/staff/devices", "自助终端"),
    (
        Permission::SeeJobs,
        "/staff/admin/consultations",
        "征求意见任务和草案",
    ),
    (Permission::SeeJobs, "/staff/admin/jobs", "后台任务"),
    (Permission::ReadAudit, "/staff/admin/audit", "审计记录"),
    (
        Permission::ReadAudit,
        "/staff/admin/privacy",
        "个人信息请求的办理记录",
    ),
    (
        Permission::AnswerRequests,
        "/staff/admin/requests",
        "办理个人信息请求",
    ),
    (
        Permission::Review,
        "/staff/admin/templates",
        "流程、结果和报告模板",
    ),
    (Permission::ReadReport, "/staff/desks", "审阅台"),
    (Permission::Transcribe, "/staff", "代录书面和电话意见"),
    (Permission::Transcribe, "/staff/tasks", "交办任务"),
];

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/staff/admin", get(show))
        .route(
            "/staff/admin/stations",
            get(stations::show).post(stations::add),
        )
        .route(
            "/staff/admin/stations/{code}",
            get(stations::one).post(stations::rename),
        )
        .route(
            "/staff/admin/stations/import/confirm",
            post(stations::confirm),
        )
        .route("/staff/admin/consultations", get(lists::consultations))
        .route("/staff/admin/start/confirm", post(start::confirm))
        .route(
            "/staff/admin/consultations/{slug}",
            get(consultation::show).post(consultation::act),
        )
        .route(
            "/staff/admin/consultations/{slug}/draft/confirm",
            post(next::confirm),
        )
        .route(
            "/staff/admin/accounts",
            get(accounts::start).post(accounts::make),
        )
        .route(
            "/staff/admin/accounts/{account}",
            get(accounts::show).post(accounts::change),
        )
        .route("/staff/admin/keys", get(keys::show).post(keys::act))
        .route("/staff/admin/jobs", get(jobs::show).post(jobs::retry))
        .route(
            "/staff/admin/requests",
            get(requests::show).post(requests::answer),
        )
        .route("/staff/admin/audit", get(audit::show))
        .route("/staff/admin/privacy", get(audit::privacy))
        .route("/staff/admin/templates", get(templates::show))
        .route(
            "/staff/admin/templates/{kind}/confirm",
            post(templates::confirm),
        )
}

/// Pages with files, which may be larger than other forms.
pub(super) fn uploads() -> Router<Site> {
    Router::new()
        .route("/staff/admin/start", get(start::show).post(start::look))
        .route(
            "/staff/admin/consultations/{slug}/draft",
            get(next::show).post(next::look),
        )
        .route(
            "/staff/admin/stations/import",
            get(stations::start).post(stations::look),
        )
        .route(
            "/staff/admin/templates/{kind}",
            get(templates::file).post(templates::look),
        )
}

/// Something that can be chosen in a form.
struct Choice {
    value: String,
    name: String,
    is_chosen: bool,
}

impl Choice {
    /// Every value of a kind, by its wire name.
    fn all<T: Named>(chosen: &[String]) -> Vec<Self> {
        let all = T::NAMES.iter().map(|&(_, wire, name)| Self {
            value: wire.to_owned(),
            name: name.to_owned(),
            is_chosen: chosen.iter().any(|one| one == wire),
        });
        all.collect()
    }
}

/// The places that `by` may speak for, each with the names that lead to it.
async fn places(site: &Site, by: &Principal, chosen: &[String]) -> Result<Vec<Choice>, Failed> {
    let mut all = site.app.stations_of(by).await?;
    all.sort_by(|(_, a), (_, b)| a.cmp(b));
    let place = |(station, path): (caifeng_domain::Station, Vec<String>)| Choice {
        is_chosen: chosen.contains(&station.code),
        name: path.join(" / "),
        value: station.code,
    };
    Ok(all.into_iter().map(place).collect())
}

/// What was done before a page was asked for, by a word in its address.
#[derive(Default, Deserialize)]
struct Done {
    #[serde(default)]
    done: String,
}

impl Done {
    fn of(&self, known: &[(&str, &'static str)]) -> Option<&'static str> {
        let found = known.iter().find(|(word, _)| *word == self.done);
        found.map(|(_, said)| *said)
    }
}

#[derive(Template)]
#[template(path = "admin/index.html")]
struct Page {
    name: String,
    role: &'static str,
    links: Vec<(&'static str, &'static str)>,
    /// Each role with what it may do.
    roles: Vec<(&'static str, String)>,
}

async fn show(caller: Result<Caller, Fault>) -> Result<Response, Failed> {
    let caller = caller?;
    if caller.0.is_none() {
        return Ok(Redirect::to("/staff/login").into_response());
    }
    let by = caller.require_account()?;
    let links = LINKS.iter().filter(|(needs, ..)| by.role.may(*needs));
    let granted = |role: Role| {
        let all = Permission::ALL.iter().filter(|(one, ..)| role.may(*one));
        all.map(|(.., name)| *name).collect::<Vec<_>>().join("、")
    };
    let page = Page {
        role: by.role.chinese(),
        name: by.name,
        links: links.map(|&(_, at, name)| (at, name)).collect(),
        roles: (Role::ALL
            .iter()
            .map(|&(role, _, name)| (name, granted(role))))
        .collect(),
    };
    Ok(html(StatusCode::OK, &page))
}
