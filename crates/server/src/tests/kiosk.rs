//! Kiosks, as they call.

use axum::{body::Body, http::Request};
use caifeng_app::channels::kiosk::{Batch, DeviceKey, Item, SignedBatch};
use caifeng_domain::{Role, Submitter};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Answer, Desk};
use crate::Limits;

const ENROL: &str = "/api/v1/kiosk/enrolments";
const BATCHES: &str = "/api/v1/kiosk/batches";

/// A device with its key.
struct Kiosk {
    name: String,
    key: DeviceKey,
}

fn ulid(number: u64) -> String {
    format!("01KAG0D5T07ZQ4M8V2X3N{number:05}")
}

impl Kiosk {
    fn batch(&self, sequence: u64, texts: &[(u64, &str)]) -> Batch {
        let now = Timestamp::now();
        let item = |(number, text): &(u64, &str)| Item {
            id: ulid(*number).parse().unwrap(),
            consultation: "known".to_owned(),
            text: (*text).to_owned(),
            article: None,
            question: None,
            written_at: now - SignedDuration::from_mins(1),
            submitter: Submitter::default(),
            consent: Some(caifeng_app::CONSENT_VERSION.to_owned()),
            receipt: None,
        };
        Batch {
            device: self.name.clone(),
            id: ulid(sequence).parse().unwrap(),
            sequence,
            device_time: now,
            items: texts.iter().map(item).collect(),
        }
    }

    fn sign(&self, batch: Batch) -> String {
        SignedBatch::sign(batch, &self.key).to_json()
    }
}

impl Desk {
    /// Staff add a device; it enrols.
    async fn kiosk(&self, cookie: &str) -> Kiosk {
        let csv = "类型,名称,上级\n联系点,某区,\n联络站,东街,某区\n";
        self.app.import_stations(csv.as_bytes()).await.unwrap();
        let place = self.app.stations().await.unwrap()[1].0.code.clone();
        let fields = [("place", &*place), ("label", "大厅")];
        let page = self.fill("/staff/devices", &fields, cookie).await.body;
        let code = page.split_once("<p class=\"receipts\">").unwrap().1[..14].to_owned();
        let enrolled = self
            .post(ENROL, &json!({"code": code.to_lowercase()}), &[])
            .await;
        assert_eq!(enrolled.status, 201, "{}", enrolled.body);
        let again = self.post(ENROL, &json!({"code": code}), &[]).await;
        assert_eq!(again.json()["error"]["code"], "no_such_enrolment");
        let enrolled = enrolled.json();
        assert_eq!(enrolled["place"], json!({"code": place, "name": "东街"}));
        let key = enrolled["key"].as_str().unwrap();
        let byte = |i: usize| u8::from_str_radix(&key[2 * i..2 * i + 2], 16).unwrap();
        Kiosk {
            name: enrolled["device"].as_str().unwrap().to_owned(),
            key: DeviceKey::new(std::array::from_fn(byte)),
        }
    }

    async fn deliver(&self, body: String) -> Answer {
        self.send(Request::post(BATCHES).body(Body::from(body)).unwrap())
            .await
    }
}

