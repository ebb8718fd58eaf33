//! Whoever does not sign in finds nothing but what was released: every link, every route with every
//! number there is, every field and operator of the search.

use std::{
    collections::{BTreeSet, VecDeque},
    fmt::Write,
    sync::Arc,
};

use axum::{body::Body, http::Request};
use caifeng_app::{Choice, Command, Platform, Principal, PrincipalKind, Reach, Sorted};
use caifeng_domain::{PointId, Role};

use super::{Answer, Desk, Silent, hooks::tencent, matrix::ROUTES, spelt_out};

/// Routes that ask for a signature or a cookie, and so are not in the table of the matrix.
const ELSEWHERE: [&str; 3] = ["/api/v1/kiosk/batches", "/staff/logout", "/staff/c/{slug}"];

/// What people said of the public draft, each about a matter of its own, and what becomes of it.
const SAID: [(&str, Fate); 9] = [
    (
        "第二条遛犬绳子（联系人：王建国，电话13800000001）建议长度改为一米五。",
        Fate::Released,
    ),
    (
        "第一条的步道应当写明由哪个部门打扫落叶，联系人李小芳。",
        Fate::Quoted,
    ),
    ("第三条建议增加萤火虫栖息地的保护内容。", Fate::Nothing),
    ("第二条建议规定潜水艇模型不得下水。", Fate::Proposed),
    ("第一条建议灯塔周围五十米禁止烧烤。", Fate::LeftOut),
    ("第三条建议热气球起降另设场地。", Fate::Later),
    ("第二条建议独木舟租赁明码标价。", Fate::TakenBack),
    ("第一条建议石拱桥两侧装上护栏。", Fate::Replaced),
    (
        "我家住柳湾路18号501室，楼上漏水没人管，请派人来修。",
        Fate::Nothing,
    ),
];

/// What becomes of something that somebody said.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// Released in the sender's words.
    Released,
    /// Released in the words of the office, the sender's left away.
    Quoted,
    /// Nothing yet.
    Nothing,
    /// A result that nobody approved.
    Proposed,
    /// Left out of the release.
    LeftOut,
    /// Approved after the release.
    Later,
    /// Released, and taken back by its sender before the next release.
    TakenBack,
    /// Released at first and left out of the release that stands.
    Replaced,
}

/// What must be found, so that the search for the rest means something.
const PUBLIC: [&str; 4] = [
    "建议长度改为一米五",
    "落叶清扫部门",
    "留待修改细则",
    "王某某",
];

/// What must not be found anywhere.
const SECRETS: [&str; 26] = [
    // Personal data in texts and of senders.
    "王建国",
    "13800000001",
    "李小芳",
    "柳湾路",
    "501室",
    "赵测试",
    "13900000009",
    // Words that were not released, or are not any more.
    "萤火虫",
    "潜水艇",
    "灯塔",
    "热气球",
    "独木舟",
    "石拱桥",
    "打扫落叶",
    "漏水",
    // What staff think and are called.
    "内部意见",
    "暂不采纳的理由",
    "wangshen",
    "lipi",
    // Of the draft for contact points only: title, draft, opinions.
    "（inside）",
    "第三条　inside",
    "天文台",
    "改建",
    // Of another draft whose release was taken back.
    "观景台",
    "撤下的原因",
    "CAIFENG_",
];

impl Desk {
    async fn tell(&self, slug: &str, texts: &[&str]) {
        let mut rows = String::new();
        for (id, text) in texts.iter().enumerate() {
            // Writing to a string does not fail.
            let _ = writeln!(
                rows,
                "{{\"id\":\"{id}\",\"text\":\"{text}\",\"channel\":\"web\",\"submitter\":\
                 {{\"name\":\"赵测试\",\"phone\":\"13900000009\",\"identity\":\"居民\"}}}}"
            );
        }
        let rows = rows.into_bytes();
        self.app
            .import(Some(slug), "rows.jsonl", rows, None, false)
            .await
            .unwrap();
        self.app.triage(Some(slug), Arc::new(Silent)).await.unwrap();
    }

    async fn decide_as(&self, name: &str, role: Role, slug: &str, command: Command) {
        let by = somebody(name, role);
        self.app.decide(&by, slug, command).await.unwrap();
    }

    /// The point of the words, the first ones of a text.
    async fn point_with(&self, slug: &str, words: &str) -> PointId {
        let by = somebody("wangshen", Role::Reviewer);
        let find = |desk: &caifeng_app::Desk| {
            let places: Vec<_> = desk.overview().map.iter().map(|heat| heat.place).collect();
            let cards = places.into_iter().flat_map(|place| {
                let section = desk.section(place, Sorted::Weight, 1);
                section.map(|section| section.points).unwrap_or_default()
            });
            let cards: Vec<_> = cards.collect();
            let said = |card: &&caifeng_app::PointCard| card.label.contains(words);
            let found = cards.iter().find(said);
            let labels: Vec<&str> = cards.iter().map(|card| &*card.label).collect();
            Ok(found.unwrap_or_else(|| panic!("{words}: {labels:?}")).id)
        };
        self.app.at_desk(&by, slug, find).await.unwrap()
    }

