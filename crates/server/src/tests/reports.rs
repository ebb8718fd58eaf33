//! Reports for those who may read them.

use caifeng_domain::Role;
use serde_json::json;

use super::{CONSENT_VERSION, Desk, SUBMIT, Silent};

#[tokio::test]
async fn a_report_is_downloaded_in_every_format() {
    let desk = Desk::new().await;
    let path = "/staff/c/known/report?format=";
    let reviewer = desk.staff(Role::Reviewer).await;
    let before = desk.get_as(&format!("{path}md"), &reviewer).await;
    assert_eq!(before.status, 409, "not triaged: {}", before.body);
    let comments = [
        json!({"text": "绳子两米以内为好。", "question": 1}),
        json!({"text": "第二条应当写明绳子多长。"}),
    ];
    for comment in comments {
        let body = json!({"comments": [comment], "consent": CONSENT_VERSION});
        assert_eq!(desk.post(SUBMIT, &body, &[]).await.status, 201);
    }
    let silent = std::sync::Arc::new(Silent);
    desk.app.triage(Some("known"), silent).await.unwrap();

    let page = desk.get_as("/staff/reports", &reviewer).await;
    for (format, kind, begins) in [
        ("docx", "wordprocessingml", "PK"),
        ("xlsx", "spreadsheetml", "PK"),
        ("html", "text/html", "<!DOCTYPE html>"),
        ("briefing", "text/html", "<!DOCTYPE html>"),
        ("md", "text/markdown", "# 关于《"),
        ("csv", "text/csv", "\u{feff}"),
        ("json", "application/json", "{"),
    ] {
        assert!(page.body.contains(&format!("{path}{format}\"")), "{format}");
        let (headers, bytes) = desk.raw(&format!("{path}{format}"), &reviewer).await;
        let header = |name: &str| headers[name].to_str().unwrap();
        assert!(header("content-type").contains(kind), "{format}");
        assert!(header("content-disposition").starts_with("attachment; filename=\"known-"));
        assert!(bytes.starts_with(begins.as_bytes()), "{format}");
    }
    let unknown = desk.get_as(&format!("{path}exe"), &reviewer).await;
    assert_eq!(unknown.status, 404);
    let collector = desk.staff(Role::Collector).await;
    let refused = desk.get_as(&format!("{path}docx"), &collector).await;
    assert_eq!(refused.status, 403);

    let report = desk.app.report(Some("known")).await.unwrap();
    assert_eq!(report.consultation, "known");
    assert_eq!(report.period.as_ref().unwrap().opens, "2020-01-01");
    let answered: Vec<usize> = (report.questions.iter())
        .map(|question| question.counts.submissions)
        .collect();
    assert_eq!(answered, [1, 0], "one answer to the first question");
}
