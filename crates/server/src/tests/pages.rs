//! The pages, without scripts.

use caifeng_app::CONSENT_VERSION;
use caifeng_domain::Role;
use serde_json::json;

use super::{Desk, SUBMIT, field, receipts};

#[tokio::test]
async fn somebody_reads_fills_in_and_asks_later() {
    let desk = Desk::new().await;
    let home = desk.get("/").await;
    assert!(home.body.contains("href=\"/c/known\""), "{}", home.body);
    assert!(home.body.contains("已经截止") && home.body.contains("尚未开始"));
    let form = desk.get("/c/known/say?article=2").await.body;
    assert!(form.contains("<option value=\"2\" selected>"), "{form}");
    assert!(form.contains("遛犬应当束绳"));

    let key = field(&form, "key");
    let fields = [
        ("key", &*key),
        ("article", "2"),
        ("text", "<script>alert(1)</script>\r\n“绳”应当写明长度"),
        ("article", ""),
        ("text", ""),
        ("article", ""),
        ("text", "总体赞成"),
        ("name", "测试甲"),
        ("phone", "13800000000"),
        ("website", ""),
        ("consent", CONSENT_VERSION),
    ];
    let done = desk.fill("/c/known/say", &fields, "").await;
    assert_eq!(done.status, 200, "{}", done.body);
    let first = receipts(&done.body);
    assert_eq!(first.len(), 2);
    let again = desk.fill("/c/known/say", &fields, "").await;
    assert!(
        again.body.contains("此前已经收到"),
        "sent twice, counted once"
    );
    assert_eq!(receipts(&again.body), first);
    let found = desk.get(&format!("/receipt?code={}", first[0])).await;
    assert!(found.body.contains("已受理"), "{}", found.body);
    assert_eq!(desk.get("/receipt?code=x").await.status, 422);
}

#[tokio::test]
#[expect(clippy::type_complexity, reason = "a table")]
async fn what_is_missing_is_said_and_nothing_has_to_be_typed_twice() {
    let desk = Desk::new().await;
    let words = "<b>写了很久的话</b>";
    let consent = ("consent", CONSENT_VERSION);
    // (what it shows, fields, status, what the page says)
    let cases: [(&str, Vec<(&str, &str)>, u16, &str); 5] = [
        (
            "no consent",
            vec![("article", ""), ("text", words)],
            422,
            "请阅读并同意",
        ),
        (
            "honeypot",
            vec![("text", words), ("website", "x"), consent],
            422,
            "请勿填写",
        ),
        (
            "no such article",
            vec![("article", "77"), ("text", words), consent],
            422,
            "没有第 77 条",
        ),
        (
            "another row",
            vec![("article", "1"), ("text", words), ("more", "1")],
            200,
            "意见2",
        ),
        (
            "bad key",
            vec![("text", words), ("key", "x"), consent],
            422,
            "幂等键",
        ),
    ];
    for (name, fields, status, says) in cases {
        let answer = desk.fill("/c/known/say", &fields, "").await;
        assert_eq!(answer.status, status, "{name}");
        assert!(answer.body.contains(says), "{name}: {}", answer.body);
        assert!(answer.body.contains("写了很久的话"), "{name}");
        assert!(!answer.body.contains("<b>"), "{name}: escaped");
    }
    let empty = desk.fill("/c/known/say", &[consent], "").await;
    assert!(empty.body.contains("请至少填写一条意见"));
    for (slug, says) in [("over", "已经截止"), ("later", "尚未开始")] {
        let path = format!("/c/{slug}/say");
        assert!(!desk.get(&path).await.body.contains("<textarea"), "{slug}");
        let answer = desk.fill(&path, &[("text", words), consent], "").await;
        assert_eq!(answer.status, 409);
        assert!(answer.body.contains(says), "{slug}: {}", answer.body);
    }
    assert_eq!(desk.get("/c/inside").await.status, 404);
    assert_eq!(desk.app.count_received("known").await.unwrap(), 0);
}

