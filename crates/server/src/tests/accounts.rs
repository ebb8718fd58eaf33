//! Accounts: sessions, passwords, the second factor, and where each may do what it may.

use caifeng_app::CONSENT_VERSION;
use caifeng_domain::Role;
use serde_json::json;

use super::{Answer, Desk, comment, field};
use crate::Limits;

const PASSWORD: &str = "一二三四五六七八九十";

impl Desk {
    async fn account(&self, name: &str, role: Role) {
        let password = PASSWORD.to_owned();
        self.app.add_account(name, role, password).await.unwrap();
    }

    /// Signs in and returns the cookie.
    async fn sign_in(&self, name: &str, password: &str, code: &str) -> Result<String, Answer> {
        let fields = [("name", name), ("password", password), ("code", code)];
        let answer = self.fill("/staff/login", &fields, "").await;
        match answer.headers.get("set-cookie") {
            Some(set) => {
                let cookie = set.to_str().unwrap().split(';').next();
                Ok(cookie.unwrap().to_owned())
            }
            None => Err(answer),
        }
    }

    async fn page(&self, path: &str, cookie: &str) -> Answer {
        let request = axum::http::Request::get(path).header("cookie", cookie);
        self.send(request.body(axum::body::Body::empty()).unwrap())
            .await
    }

    /// The code that a telephone with this secret shows now.
    fn code(secret: &str) -> String {
        caifeng_app::one_time_code(secret, jiff::Timestamp::now()).unwrap()
    }
}

#[tokio::test]
async fn somebody_ends_a_session_elsewhere_and_changes_their_password() {
    let desk = Desk::new().await;
    desk.account("ceshi", Role::StationOfficer).await;
    let here = desk.sign_in("ceshi", PASSWORD, "").await.ok().unwrap();
    let there = desk.sign_in("ceshi", PASSWORD, "").await.ok().unwrap();
    let list = desk.page("/staff/sessions", &here).await.body;
    assert!(list.contains("这一次"), "{list}");
    let number = field(&list, "number");
    desk.fill("/staff/sessions", &[("number", &number)], &here)
        .await;
    assert_eq!(desk.page("/staff", &there).await.status, 303, "ended");
    assert_eq!(desk.page("/staff", &here).await.status, 200);

    let other = desk.sign_in("ceshi", PASSWORD, "").await.ok().unwrap();
    let new = "甲乙丙丁戊己庚辛壬癸";
    // (old, new, again, status, what the page says)
    for (old, new, again, status, says) in [
        ("wrong", new, new, 401, "密码不正确"),
        (PASSWORD, new, "x", 422, "不一样"),
        (PASSWORD, "短", "短", 422, "密码至少"),
        (PASSWORD, new, new, 200, "密码已修改"),
    ] {
        let fields = [("old", old), ("new", new), ("again", again)];
        let answer = desk.fill("/staff/password", &fields, &here).await;
        assert_eq!(answer.status, status, "{says}");
        assert!(answer.body.contains(says), "{}", answer.body);
    }
    assert_eq!(desk.page("/staff", &other).await.status, 303, "ended");
    assert_eq!(desk.page("/staff", &here).await.status, 200, "goes on");
    assert!(desk.sign_in("ceshi", PASSWORD, "").await.is_err());
    assert!(desk.sign_in("ceshi", new, "").await.is_ok());
}

