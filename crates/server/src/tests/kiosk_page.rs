//! The page of a kiosk, and what it shows.

use axum::{body::Body, http::Request};
use serde_json::Value;

use super::{Answer, Desk};

impl Desk {
    /// The code of a place.
    async fn hall(&self) -> String {
        let csv = "类型,名称,上级\n联系点,某区,\n联络站,东街,某区\n";
        self.app.import_stations(csv.as_bytes()).await.unwrap();
        self.app.stations().await.unwrap()[1].0.code.clone()
    }
}

fn policy(answer: &Answer) -> &str {
    answer.headers["content-security-policy"].to_str().unwrap()
}

/// The addresses in the list that the service worker keeps.
async fn files(desk: &Desk) -> Vec<String> {
    let worker = desk.get("/kiosk/worker.js").await;
    assert_eq!(worker.headers["cache-control"], "no-cache");
    let line = worker.body.lines().nth(1).unwrap();
    let list = line.strip_prefix("const FILES = ").unwrap();
    serde_json::from_str(list.trim_end_matches(';')).unwrap()
}

#[tokio::test]
async fn the_page_is_whole_and_may_do_no_more_than_it_needs() {
    let desk = Desk::new().await;
    let code = desk.hall().await;
    let page = desk.get(&format!("/kiosk/{code}")).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains(&format!("data-place=\"{code}\"")));
    for part in [
        "manifest-src 'self'",
        "worker-src 'self'",
        "default-src 'none'",
    ] {
        assert!(policy(&page).contains(part), "{part}");
    }
    assert!(!policy(&page).contains("unsafe"));
    assert!(!policy(&desk.get("/").await).contains("manifest-src"));

    let files = files(&desk).await;
    let mut texts = vec![page.body];
    for address in &files {
        let file = desk.get(address).await;
        assert_eq!(file.status, 200, "{address}");
        let kind = file.headers["content-type"].to_str().unwrap();
        let want = match address.rsplit_once('.').unwrap().1 {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            _ => "image/svg+xml",
        };
        assert_eq!(kind, want, "{address}");
        let cache = file.headers["cache-control"].to_str().unwrap();
        assert!(cache.contains("immutable"), "{address}");
        texts.push(file.body);
    }
    // Whatever is named is kept for days without a network.
    let folder = files[0].rsplit_once('/').unwrap().0;
    for text in &texts {
        let imports = text
            .split("from \"./")
            .skip(1)
            .map(|rest| format!("{folder}/{}", rest.split('"').next().unwrap()));
        let links = text
            .split("\"/kiosk/assets/")
            .skip(1)
            .map(|rest| format!("/kiosk/assets/{}", rest.split('"').next().unwrap()));
        for named in imports.chain(links) {
            assert!(files.contains(&named), "{named}");
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let desk = Desk::new().await;
    let code = desk.hall().await;
    let file = files(&desk).await.remove(0);
    let (folder, name) = file.rsplit_once('/').unwrap();
    for path in [
        "/kiosk/none".to_owned(),
        "/kiosk/none/manifest.webmanifest".to_owned(),
        "/kiosk/%27%3B--".to_owned(),
        format!("/kiosk/{code}/other"),
        format!("/kiosk/assets/0000000000000000/{name}"),
        format!("{folder}/worker.js"),
        format!("{folder}/..%2F..%2Fstyle.css"),
        "/api/v1/kiosk/places/none".to_owned(),
    ] {
        let answer = desk.get(&path).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn the_page_can_be_installed() {
    let desk = Desk::new().await;
    let code = desk.hall().await;
    let path = format!("/kiosk/{code}/manifest.webmanifest");
    let answer = desk.get(&path).await;
    assert_eq!(answer.headers["content-type"], "application/manifest+json");
    let manifest = answer.json();
    assert_eq!(manifest["name"], "立法意见征集 · 东街");
    assert_eq!(manifest["start_url"], format!("/kiosk/{code}"));
    assert_eq!(manifest["display"], "fullscreen");
    let icon = manifest["icons"][0]["src"].as_str().unwrap();
    assert_eq!(desk.get(icon).await.status, 200);
}

#[tokio::test]
async fn a_hall_is_shown_public_drafts_that_are_open_or_will_be_and_no_others() {
    let desk = Desk::new().await;
    let path = format!("/api/v1/kiosk/places/{}", desk.hall().await);
    let answer = desk.get(&path).await;
    assert!(!answer.body.contains("inside"), "{}", answer.body);
    let hall = answer.json();
    assert_eq!(hall["place"]["name"], "东街");
    let consultations = hall["consultations"].as_array().unwrap();
    let slugs: Vec<&Value> = consultations.iter().map(|one| &one["slug"]).collect();
    assert_eq!(slugs, ["known", "later"]);
    assert_eq!(
        consultations[0]["consent_version"],
        caifeng_app::CONSENT_VERSION
    );
    let articles = consultations[0]["provisions"].as_array().unwrap().iter();
    assert_eq!(articles.filter(|one| one["level"] == "article").count(), 3);

    let tag = answer.headers["etag"].to_str().unwrap();
    let again = |tag: &str| {
        let request = Request::get(&path).header("if-none-match", tag);
        desk.send(request.body(Body::empty()).unwrap())
    };
    let same = again(tag).await;
    assert_eq!((same.status.as_u16(), same.body.len()), (304, 0));
    assert_eq!(again("\"other\"").await.status, 200);
    desk.app.close_consultation(Some("known")).await.unwrap();
    let after = again(tag).await;
    assert_eq!(after.status, 200);
    assert!(!after.body.contains("\"known\""));
}
