//! What is public, in memory: the releases that stand, read once for each edition.
//!
//! **Invariant.** Made of standing releases of public consultations and of nothing else: what is not in
//! them cannot be shown or found.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use caifeng_domain::ConsultationId;
use caifeng_search::ArchiveIndex;
use jiff::Timestamp;
use tokio::sync::{Mutex, OnceCell};

use super::model::{Feedback, ReleasedPoint, Stored};
use crate::{App, AppError};

/// For how long what was read is taken for true. What another process releases shows after this.
const FRESH: Duration = Duration::from_secs(1);
/// Topics named in the archive: the most frequent ones.
const TOPICS: usize = 40;

/// One consultation's standing release.
#[derive(Debug, Clone)]
pub struct Released {
    /// The consultation.
    pub id: ConsultationId,
    /// Its short name.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Number of the release.
    pub number: u64,
    /// When it was made public.
    pub at: Timestamp,
    /// What it says.
    pub feedback: Arc<Feedback>,
}

impl Released {
    /// A point, by its number.
    #[must_use]
    pub fn point(&self, id: &str) -> Option<&ReleasedPoint> {
        self.feedback.points.iter().find(|point| point.id == id)
    }
}

/// Everything that is public.
pub struct Archive {
    /// Another one has another number, in this process.
    pub stamp: u64,
    /// The latest first.
    pub releases: Vec<Released>,
    /// Topics that many points have, the most frequent first.
    pub topics: Vec<String>,
    /// Results that points have: code and name.
    pub results: Vec<(String, String)>,
    /// Release and point of each row of the index.
    pub(super) rows: Vec<(usize, usize)>,
    pub(super) index: OnceCell<Arc<ArchiveIndex>>,
    edition: i64,
    public: Vec<(ConsultationId, String, String)>,
}

impl Archive {
    /// The release of a consultation.
    #[must_use]
    pub fn of(&self, slug: &str) -> Option<&Released> {
        self.releases.iter().find(|released| released.slug == slug)
    }

    /// The point of a row.
    pub(super) fn at(&self, row: usize) -> Option<(&Released, &ReleasedPoint)> {
        let (release, point) = *self.rows.get(row)?;
        let released = self.releases.get(release)?;
        Some((released, released.feedback.points.get(point)?))
    }
}

/// The archive read last, and when it was last known to be the newest.
#[derive(Default)]
pub(crate) struct Shelf(Mutex<(Option<Instant>, Option<Arc<Archive>>)>);

impl Shelf {
    /// Makes the next visitor look.
    pub(super) async fn forget(&self) {
        self.0.lock().await.0 = None;
    }
}

impl App {
    /// What is public now.
    pub async fn archive(&self) -> Result<Arc<Archive>, AppError> {
        let mut held = self.shelf.0.lock().await;
        if let (Some(known), Some(archive)) = &*held
            && known.elapsed() < FRESH
        {
            return Ok(Arc::clone(archive));
        }
        let edition = self.store.release_edition().await?;
        let all = self.consultations().await?;
        let public: Vec<_> = (all.iter().filter(|listed| listed.is_public()))
            .map(|listed| {
                let consultation = &listed.consultation;
                let (slug, title) = (consultation.slug.clone(), consultation.title.clone());
                (listed.id, slug, title)
            })
            .collect();
        let before = held.1.clone();
        let archive = match &before {
            Some(before) if before.edition == edition && before.public == public => {
                Arc::clone(before)
            }
            _ => Arc::new(
                self.read_archive(edition, public, before.as_deref())
                    .await?,
            ),
        };
        *held = (Some(Instant::now()), Some(Arc::clone(&archive)));
        Ok(archive)
    }

    async fn read_archive(
        &self,
        edition: i64,
        public: Vec<(ConsultationId, String, String)>,
        before: Option<&Archive>,
    ) -> Result<Archive, AppError> {
        static STAMP: AtomicU64 = AtomicU64::new(1);
        let mut releases: Vec<Released> = Vec::new();
        for release in self.store.standing_releases().await? {
            let (id, number) = (release.consultation, release.number);
            let Some((_, slug, title)) = public.iter().find(|(known, ..)| *known == id) else {
                continue;
            };
            let known = before.and_then(|before| {
                let mut known = before.releases.iter();
                known.find(|known| (known.id, known.number) == (id, number))
            });
            let feedback = match known {
                Some(known) => Arc::clone(&known.feedback),
                None => match self.store.release_body(id, number).await? {
                    Some(body) => Arc::new(read(body).await?),
                    None => continue,
                },
            };
            releases.push(Released {
                id,
                slug: slug.clone(),
                title: title.clone(),
                number,
                at: release.at,
                feedback,
            });
        }
        let rows = releases.iter().enumerate().flat_map(|(release, released)| {
            (0..released.feedback.points.len()).map(move |point| (release, point))
        });
        let rows = rows.collect();
        let points = || releases.iter().flat_map(|r| &r.feedback.points);
        Ok(Archive {
            stamp: STAMP.fetch_add(1, Ordering::Relaxed),
            topics: topics(points()),
            results: results(points()),
            rows,
            index: OnceCell::new(),
            edition,
            public,
            releases,
        })
    }
}

async fn read(body: String) -> Result<Feedback, AppError> {
    let read = move || serde_json::from_str::<Stored>(&body).map_err(super::unwritable);
    Ok(tokio::task::spawn_blocking(read).await??.feedback)
}

fn topics<'p>(points: impl Iterator<Item = &'p ReleasedPoint>) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for topic in points.flat_map(|point| &point.topics) {
        *counts.entry(topic).or_default() += 1;
    }
    let mut all: Vec<(&str, usize)> = counts.into_iter().collect();
    all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let all = all.into_iter().take(TOPICS);
    all.map(|(topic, _)| topic.to_owned()).collect()
}

fn results<'p>(points: impl Iterator<Item = &'p ReleasedPoint>) -> Vec<(String, String)> {
    let mut all: BTreeMap<&str, &str> = BTreeMap::new();
    for point in points {
        all.insert(&point.result_code, &point.result);
    }
    let all = all.into_iter();
    all.map(|(code, name)| (code.to_owned(), name.to_owned()))
        .collect()
}
