//! Messages of WeChat, as its servers send them.

use std::collections::BTreeMap;

use axum::{body::Body, http::Request};
use caifeng_app::{
    WechatMode, WechatSettings,
    channels::wechat::{Account, Call, Content, Message, Mode, Query, Sealing},
};
use caifeng_domain::Role;
use jiff::Timestamp;

use super::{Answer, Desk};

const TOKEN: &str = "lianxidian_token";
const APP: &str = "wx1234567890abcdef";
const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const NONCE: &str = "846213097";
const OPENID: &str = "oTestFollower";
/// What a browser sends where no file was chosen.
const NO_FILE: (&str, &[u8]) = ("", b"");

/// One account that takes plain bodies and one that takes encrypted ones only.
pub(super) fn settings() -> BTreeMap<String, WechatSettings> {
    let settings = |mode| WechatSettings {
        token: TOKEN.to_owned(),
        app_id: APP.to_owned(),
        encoding_aes_key: Some(KEY.to_owned()),
        mode,
    };
    [("plain", WechatMode::Plain), ("safe", WechatMode::Safe)]
        .map(|(name, mode)| (name.to_owned(), settings(mode)))
        .into()
}

fn account() -> Account {
    Account::new(TOKEN, APP, Mode::Compatible, Some(KEY)).unwrap()
}

fn now() -> i64 {
    Timestamp::now().as_second()
}

fn message(id: u64, inner: &str) -> String {
    format!(
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[{OPENID}]]></FromUserName>\
         <CreateTime>{}</CreateTime><MsgId>{id}</MsgId>{inner}</xml>",
        1_795_219_200 + id
    )
}

fn text(id: u64, words: &str) -> String {
    let inner =
        format!("<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{words}]]></Content>");
    message(id, &inner)
}

/// What stands between two tags.
fn part<'b>(body: &'b str, name: &str) -> &'b str {
    let inner = body.split_once(&format!("<{name}>")).unwrap().1;
    let inner = inner.split_once(&format!("</{name}>")).unwrap().0;
    let section = inner.strip_prefix("<![CDATA[");
    section.map_or(inner, |inner| inner.strip_suffix("]]>").unwrap())
}

impl Desk {
    async fn call(&self, name: &str, at: i64, body: String, more: &str) -> Answer {
        let signature = account().sign(&[&at.to_string(), NONCE]);
        let path = format!(
            "/hooks/wechat/{name}?signature={signature}&timestamp={at}&nonce={NONCE}{more}"
        );
        self.send(Request::post(path).body(Body::from(body)).unwrap())
            .await
    }

    /// Sends a plain message and returns the words of the answer.
    async fn say(&self, body: String) -> String {
        let answer = self.call("plain", now(), body, "").await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.headers["content-type"], "text/xml; charset=utf-8");
        words(Message::read(answer.body.as_bytes()).unwrap())
    }

    /// Sends an encrypted message and returns the words of the answer, decrypted.
    async fn say_sealed(&self, body: String) -> String {
        let with = Sealing {
            random: *b"0123456789abcdef",
            timestamp: now(),
            nonce: NONCE,
        };
        let sealed = account().seal(body, Call::Sealed, &with);
        let more = format!(
            "&encrypt_type=aes&msg_signature={}",
            part(&sealed, "MsgSignature")
        );
        let answer = self.call("safe", with.timestamp, sealed, &more).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let (timestamp, nonce) = (part(&answer.body, "TimeStamp"), part(&answer.body, "Nonce"));
        let query = Query {
            signature: &account().sign(&[timestamp, nonce]),
            timestamp,
            nonce,
            encrypt_type: Some("aes"),
            msg_signature: Some(part(&answer.body, "MsgSignature")),
        };
        let opened = account()
            .open(&query, answer.body.as_bytes(), now())
            .unwrap();
        assert_eq!(opened.message.to, OPENID, "the answer goes back");
        words(opened.message)
    }
}

fn words(message: Message) -> String {
    match message.content {
        Content::Text(words) => words,
        other => panic!("{other:?}"),
    }
}

fn receipt(words: &str) -> String {
    let code = words.split_once("受理编号：").unwrap().1;
    code[..14].to_owned()
}

