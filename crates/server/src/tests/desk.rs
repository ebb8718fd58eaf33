//! The reviewer's desk as a browser meets it: every link of its pages leads somewhere.

use std::{collections::BTreeSet, sync::Arc};

use axum::{body::Body, http::Request};
use caifeng_domain::Role;

use super::{Answer, Desk, Silent};

const TEXTS: [&str; 6] = [
    "第二条遛犬的绳子应当不超过两米。",
    "遛犬绳子不应超过两米，太长了拉不住。",
    "第一条的步道晚上也应当开放，方便上夜班的人。",
    "步道晚上应当开放。",
    "赞成第二条，遛狗必须拴绳。",
    "反对第二条，小型犬不用拴绳。",
];

impl Desk {
    /// With submissions, triaged.
    async fn reviewed() -> Self {
        let desk = Self::new().await;
        for text in TEXTS {
            let answer = desk.post(super::SUBMIT, &super::comment(text), &[]).await;
            assert_eq!(answer.status, 201, "{}", answer.body);
        }
        let silent = Arc::new(Silent);
        desk.app.triage(Some("known"), silent).await.unwrap();
        desk
    }

    pub(super) async fn decide(&self, fields: &[(&str, &str)], cookie: &str) -> Answer {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", super::spelt_out(value)))
            .collect();
        let request = Request::post("/staff/c/known/desk/decide")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", cookie);
        self.send(request.body(Body::from(body.join("&"))).unwrap())
            .await
    }
}

