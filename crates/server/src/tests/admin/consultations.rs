//! A consultation from its beginning: made, changed, given its next version.

use caifeng_app::NewConsultation;
use caifeng_domain::{Role, Visibility};

use super::{
    super::{SUBMIT, comment},
    Answer, Desk, field,
};

const START: &str = "/staff/admin/start";
const CONFIRM: &str = "/staff/admin/start/confirm";
const KNOWN: &str = "/staff/admin/consultations/known";

const DRAFT: &str = "某市养犬条例（草案）\n第一章　总则\n第一条　为了规范养犬，制定本条例。\n\
                     第二条　遛犬应当束绳。\n第四条　本条例自公布之日起施行。\n";

/// The next version of `known`.
const NEXT: &str = "某市河畔条例（草案二次审议稿）\n第一章　总则\n第一条　河畔步道向公众开放。\n\
                    第二条　遛犬应当束绳，绳长不超过一米五。\n第三条　known。\n\
                    第四条　步道夜间开放照明。\n";

/// What the page of a consultation to be confirmed would send.
fn hidden(page: &str) -> Vec<(&'static str, String)> {
    let names = [
        "upload",
        "file_name",
        "title",
        "slug",
        "opens",
        "closes",
        "visibility",
        "questions",
    ];
    names.map(|name| (name, field(page, name))).to_vec()
}

fn with<'a>(
    fields: &'a [(&'static str, String)],
    more: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let fields = fields.iter().map(|(name, value)| (*name, value.as_str()));
    fields.chain(more.iter().copied()).collect()
}

impl Desk {
    async fn act_on(&self, at: &str, fields: &[(&str, &str)], cookie: &str) -> Answer {
        self.fill(at, fields, cookie).await
    }

    /// Fills in a form that is right, and returns the page it leads to.
    async fn carry_out(&self, at: &str, fields: &[(&str, &str)], cookie: &str) -> String {
        let done = self.act_on(at, fields, cookie).await;
        let page = self.get_as(&Self::leads(&done), cookie).await;
        assert_eq!(page.status, 200, "{}", page.body);
        page.body
    }
}

#[tokio::test]
async fn a_consultation_is_begun_with_its_draft_its_days_its_questions_and_its_places() {
    let desk = Desk::new().await;
    let csv = "类型,名称,上级\n联系点,某区,\n联络站,东街,某区\n联络站,西街,某区\n";
    desk.app.import_stations(csv.as_bytes()).await.unwrap();
    let east = desk.app.stations().await.unwrap()[1].0.code.clone();
    let cookie = desk.staff(Role::Reviewer).await;
    let list = desk
        .get_as("/staff/admin/consultations", &cookie)
        .await
        .body;
    assert!(list.contains(START), "{list}");
    assert_eq!(desk.get_as(START, &cookie).await.status, 200);

    let fields = [
        ("title", ""),
        ("slug", "yangquan"),
        ("opens", "2020-03-01"),
        ("closes", "2999-03-31"),
        ("visibility", "public"),
        ("questions", "绳子多长合适？\r\n\r\n 犬只要不要登记？ "),
        ("stations", &*east),
    ];
    let shown = desk.send_form(START, &fields, ("养犬条例.txt", DRAFT.as_bytes()), &cookie);
    let shown = shown.await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    for says in [
        "《某市养犬条例（草案）》：1 章 3 条",
        "2020年3月1日至2999年3月31日",
        "犬只要不要登记？",
        "某区 / 东街",
        "有几处请看一看",
    ] {
        assert!(shown.body.contains(says), "{says}: {}", shown.body);
    }
    assert_eq!(desk.app.consultations().await.unwrap().len(), 4, "not yet");
    let fields = hidden(&shown.body);
    let back = with(&fields, &[("stations", &*east), ("act", "back")]);
    let form = desk.fill(CONFIRM, &back, &cookie).await;
    assert!(form.body.contains("已上传：养犬条例.txt"), "{}", form.body);
    assert!(form.body.contains(&format!("value=\"{east}\" checked")));

    let confirm = with(&fields, &[("stations", &*east), ("act", "confirm")]);
    let page = desk.carry_out(CONFIRM, &confirm, &cookie).await;
    assert!(
        page.contains("已新建") && page.contains("养犬条例.txt") && page.contains("某区 / 东街")
    );
    let public = desk.get("/c/yangquan").await;
    assert!(public.body.contains("遛犬应当束绳"), "{}", public.body);
    let say = desk.get("/c/yangquan/say").await.body;
    assert!(say.contains("绳子多长合适？") && say.contains("犬只要不要登记？"));
    let tasks = desk.app.tasks(None).await.unwrap();
    assert_eq!(
        (tasks.len(), &*tasks[0].station, &*tasks[0].due),
        (1, "东街", "2999-03-31")
    );
    for action in ["consultation.create", "draft.import", "task.add"] {
        assert_eq!(desk.did(action).await[0], "reviewer", "{action}");
    }
    // Sent twice it is not made twice.
    let again = desk.fill(CONFIRM, &confirm, &cookie).await;
    assert_eq!(again.status, 422);
    assert!(
        again.body.contains("代号 yangquan 已在使用"),
        "{}",
        again.body
    );
}

