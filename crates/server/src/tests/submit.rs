//! `/api/v1`: handing in and asking what became of it.

use std::time::Duration;

use axum::{body::Body, http::Request};
use caifeng_app::CONSENT_VERSION;
use caifeng_domain::Role;
use serde_json::{Value, json};

use super::{Desk, SUBMIT, comment};
use crate::Limits;

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn what_is_handed_in_is_accepted_or_refused_with_a_reason() {
    let desk = Desk::new().await;
    let good = |text: &str| json!([{"text": text}]);
    let with = |comments: Value| json!({"comments": comments, "consent": CONSENT_VERSION});
    let many: Vec<Value> = (0..51).map(|i| json!({"text": i.to_string()})).collect();
    // (what it shows, request, status, field of the answer, its value)
    let cases = [
        ("one", comment("步道应当有灯"), 201, "/known", json!(false)),
        (
            "several, per article and general",
            with(
                json!([{"article": "2", "text": "甲"}, {"text": "<b>'; drop table submission;--"}]),
            ),
            201,
            "/known",
            json!(false),
        ),
        (
            "nothing",
            with(json!([])),
            422,
            "/error/code",
            json!("no_comments"),
        ),
        (
            "blank",
            comment(" \u{3000}\n"),
            422,
            "/error/code",
            json!("text_empty"),
        ),
        (
            "too long",
            comment(&"长".repeat(50_001)),
            422,
            "/error/code",
            json!("text_too_long"),
        ),
        (
            "longest",
            comment(&"长".repeat(50_000)),
            201,
            "/known",
            json!(false),
        ),
        (
            "too many",
            with(json!(many)),
            422,
            "/error/code",
            json!("too_many_comments"),
        ),
        (
            "U+0000",
            comment("甲\0"),
            422,
            "/error/code",
            json!("control_character"),
        ),
        (
            "no such article",
            with(json!([{"article": "99", "text": "甲"}])),
            422,
            "/error/code",
            json!("no_such_article"),
        ),
        (
            "not an article",
            with(json!([{"article": "二", "text": "甲"}])),
            422,
            "/error/code",
            json!("invalid_value"),
        ),
        (
            "old notice",
            json!({"comments": good("甲"), "consent": "1999-01"}),
            422,
            "/error/code",
            json!("consent_needed"),
        ),
        (
            "no notice",
            json!({"comments": good("甲")}),
            422,
            "/error/code",
            json!("invalid_body"),
        ),
        (
            "unknown field",
            json!({"comments": good("甲"), "consent": CONSENT_VERSION, "x": 1}),
            422,
            "/error/code",
            json!("invalid_body"),
        ),
        (
            "wrong type",
            json!({"comments": "甲"}),
            422,
            "/error/code",
            json!("invalid_body"),
        ),
        (
            "long name",
            json!({"comments": good("甲"), "consent": CONSENT_VERSION, "sender": {"name": "长".repeat(61)}}),
            422,
            "/error/code",
            json!("field_too_long"),
        ),
        (
            "unknown place",
            json!({"comments": good("甲"), "consent": CONSENT_VERSION, "place": "nowhere"}),
            404,
            "/error/code",
            json!("no_such_place"),
        ),
        (
            "a channel that only staff know",
            json!({"comments": good("甲"), "consent": CONSENT_VERSION, "channel": "paper"}),
            401,
            "/error/code",
            json!("unauthenticated"),
        ),
    ];
    for (name, request, status, pointer, value) in cases {
        let answer = desk.post(SUBMIT, &request, &[]).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
        assert_eq!(
            answer.json().pointer(pointer),
            Some(&value),
            "{name}: {}",
            answer.body
        );
    }
    assert_eq!(desk.app.count_received("known").await.unwrap(), 4);
}

#[tokio::test]
async fn bodies_that_are_no_json_or_too_large_are_refused() {
    let desk = Desk::new().await;
    // (what it shows, body, status, code)
    let cases: [(&str, Vec<u8>, u16, &str); 4] = [
        (
            "not UTF-8",
            vec![b'{', b'"', 0xff, 0xfe, b'"', b'}'],
            422,
            "invalid_body",
        ),
        ("empty", Vec::new(), 422, "invalid_body"),
        ("deep", vec![b'['; 100_000], 422, "invalid_body"),
        ("10 MB", vec![b' '; 10 << 20], 413, "too_large"),
    ];
    for (name, body, status, code) in cases {
        let request = Request::post(SUBMIT).header("content-type", "application/json");
        let answer = desk.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
        assert_eq!(answer.json()["error"]["code"], code, "{name}");
    }
}

