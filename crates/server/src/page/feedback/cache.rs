//! Public pages are written once for each release and kept in memory: until another one comes, or until
//! there are too many.

use std::{
    collections::HashMap,
    future::Future,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Mutex, PoisonError},
};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// Bytes of pages kept at a time: some thousand pages. With one more all are forgotten.
const ROOM: usize = 64 << 20;

/// A page as it was written.
#[derive(Clone)]
struct Kept {
    kind: &'static str,
    body: Bytes,
    etag: HeaderValue,
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
        let size = key.len() + page.body.len();
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
        let mut hasher = DefaultHasher::new();
        body.hash(&mut hasher);
        let etag = format!("W/\"{:016x}\"", hasher.finish());
        let page = Kept {
            kind,
            body: body.into(),
            etag: HeaderValue::from_str(&etag).unwrap_or(HeaderValue::from_static("W/\"\"")),
        };
        pages.put(stamp, key, &page);
        page
    };
    let has = headers.get_all(header::IF_NONE_MATCH).iter();
    let is_known = has
        .filter_map(|tags| tags.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .any(|tag| page.etag == tag.trim());
    // Asked for again each time, so that what is taken back is gone at once.
    let head = [
        (header::ETAG, page.etag),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, no-cache"),
        ),
    ];
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, head).into_response());
    }
    let kind = [(header::CONTENT_TYPE, page.kind)];
    Ok((head, kind, page.body).into_response())
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
            etag: axum::http::HeaderValue::from_static("e"),
        };
        for key in 0..10 {
            pages.put(1, key.to_string(), &page);
            assert!(pages.0.lock().unwrap().bytes <= ROOM);
            assert!(pages.get(1, &key.to_string()).is_some());
        }
    }
}