#[tokio::test]
async fn the_second_factor_is_set_up_asked_for_and_taken_away_by_the_security_administrator() {
    let limits = Limits {
        per_minute: 0,
        admins_need_factor: true,
        ..Limits::default()
    };
    let desk = Desk::with(limits).await;
    desk.account("anquan", Role::SecurityAdmin).await;
    desk.account("ceshi", Role::Reviewer).await;
    let admin = desk.sign_in("anquan", PASSWORD, "").await.ok().unwrap();
    let refused = desk.page("/staff/accounts", &admin).await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("先启用动态口令"), "{}", refused.body);

    let secret_of = async |cookie: &str| {
        let page = desk.page("/staff/second-factor", cookie).await.body;
        let secret = page.split("class=\"secret\">").nth(1).unwrap();
        let secret = secret.split('<').next().unwrap().replace(' ', "");
        assert!(page.contains("<svg"));
        secret
    };
    for (name, cookie) in [
        ("anquan", admin.clone()),
        (
            "ceshi",
            desk.sign_in("ceshi", PASSWORD, "").await.ok().unwrap(),
        ),
    ] {
        let secret = secret_of(&cookie).await;
        let wrong = [("password", PASSWORD), ("code", "12")];
        let refused = desk.fill("/staff/second-factor", &wrong, &cookie).await;
        assert_eq!(refused.status, 422);
        assert_eq!(secret_of(&cookie).await, secret, "the same until confirmed");
        let right = Desk::code(&secret);
        let stolen = [("password", "wrong"), ("code", &*right)];
        let refused = desk.fill("/staff/second-factor", &stolen, &cookie).await;
        assert_eq!(refused.status, 401, "a session alone is not enough");
        let fields = [("password", PASSWORD), ("code", &*right)];
        let done = desk.fill("/staff/second-factor", &fields, &cookie).await;
        assert!(done.body.contains("已启用动态口令"));
        let missing = desk.sign_in(name, PASSWORD, "").await.err().unwrap();
        assert!(missing.body.contains("启用了动态口令"), "{}", missing.body);
        let again = desk.sign_in(name, PASSWORD, &right).await;
        assert!(again.is_err(), "a code that was used");
    }
    let accounts = desk.page("/staff/accounts", &admin).await;
    assert_eq!(accounts.status, 200, "{}", accounts.body);
    let act = async |act| {
        let fields = [("name", "ceshi"), ("act", act)];
        desk.fill("/staff/accounts", &fields, &admin).await.status
    };
    assert_eq!(act("remove-factor").await, 303);
    let back = desk.sign_in("ceshi", PASSWORD, "").await.ok().unwrap();
    assert_eq!(act("disable").await, 303);
    assert_eq!(desk.page("/staff", &back).await.status, 303);
    let out = desk.sign_in("ceshi", PASSWORD, "").await.err().unwrap();
    assert!(out.body.contains("已停用"), "{}", out.body);
    assert_eq!(act("enable").await, 303);
    assert!(desk.sign_in("ceshi", PASSWORD, "").await.is_ok());
}

#[tokio::test]
async fn a_cookie_is_for_encrypted_connections_where_there_are_such() {
    for (tls, behind_proxy, is_secure) in [
        (false, false, false),
        (true, false, true),
        (false, true, true),
    ] {
        let limits = Limits {
            behind_proxy,
            tls,
            ..Limits::default()
        };
        let desk = Desk::with(limits).await;
        desk.account("ceshi", Role::Reviewer).await;
        let fields = [("name", "ceshi"), ("password", PASSWORD)];
        let answer = desk.fill("/staff/login", &fields, "").await;
        let set = answer.headers["set-cookie"].to_str().unwrap();
        assert_eq!(
            set.starts_with("__Host-") && set.contains("; Secure"),
            is_secure,
            "{set}"
        );
        let cookie = set.split(';').next().unwrap();
        assert_eq!(desk.page("/staff", cookie).await.status, 200);
    }
}

