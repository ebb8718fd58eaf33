//! What citizens read, and what they say about their own words later.

use std::{io::Read, sync::Arc};

use axum::{body::Body, http::Request};
use caifeng_app::CONSENT_VERSION;
use caifeng_domain::Role;

use super::{Answer, Desk, Silent, receipts};

impl Desk {
    /// A page as a browser asks for it, with these headers.
    async fn ask_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::get(path).header("host", "example.test");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// The receipt of words sent as a citizen, triaged.
    async fn comment_on(&self, article: &str, text: &str) -> String {
        let fields = [
            ("article", article),
            ("text", text),
            ("consent", CONSENT_VERSION),
        ];
        let done = self.fill("/c/known/say", &fields, "").await;
        assert_eq!(done.status, 200, "{}", done.body);
        receipts(&done.body).remove(0)
    }

    async fn triage(&self) {
        let silent = Arc::new(Silent);
        self.app.triage(Some("known"), silent).await.unwrap();
    }

    /// A text put beside the draft.
    async fn upload(&self, fields: &[(&str, &str)], file: &[u8], cookie: &str) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!(
                "--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend_from_slice(part.as_bytes());
        }
        body.extend_from_slice(
            b"--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n",
        );
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--edge--\r\n");
        let request = Request::post("/staff/c/known/texts")
            .header("content-type", "multipart/form-data; boundary=edge")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", cookie);
        self.send(request.body(Body::from(body)).unwrap()).await
    }
}

