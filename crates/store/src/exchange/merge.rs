//! Taking in the submissions of a package: in one transaction, or not at all.

use std::collections::{BTreeMap, HashMap, HashSet};

use caifeng_domain::{ConsultationId, Submission, SubmissionId};

use super::{Outcome, Package, before, insert};
use crate::{
    Act, Arrival, DraftId, PlaceRow, Store, StoreError,
    db::Write,
    job,
    journal::{Foreign, Incoming},
    rows::{get, get_id, insert_all, signed, time_text},
};

/// A package of submissions that was found right.
#[derive(Debug, Clone)]
pub struct PackageImport {
    /// What is noted of it.
    pub package: Package,
    /// Places that it speaks of, parents first.
    pub places: Vec<PlaceRow>,
    /// Everything in it.
    pub items: Vec<PackageItem>,
    /// The kind of job that news call for.
    pub follow_up: &'static str,
}

/// One submission of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageItem {
    /// Its words. The number of its source is its reference and a hash of all that is said of it.
    pub submission: Submission,
    /// What its house calls it.
    pub reference: String,
    /// What its house calls its sender.
    pub sender: Option<String>,
    /// The version of the draft that it speaks of.
    pub draft: Option<DraftId>,
    /// The key question that it answers.
    pub question: Option<u32>,
}

/// What taking in a package did, or would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Merged {
    /// Submissions that are new.
    pub new: usize,
    /// Of these, those in the place of an earlier wording.
    pub replaced: usize,
    /// Submissions that came in an earlier package already.
    pub known: usize,
    /// Submissions of an earlier package that count no more: taken back, or in another wording now.
    pub withdrawn: usize,
    /// Submissions that had been left out, and are in it again.
    pub restored: usize,
    /// Places that were not known.
    pub places: usize,
}

/// Submissions written by one statement.
const BATCH: usize = 1_000;

/// What came in packages of a series before: by number, what it is called and whether it is gone.
type Before = BTreeMap<SubmissionId, (String, bool)>;

impl Store {
    /// Takes in a package in one transaction; with `dry_run` says what that would do, and takes it
    /// back. `note` is what is noted of what it did.
    pub async fn merge_package(
        &self,
        act: &Act<'_>,
        import: &PackageImport,
        note: impl FnOnce(&Merged) -> String,
        dry_run: bool,
    ) -> Result<Outcome<Merged>, StoreError> {
        let mut write = self.write().await?;
        match before(&mut write, &import.package).await? {
            None => {}
            Some(Outcome::Older(version)) => return Ok(Outcome::Older(version)),
            Some(_) => return Ok(Outcome::Known),
        }
        let series = &import.package.series;
        let was = come_before(&mut write, series).await?;
        let mut merged = Merged::default();
        if !import.places.is_empty() {
            let places = self.add_places_in(&mut write, act, &import.places);
            merged.places = places.await?.stations;
        }
        let ids = self.take_in(&mut write, act, import, &mut merged).await?;
        replace(&mut write, act, import, &was, &ids, &mut merged).await?;
        let package = Package {
            counts: note(&merged),
            ..import.package.clone()
        };
        insert(&mut write, act, &package).await?;
        if merged.new + merged.withdrawn + merged.restored > 0 {
            let payload = import.package.consultation.to_string();
            job::enqueue_once(&mut write, import.follow_up, &payload, act.at, act.at).await?;
        }
        if !dry_run {
            write.commit().await?;
        }
        Ok(Outcome::Done(merged))
    }

    /// Puts the submissions into the journal. Their numbers, in order.
    async fn take_in(
        &self,
        write: &mut Write<'_>,
        act: &Act<'_>,
        import: &PackageImport,
        merged: &mut Merged,
    ) -> Result<Vec<SubmissionId>, StoreError> {
        let series = &import.package.series;
        let mut intake = self.intake(import.package.consultation, &source(series));
        let mut ids = Vec::with_capacity(import.items.len());
        for items in import.items.chunks(BATCH) {
            let incoming = |item| incoming(act, series, item);
            let batch: Vec<Incoming<'_>> = items.iter().map(incoming).collect();
            let accepted = intake.accept_in(write, act, &batch).await?;
            let mut fresh = Vec::new();
            for (item, accepted) in items.iter().zip(&accepted) {
                match accepted.arrival {
                    Arrival::New => fresh.push((accepted.id, item)),
                    Arrival::Known | Arrival::Changed => merged.known += 1,
                }
            }
            merged.new += fresh.len();
            insert_all(
                write.db(),
                "insert into package_submission (submission, series, reference, draft)",
                4,
                "",
                &fresh,
                |query, (id, item)| {
                    query
                        .bind(signed(id.get()))
                        .bind(series)
                        .bind(&item.reference)
                        .bind(item.draft.map(|draft| signed(draft.get())))
                },
            )
            .await?;
            ids.extend(accepted.into_iter().map(|accepted| accepted.id));
        }
        Ok(ids)
    }

