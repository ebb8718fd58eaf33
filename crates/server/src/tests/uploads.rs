//! What staff upload: minutes, spreadsheets, scans.

use caifeng_domain::Role;

use super::{Answer, Desk, field, receipts};

const MINUTES: &str = "/staff/c/known/minutes";
const IMPORT: &str = "/staff/c/known/import";

const TALK: &str = "河畔条例座谈会\n时间：2026年9月3日\n地点：某村村委会\n参加人数：12人\n\
    主持人王某：今天请大家谈谈第二条。\n张某某（居民）：绳子应当短些。\n还应多设垃圾桶。\n\
    李某某（律师）：第二条应当写明罚款。\n会议到此结束。\n";

/// What stands in a text area.
fn area(page: &str, number: usize) -> String {
    let start = format!("<textarea id=\"text{number}\"");
    let rest = page.split_once(&start).unwrap().1;
    let text = rest.split_once(">\n").unwrap().1;
    text.split_once("</textarea>").unwrap().0.to_owned()
}

async fn received(desk: &Desk) -> usize {
    desk.app.count_received("known").await.unwrap()
}

#[tokio::test]
async fn minutes_go_in_after_somebody_looked_them_over_and_not_before() {
    let desk = Desk::new().await;
    assert_eq!(desk.hand_in(MINUTES, TALK.as_bytes(), "").await.status, 303);
    let cookie = desk.staff(Role::Collector).await;
    let page = desk.hand_in(MINUTES, TALK.as_bytes(), &cookie).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let page = page.body;
    assert_eq!(received(&desk).await, 0, "a proposal only");
    let head = ["title", "kind", "date", "place", "present"].map(|name| {
        let at = page
            .split_once(&format!("name=\"{name}\" value=\""))
            .unwrap()
            .1;
        at.split('"').next().unwrap().to_owned()
    });
    assert_eq!(
        head,
        ["河畔条例座谈会", "座谈会", "2026-09-03", "某村村委会", "12"]
    );
    assert_eq!(area(&page, 2), "绳子应当短些。\n还应多设垃圾桶。");
    assert!(
        page.contains("value=\"2\" checked") && !page.contains("value=\"1\" checked"),
        "{page}"
    );

    let (key, upload) = (field(&page, "key"), field(&page, "upload"));
    let mut fields = vec![
        ("key", &*key),
        ("upload", &*upload),
        ("title", &*head[0]),
        ("kind", &*head[1]),
        ("date", &*head[2]),
        ("place", &*head[3]),
        ("present", &*head[4]),
        ("name", "王某"),
        ("role", ""),
        ("text", "今天请大家谈谈第二条。"),
        ("take", "2"),
        ("name", "张某某"),
        ("role", "居民"),
        ("text", "绳子应当短些。\r\n<b>还应多设垃圾桶。</b>"),
        ("take", "3"),
        ("name", "李某某"),
        ("role", "律师"),
        ("text", "第二条应当写明罚款。"),
    ];
    let confirm = format!("{MINUTES}/confirm");
    let refused = desk.fill(&confirm, &fields, &cookie).await;
    assert_eq!(refused.status, 422, "they must have been told");
    assert!(refused.body.contains("还应多设垃圾桶") && !refused.body.contains("<b>"));
    assert_eq!(received(&desk).await, 0);
    fields.push(("consent", "1"));
    let done = desk.fill(&confirm, &fields, &cookie).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(
        receipts(&done.body).len(),
        2,
        "who led the meeting was not ticked"
    );
    let again = desk.fill(&confirm, &fields, &cookie).await;
    assert!(again.body.contains("此前已经收到"), "{}", again.body);
    assert_eq!(receipts(&again.body), receipts(&done.body));
    assert_eq!(received(&desk).await, 2);
    let listed = desk.app.consultation("known", true).await.unwrap();
    let meetings = desk.app.meetings(&listed).await.unwrap();
    assert_eq!(meetings.len(), 1);
    assert_eq!(
        (meetings[0].present, meetings[0].submissions),
        (Some(12), 2)
    );
    let original = desk.folder().join("files").join(&meetings[0].file_sha256);
    let kept = std::fs::read(original).unwrap();
    let name = "张某某".as_bytes();
    assert!(kept.len() >= TALK.len() && !kept.windows(name.len()).any(|part| part == name));
    let silent = std::sync::Arc::new(super::Silent);
    desk.app.triage(Some("known"), silent).await.unwrap();
    let activities = desk.app.report(Some("known")).await.unwrap().activities;
    assert_eq!(activities.len(), 1, "the report lists the meeting");
    assert_eq!(
        (activities[0].people, activities[0].submissions),
        (Some(12), 2)
    );
    // Other ticks under the same number: nothing goes in a second time.
    let ticked = fields.iter().filter(|field| **field != ("take", "3"));
    let ticked: Vec<_> = ticked.copied().collect();
    let other = desk.fill(&confirm, &ticked, &cookie).await;
    assert_eq!(other.status, 409, "{}", other.body);
    assert_eq!(received(&desk).await, 2);
    // A number that was used opens no way to other files.
    let key_file = desk.folder().join("identity.key");
    assert!(key_file.exists());
    for path in ["../identity.key", &"0".repeat(64)] {
        let mut forged = fields.clone();
        forged[1].1 = path;
        let answer = desk.fill(&confirm, &forged, &cookie).await;
        assert_eq!(answer.status, 409, "{path}: {}", answer.body);
    }
    assert!(key_file.exists());
    let listed = desk.get_as(MINUTES, &cookie).await.body;
    assert!(
        listed.contains("12 人参加") && !listed.contains("张某某"),
        "{listed}"
    );
}