/// The addresses of this desk that a page links to.
pub(super) fn links(page: &str) -> impl Iterator<Item = String> {
    let found = page.split("href=\"").skip(1);
    let found = found.filter_map(|rest| rest.split('"').next());
    found
        .filter(|link| link.starts_with("/staff/c/known/desk"))
        .map(|link| link.replace("&amp;", "&"))
        .map(|link| link.split('#').next().unwrap_or_default().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_link_of_the_desk_leads_somewhere() {
    let desk = Desk::reviewed().await;
    let cookie = desk.staff(Role::Reviewer).await;
    let list = desk.get_as("/staff/desks", &cookie).await;
    assert!(list.body.contains("/staff/c/known/desk"), "{}", list.body);
    let (mut open, mut seen) = (vec!["/staff/c/known/desk".to_owned()], BTreeSet::new());
    while let Some(path) = open.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let page = desk.get_as(&path, &cookie).await;
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        assert!(page.body.len() < 200_000, "{path}");
        open.extend(links(&page.body));
    }
    for (part, least) in [
        ("/s/", 2),
        ("/points/", 2),
        ("/submissions/", 6),
        ("queue?", 11),
    ] {
        let count = seen.iter().filter(|path| path.contains(part)).count();
        assert!(count >= least, "{part}: {seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_made_shown_and_undone_by_form_and_by_script() {
    let desk = Desk::reviewed().await;
    let cookie = desk.staff(Role::Reviewer).await;
    let queue = desk.get_as("/staff/c/known/desk/s/n3", &cookie).await;
    let at = queue.body.find("data-item=\"").map(|at| at + 11);
    let point = at.map(|at| queue.body[at..].split('"').next().unwrap().to_owned());
    let point = point.unwrap_or_else(|| panic!("no point: {}", queue.body));
    let told = desk
        .decide(
            &[("do", "name"), ("point", &point), ("text", "绳子<b>长度")],
            &cookie,
        )
        .await;
    assert_eq!(told.status, 200, "{}", told.body);
    assert_eq!(told.json()["what"], "改标题");
    let page = format!("/staff/c/known/desk/points/{point}");
    let shown = desk.get_as(&page, &cookie).await.body;
    assert!(shown.contains("绳子&#60;b&#62;长度"), "{shown}");
    assert!(shown.contains("您刚才：改标题"), "{shown}");
    // Without scripts a form leads back to where it was.
    let fields = [("do", "undo"), ("back", page.as_str())];
    let answer = desk
        .fill("/staff/c/known/desk/decide", &fields, &cookie)
        .await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.headers["location"], page.as_str());
    assert!(!desk.get_as(&page, &cookie).await.body.contains("长度</h1>"));
    // But nowhere else.
    let fields = [
        ("do", "confirm"),
        ("point", point.as_str()),
        ("back", "https://evil.test"),
    ];
    let answer = desk
        .fill("/staff/c/known/desk/decide", &fields, &cookie)
        .await;
    assert_eq!(answer.headers["location"], "/staff/c/known/desk");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_decided_is_refused_in_chinese_and_nothing_changes() {
    let desk = Desk::reviewed().await;
    let cookie = desk.staff(Role::Reviewer).await;
    let expert = desk.staff(Role::Expert).await;
    for (fields, status, says) in [
        (vec![("do", "explode")], 422, "没有这种操作"),
        (
            vec![("do", "confirm"), ("point", "P-9999")],
            404,
            "没有观点",
        ),
        (vec![("do", "confirm"), ("point", "x")], 422, "point"),
        (
            vec![("do", "stance"), ("unit", "S-1:0-3"), ("stance", "angry")],
            422,
            "stance",
        ),
        (
            vec![("do", "aim"), ("unit", "S-1:0-1"), ("articles", "2")],
            404,
            "没有这段意见",
        ),
        (
            vec![("do", "aim"), ("unit", "S-1:0-3"), ("articles", "二")],
            422,
            "请写数字",
        ),
        (
            vec![
                ("do", "bound"),
                ("submission", "S-1"),
                ("from", "1"),
                ("to", "9999"),
            ],
            422,
            "请先在原文里选中文字",
        ),
        (
            vec![
                ("do", "bound"),
                ("submission", "S-1"),
                ("begin", "没有的话"),
            ],
            422,
            "原文里没有“没有的话”",
        ),
        (
            vec![("do", "dismiss"), ("unit", "S-1:0-3"), ("reason", "x")],
            404,
            "没有这段意见",
        ),
        (vec![("do", "undo")], 409, "没有可以撤销"),
        (vec![("do", "undo"), ("event", "77")], 409, "没有可以撤销"),
    ] {
        let told = desk.decide(&fields, &cookie).await;
        assert_eq!(told.status, status, "{fields:?} {}", told.body);
        assert!(told.body.contains(says), "{fields:?} {}", told.body);
    }
    let told = desk
        .decide(&[("do", "confirm"), ("point", "P-1")], &expert)
        .await;
    assert_eq!(told.status, 403);
    let unknown = desk
        .get_as("/staff/c/known/desk/points/P-9999", &cookie)
        .await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.body.contains("没有观点"), "{}", unknown.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_comes_back_and_is_shown_before_anything_is_decided() {
    let desk = Desk::reviewed().await;
    let cookie = desk.staff(Role::Reviewer).await;
    let path = "/staff/c/known/desk/table";
    let bad = desk.hand_in(path, b"no table", &cookie).await;
    assert_eq!(bad.status, 422, "{}", bad.body);
    // As it was downloaded nothing is filled in, so nothing changes.
    let (_, table) = desk.raw("/staff/c/known/report?format=xlsx", &cookie).await;
    let shown = desk.hand_in(path, &table, &cookie).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    assert!(shown.body.contains("新的处理结果 0 个"), "{}", shown.body);
    let list = desk.get_as("/staff/c/known/desk/s/n3", &cookie).await.body;
    let at = list.find("data-item=\"").unwrap() + 11;
    let point = list[at..].split('"').next().unwrap().to_owned();
    let fields = [
        ("point", point.as_str()),
        ("code", "kept"),
        ("reason", "留待研究"),
        ("point", "P-9999"),
        ("code", "adopted"),
        ("reason", ""),
    ];
    let done = desk
        .fill("/staff/c/known/desk/table/confirm", &fields, &cookie)
        .await;
    assert!(done.body.contains("已写入 1 个处理结果"), "{}", done.body);
    assert!(done.body.contains("P-9999：没有观点"), "{}", done.body);
    let page = desk
        .get_as(&format!("/staff/c/known/desk/points/{point}"), &cookie)
        .await;
    assert!(page.body.contains("留待研究"), "{}", page.body);
}
