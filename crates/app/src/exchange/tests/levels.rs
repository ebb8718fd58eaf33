//! Up two levels, and down again to those who had said it.

use caifeng_domain::{Channel, StationKind};

use super::{Content, House, PackageNews, code, merged, said};
use crate::Answer;

const ROWS: &str = "{\"id\":\"1\",\"text\":\"第二条的绳子应当写明长度，我叫王建国，电话13800000001\",\"channel\":\"kiosk\",\"station\":\"东街\",\"name\":\"王建国\",\"phone\":\"13800000001\",\"identity\":\"居民\",\"submitted_at\":\"2026-03-01T23:30:00+08:00\"}\n\
    {\"id\":\"2\",\"text\":\"第一条的步道夜里太黑，应当装灯。\",\"channel\":\"kiosk\",\"station\":\"社区\",\"name\":\"王建国\",\"phone\":\"13800000001\"}\n\
    {\"id\":\"3\",\"text\":\"第三条停车收费应当听证。\",\"channel\":\"meeting\"}\n";

const PLACES: &str =
    "类型,名称,上级\n联系点,某县联系点,\n联络站,东街,某县联系点\n采集点,社区,东街\n";

async fn county() -> House {
    let county = House::new("某县人大常委会").await;
    county.app.import_stations(PLACES.as_bytes()).await.unwrap();
    county.hears(ROWS).await;
    county
}

