//! The office's pages as a browser meets them: steps, items for other offices, administration.

use std::sync::Arc;

use caifeng_domain::{Named, Role};

use super::{Answer, Desk, Silent, field};

const FLOW: &str = "/staff/c/known/workflow";
const LIST: &str = "/staff/c/known/transfers";
const ITEM: &str = "/staff/c/known/transfers/S-1";

impl Desk {
    /// With a submission that somebody took for a complaint.
    async fn with_complaint(&self, cookie: &str) {
        for text in [
            "我家门口的路灯坏了，<b>请修一修",
            "第二条遛犬的绳子应当不超过两米。",
        ] {
            let answer = self.post(super::SUBMIT, &super::comment(text), &[]).await;
            assert_eq!(answer.status, 201, "{}", answer.body);
        }
        let silent = Arc::new(Silent);
        self.app.triage(Some("known"), silent).await.unwrap();
        let fields = [
            ("do", "status"),
            ("submission", "S-1"),
            ("status", "complaint"),
        ];
        let decided = self.fill("/staff/c/known/desk/decide", &fields, cookie);
        assert_eq!(decided.await.status, 303);
    }

    async fn act(&self, act: &str, more: &[(&str, &str)], cookie: &str) -> Answer {
        let fields = [&[("act", act)], more].concat();
        self.fill(ITEM, &fields, cookie).await
    }
}

