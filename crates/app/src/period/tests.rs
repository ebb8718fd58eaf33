//! Months of an invented county.

use caifeng_domain::{Role, Visibility};
use caifeng_report::{PeriodReport, Value, Word};
use tempfile::TempDir;

use super::PeriodRequest;
use crate::{App, AppError, Command, Refusal, ReportFormat, catalogue, testing};

const DRAFT: &str = "某条例（草案）\n第一条　步道向公众开放。\n第二条　遛犬应当束绳。\n";
const PLACES: &str = "类型,名称,上级,电话\n联系点,某县,,\n联络站,东街,某县,\n联络站,西街,某县,\n采集点,社区,东街,\n联络站,北街,某县,\n";
const ROWS: &str = "{\"id\":\"1\",\"text\":\"第二条的绳子应当写明长度。\",\"channel\":\"web\",\"station\":\"东街\",\"phone\":\"13800000001\",\"identity\":\"居民\",\"submitted_at\":\"2026-03-02T10:00:00+08:00\"}\n\
    {\"id\":\"2\",\"text\":\"第一条的步道夜里太黑，应当装灯，请尽快办。\",\"channel\":\"kiosk\",\"station\":\"社区\",\"phone\":\"13800000001\",\"submitted_at\":\"2026-03-31T23:59:00+08:00\"}\n\
    {\"id\":\"3\",\"text\":\"第一条的步道夜里太黑，应当装灯，请尽快办。\",\"channel\":\"web\",\"station\":\"西街\",\"submitted_at\":\"2026-03-03T10:00:00+08:00\"}\n\
    {\"id\":\"4\",\"text\":\"四月的意见：第一条很好。\",\"channel\":\"web\",\"station\":\"西街\",\"submitted_at\":\"2026-04-01T00:10:00+08:00\"}\n\
    {\"id\":\"5\",\"text\":\"没有写站点，第二条很好。\",\"channel\":\"web\",\"submitted_at\":\"2026-03-09T00:10:00+08:00\"}\n";

async fn county() -> (App, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(testing::config(folder.path())).await.unwrap();
    app.import_stations(PLACES.as_bytes()).await.unwrap();
    app.create_consultation("c", "某条例（草案）", None, Visibility::Public, Vec::new())
        .await
        .unwrap();
    app.import_draft("c", "d.txt", DRAFT.as_bytes())
        .await
        .unwrap();
    app.import(Some("c"), "rows.jsonl", ROWS.into(), None, false)
        .await
        .unwrap();
    app.triage(Some("c"), std::sync::Arc::new(()))
        .await
        .unwrap();
    (app, folder)
}

async fn month(app: &App, period: &str, place: Option<&str>) -> PeriodReport {
    let code = match place {
        None => None,
        Some(name) => {
            let all = app.stations().await.unwrap();
            let found = all.into_iter().find(|(place, _)| place.name == name);
            Some(found.unwrap().0.code)
        }
    };
    let request = PeriodRequest {
        period: period.into(),
        place: code,
        ranking: false,
    };
    app.period_report(None, &request).await.unwrap()
}

fn sums(report: &PeriodReport) -> Vec<(&str, usize, usize, usize)> {
    let lines = report.places.iter();
    lines
        .map(|line| {
            let own = line.own.submissions;
            (
                line.name.as_str(),
                line.depth,
                own,
                line.together.submissions,
            )
        })
        .collect()
}