#[tokio::test]
async fn a_retry_gets_the_same_receipts() {
    let desk = Desk::new().await;
    let body = json!({
        "comments": [{"article": "1", "text": "甲"}, {"text": "乙"}],
        "consent": CONSENT_VERSION,
        "sender": {"phone": "13800000000"},
    });
    let key = [("idempotency-key", "key-0001")];
    let first = desk.post(SUBMIT, &body, &key).await;
    assert_eq!(first.status, 201);
    let again = desk.post(SUBMIT, &body, &key).await;
    assert_eq!(again.status, 200);
    assert_eq!(again.json()["receipts"], first.json()["receipts"]);
    assert_eq!(again.json()["known"], true);
    for changed in [
        comment("丙"),
        json!({"comments": [{"article": "1", "text": "甲"}], "consent": CONSENT_VERSION, "sender": {"phone": "13800000000"}}),
        json!({"comments": [{"article": "1", "text": "甲"}, {"text": "乙"}, {"text": "丙"}], "consent": CONSENT_VERSION, "sender": {"phone": "13800000000"}}),
        json!({"comments": [{"article": "1", "text": "甲"}, {"text": "丁"}], "consent": CONSENT_VERSION, "sender": {"phone": "13800000000"}}),
    ] {
        let before = desk.app.count_received("known").await.unwrap();
        let answer = desk.post(SUBMIT, &changed, &key).await;
        let after = desk.app.count_received("known").await.unwrap();
        assert_eq!(answer.status, 409, "{}", answer.body);
        assert_eq!(before, after, "nothing of it is written");
    }
    let bad = desk.post(SUBMIT, &body, &[("idempotency-key", "短")]).await;
    assert_eq!(
        (bad.status.as_u16(), &bad.json()["error"]["code"]),
        (422, &json!("bad_idempotency_key"))
    );
}

/// The answer to the first may have been lost on its way.
#[tokio::test]
async fn a_retry_gets_its_receipts_though_it_is_too_late_for_others() {
    let desk = Desk::new().await;
    let secret = desk
        .app
        .add_api_key("platform-a", Role::Platform)
        .await
        .unwrap();
    let bearer = format!("Bearer {secret}");
    let platform = [("authorization", &*bearer)];
    let bulk = format!("{SUBMIT}/bulk");
    let rows = |ids: &[&str]| {
        let row = |id: &&str| json!({"id": id, "text": "甲"});
        json!({"rows": ids.iter().map(row).collect::<Vec<_>>()})
    };
    let key = [("idempotency-key", "key-0001")];
    let first = desk.post(SUBMIT, &comment("甲"), &key).await;
    let many = desk.post(&bulk, &rows(&["1"]), &platform).await.json();
    desk.app.close_consultation(Some("known")).await.unwrap();

    let again = desk.post(SUBMIT, &comment("甲"), &key).await;
    assert_eq!(again.status, 200, "{}", again.body);
    assert_eq!(again.json()["receipts"], first.json()["receipts"]);
    for (body, key) in [("乙", "key-0001"), ("甲", "key-0002")] {
        let late = [("idempotency-key", key)];
        let refused = desk.post(SUBMIT, &comment(body), &late).await;
        assert_eq!(refused.json()["error"]["code"], "closed", "{body} {key}");
    }
    let again = desk.post(&bulk, &rows(&["1", "2"]), &platform).await.json();
    assert_eq!(again["rows"][0]["receipt"], many["rows"][0]["receipt"]);
    assert_eq!(again["rows"][1]["code"], "closed", "{again}");
    let late = desk.post(&bulk, &rows(&["2"]), &platform).await;
    assert_eq!(late.status, 409);
    assert_eq!(desk.app.count_received("known").await.unwrap(), 2);
}

