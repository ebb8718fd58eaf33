//! What programs rely on: the codes, the description of the API, the headers, the figures.

use caifeng_app::{AppError, Refusal, StoreError};
use caifeng_domain::{ArticleNo, Role, TransferRefusal};
use serde_json::json;

use super::{Desk, SUBMIT, comment};
use crate::error::Fault;

#[test]
fn every_code_is_in_the_table_with_its_status() {
    let faults = [
        Refusal::NotOpenYet(String::new()),
        Refusal::Closed,
        Refusal::NoComments,
        Refusal::EmptyText(1),
        Refusal::LongText {
            row: 1,
            chars: 2,
            max: 1,
        },
        Refusal::ManyComments(1),
        Refusal::UnknownArticle(ArticleNo::new(1)),
        Refusal::UnknownQuestion(1),
        Refusal::LongField {
            field: "姓名",
            max: 1,
        },
        Refusal::ControlCharacter,
        Refusal::ConsentNeeded(""),
        Refusal::BadKey,
        Refusal::KeyReused,
        Refusal::RowCount(1),
        Refusal::BadReceipt,
        Refusal::UnknownReceipt,
        Refusal::UnknownPlace,
        Refusal::Unauthenticated,
        Refusal::WrongPassword,
        Refusal::UnknownTask(1),
        Refusal::PlaceOutOfReach,
        Refusal::UnknownStep(1),
        Refusal::UnknownTransfer,
        Refusal::Transfer(TransferRefusal::OutOfTurn("", "")),
        Refusal::Transfer(TransferRefusal::Needed("")),
        Refusal::Transfer(TransferRefusal::SecondPerson),
        Refusal::PastDay,
        Refusal::Changed,
        Refusal::CodeNeeded,
        Refusal::WrongCode,
        Refusal::Disabled,
        Refusal::FactorNeeded,
        Refusal::Locked,
        Refusal::Forbidden,
        Refusal::BadSignature,
        Refusal::Unreadable(String::new()),
        Refusal::TooLarge,
        Refusal::UnknownAddress,
        Refusal::UnknownConsultation,
        Refusal::BadEnrolment,
        Refusal::BadFile(String::new()),
        Refusal::UploadGone,
        Refusal::BadDate,
        Refusal::BadGrant,
        Refusal::Handled,
        Refusal::NotForPublic,
        Refusal::Suspicious(1),
        Refusal::NothingToRelease,
        Refusal::Overloaded,
    ]
    .map(Fault::from);
    let own = [
        Fault::busy(),
        Fault::timed_out(),
        Fault::not_found(),
        Fault::no_such_law(),
        Fault::no_such_method(),
        Fault::honeypot(),
        Fault::challenge(caifeng_app::Challenge {
            token: String::new(),
            bits: 0,
            question: String::new(),
        }),
        Fault::invalid(""),
        Fault::too_often(std::time::Duration::ZERO),
        AppError::Store(StoreError::Batch(std::sync::Arc::new(StoreError::Stopped))).into(),
    ];
    let table = include_str!("../../error-codes.md");
    for fault in faults.iter().chain(&own) {
        let row = format!("| {} | {} |", fault.code, fault.status.as_u16());
        assert!(table.contains(&row), "{row}");
    }
}

/// The description changes on purpose only.
#[test]
fn the_description_of_the_interface_is_as_agreed() {
    insta::assert_json_snapshot!("openapi", crate::openapi());
}

#[tokio::test]
async fn every_answer_has_a_number_and_tells_browsers_to_trust_nothing_else() {
    let desk = Desk::new().await;
    for path in [
        "/",
        "/nowhere",
        "/api/v1/nowhere",
        "/c/nothing",
        "/assets/style.css",
    ] {
        let answer = desk.get(path).await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
            "{path}"
        );
        assert_eq!(
            answer.headers["x-content-type-options"], "nosniff",
            "{path}"
        );
        assert_eq!(answer.headers["x-request-id"].len(), 8, "{path}");
        assert!(
            !answer.body.contains("<script") && !answer.body.contains("style=\""),
            "{path}"
        );
    }
}

#[tokio::test]
async fn figures_are_counted() {
    let desk = Desk::new().await;
    desk.post(SUBMIT, &comment("甲"), &[]).await;
    let figures = desk.get("/metrics").await.body;
    for want in [
        "caifeng_submissions_total{channel=\"web\"}",
        "caifeng_http_requests_total{route=\"/api/v1/consultations/{slug}/submissions\",status=\"201\"}",
        "caifeng_http_request_seconds_bucket",
        "caifeng_intake_queue",
    ] {
        assert!(figures.contains(want), "{want} is not in\n{figures}");
    }
}

#[tokio::test]
async fn what_the_framework_refuses_is_told_in_our_words() {
    let desk = Desk::new().await;
    for path in ["/api/v1/receipts/%ff", "/api/v1/consultations/%ff"] {
        let answer = desk.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.body.contains("\"not_found\""), "{}", answer.body);
    }
    for path in ["/c/%ff", "/p/%ff", "/staff/files/x"] {
        let answer = desk.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.body.contains("没有这个页面"), "{}", answer.body);
    }
    let answer = desk.get(SUBMIT).await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.headers["allow"], "POST");
    assert!(
        answer.body.contains("\"method_not_allowed\""),
        "{}",
        answer.body
    );
    let answer = desk.post("/", &serde_json::json!({}), &[]).await;
    assert_eq!(answer.status, 405);
    assert!(answer.body.contains("请求方法"), "{}", answer.body);
}

#[tokio::test]
async fn whoever_sends_a_wrong_body_is_told_which_field_is_wrong() {
    let desk = Desk::new().await;
    for (body, says) in [
        (json!({"consent": "x"}), "缺少字段 comments"),
        (
            json!({"comments": [{"text": 7}]}),
            "字段 comments[0].text 应为文字",
        ),
        (
            json!({"comments": [{"text": "甲", "x": 1}]}),
            "没有字段 comments[0].x",
        ),
    ] {
        let answer = desk.post(SUBMIT, &body, &[]).await;
        assert_eq!(answer.status, 422);
        let error = &answer.json()["error"];
        assert_eq!(
            (&error["code"], &error["detail"]),
            (&json!("invalid_body"), &json!(says))
        );
    }
    let cookie = desk.staff(Role::Collector).await;
    for (fields, says) in [
        (&[][..], "缺少字段 number"),
        (&[("number", "甲")][..], "字段 number 的值不符合要求"),
    ] {
        let answer = desk.fill("/staff/tasks", fields, &cookie).await;
        assert_eq!(answer.status, 422);
        assert!(answer.body.contains(says), "{}", answer.body);
    }
}
