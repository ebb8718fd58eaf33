//! Triage of a consultation: from the journal to stored results and a fresh index.

use std::{collections::HashMap, sync::Arc};

use caifeng_domain::{Draft, Ledger, PointId, Submission, SubmissionId};
use caifeng_search::Document;
use caifeng_store::{
    Act, Draft as Version, ReservedRun, SaveOutcome, StoredSubmission, TriageRecord, TriageRun,
};
use caifeng_triage::{Batch, Earlier, Outcome, Previous, Progress};

use crate::{App, AppError, Chosen, cache::CachedEncoder, catalogue::today, find};

/// How often a triage begins anew when others overtake it.
const TURNS: usize = 3;

/// What a triage did.
#[derive(Debug, Clone)]
pub struct Triaged {
    /// The consultation's short name.
    pub slug: String,
    /// Submissions read.
    pub submissions: usize,
    /// Units found.
    pub units: usize,
    /// Points formed.
    pub points: usize,
    /// Whether the results differ from those of the run before.
    pub changed: bool,
    /// Whether meaning was compared without a model.
    pub lexical: bool,
    /// Where everything is now.
    pub ledger: Ledger,
}

impl App {
    /// Triages everything in the journal of a consultation and stores the results. Nothing new in
    /// the journal: nothing changes.
    pub async fn triage(
        &self,
        slug: Option<&str>,
        progress: Arc<dyn Progress + Send + Sync>,
    ) -> Result<Triaged, AppError> {
        let chosen = self.choose(slug).await?;
        for _ in 0..TURNS {
            // Reserved before anything is read: what is in force later has read later.
            let run = self.store.reserve_run(chosen.id).await?;
            let done = self.triage_as(&chosen, run, Arc::clone(&progress)).await?;
            if let Some(done) = done {
                return Ok(done);
            }
        }
        Err(AppError::Overtaken(chosen.consultation.slug))
    }

    /// One run. None where another one was put in force meanwhile.
    async fn triage_as(
        &self,
        chosen: &Chosen,
        reserved: ReservedRun,
        progress: Arc<dyn Progress + Send + Sync>,
    ) -> Result<Option<Triaged>, AppError> {
        let (draft_id, draft) = self.draft(chosen).await?;
        let started_at = jiff::Timestamp::now();
        let stored = self.store.submissions_for_triage(chosen.id).await?;
        let mut drafts = self.store.drafts(chosen.id).await?;
        drafts.retain(|d| d.id <= draft_id);
        let version = versions(&drafts, &stored);
        let before = self.store.load_triage(chosen.id).await?;
        let next = self.store.next_point(chosen.id).await?;
        let previous = previous(before.as_ref(), &stored, next);
        let encoder = self.encoder().await?;
        let cached = CachedEncoder::new(Arc::clone(&encoder), self.store.clone());
        let (draft, submissions, outcome) = {
            let (ids, days, submissions) = split(stored);
            let run = move || -> Result<_, AppError> {
                let earlier = earlier(&drafts, &draft, &version)?;
                let batch = Batch::new(&draft, &submissions).over_versions(&earlier, &version);
                let outcome = caifeng_triage::run(batch, &cached, &previous, &*progress)?;
                Ok((draft, (ids, days, submissions), outcome))
            };
            tokio::task::spawn_blocking(run).await??
        };
        let record = TriageRecord {
            run: TriageRun {
                draft: Some(draft_id),
                started_at,
                finished_at: jiff::Timestamp::now(),
                program: env!("CARGO_PKG_VERSION").to_owned(),
                encoder: encoder.identity().to_owned(),
            },
            analyses: submissions
                .0
                .iter()
                .copied()
                .zip(outcome.analyses.iter().cloned())
                .collect(),
            points: outcome.points.clone(),
        };
        let act = Act {
            actor: "cli",
            at: jiff::Timestamp::now(),
        };
        let saved = self
            .store
            .save_triage(&act, chosen.id, reserved, &record)
            .await?;
        if saved == SaveOutcome::Overtaken {
            return Ok(None);
        }
        let out = Triaged {
            slug: chosen.consultation.slug.clone(),
            submissions: submissions.0.len(),
            units: outcome.analyses.iter().map(|a| a.units.len()).sum(),
            points: outcome.points.len(),
            changed: saved == SaveOutcome::Stored,
            lexical: encoder.is_lexical(),
            ledger: self.store.ledger(chosen.id).await?,
        };
        let of = match saved {
            SaveOutcome::Stored => Some(reserved.number()),
            SaveOutcome::Unchanged | SaveOutcome::Overtaken => reserved.base(),
        };
        let Some(of) = of else { return Ok(None) };
        let place = self.index_of(&chosen.consultation.slug);
        let slug = chosen.consultation.slug.clone();
        let cached = CachedEncoder::new(encoder, self.store.clone());
        tokio::task::spawn_blocking(move || {
            if place.is_of(of) {
                return Ok(());
            }
            place.write(of, || {
                documents(&slug, &draft, &submissions, &outcome, &cached)
                    .map(|documents| (find::segmenter(&draft), documents))
            })
        })
        .await??;
        Ok(Some(out))
    }
}

