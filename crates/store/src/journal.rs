//! The journal: what arrives is written down once, in the order of arrival, and acknowledged.
//!
//! **Once.** A submission is known by its consultation, the source it came from, and the number
//! that the source gave it. Without such a number it is known by its content and an occurrence
//! number: the second of two identical rows of a file is a submission of its own (two people may
//! say the same, and nothing is lost), while the same file delivered again brings nothing new.

mod origin;

use std::collections::HashMap;

use caifeng_domain::{ConsultationId, Submission, SubmissionId};
use sqlx::any::AnyRow;

use self::origin::{Numbering, Origin};
use crate::{
    Act, Receipt, SenderId, Store, StoreError, audit,
    db::Write,
    rows::{get, get_id, insert_all, select_all, signed, time_text, to_id, wire},
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
}

/// A submission as the journal knows it.
struct Known {
    id: SubmissionId,
    receipt: Receipt,
    digest: String,
}

/// A row to be written.
struct Entry<'b> {
    id: SubmissionId,
    origin: &'b Origin,
    receipt: Receipt,
    submission: &'b Submission,
    sender: Option<SenderId>,
    sealed: Option<Vec<u8>>,
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
        }
    }
}

impl Intake<'_> {
    /// Writes a batch in one transaction: when this returns, all of it is on disk. One answer a
    /// submission, in order.
    pub async fn accept(
        &mut self,
        act: &Act<'_>,
        batch: &[Submission],
    ) -> Result<Vec<Accepted>, StoreError> {
        let (origins, numbering) = self.origins(batch)?;
        let mut write = self.store.write().await?;
        // Locks the journal: on PostgreSQL another process could be at the same delivery.
        write.take_numbers("submission", 0).await?;
        let mut known = self.known(write.db(), &origins).await?;
        let mut fresh: Vec<(&Origin, &Submission)> = Vec::new();
        let mut arrivals = Vec::with_capacity(batch.len());
        let mut pending: HashMap<&str, &str> = HashMap::new();
        for (origin, submission) in origins.iter().zip(batch) {
            let seen = known.get(origin.key.as_str()).map(|known| &*known.digest);
            let arrival = match seen.or_else(|| pending.get(&*origin.key).copied()) {
                Some(digest) if digest == origin.digest => Arrival::Known,
                Some(_) => Arrival::Changed,
                None => Arrival::New,
            };
            if arrival == Arrival::New {
                pending.insert(&origin.key, &origin.digest);
                fresh.push((origin, submission));
            }
            arrivals.push(arrival);
        }
        for entry in self.write_new(&mut write, act, &fresh).await? {
            let Entry {
                id,
                origin,
                receipt,
                ..
            } = entry;
            let digest = origin.digest.clone();
            known.insert(
                origin.key.clone(),
                Known {
                    id,
                    receipt,
                    digest,
                },
            );
        }
        write.commit().await?;
        self.numbering = numbering;
        Ok(origins
            .iter()
            .zip(arrivals)
            .filter_map(|(origin, arrival)| {
                let known = known.get(&origin.key)?;
                Some(Accepted {
                    id: known.id,
                    receipt: known.receipt.clone(),
                    arrival,
                })
            })
            .collect())
    }

    /// What [`Intake::accept`] would find, without writing anything.
    pub async fn preview(&mut self, batch: &[Submission]) -> Result<Vec<Arrival>, StoreError> {
        let (origins, numbering) = self.origins(batch)?;
        let mut db = self.store.pool().acquire().await?;
        let known = self.known(&mut db, &origins).await?;
        let mut seen: HashMap<&str, &str> = known
            .iter()
            .map(|(key, known)| (&**key, &*known.digest))
            .collect();
        let arrivals = origins
            .iter()
            .map(|origin| match seen.insert(&origin.key, &origin.digest) {
                None => Arrival::New,
                Some(digest) if digest == origin.digest => Arrival::Known,
                Some(digest) => {
                    seen.insert(&origin.key, digest);
                    Arrival::Changed
                }
            })
            .collect();
        self.numbering = numbering;
        Ok(arrivals)
    }

    fn origins(&self, batch: &[Submission]) -> Result<(Vec<Origin>, Numbering), StoreError> {
        let mut numbering = self.numbering.clone();
        let origins = batch
            .iter()
            .enumerate()
            .map(|(row, submission)| numbering.origin(self.store.vault(), row, submission))
            .collect::<Result<_, _>>()?;
        Ok((origins, numbering))
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
            "select origin, id, receipt, digest from submission
             where consultation = $1 and source = $2 and origin in",
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

    async fn write_new<'b>(
        &self,
        write: &mut Write<'_>,
        act: &Act<'_>,
        fresh: &[(&'b Origin, &'b Submission)],
    ) -> Result<Vec<Entry<'b>>, StoreError> {
        if fresh.is_empty() {
            return Ok(Vec::new());
        }
        let first = write.take_numbers("submission", fresh.len()).await?;
        let receipts = self.receipts(write, fresh.len()).await?;
        let senders = self.senders(write, fresh).await?;
        let mut entries = Vec::with_capacity(fresh.len());
        for (i, ((&(origin, submission), receipt), sender)) in
            fresh.iter().zip(receipts).zip(senders).enumerate()
        {
            let number = signed(first + i as u64);
            let id = to_id("submission.id", number, SubmissionId::new)?;
            let (vault, random) = (self.store.vault(), self.store.random());
            entries.push(Entry {
                id,
                origin,
                receipt,
                submission,
                sender,
                sealed: vault.seal(id, &submission.submitter, random)?,
            });
        }
        self.insert(write, act, &entries).await?;
        let last = first + fresh.len() as u64 - 1;
        let what = format!("S-{first}..S-{last}");
        audit::append_about(write, act, "submission.accept", self.consultation, &what).await?;
        Ok(entries)
    }

    async fn insert(
        &self,
        write: &mut Write<'_>,
        act: &Act<'_>,
        entries: &[Entry<'_>],
    ) -> Result<(), StoreError> {
        let received_at = time_text(act.at);
        insert_all(
            write.db(),
            "insert into submission (id, consultation, source, origin, digest, receipt,
                 received_at, external_id, channel, station, submitted_at, article_hint, sender,
                 sender_group, region, text)",
            16,
            "",
            entries,
            |query, entry| {
                let submission = entry.submission;
                query
                    .bind(signed(entry.id.get()))
                    .bind(signed(self.consultation.get()))
                    .bind(&self.source)
                    .bind(&entry.origin.key)
                    .bind(&entry.origin.digest)
                    .bind(entry.receipt.as_str())
                    .bind(received_at.clone())
                    .bind(&submission.external_id)
                    .bind(wire(&caifeng_domain::Channel::ALL, submission.channel))
                    .bind(&submission.station)
                    .bind(&submission.submitted_at)
                    .bind(submission.article_hint.map(|hint| hint.to_string()))
                    .bind(entry.sender.map(|sender| signed(sender.get())))
                    .bind(&submission.submitter.identity)
                    .bind(&submission.submitter.region)
                    .bind(&submission.text)
            },
        )
        .await?;
        let sealed: Vec<_> = entries
            .iter()
            .filter_map(|entry| Some((signed(entry.id.get()), entry.sealed.as_deref()?)))
            .collect();
        insert_all(
            write.db(),
            "insert into identity (submission, sealed)",
            2,
            "",
            &sealed,
            |query, (id, sealed)| query.bind(id).bind(*sealed),
        )
        .await
    }

    /// New receipts, all different and none of them in use.
    async fn receipts(
        &self,
        write: &mut Write<'_>,
        count: usize,
    ) -> Result<Vec<Receipt>, StoreError> {
        let mut receipts: Vec<Receipt> = Vec::with_capacity(count);
        while receipts.len() < count {
            let wanted = (receipts.len()..count).map(|_| Receipt::generate(self.store.random()));
            let mut drawn = wanted.collect::<Result<Vec<_>, _>>()?;
            let used = select_all(
                write.db(),
                "select receipt from submission where receipt in",
                0,
                &drawn,
                |query| query,
                |query, receipt| query.bind(receipt.as_str()),
                |row| get::<String>(row, "receipt"),
            )
            .await?;
            let mut taken: std::collections::HashSet<String> = used.into_iter().collect();
            taken.extend(receipts.iter().map(Receipt::to_string));
            drawn.retain(|receipt| taken.insert(receipt.to_string()));
            receipts.append(&mut drawn);
        }
        Ok(receipts)
    }

    /// The pseudonyms of the senders, new ones where nobody had the key before.
    async fn senders(
        &self,
        write: &mut Write<'_>,
        fresh: &[(&Origin, &Submission)],
    ) -> Result<Vec<Option<SenderId>>, StoreError> {
        let vault = self.store.vault();
        let keys: Vec<Option<String>> = fresh
            .iter()
            .map(|(_, submission)| vault.pseudonym(self.consultation, &submission.submitter))
            .collect();
        let mut distinct: Vec<&String> = keys.iter().flatten().collect();
        distinct.sort_unstable();
        distinct.dedup();
        let consultation = signed(self.consultation.get());
        // Locked before looking, as with submissions.
        write.take_numbers("sender", 0).await?;
        let found = select_all(
            write.db(),
            "select key, id from sender where consultation = $1 and key in",
            1,
            &distinct,
            |query| query.bind(consultation),
            |query, key| query.bind(*key),
            |row| {
                Ok((
                    get::<String>(row, "key")?,
                    get_id(row, "id", SenderId::new)?,
                ))
            },
        )
        .await?;
        let mut ids: HashMap<String, SenderId> = found.into_iter().collect();
        let unknown = |key: &&String| !ids.contains_key(key.as_str());
        // In the order of arrival, so that numbers do not depend on hashes.
        let mut seen = std::collections::HashSet::new();
        let new: Vec<&String> = keys
            .iter()
            .flatten()
            .filter(unknown)
            .filter(|key| seen.insert(*key))
            .collect();
        let first = write.take_numbers("sender", new.len()).await?;
        let rows: Vec<(i64, &String)> = (signed(first)..).zip(new).collect();
        insert_all(
            write.db(),
            "insert into sender (id, consultation, key)",
            3,
            "",
            &rows,
            |query, (id, key)| query.bind(id).bind(consultation).bind(*key),
        )
        .await?;
        for (id, key) in rows {
            ids.insert(key.clone(), to_id("sender.id", id, SenderId::new)?);
        }
        Ok(keys
            .iter()
            .map(|key| ids.get(key.as_ref()?).copied())
            .collect())
    }
}

#[cfg(test)]
mod tests;
