//! Indexes of consultations, kept open: opening one reads the vectors of all its documents.

use std::sync::Arc;

use caifeng_domain::Draft;
use caifeng_search::SearchIndex;
use tokio::sync::Mutex;

use crate::{AppError, find, indexing::Place};

/// Indexes kept open at a time; the one used longest ago is closed.
const KEPT: usize = 8;

/// An open index with the draft that its articles are of.
#[derive(Clone)]
pub(super) struct Opened {
    slug: String,
    run: i64,
    pub(super) index: Arc<SearchIndex>,
    pub(super) draft: Arc<Draft>,
}

/// Those that were used last, the latest at the end.
#[derive(Default)]
pub(crate) struct Indexes(Mutex<Vec<Opened>>);

impl Indexes {
    /// The index of a consultation, made of the results of this run.
    pub(super) async fn open(
        &self,
        slug: &str,
        run: i64,
        place: &Place,
        draft: Arc<Draft>,
    ) -> Result<Opened, AppError> {
        let mut held = self.0.lock().await;
        let known = held.iter().position(|opened| opened.slug == slug);
        let known = known.map(|at| held.remove(at));
        let opened = if let Some(opened) = known.filter(|opened| opened.run == run) {
            opened
        } else {
            let (place, for_words) = (place.clone(), Arc::clone(&draft));
            let open = move || SearchIndex::open(place.dir(), find::segmenter(&for_words));
            Opened {
                slug: slug.to_owned(),
                run,
                index: Arc::new(tokio::task::spawn_blocking(open).await??),
                draft,
            }
        };
        if held.len() == KEPT {
            held.remove(0);
        }
        held.push(opened.clone());
        Ok(opened)
    }
}
