//! Whoever does not sign in finds nothing but what was released: every link, every route with every
//! number there is, every field and operator of the search.

mod secrets;

use std::collections::{BTreeSet, VecDeque};

use axum::{body::Body, http::Request};

use self::secrets::{PUBLIC, SECRETS};
use super::{Answer, Desk, matrix::ROUTES, spelt_out};

/// Routes that ask for a signature or a cookie, and so are not in the table of the matrix.
const ELSEWHERE: [&str; 3] = ["/api/v1/kiosk/batches", "/staff/logout", "/staff/c/{slug}"];

/// What other programs take for operators, around a word.
const OPERATORS: [&str; 22] = [
    "\"{}\"",
    "{}*",
    "*{}*",
    "+{}",
    "-绳子 {}",
    "{} OR 绳子",
    "text:{}",
    "words:{}",
    "grams:{}",
    "facet:{}",
    "head:{}",
    "{}~2",
    "{}^9",
    "[{} TO *]",
    "/{}/",
    "({})",
    "NOT {}",
    "{}\u{0}",
    "{}\n绳子",
    "' or text like '%{}%' --",
    "{{{}}}",
    "../{}",
];

/// Out of the folder, around the router.
const AROUND: [&str; 21] = [
    "/assets/../identity.key",
    "/assets/%2e%2e/caifeng.db",
    "/assets/..%2f..%2fcaifeng.db",
    "/c/known/feedback/../../inside",
    "/c/known/feedback/..%2f..%2f..%2fstaff%2fc%2finside%2fdesk",
    "/c/inside/feedback.atom",
    "/c/INSIDE/feedback",
    "/c/inside%00/feedback",
    "//c/inside/feedback",
    "/c/inside/feedback/",
    "/api/v1/consultations/inside/feedback.csv",
    "/api/v1/consultations/inside%2ffeedback",
    "/api/v1/../v1/consultations/inside/feedback",
    "/feedback/../staff/desks",
    "/f/0",
    "/f/-1",
    "/f/2",
    "/f/3/qr.svg",
    "/.git/config",
    "/caifeng.db",
    "/files/1",
];

/// The patterns of all routes, as the router itself has them.
fn patterns(desk: &Desk) -> BTreeSet<String> {
    let all = format!("{:?}", desk.router);
    let found = all.split('"').skip(1).step_by(2);
    let found = found.filter(|text| text.starts_with('/') && !text.contains("__private"));
    found.map(str::to_owned).collect()
}

/// Whether `path` is one of the `pattern`.
fn fits(pattern: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let (pattern, path) = (pattern.split('/'), path.split('/'));
    pattern.clone().count() == path.clone().count()
        && pattern.zip(path).all(|(a, b)| a.starts_with('{') || a == b)
}

/// Every value that a part of an address may have here, and some that none has.
fn values(name: &str) -> Vec<String> {
    let numbered = |prefix: &'static str| (0..=14).map(move |n| format!("{prefix}{n}"));
    let said = |all: &[&str]| all.iter().map(|&one| one.to_owned()).collect::<Vec<_>>();
    match name {
        "slug" => said(&["known", "inside", "over", "later", "none", "..", "%2e%2e"]),
        "point" => numbered("P-").chain(said(&["P-1'", "*"])).collect(),
        "receipt" | "code" | "law" | "name" | "hook" => {
            said(&["none", "2222-2222-2222", "1", "..%2f", "S-1", "x"])
        }
        "item" | "submission" => numbered("S-").chain(said(&["S-1:0-9"])).collect(),
        "article" => said(&["1", "2", "3", "4"]),
        // Whatever a new route calls its part: all kinds of numbers.
        _ => numbered("")
            .chain(numbered("S-"))
            .chain(numbered("P-"))
            .chain(numbered("n"))
            .collect(),
    }
}

/// Every address of a pattern.
fn addresses(pattern: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for part in pattern.split('/').skip(1) {
        let choices = match part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
            None => vec![part.to_owned()],
            Some(name) => values(name.trim_start_matches('*')),
        };
        all = (all.iter())
            .flat_map(|before| choices.iter().map(move |part| format!("{before}/{part}")))
            .collect();
    }
    all
}

/// What a page leads to on this server.
fn links(page: &str) -> Vec<String> {
    let mut out = Vec::new();
    for name in ["href=\"", "src=\"", "action=\""] {
        let found = page
            .split(name)
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        for link in found {
            let link = link
                .replace("&amp;", "&")
                .replace("http://example.test", "");
            let link = link.split('#').next().unwrap_or_default().to_owned();
            if link.starts_with('/') && !link.starts_with("//") {
                out.push(link);
            }
        }
    }
    out
}

/// Counts what was looked at.
#[derive(Default)]
struct Look {
    answers: usize,
    /// Public words that were seen.
    seen: BTreeSet<&'static str>,
}

impl Look {
    /// No secret is in an answer, but for what was asked for and stands in the form again.
    #[track_caller]
    fn check(&mut self, asked: &str, answer: &Answer) {
        self.answers += 1;
        let headers = format!("{:?}", answer.headers);
        let mut told = String::new();
        for (at, piece) in answer.body.split(" value=\"").enumerate() {
            let rest = if at == 0 {
                Some(piece)
            } else {
                piece.split_once('"').map(|p| p.1)
            };
            told.push_str(rest.unwrap_or_default());
        }
        for secret in SECRETS {
            let is_told = told.contains(secret) || headers.contains(secret);
            assert!(!is_told, "{asked} tells `{secret}`: {headers} {told}");
            let is_asked = asked.contains(&spelt_out(secret));
            let is_spelt = told.contains(&spelt_out(secret)) && !is_asked;
            assert!(!is_spelt, "{asked} spells `{secret}`: {told}");
        }
        self.seen
            .extend(PUBLIC.iter().filter(|words| told.contains(**words)));
    }
}

