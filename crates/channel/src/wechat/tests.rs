//! Calls in, messages and answers out.

use proptest::prelude::*;
use serde_json::Value;

use super::{
    Account, Call, Content, Message, Mode, Query, Sealing, WechatError, aes::AesKey, reply,
};
use crate::{limits::MAX_WECHAT_BYTES, record::hex, vectors::vectors};

const NOW: i64 = 1_795_219_200;

fn text<'a>(vectors: &'a Value, name: &str) -> &'a str {
    vectors[name].as_str().unwrap()
}

fn account(vectors: &Value, mode: Mode) -> Account {
    let key = text(vectors, "encoding_aes_key");
    let (token, app_id) = (text(vectors, "token"), text(vectors, "app_id"));
    Account::new(token, app_id, mode, Some(key)).unwrap()
}

fn query(vectors: &Value) -> Query<'_> {
    Query {
        signature: text(vectors, "url_signature"),
        timestamp: text(vectors, "timestamp"),
        nonce: text(vectors, "nonce"),
        encrypt_type: Some("aes"),
        msg_signature: Some(text(vectors, "msg_signature")),
    }
}

#[test]
fn the_signature_of_the_address_is_checked() {
    let vectors = vectors("wechat");
    let account = account(&vectors, Mode::Plain);
    let good = query(&vectors);
    assert_eq!(account.check(&good, NOW), Ok(()));
    assert_eq!(account.check(&good, NOW + 3600), Ok(()));
    for bad in [
        Query {
            signature: "",
            ..good
        },
        Query { nonce: "1", ..good },
        Query {
            timestamp: "1795219201",
            ..good
        },
    ] {
        assert_eq!(account.check(&bad, NOW), Err(WechatError::BadSignature));
    }
    for (now, seconds) in [(NOW + 3601, 3601), (NOW - 3601, -3601)] {
        assert_eq!(
            account.check(&good, now),
            Err(WechatError::Stale { seconds })
        );
    }
}

#[test]
fn the_vector_is_decrypted_and_encrypted() {
    let vectors = vectors("wechat");
    let key = AesKey::parse(text(&vectors, "encoding_aes_key")).unwrap();
    assert_eq!(hex(key.bytes()), text(&vectors, "aes_key_hex"));
    let (plain, app_id) = (text(&vectors, "plain_xml"), text(&vectors, "app_id"));
    assert_eq!(
        plain.len() as u64,
        vectors["plain_len_bytes"].as_u64().unwrap()
    );
    let random = text(&vectors, "random_prefix")
        .as_bytes()
        .try_into()
        .unwrap();
    let encrypted = key.encrypt(plain, app_id, random);
    assert_eq!(encrypted, text(&vectors, "encrypt"));
    assert_eq!(
        key.decrypt(&encrypted),
        Ok((plain.as_bytes().to_vec(), app_id.as_bytes().to_vec()))
    );
}

#[test]
fn a_sealed_call_is_opened_in_every_mode_that_has_a_key() {
    let vectors = vectors("wechat");
    let (query, encrypt) = (query(&vectors), text(&vectors, "encrypt"));
    let safe = format!(
        "<xml><ToUserName><![CDATA[gh_test]]></ToUserName><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>"
    );
    let compatible = safe.replace(
        "<Encrypt>",
        "<Content><![CDATA[forged]]></Content><Encrypt>",
    );
    for (mode, body) in [
        (Mode::Safe, &safe),
        (Mode::Compatible, &safe),
        (Mode::Compatible, &compatible),
    ] {
        let opened = account(&vectors, mode).open(&query, body.as_bytes(), NOW);
        let opened = opened.unwrap();
        assert_eq!(opened.call, Call::Sealed);
        assert_eq!(opened.message.key(), "wechat:gh_test:24870000000000001");
        let want = Content::Text("建议第十二条第二款第三项删去“等”字".to_owned());
        assert_eq!(opened.message.content, want, "the signed words count");
    }

    let safe_account = account(&vectors, Mode::Safe);
    let refused =
        |query: &Query<'_>, body: &str| safe_account.open(query, body.as_bytes(), NOW).unwrap_err();
    let forged = Query {
        msg_signature: None,
        ..query
    };
    assert_eq!(refused(&forged, &safe), WechatError::BadMessageSignature);
    let plain = Query {
        encrypt_type: None,
        ..query
    };
    let body = text(&vectors, "plain_xml");
    assert_eq!(refused(&plain, body), WechatError::NotEncrypted);
    assert_eq!(refused(&query, body), WechatError::NotEncrypted);
    let other = Account::new(
        text(&vectors, "token"),
        "wxother",
        Mode::Safe,
        Some(text(&vectors, "encoding_aes_key")),
    );
    let error = other.unwrap().open(&query, safe.as_bytes(), NOW);
    assert_eq!(error.unwrap_err(), WechatError::OtherApp);
}

