//! Indexes of consultations, kept open: opening one reads the vectors of all its documents.

use std::sync::Arc;

use caifeng_domain::Draft;
use caifeng_search::SearchIndex;
use tokio::sync::{Mutex, OnceCell};

use crate::{AppError, find, indexing::Place};

/// Documents that all indexes kept open may have together, about a gigabyte; beyond, the one used longest
/// ago is closed.
const DOCUMENTS: usize = 400_000;

/// An open index with the draft that its articles are of.
#[derive(Clone)]
pub(super) struct Opened {
    pub(super) index: Arc<SearchIndex>,
    pub(super) draft: Arc<Draft>,
}

/// The index of a consultation, made of the results of one run. Who comes while it is being opened waits
/// for it, and for no other.
#[derive(Clone)]
struct Kept {
    slug: String,
    run: i64,
    opened: Arc<OnceCell<Opened>>,
}

impl Kept {
    /// Documents in memory.
    fn len(&self) -> usize {
        self.opened.get().map_or(0, |opened| opened.index.len())
    }
}

/// Those that were used last, the latest at the end.
#[derive(Default)]
pub(crate) struct Indexes(Mutex<Vec<Kept>>);

impl Indexes {
    /// The index of a consultation, made of the results of this run.
    pub(super) async fn open(
        &self,
        slug: &str,
        run: i64,
        place: &Place,
        draft: Arc<Draft>,
    ) -> Result<Opened, AppError> {
        let opened = self.put(slug, run, None).await;
        let open = async || {
            let (place, for_words) = (place.clone(), Arc::clone(&draft));
            let open = move || SearchIndex::open(place.dir(), find::segmenter(&for_words));
            let index = Arc::new(tokio::task::spawn_blocking(open).await??);
            Ok(Opened { index, draft })
        };
        opened.get_or_try_init(open).await.cloned()
    }

    /// Keeps the index that was made just now.
    pub(crate) async fn keep(&self, slug: &str, run: i64, index: SearchIndex, draft: Draft) {
        let opened = Opened {
            index: Arc::new(index),
            draft: Arc::new(draft),
        };
        self.put(slug, run, Some(opened)).await;
    }

    /// Makes a consultation's index the one used last: as `opened`, or as it is known of this run.
    async fn put(&self, slug: &str, run: i64, opened: Option<Opened>) -> Arc<OnceCell<Opened>> {
        let mut held = self.0.lock().await;
        let known = held.iter().position(|kept| kept.slug == slug);
        let known = known.map(|at| held.remove(at)).filter(|k| k.run == run);
        let kept = match (known, opened) {
            (Some(known), None) => known,
            (_, opened) => Kept {
                slug: slug.to_owned(),
                run,
                opened: Arc::new(OnceCell::new_with(opened)),
            },
        };
        let opened = Arc::clone(&kept.opened);
        held.push(kept);
        // Counted anew each time: an index may have been opened meanwhile.
        while held.len() > 1 && held.iter().map(Kept::len).sum::<usize>() > DOCUMENTS {
            held.remove(0);
        }
        opened
    }
}