#[tokio::test]
async fn minutes_that_cannot_be_read_are_refused_with_a_reason() {
    let desk = Desk::new().await;
    let cookie = desk.staff(Role::Collector).await;
    let bomb = vec![b' '; 17 << 20];
    for (name, file, status, says) in [
        ("a picture", &b"\x89PNG\r\n\x1a\n"[..], 422, "图片"),
        ("nothing", b"", 422, "请选择一个文件"),
        ("blank", b" \n ", 422, "文件是空的"),
        ("not a docx", b"PK\x03\x04 nothing", 422, "Word"),
        ("too large", &bomb, 413, "太大"),
    ] {
        let answer = desk.hand_in(MINUTES, file, &cookie).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
        assert!(answer.body.contains(says), "{name}: {}", answer.body);
    }
    let confirm = format!("{MINUTES}/confirm");
    for upload in ["", "../identity.key", &"0".repeat(64)] {
        let fields = [
            ("key", "key-00000001"),
            ("upload", upload),
            ("date", "2026-09-03"),
            ("take", "1"),
            ("name", ""),
            ("text", "甲"),
            ("consent", "1"),
        ];
        let answer = desk.fill(&confirm, &fields, &cookie).await;
        assert_eq!(answer.status, 409, "{upload}: {}", answer.body);
    }
    assert_eq!(received(&desk).await, 0);
}