#[tokio::test]
async fn somebody_says_what_they_think_and_gets_a_receipt_and_a_retry_the_same() {
    let desk = Desk::new().await;
    let hello = desk.say_sealed(text(1, "你好")).await;
    assert!(hello.contains("条例（known）"), "{hello}");
    let which = desk.say_sealed(text(2, "第二条")).await;
    assert!(which.contains("第2条"), "{which}");
    // Whoever follows is told once how their words are used, and where more is said.
    assert!(hello.contains("回复“告知”") && !which.contains("告知"));
    let notice = desk.say_sealed(text(31, "告知")).await;
    assert_eq!(notice, caifeng_app::CONSENT_TEXT);
    let thanks = desk.say_sealed(text(3, "绳子应当写明最长一米五")).await;
    let known = desk.app.show_identity(&receipt(&thanks)).await.unwrap();
    let version = Some(caifeng_app::CONSENT_VERSION);
    assert_eq!(known.consent.as_deref(), version);
    let code = receipt(&thanks);
    for _ in 0..2 {
        let again = desk.say_sealed(text(3, "绳子应当写明最长一米五")).await;
        assert_eq!(again, thanks, "asked again, said again");
    }
    assert_eq!(desk.app.count_received("known").await.unwrap(), 1);
    let stage = desk.say_sealed(text(4, &format!("查询 {code}"))).await;
    assert!(stage.contains("已受理") && stage.contains(&code), "{stage}");
    let unknown = desk.say_sealed(text(5, "查询 3333-3333-3333")).await;
    assert!(unknown.contains("受理编号有误"), "{unknown}");
    // What is for contact points is not told of, and not over-heard either.
    for reply in [
        hello,
        which,
        thanks,
        desk.say_sealed(text(6, "换草案")).await,
    ] {
        assert!(!reply.contains("inside"), "{reply}");
    }
}

#[tokio::test]
async fn two_followers_are_two_senders_and_one_is_one() {
    let desk = Desk::new().await;
    for (id, who) in [(1, "o-jia"), (2, "o-jia"), (3, "o-yi")] {
        let words = format!("整部草案：我赞成，这是第{id}次说");
        desk.say(text(10 * id, "整体").replace(OPENID, who)).await;
        let said = desk
            .say(text(10 * id + 1, &words).replace(OPENID, who))
            .await;
        assert!(said.contains("受理编号"), "{said}");
    }
    desk.app
        .triage(Some("known"), std::sync::Arc::new(super::Silent))
        .await
        .unwrap();
    let report = desk.app.report(Some("known")).await.unwrap();
    assert_eq!(
        (report.ledger.received, report.totals.counts.senders),
        (3, 2)
    );
    let json = caifeng_app::reports::to_json(&report).unwrap();
    assert!(
        !json.contains("o-jia") && !json.contains("o-yi"),
        "nobody is named"
    );
}

/// What is not WeChat's is refused before anything is read, and nothing of it is kept.
#[tokio::test]
async fn forged_stale_and_malformed_calls_are_refused() {
    let desk = Desk::new().await;
    let said = || text(1, "第二条应当写明绳子的长度");
    let entity = "<!DOCTYPE x [<!ENTITY a \"b\">]><xml><MsgType>&a;</MsgType></xml>";
    // (what it is, account, signed at, body, more of the address, status)
    let cases = [
        ("stale", "plain", now() - 3_700, said(), "", 401),
        ("of the future", "plain", now() + 3_700, said(), "", 401),
        ("no such account", "other", now(), said(), "", 404),
        ("plain where encrypted", "safe", now(), said(), "", 422),
        (
            "not encrypted by us",
            "safe",
            now(),
            said(),
            "&encrypt_type=aes&msg_signature=x",
            422,
        ),
        (
            "badly signed inside",
            "safe",
            now(),
            "<xml><Encrypt>AAAA</Encrypt></xml>".to_owned(),
            "&encrypt_type=aes&msg_signature=x",
            401,
        ),
        ("entities", "plain", now(), entity.to_owned(), "", 422),
        ("not XML", "plain", now(), "{}".to_owned(), "", 422),
        ("empty", "plain", now(), String::new(), "", 422),
        (
            "no sender",
            "plain",
            now(),
            "<xml><MsgType>text</MsgType></xml>".to_owned(),
            "",
            422,
        ),
        (
            "too large",
            "plain",
            now(),
            text(1, &"长".repeat(30_000)),
            "",
            413,
        ),
        (
            "far too large",
            "plain",
            now(),
            "x".repeat(2 << 20),
            "",
            413,
        ),
    ];
    for (name, account, at, body, more, status) in cases {
        let answer = desk.call(account, at, body, more).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
        assert!(answer.json()["error"]["code"].is_string(), "{name}");
    }
    for query in ["", "?signature=x&timestamp=1&nonce=2"] {
        let path = format!("/hooks/wechat/plain{query}");
        let forged = desk.send(Request::post(path).body(Body::from(said())).unwrap());
        assert_eq!(forged.await.status, 401, "{query}");
    }
    assert_eq!(desk.app.count_received("known").await.unwrap(), 0);
}