#[tokio::test]
async fn the_window_and_the_visibility_hold() {
    let desk = Desk::new().await;
    // (consultation, status, code, a word of the message)
    let cases = [
        ("later", 409, "not_open_yet", "2999-01-01"),
        ("over", 409, "closed", "已经截止"),
        ("inside", 404, "no_consultation", "没有"),
        ("nothing", 404, "no_consultation", "没有"),
    ];
    for (slug, status, code, word) in cases {
        let path = format!("/api/v1/consultations/{slug}/submissions");
        let answer = desk.post(&path, &comment("甲"), &[]).await;
        assert_eq!(answer.status, status, "{slug}: {}", answer.body);
        assert_eq!(answer.json()["error"]["code"], code);
        assert!(answer.body.contains(word), "{slug}: {}", answer.body);
    }
    desk.app.close_consultation(Some("known")).await.unwrap();
    assert_eq!(desk.post(SUBMIT, &comment("甲"), &[]).await.status, 409);
    desk.app
        .open_consultation(Some("known"), None)
        .await
        .unwrap();
    assert_eq!(desk.post(SUBMIT, &comment("甲"), &[]).await.status, 201);
}

/// Nowhere does the public learn of a consultation for contact points only.
#[tokio::test]
async fn what_is_for_contact_points_shows_nowhere_in_public() {
    let desk = Desk::new().await;
    let key = desk
        .app
        .add_api_key("platform-a", Role::Platform)
        .await
        .unwrap();
    let bearer = format!("Bearer {key}");
    let path = "/api/v1/consultations/inside/submissions";
    let inside = desk
        .post(path, &comment("甲"), &[("authorization", &bearer)])
        .await;
    assert_eq!(inside.status, 201, "{}", inside.body);
    let receipt = inside.json()["receipts"][0].as_str().unwrap().to_owned();
    desk.app
        .import_stations("类型,名称,上级\n联系点,某区,\n".as_bytes())
        .await
        .unwrap();
    let code = desk.app.stations().await.unwrap()[0].0.code.clone();
    for path in [
        "/",
        "/api/v1/consultations",
        "/api/v1/consultations/inside",
        "/api/v1/consultations/inside/report",
        "/c/inside",
        "/c/inside/say",
        "/c/inside/a/1",
        "/c/inside/changes",
        "/c/inside/texts/1",
        "/staff/c/inside",
        &format!("/p/{code}"),
        &format!("/api/v1/receipts/{receipt}"),
        &format!("/receipt?code={receipt}"),
    ] {
        let answer = desk.get(path).await;
        assert!(
            !answer.body.contains("条例（inside）"),
            "{path}: {}",
            answer.body
        );
    }
    let request = Request::get("/api/v1/consultations").header("authorization", &bearer);
    let seen = desk.send(request.body(Body::empty()).unwrap()).await;
    assert!(seen.body.contains("inside"), "those who may see it do");
}

#[tokio::test]
async fn the_draft_is_shown_as_a_tree() {
    let desk = Desk::new().await;
    let answer = desk.get("/api/v1/consultations/known").await.json();
    assert_eq!(answer["standing"], "open");
    assert_eq!(answer["consent_version"], CONSENT_VERSION);
    let provisions = answer["provisions"].as_array().unwrap();
    let article = provisions
        .iter()
        .position(|p| p["number"] == "2" && p["level"] == "article")
        .unwrap();
    assert_eq!(provisions[article]["parent"], 0, "in the chapter");
    let paragraph = provisions.iter().find(|p| p["parent"] == article).unwrap();
    assert_eq!(paragraph["text"], "遛犬应当束绳。");
}