#[tokio::test]
async fn a_draft_is_read_with_its_contents_and_sent_packed() {
    let desk = Desk::new().await;
    let page = desk.get("/c/known").await;
    for words in [
        "href=\"#a2\"",
        "id=\"a2\"",
        "遛犬应当束绳",
        "/c/known/say?article=2",
        "遛犬的绳子多长合适？",
        "已有 0 人提出 0 条意见",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(!page.body.contains("<textarea") && !page.body.contains("/changes"));
    let over = desk.get("/c/over").await.body;
    assert!(
        over.contains("遛犬应当束绳") && !over.contains("/say"),
        "{over}"
    );
    let from = desk.get("/c/known?p=ABC12345").await.body;
    assert!(from.contains("/c/known/say?p=ABC12345"), "{from}");
    assert!(
        from.contains("/c/known/say?article=2&#38;p=ABC12345"),
        "{from}"
    );
    let odd = desk.get("/c/known?p=%22%3E").await.body;
    assert!(odd.contains("/c/known/say\""), "{odd}");

    let request = Request::get("/c/known").header("accept-encoding", "br, gzip;q=0.8");
    let request = request.body(Body::empty()).unwrap();
    let response = tower::ServiceExt::oneshot(desk.router.clone(), request)
        .await
        .unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let tag = response.headers()["etag"].to_str().unwrap().to_owned();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .unwrap();
    let mut plain = String::new();
    flate2::read::GzDecoder::new(&bytes[..])
        .read_to_string(&mut plain)
        .unwrap();
    assert_eq!(plain, page.body);
    let again = desk.ask_with("/c/known", &[("if-none-match", &tag)]).await;
    assert_eq!((again.status.as_u16(), again.body.as_str()), (304, ""));
    assert_eq!(desk.get("/c/known/a/2").await.status, 200);
    for path in [
        "/c/known/a/9",
        "/c/known/a/x",
        "/c/known/changes",
        "/c/known/texts/1",
    ] {
        assert_eq!(desk.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn two_versions_stand_beside_each_other() {
    let desk = Desk::new().await;
    let second = "某市河畔条例（草案二审稿）\n第一章　总则\n第一条　河畔步道全天向公众开放。\n\
                  第二条　遛犬应当束绳。\n第三条　<known>。\n第四条　步道应当有灯。\n";
    desk.app
        .import_draft("known", "d2.txt", second.as_bytes())
        .await
        .unwrap();
    let page = desk.get("/c/known/changes").await.body;
    assert!(page.contains("<ins>全天</ins>"), "{page}");
    assert!(page.contains("新增：第四条") && page.contains("<ins>步道应当有灯。</ins>"));
    assert!(!page.contains("遛犬应当束绳"), "what stays is left out");
    assert!(!page.contains("<known>"), "escaped");
    assert!(desk.get("/c/known").await.body.contains("/c/known/changes"));
}

#[tokio::test]
async fn staff_put_texts_beside_a_draft_and_take_them_away() {
    let desk = Desk::new().await;
    let cookie = desk.staff(Role::Reviewer).await;
    let reading = [("kind", "reading"), ("title", "")];
    let file = "一图读懂\n\n为什么<要>束绳？\n为了安全。\n".as_bytes();
    let added = desk.upload(&reading, file, &cookie).await;
    assert_eq!(added.status, 303, "{}", added.body);
    let page = desk.get("/c/known").await.body;
    assert!(page.contains("解读：一图读懂"), "{page}");
    let text = desk.get("/c/known/texts/1").await.body;
    assert!(
        text.contains("为了安全。") && !text.contains("<要>"),
        "{text}"
    );
    for (name, fields, file, says) in [
        ("no kind", &[("title", "甲")][..], &b"x"[..], "种类"),
        ("no file", &reading[..], b"", "选择一个文件"),
        ("a picture", &reading[..], b"\x89PNG\r\n", "图片"),
        ("nothing in it", &reading[..], b"\n \n", "没有文字"),
    ] {
        let answer = desk.upload(fields, file, &cookie).await;
        assert!(answer.status.is_client_error(), "{name}");
        assert!(answer.body.contains(says), "{name}: {}", answer.body);
    }
    let gone = desk.upload(&[("remove", "1")], b"", &cookie).await;
    assert_eq!(gone.status, 303);
    let twice = desk.upload(&[("remove", "1")], b"", &cookie).await;
    assert_eq!(twice.status, 409);
}

#[tokio::test]
async fn pages_can_be_large_and_in_traditional_characters() {
    let desk = Desk::new().await;
    let choose = async |field: &str, from: &str| {
        let request = Request::post("/look")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("host", "example.test")
            .header("sec-fetch-site", "same-origin")
            .header("referer", from);
        desk.send(request.body(Body::from(field.to_owned())).unwrap())
            .await
    };
    let large = choose("large=1", "http://example.test/c/known?p=A").await;
    assert_eq!(large.status, 303);
    assert_eq!(large.headers["location"], "/c/known?p=A");
    let cookie = large.headers["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("caifeng_large=1; Path=/; Max-Age=31536000"),
        "{cookie}"
    );
    for from in [
        "http://elsewhere.test/x",
        "http://example.test//elsewhere.test",
        "x",
    ] {
        assert_eq!(
            choose("large=0", from).await.headers["location"],
            "/",
            "{from}"
        );
    }
    let css = async |cookie| {
        desk.ask_with("/assets/look.css", &[("cookie", cookie)])
            .await
            .body
    };
    assert!(css("caifeng_large=1").await.contains("font-size: 28px"));
    assert_eq!(css("other=1").await, "");

    let cookie = [
        ("cookie", "a=b; caifeng_traditional=1"),
        ("accept-encoding", "gzip"),
    ];
    let page = desk.ask_with("/c/known", &cookie).await.body;
    assert!(
        page.contains("lang=\"zh-Hant\"") && page.contains("遛犬應當束繩"),
        "{page}"
    );
    let plain = desk.get("/c/known").await.body;
    assert!(plain.contains("遛犬应当束绳"));
    let english = desk.get("/en").await.body;
    assert!(english.contains("lang=\"en\"") && english.contains("河畔条例（known）"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_says_what_was_meant_takes_it_back_and_is_forgotten() {
    let desk = Desk::new().await;
    let mine = desk
        .comment_on("", "晚上散步看不清路，灯要多装一些。")
        .await;
    for text in [
        "第一条的步道晚上也应当开放。",
        "第二条遛犬的绳子不超过两米。",
    ] {
        desk.comment_on("", text).await;
    }
    desk.triage().await;
    let page = desk.get(&format!("/receipt?code={mine}")).await.body;
    for step in ["受理", "流转", "研究", "采纳反馈", "还没有到这一步"] {
        assert!(page.contains(step), "{step}: {page}");
    }
    let span = super::field(&page, "span");
    let act = async |fields: &[(&str, &str)]| {
        let fields = [&[("code", &*mine)], fields].concat();
        desk.fill("/receipt", &fields, "").await
    };
    let mean = |article| [("do", "mean"), ("span", &*span), ("article", article)];
    for article in ["9", "", "x"] {
        assert_eq!(act(&mean(article)).await.status, 422, "{article}");
    }
    let odd = act(&[("do", "mean"), ("span", "7-99"), ("article", "1")]).await;
    assert_eq!(odd.status, 404, "{}", odd.body);
    let meant = act(&mean("1")).await;
    assert_eq!(meant.status, 200, "{}", meant.body);
    assert!(meant.body.contains("已经记下") && meant.body.contains("归入第一条"));
    desk.triage().await;
    let page = desk.get(&format!("/receipt?code={mine}")).await.body;
    assert!(page.contains("归入第一条"), "triage holds to it: {page}");

    let words = [&mean("other")[..], &[("remark", "<i>我说的是路灯</i>")]].concat();
    assert_eq!(act(&words).await.status, 200);
    let cookie = desk.staff(Role::Reviewer).await;
    let queue = desk
        .get_as("/staff/c/known/desk/queue?kind=contested", &cookie)
        .await;
    assert!(queue.body.contains("我说的是路灯"), "{}", queue.body);
    assert!(!queue.body.contains("<i>"));

    for wish in ["withdraw", "forget"] {
        assert_eq!(act(&[("do", wish)]).await.status, 422, "{wish}: not ticked");
    }
    assert!(
        act(&[("do", "forget"), ("sure", "1")])
            .await
            .body
            .contains("个人信息")
    );
    let gone = act(&[("do", "withdraw"), ("sure", "1")]).await;
    assert!(gone.body.contains("已经撤回"), "{}", gone.body);
    let again = act(&[("do", "withdraw"), ("sure", "1")]).await;
    assert!(again.body.contains("此前已经撤回"));
    assert_eq!(act(&[("do", "nothing")]).await.status, 422);
}

#[tokio::test]
async fn what_is_opened_in_wechat_came_by_wechat() {
    let desk = Desk::new().await;
    let body = format!("text=%E7%94%B2&consent={CONSENT_VERSION}");
    let request = Request::post("/c/known/say")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header("user-agent", "Mozilla/5.0 (Linux) MicroMessenger/8.0.50");
    let done = desk.send(request.body(Body::from(body)).unwrap()).await;
    assert_eq!(done.status, 200, "{}", done.body);
    desk.triage().await;
    let cookie = desk.staff(Role::Reviewer).await;
    let seen = desk
        .get_as("/staff/c/known/desk/submissions/S-1", &cookie)
        .await;
    assert!(seen.body.contains("微信"), "{}", seen.body);
}
