//! Those who hurry are asked for a little work, and lose no word by it.

use std::time::Duration;

use caifeng_app::CONSENT_VERSION;
use caifeng_domain::Role;
use serde_json::{Value, json};

use super::{Desk, SUBMIT, comment, field, receipts};
use crate::Limits;

const NUMERALS: &str = "零一二三四五六七八九";

/// The answer to `三加五等于几`.
#[track_caller]
fn sum(question: &str) -> String {
    let numbers = question.chars().filter_map(|c| {
        let at = NUMERALS.chars().position(|numeral| numeral == c);
        at.filter(|_| c != '几')
    });
    let sum: usize = numbers.sum();
    assert!(question.contains("加") && sum >= 2, "{question}");
    sum.to_string()
}

fn asked_on(page: &str) -> &str {
    let label = page.split_once("class=\"sum\">").unwrap().1;
    label.split_once('？').unwrap().0
}

async fn desk(patience: Duration, per_minute: u32) -> Desk {
    let limits = Limits {
        per_minute,
        patience,
        ..Limits::default()
    };
    Desk::with(limits).await
}

#[tokio::test]
async fn a_form_that_comes_back_at_once_is_asked_and_keeps_every_word() {
    let desk = desk(Duration::from_mins(10), 0).await;
    let form = desk.get("/c/known/say").await.body;
    let (key, served) = (field(&form, "key"), field(&form, "served"));
    let words = "第一行<b>\r\n第二行";
    let more = [("article", "2"), ("text", words), ("phone", "13800000000")];
    let mut fields = vec![
        ("key", &*key),
        ("served", &*served),
        ("question", "1"),
        ("text", "一米五"),
    ];
    fields.extend(more);
    // What is incomplete is told of first, on the form.
    let incomplete = desk.fill("/c/known/say", &fields, "").await;
    assert_eq!(incomplete.status, 422);
    assert!(incomplete.body.contains("请阅读并同意"));
    fields.push(("consent", CONSENT_VERSION));
    let page = desk.fill("/c/known/say", &fields, "").await;
    assert_eq!(page.status, 403);
    assert_eq!(desk.app.count_received("known").await.unwrap(), 0);
    for kept in ["第一行&#60;b&#62;\r\n第二行", "一米五", "13800000000", &key] {
        assert!(page.body.contains(kept), "{kept} is not in {}", page.body);
    }
    assert!(page.body.contains("src=\"/assets/work.js\""));
    let script = desk.get("/assets/work.js").await;
    assert!(
        script.headers["content-type"]
            .to_str()
            .unwrap()
            .contains("javascript")
    );

    let token = field(&page.body, "challenge");
    let right = sum(asked_on(&page.body));
    let send = async |key: &str, token: &str, sum: &str| {
        let mut fields = fields.clone();
        fields[0].1 = key;
        fields.extend([("challenge", token), ("work", ""), ("sum", sum)]);
        desk.fill("/c/known/say", &fields, "").await
    };
    let wrong = send(&key, &token, "99").await;
    assert_eq!(wrong.status, 403);
    assert!(wrong.body.contains("答得不对") && wrong.body.contains("一米五"));
    let other = send("another-key-of-mine", &token, &right).await;
    assert_eq!(other.status, 403, "a challenge is for one delivery");
    let done = send(&key, &token, &right).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(receipts(&done.body).len(), 2);
    let again = send(&key, &token, &right).await;
    assert_eq!(receipts(&again.body), receipts(&done.body));
    assert_eq!(desk.app.count_received("known").await.unwrap(), 2);
}

#[tokio::test]
async fn who_takes_their_time_and_staff_are_never_asked() {
    let desk = desk(Duration::from_millis(1), 0).await;
    let form = desk.get("/c/known/say").await.body;
    tokio::time::sleep(Duration::from_millis(5)).await;
    let (key, served) = (field(&form, "key"), field(&form, "served"));
    let fields = [
        ("key", &*key),
        ("served", &*served),
        ("text", "甲"),
        ("consent", CONSENT_VERSION),
    ];
    let done = desk.fill("/c/known/say", &fields, "").await;
    assert_eq!(done.status, 200, "{}", done.body);
    let cookie = desk.staff(Role::StationOfficer).await;
    for path in ["/c/known/say", "/staff/c/known"] {
        let done = desk.fill(path, &fields[2..], &cookie).await;
        assert_eq!(done.status, 200, "{path}: {}", done.body);
    }
    let unserved = desk.fill("/c/known/say", &fields[2..], "").await;
    assert_eq!(unserved.status, 403, "no form of ours");
}

#[tokio::test]
async fn an_address_that_submits_much_is_asked_and_a_challenge_is_good_for_one_delivery() {
    let desk = desk(Duration::ZERO, 8).await;
    let platform = desk
        .app
        .add_api_key("platform", Role::Platform)
        .await
        .unwrap();
    for _ in 0..2 {
        assert_eq!(desk.post(SUBMIT, &comment("甲"), &[]).await.status, 201);
    }
    let refused = desk.post(SUBMIT, &comment("甲"), &[]).await;
    assert_eq!(refused.status, 403);
    let refused = refused.json();
    assert_eq!(refused["error"]["code"], "challenge_needed");
    assert_eq!(refused["challenge"]["bits"], 14);
    let answered = |words: &str, sum: &str| -> Value {
        let token = &refused["challenge"]["token"];
        let mut body = comment(words);
        body["challenge"] = json!({"token": token, "sum": sum});
        body
    };
    let right = sum(refused["challenge"]["question"].as_str().unwrap());
    let wrong = desk.post(SUBMIT, &answered("乙", "0"), &[]).await;
    assert_eq!(wrong.json()["error"]["code"], "challenge_needed");
    let done = desk.post(SUBMIT, &answered("乙", &right), &[]).await;
    assert_eq!(done.status, 201, "{}", done.body);
    let other = desk.post(SUBMIT, &answered("丙", &right), &[]).await;
    assert_eq!(other.json()["error"]["code"], "idempotency_key_reused");
    let bearer = format!("Bearer {platform}");
    let known = [("authorization", &*bearer)];
    assert_eq!(desk.post(SUBMIT, &comment("丁"), &known).await.status, 201);
}
