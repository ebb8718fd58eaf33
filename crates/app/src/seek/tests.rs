//! What staff find, with places, personal data and the library.

use std::sync::Arc;

use caifeng_domain::{Channel, Role, Status, Validity, Visibility};
use caifeng_search::{Kind, Reason};
use caifeng_store::{Principal, PrincipalKind, Reach};

use super::{SeekKind, SeekRequest, Seeking, SheetFormat, in_turn};
use crate::{App, AppError, Config, LawFacts, Overrides, Refusal};

const DRAFT: &str = "某条例（草案）\n第一条　步道向公众开放。\n第二条　遛犬应当束绳。\n第三条　车辆停放收费由市政府定价。\n";
const ROWS: &str = "{\"id\":\"1\",\"text\":\"第二条的绳子应当写明长度，我叫王建国，电话13800000001\",\"channel\":\"web\",\"station\":\"东街\",\"submitted_at\":\"2026-03-01T10:00:00+08:00\"}\n\
    {\"id\":\"2\",\"text\":\"第二条的绳子要写明长度\",\"channel\":\"wechat\",\"station\":\"西街\"}\n\
    {\"id\":\"3\",\"text\":\"第三条停车收费应当按照《某收费条例》第一条公示\",\"channel\":\"web\",\"station\":\"东街\"}\n";
const LAW: &str = "某收费条例\n第一条　收费标准应当在停车场入口公示。\n";

struct Desk {
    app: App,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let said = Overrides {
            data: Some(folder.path().to_owned()),
            model: Some("lexical".into()),
            ..Overrides::default()
        };
        let app = App::open(Config::load(said, None).unwrap()).await.unwrap();
        let places = "类型,名称,上级\n联系点,某区,\n联络站,东街,某区\n联络站,西街,某区\n";
        app.import_stations(places.as_bytes()).await.unwrap();
        for slug in ["c", "hidden"] {
            let title = format!("某条例（{slug}）");
            app.create_consultation(slug, &title, None, Visibility::ContactPoints, Vec::new())
                .await
                .unwrap();
            app.import_draft(slug, "d.txt", DRAFT.as_bytes())
                .await
                .unwrap();
            app.import(Some(slug), "rows.jsonl", ROWS.into(), None, false)
                .await
                .unwrap();
        }
        app.triage(Some("c"), Arc::new(())).await.unwrap();
        let facts = LawFacts {
            validity: Validity::InForce,
            kind: "地方性法规".into(),
            issuer: None,
            published: None,
            effective: None,
            version: None,
        };
        app.import_law("law.txt", LAW.as_bytes(), facts)
            .await
            .unwrap();
        Self {
            app,
            _folder: folder,
        }
    }

    /// Somebody who may read this one, and speaks for the place where one is named.
    async fn reader(&self, place: Option<&str>) -> Principal {
        let code = match place {
            None => None,
            Some(name) => {
                let all = self.app.stations().await.unwrap();
                let found = all.into_iter().find(|(station, _)| station.name == name);
                Some(found.unwrap().0.code)
            }
        };
        let only = ["c".to_owned()];
        Principal {
            kind: PrincipalKind::Account,
            name: "ceshi".into(),
            role: Role::Reviewer,
            reach: self.app.reach(code.as_deref(), &only).await.unwrap(),
            has_factor: false,
        }
    }
}

fn asks(text: &str) -> SeekRequest {
    SeekRequest {
        text: text.to_owned(),
        ..SeekRequest::default()
    }
}

/// The keys of the hits of a kind that have the words.
fn with_words(found: &Seeking, kind: Kind) -> Vec<&str> {
    let hits = found.hits.iter().filter(|hit| hit.kind == kind);
    let hits = hits.filter(|hit| matches!(hit.reason, Reason::Words(_)));
    let mut keys: Vec<&str> = hits.map(|hit| &*hit.key).collect();
    keys.sort_unstable();
    keys
}

#[tokio::test]
async fn one_box_finds_submissions_points_articles_and_laws() {
    let desk = Desk::new().await;
    let by = desk.reader(None).await;
    let found = desk.app.seek(&by, asks("停车收费")).await.unwrap();
    assert_eq!(with_words(&found, Kind::Submission), ["S-3"]);
    assert_eq!(with_words(&found, Kind::Article), ["3"]);
    assert_eq!(with_words(&found, Kind::Point).len(), 1);
    assert_eq!(found.library.hits.len(), 1);
    let submission = found.hits.iter().find(|hit| hit.key == "S-3").unwrap();
    assert_eq!(submission.cited[0].law.title, "某收费条例");
    assert!(submission.pieces.iter().any(|piece| piece.is_marked));
    assert!(
        found.preparing.is_empty(),
        "what one may not read is not spoken of"
    );

    let everywhere = Principal {
        reach: Reach::default(),
        ..by.clone()
    };
    let found = desk.app.seek(&everywhere, asks("停车收费")).await.unwrap();
    assert_eq!(found.preparing, ["某条例（hidden）"], "not triaged yet");

    let only_laws = SeekRequest {
        kind: Some(SeekKind::Law),
        ..asks("某收费条例第一条")
    };
    let found = desk.app.seek(&by, only_laws).await.unwrap();
    assert!(found.hits.is_empty() && found.library.hits[0].is_exact);
    let nothing = SeekRequest {
        consultation: Some("hidden".into()),
        ..asks("停车")
    };
    let refused = desk.app.seek(&by, nothing).await.unwrap_err();
    assert!(
        matches!(refused, AppError::UnknownConsultation(_)),
        "{refused}"
    );
}