#[tokio::test]
async fn the_address_is_known_by_its_echo() {
    let desk = Desk::new().await;
    let at = now();
    let signature = account().sign(&[&at.to_string(), NONCE]);
    let path = |signature: &str| {
        format!(
            "/hooks/wechat/safe?signature={signature}&timestamp={at}&nonce={NONCE}&echostr=594231"
        )
    };
    let echo = desk.get(&path(&signature)).await;
    assert_eq!((echo.status.as_u16(), &*echo.body), (200, "594231"));
    assert_eq!(desk.get(&path("x")).await.status, 401);
}

#[tokio::test]
async fn a_scanned_code_marks_the_place_and_a_recording_waits_for_staff() {
    let desk = Desk::new().await;
    let csv = "类型,名称,上级\n联系点,某区,\n联络站,东街,某区\n";
    desk.app.import_stations(csv.as_bytes()).await.unwrap();
    let code = desk.app.stations().await.unwrap()[1].0.code.clone();
    let event = format!(
        "<MsgType>event</MsgType><Event>subscribe</Event><EventKey>qrscene_{code}</EventKey>"
    );
    let welcome = desk.say(message(1, &event)).await;
    assert!(welcome.contains("您好"), "{welcome}");
    let voice = "<MsgType>voice</MsgType><MediaId>media-77</MediaId><Format>amr</Format><Recognition></Recognition>";
    for _ in 0..2 {
        let heard = desk.say(message(2, voice)).await;
        assert!(heard.contains("听写"), "{heard}");
    }
    assert_eq!(desk.get("/staff/wechat").await.status, 303);
    let cookie = desk.staff(Role::Collector).await;
    let token = cookie.split_once('=').unwrap().1;
    let by = desk.app.session(token).await.unwrap().unwrap();
    let waiting = desk.app.waiting_media(&by).await.unwrap();
    assert_eq!(waiting.len(), 1, "a retry is not another recording");
    let csv = "类型,名称,上级\n联络站,西街,某区\n";
    desk.app.import_stations(csv.as_bytes()).await.unwrap();
    let places = desk.app.stations().await.unwrap();
    let west = places.iter().find(|(place, _)| place.name == "西街");
    let reach = desk.app.reach(Some(&west.unwrap().0.code), &[]).await;
    let west = desk
        .staff_within("xijie", Role::Collector, reach.unwrap())
        .await;
    let page = desk.get_as("/staff/wechat", &west).await.body;
    assert!(!page.contains("media-77"), "came by a code of 东街: {page}");
    let path = format!("/staff/wechat/{}", waiting[0].id);
    let dismissed = desk
        .send_form(&path, &[("dismiss", "1")], NO_FILE, &west)
        .await;
    assert_eq!(dismissed.status, 409, "{}", dismissed.body);
    let page = desk.get_as("/staff/wechat", &cookie).await;
    assert!(
        page.body.contains("media-77") && !page.body.contains(OPENID),
        "{}",
        page.body
    );
    let path = format!("/staff/wechat/{}", waiting[0].id);
    let fields = [("slug", "known"), ("article", "2"), ("text", "")];
    let empty = desk.send_form(&path, &fields, NO_FILE, &cookie).await;
    assert_eq!(empty.status, 422, "{}", empty.body);
    let fields = [("slug", "known"), ("article", "2"), ("text", "绳子要短些")];
    let page = ("a.exe", &b"MZ"[..]);
    let refused = desk.send_form(&path, &fields, page, &cookie).await;
    assert_eq!(refused.status, 422, "no recording: {}", refused.body);
    let sound = ("语音.mp3", &b"ID3 sound"[..]);
    let done = desk.send_form(&path, &fields, sound, &cookie).await;
    assert!(done.body.contains("已登记，受理编号"), "{}", done.body);
    let twice = desk.send_form(&path, &fields, NO_FILE, &cookie).await;
    assert_eq!(twice.status, 409, "somebody else was faster");
    assert_eq!(desk.app.count_received("known").await.unwrap(), 1);

    // Whoever reviews it hears it beside its words, and that is written down.
    let silent = std::sync::Arc::new(super::Silent);
    desk.app.triage(Some("known"), silent).await.unwrap();
    let reviewer = desk.staff(Role::Reviewer).await;
    let at = "/staff/c/known/desk/submissions/S-1";
    let page = desk.get_as(at, &reviewer).await.body;
    let sound = page.split("<audio controls preload=\"none\" src=\"").nth(1);
    let sound = sound.unwrap_or_else(|| panic!("no recording: {page}"));
    let sound = sound.split('"').next().unwrap();
    let (headers, bytes) = desk.raw(sound, &reviewer).await;
    assert_eq!(
        (&*bytes, &headers["content-type"]),
        (&b"ID3 sound"[..], &"audio/mpeg".parse().unwrap())
    );
    let audit = desk.app.audit_entries(0).await.unwrap();
    let read = audit
        .iter()
        .filter(|entry| entry.action == "attachment.read");
    let by: Vec<_> = read.map(|entry| &*entry.actor).collect();
    assert_eq!(by, ["reviewer"]);
    assert_eq!(
        desk.get_as(sound, &west).await.status,
        404,
        "not of their place"
    );
    let expert = desk.staff(Role::Expert).await;
    let page = desk.get_as(at, &expert).await.body;
    assert!(!page.contains("<audio"), "{page}");
    assert_eq!(desk.get_as(sound, &expert).await.status, 403);
}

