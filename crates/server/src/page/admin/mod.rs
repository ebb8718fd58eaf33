//! `/staff/admin`: for those who look after the program, each what their role lets them see.

mod audit;
mod lists;

use askama::Template;
use axum::{
    Router,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use caifeng_domain::{Named, Permission, Role};

use super::{Failed, html};
use crate::{Site, auth::Caller, error::Fault};

/// What is linked to: who may, where it is, what it is.
const LINKS: [(Permission, &str, &str); 12] = [
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
        "个人信息请求",
    ),
    (Permission::ReadReport, "/staff/desks", "审阅台"),
    (Permission::Transcribe, "/staff", "代录书面和电话意见"),
    (Permission::Transcribe, "/staff/tasks", "交办任务"),
];

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/staff/admin", get(show))
        .route("/staff/admin/stations", get(lists::stations))
        .route("/staff/admin/consultations", get(lists::consultations))
        .route("/staff/admin/keys", get(lists::keys))
        .route("/staff/admin/jobs", get(lists::jobs))
        .route("/staff/admin/audit", get(audit::show))
        .route("/staff/admin/privacy", get(audit::privacy))
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
