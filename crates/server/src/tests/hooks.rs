//! Pushes of questionnaire platforms.

use axum::{body::Body, http::Request};
use caifeng_app::Platform;
use caifeng_domain::Place;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use super::{Answer, Desk};

const KEY: &str = "test-push-key";

pub(super) fn tencent(action: &str, answer: u32, words: &str) -> Value {
    json!({
        "id": "33cc555f-056f-4242-a97c-46f3e7d2016f", "object": "Answer", "action": action,
        "created_at": "2026-09-03 12:00:05",
        "payload": {
            "survey_id": 5_356_056, "answer_id": answer, "ended_at": "2026-09-03 12:00:00",
            "ip": "192.0.2.1",
            "answer": [{"id": "p-1", "questions": [
                {"id": "q-1", "type": "textarea", "title": "您的意见", "text": words}]}],
        },
    })
}

fn wenjuanxing(index: &str, words: &str, key: &str) -> Value {
    let digest = Sha1::digest(format!("5657754{index}{key}"));
    let sign: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "activity": "5657754", "index": index, "joinid": "9", "q1": words,
        "submittime": "2026-09-03 12:00:00", "sign": sign.concat(),
    })
}

impl Desk {
    async fn push(&self, path: &str, body: &Value) -> Answer {
        let request = Request::post(path).body(Body::from(body.to_string()));
        self.send(request.unwrap()).await
    }

