//! Packages by the pages of two houses; summaries; reports by the calendar; what a platform above reads.

use axum::{body::Body, http::Request};
use caifeng_domain::Role;
use serde_json::json;

use super::{Answer, CONSENT_VERSION, Desk, SUBMIT, Silent, field};

const PAGE: &str = "/staff/c/known/exchange";

impl Desk {
    async fn hears(&self, texts: &[&str]) {
        for text in texts {
            let body = json!({"comments": [{"text": text}], "consent": CONSENT_VERSION});
            assert_eq!(self.post(SUBMIT, &body, &[]).await.status, 201);
        }
        let silent = std::sync::Arc::new(Silent);
        self.app.triage(Some("known"), silent).await.unwrap();
    }

    /// The place that a form leads to.
    async fn led_to(&self, path: &str, fields: &[(&str, &str)], cookie: &str) -> String {
        let answer = self.fill(path, fields, cookie).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.headers["location"].to_str().unwrap().to_owned()
    }

    async fn pulled(&self, query: &str, key: &str, tag: Option<&str>) -> Answer {
        let path = format!("/api/v1/consultations/known/changes{query}");
        let mut request = Request::get(path).header("authorization", format!("Bearer {key}"));
        if let Some(tag) = tag {
            request = request.header("if-none-match", tag);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_is_made_looked_at_confirmed_and_listed() {
    let (county, city) = (Desk::new().await, Desk::new().await);
    for (desk, name) in [(&county, "某县"), (&city, "某市")] {
        let places = format!("类型,名称,上级\n联系点,{name},\n");
        desk.app.import_stations(places.as_bytes()).await.unwrap();
    }
    let below = county.staff(Role::Reviewer).await;
    let early = county.fill(&format!("{PAGE}/export"), &[], &below).await;
    assert_eq!(early.status, 409, "not triaged");
    county
        .hears(&[
            "第二条应当写明绳子多长。",
            "第一条的步道夜里太黑，应当装灯。",
        ])
        .await;
    let made = county.led_to(&format!("{PAGE}/export"), &[], &below).await;
    let page = county.get_as(&made, &below).await;
    assert!(
        page.body.contains("观点（2）") && page.body.contains("绳子多长"),
        "{}",
        page.body
    );
    let (headers, package) = county.raw(&format!("{made}/file"), &below).await;
    let name = headers["content-disposition"].to_str().unwrap();
    assert_eq!(name, "attachment; filename=\"known-submissions-v1.zip\"");
    let again = county.led_to(&format!("{PAGE}/export"), &[], &below).await;
    assert_eq!(again, made, "nothing has changed");

    // Nobody trusts the county yet: the fingerprint is shown, an administrator compares it.
    let above = city.staff(Role::Reviewer).await;
    let refused = city.hand_in(PAGE, &package, &above).await;
    assert_eq!(refused.status, 403);
    let key = county.app.own_key().await.unwrap();
    assert!(refused.body.contains(&key.fingerprint) && refused.body.contains("某县"));
    let admin = city.staff(Role::SecurityAdmin).await;
    let keys = "/staff/exchange/keys";
    let look = [
        ("do", "look"),
        ("organisation", "某县"),
        ("key", &*key.line),
    ];
    let shown = city.fill(keys, &look, &admin).await;
    assert!(shown.body.contains(&key.fingerprint), "{}", shown.body);
    let trust = [
        ("do", "trust"),
        ("organisation", "某县"),
        ("key", &*key.line),
    ];
    let trusted = city.fill(keys, &trust, &admin).await;
    assert!(
        trusted.body.contains("已把“某县”的公钥加入名单"),
        "{}",
        trusted.body
    );

    let looked = city.hand_in(PAGE, &package, &above).await;
    assert_eq!(looked.status, 200, "{}", looked.body);
    assert!(looked.body.contains("将新增 2 件") && looked.body.contains("现在还没有收入"));
    assert_eq!(city.app.count_received("known").await.unwrap(), 0);
    let upload = field(&looked.body, "upload");
    let confirm = format!("{PAGE}/confirm");
    let done = city.fill(&confirm, &[("upload", &upload)], &above).await;
    assert!(done.body.contains("新增 2 件"), "{}", done.body);
    let twice = city.fill(&confirm, &[("upload", &upload)], &above).await;
    assert_eq!(twice.status, 409, "the upload is gone");
    let once_more = city.hand_in(PAGE, &package, &above).await;
    assert!(once_more.body.contains("此前已经导入过"));
    let mut cut = package.clone();
    cut.truncate(package.len() - 9);
    let damaged = city.hand_in(PAGE, &cut, &above).await;
    assert_eq!(damaged.status, 422);
    assert!(damaged.body.contains("不完整或已损坏"));
    let list = city.get_as(PAGE, &above).await;
    assert!(list.body.contains("收到上报包") && list.body.contains("<option>某县</option>"));

    let silent = std::sync::Arc::new(Silent);
    city.app.triage(Some("known"), silent).await.unwrap();
    let whom = [("organisation", "某县")];
    let none = city.fill(&format!("{PAGE}/feedback"), &whom, &above).await;
    assert_eq!(none.status, 409);
    assert!(none.body.contains("没有经审核的处理结果"), "{}", none.body);
    let expert = city.staff(Role::Expert).await;
    let seen = city.get_as(PAGE, &expert).await;
    assert!(!seen.body.contains("生成上报包"), "may look, not send");
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_may_be_larger_than_other_files_and_have_a_limit() {
    let city = Desk::new().await;
    let reviewer = city.staff(Role::Reviewer).await;
    let large = city.hand_in(PAGE, &vec![0; 17 << 20], &reviewer).await;
    assert!(large.body.contains("这不是采风的上报包"), "{}", large.body);
    let beyond = city.hand_in(PAGE, &vec![0; 65 << 20], &reviewer).await;
    assert!(beyond.body.contains("提交的内容太大"), "{}", beyond.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_decided_above_stands_at_the_point_that_it_is_about() {
    let (county, city) = (Desk::new().await, Desk::new().await);
    for (desk, name) in [(&county, "某县"), (&city, "某市")] {
        let places = format!("类型,名称,上级\n联系点,{name},\n");
        desk.app.import_stations(places.as_bytes()).await.unwrap();
    }
    for (desk, name, other) in [(&county, "某市", &city), (&city, "某县", &county)] {
        let key = other.app.own_key().await.unwrap();
        desk.app.trust(None, name, &key.line).await.unwrap();
    }
    let known = Some("known");
    county
        .hears(&["第二条应当写明绳子多长。", "第一条的步道夜里太黑。"])
        .await;
    let up = county.app.export_package(None, known).await.unwrap();
    let taken = city.app.receive_package(None, known, up.bytes, false);
    taken.await.unwrap();
    let silent = std::sync::Arc::new(Silent);
    city.app.triage(known, silent).await.unwrap();
    let (first, second) = (
        city.staff(Role::Reviewer).await,
        city.staff(Role::Approver).await,
    );
    let decide = "/staff/c/known/desk/decide";
    let result = [("do", "dispose"), ("point", "P-1"), ("code", "adopted")];
    city.led_to(decide, &result, &first).await;
    let agreed = [("do", "approve"), ("point", "P-1")];
    city.led_to(decide, &agreed, &second).await;
    let down = city.app.export_feedback(None, known, "某县").await.unwrap();
    let taken = county.app.receive_package(None, known, down.bytes, false);
    taken.await.unwrap();

    let below = county.staff(Role::Reviewer).await;
    let page = county.get_as("/staff/c/known/desk/points/P-1", &below);
    let page = page.await.body;
    assert!(page.contains("某市答复：<strong>采纳</strong>"), "{page}");
    let other = county.get_as("/staff/c/known/desk/points/P-2", &below);
    assert!(!other.await.body.contains("某市答复"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_summed_up_on_a_page_and_as_files() {
    let desk = Desk::new().await;
    desk.hears(&["第二条应当写明绳子多长。"]).await;
    let reviewer = desk.staff(Role::Reviewer).await;
    let today = jiff::Timestamp::now().to_string();
    let start = desk.get_as("/staff/summaries", &reviewer).await;
    assert!(start.body.contains("月报和年报") && !start.body.contains("<h3>各站点</h3>"));
    let year = &today[..4];
    let page = desk
        .get_as(&format!("/staff/summaries?period={year}"), &reviewer)
        .await;
    assert!(
        page.body.contains("有来件的站点") && page.body.contains("合计"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("<h3>信息员</h3>"), "not unless asked");
    for (format, begins) in [
        ("docx", "PK"),
        ("xlsx", "PK"),
        ("html", "<!DOCTYPE"),
        ("json", "{"),
    ] {
        let path = format!("/staff/summaries/file?period={year}&place=&ranking=&format={format}");
        let (headers, bytes) = desk.raw(&path, &reviewer).await;
        assert!(bytes.starts_with(begins.as_bytes()), "{format}");
        let name = headers["content-disposition"].to_str().unwrap();
        assert!(name.contains(&format!("summary-{year}.")), "{name}");
    }
    let wrong = desk.get_as("/staff/summaries?period=x", &reviewer).await;
    assert_eq!(wrong.status, 422);
    let nowhere = desk
        .get_as("/staff/summaries?period=2026&place=x", &reviewer)
        .await;
    assert_eq!(nowhere.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_by_the_calendar_are_added_and_ended() {
    let desk = Desk::new().await;
    let reviewer = desk.staff(Role::Reviewer).await;
    let at = "/staff/schedules";
    let add = |what, every| {
        [
            ("what", what),
            ("place", ""),
            ("format", "xlsx"),
            ("every", every),
        ]
    };
    desk.led_to(at, &add("known", "week"), &reviewer).await;
    desk.led_to(at, &add("", "month"), &reviewer).await;
    let refused = desk.fill(at, &add("", "day"), &reviewer).await;
    assert_eq!(refused.status, 422, "a summary is of a month or a year");
    let unknown = desk.fill(at, &add("none", "day"), &reviewer).await;
    assert_eq!(unknown.status, 404);
    let page = desk.get_as(at, &reviewer).await;
    assert!(page.body.contains("《河畔条例（known）》报告") && page.body.contains("全部站点月报"));
    desk.led_to(&format!("{at}/1/end"), &[], &reviewer).await;
    let page = desk.get_as(at, &reviewer).await;
    assert!(!page.body.contains("每周一</td>"), "{}", page.body);
    let gone = desk.get_as(&format!("{at}/files/1"), &reviewer).await;
    assert_eq!(gone.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_above_reads_pages_and_then_changes_only() {
    let desk = Desk::new().await;
    let key = desk
        .app
        .add_api_key("province", Role::Observer)
        .await
        .unwrap();
    assert_eq!(desk.pulled("", &key, None).await.status, 409, "not triaged");
    desk.hears(&[
        "第二条应当写明绳子多长，我叫王建国。",
        "第一条很好，应当开放到夜里。",
    ])
    .await;
    let first = desk.pulled("?limit=1", &key, None).await;
    assert_eq!(first.status, 200);
    let page = first.json();
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    assert_eq!(page["more"], true);
    let tag = first.headers["etag"].to_str().unwrap().to_owned();
    let same = desk.pulled("?limit=1", &key, Some(&tag)).await;
    assert_eq!((same.status.as_u16(), same.body.as_str()), (304, ""));
    let rest = desk
        .pulled(&format!("?after={}", page["next"]), &key, None)
        .await
        .json();
    assert_eq!(rest["more"], false);
    let all = format!("{page}{rest}");
    assert!(all.contains("王某某") && !all.contains("建国"), "{all}");
    let end = &rest["next"];
    let nothing = desk.pulled(&format!("?after={end}"), &key, None).await;
    let tag = nothing.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(nothing.json()["items"], json!([]));
    let query = format!("?after={end}");
    assert_eq!(desk.pulled(&query, &key, Some(&tag)).await.status, 304);
    desk.hears(&["第三条看不懂，应当解释。"]).await;
    let news = desk.pulled(&query, &key, Some(&tag)).await;
    assert_eq!(news.status, 200);
    let items = news.json()["items"].as_array().unwrap().clone();
    let opinions = items.iter().filter(|item| item.get("opinion").is_some());
    assert_eq!(opinions.count(), 1);
    assert_eq!(desk.pulled("?after=x", &key, None).await.status, 422);
    let platform = desk
        .app
        .add_api_key("platform", Role::Platform)
        .await
        .unwrap();
    assert_eq!(desk.pulled("", &platform, None).await.status, 403);
}