#[track_caller]
fn value(report: &PeriodReport, name: &str) -> Value {
    let mut measures = report.measures.iter();
    measures.find(|measure| measure.name == name).unwrap().value
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_is_counted_where_and_when_it_came() {
    let (app, _folder) = county().await;
    let march = month(&app, "2026-03", None).await;
    let want = [
        ("合计", 0, 0, 4),
        ("某县", 1, 0, 3),
        ("东街", 2, 1, 2),
        ("社区", 3, 1, 1),
        ("西街", 2, 1, 1),
        ("未写明站点，或不是本级的站点", 1, 1, 1),
    ];
    assert_eq!(sums(&march), want);
    let all = &march.places[0].together;
    // One sender at two places is one; copies of a text are one.
    assert_eq!((all.senders, all.texts), (3, 3));
    let street = &march.places[2].together;
    assert_eq!((street.senders, street.texts), (1, 2));
    assert_eq!(value(&march, "有来件的站点"), Value::Share(3, 5));
    assert_eq!(value(&march, "来件渠道"), Value::Count(2));
    assert_eq!(value(&march, "提出人类别"), Value::Count(1));
    assert_eq!(value(&march, "用自己的话写的来件"), Value::Share(3, 4));
    assert_eq!(value(&march, "可以辨认提出人的来件"), Value::Share(2, 4));
    let words = Word::ALL.map(|(word, _)| word);
    assert!(
        words
            .iter()
            .all(|word| march.measures.iter().any(|m| m.word == *word))
    );

    let street = month(&app, "2026-03", Some("东街")).await;
    assert_eq!(sums(&street), [("东街", 0, 1, 2), ("社区", 1, 1, 1)]);
    assert_eq!(street.title(), "东街2026年3月意见征集工作情况汇总");
    let year = month(&app, "2026", Some("西街")).await;
    assert_eq!(sums(&year), [("西街", 0, 2, 2)]);
    let quiet = month(&app, "2025-03", Some("北街")).await;
    assert_eq!(sums(&quiet), [("北街", 0, 0, 0)]);
    assert!(quiet.consultations.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn results_count_in_the_month_in_which_they_were_approved() {
    let (app, _folder) = county().await;
    let by = testing::somebody("王审", Role::Reviewer);
    let points = app
        .at_desk(&by, "c", |desk| {
            Ok(desk.points.keys().copied().collect::<Vec<_>>())
        })
        .await
        .unwrap();
    for (at, point) in points.iter().enumerate() {
        let code = if at == 0 { "adopted" } else { "kept" };
        let dispose = Command::Dispose(*point, code.into(), "理由".into());
        app.decide(&by, "c", dispose).await.unwrap();
    }
    let second = testing::somebody("李核", Role::Approver);
    for point in &points[..points.len() - 1] {
        app.decide(&second, "c", Command::Approve(*point))
            .await
            .unwrap();
    }
    let today = catalogue::today(jiff::Timestamp::now());
    let now = month(&app, &today[..7], None).await;
    let all = &now.places[0].together;
    assert_eq!((all.settled, all.adopted), (points.len() - 1, 1));
    let approved = value(&now, "处理结果经第二人审核");
    assert_eq!(approved, Value::Share(points.len() - 1, points.len()));
    let Value::Days(days, cases) = value(&now, "从收到意见到形成处理结果平均") else {
        panic!("days")
    };
    assert!(cases >= points.len() - 1 && days > cases, "{days} {cases}");
    let march = month(&app, "2026-03", None).await;
    assert_eq!(
        march.places[0].together.settled, 0,
        "nothing was settled then"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_speaks_for_one_place_is_told_of_that_one() {
    let (app, _folder) = county().await;
    let mut by = testing::somebody("站长", Role::Reviewer);
    let all = app.stations().await.unwrap();
    let place = |name: &str| all.iter().find(|(place, _)| place.name == name).unwrap();
    by.reach.station = Some(place("东街").0.id);
    let mut request = PeriodRequest {
        period: "2026-03".into(),
        ..PeriodRequest::default()
    };
    let own = app.period_report(Some(&by), &request).await.unwrap();
    assert_eq!(sums(&own), [("东街", 0, 1, 2), ("社区", 1, 1, 1)]);
    request.place = Some(place("西街").0.code.clone());
    let refused = app.period_report(Some(&by), &request).await;
    assert!(matches!(
        refused,
        Err(AppError::Refused(Refusal::PlaceOutOfReach))
    ));
    request.period = "三月".into();
    let refused = app.period_report(None, &request).await;
    assert!(matches!(
        refused,
        Err(AppError::Refused(Refusal::BadPeriod))
    ));
    for format in [
        ReportFormat::Docx,
        ReportFormat::Xlsx,
        ReportFormat::Html,
        ReportFormat::Json,
    ] {
        let bytes = app.export_period(own.clone(), format).await.unwrap();
        assert!(!bytes.is_empty());
    }
    let refused = app.export_period(own, ReportFormat::Csv).await;
    assert!(matches!(refused, Err(AppError::Argument(_))));
}