#[tokio::test]
async fn steps_are_begun_and_changed_by_form_and_what_is_late_is_told_to_staff() {
    let desk = Desk::new().await;
    let cookie = desk.staff(Role::Reviewer).await;
    let before = desk.get_as(FLOW, &cookie).await;
    assert_eq!(before.status, 200, "{}", before.body);
    assert!(
        before.body.contains("征集截止后 5 个工作日"),
        "{}",
        before.body
    );
    let expert = desk.staff(Role::Expert).await;
    let begin = [("do", "begin"), ("start", "2020-01-02")];
    assert_eq!(desk.fill(FLOW, &begin, &expert).await.status, 403);
    let wrong = desk
        .fill(FLOW, &[("do", "begin"), ("start", "明天")], &cookie)
        .await;
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    assert_eq!(desk.fill(FLOW, &begin, &cookie).await.status, 303);
    assert_eq!(desk.fill(FLOW, &begin, &cookie).await.status, 409, "begun");

    let page = desk.get_as(FLOW, &cookie).await.body;
    assert!(page.contains("已完成 0，共 10"), "{page}");
    assert!(page.contains("2020年1月2日"), "{page}");
    assert!(
        page.contains("没有 2020、2999、3000 年的放假安排"),
        "{page}"
    );
    let staff = desk.get_as("/staff", &cookie).await.body;
    assert!(staff.contains("步骤“任务下达”"), "{staff}");
    let seen = field(&page, "seen");
    let change = [
        ("do", "change"),
        ("number", "1"),
        ("seen", seen.as_str()),
        ("state", "done"),
        ("who", "<i>王审"),
        ("due", ""),
        ("note", "已收到"),
    ];
    let changed = desk.fill(FLOW, &change, &cookie).await;
    assert_eq!(
        changed.headers["location"],
        format!("{FLOW}#step1").as_str()
    );
    let stale = desk.fill(FLOW, &change, &cookie).await;
    assert_eq!(stale.status, 409);
    assert!(stale.body.contains("刷新页面"), "{}", stale.body);
    let page = desk.get_as(FLOW, &expert).await.body;
    assert!(
        page.contains("已完成 1，共 10") && page.contains("&#60;i&#62;王审"),
        "{page}"
    );
    assert!(!page.contains("<form"), "who only reads is offered nothing");
    let staff = desk.get_as("/staff", &cookie).await.body;
    assert!(!staff.contains("步骤“任务下达”"), "{staff}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_goes_from_office_to_closing_by_two_and_back() {
    let desk = Desk::new().await;
    let cookie = desk.staff(Role::Reviewer).await;
    let early = desk.get_as(LIST, &cookie).await;
    assert_eq!(early.status, 200, "nothing was read yet: {}", early.body);
    desk.with_complaint(&cookie).await;
    let list = desk.get_as(LIST, &cookie).await.body;
    assert!(
        list.contains(ITEM) && list.contains("&#60;b&#62;请修一修"),
        "{list}"
    );
    assert!(
        list.contains("民情诉求") && list.contains("待交办"),
        "{list}"
    );
    assert_eq!(
        desk.get_as(&format!("{LIST}?state=closed"), &cookie)
            .await
            .status,
        200
    );
    assert_eq!(
        desk.get_as(&format!("{LIST}?state=x"), &cookie)
            .await
            .status,
        404
    );
    assert_eq!(
        desk.get_as(&format!("{LIST}/S-2"), &cookie).await.status,
        404
    );
    assert_eq!(desk.get_as(&format!("{LIST}/x"), &cookie).await.status, 404);

    let assign = [("office", "某街道办事处"), ("sla", "short")];
    let said = [("words", "路灯已经修好")];
    for (act, more, status, says) in [
        (
            "rate",
            &[("rating", "content")][..],
            409,
            "现在待交办，不能登记测评",
        ),
        ("assign", &[("sla", "short")], 422, "请填写承办单位"),
        (
            "assign",
            &[("office", "某街道办事处")],
            422,
            "请填写办理类型",
        ),
        ("explode", &[], 422, "没有这种操作"),
    ] {
        let told = desk.act(act, more, &cookie).await;
        assert_eq!(told.status, status, "{act}: {}", told.body);
        assert!(told.body.contains(says), "{act}: {}", told.body);
    }
    let expert = desk.staff(Role::Expert).await;
    assert_eq!(desk.act("assign", &assign, &expert).await.status, 403);
    for (act, more) in [
        ("assign", &assign[..]),
        ("contact", &said),
        ("answer", &said),
        ("rate", &[("rating", "content")]),
        ("ask_closing", &said),
    ] {
        let done = desk.act(act, more, &cookie).await;
        assert_eq!(done.status, 303, "{act}: {}", done.body);
    }
    let page = desk.get_as(ITEM, &cookie).await.body;
    assert!(
        page.contains("待销号") && !page.contains("value=\"close\""),
        "{page}"
    );
    let own = desk.act("close", &[], &cookie).await;
    assert_eq!(own.status, 403);
    assert!(own.body.contains("销号须由另一人同意"), "{}", own.body);
    let second = desk.staff(Role::Approver).await;
    let page = desk.get_as(ITEM, &second).await.body;
    assert!(
        page.contains("value=\"close\"") && !page.contains("value=\"urge\""),
        "{page}"
    );
    assert_eq!(desk.act("close", &[], &second).await.status, 303);
    let page = desk.get_as(ITEM, &cookie).await.body;
    assert!(
        page.contains("已销号") && page.contains("回头看日期："),
        "{page}"
    );
    assert_eq!(desk.act("reopen", &said, &cookie).await.status, 303);
    let page = desk.get_as(ITEM, &cookie).await.body;
    assert!(page.contains("办理中"), "{page}");
}

#[tokio::test]
async fn every_role_finds_its_lists_and_all_of_them_open() {
    let desk = Desk::new().await;
    let csv = "类型,名称,上级,电话\n联系点,某区,,\n信息员,测试甲,某区,13800000000\n";
    desk.app.import_stations(csv.as_bytes()).await.unwrap();
    desk.app
        .add_api_key("mou-pingtai", Role::Platform)
        .await
        .unwrap();
    let mut opened = 0;
    for &(role, ..) in Role::NAMES {
        let cookie = desk.staff(role).await;
        let index = desk.get_as("/staff/admin", &cookie).await;
        assert_eq!(index.status, 200, "{role:?}: {}", index.body);
        let links = index.body.split("href=\"/staff").skip(1);
        for link in links.filter_map(|rest| rest.split('"').next()) {
            let answer = desk.get_as(&format!("/staff{link}"), &cookie).await;
            assert_eq!(answer.status, 200, "{role:?} {link}: {}", answer.body);
            assert!(!answer.body.contains("13800000000"), "{link}");
            opened += 1;
        }
    }
    assert!(opened > 30, "{opened}");
    assert_eq!(
        desk.get("/staff/admin").await.headers["location"],
        "/staff/login"
    );
}

#[tokio::test]
async fn lists_say_what_there_is() {
    let desk = Desk::new().await;
    let csv = "类型,名称,上级,电话\n联系点,某区,,\n联络站,东街,某区,\n联络站,西街,某区,\n\
               采集点,甲社区,东街,\n信息员,测试甲,某区,13800000000\n";
    desk.app.import_stations(csv.as_bytes()).await.unwrap();
    let added = desk.app.add_api_key("mou-pingtai", Role::Platform).await;
    let secret = added.unwrap();
    let system = desk.staff(Role::SystemAdmin).await;
    let security = desk.staff(Role::SecurityAdmin).await;
    let audit = desk.staff(Role::AuditAdmin).await;
    for (path, cookie, has, has_not) in [
        ("stations", &system, "某区", "测试甲"),
        (
            "consultations",
            &system,
            "河畔条例（known）",
            "河畔条例（inside）",
        ),
        ("jobs", &system, "后台任务", "<script"),
        ("keys", &security, "mou-pingtai", secret.as_str()),
        ("audit", &audit, "api_key.add", "13800000000"),
        (
            "audit?action=api_key.",
            &audit,
            "api_key.add",
            "station.import",
        ),
        ("audit?object=<b>", &audit, "没有这样的记录", "<b>"),
        (
            "audit?before=2",
            &audit,
            "consultation.create",
            "api_key.add",
        ),
        ("privacy", &audit, "没有这样的记录", "api_key.add"),
    ] {
        let page = desk
            .get_as(
                &format!("/staff/admin/{path}").replace("<b>", "%3Cb%3E"),
                cookie,
            )
            .await;
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        assert!(page.body.contains(has), "{path}: {}", page.body);
        assert!(!page.body.contains(has_not), "{path}: {}", page.body);
    }
    let stations = desk.get_as("/staff/admin/stations", &system).await.body;
    let at = |name: &str| stations.find(name).unwrap();
    assert!(at("东街") < at("甲社区") && at("甲社区") < at("西街"));
    let receipt = desk.post(super::SUBMIT, &super::comment("甲"), &[]).await;
    let receipt = receipt.json()["receipts"][0].as_str().unwrap().to_owned();
    desk.app.show_identity(&receipt).await.unwrap();
    let page = desk.get_as("/staff/admin/privacy", &audit).await.body;
    assert!(
        page.contains("identity.show") && page.contains("查询"),
        "{page}"
    );
}
