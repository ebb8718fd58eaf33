//! Triage of a consultation: from the journal to stored results and a fresh index.

use std::{collections::HashMap, sync::Arc};

use caifeng_domain::{ArticleNo, Draft, Event, Ledger, PointId, Submission, SubmissionId};
use caifeng_search::Document;
use caifeng_store::{
    Act, Draft as Version, DraftId, ReservedRun, SaveOutcome, StoredSubmission, TriageRecord,
    TriageRun,
};
use caifeng_triage::{Batch, Earlier, Outcome, Previous, Progress};

use crate::{
    App, AppError, Chosen, cache::CachedEncoder, catalogue::today, decisions::Heard, find,
};

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
        let spoken = self.store.package_drafts(chosen.id).await?;
        let version = versions(&drafts, &stored, &spoken);
        let before = self.store.load_triage(chosen.id).await?;
        let events = self.store.decisions(chosen.id, 0).await?;
        let place: HashMap<SubmissionId, usize> = (stored.iter().enumerate())
            .map(|(i, s)| (s.id, i))
            .collect();
        let previous = previous(before.as_ref(), &place, reserved.next_point());
        let encoder = self.encoder().await?;
        let cached = CachedEncoder::new(Arc::clone(&encoder), self.store.clone());
        // Whoever gives this up stops the encoding: what is encoded is kept, and the next triage goes on.
        let _stop = cached.stop();
        let matter = Matter {
            draft,
            drafts,
            version,
            before,
            place,
            previous,
        };
        let submissions = split(stored);
        let run = move || matter.triaged(events, submissions, &cached, &*progress);
        let Found {
            draft,
            submissions,
            mut outcome,
            decisions,
            learned,
        } = tokio::task::spawn_blocking(run).await??;
        let record = TriageRecord {
            run: TriageRun {
                draft: Some(draft_id),
                started_at,
                finished_at: jiff::Timestamp::now(),
                program: env!("CARGO_PKG_VERSION").to_owned(),
                encoder: encoder.identity().to_owned(),
                decisions,
                learned,
            },
            analyses: submissions
                .0
                .iter()
                .copied()
                .zip(std::mem::take(&mut outcome.analyses))
                .collect(),
            points: std::mem::take(&mut outcome.points),
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
        let analyses = record.analyses.into_iter();
        outcome.analyses = analyses.map(|(_, analysis)| analysis).collect();
        outcome.points = record.points;
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
        let place = self.index_of(&out.slug);
        if !place.is_of(of) {
            let slug = out.slug.clone();
            let cached = CachedEncoder::new(encoder, self.store.clone());
            let write = move || {
                let index = place.write(of, || {
                    documents(&slug, &draft, &submissions, &outcome, &cached)
                        .map(|documents| (find::segmenter(&draft), documents))
                })?;
                Ok::<_, AppError>((index, draft))
            };
            let (index, draft) = tokio::task::spawn_blocking(write).await??;
            self.indexes.keep(&out.slug, of, index, draft).await;
        }
        Ok(Some(out))
    }
}

/// What a run is made of, but for the submissions.
struct Matter {
    draft: Draft,
    /// All versions up to the one in force.
    drafts: Vec<Version>,
    /// For each submission the number of its version.
    version: Vec<usize>,
    /// What the run in force found.
    before: Option<TriageRecord>,
    place: HashMap<SubmissionId, usize>,
    previous: Previous,
}

/// What a run found, with what it is about.
struct Found {
    draft: Draft,
    submissions: Stored,
    outcome: Outcome,
    /// Number of the last decision heard.
    decisions: u64,
    learned: Vec<(ArticleNo, usize)>,
}

impl Matter {
    /// Triages, held to what people decided.
    fn triaged(
        self,
        events: Vec<Event>,
        submissions: Stored,
        encoder: &CachedEncoder,
        progress: &dyn Progress,
    ) -> Result<Found, AppError> {
        let (draft, before) = (self.draft, self.before.as_ref());
        let run_of = before.and_then(|b| b.run.draft);
        let run_of = self.drafts.iter().position(|d| Some(d.id) == run_of);
        let replaced = self.drafts.len().saturating_sub(1);
        let is_needed = self.version.iter().any(|&v| v != replaced)
            || run_of.is_some_and(|of| of != replaced)
            || Heard::speaks_of_earlier(&events, &self.drafts);
        let earlier = if is_needed {
            earlier(&self.drafts, &draft)?
        } else {
            Vec::new()
        };
        let heard = Heard::new(events, &self.drafts, &earlier, &draft);
        let of = run_of.and_then(|of| earlier.get(of));
        let decisions = heard.decisions(before, of, &draft, &self.place);
        let batch = Batch::new(&draft, &submissions.2)
            .over_versions(&earlier, &self.version)
            .decided(&decisions);
        let outcome = caifeng_triage::run(batch, encoder, &self.previous, progress)?;
        let since = before.map_or(0, |b| b.run.decisions);
        let learned = heard.learned(since, before, &submissions.0, &outcome);
        Ok(Found {
            draft,
            submissions,
            outcome,
            decisions: heard.last(),
            learned,
        })
    }
}

/// For each submission how many versions had been replaced when it arrived: its sender spoke of the
/// next. What came in a package says itself of which version it speaks.
pub(crate) fn versions(
    drafts: &[Version],
    stored: &[StoredSubmission],
    spoken: &HashMap<SubmissionId, DraftId>,
) -> Vec<usize> {
    let replaced = |at| {
        drafts
            .iter()
            .skip(1)
            .filter(|d| d.imported_at <= at)
            .count()
    };
    let version = |stored: &StoredSubmission| {
        let said = spoken.get(&stored.id);
        let said = said.and_then(|said| drafts.iter().position(|d| d.id == *said));
        said.unwrap_or_else(|| replaced(stored.received_at))
    };
    stored.iter().map(version).collect()
}

/// The versions before the one in force.
fn earlier(drafts: &[Version], draft: &Draft) -> Result<Vec<Earlier>, AppError> {
    let replaced = drafts.len().saturating_sub(1);
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
    place: &HashMap<SubmissionId, usize>,
    next: PointId,
) -> Previous {
    let analyses = before.iter().flat_map(|record| &record.analyses);
    let units = analyses.flat_map(|(id, analysis)| {
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
) -> Result<impl Iterator<Item = Document>, AppError> {
    let articles = find::articles(draft, slug, encoder)?;
    let submissions_found =
        (ids.iter().zip(submissions).enumerate()).map(move |(i, (id, submission))| Document {
            date: days[i].clone(),
            ..find::document(id.to_string(), slug, submission, outcome, i)
        });
    let points = find::points(slug, submissions, outcome);
    Ok(articles.into_iter().chain(submissions_found).chain(points))
}
