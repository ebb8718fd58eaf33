//! Every route × every role, by API key and by session.

use axum::{body::Body, http::Request};
use caifeng_domain::{Named, Permission, Role};
use serde_json::json;

use super::{Desk, comment};

/// Who may.
#[derive(Clone, Copy)]
pub(super) enum Needs {
    /// Everybody, signed in or not.
    Nothing,
    /// Whoever is signed in with a password.
    Account,
    /// Whoever has it. Others are told 401 or 403, or led to where they sign in.
    The(Permission),
}

/// Every route of the server: a new one is added here. But for those that ask for a signature, not for
/// a role: `/api/v1/kiosk/batches` and the hooks that are set up are in `kiosk.rs`, `wechat.rs` and
/// `hooks.rs`.
pub(super) const ROUTES: &[(&str, &str, Needs)] = &[
    ("GET", "/healthz", Needs::Nothing),
    ("GET", "/readyz", Needs::Nothing),
    ("GET", "/metrics", Needs::Nothing),
    ("GET", "/", Needs::Nothing),
    ("GET", "/assets/style.css", Needs::Nothing),
    ("GET", "/assets/work.js", Needs::Nothing),
    ("GET", "/assets/icon.svg", Needs::Nothing),
    ("GET", "/receipt", Needs::Nothing),
    ("POST", "/receipt", Needs::Nothing),
    ("GET", "/c/known", Needs::Nothing),
    ("GET", "/c/known/say", Needs::Nothing),
    ("POST", "/c/known/say", Needs::Nothing),
    ("GET", "/c/known/a/1", Needs::Nothing),
    ("GET", "/c/known/changes", Needs::Nothing),
    ("GET", "/c/known/texts/1", Needs::Nothing),
    ("GET", "/en", Needs::Nothing),
    ("POST", "/look", Needs::Nothing),
    ("GET", "/assets/look.css", Needs::Nothing),
    ("GET", "/assets/public/read.js", Needs::Nothing),
    (
        "GET",
        "/staff/c/known/texts",
        Needs::The(Permission::Review),
    ),
    (
        "POST",
        "/staff/c/known/texts",
        Needs::The(Permission::Review),
    ),
    ("GET", "/p/none", Needs::Nothing),
    ("GET", "/p/none/qr.svg", Needs::Nothing),
    ("GET", "/staff/login", Needs::Nothing),
    ("GET", "/api/v1/openapi.json", Needs::Nothing),
    ("GET", "/api/v1/consultations", Needs::Nothing),
    ("GET", "/api/v1/consultations/known", Needs::Nothing),
    (
        "POST",
        "/api/v1/consultations/known/submissions",
        Needs::Nothing,
    ),
    ("GET", "/api/v1/receipts/x", Needs::Nothing),
    (
        "POST",
        "/api/v1/consultations/known/submissions/bulk",
        Needs::The(Permission::BulkIntake),
    ),
    (
        "GET",
        "/api/v1/consultations/known/report",
        Needs::The(Permission::ReadReport),
    ),
    (
        "GET",
        "/api/v1/consultations/known/changes",
        Needs::The(Permission::Pull),
    ),
    ("GET", "/api/v1/jobs", Needs::The(Permission::SeeJobs)),
    ("GET", "/api/v1/library", Needs::The(Permission::ReadReport)),
    (
        "GET",
        "/api/v1/consultations/known/articles/1/related",
        Needs::The(Permission::ReadReport),
    ),
    ("GET", "/staff/search", Needs::The(Permission::ReadReport)),
    (
        "GET",
        "/staff/search/export",
        Needs::The(Permission::ReadReport),
    ),
    (
        "POST",
        "/staff/search/saved",
        Needs::The(Permission::ReadReport),
    ),
    (
        "GET",
        "/staff/library/x",
        Needs::The(Permission::ReadReport),
    ),
    (
        "GET",
        "/staff/library/x/1",
        Needs::The(Permission::ReadReport),
    ),
    (
        "GET",
        "/staff/c/known/related/1",
        Needs::The(Permission::ReadReport),
    ),
    ("GET", "/staff", Needs::The(Permission::Transcribe)),
    ("GET", "/p/none/poster", Needs::Nothing),
    (
        "GET",
        "/staff/accounts",
        Needs::The(Permission::ManageAccounts),
    ),
    (
        "POST",
        "/staff/accounts",
        Needs::The(Permission::ManageAccounts),
    ),
    ("GET", "/staff/reports", Needs::The(Permission::ReadReport)),
    (
        "GET",
        "/staff/c/known/report?format=docx",
        Needs::The(Permission::ReadReport),
    ),
    ("GET", "/staff/tasks", Needs::The(Permission::Transcribe)),
    ("POST", "/staff/tasks", Needs::The(Permission::Transcribe)),
    ("GET", "/staff/sessions", Needs::Account),
    ("POST", "/staff/sessions", Needs::Account),
    ("GET", "/staff/password", Needs::Account),
    ("POST", "/staff/password", Needs::Account),
    ("GET", "/staff/second-factor", Needs::Account),
    ("POST", "/staff/second-factor", Needs::Account),
    ("POST", "/api/v1/kiosk/enrolments", Needs::Nothing),
    ("GET", "/api/v1/kiosk/places/none", Needs::Nothing),
    ("GET", "/kiosk/none", Needs::Nothing),
    ("GET", "/kiosk/none/manifest.webmanifest", Needs::Nothing),
    ("GET", "/kiosk/worker.js", Needs::Nothing),
    ("GET", "/kiosk/assets/none/none", Needs::Nothing),
    ("GET", "/staff/devices", Needs::The(Permission::Connect)),
    ("POST", "/staff/devices", Needs::The(Permission::Connect)),
    (
        "POST",
        "/staff/devices/1/revoke",
        Needs::The(Permission::Connect),
    ),
    (
        "GET",
        "/staff/c/known/minutes",
        Needs::The(Permission::Transcribe),
    ),
    (
        "POST",
        "/staff/c/known/minutes",
        Needs::The(Permission::Transcribe),
    ),
    (
        "POST",
        "/staff/c/known/minutes/confirm",
        Needs::The(Permission::Transcribe),
    ),
    (
        "GET",
        "/staff/c/known/import",
        Needs::The(Permission::Transcribe),
    ),
    (
        "POST",
        "/staff/c/known/import",
        Needs::The(Permission::Transcribe),
    ),
    (
        "POST",
        "/staff/c/known/import/check",
        Needs::The(Permission::Transcribe),
    ),
    ("GET", "/staff/scans/x", Needs::The(Permission::Transcribe)),
    ("POST", "/staff/scans/x", Needs::The(Permission::Transcribe)),
    ("GET", "/staff/files/1", Needs::The(Permission::Transcribe)),
    ("GET", "/staff/wechat", Needs::The(Permission::Transcribe)),
    (
        "POST",
        "/staff/wechat/1",
        Needs::The(Permission::Transcribe),
    ),
    ("GET", "/assets/desk.js", Needs::Nothing),
    ("GET", "/assets/desk.css", Needs::Nothing),
    ("GET", "/staff/desks", Needs::The(Permission::ReadReport)),
    (
        "GET",
        "/staff/c/known/desk",
        Needs::The(Permission::ReadReport),
    ),
    (
        "GET",
        "/staff/c/known/desk/table",
        Needs::The(Permission::ReadReport),
    ),
    (
        "POST",
        "/staff/c/known/desk/table",
        Needs::The(Permission::ReadReport),
    ),
    (
        "POST",
        "/staff/c/known/desk/table/confirm",
        Needs::The(Permission::ReadReport),
    ),
    (
        "GET",
        "/staff/c/known/desk/queue",
        Needs::The(Permission::ReadReport),
    ),
    (
        "GET",
        "/staff/c/known/desk/s/general",
        Needs::The(Permission::ReadReport),
    ),
    (
        "GET",
        "/staff/c/known/desk/points/P-1",
        Needs::The(Permission::ReadReport),
    ),
    (
        "GET",
        "/staff/c/known/desk/submissions/S-1",
        Needs::The(Permission::ReadReport),
    ),
    (
        "POST",
        "/staff/c/known/desk/decide",
        Needs::The(Permission::ReadReport),
    ),
    (
        "GET",
        "/staff/c/known/workflow",
        Needs::The(Permission::ReadReport),
    ),
    (
        "POST",
        "/staff/c/known/workflow",
        Needs::The(Permission::ReadReport),
    ),
    (
        "GET",
        "/staff/c/known/transfers",
        Needs::The(Permission::ReadReport),
    ),
    (
        "GET",
        "/staff/c/known/transfers/S-1",
        Needs::The(Permission::ReadReport),
    ),
    (
        "POST",
        "/staff/c/known/transfers/S-1",
        Needs::The(Permission::ReadReport),
    ),
    (
        "GET",
        "/staff/c/known/exchange",
        Needs::The(Permission::ReadReport),
    ),
    (
        "POST",
        "/staff/c/known/exchange",
        Needs::The(Permission::Review),
    ),
    (
        "POST",
        "/staff/c/known/exchange/confirm",
        Needs::The(Permission::Review),
    ),
    (
        "POST",
        "/staff/c/known/exchange/export",
        Needs::The(Permission::Review),
    ),
    (
        "POST",
        "/staff/c/known/exchange/feedback",
        Needs::The(Permission::Review),
    ),
    (
        "GET",
        "/staff/c/known/exchange/1",
        Needs::The(Permission::ReadReport),
    ),
    (
        "GET",
        "/staff/c/known/exchange/1/file",
        Needs::The(Permission::ReadReport),
    ),
    (
        "GET",
        "/staff/exchange/keys",
        Needs::The(Permission::ManageAccounts),
    ),
    (
        "POST",
        "/staff/exchange/keys",
        Needs::The(Permission::ManageAccounts),
    ),
    (
        "GET",
        "/staff/summaries",
        Needs::The(Permission::ReadReport),
    ),
    (
        "GET",
        "/staff/summaries/file?period=2026-03&format=html",
        Needs::The(Permission::ReadReport),
    ),
    (
        "GET",
        "/staff/schedules",
        Needs::The(Permission::ReadReport),
    ),
    (
        "POST",
        "/staff/schedules",
        Needs::The(Permission::ReadReport),
    ),
    (
        "POST",
        "/staff/schedules/1/end",
        Needs::The(Permission::ReadReport),
    ),
    (
        "GET",
        "/staff/schedules/files/1",
        Needs::The(Permission::ReadReport),
    ),
    ("GET", "/staff/admin", Needs::Account),
    (
        "GET",
        "/staff/admin/stations",
        Needs::The(Permission::Connect),
    ),
    (
        "GET",
        "/staff/admin/consultations",
        Needs::The(Permission::SeeJobs),
    ),
    (
        "GET",
        "/staff/admin/keys",
        Needs::The(Permission::ManageAccounts),
    ),
    ("GET", "/staff/admin/jobs", Needs::The(Permission::SeeJobs)),
    (
        "GET",
        "/staff/admin/audit",
        Needs::The(Permission::ReadAudit),
    ),
    (
        "GET",
        "/staff/admin/privacy",
        Needs::The(Permission::ReadAudit),
    ),
    (
        "POST",
        "/staff/admin/stations",
        Needs::The(Permission::Connect),
    ),
    (
        "GET",
        "/staff/admin/stations/none",
        Needs::The(Permission::Connect),
    ),
    (
        "POST",
        "/staff/admin/stations/none",
        Needs::The(Permission::Connect),
    ),
    (
        "GET",
        "/staff/admin/stations/import",
        Needs::The(Permission::Connect),
    ),
    (
        "POST",
        "/staff/admin/stations/import",
        Needs::The(Permission::Connect),
    ),
    (
        "POST",
        "/staff/admin/stations/import/confirm",
        Needs::The(Permission::Connect),
    ),
    (
        "GET",
        "/staff/admin/templates",
        Needs::The(Permission::Review),
    ),
    (
        "GET",
        "/staff/admin/templates/report",
        Needs::The(Permission::Review),
    ),
    (
        "POST",
        "/staff/admin/templates/report",
        Needs::The(Permission::Review),
    ),
    (
        "POST",
        "/staff/admin/templates/report/confirm",
        Needs::The(Permission::Review),
    ),
    ("GET", "/staff/admin/start", Needs::The(Permission::Review)),
    ("POST", "/staff/admin/start", Needs::The(Permission::Review)),
    (
        "POST",
        "/staff/admin/start/confirm",
        Needs::The(Permission::Review),
    ),
    (
        "GET",
        "/staff/admin/consultations/known",
        Needs::The(Permission::Review),
    ),
    (
        "POST",
        "/staff/admin/consultations/known",
        Needs::The(Permission::Review),
    ),
    (
        "GET",
        "/staff/admin/consultations/known/draft",
        Needs::The(Permission::Review),
    ),
    (
        "POST",
        "/staff/admin/consultations/known/draft",
        Needs::The(Permission::Review),
    ),
    (
        "POST",
        "/staff/admin/consultations/known/draft/confirm",
        Needs::The(Permission::Review),
    ),
    (
        "GET",
        "/staff/admin/accounts",
        Needs::The(Permission::ManageAccounts),
    ),
    (
        "POST",
        "/staff/admin/accounts",
        Needs::The(Permission::ManageAccounts),
    ),
    (
        "GET",
        "/staff/admin/accounts/expert",
        Needs::The(Permission::ManageAccounts),
    ),
    (
        "POST",
        "/staff/admin/accounts/expert",
        Needs::The(Permission::ManageAccounts),
    ),
    (
        "POST",
        "/staff/admin/keys",
        Needs::The(Permission::ManageAccounts),
    ),
    ("POST", "/staff/admin/jobs", Needs::The(Permission::SeeJobs)),
    (
        "GET",
        "/staff/admin/requests",
        Needs::The(Permission::AnswerRequests),
    ),
    (
        "POST",
        "/staff/admin/requests",
        Needs::The(Permission::AnswerRequests),
    ),
    ("GET", "/c/known/feedback", Needs::Nothing),
    ("GET", "/c/known/feedback/P-1", Needs::Nothing),
    ("GET", "/c/known/feedback.atom", Needs::Nothing),
    ("GET", "/c/known/notice", Needs::Nothing),
    ("GET", "/f/1", Needs::Nothing),
    ("GET", "/f/1/qr.svg", Needs::Nothing),
    ("GET", "/feedback", Needs::Nothing),
    ("GET", "/feedback/adopted", Needs::Nothing),
    ("GET", "/assets/feedback.css", Needs::Nothing),
    (
        "GET",
        "/api/v1/consultations/known/feedback",
        Needs::Nothing,
    ),
    (
        "GET",
        "/api/v1/consultations/known/feedback.csv",
        Needs::Nothing,
    ),
    (
        "GET",
        "/staff/c/known/publication",
        Needs::The(Permission::ReadReport),
    ),
    (
        "POST",
        "/staff/c/known/publication",
        Needs::The(Permission::ReadReport),
    ),
    (
        "GET",
        "/staff/c/known/publication/preview",
        Needs::The(Permission::ReadReport),
    ),
    ("GET", "/hooks/wechat/none", Needs::Nothing),
    ("POST", "/hooks/wechat/none", Needs::Nothing),
    ("POST", "/hooks/wenjuanxing/none", Needs::Nothing),
    ("POST", "/hooks/tencent/none", Needs::Nothing),
];

