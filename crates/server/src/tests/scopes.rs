//! Every route that names a consultation × where an account or key may do what it may: everywhere, at
//! one station, in one consultation.

use std::{collections::BTreeSet, sync::Arc};

use axum::{body::Body, http::Request};
use caifeng_app::Reach;
use caifeng_domain::{Permission, Role};

use super::{
    Desk, Silent, comment,
    desk::links,
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
                // These are of a whole consultation.
                let is_whole = [
                    "/exchange",
                    "/admin/",
                    "/changes",
                    "/report",
                    "/publication",
                ];
                let is_whole = is_whole.iter().any(|part| path.contains(part));
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

/// Each with the place where it was said; what was said in the west names it.
const SAID: [(&str, &str); 6] = [
    ("东街", "第二条遛犬的绳子应当不超过两米。"),
    (
        "西街",
        "第二条遛犬的绳子应当不超过两米，西边的小区尤其如此。",
    ),
    ("西街", "第一条的步道晚上也应当开放，方便西边上夜班的人。"),
    (
        "东街",
        "我是西街来信人，联系电话13800000001，反对第一条，步道晚上应当关闭。",
    ),
    ("东街社区", "第三条应当写明由谁负责。"),
    ("", "第三条写得太笼统，西边没人管。"),
];

impl Desk {
    /// With opinions from several places, triaged, and somebody of this role who speaks for 东街.
    async fn with_places(role: Role) -> (Self, String) {
        let desk = Self::new().await;
        let csv = "类型,名称,上级\n联系点,某区,\n联络站,东街,某区\n联络站,西街,某区\n采集点,东街社区,东街\n";
        desk.app.import_stations(csv.as_bytes()).await.unwrap();
        let lines = SAID.iter().map(|(place, text)| {
            let row = serde_json::json!({"station": place, "text": text});
            format!("{row}\n")
        });
        let file = lines.collect::<String>().into_bytes();
        let imported = desk.app.import(Some("known"), "a.jsonl", file, None, false);
        imported.await.unwrap();
        let silent = Arc::new(Silent);
        desk.app.triage(Some("known"), silent).await.unwrap();
        let east = desk.app.stations().await.unwrap()[1].0.code.clone();
        let reach = desk.app.reach(Some(&east), &[]).await.unwrap();
        let cookie = desk.staff_within("dong", role, reach).await;
        (desk, cookie)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_speaks_for_one_place_reads_what_came_from_there_and_nothing_else() {
    let (desk, cookie) = Desk::with_places(Role::Reviewer).await;
    let (mut open, mut seen) = (vec!["/staff/c/known/desk".to_owned()], BTreeSet::new());
    for queue in caifeng_app::Queue::ALL {
        open.push(format!("/staff/c/known/desk/queue?kind={}", queue.1));
    }
    open.push("/staff/c/known/transfers".to_owned());
    open.push("/staff/search?q=%E8%A5%BF%E8%BE%B9".to_owned());
    while let Some(path) = open.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let page = desk.get_as(&path, &cookie).await;
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        let read = page.body.replace("name=\"q\" value=\"西边\"", "");
        assert!(!read.contains("西边"), "{path}: {read}");
        open.extend(links(&page.body));
    }
    let read: Vec<&String> = seen
        .iter()
        .filter(|path| path.contains("/submissions/"))
        .collect();
    assert_eq!(read.len(), 3, "{read:?}");
    for (number, (place, _)) in (1..).zip(SAID) {
        let path = format!("/staff/c/known/desk/submissions/S-{number}");
        let want = if place.starts_with("东街") {
            200
        } else {
            404
        };
        assert_eq!(desk.get_as(&path, &cookie).await.status, want, "{place}");
    }
    let whole = desk.get_as("/staff/c/known/desk", &cookie).await.body;
    assert!(
        whole.contains("整个任务收到 <strong>6</strong> 件"),
        "{whole}"
    );
    for path in ["report?format=md", "publication", "exchange"] {
        let refused = desk
            .get_as(&format!("/staff/c/known/{path}"), &cookie)
            .await;
        assert_eq!(refused.status, 403, "{path}");
    }
    let reports = desk.get_as("/staff/reports", &cookie).await.body;
    assert!(!reports.contains("/known/report"), "{reports}");
    // Scans and recordings are behind the receipt, which is refused as if there were none.
    let everywhere = desk.staff(Role::Reviewer).await;
    for (number, want) in [(1, 200), (2, 404)] {
        let path = format!("/staff/c/known/desk/submissions/S-{number}");
        let page = desk.get_as(&path, &everywhere).await.body;
        let link = page.split("/staff/scans/").nth(1).unwrap();
        let link = format!("/staff/scans/{}", link.split('"').next().unwrap());
        assert_eq!(desk.get_as(&link, &cookie).await.status, want, "S-{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_speaks_for_one_place_decides_about_what_came_from_there() {
    let (desk, cookie) = Desk::with_places(Role::Reviewer).await;
    let everywhere = desk.staff(Role::Reviewer).await;
    let units = async |number: u64| {
        let path = format!("/staff/c/known/desk/submissions/S-{number}");
        let page = desk.get_as(&path, &everywhere).await.body;
        let part = |begins: &str| {
            let rest = page.split(begins).nth(1).unwrap();
            rest.split(['"', '?']).next().unwrap().to_owned()
        };
        (part("data-item=\""), part("/desk/points/"))
    };
    let ((own, shared), (other, _)) = (units(1).await, units(2).await);
    let (alone, theirs) = (units(5).await.1, units(3).await.1);
    assert_eq!(units(2).await.1, shared, "both say the same");
    for (fields, status) in [
        (
            vec![("do", "stance"), ("unit", &*own), ("stance", "oppose")],
            200,
        ),
        (vec![("do", "undo")], 200),
        (
            vec![("do", "stance"), ("unit", &*other), ("stance", "oppose")],
            404,
        ),
        (
            vec![("do", "dismiss"), ("unit", &*other), ("reason", "重复")],
            404,
        ),
        (
            vec![("do", "status"), ("submission", "S-2"), ("status", "spam")],
            404,
        ),
        (
            vec![("do", "bound"), ("submission", "S-2"), ("begin", "西边")],
            404,
        ),
        (vec![("do", "confirm"), ("point", &*shared)], 403),
        (
            vec![("do", "name"), ("point", &*shared), ("text", "绳长")],
            403,
        ),
        (vec![("do", "confirm"), ("point", &*theirs)], 404),
        (vec![("do", "confirm"), ("point", &*alone)], 200),
        (
            vec![("do", "merge"), ("point", &*shared), ("into", &*alone)],
            403,
        ),
        (vec![("do", "move"), ("unit", &*own), ("to", &*theirs)], 404),
        (vec![("do", "move"), ("unit", &*own), ("to", &*alone)], 200),
    ] {
        let told = desk.decide(&fields, &cookie).await;
        assert_eq!(told.status, status, "{fields:?}: {}", told.body);
    }
    let fields = [("do", "name"), ("point", &*theirs), ("text", "夜间开放")];
    let told = desk.decide(&fields, &everywhere).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let number = told.json()["event"].to_string();
    let undone = desk
        .decide(&[("do", "undo"), ("event", &number)], &cookie)
        .await;
    assert_eq!(
        undone.status, 409,
        "nor is what others decided theirs to undo"
    );
}