#[tokio::test]
async fn filters_hold_and_leave_laws_out() {
    let desk = Desk::new().await;
    let by = desk.reader(None).await;
    let find = async |set: fn(&mut SeekRequest)| {
        let mut request = asks("绳子 停车");
        set(&mut request);
        let found = desk.app.seek(&by, request).await.unwrap();
        assert!(found.library.hits.is_empty());
        let keys = with_words(&found, Kind::Submission);
        keys.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(find(|r| r.channel = Some(Channel::Wechat)).await, ["S-2"]);
    assert_eq!(find(|r| r.article = "3".parse().ok()).await, ["S-3"]);
    assert_eq!(find(|r| r.to = Some("2026-03-01".into())).await, ["S-1"]);
    assert_eq!(
        find(|r| r.status = Some(Status::Spam)).await,
        [] as [&str; 0]
    );
    let east = desk.app.stations().await.unwrap();
    for (name, count) in [("东街", 2), ("西街", 1), ("某区", 3)] {
        let code = east.iter().find(|(station, _)| station.name == name);
        let request = SeekRequest {
            station: Some(code.unwrap().0.code.clone()),
            ..asks("绳子 停车")
        };
        let found = desk.app.seek(&by, request).await.unwrap();
        assert_eq!(with_words(&found, Kind::Submission).len(), count, "{name}");
    }
    let bad = SeekRequest {
        from: Some("昨天".into()),
        ..asks("绳子")
    };
    assert!(desk.app.seek(&by, bad).await.is_err());
}

#[tokio::test]
async fn whoever_speaks_for_a_place_sees_that_place() {
    let desk = Desk::new().await;
    let east = desk.reader(Some("东街")).await;
    let found = desk.app.seek(&east, asks("绳子")).await.unwrap();
    assert_eq!(with_words(&found, Kind::Submission), ["S-1"]);
    assert!(found.hits.iter().all(|hit| hit.kind != Kind::Point));
    let all = desk.app.stations().await.unwrap();
    let west = all
        .iter()
        .find(|(station, _)| station.name == "西街")
        .unwrap();
    let request = SeekRequest {
        station: Some(west.0.code.clone()),
        ..asks("绳子")
    };
    let refused = desk.app.seek(&east, request).await.unwrap_err();
    assert!(matches!(
        refused,
        AppError::Refused(Refusal::PlaceOutOfReach)
    ));
}

#[tokio::test]
async fn personal_data_is_masked_and_finds_nothing() {
    let desk = Desk::new().await;
    let by = desk.reader(None).await;
    let found = desk.app.seek(&by, asks("绳子")).await.unwrap();
    let shown = format!("{found:?}");
    assert!(
        shown.contains("138****0001") && !shown.contains("13800000001"),
        "{shown}"
    );
    assert!(!shown.contains("王建国"));
    for person in ["13800000001", "王建国", "建国"] {
        let found = desk.app.seek(&by, asks(person)).await.unwrap();
        assert_eq!(
            with_words(&found, Kind::Submission),
            [] as [&str; 0],
            "{person}"
        );
    }
    for (format, head) in [
        (SheetFormat::Csv, "\u{feff}类型,".as_bytes()),
        (SheetFormat::Xlsx, b"PK"),
    ] {
        let file = desk
            .app
            .export_search(&by, asks("绳子"), format)
            .await
            .unwrap();
        assert!(file.starts_with(head));
        if format == SheetFormat::Csv {
            let text = String::from_utf8(file).unwrap();
            assert!(
                text.contains("S-1") && text.contains("138****0001"),
                "{text}"
            );
            assert!(!text.contains("王建国"));
        }
    }
    let trail = desk.app.audit_entries(0).await.unwrap();
    let exported = trail.iter().filter(|entry| entry.action == "search.export");
    assert!(
        exported
            .clone()
            .all(|entry| entry.object.ends_with(" rows"))
    );
    assert_eq!(exported.count(), 2);
}

#[tokio::test]
async fn searches_are_kept_for_accounts_only() {
    let desk = Desk::new().await;
    let by = desk.reader(None).await;
    desk.app
        .add_account("ceshi", Role::Reviewer, "一二三四五六七八九十".into())
        .await
        .unwrap();
    desk.app.save_search(&by, " 停车 ", "q=停车").await.unwrap();
    let kept = desk.app.saved_searches(&by).await.unwrap();
    assert_eq!((&*kept[0].name, &*kept[0].query), ("停车", "q=停车"));
    desk.app.forget_search(&by, kept[0].number).await.unwrap();
    assert!(desk.app.saved_searches(&by).await.unwrap().is_empty());
    for (name, query) in [("", "q=1"), ("一\n二", "q=1"), ("长", &*"q".repeat(3_000))] {
        assert!(
            desk.app.save_search(&by, name, query).await.is_err(),
            "{name}"
        );
    }
    let key = Principal {
        kind: PrincipalKind::Key,
        ..by
    };
    assert!(desk.app.save_search(&key, "停车", "q=1").await.is_err());
    assert!(desk.app.saved_searches(&key).await.unwrap().is_empty());
}

#[test]
fn lists_take_turns() {
    assert_eq!(
        in_turn(vec![vec![1, 4, 6], vec![2], vec![3, 5]]),
        [1, 2, 3, 4, 5, 6]
    );
    assert!(in_turn(Vec::<Vec<u8>>::new()).is_empty());
}
