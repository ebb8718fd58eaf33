//! The journal: what arrives is written down once, in the order of arrival, and acknowledged.
//!
//! **Once.** A submission is known by its consultation, the source it came from, and the number
//! that the source gave it. Without such a number it is known by its content and an occurrence
//! number: the second of two identical rows of a file is a submission of its own (two people may
//! say the same, and nothing is lost), while the same file delivered again brings nothing new.

mod origin;
mod write;

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use caifeng_domain::{CollectorId, ConsultationId, Submission, SubmissionId};
use jiff::Timestamp;
use sqlx::any::AnyRow;

pub use self::origin::contains_nul;
use self::origin::{Content, Numbering, Origin};
use crate::{
    Act, Receipt, Store, StoreError,
    db::Write,
    job,
    rows::{get, get_id, select_all, signed},
};

/// What became of one submission of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Its number.
    pub id: SubmissionId,
    /// Its receipt.
    pub receipt: Receipt,
    /// Whether it is new.
    pub arrival: Arrival,
}

/// Whether a submission is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// Not seen before.
    New,
    /// In the journal already.
    Known,
    /// Its source used the same number before, for something else. The journal keeps what came
    /// first; somebody should look.
    Changed,
}

/// One delivery: a pass over one file, or a connection that stays open. Batches go in by
/// [`Intake::accept`].
///
/// A source that gives no numbers and never ends (a web page) must invent them (an idempotency
/// key), or else a second visitor with the same words is taken for the first one.
pub struct Intake<'s> {
    store: &'s Store,
    consultation: ConsultationId,
    source: String,
    numbering: Numbering,
    follow_up: Option<(&'static str, Duration)>,
}

/// A submission on its way into the journal.
#[derive(Clone, Copy)]
pub(crate) struct Incoming<'b> {
    pub(crate) submission: &'b Submission,
    /// When it was received.
    pub(crate) at: Timestamp,
    /// Version of the consent text that the sender saw.
    pub(crate) consent: Option<&'b str>,
    /// Who wrote it down for the sender.
    pub(crate) collector: Option<CollectorId>,
    /// Number of the key question that it answers.
    pub(crate) question: Option<u32>,
    /// The receipt that the sender holds already.
    pub(crate) receipt: Option<&'b Receipt>,
    pub(crate) together: Option<Together>,
    /// Of what came in a package: its series, and what the sender is called there.
    pub(crate) foreign: Option<Foreign<'b>>,
}

/// A sender who is known to another house only.
#[derive(Clone, Copy)]
pub(crate) struct Foreign<'b> {
    pub(crate) series: &'b str,
    /// None: nothing is known by which they could be told.
    pub(crate) name: Option<&'b str>,
}

/// One of several that are all new or all known: what one person hands in at once.
#[derive(Clone, Copy)]
pub(crate) struct Together {
    /// Index in the batch of the first of them.
    pub(crate) first: usize,
    /// How many they are.
    pub(crate) count: usize,
}

/// A submission as the journal knows it.
struct Known {
    id: SubmissionId,
    receipt: Receipt,
    digest: String,
}

impl Store {
    /// Begins a delivery from `source`: a name that is the same when the same things come again,
    /// such as `file` or the platform's name. It is no place for personal data.
    #[must_use]
    pub fn intake(&self, consultation: ConsultationId, source: &str) -> Intake<'_> {
        Intake {
            store: self,
            consultation,
            source: source.to_owned(),
            numbering: Numbering::default(),
            follow_up: None,
        }
    }
}