#[tokio::test]
async fn a_qr_code_leads_to_the_open_drafts_and_marks_where_they_were_answered() {
    let desk = Desk::new().await;
    let csv =
        "类型,名称,上级,电话\n联系点,某区,,\n联络站,东街,某区,\n信息员,测试甲,东街,13800000000\n";
    desk.app.import_stations(csv.as_bytes()).await.unwrap();
    let station = desk.app.stations().await.unwrap()[1].0.code.clone();
    let collector = desk.app.collectors().await.unwrap()[0].code.clone();
    for code in [station, collector] {
        let qr = desk.get(&format!("/p/{code}/qr.svg")).await;
        assert_eq!(qr.headers["content-type"], "image/svg+xml");
        assert!(qr.body.contains("<svg") && qr.body.ends_with("</svg>"));
        let place = desk.get(&format!("/p/{code}")).await.body;
        assert!(
            place.contains("<h1>东街</h1>") && !place.contains("测试甲"),
            "{place}"
        );
        assert!(
            place.contains(&format!("/c/known?p={code}")) && !place.contains("/c/over"),
            "{place}"
        );
        let form = desk.get(&format!("/c/known/say?p={code}")).await.body;
        assert_eq!(field(&form, "place"), code);
        let fields = [
            ("text", "甲"),
            ("place", &*code),
            ("consent", CONSENT_VERSION),
        ];
        assert_eq!(desk.fill("/c/known/say", &fields, "").await.status, 200);
    }
    assert_eq!(desk.get("/p/none").await.status, 404);
    assert_eq!(desk.get("/p/none/qr.svg").await.status, 404);
}

#[tokio::test]
async fn staff_sign_in_and_enter_what_came_by_telephone() {
    let desk = Desk::new().await;
    let password = "一二三四五六七八九十";
    desk.app
        .add_account("ceshi", Role::StationOfficer, password.to_owned())
        .await
        .unwrap();
    assert_eq!(desk.get("/staff").await.status, 303);
    let wrong = [("name", "ceshi"), ("password", "wrong")];
    let refused = desk.fill("/staff/login", &wrong, "").await;
    assert_eq!(refused.status, 401);
    assert!(refused.body.contains("用户名或密码不正确"));
    let right = [("name", "ceshi"), ("password", password)];
    let signed_in = desk.fill("/staff/login", &right, "").await;
    assert_eq!(signed_in.status, 303);
    let set = signed_in.headers["set-cookie"].to_str().unwrap();
    assert!(
        set.contains("HttpOnly") && set.contains("SameSite=Strict"),
        "{set}"
    );
    let cookie = set.split(';').next().unwrap();

    let fields = [
        ("text", "电话里说：灯太暗"),
        ("channel", "phone"),
        ("consent", CONSENT_VERSION),
    ];
    assert_eq!(desk.fill("/staff/c/inside", &fields, "").await.status, 303);
    let done = desk.fill("/staff/c/inside", &fields, cookie).await;
    assert_eq!(receipts(&done.body).len(), 1, "{}", done.body);
    desk.fill("/staff/logout", &[], cookie).await;
    assert_eq!(
        desk.fill("/staff/c/inside", &fields, cookie).await.status,
        303
    );

    for _ in 0..5 {
        desk.fill("/staff/login", &wrong, "").await;
    }
    let locked = desk.fill("/staff/login", &right, "").await;
    assert_eq!(locked.status, 429);
    assert!(locked.body.contains("锁定"));
}

#[tokio::test]
#[expect(clippy::type_complexity, reason = "a table")]
async fn a_form_that_another_site_may_have_sent_is_refused() {
    let desk = Desk::new().await;
    let session = ("cookie", "caifeng_session=x");
    let from = |site| ("sec-fetch-site", site);
    let origin = |origin| ("origin", origin);
    let (ours, theirs) = ("http://example.test", "http://attacker.test");
    // (path, headers, refused)
    let cases: [(&str, Vec<(&str, &str)>, bool); 14] = [
        ("/c/known/say", vec![from("cross-site")], true),
        ("/c/known/say", vec![from("same-site")], true),
        ("/c/known/say", vec![from("same-origin"), session], false),
        ("/c/known/say", vec![from("none"), session], false),
        ("/c/known/say", vec![origin(theirs)], true),
        ("/c/known/say", vec![origin(ours), session], false),
        ("/c/known/say", vec![origin("null")], false),
        ("/c/known/say", vec![origin("null"), session], true),
        ("/c/known/say", vec![], false),
        ("/c/known/say", vec![session], true),
        ("/staff/login", vec![origin(theirs)], true),
        ("/staff/login", vec![origin("null")], true),
        ("/staff/logout", vec![session], true),
        (super::SUBMIT, vec![from("cross-site"), session], false),
    ];
    for (path, headers, refused) in cases {
        let headers = [&headers[..], &[("host", "example.test")]].concat();
        let answer = desk.post(path, &serde_json::json!({}), &headers).await;
        assert_eq!(
            answer.status == 403,
            refused,
            "{path} {headers:?}: {}",
            answer.status
        );
    }
}

