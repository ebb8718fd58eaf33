//! An encoder that remembers: what was encoded once, in whatever run, is not encoded again.

use std::collections::HashMap;

use caifeng_encode::{EncodeError, Encoder, Role, Vectors};
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
}

impl CachedEncoder {
    /// Wraps `inner`; must be called within the runtime.
    pub(crate) fn new(inner: SharedEncoder, store: Store) -> Self {
        Self {
            inner,
            store,
            runtime: Handle::current(),
        }
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
        done: &(dyn Fn(usize) + Sync),
    ) -> Result<Vectors, EncodeError> {
        if self.inner.is_lexical() {
            // Faster than a look-up.
            return self.inner.encode(texts, role, done);
        }
        let name = match role {
            Role::Query => "query",
            Role::Passage => "passage",
        };
        let hashes: Vec<TextHash> = texts.iter().map(|t| text_hash(t)).collect();
        let mut known = self.known(name, &hashes)?;
        done(hashes.iter().filter(|h| known.contains_key(*h)).count());
        let mut missing: Vec<usize> = (0..texts.len())
            .filter(|&i| !known.contains_key(&hashes[i]))
            .collect();
        // Texts of like length together: a batch is padded to its longest.
        missing.sort_by_key(|&i| (texts[i].len(), i));
        missing.dedup_by_key(|i| hashes[*i]);
        for chunk in missing.chunks(CHUNK) {
            let chunk_texts: Vec<&str> = chunk.iter().map(|&i| texts[i]).collect();
            let chunk_hashes: Vec<TextHash> = chunk.iter().map(|&i| hashes[i]).collect();
            let vectors = self.inner.encode(&chunk_texts, role, done)?;
            self.keep(name, &chunk_hashes, &vectors)?;
            known.extend(
                chunk_hashes
                    .into_iter()
                    .zip(vectors.rows().map(<[f32]>::to_vec)),
            );
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