#[tokio::test]
async fn a_spreadsheet_is_mapped_tried_and_then_taken_in() {
    let desk = Desk::new().await;
    let cookie = desk.staff(Role::StationOfficer).await;
    let table = "谁,说了什么,来自IP\n测试甲,绳子要短些,192.0.2.1\n测试乙,,192.0.2.2\n测试丙,=1+1 多种树,192.0.2.3\n";
    let page = desk.hand_in(IMPORT, table.as_bytes(), &cookie).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(
        page.body.contains("绳子要短些") && !page.body.contains("192.0.2.1"),
        "{}",
        page.body
    );
    let unclear =
        ["还没有认出哪一列是意见内容", "意见内容为空"].map(|words| page.body.contains(words));
    assert_eq!(
        unclear,
        [true, false],
        "not every row is at fault: {}",
        page.body
    );
    let upload = field(&page.body, "upload");
    let fill = async |action: &str| -> Answer {
        let fields = [
            ("upload", &*upload),
            ("header", "谁"),
            ("field", "name"),
            ("header", "说了什么"),
            ("field", "text"),
            ("action", action),
        ];
        desk.fill(&format!("{IMPORT}/check"), &fields, &cookie)
            .await
    };
    let tried = fill("check").await.body;
    assert!(
        tried.contains("将收入 2 件") && tried.contains("第3行：意见内容为空"),
        "{tried}"
    );
    assert_eq!(received(&desk).await, 0);
    let errors = fill("errors").await;
    assert_eq!(errors.headers["content-type"], "text/csv; charset=utf-8");
    assert!(
        errors.body.contains("第3行：意见内容为空"),
        "{}",
        errors.body
    );
    assert_eq!(received(&desk).await, 0);
    let done = fill("confirm").await;
    assert!(
        done.body.contains("收入 2 件") && done.body.contains("受理编号"),
        "{}",
        done.body
    );
    assert_eq!(received(&desk).await, 2);
    assert_eq!(fill("confirm").await.status, 409, "confirmed before");
    // The same file again brings nothing new.
    let upload_again = desk.hand_in(IMPORT, table.as_bytes(), &cookie).await;
    assert_eq!(field(&upload_again.body, "upload"), upload);
    let again = fill("check").await.body;
    assert!(again.contains("将收入 0 件，此前已有 2 件"), "{again}");
}

#[tokio::test]
async fn a_scan_is_kept_beside_what_was_typed_in_and_shown_to_staff_only() {
    let desk = Desk::new().await;
    let cookie = desk.staff(Role::Collector).await;
    let fields = [
        ("text", "来信：绳子要短些"),
        ("channel", "paper"),
        ("consent", caifeng_app::CONSENT_VERSION),
    ];
    let done = desk.fill("/staff/c/known", &fields, &cookie).await.body;
    let path = format!("/staff/scans/{}", receipts(&done)[0]);
    assert!(done.contains(&format!("href=\"{path}\"")), "{done}");
    let jpeg = b"\xff\xd8\xff\xe0 scan";
    for _ in 0..2 {
        assert_eq!(desk.hand_in(&path, jpeg, &cookie).await.status, 200);
    }
    let page = desk.get_as(&path, &cookie).await.body;
    let links: Vec<&str> = page.split("href=\"/staff/files/").skip(1).collect();
    assert_eq!(links.len(), 1, "the same scan twice is one: {page}");
    let file = format!("/staff/files/{}", links[0].split('"').next().unwrap());
    assert_eq!(desk.get(&file).await.status, 303, "nobody else sees it");
    let shown = desk.raw(&file, &cookie).await;
    assert_eq!(shown.1, jpeg);
    assert_eq!(shown.0["content-type"], "image/jpeg");
    assert!(
        shown.0["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment; filename=\"scan-")
    );
    let kept = std::fs::read_dir(desk.folder().join("files"))
        .unwrap()
        .count();
    assert_eq!(kept, 1, "under its hash, whatever it was called");

    // Neither somebody of another consultation nor of another place.
    let csv = "类型,名称,上级\n联系点,某区,\n联络站,东街,某区\n";
    desk.app.import_stations(csv.as_bytes()).await.unwrap();
    let east = desk.app.stations().await.unwrap()[1].0.code.clone();
    let inside = ["inside".to_owned()];
    for (name, station, slugs) in [("aa", None, &inside[..]), ("bb", Some(&*east), &[])] {
        let reach = desk.app.reach(station, slugs).await.unwrap();
        let other = desk.staff_within(name, Role::Collector, reach).await;
        for path in [&file, &path] {
            assert_eq!(desk.get_as(path, &other).await.status, 404, "{name} {path}");
        }
        assert_eq!(desk.hand_in(&path, jpeg, &other).await.status, 404);
    }
    let audit = desk.app.audit_entries(0).await.unwrap();
    assert!(audit.iter().any(|entry| entry.action == "attachment.read"));

    let huge = [&b"%PDF-"[..], &vec![0; 9 << 20]].concat();
    for (name, file, status) in [
        ("a program", &b"MZ\x90"[..], 422),
        ("a page", b"<html><script>", 422),
        ("a zip", b"PK\x03\x04", 422),
        ("nothing", b"", 422),
        ("too large", &huge, 413),
    ] {
        let answer = desk.hand_in(&path, file, &cookie).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
    }
    for (path, status) in [
        ("/staff/scans/x", 422),
        ("/staff/files/99", 404),
        ("/staff/files/x", 404),
    ] {
        assert_eq!(desk.get_as(path, &cookie).await.status, status, "{path}");
    }
}