#[tokio::test]
async fn a_form_that_was_changed_and_sent_again_can_be_sent_as_another() {
    let desk = Desk::new().await;
    let key = field(&desk.get("/c/known/say").await.body, "key");
    let send = async |key: &str, text: &str| {
        let fields = [("key", key), ("text", text), ("consent", CONSENT_VERSION)];
        desk.fill("/c/known/say", &fields, "").await
    };
    assert_eq!(send(&key, "灯太暗").await.status, 200);
    let changed = send(&key, "灯太暗，路太窄").await;
    assert_eq!(changed.status, 409);
    assert!(changed.body.contains("再点一次") && changed.body.contains("灯太暗，路太窄"));
    let fresh = field(&changed.body, "key");
    assert_ne!(fresh, key);
    assert_eq!(send(&fresh, "灯太暗，路太窄").await.status, 200);
    assert_eq!(desk.app.count_received("known").await.unwrap(), 2);
}

#[tokio::test]
async fn a_code_that_leads_nowhere_keeps_nobody_from_speaking() {
    let desk = Desk::new().await;
    let fields = [
        ("text", "灯太暗"),
        ("place", "nowhere"),
        ("consent", CONSENT_VERSION),
    ];
    let done = desk.fill("/c/known/say", &fields, "").await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert!(done.body.contains("没有查到二维码对应的采集点"));
    assert_eq!(receipts(&done.body).len(), 1);
}

#[tokio::test]
async fn a_poster_names_the_place_and_shows_its_code() {
    let desk = Desk::new().await;
    let csv = "类型,名称,上级,电话\n联系点,某区,,\n信息员,测试甲,某区,13800000000\n";
    desk.app.import_stations(csv.as_bytes()).await.unwrap();
    let station = desk.app.stations().await.unwrap()[0].0.code.clone();
    let collector = desk.app.collectors().await.unwrap()[0].code.clone();
    let mut posters = Vec::new();
    for code in [station, collector] {
        let poster = desk.get(&format!("/p/{code}/poster")).await.body;
        assert!(poster.contains("某区") && !poster.contains("测试甲"));
        assert!(poster.contains("<svg"), "{poster}");
        posters.push(poster);
    }
    assert_ne!(posters[0], posters[1], "each has a code of its own");
}

#[tokio::test]
async fn key_questions_are_asked_first_and_an_answer_names_its_question() {
    let desk = Desk::new().await;
    let form = desk.get("/c/known/say").await.body;
    let at = |words: &str| form.find(words).unwrap_or_else(|| panic!("no {words}"));
    assert!(at("遛犬的绳子多长合适？") < at("步道几点关灯？"));
    assert!(at("步道几点关灯？") < at("其他意见"));
    let shown = desk.get("/api/v1/consultations/known").await.json();
    let second = json!({"number": 2, "text": "步道几点关灯？"});
    assert_eq!(shown["questions"][1], second);
    assert!(
        !desk
            .get("/c/over/say")
            .await
            .body
            .contains("name=\"question\"")
    );

    let key = field(&form, "key");
    let fields = [
        ("key", &*key),
        ("question", "1"),
        ("text", ""),
        ("question", "2"),
        ("text", "十点"),
        ("article", ""),
        ("text", "总体赞成"),
    ];
    let missing = desk.fill("/c/known/say", &fields, "").await;
    assert_eq!(missing.status, 422);
    assert!(
        missing.body.contains(">\n十点</textarea>"),
        "{}",
        missing.body
    );
    let agreed = [&fields[..], &[("consent", CONSENT_VERSION)]].concat();
    let done = desk.fill("/c/known/say", &agreed, "").await;
    let codes = receipts(&done.body);
    assert_eq!(codes.len(), 2, "{}", done.body);
    let about = async |code: &str| {
        let path = format!("/api/v1/receipts/{code}");
        desk.get(&path).await.json()["question"].clone()
    };
    assert_eq!(about(&codes[0]).await, "步道几点关灯？");
    assert!(about(&codes[1]).await.is_null());
    let slip = desk.get(&format!("/receipt?code={}", codes[0])).await;
    assert!(slip.body.contains("您回答的问题：步道几点关灯？"));

    // The same words under the same key for another question are something else.
    let mut other = agreed.clone();
    other[3].1 = "1";
    assert_eq!(desk.fill("/c/known/say", &other, "").await.status, 409);
    let body = json!({"comments": [{"text": "甲", "question": 3}], "consent": CONSENT_VERSION});
    let refused = desk.post(SUBMIT, &body, &[]).await.json();
    assert_eq!(refused["error"]["code"], "no_such_question");
}
