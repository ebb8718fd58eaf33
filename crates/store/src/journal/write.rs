//! Writing what is new.

use std::collections::{HashMap, HashSet};

use caifeng_domain::{Channel, SubmissionId};

use super::{Foreign, Incoming, Intake, Known, origin::Origin};
use crate::{
    Act, Receipt, SenderId, StoreError, audit,
    db::Write,
    rows::{get, get_id, insert_all, select_all, signed, time_text, to_id, wire},
    vault::Owner,
};

/// A row to be written.
struct Entry<'b> {
    id: SubmissionId,
    origin: &'b Origin,
    receipt: Receipt,
    incoming: Incoming<'b>,
    sender: Option<SenderId>,
    sealed: Option<Vec<u8>>,
}

impl Intake<'_> {
    /// Writes those that are new, and returns how the journal knows them from now on.
    pub(super) async fn write_new(
        &self,
        write: &mut Write<'_>,
        act: &Act<'_>,
        fresh: &[(&Origin, Incoming<'_>)],
    ) -> Result<Vec<(String, Known)>, StoreError> {
        if fresh.is_empty() {
            return Ok(Vec::new());
        }
        let first = write.take_numbers("submission", fresh.len()).await?;
        let receipts = self.receipts(write, fresh).await?;
        let senders = self.senders(write, fresh).await?;
        let mut entries = Vec::with_capacity(fresh.len());
        for (i, ((&(origin, incoming), receipt), sender)) in
            fresh.iter().zip(receipts).zip(senders).enumerate()
        {
            let number = signed(first + i as u64);
            let id = to_id("submission.id", number, SubmissionId::new)?;
            let (vault, random) = (self.store.vault(), self.store.random());
            entries.push(Entry {
                id,
                origin,
                receipt,
                incoming,
                sender,
                sealed: vault.seal(Owner::Sender(id), &incoming.submission.submitter, random)?,
            });
        }
        self.insert(write, &entries).await?;
        let last = first + fresh.len() as u64 - 1;
        let what = format!("S-{first}..S-{last}");
        audit::append_about(write, act, "submission.accept", self.consultation, &what).await?;
        let known = |entry: Entry<'_>| {
            let known = Known {
                id: entry.id,
                receipt: entry.receipt,
                digest: entry.origin.digest.clone(),
            };
            (entry.origin.key.clone(), known)
        };
        Ok(entries.into_iter().map(known).collect())
    }

    async fn insert(&self, write: &mut Write<'_>, entries: &[Entry<'_>]) -> Result<(), StoreError> {
        insert_all(
            write.db(),
            "insert into submission (id, consultation, source, origin, digest, receipt,
                 received_at, external_id, channel, station, submitted_at, article_hint, sender,
                 sender_group, region, text, consent, collector, question)",
            19,
            "",
            entries,
            |query, entry| {
                let submission = entry.incoming.submission;
                query
                    .bind(signed(entry.id.get()))
                    .bind(signed(self.consultation.get()))
                    .bind(&self.source)
                    .bind(&entry.origin.key)
                    .bind(&entry.origin.digest)
                    .bind(entry.receipt.as_str())
                    .bind(time_text(entry.incoming.at))
                    .bind(&submission.external_id)
                    .bind(wire(&Channel::ALL, submission.channel))
                    .bind(&submission.station)
                    .bind(&submission.submitted_at)
                    .bind(submission.article_hint.map(|hint| hint.to_string()))
                    .bind(entry.sender.map(|sender| signed(sender.get())))
                    .bind(&submission.submitter.identity)
                    .bind(&submission.submitter.region)
                    .bind(&submission.text)
                    .bind(entry.incoming.consent)
                    .bind(entry.incoming.collector.map(|id| signed(id.get())))
                    .bind(entry.incoming.question.map(i64::from))
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

    /// Receipts, all different and none of them in use: those that senders hold already, but where
    /// another submission has them, and new ones.
    async fn receipts(
        &self,
        write: &mut Write<'_>,
        fresh: &[(&Origin, Incoming<'_>)],
    ) -> Result<Vec<Receipt>, StoreError> {
        let mut wanted: Vec<_> = fresh.iter().map(|(_, incoming)| incoming.receipt).collect();
        let mut receipts: Vec<Option<Receipt>> = vec![None; fresh.len()];
        let mut taken: HashSet<String> = HashSet::new();
        loop {
            let mut open = Vec::new();
            for (at, receipt) in receipts.iter().enumerate() {
                if receipt.is_none() {
                    let receipt = match wanted[at].take() {
                        Some(held) => held.clone(),
                        None => Receipt::generate(self.store.random())?,
                    };
                    open.push((at, receipt));
                }
            }
            if open.is_empty() {
                return Ok(receipts.into_iter().flatten().collect());
            }
            let used = select_all(
                write.db(),
                "select wanted.key as receipt from wanted
                 where (select id from submission s where s.receipt = wanted.key) is not null",
                0,
                &open,
                |query| query,
                |query, (_, receipt)| query.bind(receipt.as_str()),
                |row| get::<String>(row, "receipt"),
            )
            .await?;
            taken.extend(used);
            for (at, receipt) in open {
                if taken.insert(receipt.to_string()) {
                    receipts[at] = Some(receipt);
                }
            }
        }
    }

    /// The pseudonyms of the senders, new ones where nobody had the key before.
    async fn senders(
        &self,
        write: &mut Write<'_>,
        fresh: &[(&Origin, Incoming<'_>)],
    ) -> Result<Vec<Option<SenderId>>, StoreError> {
        let vault = self.store.vault();
        let keys: Vec<Option<String>> = fresh
            .iter()
            .map(|(_, incoming)| match incoming.foreign {
                None => vault.pseudonym(self.consultation, &incoming.submission.submitter),
                Some(Foreign { series, name }) => {
                    let pseudonym = |name| vault.foreign_pseudonym(self.consultation, series, name);
                    name.map(pseudonym)
                }
            })
            .collect();
        if keys.iter().all(Option::is_none) {
            return Ok(vec![None; keys.len()]);
        }
        let mut distinct: Vec<&String> = keys.iter().flatten().collect();
        distinct.sort_unstable();
        distinct.dedup();
        let consultation = signed(self.consultation.get());
        // Locked before looking, as with submissions.
        write.take_numbers("sender", 0).await?;
        let found = select_all(
            write.db(),
            "select * from (
                 select wanted.key as key, (select id from sender s
                     where s.consultation = $1 and s.key = wanted.key) as id
                 from wanted) found
             where id is not null",
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
        let mut seen = HashSet::new();
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
