//! Releasing: what goes out, what stays in, and what stands in the way.

use std::sync::Arc;

use caifeng_domain::{PointId, Role, Validity, Visibility};
use caifeng_store::{Act, Principal};
use jiff::Timestamp;

use super::{ArchiveRequest, Candidate, Choice, Preview};
use crate::{
    App, AppError, Command, LawFacts, Refusal,
    testing::{config, somebody},
};

const DRAFT: &str = "某市河畔条例（草案）\n第一条　河畔步道全天向公众开放，夜间应当有照明。\n\
                     第二条　遛犬应当束绳，绳子不超过两米。\n第三条　停车收费应当公示。\n";
const SECOND: &str = "某市河畔条例（草案二次审议稿）\n第一条　河畔步道全天向公众开放，夜间应当有照明。\n\
                     第二条　遛犬应当束绳，绳子不超过一米五。\n第三条　停车收费应当公示。\n";
const TEXTS: [&str; 5] = [
    "第二条遛犬绳子（联系人：王建国，电话13800000001）建议改为一米五。",
    "第二条的绳子建议改为一米五，两米拉不住。",
    "第一条步道夜间照明应当延长到十一点。",
    "第三条停车收费标准应当公示在入口。",
    "第三条停车收费公示还应当写明减免，我住在东街，联系人李小芳。",
];

struct Office {
    app: App,
    _folder: tempfile::TempDir,
}

impl Office {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(config(folder.path())).await.unwrap();
        let office = Self {
            app,
            _folder: folder,
        };
        office.consultation("c", Visibility::Public).await;
        office
    }

    async fn consultation(&self, slug: &str, visibility: Visibility) {
        let title = format!("某市河畔条例（{slug}）");
        self.app
            .create_consultation(slug, &title, None, visibility, Vec::new())
            .await
            .unwrap();
        self.draft(slug, DRAFT).await;
        let rows: Vec<String> = (TEXTS.iter().enumerate())
            .map(|(id, text)| {
                format!("{{\"id\":\"{id}\",\"text\":\"{text}\",\"channel\":\"web\"}}")
            })
            .collect();
        let rows = rows.join("\n").into_bytes();
        self.app
            .import(Some(slug), "rows.jsonl", rows, None, false)
            .await
            .unwrap();
        self.triage(slug).await;
    }

    async fn draft(&self, slug: &str, text: &str) {
        let imported = self.app.import_draft(slug, "d.txt", text.as_bytes()).await;
        imported.unwrap();
    }

    async fn triage(&self, slug: &str) {
        self.app.triage(Some(slug), Arc::new(())).await.unwrap();
    }

    /// The point with a unit that says so.
    async fn point(&self, slug: &str, words: &str) -> PointId {
        let by = somebody("看", Role::Reviewer);
        let find = |desk: &crate::Desk| {
            let units = |s: &&crate::desk::Standing| {
                let mut units = s.point.units.iter();
                units.any(|&unit| desk.material.words(unit).text.contains(words))
            };
            let found = desk.points.values().find(units);
            Ok(found.expect("a point with these words").point.id)
        };
        self.app.at_desk(&by, slug, find).await.unwrap()
    }

    /// Gives a point a result that is approved.
    async fn settle(&self, slug: &str, point: PointId, code: &str, reason: &str) {
        let dispose = Command::Dispose(point, code.into(), reason.into());
        let by = somebody("王审", Role::Reviewer);
        self.app.decide(&by, slug, dispose).await.unwrap();
        let by = approver();
        let approve = Command::Approve(point);
        self.app.decide(&by, slug, approve).await.unwrap();
    }

    async fn preview(&self, slug: &str) -> Preview {
        self.app.preview_release(&approver(), slug).await.unwrap()
    }

    async fn publish(&self, slug: &str) -> Result<u64, AppError> {
        let seen = self.preview(slug).await.seen;
        self.app.publish(&approver(), slug, &seen).await
    }

    async fn choose(&self, choice: Choice, stands: bool) {
        let by = somebody("王审", Role::Reviewer);
        let chosen = self.app.choose_for_release(&by, "c", choice, stands).await;
        chosen.unwrap();
    }

    async fn wordings(&self) -> Vec<String> {
        let archive = self.app.archive().await.unwrap();
        let points = archive.releases.iter().flat_map(|r| &r.feedback.points);
        points.map(|point| point.wording.clone()).collect()
    }

    async fn found(&self, text: &str) -> usize {
        let archive = self.app.archive().await.unwrap();
        let request = ArchiveRequest {
            text: text.to_owned(),
            ..ArchiveRequest::default()
        };
        let found = self.app.search_archive(&archive, request).await.unwrap();
        found.total
    }
}

fn approver() -> Principal {
    somebody("李批", Role::Approver)
}

