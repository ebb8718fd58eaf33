//! Triage of a consultation: from the journal to stored results and a fresh index.

use std::{collections::HashMap, sync::Arc};

use caifeng_domain::{Draft, Ledger, PointId, Submission, SubmissionId};
use caifeng_search::SearchIndex;
use caifeng_store::{
    Act, Draft as Version, SaveOutcome, StoredSubmission, TriageRecord, TriageRun,
};
use caifeng_triage::{Batch, Earlier, Outcome, Previous, Progress};

use crate::{App, AppError, cache::CachedEncoder, find};

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
        let (draft_id, draft) = self.draft(&chosen).await?;
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
            let (ids, submissions) = split(stored);
            let run = move || -> Result<_, AppError> {
                let earlier = earlier(&drafts, &draft, &version)?;
                let batch = Batch::new(&draft, &submissions).over_versions(&earlier, &version);
                let outcome = caifeng_triage::run(batch, &cached, &previous, &*progress)?;
                Ok((draft, (ids, submissions), outcome))
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
        let saved = self.store.save_triage(&act, chosen.id, &record).await?;
        let out = Triaged {
            slug: chosen.consultation.slug.clone(),
            submissions: submissions.0.len(),
            units: outcome.analyses.iter().map(|a| a.units.len()).sum(),
            points: outcome.points.len(),
            changed: saved == SaveOutcome::Stored,
            lexical: encoder.is_lexical(),
            ledger: self.store.ledger(chosen.id).await?,
        };
        let dir = self.config.index(&chosen.consultation.slug);
        let cached = CachedEncoder::new(encoder, self.store.clone());
        tokio::task::spawn_blocking(move || {
            if saved == SaveOutcome::Unchanged && SearchIndex::exists(&dir) {
                return Ok(());
            }
            index(
                &dir,
                &chosen.consultation.slug,
                &draft,
                &submissions,
                &outcome,
                &cached,
            )
        })
        .await??;
        Ok(out)
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

fn split(stored: Vec<StoredSubmission>) -> (Vec<SubmissionId>, Vec<Submission>) {
    stored.into_iter().map(|s| (s.id, s.submission)).unzip()
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

/// Writes the search index anew.
fn index(
    dir: &std::path::Path,
    slug: &str,
    draft: &Draft,
    submissions: &(Vec<SubmissionId>, Vec<Submission>),
    outcome: &Outcome,
    encoder: &CachedEncoder,
) -> Result<(), AppError> {
    let index = SearchIndex::create(dir, find::segmenter(draft))?;
    let mut documents = find::articles(draft, slug, encoder)?;
    for (i, (id, submission)) in submissions.0.iter().zip(&submissions.1).enumerate() {
        documents.push(find::document(id.to_string(), slug, submission, outcome, i));
    }
    Ok(index.rebuild(&documents)?)
}