#[tokio::test]
async fn a_recording_of_before_the_closing_is_written_down_after_it_and_a_later_one_is_not() {
    let desk = Desk::new().await;
    let voice = |id, media: &str| {
        let inner = format!(
            "<MsgType>voice</MsgType><MediaId>{media}</MediaId><Format>amr</Format><Recognition></Recognition>"
        );
        message(id, &inner)
    };
    desk.say(voice(1, "before")).await;
    desk.app.close_consultation(Some("known")).await.unwrap();
    desk.say(voice(2, "after")).await;
    let cookie = desk.staff(Role::Collector).await;
    let page = desk.get_as("/staff/wechat", &cookie).await.body;
    assert!(page.contains("before") && page.contains("after"), "{page}");
    // Those that were over before anything was said are not offered.
    assert!(
        page.contains("value=\"known\"") && !page.contains("value=\"over\""),
        "{page}"
    );
    let token = cookie.split_once('=').unwrap().1;
    let by = desk.app.session(token).await.unwrap().unwrap();
    let waiting = desk.app.waiting_media(&by).await.unwrap();
    for (medium, slug, status) in [(0, "over", 409), (0, "known", 200), (1, "known", 409)] {
        let path = format!("/staff/wechat/{}", waiting[medium].id);
        let fields = [("slug", slug), ("article", ""), ("text", "绳子要短些")];
        let answer = desk.send_form(&path, &fields, NO_FILE, &cookie).await;
        assert_eq!(answer.status, status, "{slug}: {}", answer.body);
    }
    assert_eq!(desk.app.count_received("known").await.unwrap(), 1);
    let left = desk.app.waiting_media(&by).await.unwrap();
    assert_eq!(left.len(), 1, "the later one still waits");
}

/// However slow the machine: what counts is what is answered, not how soon.
async fn patient_desk() -> std::sync::Arc<Desk> {
    let limits = crate::Limits {
        per_minute: 0,
        timeout: std::time::Duration::from_mins(5),
        ..crate::Limits::default()
    };
    std::sync::Arc::new(Desk::with(limits).await)
}

/// Messages of many followers at once, each of them twice: nothing is answered twice or not at all.
#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_with_retries_make_one_submission_each() {
    let desk = patient_desk().await;
    let mut calls = Vec::new();
    for id in 1..=40 {
        for _ in 0..2 {
            let desk = std::sync::Arc::clone(&desk);
            calls.push(tokio::spawn(async move {
                let body = text(id, &format!("第二条：第{id}个人说绳子要短些"))
                    .replace(OPENID, &format!("o{id}"));
                (id, desk.say(body).await)
            }));
        }
    }
    let mut codes = BTreeMap::new();
    for call in calls {
        let (id, words) = call.await.unwrap();
        let code = receipt(&words);
        assert_eq!(codes.entry(id).or_insert_with(|| code.clone()), &code);
    }
    assert_eq!(desk.app.count_received("known").await.unwrap(), 40);
}

/// What one follower sends at once is answered in turn: nothing is lost, nothing doubled.
#[tokio::test(flavor = "multi_thread")]
async fn two_messages_of_one_follower_at_once_are_two_submissions() {
    let desk = patient_desk().await;
    let mut calls = Vec::new();
    for id in 1..=20 {
        for (half, words) in ["绳子要短些", "垃圾桶要多些"].into_iter().enumerate() {
            let desk = std::sync::Arc::clone(&desk);
            let body = text(
                2 * id + half as u64,
                &format!("第二条：第{id}个人说{words}"),
            )
            .replace(OPENID, &format!("o{id}"));
            calls.push(tokio::spawn(async move { desk.say(body).await }));
        }
    }
    let mut codes = std::collections::BTreeSet::new();
    for call in calls {
        codes.insert(receipt(&call.await.unwrap()));
    }
    assert_eq!(codes.len(), 40);
    assert_eq!(desk.app.count_received("known").await.unwrap(), 40);
}