impl Desk {
    async fn ask(&self, method: &str, path: &str, body: &str) -> Option<Answer> {
        let kind = if body.starts_with('{') {
            "application/json"
        } else {
            "application/x-www-form-urlencoded"
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "example.test")
            .header("content-type", kind)
            .header("sec-fetch-site", "same-origin");
        // What is no address at all cannot be sent.
        let request = request.body(Body::from(body.to_owned())).ok()?;
        Some(self.send(request).await)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_the_router_is_in_the_matrix() {
    let desk = Desk::new().await;
    let patterns = patterns(&desk);
    assert!(patterns.len() > 80, "{patterns:?}");
    for pattern in &patterns {
        let is_known = ROUTES.iter().any(|(_, path, _)| fits(pattern, path));
        let is_elsewhere = ELSEWHERE.contains(&&**pattern);
        assert!(is_known != is_elsewhere, "{pattern} is not in the matrix");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_signing_in_nothing_but_what_was_released_is_found() {
    let desk = Desk::with_secrets().await;
    let mut look = Look::default();

    // Every link.
    let mut open = VecDeque::from(["/".to_owned(), "/feedback".to_owned()]);
    let mut known = BTreeSet::new();
    while let Some(path) = open.pop_front() {
        if !known.insert(path.clone()) || known.len() > 2_000 {
            continue;
        }
        let answer = desk.ask("GET", &path, "").await.unwrap();
        look.check(&path, &answer);
        assert_ne!(answer.status, 500, "{path}");
        open.extend(links(&answer.body));
    }
    assert!(known.contains("/c/known/feedback"), "{known:?}");
    assert!(known.contains("/c/known/feedback.atom"), "{known:?}");
    assert!(known.contains("/api/v1/consultations/known/feedback.csv"));
    assert!(known.len() < 2_000, "the pages have an end");
    assert_eq!(look.seen.len(), PUBLIC.len(), "{:?}", look.seen);

    // Every route with every number there is, asked in every way.
    for pattern in patterns(&desk) {
        for (number, path) in addresses(&pattern).into_iter().enumerate() {
            let mut ways = vec![("GET", ""), ("POST", ""), ("POST", "{}")];
            // Without a body, or not there at all: some of each are enough.
            if number % 9 == 0 {
                ways.extend([("HEAD", ""), ("OPTIONS", ""), ("PUT", "{}"), ("DELETE", "")]);
            }
            for (method, body) in ways {
                if let Some(answer) = desk.ask(method, &path, body).await {
                    look.check(&format!("{method} {path}"), &answer);
                    assert_ne!(answer.status, 500, "{method} {path}");
                }
            }
        }
    }
    assert!(look.answers > 5_000, "{} were looked at", look.answers);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_field_or_operator_of_the_search_finds_what_was_not_released() {
    let desk = Desk::with_secrets().await;
    let mut look = Look::default();
    let mut asked: Vec<String> = SECRETS.iter().map(|secret| (*secret).to_owned()).collect();
    for secret in ["萤火虫", "独木舟", "天文台", "王建国"] {
        for operators in OPERATORS {
            asked.push(operators.replace("{}", secret));
        }
    }
    for operators in ["*", "", "**", "consultation:inside", "AllQuery", "绳子"] {
        asked.push(operators.to_owned());
    }
    for text in &asked {
        for page in ["/feedback", "/feedback/adopted"] {
            let path = format!("{page}?q={}", spelt_out(text));
            let answer = desk.ask("GET", &path, "").await.unwrap();
            look.check(&path, &answer);
            assert_eq!(answer.status, 200, "{path}");
        }
    }
    // Each field with what it may hold and what it may not.
    for (field, values) in [
        (
            "consultation",
            &["known", "inside", "over", "later", "*", "known OR inside"][..],
        ),
        ("article", &["1", "2", "3", "0", "99", "x", "1 OR 2", "3-1"]),
        (
            "topic",
            &["萤火虫", "天文台", "绳子", "落叶", "*", "热气球"],
        ),
        (
            "result",
            &["kept", "not_adopted", "adopted", "*", "kept OR not_adopted"],
        ),
        (
            "page",
            &["0", "-1", "2", "999999999999", "x", "18446744073709551615"],
        ),
        ("adopted", &["true", "false"]),
        ("unknown", &["1"]),
    ] {
        for value in values {
            for q in ["", "绳子", "建议"] {
                let (q, value) = (spelt_out(q), spelt_out(value));
                let path = format!("/feedback?q={q}&{field}={value}");
                let answer = desk.ask("GET", &path, "").await.unwrap();
                look.check(&path, &answer);
                assert_ne!(answer.status, 500, "{path}");
            }
        }
    }
    assert!(
        look.seen.contains("建议长度改为一米五"),
        "what is public is found"
    );
    for path in AROUND {
        for method in ["GET", "HEAD", "OPTIONS"] {
            if let Some(answer) = desk.ask(method, path, "").await {
                look.check(path, &answer);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_kept_the_address_of_a_point_that_is_no_longer_there_is_told_where_to_look() {
    let desk = Desk::with_secrets().await;
    for (path, is_told) in [
        ("/c/known/feedback/P-999", true),
        ("/c/known/feedback/nothing", false),
        ("/c/inside/feedback/P-1", false),
    ] {
        let answer = desk.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.body.contains("现在不单独公布"), is_told, "{path}");
        let list = answer.body.contains("href=\"/c/known/feedback\"");
        assert_eq!(list, is_told, "{path}");
    }
}
