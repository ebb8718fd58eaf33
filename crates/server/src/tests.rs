//! The routes as clients meet them. The router is driven in memory: what is tested is what is
//! served.

mod accounts;
mod admin;
mod codes;
mod connections;
mod crawler;
mod desk;
mod exchange;
mod hooks;
mod humane;
mod kiosk;
mod kiosk_page;
mod matrix;
mod pages;
mod public;
mod reports;
mod scopes;
mod search;
mod submit;
mod uploads;
mod wechat;
mod workflow;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use caifeng_app::{App, CONSENT_VERSION, Config, Overrides};
use caifeng_domain::{Named, Role, Visibility, Window};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::Limits;

const DRAFT: &str = "某市河畔条例（草案）\n第一章　总则\n第一条　河畔步道向公众开放。\n\
                     第二条　遛犬应当束绳。\n";

/// A data folder of its own with an open public consultation `known`, one for contact points only
/// (`inside`), one to come (`later`) and one that is over (`over`).
struct Desk {
    app: App,
    router: Router,
    folder: TempDir,
}

/// What came back.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }
}

impl Desk {
    async fn new() -> Self {
        let limits = Limits {
            per_minute: 0,
            patience: std::time::Duration::ZERO,
            ..Limits::default()
        };
        Self::with(limits).await
    }

    async fn with(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let said = Overrides {
            data: Some(folder.path().to_owned()),
            model: Some("lexical".to_owned()),
            wechat: wechat::settings(),
            ..Overrides::default()
        };
        let app = App::open(Config::load(said, None).unwrap()).await.unwrap();
        let window = |opens: &str, closes: &str| {
            Some(Window {
                opens: opens.to_owned(),
                closes: closes.to_owned(),
            })
        };
        let (public, inside) = (Visibility::Public, Visibility::ContactPoints);
        for (slug, window, visibility) in [
            ("known", window("2020-01-01", "2999-12-31"), public),
            ("inside", None, inside),
            ("later", window("2999-01-01", "2999-12-31"), public),
            ("over", window("2020-01-01", "2020-12-31"), public),
        ] {
            let title = format!("河畔条例（{slug}）");
            let questions = match slug {
                "known" => vec![
                    "遛犬的绳子多长合适？".to_owned(),
                    "步道几点关灯？".to_owned(),
                ],
                _ => Vec::new(),
            };
            app.create_consultation(slug, &title, window, visibility, questions)
                .await
                .unwrap();
            let draft = format!("{DRAFT}第三条　{slug}。\n");
            app.import_draft(slug, "draft.txt", draft.as_bytes())
                .await
                .unwrap();
        }
        let router = crate::router(app.clone(), limits);
        Self {
            app,
            router,
            folder,
        }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body(), 16 << 20).await.unwrap();
        Answer {
            status,
            headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        let request = Request::builder().uri(path).header("host", "example.test");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// A POST of JSON with further headers.
    async fn post(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::post(path).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    /// The data folder.
    fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Headers and bytes of a file.
    async fn raw(&self, path: &str, cookie: &str) -> (HeaderMap, Vec<u8>) {
        let request = Request::get(path).header("cookie", cookie);
        let request = request.body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let headers = response.headers().clone();
        let body = to_bytes(response.into_body(), 16 << 20).await.unwrap();
        (headers, body.to_vec())
    }

    /// A page as somebody who signed in sees it.
    async fn get_as(&self, path: &str, cookie: &str) -> Answer {
        let request = Request::get(path)
            .header("host", "example.test")
            .header("cookie", cookie);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// The cookie of somebody who signed in.
    async fn staff(&self, role: Role) -> String {
        let (name, password) = (role.wire(), "一二三四五六七八九十");
        self.app
            .add_account(name, role, password.to_owned())
            .await
            .unwrap();
        let token = self.app.sign_in(name, password.to_owned()).await.unwrap();
        format!("caifeng_session={token}")
    }

    /// The same for somebody who may do it only there.
    async fn staff_within(&self, name: &str, role: Role, reach: caifeng_app::Reach) -> String {
        let password = "一二三四五六七八九十".to_owned();
        self.app
            .add_account_within(name, role, password.clone(), reach)
            .await
            .unwrap();
        let token = self.app.sign_in(name, password).await.unwrap();
        format!("caifeng_session={token}")
    }

    /// A POST of a form with one file.
    async fn hand_in(&self, path: &str, file: &[u8], cookie: &str) -> Answer {
        let head = "--edge\r\ncontent-disposition: form-data; name=\"file\"; \
                    filename=\"../../etc/passwd\"\r\n\r\n";
        let body = [head.as_bytes(), file, b"\r\n--edge--\r\n"].concat();
        let request = Request::post(path)
            .header("content-type", "multipart/form-data; boundary=edge")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", cookie);
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// A POST of a form.
    async fn fill(&self, path: &str, fields: &[(&str, &str)], cookie: &str) -> Answer {
        let body = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", spelt_out(value)))
            .collect::<Vec<_>>()
            .join("&");
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", cookie);
        self.send(request.body(Body::from(body)).unwrap()).await
    }
}

#[expect(clippy::format_collect, reason = "short and seldom")]
fn spelt_out(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Triage that tells nobody how far it is.
struct Silent;

impl caifeng_app::Progress for Silent {
    fn begin(&self, _stage: caifeng_app::Stage, _total: usize) {}
    fn advance(&self, _done: usize) {}
}

/// A body with one comment.
fn comment(text: &str) -> Value {
    json!({"comments": [{"text": text}], "consent": CONSENT_VERSION})
}

const SUBMIT: &str = "/api/v1/consultations/known/submissions";

/// The value of a hidden field.
#[track_caller]
fn field(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let at = page
        .find(&start)
        .unwrap_or_else(|| panic!("no `{name}` in {page}"))
        + start.len();
    page[at..].split('"').next().unwrap().to_owned()
}

/// The receipts on a page.
fn receipts(page: &str) -> Vec<String> {
    let links = page.split("/receipt?code=").skip(1);
    links.map(|link| link[..14].to_owned()).collect()
}
