//! An encoder that remembers: what was encoded once, in whatever run, is not encoded again.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use caifeng_encode::{EncodeError, Encoder, HalfVectors, Role, Vectors, Watch};
use caifeng_store::{Store, TextHash, text_hash};
use tokio::runtime::Handle;

use crate::SharedEncoder;

/// Texts encoded between two writes: an interruption costs at most these.
const CHUNK: usize = 1_024;

/// An encoder in front of the store's vector cache. Used from blocking threads only.
pub(crate) struct CachedEncoder {
    inner: SharedEncoder,
    store: Store,
    runtime: Handle,
    stopped: Arc<AtomicBool>,
}

/// Stops an encoder when dropped: who waited for it waits no more.
pub(crate) struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What the inner encoder is watched with.
struct Watched<'a> {
    by: &'a dyn Watch,
    stopped: &'a AtomicBool,
}

impl Watch for Watched<'_> {
    fn done(&self, texts: usize) {
        self.by.done(texts);
    }

    fn stops(&self) -> bool {
        self.stopped.load(Ordering::Relaxed) || self.by.stops()
    }
}

impl CachedEncoder {
    /// Wraps `inner`; must be called within the runtime.
    pub(crate) fn new(inner: SharedEncoder, store: Store) -> Self {
        Self {
            inner,
            store,
            runtime: Handle::current(),
            stopped: Arc::default(),
        }
    }

    /// What stops it.
    pub(crate) fn stop(&self) -> Stop {
        Stop(Arc::clone(&self.stopped))
    }

    fn known(
        &self,
        role: &str,
        hashes: &[TextHash],
    ) -> Result<HashMap<TextHash, Vec<f32>>, EncodeError> {
        let found = self
            .runtime
            .block_on(self.store.vectors(self.inner.form(), role, hashes));
        found.map_err(|e| EncodeError::Engine(e.to_string()))
    }

    fn keep(&self, role: &str, hashes: &[TextHash], vectors: &Vectors) -> Result<(), EncodeError> {
        let pairs: Vec<(TextHash, &[f32])> = hashes.iter().copied().zip(vectors.rows()).collect();
        let saved = self
            .runtime
            .block_on(self.store.save_vectors(self.inner.form(), role, &pairs));
        saved.map_err(|e| EncodeError::Engine(e.to_string()))
    }
}

impl Encoder for CachedEncoder {
    fn identity(&self) -> &str {
        self.inner.identity()
    }

    fn dimension(&self) -> usize {
        self.inner.dimension()
    }

    fn is_lexical(&self) -> bool {
        self.inner.is_lexical()
    }

    fn encode(
        &self,
        texts: &[&str],
        role: Role,
        watch: &dyn Watch,
    ) -> Result<Vectors, EncodeError> {
        if self.inner.is_lexical() {
            // Faster than a look-up.
            return self.inner.encode(texts, role, watch);
        }
        let name = match role {
            Role::Query => "query",
            Role::Passage => "passage",
        };
        let hashes: Vec<TextHash> = texts.iter().map(|t| text_hash(t)).collect();
        let mut known = self.known(name, &hashes)?;
        let watch = &Watched {
            by: watch,
            stopped: &self.stopped,
        };
        watch.done(hashes.iter().filter(|h| known.contains_key(*h)).count());
        let mut missing: Vec<usize> = (0..texts.len())
            .filter(|&i| !known.contains_key(&hashes[i]))
            .collect();
        // Equal texts side by side.
        missing.sort_by_key(|&i| (hashes[i], i));
        missing.dedup_by_key(|i| hashes[*i]);
        for chunk in missing.chunks(CHUNK) {
            let chunk_texts: Vec<&str> = chunk.iter().map(|&i| texts[i]).collect();
            let chunk_hashes: Vec<TextHash> = chunk.iter().map(|&i| hashes[i]).collect();
            let vectors = self.inner.encode(&chunk_texts, role, watch)?;
            self.keep(name, &chunk_hashes, &vectors)?;
            // As they will come back from the store, so that a run is the same with and without it.
            let mut kept = HalfVectors::with_capacity(self.dimension(), chunk.len());
            kept.extend(&vectors);
            let rows = (0..chunk.len()).map(|row| kept.row(row));
            known.extend(chunk_hashes.into_iter().zip(rows));
        }
        let mut out = Vectors::new(self.dimension());
        for hash in &hashes {
            match known.get(hash) {
                Some(row) if row.len() == self.dimension() => out.push(row),
                _ => {
                    return Err(EncodeError::Engine(
                        "a cached vector is missing or of another length".to_owned(),
                    ));
                }
            }
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use caifeng_testkit::CountingEncoder;

    use super::*;

    #[tokio::test]
    async fn who_gives_up_stops_the_encoding_and_no_text_is_encoded_twice() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/caifeng.db", folder.path().display());
        let store = Store::open(&url).await.unwrap();
        let counting = Arc::new(CountingEncoder::default());
        let inner: SharedEncoder = counting.clone();
        let run = move |texts: Vec<String>, given_up: bool| {
            let cached = CachedEncoder::new(Arc::clone(&inner), store.clone());
            let stop = cached.stop();
            let kept = (!given_up).then_some(stop);
            tokio::task::spawn_blocking(move || {
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                let encoded = cached.encode(&texts, Role::Query, &());
                drop(kept);
                encoded
            })
        };
        let texts: Vec<String> = (0..3_000).map(|i| format!("第{}盏灯", i % 1_500)).collect();
        let stopped = run(texts.clone(), true).await.unwrap();
        assert_eq!(stopped, Err(EncodeError::Stopped));
        let before = counting.texts();
        assert!(before <= CHUNK, "{before}: no more than was begun");
        let all = run(texts.clone(), false).await.unwrap().unwrap();
        assert_eq!((all.len(), all.row(0)), (3_000, all.row(1_500)));
        let once = counting.texts();
        assert_eq!(once - before, 1_500, "each text once");
        assert_eq!(run(texts, false).await.unwrap(), Ok(all));
        assert_eq!(counting.texts(), once, "all is known");
    }
}
