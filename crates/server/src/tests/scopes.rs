//! Every route that names a consultation × where an account or key may do what it may: everywhere, at
//! one station, in one consultation.

use axum::{body::Body, http::Request};
use caifeng_app::Reach;
use caifeng_domain::{Permission, Role};

use super::{
    Desk, comment,
    matrix::{KEPT_OUT, Needs, ROUTES},
};

/// Further routes that name a consultation, and need a draft.
const MORE: [(&str, &str, Needs); 2] = [
    ("GET", "/staff/c/known", Needs::The(Permission::Transcribe)),
    ("POST", "/staff/c/known", Needs::The(Permission::Transcribe)),
];

const NOT_THERE: u16 = 404;
const FORBIDDEN: u16 = 403;

/// Where somebody may do what they may.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scope {
    Everywhere,
    Station,
    Inside,
    Known,
}

impl Scope {
    fn covers(self, slug: &str) -> bool {
        match self {
            Self::Everywhere | Self::Station => true,
            Self::Inside => slug == "inside",
            Self::Known => slug == "known",
        }
    }
}

/// A role that may do what is needed there, and know of what is not public.
fn role(needs: Needs) -> Role {
    match needs {
        Needs::The(Permission::BulkIntake) => Role::Platform,
        Needs::The(Permission::ReadReport) => Role::Expert,
        Needs::The(Permission::Review) => Role::Reviewer,
        Needs::The(Permission::Pull) => Role::Observer,
        _ => Role::StationOfficer,
    }
}

/// What somebody is told who may do it somewhere else only. None: they may do it here, as everybody.
fn refused(method: &str, path: &str, needs: Needs, slug: &str) -> Option<u16> {
    match (needs, slug) {
        (_, "inside") => Some(NOT_THERE),
        (Needs::The(_), _) => Some(FORBIDDEN),
        // Whoever collects elsewhere does not collect here.
        _ if method == "POST" && path.starts_with("/api/") => Some(FORBIDDEN),
        _ => None,
    }
}

impl Desk {
    async fn try_as(&self, method: &str, path: &str, (name, value): (&str, &str)) -> u16 {
        let (kind, body) = match path.rsplit('/').next() {
            Some("minutes" | "import") => (
                "multipart/form-data; boundary=edge",
                "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n\
                 编号,意见内容\r\n1,甲\r\n\r\n--edge--\r\n"
                    .to_owned(),
            ),
            Some("submissions") => ("application/json", comment("甲").to_string()),
            Some("bulk") => (
                "application/json",
                r#"{"rows": [{"id": "1", "text": "甲"}]}"#.to_owned(),
            ),
            _ => ("application/x-www-form-urlencoded", "text=x".to_owned()),
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", kind)
            .header("sec-fetch-site", "same-origin")
            .header(name, value);
        let request = request.body(Body::from(body)).unwrap();
        self.send(request).await.status.as_u16()
    }

    /// The headers of an account and of a key of this role and reach.
    async fn both(&self, name: &str, role: Role, reach: Reach) -> [(&'static str, String); 2] {
        let key = self.app.add_api_key_within(name, role, reach.clone()).await;
        let password = "一二三四五六七八九十".to_owned();
        let added = self
            .app
            .add_account_within(name, role, password.clone(), reach);
        added.await.unwrap();
        let token = self.app.sign_in(name, password).await.unwrap();
        [
            ("authorization", format!("Bearer {}", key.unwrap())),
            ("cookie", format!("caifeng_session={token}")),
        ]
    }
}

#[tokio::test]
async fn a_scope_confines_every_route_that_names_a_consultation() {
    let desk = Desk::new().await;
    let csv = "类型,名称,上级\n联系点,某区,\n联络站,东街,某区\n";
    desk.app.import_stations(csv.as_bytes()).await.unwrap();
    let east = desk.app.stations().await.unwrap()[1].0.code.clone();
    let mut callers = Vec::new();
    for (scope, station, slugs) in [
        (Scope::Everywhere, None, &[][..]),
        (Scope::Station, Some(&*east), &[]),
        (Scope::Inside, None, &["inside".to_owned()]),
        (Scope::Known, None, &["known".to_owned()]),
    ] {
        let reach = desk.app.reach(station, slugs).await.unwrap();
        let mut roles = vec![Role::StationOfficer, Role::Platform, Role::Expert];
        roles.extend([Role::Reviewer, Role::Observer]);
        for role in roles {
            let name = format!("{scope:?}-{role:?}");
            for header in desk.both(&name, role, reach.clone()).await {
                callers.push((scope, role, header));
            }
        }
    }
    let mut tried = 0;
    // What is public is public, whoever looks at it: see `crawler.rs`.
    let is_public = |path: &str| path.starts_with("/c/") || path.contains("/feedback");
    let named = ROUTES.iter().filter(|(_, path, _)| path.contains("/known"));
    let named = named.filter(|(_, path, _)| !is_public(path));
    for &(method, path, needs) in named.chain(&MORE) {
        for (scope, caller, (header, value)) in &callers {
            if *caller != role(needs) {
                continue;
            }
            for slug in ["known", "inside"] {
                let path = path.replace("/known", &format!("/{slug}"));
                let status = desk.try_as(method, &path, (header, value)).await;
                // Packages, changes and what officials set are of a whole consultation.
                let is_whole = path.contains("/exchange")
                    || path.contains("/admin/")
                    || path.ends_with("/changes");
                let want = if is_whole && *scope == Scope::Station {
                    Some(FORBIDDEN)
                } else if scope.covers(slug) && path.contains("/exchange/1") {
                    // There is no such package.
                    Some(NOT_THERE)
                } else if scope.covers(slug) {
                    None
                } else {
                    refused(method, &path, needs, slug)
                };
                let got = Some(status).filter(|s| KEPT_OUT.contains(s) || *s == NOT_THERE);
                assert_eq!(
                    got, want,
                    "{method} {path}, {scope:?} by {header}: {status}"
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 150, "{tried} were tried");
}
