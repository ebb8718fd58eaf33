//! Pages that are the same for everybody are written and packed once and kept in memory: those of a
//! release until another one comes, those of drafts for a second, and all until there are too many.

use std::{
    collections::HashMap,
    future::Future,
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
    sync::{LazyLock, Mutex, PoisonError},
    time::Instant,
};

use askama::Template;
use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use flate2::{Compression, write::GzEncoder};

use super::{Failed, look};
use crate::{Site, error::Fault};

/// Bytes of pages kept at a time: some thousand pages. With one more all are forgotten.
const ROOM: usize = 64 << 20;

/// A page as it was written.
#[derive(Clone)]
struct Kept {
    kind: &'static str,
    body: Bytes,
    /// The same by gzip.
    packed: Bytes,
    etag: HeaderValue,
}

impl Kept {
    fn new(kind: &'static str, body: Vec<u8>) -> Self {
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let etag = format!("W/\"{:016x}\"", hasher.finish());
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        // Into memory, which does not fail; else nobody gets it packed.
        let packed = gzip.write_all(&body).and_then(|()| gzip.finish());
        Self {
            kind,
            body: body.into(),
            packed: packed.unwrap_or_default().into(),
            etag: HeaderValue::from_str(&etag).unwrap_or(HeaderValue::from_static("W/\"\"")),
        }
    }

    fn bytes(&self) -> usize {
        self.body.len() + self.packed.len()
    }

    /// As whoever asks can take it.
    fn answer(self, headers: &HeaderMap) -> Response {
        let texts = |name| {
            headers
                .get_all(name)
                .iter()
                .filter_map(|all| all.to_str().ok())
        };
        let mut known = texts(header::IF_NONE_MATCH).flat_map(|tags| tags.split(','));
        let is_known = known.any(|tag| self.etag == tag.trim());
        let mut codings = texts(header::ACCEPT_ENCODING).flat_map(|all| all.split(','));
        let unpacks = codings.any(|one| one.split(';').next().unwrap_or_default().trim() == "gzip");
        // Asked for again each time, so that what is taken back is gone at once.
        let head = [
            (header::CACHE_CONTROL, "public, no-cache"),
            (header::VARY, "accept-encoding, cookie"),
        ];
        let kind = [(header::CONTENT_TYPE, self.kind)];
        // Traditional characters are made of the plain page, further out.
        if look::is_traditional(headers) {
            return (head, kind, self.body).into_response();
        }
        let tag = [(header::ETAG, self.etag)];
        if is_known {
            return (StatusCode::NOT_MODIFIED, head, tag).into_response();
        }
        if unpacks && !self.packed.is_empty() {
            let packed = [(header::CONTENT_ENCODING, "gzip")];
            return (head, kind, tag, packed, self.packed).into_response();
        }
        (head, kind, tag, self.body).into_response()
    }
}

#[derive(Default)]
struct Held {
    /// The archive that the pages are of.
    stamp: u64,
    bytes: usize,
    pages: HashMap<String, Kept>,
}

/// The pages kept.
#[derive(Default)]
pub(crate) struct Pages(Mutex<Held>);

impl Pages {
    fn get(&self, stamp: u64, key: &str) -> Option<Kept> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (held.stamp == stamp).then(|| held.pages.get(key).cloned())?
    }

    fn put(&self, stamp: u64, key: String, page: &Kept) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let size = key.len() + page.bytes();
        // A page of an archive that was read before the one in use is late.
        if held.stamp > stamp || size > ROOM {
            return;
        }
        if held.stamp < stamp || held.bytes + size > ROOM {
            *held = Held {
                stamp,
                ..Held::default()
            };
        }
        held.bytes += size;
        held.pages.insert(key, page.clone());
    }
}

/// The page `key` of the archive `stamp`, written by `write` where it is not kept. Whoever has it is
/// told so.
pub(crate) async fn cached<E>(
    pages: &Pages,
    headers: &HeaderMap,
    stamp: u64,
    key: String,
    write: impl Future<Output = Result<(&'static str, Vec<u8>), E>>,
) -> Result<Response, E> {
    let page = if let Some(page) = pages.get(stamp, &key) {
        page
    } else {
        let (kind, body) = write.await?;
        let page = Kept::new(kind, body);
        pages.put(stamp, key, &page);
        page
    };
    Ok(page.answer(headers))
}

/// A page about drafts as they are now: `make` is asked once a second at most.
pub(super) async fn current<T: Template>(
    site: &Site,
    headers: &HeaderMap,
    key: String,
    make: impl AsyncFnOnce() -> Result<T, Failed>,
) -> Result<Response, Failed> {
    static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let second = BEGAN.elapsed().as_secs();
    let write = async { written(&make().await?) };
    cached(&site.drafts, headers, second, key, write).await
}

/// A page to be kept.
pub(super) fn written(page: &impl Template) -> Result<(&'static str, Vec<u8>), Failed> {
    let html = page.render().map_err(|error| {
        tracing::error!(%error, "a page could not be written");
        Fault::unwritten()
    })?;
    Ok(("text/html; charset=utf-8", html.into_bytes()))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::http::{HeaderMap, StatusCode};

    use super::{Pages, ROOM, cached};

    #[tokio::test]
    async fn a_page_is_written_once_for_each_archive_and_sent_once_to_who_keeps_it() {
        let pages = Pages::default();
        let ask = async |stamp, body: &str, headers: &HeaderMap| {
            let body = body.as_bytes().to_vec();
            let write = async { Ok::<_, Infallible>(("text/plain", body)) };
            let Ok(answer) = cached(&pages, headers, stamp, "k".into(), write).await;
            let (status, tag) = (answer.status(), answer.headers()["etag"].clone());
            let body = axum::body::to_bytes(answer.into_body(), 99).await.unwrap();
            (status, tag, String::from_utf8(body.to_vec()).unwrap())
        };
        let mut headers = HeaderMap::new();
        let (_, tag, first) = ask(1, "one", &headers).await;
        assert_eq!(first, "one");
        assert_eq!(ask(1, "two", &headers).await.2, "one", "kept");
        headers.insert("if-none-match", tag);
        let (status, _, nothing) = ask(1, "two", &headers).await;
        assert_eq!((status, &*nothing), (StatusCode::NOT_MODIFIED, ""));
        assert_eq!(ask(2, "two", &headers).await.2, "two", "another release");
        assert_eq!(ask(1, "late", &headers).await.2, "late");
        assert_eq!(ask(2, "three", &headers).await.2, "two", "not put back");
    }

    #[test]
    fn pages_are_forgotten_before_they_fill_the_memory() {
        let pages = Pages::default();
        let page = super::Kept {
            kind: "text/plain",
            body: vec![0; ROOM / 3].into(),
            packed: axum::body::Bytes::new(),
            etag: axum::http::HeaderValue::from_static("e"),
        };
        for key in 0..10 {
            pages.put(1, key.to_string(), &page);
            assert!(pages.0.lock().unwrap().bytes <= ROOM);
            assert!(pages.get(1, &key.to_string()).is_some());
        }
    }
}