#[tokio::test]
async fn what_is_wrong_is_said_beside_its_field_and_nothing_is_lost() {
    let desk = Desk::new().await;
    let cookie = desk.staff(Role::Reviewer).await;
    let fields = [
        ("title", "河畔<条例>"),
        ("slug", "known"),
        ("opens", "2026-03-31"),
        ("closes", "2026-03-01"),
        ("questions", "为什么？"),
        ("stations", "NOSUCH"),
    ];
    let bad = desk
        .send_form(START, &fields, ("甲.txt", DRAFT.as_bytes()), &cookie)
        .await;
    assert_eq!(bad.status, 422);
    for says in [
        "代号 known 已在使用",
        "早于开始日期",
        "请选择公开范围",
        "value=\"2026-03-31\"",
        "为什么？",
        "已上传：甲.txt",
        "有 4 处要改",
    ] {
        assert!(bad.body.contains(says), "{says}: {}", bad.body);
    }
    assert!(!bad.body.contains("<条例>"));
    let beside = bad.body.split_once("id=\"slug-problem\"").unwrap().1;
    assert!(beside.starts_with(" role=\"alert\">代号 known"), "{beside}");

    let upload = field(&bad.body, "upload");
    let right = [
        ("title", "河畔"),
        ("slug", "hepan-2"),
        ("visibility", "contact_points"),
        ("upload", &*upload),
        ("file_name", "甲.txt"),
    ];
    let shown = desk.send_form(START, &right, ("", b""), &cookie).await;
    assert_eq!(
        shown.status, 200,
        "the file need not be chosen again: {}",
        shown.body
    );
    assert!(shown.body.contains("没有定期限"));

    for (name, file, says) in [
        ("甲.pdf", &b"%PDF-1.7"[..], "这是PDF文件"),
        ("甲.txt", "这不是草案".as_bytes(), "没有找到条文"),
        ("甲.docx", b"PK\x03\x04", "不是完好的docx"),
    ] {
        let refused = desk
            .send_form(START, &right[..3], (name, file), &cookie)
            .await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains(says), "{says}: {}", refused.body);
        assert!(
            refused.body.contains("value=\"hepan-2\""),
            "{}",
            refused.body
        );
    }
    let none = desk.send_form(START, &right[..3], ("", b""), &cookie).await;
    assert!(none.body.contains("请选择草案文件"), "{}", none.body);
    for upload in ["../../identity.key", &"0".repeat(64)] {
        let mut fields = right.to_vec();
        fields[3].1 = upload;
        fields.push(("act", "confirm"));
        let refused = desk.fill(CONFIRM, &fields, &cookie).await;
        assert_eq!(refused.status, 422, "{upload}");
        assert!(refused.body.contains("请重新上传"), "{}", refused.body);
    }
    for slug in ["", "a b", "../x", "河畔", &"a".repeat(41)] {
        let new = NewConsultation {
            slug: slug.to_owned(),
            upload: upload.clone(),
            visibility: "public".to_owned(),
            ..NewConsultation::default()
        };
        let by = desk.app.session(cookie.split_once('=').unwrap().1).await;
        let looked = desk.app.look_at_start(&by.unwrap().unwrap(), &new).await;
        assert!(looked.unwrap_err().to_string().contains("代号"), "{slug}");
    }
    assert_eq!(desk.app.consultations().await.unwrap().len(), 4);
    let large = vec![b'a'; 17 << 20];
    let refused = desk
        .send_form(START, &right[..3], ("甲.txt", &large), &cookie)
        .await;
    assert_eq!(refused.status, 413);
}