fn refused<T: std::fmt::Debug>(result: Result<T, AppError>) -> Refusal {
    match result.unwrap_err() {
        AppError::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

fn candidate(preview: &Preview, point: PointId) -> &Candidate {
    let found = preview.candidates.iter().find(|c| c.id == point);
    found.expect("a candidate")
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_was_released_is_public_and_a_withdrawal_takes_it_away() {
    let office = Office::new().await;
    assert_eq!(
        refused(office.publish("c").await),
        Refusal::NothingToRelease
    );
    let light = office.point("c", "照明").await;
    office
        .settle("c", light, "kept", "留待修改实施细则时研究")
        .await;
    assert!(office.wordings().await.is_empty(), "a result is no release");
    assert_eq!(office.publish("c").await.unwrap(), 1);
    assert!(office.wordings().await[0].contains("照明"));
    assert_eq!(office.found("照明").await, 1);
    assert_eq!(office.found("停车").await, 0);
    assert!(office.app.is_released("c").await.unwrap());

    // What is decided afterwards stays in until the next release.
    let parking = office.point("c", "标准应当公示在入口").await;
    office.settle("c", parking, "kept", "留作研究").await;
    assert_eq!(office.wordings().await.len(), 1);
    assert_eq!(office.publish("c").await.unwrap(), 2);
    assert_eq!(office.wordings().await.len(), 2);

    let by = approver();
    let withdraw = async |number, reason: &str| {
        let withdrawn = office.app.withdraw_release(&by, "c", number, reason).await;
        withdrawn.map(|()| number)
    };
    assert_eq!(
        refused(withdraw(2, " ").await),
        Refusal::Needed("撤下的理由")
    );
    withdraw(2, "有误").await.unwrap();
    assert_eq!(refused(withdraw(2, "有误").await), Refusal::Changed);
    assert!(
        office.wordings().await.is_empty(),
        "the first does not come back"
    );
    assert_eq!(office.found("照明").await, 0);
    let trail = office.app.audit_entries(0).await.unwrap();
    let acts: Vec<&str> = (trail.iter())
        .filter(|entry| entry.action.starts_with("release."))
        .map(|entry| &*entry.action)
        .collect();
    assert_eq!(
        acts,
        ["release.publish", "release.publish", "release.withdraw"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_contact_points_only_is_never_public() {
    let office = Office::new().await;
    office
        .consultation("inside", Visibility::ContactPoints)
        .await;
    let light = office.point("inside", "照明").await;
    office.settle("inside", light, "kept", "留作研究").await;
    assert_eq!(
        refused(office.publish("inside").await),
        Refusal::NotForPublic
    );
    // What was public goes when its consultation does.
    let light = office.point("c", "照明").await;
    office.settle("c", light, "kept", "留作研究").await;
    office.publish("c").await.unwrap();
    assert_eq!(office.found("照明").await, 1);
    let app = &office.app;
    app.set_visibility(Some("c"), Visibility::ContactPoints)
        .await
        .unwrap();
    app.shelf.forget().await;
    assert_eq!(office.found("照明").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_data_is_masked_or_stops_the_release() {
    let office = Office::new().await;
    let rope = office.point("c", "遛犬绳子").await;
    office
        .settle("c", rope, "kept", "已请联系人：李建国核实，电话13800000002")
        .await;
    let preview = office.preview("c").await;
    let shown = format!("{:?}", preview.feedback);
    assert!(
        !shown.contains("王建国") && !shown.contains("13800000001"),
        "{shown}"
    );
    assert_eq!(preview.open_flags(), 2, "{:?}", preview.candidates);
    assert_eq!(refused(office.publish("c").await), Refusal::Suspicious(2));
    for words in ["李建国", "13800000002"] {
        office.choose(Choice::Clear(rope, words.into()), true).await;
    }
    let seen = office.preview("c").await.seen;
    office
        .choose(Choice::Clear(rope, "李建国".into()), false)
        .await;
    let early = office.app.publish(&approver(), "c", &seen).await;
    assert_eq!(refused(early), Refusal::Suspicious(1));
    office
        .choose(Choice::Clear(rope, "李建国".into()), true)
        .await;
    office.publish("c").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_leave_points_and_words_away_and_what_is_released_is_what_was_seen() {
    let office = Office::new().await;
    let (light, parking) = (
        office.point("c", "照明").await,
        office.point("c", "标准应当公示在入口").await,
    );
    for point in [light, parking] {
        office.settle("c", point, "kept", "留作研究").await;
    }
    let seen = office.preview("c").await.seen;
    office.choose(Choice::LeaveOut(light), true).await;
    let stale = office.app.publish(&approver(), "c", &seen).await;
    assert_eq!(refused(stale), Refusal::Changed);
    let preview = office.preview("c").await;
    assert_eq!(preview.feedback.points.len(), 1);
    let offered = candidate(&preview, parking).offered.clone();
    for words in &offered {
        let away = Choice::LeaveAway(parking, words.key.clone());
        office.choose(away, true).await;
    }
    let preview = office.preview("c").await;
    assert!(
        !candidate(&preview, parking).goes_out(),
        "no words are left"
    );
    assert_eq!(
        refused(office.publish("c").await),
        Refusal::NothingToRelease
    );
    let by = somebody("王审", Role::Reviewer);
    let wording = Command::Wording(parking, "收费标准在入口公示".into());
    office.app.decide(&by, "c", wording).await.unwrap();
    office.publish("c").await.unwrap();
    assert_eq!(office.wordings().await, ["收费标准在入口公示"]);
    let not_there = Choice::LeaveAway(light, "S-99:0-3".into());
    let unknown = office.app.choose_for_release(&by, "c", not_there, true);
    assert_eq!(refused(unknown.await), Refusal::UnknownUnit);
    let expert = somebody("专家", Role::Expert);
    let out = Choice::LeaveOut(light);
    let forbidden = office.app.choose_for_release(&expert, "c", out, true).await;
    assert_eq!(refused(forbidden), Refusal::Forbidden);
    let reviewer = office.app.publish(&by, "c", &seen).await;
    assert_eq!(refused(reviewer), Refusal::Forbidden);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_taken_back_are_not_released_and_staff_are_told_of_those_that_were() {
    let office = Office::new().await;
    let light = office.point("c", "照明").await;
    office.settle("c", light, "kept", "留作研究").await;
    office.publish("c").await.unwrap();
    let preview = office.preview("c").await;
    assert!(preview.to_replace.is_empty());
    let key = candidate(&preview, light).offered[0].key.clone();
    let act = Act {
        actor: "sender",
        at: Timestamp::now(),
    };
    let whose = key.split(':').next().unwrap().parse().unwrap();
    assert!(office.app.store.withdraw(&act, whose).await.unwrap());
    let preview = office.preview("c").await;
    assert_eq!(preview.to_replace, [light.to_string()]);
    assert!(preview.feedback.points.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_of_a_point_stands_beside_it() {
    let office = Office::new().await;
    office.draft("c", SECOND).await;
    office.triage("c").await;
    let rope = office.point("c", "拉不住").await;
    office.settle("c", rope, "adopted", "").await;
    let preview = office.preview("c").await;
    let adopted = preview.feedback.points[0].adopted.clone().unwrap();
    assert_eq!(adopted.source, "某市河畔条例（草案二次审议稿）第二条");
    assert!(adopted.words.contains("一米五") && !adopted.words.contains("两米"));
    assert!(adopted.former.unwrap().contains("两米"));

    let facts = LawFacts {
        validity: Validity::InForce,
        kind: "地方性法规".into(),
        issuer: None,
        published: None,
        effective: None,
        version: None,
    };
    let law = "某市河畔条例\n第一条　步道开放。\n第二条　遛犬的绳子不超过一米五。\n";
    let library = office.app.import_law("law.txt", law.as_bytes(), facts);
    library.await.unwrap();
    let by = somebody("王审", Role::Reviewer);
    let unknown = Choice::Law(rope, "某市湖泊条例第九条".into());
    let unknown = office.app.choose_for_release(&by, "c", unknown, true).await;
    assert!(matches!(unknown, Err(AppError::Argument(_))), "{unknown:?}");
    office
        .choose(Choice::Law(rope, "某市河畔条例第二条".into()), true)
        .await;
    let preview = office.preview("c").await;
    let adopted = preview.feedback.points[0].adopted.clone().unwrap();
    assert_eq!(adopted.source, "某市河畔条例第二条");
    assert_eq!(adopted.words, "遛犬的绳子不超过一米五。");
    office.publish("c").await.unwrap();
    let archive = office.app.archive().await.unwrap();
    let request = ArchiveRequest {
        adopted: true,
        ..ArchiveRequest::default()
    };
    let found = office.app.search_archive(&archive, request).await.unwrap();
    assert_eq!(found.total, 1);
    let csv = archive.releases[0].to_csv().unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.starts_with('\u{feff}') && csv.contains("机器归纳，经人工审核"));
    assert!(csv.contains("遛犬的绳子不超过一米五。"), "{csv}");
}

#[tokio::test(flavor = "multi_thread")]
async fn public_points_stand_beside_the_article_that_they_are_about() {
    let office = Office::new().await;
    office.consultation("other", Visibility::Public).await;
    let rope = office.point("c", "拉不住").await;
    office.settle("c", rope, "kept", "留作研究").await;
    let beside = async |slug: &str, article: &str| {
        let article = article.parse().unwrap();
        office.app.released_on(slug, article).await.unwrap()
    };
    assert!(beside("c", "2").await.is_empty(), "not released");
    office.publish("c").await.unwrap();
    let here = beside("c", "2").await;
    assert_eq!(here.len(), 1);
    assert_eq!(here[0].link, format!("/c/c/feedback/{rope}"));
    assert!(!here[0].is_elsewhere);
    assert!(beside("c", "3").await.is_empty());
    let elsewhere = beside("other", "2").await;
    assert!(elsewhere.iter().all(|similar| similar.is_elsewhere));
    assert_eq!(elsewhere.len(), 1, "two topics in common");
    assert!(beside("other", "1").await.is_empty());
}