    async fn settle(&self, slug: &str, point: PointId) {
        let dispose = Command::Dispose(point, "kept".into(), "留待修改细则".into());
        self.decide_as("wangshen", Role::Reviewer, slug, dispose)
            .await;
        self.decide_as("lipi", Role::Approver, slug, Command::Approve(point))
            .await;
    }

    async fn publish(&self, slug: &str) -> u64 {
        let by = somebody("lipi", Role::Approver);
        let preview = self.app.preview_release(&by, slug).await.unwrap();
        let flags = preview.candidates.iter().map(|c| &c.flags);
        assert_eq!(preview.open_flags(), 0, "{:?}", flags.collect::<Vec<_>>());
        let published = self.app.publish(&by, slug, &preview.seen).await;
        published.unwrap()
    }

    async fn choose(&self, choice: Choice) {
        let by = somebody("wangshen", Role::Reviewer);
        let chosen = self.app.choose_for_release(&by, "known", choice, true);
        chosen.await.unwrap();
    }

    /// With everything in it that somebody might look for.
    async fn with_secrets() -> Self {
        let desk = Self::new().await;
        let others = SAID.iter().filter(|(_, fate)| *fate != Fate::TakenBack);
        let texts: Vec<&str> = others.map(|(text, _)| *text).collect();
        let hook = desk
            .app
            .add_hook(Some("known"), "tx", Platform::Tencent, None, "{}");
        let hook = hook.await.unwrap();
        let taken_back = SAID.iter().find(|(_, fate)| *fate == Fate::TakenBack);
        let answer = tencent("answer.create", 7, taken_back.unwrap().0);
        desk.accepted(&hook, &answer).await;
        desk.tell("known", &texts).await;
        desk.tell("inside", &["第一条建议天文台改建为科普馆。"])
            .await;
        desk.tell("over", &["第一条建议观景台加宽到三米。"]).await;
        let mut seen = BTreeSet::new();
        let words: Vec<(PointId, Fate)> = {
            let mut all = Vec::new();
            for (key, fate) in [
                ("绳子", Fate::Released),
                ("落叶", Fate::Quoted),
                ("潜水艇", Fate::Proposed),
                ("灯塔", Fate::LeftOut),
                ("热气球", Fate::Later),
                ("独木舟", Fate::TakenBack),
                ("石拱桥", Fate::Replaced),
            ] {
                let point = desk.point_with("known", key).await;
                assert!(seen.insert(point), "{key} has a point of its own");
                all.push((point, fate));
            }
            all
        };
        for &(point, fate) in &words {
            match fate {
                Fate::Proposed => {
                    let dispose =
                        Command::Dispose(point, "not_adopted".into(), "暂不采纳的理由".into());
                    desk.decide_as("wangshen", Role::Reviewer, "known", dispose)
                        .await;
                }
                Fate::Later | Fate::Nothing => {}
                _ => desk.settle("known", point).await,
            }
            match fate {
                Fate::LeftOut => desk.choose(Choice::LeaveOut(point)).await,
                Fate::Quoted => {
                    let wording = Command::Wording(point, "写明落叶清扫部门".into());
                    desk.decide_as("wangshen", Role::Reviewer, "known", wording)
                        .await;
                    let memo = Command::Memo(point, "内部意见：再议".into());
                    desk.decide_as("zhuanjia", Role::Expert, "known", memo)
                        .await;
                    let by = somebody("lipi", Role::Approver);
                    let preview = desk.app.preview_release(&by, "known").await.unwrap();
                    let candidate = preview.candidates.into_iter().find(|c| c.id == point);
                    for offered in candidate.unwrap().offered {
                        desk.choose(Choice::LeaveAway(point, offered.key)).await;
                    }
                }
                _ => {}
            }
        }
        assert_eq!(desk.publish("known").await, 1);
        let replaced = words.iter().find(|(_, fate)| *fate == Fate::Replaced);
        desk.choose(Choice::LeaveOut(replaced.unwrap().0)).await;
        desk.accepted(&hook, &tencent("answer.delete", 7, "")).await;
        assert_eq!(desk.publish("known").await, 2);
        let later = words.iter().find(|(_, fate)| *fate == Fate::Later);
        desk.settle("known", later.unwrap().0).await;
        // Another one whose release is taken back, and one that never could be released.
        let wide = desk.point_with("over", "观景台").await;
        desk.settle("over", wide).await;
        let number = desk.publish("over").await;
        let by = somebody("lipi", Role::Approver);
        let withdrawn = desk.app.withdraw_release(&by, "over", number, "撤下的原因");
        withdrawn.await.unwrap();
        let dome = desk.point_with("inside", "天文台").await;
        desk.settle("inside", dome).await;
        let preview = desk.app.preview_release(&by, "inside").await.unwrap();
        let refused = desk.app.publish(&by, "inside", &preview.seen).await;
        refused.unwrap_err();
        desk
    }
}

fn somebody(name: &str, role: Role) -> Principal {
    Principal {
        kind: PrincipalKind::Account,
        name: name.to_owned(),
        role,
        reach: Reach::default(),
        has_factor: false,
    }
}

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
        for operators in [
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
        ] {
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
    // Out of the folder, around the router.
    for path in [
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
    ] {
        for method in ["GET", "HEAD", "OPTIONS"] {
            if let Some(answer) = desk.ask(method, path, "").await {
                look.check(path, &answer);
            }
        }
    }
}
