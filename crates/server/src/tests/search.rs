//! The search of staff and the law library, as pages and as an interface.

use caifeng_app::{LawFacts, Reach};
use caifeng_domain::{Role, Validity};

use super::{Desk, SUBMIT, Silent, comment};

const LAW: &str = "某市养犬条例\n第一章　总则\n第一条　遛犬应当束犬绳，由成年人牵领。\n第二章　附则\n第二条　本条例自公布之日起施行。\n";

impl Desk {
    /// With a law in the library, and opinions on `known` triaged.
    async fn with_opinions() -> Self {
        let desk = Self::new().await;
        let facts = LawFacts {
            validity: Validity::Amended,
            kind: "地方性法规".into(),
            issuer: Some("某市人大常委会".into()),
            published: None,
            effective: None,
            version: Some("2020-05-01".into()),
        };
        desk.app
            .import_law("law.txt", LAW.as_bytes(), facts)
            .await
            .unwrap();
        for text in [
            "第二条的犬绳应当写明长度，<b>参照《某市养犬条例》第一条</b>，电话13800000001",
            "步道上的灯太暗",
        ] {
            desk.post(SUBMIT, &comment(text), &[]).await;
        }
        let silent = std::sync::Arc::new(Silent);
        desk.app.triage(Some("known"), silent).await.unwrap();
        desk
    }
}

#[tokio::test]
async fn staff_find_what_was_said_and_the_law_it_names() {
    let desk = Desk::with_opinions().await;
    let cookie = desk.staff(Role::Expert).await;
    let blank = desk.get_as("/staff/search", &cookie).await;
    assert_eq!(blank.status, 200);
    assert!(!blank.body.contains("没有找到"), "nothing was asked yet");

    let page = desk
        .get_as("/staff/search?q=%E7%8A%AC%E7%BB%B3", &cookie)
        .await;
    assert_eq!(page.status, 200);
    let body = &page.body;
    for want in [
        "<mark>犬绳</mark>",
        "含有：犬绳",
        "138****0001",
        "某市养犬条例第一条",
        "这部法律已被修改",
        "&#60;b&#62;",
    ] {
        assert!(body.contains(want), "{want} is not in {body}");
    }
    assert!(!body.contains("13800000001") && !body.contains("<b>参照"));
    assert!(
        body.contains("河畔条例（inside）"),
        "its index is being made"
    );

    let law = body.split("href=\"/staff/library/").nth(1).unwrap();
    let link = format!("/staff/library/{}", law.split(['"', '#']).next().unwrap());
    let chapter = desk.get_as(&link, &cookie).await;
    assert!(chapter.body.contains("第一章 总则") && chapter.body.contains("成年人牵领"));
    assert!(!chapter.body.contains("附则"), "a chapter at a time");
    let contents = link.rsplit_once('/').unwrap().0;
    let contents = desk.get_as(contents, &cookie).await;
    assert!(contents.body.contains("附则") && contents.body.contains("某市人大常委会"));
    assert_eq!(
        desk.get_as("/staff/library/none", &cookie).await.status,
        404
    );

    let related = desk.get_as("/staff/c/known/related/2", &cookie).await;
    assert!(related.body.contains("都提到："), "{}", related.body);
    for (query, says) in [
        ("q=x&from=yesterday", "日期"),
        ("q=x&article=x", "条号"),
        ("q=x&kind=x", "没有这种"),
    ] {
        let answer = desk
            .get_as(&format!("/staff/search?{query}"), &cookie)
            .await;
        assert_eq!(answer.status, 422, "{query}");
        assert!(answer.body.contains(says), "{query}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_search_is_kept_taken_away_and_forgotten() {
    let desk = Desk::with_opinions().await;
    let cookie = desk.staff(Role::Reviewer).await;
    let query = "q=%E7%8A%AC%E7%BB%B3&kind=submission";
    let fields = [("name", "犬绳"), ("query", query)];
    let kept = desk.fill("/staff/search/saved", &fields, &cookie).await;
    assert_eq!(kept.status, 303);
    assert_eq!(kept.headers["location"], format!("/staff/search?{query}"));
    let page = desk.get_as("/staff/search", &cookie).await.body;
    assert!(page.contains(">犬绳</a>"), "{page}");
    let number = page.split("name=\"forget\" value=\"").nth(1).unwrap();
    let number = number.split('"').next().unwrap();
    desk.fill("/staff/search/saved", &[("forget", number)], &cookie)
        .await;
    assert!(
        !desk
            .get_as("/staff/search", &cookie)
            .await
            .body
            .contains(">犬绳</a>")
    );

    for (format, kind, begins) in [
        ("csv", "text/csv; charset=utf-8", "\u{feff}类型".as_bytes()),
        (
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            b"PK",
        ),
    ] {
        let path = format!("/staff/search/export?{query}&format={format}");
        let (headers, file) = desk.raw(&path, &cookie).await;
        assert_eq!(headers["content-type"], kind);
        assert!(
            headers["content-disposition"]
                .to_str()
                .unwrap()
                .starts_with("attachment")
        );
        assert!(file.starts_with(begins), "{format}");
    }
}

#[tokio::test]
async fn what_one_may_not_read_is_neither_found_nor_offered() {
    let desk = Desk::with_opinions().await;
    let reach: Reach = desk.app.reach(None, &["inside".to_owned()]).await.unwrap();
    let cookie = desk.staff_within("elsewhere", Role::Expert, reach).await;
    let page = desk
        .get_as("/staff/search?q=%E7%8A%AC%E7%BB%B3", &cookie)
        .await
        .body;
    assert!(!page.contains("<option value=\"known\">") && page.contains("value=\"inside\""));
    assert!(!page.contains("138****0001"), "{page}");
    let named = "/staff/search?q=%E7%8A%AC%E7%BB%B3&consultation=known";
    assert_eq!(desk.get_as(named, &cookie).await.status, 403);
    assert_eq!(
        desk.get_as("/staff/c/known/related/1", &cookie)
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn programs_ask_the_library_too() {
    let desk = Desk::with_opinions().await;
    let key = desk.app.add_api_key("desk", Role::Reviewer).await.unwrap();
    let bearer = format!("Bearer {key}");
    let get = async |path: &str| {
        let request = axum::http::Request::get(path).header("authorization", &bearer);
        desk.send(request.body(axum::body::Body::empty()).unwrap())
            .await
    };
    // 养犬条例第一条
    let answer =
        get("/api/v1/library?q=%E5%85%BB%E7%8A%AC%E6%9D%A1%E4%BE%8B%E7%AC%AC%E4%B8%80%E6%9D%A1")
            .await;
    let answer = answer.json();
    assert_eq!(answer["hits"][0]["exact"], true, "{answer}");
    assert_eq!(answer["hits"][0]["law"]["validity"], "amended");
    assert_eq!(answer["hits"][0]["article"], "1");
    assert_eq!(get("/api/v1/library").await.status, 422);
    assert_eq!(get("/api/v1/library?q=x&validity=maybe").await.status, 422);
    let related = get("/api/v1/consultations/known/articles/2/related")
        .await
        .json();
    assert_eq!(
        related["alike"][0]["law"]["title"], "某市养犬条例",
        "{related}"
    );
    let none = get("/api/v1/consultations/known/articles/99/related").await;
    assert_eq!(none.status, 422);
}