#[tokio::test]
async fn reach_confines_what_a_role_may() {
    let desk = Desk::new().await;
    let csv =
        "类型,名称,上级\n联系点,某区,\n联络站,东街,某区\n采集点,广场,东街\n联络站,西街,某区\n";
    desk.app.import_stations(csv.as_bytes()).await.unwrap();
    let stations = desk.app.stations().await.unwrap();
    let code = |name: &str| {
        let mut all = stations.iter();
        let found = all.find(|(station, _)| station.name == name);
        found.unwrap().0.code.clone()
    };
    let east = code("东街");
    let only = |slug: &str| vec![slug.to_owned()];
    let reach = async |station: Option<&str>, slugs: &[String]| {
        desk.app.reach(station, slugs).await.unwrap()
    };
    let key = async |name: &str, role, reach| {
        let key = desk.app.add_api_key_within(name, role, reach).await;
        format!("Bearer {}", key.unwrap())
    };
    let inside_only = reach(None, &only("inside")).await;
    let known_only = reach(None, &only("known")).await;
    let eastern = reach(Some(&east), &[]).await;
    let platform = key("inside-p", Role::Platform, inside_only.clone()).await;
    let outside = key("known-p", Role::Platform, known_only.clone()).await;
    let reader = key("known-r", Role::Expert, known_only).await;
    let officer = key("inside-o", Role::StationOfficer, inside_only).await;

    let post = async |slug: &str, key: &str| {
        let path = format!("/api/v1/consultations/{slug}/submissions");
        let answer = desk
            .post(&path, &comment("甲"), &[("authorization", key)])
            .await;
        answer.status.as_u16()
    };
    let bulk = async |slug: &str, key: &str, station: Option<&str>| {
        let path = format!("/api/v1/consultations/{slug}/submissions/bulk");
        let row = json!({"id": format!("{slug}{station:?}"), "text": "甲", "station": station});
        let body = json!({"rows": [row]});
        desk.post(&path, &body, &[("authorization", key)]).await
    };
    // (consultation, key, status of a submission and of a bulk delivery)
    for (slug, key, single, many) in [
        ("inside", &platform, 201, 200),
        ("known", &platform, 403, 403),
        ("inside", &outside, 404, 404),
        ("known", &outside, 201, 200),
        ("inside", &officer, 201, 403),
        ("known", &officer, 403, 403),
    ] {
        assert_eq!(post(slug, key).await, single, "{slug}");
        assert_eq!(bulk(slug, key, None).await.status, many, "{slug}");
    }
    for (slug, status) in [("known", 409), ("inside", 404)] {
        let path = format!("/api/v1/consultations/{slug}/report");
        let request = axum::http::Request::get(path).header("authorization", &reader);
        let answer = desk.send(request.body(axum::body::Body::empty()).unwrap());
        assert_eq!(answer.await.status, status, "{slug}");
    }

    let eastern = key("east-p", Role::Platform, eastern).await;
    for (station, outcome) in [
        (None, "accepted"),
        (Some("广场"), "accepted"),
        (Some("西街"), "refused"),
        (Some("某区"), "refused"),
    ] {
        let answer = bulk("known", &eastern, station).await.json();
        assert_eq!(answer["rows"][0]["outcome"], outcome, "{answer}");
    }
    for (name, status) in [("东街", 201), ("广场", 201), ("西街", 403), ("某区", 403)] {
        let body = json!({
            "comments": [{"text": "甲"}],
            "consent": CONSENT_VERSION,
            "place": code(name),
        });
        let headers = [("authorization", &*eastern)];
        let answer = desk.post(super::SUBMIT, &body, &headers).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
    }
}

#[tokio::test]
async fn tasks_show_where_they_are_to_be_done() {
    let desk = Desk::new().await;
    let csv = "类型,名称,上级\n联系点,某区,\n联络站,东街,某区\n联络站,西街,某区\n";
    desk.app.import_stations(csv.as_bytes()).await.unwrap();
    let codes = desk.app.stations().await.unwrap();
    let codes: Vec<String> = codes.into_iter().map(|(one, _)| one.code).collect();
    let add = async |code: &str, due: &str, note: &str| {
        let slug = Some("known");
        desk.app.add_task(slug, code, due, note).await.unwrap()
    };
    add(&codes[1], "2020-01-01", "东街开座谈会").await;
    let west = add(&codes[2], "2999-01-01", "西街入户走访").await;
    assert!(
        desk.app
            .add_task(Some("known"), &codes[1], "明天", "甲")
            .await
            .is_err()
    );
    for (name, code) in [
        ("dongjie", Some(&*codes[1])),
        ("xijie", Some(&*codes[2])),
        ("quanqu", None),
    ] {
        let reach = desk.app.reach(code, &[]).await.unwrap();
        let password = PASSWORD.to_owned();
        desk.app
            .add_account_within(name, Role::StationOfficer, password, reach)
            .await
            .unwrap();
    }
    let list = async |cookie: &str| desk.page("/staff/tasks", cookie).await.body;
    let east = desk.sign_in("dongjie", PASSWORD, "").await.ok().unwrap();
    let page = list(&east).await;
    assert!(
        page.contains("东街开座谈会") && page.contains("已逾期"),
        "{page}"
    );
    assert!(!page.contains("西街入户走访"));
    assert!(
        page.contains("遛犬的绳子多长合适？"),
        "key questions: {page}"
    );
    let number = [("number", &*west.to_string())];
    let refused = desk.fill("/staff/tasks", &number, &east).await;
    assert_eq!(refused.status, 404, "not theirs");
    let all = desk.sign_in("quanqu", PASSWORD, "").await.ok().unwrap();
    assert!(list(&all).await.contains("待办"));
    let officer = desk.sign_in("xijie", PASSWORD, "").await.ok().unwrap();
    assert_eq!(
        desk.fill("/staff/tasks", &number, &officer).await.status,
        303
    );
    assert!(list(&officer).await.contains("已完成</strong>"));
}