/// Statuses of those who are kept out.
pub(super) const KEPT_OUT: [u16; 3] = [401, 403, 303];

impl Desk {
    async fn status(&self, method: &str, path: &str, header: (&str, &str)) -> u16 {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .header("sec-fetch-site", "same-origin")
            .header(header.0, header.1);
        let body = if path.ends_with("bulk") {
            json!({"rows": [{"id": "1", "text": "甲"}]})
        } else {
            comment("甲")
        };
        let request = request.body(Body::from(body.to_string())).unwrap();
        self.send(request).await.status.as_u16()
    }
}

#[tokio::test]
async fn every_role_gets_what_the_table_grants_and_nothing_else() {
    let desk = Desk::new().await;
    let mut callers: Vec<(Option<Role>, String, String)> =
        vec![(None, "cookie".into(), "caifeng_session=wrong".into())];
    for &(role, name, _) in Role::NAMES {
        let key = desk.app.add_api_key(name, role).await.unwrap();
        callers.push((Some(role), "authorization".into(), format!("Bearer {key}")));
        let password = "一二三四五六七八九十".to_owned();
        desk.app
            .add_account(name, role, password.clone())
            .await
            .unwrap();
        let token = desk.app.sign_in(name, password).await.unwrap();
        callers.push((
            Some(role),
            "cookie".into(),
            format!("caifeng_session={token}"),
        ));
    }
    for &(method, path, needs) in ROUTES {
        for (role, header, value) in &callers {
            let status = desk.status(method, path, (header, value)).await;
            assert_ne!(status, 405, "{method} {path}");
            let may = match needs {
                Needs::Nothing => true,
                Needs::Account => role.is_some() && header == "cookie",
                Needs::The(permission) => role.is_some_and(|role| role.may(permission)),
            };
            let kept_out = KEPT_OUT.contains(&status);
            assert_eq!(
                kept_out, !may,
                "{method} {path} as {role:?} by {header}: {status}"
            );
        }
    }
}

/// The pages of staff that need a draft, and keys that do not work.
#[tokio::test]
async fn the_rest_is_kept_from_everybody_who_may_not() {
    let desk = Desk::new().await;
    for method in ["GET", "POST"] {
        let nobody = ("cookie", "caifeng_session=wrong");
        let status = desk.status(method, "/staff/c/inside", nobody).await;
        assert_eq!(status, 303, "{method}");
    }
    for key in ["", "Bearer", "Bearer ", "Bearer x", "Basic eA=="] {
        let path = "/api/v1/consultations";
        let request = Request::get(path).header("authorization", key);
        let answer = desk.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 401, "`{key}`");
    }
    let key = desk.app.add_api_key("ended", Role::Reviewer).await.unwrap();
    desk.app.revoke_api_key("ended").await.unwrap();
    let bearer = format!("Bearer {key}");
    let status = desk
        .status("GET", "/api/v1/jobs", ("authorization", &bearer))
        .await;
    assert_eq!(status, 401);
}