#[test]
fn an_answer_is_sealed_as_the_call_was() {
    let vectors = vectors("wechat");
    let account = account(&vectors, Mode::Compatible);
    let message = Message::read(text(&vectors, "plain_xml").as_bytes()).unwrap();
    let plain = reply::text(&message, "收到", NOW);
    let with = Sealing {
        random: [7; 16],
        timestamp: NOW,
        nonce: "42",
    };
    assert_eq!(account.seal(plain.clone(), Call::Plain, &with), plain);

    // An answer has the form of a call, so it opens like one.
    let sealed = account.seal(plain, Call::Sealed, &with);
    let signature = between(&sealed, "<MsgSignature><![CDATA[", "]]>");
    let address = crate::digest::sha1_hex(&["1795219200", "42", text(&vectors, "token")]);
    let query = Query {
        signature: &address,
        timestamp: between(&sealed, "<TimeStamp>", "<"),
        nonce: between(&sealed, "<Nonce><![CDATA[", "]]>"),
        encrypt_type: Some("aes"),
        msg_signature: Some(signature),
    };
    let opened = account.open(&query, sealed.as_bytes(), NOW).unwrap();
    assert_eq!(opened.message.from, "gh_test");
    assert_eq!(opened.message.to, "oTEST");
    assert_eq!(opened.message.content, Content::Text("收到".to_owned()));
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> &'a str {
    let (_, rest) = text.split_once(open).unwrap();
    rest.split_once(close).unwrap().0
}

fn xml(kind: &str, fields: &str) -> String {
    format!(
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o1]]></FromUserName>\
         <CreateTime>1795219200</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{fields}</xml>"
    )
}

#[test]
fn messages_and_events_are_told_apart() {
    #[track_caller]
    fn check(kind: &str, fields: &str, want: &Content, key: &str) {
        let message = Message::read(xml(kind, fields).as_bytes()).unwrap();
        assert_eq!(&message.content, want);
        assert_eq!(message.key(), key);
    }
    let event = "wechat:gh_1:o1:1795219200";
    let some = |text: &str| text.to_owned();
    check(
        "text",
        "<Content><![CDATA[ 甲<乙>&amp; ]]></Content><MsgId>7</MsgId>",
        &Content::Text(some(" 甲<乙>&amp; ")),
        "wechat:gh_1:7",
    );
    check(
        "text",
        "<Content>甲 &lt;乙&#12290;</Content><MsgId>7</MsgId>",
        &Content::Text(some("甲 <乙。")),
        "wechat:gh_1:7",
    );
    let voice = |recognition: Option<&str>| Content::Voice {
        media_id: some("m"),
        format: some("amr"),
        recognition: recognition.map(some),
    };
    let fields = "<MediaId><![CDATA[m]]></MediaId><Format>amr</Format><MsgId>8</MsgId>";
    check("voice", fields, &voice(None), "wechat:gh_1:8");
    let empty = format!("{fields}<Recognition><![CDATA[]]></Recognition>");
    check("voice", &empty, &voice(None), "wechat:gh_1:8");
    let heard = format!("{fields}<Recognition><![CDATA[路太窄]]></Recognition>");
    check("voice", &heard, &voice(Some("路太窄")), "wechat:gh_1:8");
    check(
        "image",
        "<PicUrl>x</PicUrl><MediaId>m</MediaId><MsgId>9</MsgId>",
        &Content::Image {
            media_id: some("m"),
        },
        "wechat:gh_1:9",
    );
    for (fields, want) in [
        (
            "<Event>subscribe</Event><EventKey></EventKey>",
            Content::Subscribe { scene: None },
        ),
        (
            "<Event>subscribe</Event><EventKey>qrscene_liuwan</EventKey><Ticket>t</Ticket>",
            Content::Subscribe {
                scene: Some(some("liuwan")),
            },
        ),
        (
            "<Event>SCAN</Event><EventKey>liuwan</EventKey>",
            Content::Scan {
                scene: some("liuwan"),
            },
        ),
        ("<Event>unsubscribe</Event>", Content::Unsubscribe),
        (
            "<Event>pic_weixin</Event><SendPicsInfo><Count>1</Count><PicList><item><Event>SCAN</Event></item></PicList></SendPicsInfo>",
            Content::Other(some("pic_weixin")),
        ),
    ] {
        check("event", fields, &want, event);
    }
    check("location", "", &Content::Other(some("location")), event);
}