    /// What is called so in packages of a series and counts, with its name there.
    pub async fn references(
        &self,
        series: &str,
    ) -> Result<Vec<(SubmissionId, String)>, StoreError> {
        sqlx::query(
            "select submission, reference from package_submission
             where series = $1 and gone_at is null order by submission",
        )
        .bind(series)
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| {
            let id = get_id(row, "submission", SubmissionId::new)?;
            Ok((id, get(row, "reference")?))
        })
        .collect()
    }

    /// The versions of the draft that submissions of packages speak of, where those say.
    pub async fn package_drafts(
        &self,
        consultation: ConsultationId,
    ) -> Result<HashMap<SubmissionId, DraftId>, StoreError> {
        sqlx::query(
            "select p.submission, p.draft from package_submission p
             join submission s on s.id = p.submission
             where s.consultation = $1 and p.draft is not null",
        )
        .bind(signed(consultation.get()))
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| {
            let id = get_id(row, "submission", SubmissionId::new)?;
            Ok((id, get_id(row, "draft", DraftId::new)?))
        })
        .collect()
    }
}

/// The source of a series in the journal.
fn source(series: &str) -> String {
    format!("package:{series}")
}

fn incoming<'b>(act: &Act<'_>, series: &'b str, item: &'b PackageItem) -> Incoming<'b> {
    Incoming {
        receipt: None,
        submission: &item.submission,
        at: act.at,
        consent: None,
        collector: None,
        question: item.question,
        together: None,
        foreign: Some(Foreign {
            series,
            name: item.sender.as_deref(),
        }),
    }
}

async fn come_before(write: &mut Write<'_>, series: &str) -> Result<Before, StoreError> {
    sqlx::query("select submission, reference, gone_at from package_submission where series = $1")
        .bind(series)
        .fetch_all(write.db())
        .await?
        .iter()
        .map(|row| {
            let is_gone = get::<Option<&str>>(row, "gone_at")?.is_some();
            let id = get_id(row, "submission", SubmissionId::new)?;
            Ok((id, (get(row, "reference")?, is_gone)))
        })
        .collect()
}

/// What a package leaves out counts no more; what it brings again counts again.
async fn replace(
    write: &mut Write<'_>,
    act: &Act<'_>,
    import: &PackageImport,
    was: &Before,
    ids: &[SubmissionId],
    merged: &mut Merged,
) -> Result<(), StoreError> {
    let is: HashSet<SubmissionId> = ids.iter().copied().collect();
    let gone = |(id, (_, is_gone)): &(&SubmissionId, &(String, bool))| !is_gone && !is.contains(id);
    let gone: Vec<(SubmissionId, &str)> = (was.iter().filter(gone))
        .map(|(id, (reference, _))| (*id, reference.as_str()))
        .collect();
    let back: Vec<SubmissionId> = (was.iter())
        .filter(|(id, (_, is_gone))| *is_gone && is.contains(id))
        .map(|(id, _)| *id)
        .collect();
    merged.withdrawn = gone.len();
    merged.restored = back.len();
    let at = time_text(act.at);
    let rows: Vec<i64> = gone.iter().map(|(id, _)| signed(id.get())).collect();
    insert_all(
        write.db(),
        "insert into withdrawal (submission, withdrawn_at)",
        2,
        "on conflict do nothing",
        &rows,
        |query, id| query.bind(*id).bind(&at),
    )
    .await?;
    for &id in &rows {
        sqlx::query("update package_submission set gone_at = $1 where submission = $2")
            .bind(&at)
            .bind(id)
            .execute(write.db())
            .await?;
    }
    for id in &back {
        for sql in [
            "delete from withdrawal where submission = $1",
            "update package_submission set gone_at = null where submission = $1",
        ] {
            let query = sqlx::query(sql).bind(signed(id.get()));
            query.execute(write.db()).await?;
        }
    }
    let earlier: HashMap<&str, SubmissionId> =
        gone.into_iter().map(|(id, name)| (name, id)).collect();
    let new = import.items.iter().zip(ids);
    let successions: Vec<(i64, i64)> = new
        .filter(|(_, id)| !was.contains_key(*id))
        .filter_map(|(item, id)| {
            let before = earlier.get(item.reference.as_str())?;
            Some((signed(id.get()), signed(before.get())))
        })
        .collect();
    merged.replaced = successions.len();
    insert_all(
        write.db(),
        "insert into succession (later, earlier)",
        2,
        "on conflict do nothing",
        &successions,
        |query, (later, earlier)| query.bind(*later).bind(*earlier),
    )
    .await
}
