//! The index on disk: opening, changing, and the state that searches look at.

use std::{
    borrow::Borrow,
    collections::HashSet,
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use caifeng_text::segment::Segmenter;
use rayon::prelude::*;
use tantivy::{
    Index, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term,
    directory::MmapDirectory,
    indexer::{LogMergePolicy, MergePolicy, NoMergePolicy},
};

use crate::{
    Document, SearchError,
    schema::{FORMAT, Fields},
    snapshot::Snapshot,
    terms::Analyser,
};

/// Memory that a writer fills before it starts another segment.
const WRITER_BYTES: usize = 64 << 20;

/// Documents looked at together, on all threads.
pub(crate) const AT_ONCE: usize = 1024;

/// A search index over submissions and articles. Shared between threads by reference: searches see
/// the last finished change, changes wait for each other.
pub struct SearchIndex {
    index: Index,
    reader: IndexReader,
    pub(crate) fields: Fields,
    pub(crate) analyser: Analyser,
    snapshot: RwLock<Arc<Snapshot>>,
    changing: Mutex<()>,
}

impl SearchIndex {
    /// A new, empty index in the folder `dir`, which is made where missing. An index that is there
    /// already is removed with everything else in the folder.
    ///
    /// # Errors
    /// [`SearchError::Io`] and [`SearchError::Engine`].
    pub fn create(dir: &Path, segmenter: impl Into<Arc<Segmenter>>) -> Result<Self, SearchError> {
        if dir.join("meta.json").exists() {
            fs::remove_dir_all(dir)?;
        }
        fs::create_dir_all(dir)?;
        Self::start(Index::create_in_dir(dir, Fields::new().0)?, segmenter)
    }

    /// A new, empty index that lives and dies with the process.
    ///
    /// # Errors
    /// [`SearchError::Engine`].
    pub fn in_memory(segmenter: impl Into<Arc<Segmenter>>) -> Result<Self, SearchError> {
        Self::start(Index::create_in_ram(Fields::new().0), segmenter)
    }

    /// Whether the folder `dir` has an index, of whatever version.
    #[must_use]
    pub fn exists(dir: &Path) -> bool {
        MmapDirectory::open(dir).is_ok_and(|dir| Index::exists(&dir).unwrap_or(false))
    }

    /// The index in the folder `dir`.
    ///
    /// # Errors
    /// [`SearchError::Format`] when another version wrote it: [`Self::create`] it anew and fill it
    /// from the store; [`SearchError::Engine`] when there is none.
    pub fn open(dir: &Path, segmenter: impl Into<Arc<Segmenter>>) -> Result<Self, SearchError> {
        let index = Index::open_in_dir(dir)?;
        let found = index.load_metas()?.payload.unwrap_or_default();
        if found != FORMAT {
            return Err(SearchError::Format {
                found,
                expected: FORMAT,
            });
        }
        Self::with(index, segmenter)
    }

    fn start(index: Index, segmenter: impl Into<Arc<Segmenter>>) -> Result<Self, SearchError> {
        let started = Self::with(index, segmenter)?;
        started.change(|_| Ok(()))?;
        Ok(started)
    }

    fn with(index: Index, segmenter: impl Into<Arc<Segmenter>>) -> Result<Self, SearchError> {
        let (_, fields) = Fields::new();
        let reader = index.reader_builder();
        let reader: IndexReader = reader.reload_policy(ReloadPolicy::Manual).try_into()?;
        let snapshot = Snapshot::new(reader.searcher(), None, fields)?;
        Ok(Self {
            index,
            reader,
            fields,
            analyser: Analyser::new(segmenter.into()),
            snapshot: RwLock::new(Arc::new(snapshot)),
            changing: Mutex::new(()),
        })
    }

    /// Adds `documents`, replacing those with the same key, and removes those with a key in `gone`:
    /// all of it or, on an error, nothing.
    ///
    /// # Errors
    /// [`SearchError::Locked`] while another process writes, [`SearchError::Dimension`] for vectors
    /// of another length than those in the index.
    pub fn update(
        &self,
        documents: impl IntoIterator<Item: Borrow<Document>>,
        gone: &[String],
    ) -> Result<(), SearchError> {
        let expected = self.snapshot().dimension();
        self.change(|writer| {
            for key in gone {
                writer.delete_term(Term::from_field_text(self.fields.key, key));
            }
            self.add(writer, documents, expected, |_| true)
        })
    }

    /// Replaces everything by `documents`: all of it or, on an error, nothing.
    ///
    /// # Errors
    /// As [`Self::update`]; vectors must only agree among themselves.
    pub fn rebuild(
        &self,
        documents: impl IntoIterator<Item: Borrow<Document>>,
    ) -> Result<(), SearchError> {
        self.change(|writer| {
            writer.delete_all_documents()?;
            let mut keys = HashSet::new();
            self.add(writer, documents, None, |key| !keys.insert(key.to_owned()))
        })
    }

    /// Adds `documents`, which are looked at on all threads; `may_be_there` says whether there may be an older
    /// one with this key.
    fn add(
        &self,
        writer: &IndexWriter,
        documents: impl IntoIterator<Item: Borrow<Document>>,
        mut expected: Option<usize>,
        mut may_be_there: impl FnMut(&str) -> bool,
    ) -> Result<(), SearchError> {
        let mut documents = documents.into_iter();
        loop {
            let some: Vec<_> = documents.by_ref().take(AT_ONCE).collect();
            if some.is_empty() {
                return Ok(());
            }
            let some: Vec<&Document> = some.iter().map(Borrow::borrow).collect();
            for part in some.iter().flat_map(|document| &document.parts) {
                let found = part.vector.len();
                if found > 0 && found != *expected.get_or_insert(found) {
                    let expected = expected.unwrap_or(found);
                    return Err(SearchError::Dimension { found, expected });
                }
            }
            let encode = |document: &&Document| {
                self.fields
                    .encode(document, &self.analyser.document(document))
            };
            let encoded: Vec<_> = some.par_iter().map(encode).collect::<Result<_, _>>()?;
            for (document, encoded) in some.iter().zip(encoded) {
                if may_be_there(&document.key) {
                    writer.delete_term(Term::from_field_text(self.fields.key, &document.key));
                }
                writer.add_document(encoded)?;
            }
        }
    }

    /// Does `work` as one commit and shows the result to searches.
    fn change(
        &self,
        work: impl FnOnce(&IndexWriter) -> Result<(), SearchError>,
    ) -> Result<(), SearchError> {
        let _turn = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        // One thread and merges only when asked: what lies in which segment, and with it every
        // score, depends on nothing but the documents. Dropping the writer gives the lock back.
        let mut writer: IndexWriter<TantivyDocument> =
            self.index.writer_with_num_threads(1, WRITER_BYTES)?;
        writer.set_merge_policy(Box::new(NoMergePolicy));
        work(&writer)?;
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(FORMAT);
        commit.commit()?;
        let segments = self.index.searchable_segment_metas()?;
        for candidate in LogMergePolicy::default().compute_merge_candidates(&segments) {
            writer.merge(&candidate.0).wait()?;
        }
        writer.wait_merging_threads()?;
        self.refresh()
    }

    /// Shows to searches what another process has written.
    ///
    /// # Errors
    /// [`SearchError::Engine`] and [`SearchError::Record`].
    pub fn refresh(&self) -> Result<(), SearchError> {
        self.reader.reload()?;
        let now = Snapshot::new(self.reader.searcher(), Some(&self.snapshot()), self.fields)?;
        *self
            .snapshot
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(now);
        Ok(())
    }

    /// The state that a search looks at.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        let snapshot = self.snapshot.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&snapshot)
    }

    /// Number of documents.
    #[must_use]
    pub fn len(&self) -> usize {
        self.snapshot().len()
    }

    /// Whether there are no documents.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests;