#[tokio::test]
async fn what_a_consultation_is_can_be_changed_and_opinions_follow() {
    let desk = Desk::new().await;
    let csv = "类型,名称,上级\n联系点,某区,\n";
    desk.app.import_stations(csv.as_bytes()).await.unwrap();
    let place = desk.app.stations().await.unwrap()[0].0.code.clone();
    let cookie = desk.staff(Role::Reviewer).await;
    let say = async || {
        desk.post(SUBMIT, &comment("绳子短些"), &[])
            .await
            .status
            .as_u16()
    };
    let act = async |fields: &[(&str, &str)]| desk.carry_out(KNOWN, fields, &cookie).await;
    let refused = async |fields: &[(&str, &str)], says: &str| {
        let answer = desk.act_on(KNOWN, fields, &cookie).await;
        assert_eq!(answer.status, 422, "{says}: {}", answer.body);
        assert!(answer.body.contains(says), "{says}: {}", answer.body);
        answer.body
    };

    // Before anybody said anything, questions may be anything.
    let page = act(&[("act", "questions"), ("questions", "甲？\r\n乙？")]).await;
    assert!(
        page.contains("重点问题已保存") && page.contains("甲？\n乙？"),
        "{page}"
    );
    assert_eq!(say().await, 201);
    let page = refused(
        &[("act", "questions"), ("questions", "丙？")],
        "原有的问题不能改",
    )
    .await;
    assert!(page.contains("丙？"), "what was typed stays");
    act(&[("act", "questions"), ("questions", "甲？\n乙？\n丙？")]).await;
    let listed = desk.app.consultation("known", true).await.unwrap();
    assert_eq!(listed.consultation.questions, ["甲？", "乙？", "丙？"]);
    refused(
        &[("act", "questions"), ("questions", &"甲".repeat(201))],
        "200 字",
    )
    .await;

    let page = act(&[("act", "close")]).await;
    assert!(page.contains("已截止") && page.contains("重新开放"));
    assert_eq!(say().await, 409);
    // New days alone open nothing that was closed by hand.
    let days = |opens, closes| [("act", "window"), ("opens", opens), ("closes", closes)];
    act(&days("2020-01-01", "2999-06-30")).await;
    assert_eq!(say().await, 409);
    assert!(act(&[("act", "open")]).await.contains("已开放"));
    assert_eq!(say().await, 201);
    act(&days("2998-01-01", "2999-06-30")).await;
    assert_eq!(say().await, 409, "not yet");
    act(&days("", "")).await;
    assert_eq!(say().await, 201);
    refused(&days("2026-03-01", ""), "请填写截止日").await;
    refused(&days("", "2026-03-01"), "请填写开始日").await;
    refused(&days("昨天", "2026-03-01"), "日期 昨天 应写作").await;
    refused(&days("2026-03-02", "2026-03-01"), "早于开始日期").await;

    act(&[("act", "visibility"), ("visibility", "contact_points")]).await;
    assert_eq!(desk.get("/c/known").await.status, 404);
    act(&[("act", "visibility"), ("visibility", "public")]).await;
    assert_eq!(desk.get("/c/known").await.status, 200);
    refused(
        &[("act", "visibility"), ("visibility", "secret")],
        "请选择公开范围",
    )
    .await;
    refused(&[("act", "burn")], "没有这项操作").await;

    let ask = |due, place| {
        [
            ("act", "ask"),
            ("stations", place),
            ("due", due),
            ("note", ""),
        ]
    };
    let page = act(&ask("2999-01-31", &place)).await;
    assert!(
        page.contains("已交办") && page.contains("组织征求意见"),
        "{page}"
    );
    let page = refused(&ask("明天", &place), "日期 明天").await;
    assert!(page.contains(&format!("value=\"{place}\" checked")));
    refused(&[("act", "ask"), ("due", "2999-01-31")], "至少选择一处").await;
    let number = field(&page, "task");
    let page = act(&[("act", "withdraw"), ("task", &number)]).await;
    assert!(page.contains("已收回") && page.contains("还没有交给站点"));
    let withdraw = [("act", "withdraw"), ("task", &*number)];
    let twice = desk.act_on(KNOWN, &withdraw, &cookie).await;
    assert_eq!(twice.status, 409);

    for action in [
        "consultation.questions",
        "consultation.close",
        "consultation.window",
        "consultation.open",
        "consultation.show_to",
        "task.add",
        "task.remove",
    ] {
        assert_eq!(desk.did(action).await[0], "reviewer", "{action}");
    }
}