async fn receipts(house: &House) -> Vec<String> {
    let id = house.app.choose(Some("c")).await.unwrap().id;
    let all = house.app.store.submissions(id).await.unwrap();
    all.iter()
        .map(|stored| stored.receipt.to_string())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_tells_what_was_said_and_not_by_whom() {
    let county = county().await;
    let packed = county.packs().await;
    assert!(!packed.is_known);
    assert_eq!((packed.count.submissions, packed.count.senders), (3, 2));
    let (manifest, content) = said(&packed);
    assert_eq!(manifest.version, 1);
    let Content::Submissions(lines, points) = content else {
        panic!("submissions")
    };
    let first = &lines[0];
    assert_eq!(first.station.as_deref(), Some("东街"));
    assert_eq!(
        (first.channel.as_str(), first.day.as_str()),
        ("kiosk", "2026-03-01")
    );
    assert_eq!(first.group.as_deref(), Some("居民"));
    assert!(first.sender.is_some() && first.sender == lines[1].sender);
    assert_eq!(lines[2].sender, None);
    assert!(!points.is_empty() && points.iter().all(|point| point.submissions > 0));
    for unit in lines.iter().flat_map(|line| &line.units) {
        assert!(points.iter().any(|point| point.point == unit.point));
    }
    let text = serde_json::to_string(&(&lines, &points, &manifest)).unwrap();
    let receipts = receipts(&county).await;
    let mut secrets = vec!["建国", "13800000001", "S-1", "U-1"];
    secrets.extend(receipts.iter().map(String::as_str));
    for secret in secrets {
        assert!(!text.contains(secret), "{secret}");
    }
    assert!(text.contains("138****0001"));

    // Nothing has changed: the same package. Something has: the next version, with the same names.
    let again = county.packs().await;
    assert!(again.is_known && again.bytes == packed.bytes);
    county
        .hears("{\"id\":\"4\",\"text\":\"第二条很好。\",\"phone\":\"13800000001\"}")
        .await;
    let (next, content) = said(&county.packs().await);
    assert_eq!((next.version, &next.series), (2, &manifest.series));
    let Content::Submissions(more, _) = content else {
        panic!("submissions")
    };
    assert_eq!(more[..3], lines[..]);
    assert_eq!(more[3].sender, lines[0].sender);
}

#[tokio::test(flavor = "multi_thread")]
async fn places_stand_below_the_one_that_sent_them() {
    let (county, city, province) = (
        county().await,
        House::new("某市").await,
        House::new("某省").await,
    );
    city.trusts(&county, "某县").await;
    province.trusts(&city, "某市").await;
    let packed = county.packs().await;
    let tried = city.tries(&packed.bytes).await.unwrap();
    assert_eq!(receipts(&city).await.len(), 0, "only tried");
    assert!(city.app.stations().await.unwrap().is_empty());
    let taken = city.takes(&packed.bytes).await.unwrap();
    assert_eq!(taken.news, tried.news);
    assert_eq!(
        (taken.organisation.as_str(), merged(&taken).new),
        ("某县", 3)
    );
    let known = city.takes(&packed.bytes).await.unwrap();
    assert_eq!(known.news, PackageNews::Known);

    let tree = |all: Vec<(caifeng_domain::Station, Vec<String>)>| -> Vec<(StationKind, String)> {
        let line =
            |(place, path): (caifeng_domain::Station, Vec<String>)| (place.kind, path.join("/"));
        all.into_iter().map(line).collect()
    };
    let here = tree(city.app.stations().await.unwrap());
    let want = [
        (StationKind::Point, "某县"),
        (StationKind::Station, "某县/某县·东街"),
        (StationKind::Collection, "某县/某县·东街/某县·社区"),
    ];
    let want: Vec<_> = want
        .into_iter()
        .map(|(kind, path)| (kind, path.to_owned()))
        .collect();
    assert_eq!(here, want);
    let id = city.app.choose(Some("c")).await.unwrap().id;
    let journal = city.app.store.submissions(id).await.unwrap();
    let stations: Vec<_> = journal
        .iter()
        .map(|s| s.submission.station.as_deref())
        .collect();
    assert_eq!(
        stations,
        [Some("某县·东街"), Some("某县·社区"), Some("某县")]
    );
    assert_eq!(
        journal[0].submission.channel,
        Channel::Kiosk,
        "the original one"
    );
    assert!(journal[0].sender == journal[1].sender && journal[2].sender.is_none());

    city.triage().await;
    let onward = city.packs().await;
    let taken = province.takes(&onward.bytes).await.unwrap();
    assert_eq!(merged(&taken).new, 3);
    let above = tree(province.app.stations().await.unwrap());
    assert!(
        above
            .iter()
            .any(|(_, path)| path == "某市/某市·某县/某市·某县·东街"),
        "{above:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_is_called_otherwise_stays_the_same_above() {
    let (county, city) = (county().await, House::new("某市").await);
    city.trusts(&county, "某县").await;
    city.takes(&county.packs().await.bytes).await.unwrap();
    // Above, below, and the house that sends.
    city.renames("某县·东街", "某县·东门").await;
    city.renames("某县", "某县级市").await;
    county.renames("社区", "河边社区").await;
    county
        .hears("{\"id\":\"4\",\"text\":\"第二条很好。\",\"channel\":\"kiosk\",\"station\":\"东街\"}\n{\"id\":\"5\",\"text\":\"第一条很好。\",\"channel\":\"kiosk\",\"station\":\"河边社区\"}\n{\"id\":\"6\",\"text\":\"第三条很好。\",\"channel\":\"meeting\"}")
        .await;
    let taken = city.takes(&county.packs().await.bytes).await.unwrap();
    assert_eq!((merged(&taken).new, merged(&taken).places), (3, 0));
    let id = city.app.choose(Some("c")).await.unwrap().id;
    let journal = city.app.store.submissions(id).await.unwrap();
    let stations = journal.iter().map(|s| s.submission.station.as_deref());
    let places = ["某县·东门", "某县·社区", "某县级市"];
    assert_eq!(
        stations.collect::<Vec<_>>(),
        [places, places]
            .concat()
            .into_iter()
            .map(Some)
            .collect::<Vec<_>>()
    );
    assert_eq!(city.app.stations().await.unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_decided_above_reaches_the_receipt_below() {
    let (county, city) = (county().await, House::new("某市").await);
    city.trusts(&county, "某县").await;
    county.trusts(&city, "某市").await;
    let packed = county.packs().await;
    city.takes(&packed.bytes).await.unwrap();
    city.triage().await;
    let nothing = city.app.export_feedback(None, Some("c"), "某县").await;
    assert_eq!(code(nothing), "nothing_to_answer");
    let unknown = city.app.export_feedback(None, Some("c"), "别县").await;
    assert_eq!(code(unknown), "no_such_organisation");

    county
        .settles("绳子", "not_adopted", "县里认为不必写明")
        .await;
    city.settles("绳子", "partly", "拟在配套规定中写明").await;
    city.settles("听证", "adopted", "").await;
    let down = city
        .app
        .export_feedback(None, Some("c"), "某县")
        .await
        .unwrap();
    assert_eq!((down.count.submissions, down.count.units), (2, 2));
    let tried = county.tries(&down.bytes).await.unwrap();
    let taken = county.takes(&down.bytes).await.unwrap();
    assert_eq!(tried.news, taken.news);
    let PackageNews::Feedback {
        answers, results, ..
    } = &taken.news
    else {
        panic!("answers")
    };
    assert_eq!(*answers, 2);
    assert_eq!(results.len(), 2);
    assert_eq!(
        county.takes(&down.bytes).await.unwrap().news,
        PackageNews::Known
    );

    let receipts = receipts(&county).await;
    let told = async |at: usize| {
        let told = county.app.what_became_of(&receipts[at]).await.unwrap();
        (told.answers, told.above)
    };
    let (own, left) = told(0).await;
    let both: &Answer = own.iter().find(|answer| answer.result.is_some()).unwrap();
    assert_eq!(
        both.result.as_deref(),
        Some("未采纳"),
        "as it was decided here"
    );
    assert_eq!(both.above.len(), 1);
    assert_eq!(both.above[0].organisation, "某市");
    assert_eq!(both.above[0].result, "部分采纳");
    assert_eq!(both.above[0].reason, "拟在配套规定中写明");
    assert!(left.is_empty());
    let (own, _) = told(1).await;
    assert!(own.iter().all(|answer| answer.above.is_empty()));
    let (own, _) = told(2).await;
    assert!(own[0].result.is_none() && own[0].above[0].result == "采纳");
    // Whoever reviews it below sees at the point what was answered above.
    let by = crate::testing::somebody("王审", caifeng_domain::Role::Reviewer);
    let seen = |desk: &crate::Desk| {
        let points = desk.points.values();
        Ok(points.flat_map(|s| desk.card(s).above).collect::<Vec<_>>())
    };
    let mut above = county.app.at_desk(&by, "c", seen).await.unwrap();
    above.sort_by(|a, b| a.answered.result.cmp(&b.answered.result));
    let above: Vec<_> = above
        .iter()
        .map(|a| (a.answered.result.as_str(), a.submissions))
        .collect();
    assert_eq!(above, [("部分采纳", 1), ("采纳", 1)]);
    // Whoever was answered from above only can be content with that.
    let grade = county.app.grade(&receipts[2], crate::Grade::Content, "");
    grade.await.unwrap();

    // What is decided otherwise later takes the place of what was said first.
    city.settles("绳子", "adopted", "").await;
    let later = city
        .app
        .export_feedback(None, Some("c"), "某县")
        .await
        .unwrap();
    county.takes(&later.bytes).await.unwrap();
    let (own, _) = told(0).await;
    let results: Vec<_> = own
        .iter()
        .flat_map(|a| &a.above)
        .map(|a| a.result.as_str())
        .collect();
    assert_eq!(results, ["采纳"]);
    assert_eq!(code(county.takes(&down.bytes).await), "package_replayed");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_go_down_two_levels_and_say_whose_they_are() {
    let (county, city, province) = (
        county().await,
        House::new("某市").await,
        House::new("某省").await,
    );
    city.trusts(&county, "某县").await;
    province.trusts(&city, "某市").await;
    city.trusts(&province, "某省").await;
    county.trusts(&city, "某市").await;
    city.takes(&county.packs().await.bytes).await.unwrap();
    city.triage().await;
    province.takes(&city.packs().await.bytes).await.unwrap();
    province.triage().await;
    province.settles("听证", "adopted", "").await;
    let down = province
        .app
        .export_feedback(None, Some("c"), "某市")
        .await
        .unwrap();
    assert_eq!(
        code(county.takes(&down.bytes).await),
        "package_unknown_signer"
    );
    county.trusts(&province, "某省").await;
    assert_eq!(code(county.takes(&down.bytes).await), "package_not_for_us");
    city.takes(&down.bytes).await.unwrap();
    city.settles("听证", "kept", "再作研究").await;
    let further = city
        .app
        .export_feedback(None, Some("c"), "某县")
        .await
        .unwrap();
    county.takes(&further.bytes).await.unwrap();
    let receipts = receipts(&county).await;
    let told = county.app.what_became_of(&receipts[2]).await.unwrap();
    let own = told.answers;
    let said: Vec<_> = own[0]
        .above
        .iter()
        .map(|a| (a.organisation.as_str(), a.result.as_str()))
        .collect();
    assert_eq!(said, [("某省", "采纳"), ("某市", "留作研究")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_its_sender_took_back_goes_above_too() {
    let (county, city) = (county().await, House::new("某市").await);
    city.trusts(&county, "某县").await;
    city.takes(&county.packs().await.bytes).await.unwrap();
    let id = county.app.choose(Some("c")).await.unwrap().id;
    let journal = county.app.store.submissions(id).await.unwrap();
    let act = crate::consultations::cli();
    county
        .app
        .store
        .withdraw(&act, journal[1].id)
        .await
        .unwrap();
    county.triage().await;
    let next = county.packs().await;
    assert_eq!(next.count.withdrawn, 1);
    let taken = city.takes(&next.bytes).await.unwrap();
    let done = merged(&taken);
    assert_eq!((done.new, done.known, done.withdrawn), (0, 2, 1));
    let id = city.app.choose(Some("c")).await.unwrap().id;
    let ledger = city.app.store.ledger(id).await.unwrap();
    assert!(ledger.balances());
    assert_eq!(ledger.count(caifeng_domain::Place::Withdrawn), 1);
}