#[test]
fn the_broken_sections_of_the_samples_are_read() {
    let broken = xml("text", "<Content>< ![CDATA[ a<b ] ]></Content>")
        .replace("<![CDATA[gh_1]]>", "< ![CDATA[gh_1] ]>");
    let message = Message::read(broken.as_bytes()).unwrap();
    assert_eq!(message.to, "gh_1");
    assert_eq!(message.content, Content::Text(" a<b ".to_owned()));
    // Words that look like that are words.
    let words = "< ![CDATA[ ] ]>";
    let whole = xml("text", &format!("<Content><![CDATA[{words}]]></Content>"));
    let message = Message::read(whole.as_bytes()).unwrap();
    assert_eq!(message.content, Content::Text(words.to_owned()));
}

#[test]
fn what_is_no_message_is_refused() {
    #[track_caller]
    fn check(body: &[u8], want: &str) {
        let error = Message::read(body).unwrap_err().to_string();
        assert!(error.contains(want), "{error}");
    }
    check(b"", "no root");
    check(b"<xml><A>", "cut short");
    check(b"<xml></a></xml>", "malformed");
    check(b"\xff", "UTF-8");
    check(b"<!DOCTYPE x [<!ENTITY a 'b'>]><xml></xml>", "DOCTYPE");
    check(xml("text", "<Content>&a;</Content>").as_bytes(), "entity");
    check(xml("text", "<Content>&#0;</Content>").as_bytes(), "entity");
    check(xml("text", "<Content>\0</Content>").as_bytes(), "NUL");
    let deep = "<a>".repeat(9) + &"</a>".repeat(9);
    check(xml("text", &deep).as_bytes(), "deep");
    check(b"<xml><ToUserName>a</ToUserName></xml>", "CreateTime");
    check(xml("voice", "").as_bytes(), "MediaId");

    let vectors = vectors("wechat");
    let huge = vec![b' '; MAX_WECHAT_BYTES + 1];
    let error = account(&vectors, Mode::Plain).open(&query(&vectors), &huge, NOW);
    assert!(matches!(error, Err(WechatError::TooLarge { .. })));
}

#[test]
fn keys_have_43_characters() {
    let new = |mode, key| Account::new("t", "a", mode, key).map(|_| ());
    assert_eq!(new(Mode::Plain, None), Ok(()));
    assert_eq!(new(Mode::Safe, None), Err(WechatError::NoKey));
    let long = "A".repeat(44);
    for key in ["", "短", &long, &"*".repeat(43)] {
        assert_eq!(new(Mode::Plain, Some(key)), Err(WechatError::BadKey));
    }
}

#[test]
fn a_reply_is_cut_at_a_character_and_cannot_break_out() {
    assert_eq!(reply::cut("六个字符以内", 18), "六个字符以内");
    assert_eq!(reply::cut("六个字符以内", 17), "六个字符…");
    let message = Message::read(xml("text", "<Content>a</Content>").as_bytes()).unwrap();
    let words = "]]></Content><x>\u{1}😀".repeat(300);
    let answer = reply::text(&message, &words, NOW);
    let read = Message::read(answer.as_bytes()).unwrap();
    let Content::Text(content) = read.content else {
        panic!("not a text");
    };
    let want = reply::cut(&words, reply::MAX_TEXT_BYTES);
    assert_eq!(content, want.replace('\u{1}', ""));
    assert!(content.len() <= reply::MAX_TEXT_BYTES);
}

proptest! {
    #[test]
    fn what_is_encrypted_is_decrypted(message in "\\PC{0,200}", random in any::<[u8; 16]>()) {
        let key = AesKey::parse(&"A".repeat(43)).unwrap();
        let back = key.decrypt(&key.encrypt(&message, "wx1", random));
        prop_assert_eq!(back, Ok((message.into_bytes(), b"wx1".to_vec())));
    }

    #[test]
    fn no_body_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "(<|>|!|\\[|\\]|CDATA|xml|&|;|/| |a){0,60}") {
        let _ = Message::read(&bytes);
        let _ = Message::read(text.as_bytes());
        let _ = Message::read(xml("text", &text).as_bytes());
        let key = AesKey::parse(&"A".repeat(43)).unwrap();
        let _ = key.decrypt(&text);
        let blocks = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &bytes[..bytes.len() / 16 * 16]);
        let _ = key.decrypt(&blocks);
    }
}