#[tokio::test]
async fn whoever_is_confined_to_a_place_changes_nothing_of_the_whole_house() {
    let desk = Desk::new().await;
    let csv = "类型,名称,上级\n联系点,某区,\n";
    desk.app.import_stations(csv.as_bytes()).await.unwrap();
    let place = desk.app.stations().await.unwrap()[0].0.code.clone();
    let reach = desk.app.reach(Some(&place), &[]).await.unwrap();
    let cookie = desk.staff_within("mouqu", Role::Reviewer, reach).await;
    let list = desk.get_as("/staff/admin/consultations", &cookie).await;
    assert_eq!(list.status, 200);
    assert!(
        !list.body.contains(START) && !list.body.contains(KNOWN),
        "{}",
        list.body
    );
    for path in [START, KNOWN] {
        assert_eq!(desk.get_as(path, &cookie).await.status, 403, "{path}");
    }
    let closed = desk.fill(KNOWN, &[("act", "close")], &cookie).await;
    assert_eq!(closed.status, 403);
    let listed = desk.app.consultation("known", true).await.unwrap();
    assert_eq!(listed.consultation.closed_at, None);
    assert_eq!(listed.consultation.visibility, Visibility::Public);
}

#[tokio::test]
async fn the_next_version_is_looked_at_before_it_is_in_force() {
    let desk = Desk::new().await;
    let cookie = desk.staff(Role::Reviewer).await;
    let at = format!("{KNOWN}/draft");
    assert_eq!(desk.get_as(&at, &cookie).await.status, 200);
    let file = ("二次审议稿.txt", NEXT.as_bytes());
    let shown = desk.send_form(&at, &[], file, &cookie).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    for says in [
        "将作为第2稿导入",
        "《某市河畔条例（草案二次审议稿）》：1 章 4 条",
        "未修改 2 条，修改 1 条，新增 1 条",
        "<ins>，绳长不超过一米五</ins>",
        "新增：第四条",
    ] {
        assert!(shown.body.contains(says), "{says}: {}", shown.body);
    }
    assert!(
        !desk.get("/c/known").await.body.contains("一米五"),
        "not yet"
    );
    let fields = ["upload", "file_name", "before"].map(|name| (name, field(&shown.body, name)));
    let fields = fields.to_vec();
    let confirm = format!("{at}/confirm");
    while desk.app.work_once("w").await.unwrap() {}
    let page = desk.carry_out(&confirm, &with(&fields, &[]), &cookie).await;
    assert!(
        page.contains("新的一稿已导入") && page.contains("二次审议稿.txt"),
        "{page}"
    );
    let public = desk.app.consultation("known", false).await.unwrap();
    assert_eq!(
        public.draft.unwrap().title,
        "某市河畔条例（草案二次审议稿）"
    );
    assert_eq!(desk.did("draft.import").await[0], "reviewer");
    assert_eq!(
        desk.app.background().await.unwrap().waiting,
        1,
        "read again"
    );

    // Confirmed twice, seen against a version that is no longer in force, or there already.
    let again = desk.fill(&confirm, &with(&fields, &[]), &cookie).await;
    assert!(
        again.status == 422 && again.body.contains("请重新上传"),
        "{}",
        again.body
    );
    let known = desk.send_form(&at, &[], file, &cookie).await;
    assert!(known.body.contains("这份文件就是第2稿"), "{}", known.body);
    assert!(!known.body.contains("确认导入"));
    let third = NEXT.replace("夜间", "全天");
    let third = desk
        .send_form(&at, &[], ("三.txt", third.as_bytes()), &cookie)
        .await;
    let stale = [
        ("upload", field(&third.body, "upload")),
        ("before", "1".to_owned()),
    ];
    let refused = desk.fill(&confirm, &with(&stale, &[]), &cookie).await;
    assert!(
        refused.status == 422 && refused.body.contains("草案已换成新的版本"),
        "{}",
        refused.body
    );
    let none = desk.send_form(&at, &[], ("", b""), &cookie).await;
    assert!(none.status == 422 && none.body.contains("请选择一个文件"));
    let bad = desk
        .send_form(&at, &[], ("x.png", b"\x89PNG"), &cookie)
        .await;
    assert!(bad.body.contains("这是图片"), "{}", bad.body);
}
