//! Stations from lists and from the form.

use std::fmt::Write;

use caifeng_domain::Role;

use super::{Desk, field};

#[tokio::test]
async fn twenty_stations_of_which_two_are_wrong_go_in_when_they_are_put_right() {
    const IMPORT: &str = "/staff/admin/stations/import";
    let desk = Desk::new().await;
    let cookie = desk.staff(Role::SystemAdmin).await;
    let mut list = "类型,名称,上级,电话\r\n联系点,某区,,\r\n".to_owned();
    for number in 1..=17 {
        write!(list, "联络站,第{number}站,某区,\r\n").unwrap();
    }
    let wrong = format!("{list}联络站,第18站,别区,\r\n信息员,测试甲,,13800000000\r\n");
    let shown = desk.hand_in(IMPORT, wrong.as_bytes(), &cookie).await;
    assert_eq!(shown.status, 422);
    for says in [
        "共 20 行，2 行不能收入",
        "上级“别区”不在名单里",
        "信息员应写明",
    ] {
        assert!(shown.body.contains(says), "{says}: {}", shown.body);
    }
    assert!(!shown.body.contains("确认收入"), "nothing to be confirmed");
    assert!(!shown.body.contains("13800000000"));
    // Whoever makes up the form gets nothing in either.
    let upload = desk
        .app
        .put_places(wrong.clone().into_bytes())
        .await
        .unwrap();
    let confirm = format!("{IMPORT}/confirm");
    let refused = desk.fill(&confirm, &[("upload", &upload)], &cookie).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("第20行"), "{}", refused.body);
    assert!(desk.app.stations().await.unwrap().is_empty(), "not half");

    let right = wrong
        .replace("别区", "某区")
        .replace("测试甲,,", "测试甲,第1站,");
    let shown = desk.hand_in(IMPORT, right.as_bytes(), &cookie).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    assert!(
        shown.body.contains("将新增站点 19 个、信息员 1 人"),
        "{}",
        shown.body
    );
    assert!(desk.app.stations().await.unwrap().is_empty(), "a preview");
    let upload = field(&shown.body, "upload");
    let done = desk.fill(&confirm, &[("upload", &upload)], &cookie).await;
    let page = desk.get_as(&Desk::leads(&done), &cookie).await.body;
    assert!(page.contains("已导入站点 19 个、信息员 1 人") && page.contains("第18站"));
    assert_eq!(desk.app.stations().await.unwrap().len(), 19);
    assert_eq!(desk.did("station.import").await, ["system_admin"]);
    let again = desk.fill(&confirm, &[("upload", &upload)], &cookie).await;
    assert_eq!(again.status, 422, "{}", again.body);

    for (bytes, says) in [
        (&b""[..], "请选择一个文件"),
        (b"a,b\n1,2\n", "表头应有"),
        ("类型,名称,上级\n".as_bytes(), "只有表头"),
    ] {
        let refused = desk.hand_in(IMPORT, bytes, &cookie).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains(says), "{says}: {}", refused.body);
    }
}

#[tokio::test]
async fn a_place_is_added_below_another_one_and_an_officer_only_below_their_own() {
    const AT: &str = "/staff/admin/stations";
    let desk = Desk::new().await;
    let cookie = desk.staff(Role::Reviewer).await;
    let code = async |name: &str| {
        let all = desk.app.stations().await.unwrap();
        let found = all.into_iter().find(|(station, _)| station.name == name);
        found.unwrap().0.code
    };
    let add = async |kind, name, parent: &str, cookie: &str| {
        let fields = [("kind", kind), ("name", name), ("parent", parent)];
        desk.fill(AT, &fields, cookie).await
    };
    Desk::leads(&add("point", "某区", "", &cookie).await);
    let district = code("某区").await;
    let done = add("station", " 东街 ", &district, &cookie).await;
    let page = desk.get_as(&Desk::leads(&done), &cookie).await.body;
    assert!(page.contains("站点已添加") && page.contains("东街"));
    Desk::leads(&add("station", "西街", &district, &cookie).await);
    let (east, west) = (code("东街").await, code("西街").await);
    for (kind, name, parent, says) in [
        ("station", "东街", &*district, "已经有这个名称"),
        ("station", "南街", "", "联络站应有上级站点"),
        ("station", "南街", &*east, "联络站不能放在联络站之下"),
        ("station", "南街", "NOSUCH", "没有这个上级站点"),
        ("shop", "南街", &*district, "请选择站点的类型"),
        ("station", "南/街", &*district, "不能有 /"),
        ("station", "  ", &*district, "请填写名称"),
    ] {
        let refused = add(kind, name, parent, &cookie).await;
        assert_eq!(refused.status, 422, "{says}");
        assert!(refused.body.contains(says), "{says}: {}", refused.body);
        assert!(refused.body.contains(&format!("value=\"{name}\"")), "kept");
    }
    let reach = desk.app.reach(Some(&east), &[]).await.unwrap();
    let officer = desk
        .staff_within("dongjie", Role::StationOfficer, reach)
        .await;
    Desk::leads(&add("collection", "甲社区", &east, &officer).await);
    for parent in [&*west, &*district, ""] {
        let refused = add("collection", "乙社区", parent, &officer).await;
        assert_eq!(refused.status, 422, "{parent}");
    }
    let list = "类型,名称,上级\n采集点,丙社区,西街\n";
    let shown = desk.hand_in("/staff/admin/stations/import", list.as_bytes(), &officer);
    let shown = shown.await;
    assert!(
        shown.body.contains("不在您负责的站点之下"),
        "{}",
        shown.body
    );
    assert_eq!(desk.app.stations().await.unwrap().len(), 4);

    // Names can be put right, but only of one's own.
    let rename = async |code: &str, name: &str, who: &str| {
        let at = format!("/staff/admin/stations/{code}");
        assert!([200, 404].contains(&desk.get_as(&at, who).await.status.as_u16()));
        desk.fill(&at, &[("name", name)], who).await
    };
    assert_eq!(rename(&west, "西门", &officer).await.status, 404);
    let refused = rename(&east, "西街", &cookie).await;
    assert!(refused.body.contains("已经有这个名称"), "{}", refused.body);
    let refused = rename(&east, "东/街", &cookie).await;
    assert!(refused.body.contains("不能有 /"), "{}", refused.body);
    let done = rename(&east, "东街街道", &officer).await;
    let page = desk.get_as(&Desk::leads(&done), &cookie).await.body;
    assert!(
        page.contains("已改名") && page.contains("东街街道"),
        "{page}"
    );
    assert_eq!(
        code("东街街道").await,
        east,
        "the code on its posters stays"
    );
    assert_eq!(desk.did("station.rename").await, ["dongjie"]);
}