    /// A push that is taken. How many submissions came of it.
    pub(super) async fn accepted(&self, path: &str, body: &Value) -> u64 {
        let answer = self.push(path, body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["accepted"].as_u64().unwrap()
    }

    async fn received(&self) -> usize {
        self.app.count_received("known").await.unwrap()
    }
}

#[tokio::test]
async fn an_answer_that_is_changed_goes_in_beside_what_it_was_and_a_deleted_one_is_withdrawn() {
    let desk = Desk::new().await;
    let hook = desk
        .app
        .add_hook(Some("known"), "tx", Platform::Tencent, None, "{}");
    let path = hook.await.unwrap();
    assert_eq!(
        desk.accepted(&path, &tencent("answer.create", 7, "多种树"))
            .await,
        1
    );
    assert_eq!(
        desk.accepted(&path, &tencent("answer.create", 7, "多种树"))
            .await,
        0
    );
    assert_eq!(
        desk.accepted(&path, &tencent("answer.update", 7, "多种树，少收费"))
            .await,
        1
    );
    assert_eq!(
        desk.accepted(&path, &tencent("answer.update", 7, "多种树，少收费"))
            .await,
        0
    );
    assert_eq!(
        desk.accepted(&path, &tencent("answer.create", 8, "步道要有灯"))
            .await,
        1
    );
    assert_eq!(
        desk.received().await,
        3,
        "both versions, and another answer"
    );
    for _ in 0..2 {
        assert_eq!(
            desk.accepted(&path, &tencent("answer.delete", 7, "")).await,
            0
        );
    }
    assert_eq!(
        desk.accepted(&path, &tencent("answer.delete", 99, ""))
            .await,
        0
    );
    assert_eq!(
        desk.accepted(&path, &tencent("survey.updated", 7, ""))
            .await,
        0
    );
    let silent = std::sync::Arc::new(super::Silent);
    desk.app.triage(Some("known"), silent).await.unwrap();
    let ledger = desk.app.report(Some("known")).await.unwrap().ledger;
    assert_eq!((ledger.received, ledger.count(Place::Withdrawn)), (3, 2));
}

#[tokio::test]
async fn pushes_are_taken_from_whoever_signs_and_set_aside_where_they_say_nothing() {
    let desk = Desk::new().await;
    let questions = "{\"q1\": \"您对第二条有什么意见\"}";
    let hook = desk.app.add_hook(
        Some("known"),
        "wj",
        Platform::Wenjuanxing,
        Some(KEY),
        questions,
    );
    let path = hook.await.unwrap();
    assert_eq!(
        desk.accepted(&path, &wenjuanxing("1", "绳子短些", KEY))
            .await,
        1
    );
    assert_eq!(
        desk.accepted(&path, &wenjuanxing("1", "绳子短些", KEY))
            .await,
        0
    );
    assert_eq!(
        desk.accepted(&path, &wenjuanxing("1", "绳子长些", KEY))
            .await,
        1,
        "changed"
    );
    assert_eq!(desk.accepted(&path, &wenjuanxing("2", "", KEY)).await, 0);
    let hooks = desk.app.hooks().await.unwrap();
    assert_eq!(hooks[0].refusals, 1);
    assert!(
        hooks[0]
            .last_refusal
            .as_ref()
            .unwrap()
            .contains("意见内容为空")
    );

    let forged = wenjuanxing("3", "绳子短些", "another key");
    let unsigned = json!({"activity": "5657754", "index": "3", "q1": "甲"});
    let mut replayed = wenjuanxing("1", "绳子短些", KEY);
    replayed["index"] = json!("4");
    // (what it is, path, body, status)
    let cases = [
        ("forged", &*path, forged, 401),
        (
            "another answer under an old signature",
            &path,
            replayed,
            401,
        ),
        ("unsigned", &path, unsigned, 422),
        ("not an object", &path, json!([1]), 422),
        (
            "no such address",
            "/hooks/wenjuanxing/0123",
            wenjuanxing("5", "甲", KEY),
            404,
        ),
        ("too large", &path, json!("x".repeat(2 << 20)), 413),
    ];
    for (name, path, body, status) in cases {
        let answer = desk.push(path, &body).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
    }
    let tencent_path = path.replace("wenjuanxing", "tencent");
    let answer = desk
        .push(&tencent_path, &tencent("answer.create", 1, "甲"))
        .await;
    assert_eq!(
        answer.status, 404,
        "the address of one platform is not the other's"
    );
    desk.app.revoke_hook("wj").await.unwrap();
    let ended = desk.push(&path, &wenjuanxing("6", "甲", KEY)).await;
    assert_eq!(ended.status, 404);
    assert_eq!(desk.received().await, 2);
}

#[tokio::test]
async fn only_the_last_version_of_an_answer_counts_and_its_time_makes_none() {
    let desk = Desk::new().await;
    let hook = desk
        .app
        .add_hook(Some("known"), "tx", Platform::Tencent, None, "{}");
    let path = hook.await.unwrap();
    let push = async |words: &str| {
        let body = tencent("answer.update", 7, words);
        desk.accepted(&path, &body).await
    };
    for (words, new) in [
        ("甲甲", 1),
        ("乙乙", 1),
        ("乙乙", 0),
        ("甲甲", 1),
        ("乙乙", 1),
    ] {
        assert_eq!(push(words).await, new, "{words}");
    }
    let mut later = tencent("answer.update", 7, "乙乙");
    later["payload"]["ended_at"] = json!("2026-09-04 12:00:00");
    assert_eq!(desk.accepted(&path, &later).await, 0, "the same words");
    let silent = std::sync::Arc::new(super::Silent);
    desk.app.triage(Some("known"), silent).await.unwrap();
    let ledger = desk.app.report(Some("known")).await.unwrap().ledger;
    assert_eq!((ledger.received, ledger.count(Place::Withdrawn)), (4, 3));
    assert!(ledger.balances());
}

#[tokio::test]
async fn what_was_set_aside_is_read_and_tried_again() {
    let desk = Desk::new().await;
    let hook = desk
        .app
        .add_hook(Some("later"), "tx", Platform::Tencent, None, "{}");
    let path = hook.await.unwrap();
    let answer = tencent("answer.create", 1, "多种树");
    assert_eq!(desk.accepted(&path, &answer).await, 0);
    assert_eq!(desk.accepted(&path, &json!({"no": "action"})).await, 0);
    let kept = desk.app.refused_pushes("tx").await.unwrap();
    assert_eq!(kept.len(), 2);
    assert_eq!(kept[0].body, answer.to_string().as_bytes());
    assert_eq!(desk.app.retry_pushes("tx").await.unwrap(), (0, 2));
    let window = caifeng_domain::Window {
        opens: "2020-01-01".to_owned(),
        closes: "2999-12-31".to_owned(),
    };
    let opened = desk.app.open_consultation(Some("later"), Some(window));
    opened.await.unwrap();
    assert_eq!(desk.app.retry_pushes("tx").await.unwrap(), (1, 1));
    assert_eq!(desk.app.hooks().await.unwrap()[0].refusals, 1);
    assert!(desk.app.refused_pushes("wj").await.is_err());
    let audit = desk.app.audit_entries(0).await.unwrap();
    assert!(
        audit
            .iter()
            .any(|entry| entry.action == "hook.read_refused")
    );
}

#[tokio::test]
async fn an_export_brings_only_the_answers_that_were_not_pushed() {
    let desk = Desk::new().await;
    let hook = desk.app.add_hook(
        Some("known"),
        "wj",
        Platform::Wenjuanxing,
        Some(KEY),
        "{\"q1\": \"您的意见\"}",
    );
    let path = hook.await.unwrap();
    let push = wenjuanxing("1", "绳子短些", KEY);
    assert_eq!(desk.accepted(&path, &push).await, 1);
    let export =
        "序号,提交答卷时间,1、您的意见\n1,2026/9/3 12:00:00,绳子短些\n2,2026/9/3 13:00:00,多种树\n";
    for (new, known) in [(1, 1), (0, 2)] {
        let imported = desk.app.import(
            Some("known"),
            "x.csv",
            export.into(),
            Some("5657754"),
            false,
        );
        let imported = imported.await.unwrap();
        assert_eq!((imported.new, imported.known), (new, known));
    }
    let push = wenjuanxing("2", "多种树", KEY);
    assert_eq!(desk.accepted(&path, &push).await, 0, "imported before");
    assert_eq!(desk.received().await, 2);
    let wrong = desk
        .app
        .import(Some("known"), "x.csv", export.into(), Some("a:1"), false);
    assert!(wrong.await.is_err());
}

#[tokio::test]
async fn an_answer_given_in_time_may_come_late_and_one_given_late_is_set_aside() {
    let desk = Desk::new().await;
    let hook = desk
        .app
        .add_hook(Some("over"), "tx", Platform::Tencent, None, "{}");
    let path = hook.await.unwrap();
    let mut in_time = tencent("answer.create", 1, "多种树");
    in_time["payload"]["ended_at"] = json!("2020-12-31 23:59:00");
    assert_eq!(desk.accepted(&path, &in_time).await, 1);
    assert_eq!(
        desk.accepted(&path, &tencent("answer.create", 2, "多种树"))
            .await,
        0
    );
    assert_eq!(desk.app.hooks().await.unwrap()[0].refusals, 1);
}