/// For each submission how many versions had been replaced when it arrived: its sender spoke of the
/// next.
fn versions(drafts: &[Version], stored: &[StoredSubmission]) -> Vec<usize> {
    let replaced = |at| {
        drafts
            .iter()
            .skip(1)
            .filter(|d| d.imported_at <= at)
            .count()
    };
    stored.iter().map(|s| replaced(s.received_at)).collect()
}

/// The versions before the one in force; none where nobody speaks of them.
fn earlier(drafts: &[Version], draft: &Draft, version: &[usize]) -> Result<Vec<Earlier>, AppError> {
    let replaced = drafts.len().saturating_sub(1);
    if version.iter().all(|&v| v == replaced) {
        return Ok(Vec::new());
    }
    (drafts.iter().take(replaced))
        .map(|d| {
            Ok(Earlier::new(
                caifeng_law::draft::parse(&d.record.text)?,
                draft,
            ))
        })
        .collect()
}

/// Numbers, days of arrival and words, in the same order.
type Stored = (Vec<SubmissionId>, Vec<Option<String>>, Vec<Submission>);

fn split(stored: Vec<StoredSubmission>) -> Stored {
    let (mut ids, mut days, mut submissions) = (Vec::new(), Vec::new(), Vec::new());
    for one in stored {
        ids.push(one.id);
        days.push(find::day(&one.submission).or_else(|| Some(today(one.received_at))));
        submissions.push(one.submission);
    }
    (ids, days, submissions)
}

/// Which point each unit was in, by the submission's place in the new batch.
fn previous(
    before: Option<&TriageRecord>,
    stored: &[StoredSubmission],
    next: Option<PointId>,
) -> Previous {
    let (Some(before), Some(next)) = (before, next) else {
        return Previous::default();
    };
    let place: HashMap<SubmissionId, usize> =
        stored.iter().enumerate().map(|(i, s)| (s.id, i)).collect();
    let units = before.analyses.iter().flat_map(|(id, analysis)| {
        let at = place.get(id).copied();
        analysis
            .units
            .iter()
            .filter_map(move |unit| Some((at?, unit.span.start, unit.point)))
    });
    Previous::new(units, next)
}

/// Everything that is searched.
fn documents(
    slug: &str,
    draft: &Draft,
    (ids, days, submissions): &Stored,
    outcome: &Outcome,
    encoder: &CachedEncoder,
) -> Result<Vec<Document>, AppError> {
    let mut documents = find::articles(draft, slug, encoder)?;
    for (i, (id, submission)) in ids.iter().zip(submissions).enumerate() {
        let key = id.to_string();
        let document = find::document(key, slug, submission, outcome, i);
        documents.push(Document {
            date: days[i].clone(),
            ..document
        });
    }
    documents.extend(find::points(slug, submissions, outcome));
    Ok(documents)
}