impl Intake<'_> {
    /// What is new calls for a job of this kind, so long after it, with `C-42` as its payload. It is
    /// asked for in the transaction of each batch: whoever is interrupted between two loses nothing.
    #[must_use]
    pub fn followed_by(mut self, kind: &'static str, after: Duration) -> Self {
        self.follow_up = Some((kind, after));
        self
    }

    /// Writes a batch in one transaction: when this returns, all of it is on disk. One answer a
    /// submission, in order.
    pub async fn accept(
        &mut self,
        act: &Act<'_>,
        batch: &[Submission],
    ) -> Result<Vec<Accepted>, StoreError> {
        let incoming = |submission| Incoming {
            submission,
            at: act.at,
            consent: None,
            collector: None,
            question: None,
            receipt: None,
            together: None,
            foreign: None,
        };
        let batch: Vec<Incoming<'_>> = batch.iter().map(incoming).collect();
        let mut write = self.store.write().await?;
        let accepted = self.accept_in(&mut write, act, &batch).await?;
        let is_new = accepted.iter().any(|one| one.arrival == Arrival::New);
        if let (true, Some((kind, after))) = (is_new, self.follow_up) {
            let payload = self.consultation.to_string();
            job::enqueue_once(&mut write, kind, &payload, act.at, act.at + after).await?;
        }
        write.commit().await?;
        self.numbering.confirm();
        Ok(accepted)
    }

    /// Writes a batch in a transaction of the caller's.
    pub(crate) async fn accept_in(
        &mut self,
        write: &mut Write<'_>,
        act: &Act<'_>,
        batch: &[Incoming<'_>],
    ) -> Result<Vec<Accepted>, StoreError> {
        let origins = self.origins(batch.iter().copied().map(Incoming::content))?;
        // Locks the journal: on PostgreSQL another process could be at the same delivery.
        write.take_numbers("submission", 0).await?;
        let mut known = self.known(write.db(), &origins).await?;
        let mut arrivals = classify(&origins, digests(&known));
        keep_together(batch, &mut arrivals);
        let fresh: Vec<(&Origin, Incoming<'_>)> = origins
            .iter()
            .zip(batch.iter().copied())
            .zip(&arrivals)
            .filter(|(_, arrival)| **arrival == Arrival::New)
            .map(|(pair, _)| pair)
            .collect();
        known.extend(self.write_new(write, act, &fresh).await?);
        Ok(origins
            .iter()
            .zip(batch)
            .zip(arrivals)
            .filter_map(|((origin, incoming), arrival)| {
                // What was not written, as others that came with it had changed, stands for those.
                let first = || known.get(&origins[incoming.together?.first].key);
                let known = known.get(&origin.key).or_else(first)?;
                Some(known.accepted(arrival))
            })
            .collect())
    }

    /// What [`Intake::accept`] would find, without writing anything.
    pub async fn preview(&mut self, batch: &[Submission]) -> Result<Vec<Arrival>, StoreError> {
        let origins = self.origins(batch.iter().map(Content::new))?;
        let mut db = self.store.pool().acquire().await?;
        let known = self.known(&mut db, &origins).await?;
        self.numbering.confirm();
        Ok(classify(&origins, digests(&known)))
    }

    fn origins<'b>(
        &mut self,
        batch: impl IntoIterator<Item = Content<'b>>,
    ) -> Result<Vec<Origin>, StoreError> {
        self.numbering.begin();
        let vault = self.store.vault();
        batch
            .into_iter()
            .enumerate()
            .map(|(row, content)| self.numbering.origin(vault, row, content))
            .collect()
    }

    /// Those of `batch` that came before just as they are now.
    pub(crate) async fn recall(
        &mut self,
        batch: &[Incoming<'_>],
    ) -> Result<Vec<Option<Accepted>>, StoreError> {
        let origins = self.origins(batch.iter().copied().map(Incoming::content))?;
        let mut db = self.store.pool().acquire().await?;
        let known = self.known(&mut db, &origins).await?;
        let same = |origin: &Origin| {
            let known = known.get(&origin.key)?;
            (known.digest == origin.digest).then(|| known.accepted(Arrival::Known))
        };
        Ok(origins.iter().map(same).collect())
    }

    /// Those of `origins` that are in the journal, by their keys.
    async fn known(
        &self,
        db: &mut sqlx::AnyConnection,
        origins: &[Origin],
    ) -> Result<HashMap<String, Known>, StoreError> {
        let read = |row: &AnyRow| {
            let receipt: &str = get(row, "receipt")?;
            Ok((
                get(row, "origin")?,
                Known {
                    id: get_id(row, "id", SubmissionId::new)?,
                    receipt: Receipt::stored(receipt)?,
                    digest: get(row, "digest")?,
                },
            ))
        };
        let found = select_all(
            db,
            "select * from (
                 select wanted.key as origin,
                     (select id from submission s where s.consultation = $1 and s.source = $2
                         and s.origin = wanted.key) as id,
                     (select receipt from submission s where s.consultation = $1
                         and s.source = $2 and s.origin = wanted.key) as receipt,
                     (select digest from submission s where s.consultation = $1
                         and s.source = $2 and s.origin = wanted.key) as digest
                 from wanted) found
             where id is not null",
            2,
            origins,
            |query| {
                query
                    .bind(signed(self.consultation.get()))
                    .bind(&self.source)
            },
            |query, origin| query.bind(&origin.key),
            read,
        )
        .await?;
        Ok(found.into_iter().collect())
    }
}

impl<'b> Incoming<'b> {
    /// What it is known again by.
    fn content(self) -> Content<'b> {
        Content {
            submission: self.submission,
            count: self.together.map(|together| together.count),
            question: self.question,
        }
    }
}

impl Known {
    fn accepted(&self, arrival: Arrival) -> Accepted {
        Accepted {
            id: self.id,
            receipt: self.receipt.clone(),
            arrival,
        }
    }
}

/// Where one of several that belong together has changed, the others bring nothing new.
fn keep_together(batch: &[Incoming<'_>], arrivals: &mut [Arrival]) {
    let first = |incoming: &Incoming<'_>| incoming.together.map(|together| together.first);
    let changed: HashSet<usize> = batch
        .iter()
        .zip(&*arrivals)
        .filter(|(_, arrival)| **arrival == Arrival::Changed)
        .filter_map(|(incoming, _)| first(incoming))
        .collect();
    for (incoming, arrival) in batch.iter().zip(arrivals) {
        let is_torn = first(incoming).is_some_and(|first| changed.contains(&first));
        if is_torn && *arrival == Arrival::New {
            *arrival = Arrival::Changed;
        }
    }
}

/// What each of `origins` is, where `known` are the digests in the journal. Within the batch too,
/// the first one of a number counts.
fn classify<'o>(origins: &'o [Origin], mut known: HashMap<&'o str, &'o str>) -> Vec<Arrival> {
    origins
        .iter()
        .map(|origin| match known.get(&*origin.key) {
            Some(digest) if *digest == origin.digest => Arrival::Known,
            Some(_) => Arrival::Changed,
            None => {
                known.insert(&origin.key, &origin.digest);
                Arrival::New
            }
        })
        .collect()
}

fn digests(known: &HashMap<String, Known>) -> HashMap<&str, &str> {
    known
        .iter()
        .map(|(key, known)| (&**key, &*known.digest))
        .collect()
}

#[cfg(test)]
mod tests;
