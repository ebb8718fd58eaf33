//! How somebody wants to see the pages: large (长辈版) or not, in simplified or traditional characters.
//! Kept in a cookie that says nothing else, so that it works without scripts and without an account.

use axum::{
    Form,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State, rejection::FormRejection},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, LOCATION, REFERER,
            SET_COOKIE, VARY,
        },
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::Failed;
use crate::{Site, error::Fault};

const LARGE: &str = "caifeng_large";
const TRADITIONAL: &str = "caifeng_traditional";
/// A year, in seconds.
const KEPT: u32 = 31_536_000;
/// Bytes of a page that is written in other characters: a code of 1,300 articles has one million.
const LONGEST: usize = 8 << 20;

/// What a button of the header asks for: a value of `1` or `0`.
#[derive(Deserialize)]
pub(super) struct Asked {
    large: Option<String>,
    traditional: Option<String>,
}

/// Notes how somebody wants to see the pages, and leads back.
pub(super) async fn choose(
    State(site): State<Site>,
    headers: HeaderMap,
    form: Result<Form<Asked>, FormRejection>,
) -> Result<Response, Failed> {
    let Form(asked) = form?;
    let mut response = StatusCode::SEE_OTHER.into_response();
    let back = back(&headers).unwrap_or_else(|| "/".to_owned());
    let out = response.headers_mut();
    let wrong = |_| Fault::invalid("无法返回原来的页面");
    out.insert(LOCATION, HeaderValue::try_from(back).map_err(wrong)?);
    for (name, value) in [(LARGE, asked.large), (TRADITIONAL, asked.traditional)] {
        let Some(value) = value else { continue };
        let age = if value == "1" { KEPT } else { 0 };
        let secure = if site.limits.is_https() {
            "; Secure"
        } else {
            ""
        };
        let cookie = format!("{name}=1; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
        out.append(SET_COOKIE, HeaderValue::try_from(cookie).map_err(wrong)?);
    }
    Ok(response)
}

/// The page of ours that the button stood on. A page that a form led to is not asked for again.
fn back(headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name)?.to_str().ok();
    let (_, rest) = text(REFERER)?.split_once("://")?;
    let path = rest.strip_prefix(text(HOST)?)?;
    let is_plain = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    is_plain.then(|| path.to_owned())
}

/// What looks otherwise for whoever asked for it.
pub(super) async fn style(headers: HeaderMap) -> Response {
    let head = [
        (CONTENT_TYPE, "text/css; charset=utf-8"),
        (CACHE_CONTROL, "private, no-cache"),
    ];
    let vary = [(VARY, "cookie")];
    let parts = [
        (LARGE, include_str!("../../assets/public/large.css")),
        (
            TRADITIONAL,
            "header .look .to-traditional { display: none; }\nheader .look .to-simplified { display: inline-flex; }\n",
        ),
    ];
    let chosen = parts.into_iter().filter(|(name, _)| has(&headers, name));
    let css: String = chosen.map(|(_, css)| css).collect();
    (head, vary, css).into_response()
}

/// Whether whoever asks wants traditional characters.
pub(super) fn is_traditional(headers: &HeaderMap) -> bool {
    has(headers, TRADITIONAL)
}

fn has(headers: &HeaderMap, name: &str) -> bool {
    let cookies = headers.get_all(COOKIE).iter();
    let mut cookies = cookies.filter_map(|all| all.to_str().ok());
    cookies.any(|all| {
        let mut each = all.split(';').filter_map(|one| one.trim().split_once('='));
        each.any(|(known, value)| known == name && value == "1")
    })
}

/// Writes pages for citizens in traditional characters where that was asked for.
pub(crate) async fn in_their_characters(request: Request, next: Next) -> Response {
    let is_wanted = is_traditional(request.headers()) && is_for_citizens(request.uri().path());
    let response = next.run(request).await;
    let kind = response.headers().get(CONTENT_TYPE);
    let is_page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_wanted || !is_page {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, LONGEST).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    parts.headers.remove(CONTENT_LENGTH);
    let write = move || in_traditional(bytes);
    match tokio::task::spawn_blocking(write).await {
        Ok(body) => Response::from_parts(parts, body),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn is_for_citizens(path: &str) -> bool {
    !path.starts_with("/staff") && !path.starts_with("/api/")
}

fn in_traditional(bytes: Bytes) -> Body {
    match std::str::from_utf8(&bytes) {
        Ok(page) => Body::from(written(page)),
        Err(_) => Body::from(bytes),
    }
}

/// The page in traditional characters, but for what somebody typed: words in `textarea`, and values.
fn written(page: &str) -> String {
    let page = page.replacen("<html lang=\"zh-CN\"", "<html lang=\"zh-Hant\"", 1);
    let mut out = String::with_capacity(page.len());
    let mut rest = page.as_str();
    while !rest.is_empty() {
        let edges = [("<textarea", "</textarea>"), (" value=\"", "\"")];
        let next = edges
            .iter()
            .filter_map(|(open, close)| Some((rest.find(open)?, *open, *close)))
            .min_by_key(|(at, ..)| *at);
        let Some((at, open, close)) = next else {
            out.push_str(&caifeng_app::in_traditional(rest));
            break;
        };
        let after = at + open.len();
        let end = rest[after..].find(close);
        let end = end.map_or(rest.len(), |end| after + end + close.len());
        out.push_str(&caifeng_app::in_traditional(&rest[..at]));
        out.push_str(&rest[at..end]);
        rest = &rest[end..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn what_somebody_typed_stays_as_it_is() {
        let page = "<html lang=\"zh-CN\"><p>意见</p><input name=\"a\" value=\"张发\"><textarea>后来\
                    </textarea><b>后来</b>";
        assert_eq!(
            written(page),
            "<html lang=\"zh-Hant\"><p>意見</p><input name=\"a\" value=\"张发\"><textarea>后来\
             </textarea><b>後來</b>"
        );
    }
}
