//! Pages that are the same for everybody, kept as they were sent: rendered and packed once a second at
//! most, however many ask.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hasher},
    io::Write,
    sync::Mutex,
    time::{Duration, Instant},
};

use askama::Template;
use axum::{
    body::Bytes,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
            VARY,
        },
    },
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};

use super::{Failed, look};

/// For how long a page is taken to be as it was.
const FRESH: Duration = Duration::from_secs(1);
/// Pages kept at a time: more than there are consultations open at once.
const KEPT: usize = 256;

/// The pages of this process.
#[derive(Default)]
pub(crate) struct Pages(Mutex<HashMap<String, (Instant, Page)>>);

/// A page as it is sent.
#[derive(Clone)]
struct Page {
    plain: Bytes,
    packed: Bytes,
    tag: HeaderValue,
}

impl Pages {
    /// The page of this name, made by `make` when it was not made within the last second.
    pub(super) async fn answer<T: Template>(
        &self,
        headers: &HeaderMap,
        name: &str,
        make: impl AsyncFnOnce() -> Result<T, Failed>,
    ) -> Result<Response, Failed> {
        if let Some(page) = self.known(name) {
            return Ok(page.answer(headers));
        }
        let Some(page) = Page::new(&make().await?) else {
            return Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response());
        };
        let mut pages = self.lock();
        if pages.len() >= KEPT {
            pages.retain(|_, (made, _)| made.elapsed() < FRESH);
        }
        if pages.len() < KEPT {
            pages.insert(name.to_owned(), (Instant::now(), page.clone()));
        }
        drop(pages);
        Ok(page.answer(headers))
    }

    fn known(&self, name: &str) -> Option<Page> {
        let pages = self.lock();
        let (made, page) = pages.get(name)?;
        (made.elapsed() < FRESH).then(|| page.clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, (Instant, Page)>> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Page {
    /// None, with a line in the log, where the template fails.
    fn new(page: &impl Template) -> Option<Self> {
        let written = page.render().inspect_err(|error| {
            tracing::error!(%error, "a page could not be written");
        });
        let html = written.ok()?;
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        // Into memory: neither fails.
        encoder.write_all(html.as_bytes()).ok()?;
        let packed = encoder.finish().ok()?;
        let mut hash = DefaultHasher::new();
        hash.write(html.as_bytes());
        let tag = format!("W/\"{:016x}{:08x}\"", hash.finish(), html.len());
        Some(Self {
            plain: html.into(),
            packed: packed.into(),
            tag: HeaderValue::try_from(tag).ok()?,
        })
    }

    fn answer(self, headers: &HeaderMap) -> Response {
        // Who reads traditional characters gets them made of the plain page, further out.
        let is_traditional = look::is_traditional(headers);
        let named = |name| {
            headers
                .get(name)
                .and_then(|value: &HeaderValue| value.to_str().ok())
        };
        let knows = named(IF_NONE_MATCH).is_some_and(|tags| {
            let tag = self.tag.to_str().unwrap_or_default();
            tags.split(',').any(|known| known.trim() == tag)
        });
        let head = [
            (VARY, HeaderValue::from_static("accept-encoding, cookie")),
            (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        ];
        if is_traditional {
            let kind = [(CONTENT_TYPE, "text/html; charset=utf-8")];
            return (head, kind, self.plain).into_response();
        }
        if knows {
            return (StatusCode::NOT_MODIFIED, head, [(ETAG, self.tag)]).into_response();
        }
        let kind = [
            (
                CONTENT_TYPE,
                HeaderValue::from_static("text/html; charset=utf-8"),
            ),
            (ETAG, self.tag),
        ];
        let unpacks = named(ACCEPT_ENCODING).is_some_and(|all| {
            all.split(',')
                .any(|one| one.split(';').next().unwrap_or_default().trim() == "gzip")
        });
        if unpacks {
            let packed = [(CONTENT_ENCODING, "gzip")];
            return (head, kind, packed, self.packed).into_response();
        }
        (head, kind, self.plain).into_response()
    }
}