/// Whoever speaks for one place writes down what was said there, and cannot say that it was elsewhere.
#[tokio::test]
async fn who_has_a_station_imports_and_records_for_it_alone() {
    let desk = Desk::new().await;
    let csv = "类型,名称,上级\n联系点,某区,\n联络站,东街,某区\n采集点,东街一社区,某区/东街\n联络站,西街,某区\n";
    desk.app.import_stations(csv.as_bytes()).await.unwrap();
    let places = desk.app.stations().await.unwrap();
    let east = places.iter().find(|(place, _)| place.name == "东街");
    let reach = desk.app.reach(Some(&east.unwrap().0.code), &[]).await;
    let east = desk
        .staff_within("dongjie", Role::StationOfficer, reach.unwrap())
        .await;

    let table = "联系点,意见内容\n,建议第二条的绳子再短一些\n东街一社区,建议步道旁多设垃圾桶\n西街,多种树\n某区,少修路\n别处,早些关灯\n";
    let page = desk.hand_in(IMPORT, table.as_bytes(), &east).await.body;
    assert!(page.contains("将收入 2 件"), "{page}");
    for line in [4, 5, 6] {
        assert!(page.contains(&format!("第{line}行")), "{line}: {page}");
    }
    let upload = field(&page, "upload");
    let fields = [("upload", &*upload), ("action", "confirm")];
    let done = desk.fill(&format!("{IMPORT}/check"), &fields, &east).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(received(&desk).await, 2);

    let confirm = async |place: &str, text: &str| -> u16 {
        let page = desk.hand_in(MINUTES, TALK.as_bytes(), &east).await.body;
        let (key, upload) = (field(&page, "key"), field(&page, "upload"));
        let fields = [
            ("key", &*key),
            ("upload", &*upload),
            ("title", "座谈会"),
            ("date", "2026-09-03"),
            ("place", place),
            ("consent", "1"),
            ("take", "1"),
            ("name", "张某某"),
            ("text", text),
        ];
        let confirm = format!("{MINUTES}/confirm");
        desk.fill(&confirm, &fields, &east).await.status.as_u16()
    };
    assert_eq!(confirm("西街", "不该收入的话").await, 403);
    assert_eq!(received(&desk).await, 2, "nothing of it went in");
    assert_eq!(
        confirm("东街一社区", "建议第二条写明绳长不超过一米。").await,
        200
    );
    assert_eq!(
        confirm("社区活动室", "建议第一条写明步道夜间何时关灯。").await,
        200
    );

    let silent = std::sync::Arc::new(super::Silent);
    desk.app.triage(Some("known"), silent).await.unwrap();
    let report = desk.app.report(Some("known")).await.unwrap();
    let stations = report.totals.stations.iter();
    let mut names: Vec<&str> = stations.map(|tally| &*tally.name).collect();
    names.sort_unstable();
    assert_eq!(names, ["东街", "东街一社区"], "their own for other words");
}
