//! The law library (法律库): what was installed and imported, ready to be looked up.
//!
//! The texts are in the store. Each process keeps the list of laws in memory, and beside the database
//! an index of the words, one folder an edition: a folder is either whole or not there.

mod cited;
mod install;
mod look;
mod related;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use caifeng_domain::{Law, LawArticle, LawKey, Validity};
use caifeng_law::titles::Titles;
use caifeng_search::{LawDocument, LawHit, LibraryIndex};
use caifeng_text::segment::Segmenter;
use tokio::sync::Mutex;

use crate::{App, AppError};

pub use cited::CitedProvision;
pub use install::{LawFacts, LibraryInstalled};
pub use look::{LawFound, LibraryAnswer, LibraryRequest};
pub use related::{Alike, Related};

/// Raised when indexes made before cannot be read.
const FORMAT: u32 = 1;

/// Laws that may be relied upon, if with care.
pub(crate) const LIVING: [Validity; 2] = [Validity::InForce, Validity::Amended];

/// One edition of the library.
pub(crate) struct Library {
    edition: i64,
    /// With the number of their articles, by title, the latest text first.
    laws: Vec<(Law, usize)>,
    titles: Titles,
    /// None where there are no laws.
    index: Option<LibraryIndex>,
}

/// The edition read last.
pub(crate) type Shelf = Mutex<Option<Arc<Library>>>;

impl Library {
    /// The texts of the law that `name` means, those to rely upon first.
    fn meant(&self, name: &str) -> Vec<&Law> {
        let numbers = self.titles.meant(name).into_iter();
        let mut meant: Vec<&Law> = numbers.map(|number| &self.laws[number].0).collect();
        // Stable: among equals the latest stays first.
        meant.sort_by_key(|law| law.validity);
        meant
    }

    pub(crate) fn law(&self, key: &str) -> Option<&Law> {
        let mut laws = self.laws.iter().map(|(law, _)| law);
        laws.find(|law| law.key.as_str() == key)
    }
}

impl App {
    /// The library as it is now.
    pub(crate) async fn library(&self) -> Result<Arc<Library>, AppError> {
        let edition = self.store.library_edition().await?;
        let mut held = self.library.lock().await;
        if let Some(library) = held.as_ref().filter(|held| held.edition == edition) {
            return Ok(Arc::clone(library));
        }
        let laws = self.store.laws().await?;
        let index = if laws.is_empty() {
            None
        } else {
            Some(self.library_index(edition, &laws).await?)
        };
        let library = Arc::new(Library {
            edition,
            titles: Titles::new(laws.iter().map(|(law, _)| &*law.title)),
            laws,
            index,
        });
        *held = Some(Arc::clone(&library));
        Ok(library)
    }

    async fn library_index(
        &self,
        edition: i64,
        laws: &[(Law, usize)],
    ) -> Result<LibraryIndex, AppError> {
        let folder = self.config.data.join("library");
        let dir = folder.join(format!("{FORMAT}-{edition}"));
        if dir.exists() {
            let open = move || Ok(LibraryIndex::open(&dir, Arc::new(Segmenter::new()))?);
            return tokio::task::spawn_blocking(open).await?;
        }
        let mut texts = self.store.all_law_articles().await?;
        let laws: Vec<(Law, Vec<LawArticle>)> = laws
            .iter()
            .map(|(law, _)| (law.clone(), texts.remove(&law.key).unwrap_or_default()))
            .collect();
        tokio::task::spawn_blocking(move || make_index(&folder, &dir, &laws)).await?
    }

    /// All laws by title, the latest text of each first, with the number of their articles.
    pub async fn laws(&self) -> Result<Vec<(Law, usize)>, AppError> {
        Ok(self.library().await?.laws.clone())
    }

    /// A law with all its articles.
    pub async fn law_text(&self, key: &LawKey) -> Result<Option<(Law, Vec<LawArticle>)>, AppError> {
        let library = self.library().await?;
        let Some(law) = library.law(key.as_str()) else {
            return Ok(None);
        };
        Ok(Some((law.clone(), self.store.law_articles(key).await?)))
    }

    /// What was found in the index, with law and article from the store.
    async fn with_texts(
        &self,
        library: &Library,
        hits: Vec<LawHit>,
    ) -> Result<Vec<(LawHit, Law, LawArticle)>, AppError> {
        let mut out = Vec::with_capacity(hits.len());
        for hit in hits {
            let Some(law) = library.law(&hit.law) else {
                continue;
            };
            // Gone only when another edition came meanwhile.
            if let Some(article) = self.store.law_article_at(&law.key, hit.place).await? {
                out.push((hit, law.clone(), article));
            }
        }
        Ok(out)
    }
}

/// Makes an index beside its place and moves it there. What other editions left is removed.
fn make_index(
    folder: &Path,
    dir: &Path,
    laws: &[(Law, Vec<LawArticle>)],
) -> Result<LibraryIndex, AppError> {
    let at = |path: &Path, source| AppError::file(path, source);
    fs::create_dir_all(folder).map_err(|source| at(folder, source))?;
    let before: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(|source| at(folder, source))?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    let work = tempfile::tempdir_in(folder).map_err(|source| at(folder, source))?;
    let documents = laws.iter().flat_map(|(law, articles)| {
        articles.iter().map(|article| LawDocument {
            law: law.key.as_str(),
            place: article.place,
            validity: law.validity,
            title: &law.title,
            heading: article.heading.as_deref(),
            text: &article.text,
        })
    });
    let new = work.path().join("index");
    let segmenter = Arc::new(Segmenter::new());
    drop(LibraryIndex::create(
        &new,
        Arc::clone(&segmenter),
        documents,
    )?);
    match fs::rename(&new, dir) {
        // Another process was faster.
        Err(_) if dir.exists() => {}
        moved => moved.map_err(|source| at(dir, source))?,
    }
    for old in before.iter().filter(|old| *old != dir) {
        if let Err(error) = fs::remove_dir_all(old) {
            tracing::warn!(%error, "an earlier index of the law library stays");
        }
    }
    Ok(LibraryIndex::open(dir, segmenter)?)
}

#[cfg(test)]
mod tests;