fn outcomes(answer: &Value) -> Vec<&str> {
    let items = answer["items"].as_array().unwrap().iter();
    items
        .map(|item| item["outcome"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_batch_goes_in_once_however_often_it_comes() {
    let desk = Desk::new().await;
    let cookie = desk.staff(Role::StationOfficer).await;
    let kiosk = desk.kiosk(&cookie).await;
    let first = kiosk.batch(1, &[(1, "步道要有灯"), (2, "多种树")]);
    let answer = desk.deliver(kiosk.sign(first.clone())).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = answer.json();
    assert_eq!(outcomes(&answer), ["accepted", "accepted"]);
    assert_eq!(answer["items"][0]["clock"], "right");
    let receipt = answer["items"][0]["receipt"].as_str().unwrap();
    let known = desk.app.show_identity(receipt).await.unwrap();
    let version = Some(caifeng_app::CONSENT_VERSION);
    assert_eq!(known.consent.as_deref(), version);
    // Sent again with its time set anew, and one item more.
    let mut again = kiosk.batch(1, &[(1, "步道要有灯"), (2, "多种树"), (3, "少收费")]);
    for (item, before) in again.items.iter_mut().zip(&first.items) {
        item.written_at = before.written_at;
    }
    let second = desk.deliver(kiosk.sign(again)).await.json();
    assert_eq!(outcomes(&second), ["known", "known", "accepted"]);
    assert_eq!(second["items"][1]["receipt"], answer["items"][1]["receipt"]);
    // A number used twice for other words loses neither.
    let reused = desk
        .deliver(kiosk.sign(kiosk.batch(2, &[(1, "另外的话")])))
        .await;
    assert_eq!(outcomes(&reused.json()), ["accepted"]);
    assert_eq!(desk.app.count_received("known").await.unwrap(), 4);
}

#[tokio::test]
async fn the_receipt_that_a_sender_took_home_finds_what_they_said_once_it_has_come() {
    let desk = Desk::new().await;
    let cookie = desk.staff(Role::StationOfficer).await;
    let kiosk = desk.kiosk(&cookie).await;
    let held = "2345-6789-ACE5";
    let path = format!("/api/v1/receipts/{held}");
    let before = desk.get(&format!("/receipt?code={held}")).await;
    assert_eq!(before.status, 404);
    assert!(before.body.contains("等终端联网上传"), "{}", before.body);
    let mut batch = kiosk.batch(1, &[(1, "甲"), (2, "乙"), (3, "丙"), (4, "丁")]);
    batch.items[0].receipt = Some(held.to_owned());
    batch.items[1].receipt = Some(held.to_owned());
    // A slip of the pen, in a program or in its memory: one item, not the batch.
    batch.items[2].receipt = Some("2345-6789-ACE6".to_owned());
    let answer = desk.deliver(kiosk.sign(batch.clone())).await.json();
    assert_eq!(
        outcomes(&answer),
        ["accepted", "accepted", "refused", "accepted"]
    );
    assert_eq!(answer["items"][0]["receipt"], held);
    assert_ne!(answer["items"][1]["receipt"], held);
    assert_eq!(answer["items"][2]["code"], "bad_receipt");
    let found = desk.get(&path).await;
    assert_eq!(found.json()["receipt"], held);
    // The answer was lost: the same again, and the same receipts.
    let again = desk.deliver(kiosk.sign(batch)).await.json();
    assert_eq!(outcomes(&again), ["known", "known", "refused", "known"]);
    for item in 0..4 {
        assert_eq!(
            again["items"][item]["receipt"],
            answer["items"][item]["receipt"]
        );
    }
}

#[tokio::test]
async fn what_is_missing_and_a_wrong_clock_are_shown_to_staff() {
    let desk = Desk::new().await;
    let cookie = desk.staff(Role::StationOfficer).await;
    let kiosk = desk.kiosk(&cookie).await;
    desk.deliver(kiosk.sign(kiosk.batch(1, &[(1, "甲")]))).await;
    let mut slow = kiosk.batch(4, &[(2, "乙"), (3, "丙")]);
    let hour = SignedDuration::from_hours(1);
    slow.device_time -= hour;
    slow.items[0].written_at -= hour;
    // The battery was out: 1970.
    slow.items[1].written_at = Timestamp::from_second(60).unwrap();
    let answer = desk.deliver(kiosk.sign(slow.clone())).await.json();
    assert_eq!(answer["missing"], json!([[2, 3]]));
    assert_eq!(answer["items"][0]["clock"], "corrected");
    assert_eq!(answer["items"][1]["clock"], "doubtful");
    let page = desk.get_as("/staff/devices", &cookie).await.body;
    for want in [
        "第 2-3 批没有收到",
        "设备时钟慢约 60 分钟",
        "有 1 件来件的时间只能估计",
    ] {
        assert!(page.contains(want), "{want}: {page}");
    }
    // The same with the clock set meanwhile is the same.
    slow.device_time = Timestamp::now();
    let again = desk.deliver(kiosk.sign(slow)).await.json();
    assert_eq!(outcomes(&again), ["known", "known"]);
    let late = desk.deliver(kiosk.sign(kiosk.batch(2, &[]))).await.json();
    assert_eq!(late["missing"], json!([[3, 3]]));
    assert_eq!(desk.app.count_received("known").await.unwrap(), 3);
}

#[tokio::test]
async fn a_bad_item_does_not_hinder_the_others_and_no_hall_sees_what_is_for_contact_points() {
    let desk = Desk::new().await;
    let cookie = desk.staff(Role::Reviewer).await;
    let kiosk = desk.kiosk(&cookie).await;
    let mut batch = kiosk.batch(1, &[(1, "甲"), (2, "乙"), (3, "丙"), (4, "丁"), (5, "戊")]);
    batch.items[0].question = Some(2);
    batch.items[1].consultation = "inside".to_owned();
    batch.items[2].article = Some("99".parse().unwrap());
    batch.items[3].consultation = "over".to_owned();
    batch.items[4].question = Some(3);
    let answer = desk.deliver(kiosk.sign(batch)).await.json();
    let codes: Vec<&Value> = answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| &i["code"])
        .collect();
    assert_eq!(
        codes,
        [
            &Value::Null,
            &json!("no_consultation"),
            &json!("no_such_article"),
            &json!("closed"),
            &json!("no_such_question")
        ]
    );
    assert_eq!(desk.app.count_received("known").await.unwrap(), 1);
    let receipt = answer["items"][0]["receipt"].as_str().unwrap();
    let found = desk
        .get(&format!("/api/v1/receipts/{receipt}"))
        .await
        .json();
    assert_eq!(found["question"], "步道几点关灯？");
}

#[tokio::test]
async fn what_somebody_typed_wrongly_concerns_their_item_alone() {
    let desk = Desk::new().await;
    let cookie = desk.staff(Role::Reviewer).await;
    let kiosk = desk.kiosk(&cookie).await;
    let long = "长".repeat(50_001);
    let texts = [
        (1, "甲"),
        (2, " "),
        (3, &*long),
        (4, "a\0b"),
        (5, "戊"),
        (6, "己"),
        (7, "庚"),
    ];
    let mut batch = kiosk.batch(1, &texts);
    batch.items[4].submitter.name = Some("测试\n甲".to_owned());
    batch.items[5].submitter.name = Some("长".repeat(101));
    batch.items[6].consultation = String::new();
    let answer = desk.deliver(kiosk.sign(batch)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let want = [
        "accepted", "refused", "refused", "refused", "refused", "refused", "refused",
    ];
    assert_eq!(outcomes(&answer.json()), want);
    assert_eq!(desk.app.count_received("known").await.unwrap(), 1);
}

#[tokio::test]
async fn what_was_said_before_a_consultation_was_closed_by_hand_counts() {
    let desk = Desk::new().await;
    let cookie = desk.staff(Role::Reviewer).await;
    let kiosk = desk.kiosk(&cookie).await;
    let mut batch = kiosk.batch(1, &[(1, "之前"), (2, "之后")]);
    desk.app.close_consultation(Some("known")).await.unwrap();
    // Times are kept in whole seconds.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let later = Timestamp::now();
    (batch.device_time, batch.items[1].written_at) = (later, later);
    let answer = desk.deliver(kiosk.sign(batch)).await.json();
    assert_eq!(outcomes(&answer), ["accepted", "refused"]);
    assert_eq!(answer["items"][1]["code"], "closed");
}

#[tokio::test]
async fn kiosks_of_other_places_are_neither_seen_nor_shut_out() {
    let desk = Desk::new().await;
    let cookie = desk.staff(Role::Reviewer).await;
    desk.kiosk(&cookie).await;
    let csv = "类型,名称,上级\n联络站,西街,某区\n";
    desk.app.import_stations(csv.as_bytes()).await.unwrap();
    let places = desk.app.stations().await.unwrap();
    let code = |name: &str| {
        let found = places.iter().find(|(place, _)| place.name == name);
        found.unwrap().0.code.clone()
    };
    let reach = desk.app.reach(Some(&code("西街")), &[]).await.unwrap();
    let west = desk
        .staff_within("xijie", Role::StationOfficer, reach)
        .await;
    let page = desk.get_as("/staff/devices", &west).await.body;
    assert!(
        page.contains("还没有自助终端") && !page.contains("东街"),
        "{page}"
    );
    let fields = [("place", &*code("东街")), ("label", "二号")];
    let added = desk.fill("/staff/devices", &fields, &west).await;
    assert_eq!(added.status, 403, "{}", added.body);
    let ended = desk.fill("/staff/devices/1/revoke", &[], &west).await;
    assert_eq!(ended.status, 404, "{}", ended.body);
    let fields = [("place", &*code("西街")), ("label", "三号")];
    let added = desk.fill("/staff/devices", &fields, &west).await;
    assert_eq!(added.status, 200, "{}", added.body);
}

#[tokio::test]
async fn forged_and_malformed_batches_are_refused() {
    let desk = Desk::new().await;
    let cookie = desk.staff(Role::SystemAdmin).await;
    let kiosk = desk.kiosk(&cookie).await;
    let good = kiosk.sign(kiosk.batch(1, &[(1, "甲")]));
    let other = Kiosk {
        name: kiosk.name.clone(),
        key: DeviceKey::new([9; 32]),
    };
    let unknown = Kiosk {
        name: "K-99".to_owned(),
        key: DeviceKey::new([9; 32]),
    };
    let many: Vec<(u64, &str)> = (0..501).map(|i| (i, "甲")).collect();
    // (what it is, body, status)
    let cases = [
        ("another key", other.sign(other.batch(1, &[(1, "甲")])), 401),
        (
            "an unknown device",
            unknown.sign(unknown.batch(1, &[])),
            401,
        ),
        ("changed words", good.replace('甲', "乙"), 401),
        ("not JSON", "<xml/>".to_owned(), 422),
        ("empty", String::new(), 422),
        ("an unknown field", good.replacen('{', "{\"x\":1,", 1), 422),
        ("too many items", kiosk.sign(kiosk.batch(1, &many)), 422),
        ("number zero", kiosk.sign(kiosk.batch(0, &[])), 422),
        ("too large", "x".repeat(5 << 20), 413),
    ];
    for (name, body, status) in cases {
        let answer = desk.deliver(body).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
    }
    for code in ["", "x", "2345-6789-ACEJ", "'; drop table device;--"] {
        let answer = desk.post(ENROL, &json!({"code": code}), &[]).await;
        assert_eq!(answer.status, 404, "{code}");
    }
    let id = kiosk.name.strip_prefix("K-").unwrap();
    desk.fill(&format!("/staff/devices/{id}/revoke"), &[], &cookie)
        .await;
    assert_eq!(desk.deliver(good).await.status, 401, "shut out");
    assert_eq!(desk.app.count_received("known").await.unwrap(), 0);
}

#[tokio::test]
async fn a_device_that_delivers_too_often_waits() {
    let limits = Limits {
        per_minute: 2,
        ..Limits::default()
    };
    let desk = Desk::with(limits).await;
    let cookie = desk.staff(Role::StationOfficer).await;
    let kiosk = desk.kiosk(&cookie).await;
    for sequence in 1..=2 {
        let answer = desk.deliver(kiosk.sign(kiosk.batch(sequence, &[]))).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let refused = desk.deliver(kiosk.sign(kiosk.batch(3, &[]))).await;
    assert_eq!(refused.status, 429);
}