/// Item 4 of the intake: what was handed in shows in its bundle when the background job has run.
#[tokio::test]
async fn a_submission_is_triaged_behind_the_scenes() {
    let desk = Desk::new().await;
    let body = json!({"comments": [{"article": "2", "text": "建议第二条增加违者罚款的规定"}], "consent": CONSENT_VERSION});
    let receipt = desk.post(SUBMIT, &body, &[]).await.json()["receipts"][0]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/v1/receipts/{}", receipt.to_lowercase());
    assert_eq!(desk.get(&path).await.json()["stage"], "received");
    tokio::time::sleep(Duration::from_millis(600)).await;
    while desk.app.work_once("test").await.unwrap() {}
    assert_eq!(desk.get(&path).await.json()["stage"], "bundled");
    let ready = desk.get("/readyz").await.json();
    assert_eq!(
        (&ready["jobs_waiting"], &ready["jobs_failed"]),
        (&json!(0), &json!(0))
    );
    // (receipt, status, code)
    let mut wrong = receipt.clone();
    wrong.replace_range(0..1, if wrong.starts_with('2') { "3" } else { "2" });
    for (code, status, error) in [
        (&*wrong, 422, "bad_receipt"),
        ("%FF", 404, "not_found"),
        ("xx", 422, "bad_receipt"),
        ("3333-3333-3333", 422, "bad_receipt"),
    ] {
        let answer = desk.get(&format!("/api/v1/receipts/{code}")).await;
        assert_eq!(answer.status, status, "{code}: {}", answer.body);
        assert!(answer.body.contains(error), "{code}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_bulk_delivery_answers_each_row() {
    let desk = Desk::new().await;
    let key = desk
        .app
        .add_api_key("platform-a", Role::Platform)
        .await
        .unwrap();
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", &*bearer)];
    let path = "/api/v1/consultations/known/submissions/bulk";
    let body = json!({"rows": [
        {"id": "1", "text": "甲", "article": "1", "channel": "wechat", "station": "东街", "submitted_at": "2026-03-01T08:00:00+08:00"},
        {"id": "2", "text": " "},
        {"id": "3", "text": "乙", "channel": "fax"},
        {"id": "1", "text": "别的"},
        {"id": "4", "text": "丙", "submitted_at": "昨天"},
        {"id": "5", "text": "丁"},
    ]});
    let answer = desk.post(path, &body, &headers).await.json();
    let outcomes: Vec<&str> = answer["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(
        outcomes,
        [
            "accepted", "refused", "refused", "refused", "refused", "accepted"
        ],
        "{answer}"
    );
    assert_eq!(answer["rows"][3]["code"], "idempotency_key_reused");
    let again = desk.post(path, &body, &headers).await.json();
    assert_eq!(
        (&again["accepted"], &again["known"]),
        (&json!(0), &json!(2))
    );
    assert_eq!(again["rows"][0]["receipt"], answer["rows"][0]["receipt"]);
    let rows: Vec<Value> = (0..501)
        .map(|i| json!({"id": i.to_string(), "text": "甲"}))
        .collect();
    for (rows, code) in [(json!(rows), "row_count"), (json!([]), "row_count")] {
        let refused = desk.post(path, &json!({"rows": rows}), &headers).await;
        assert_eq!(refused.json()["error"]["code"], code);
    }
}

#[tokio::test]
async fn who_asks_too_often_waits_and_others_do_not() {
    let limits = Limits {
        per_minute: 2,
        behind_proxy: true,
        ..Limits::default()
    };
    let desk = Desk::with(limits).await;
    let here = [("x-forwarded-for", "192.0.2.1, 198.51.100.1")];
    for _ in 0..2 {
        assert_eq!(desk.post(SUBMIT, &comment("甲"), &here).await.status, 201);
    }
    let refused = desk.post(SUBMIT, &comment("甲"), &here).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.json()["error"]["code"], "too_many_requests");
    let seconds: u64 = refused.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((25..=31).contains(&seconds), "{seconds}");
    // The first address of the header is what the client says, and says nothing.
    let forged = [
        ("x-forwarded-for", "192.0.2.99, 198.51.100.1"),
        ("authorization", "Bearer wrong"),
    ];
    assert_eq!(desk.post(SUBMIT, &comment("甲"), &forged).await.status, 429);
    let there = [("x-forwarded-for", "198.51.100.2")];
    assert_eq!(desk.post(SUBMIT, &comment("甲"), &there).await.status, 201);
}

#[tokio::test]
async fn more_than_can_be_done_is_refused_at_once() {
    let limits = Limits {
        concurrency: 0,
        ..Limits::default()
    };
    let desk = Desk::with(limits).await;
    let answer = desk.get("/").await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.headers["retry-after"], "2");
    assert_eq!(
        desk.get("/healthz").await.status,
        200,
        "those who watch get an answer"
    );
}
