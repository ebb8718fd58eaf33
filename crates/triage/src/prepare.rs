//! The first half of triage: everything up to the features on which decisions rest.

use std::{collections::BTreeSet, sync::Arc};

use caifeng_domain::{ArticleNo, Channel, Draft, Duplicate, Span, Submission};
use caifeng_encode::{Encoder, Watch};
use caifeng_text::hash::{Map, Set};
use caifeng_text::{
    normalise::normalise,
    segment::{Segmenter, terms_of},
};
use rayon::prelude::*;

use crate::{
    Progress, Stage, TriageError,
    batch::{Batch, Reader},
    cues::CueCounts,
    decisions::Decisions,
    duplicates,
    first::with_candidates,
    gist::Gists,
    link::{CitedAs, Exemplars, Mention, Provisions, implicit},
    models::Models,
    read::{Reading, UnitReading},
    status,
    wording::{Sounds, Wording},
};

/// Tells of texts encoded.
struct Watched<'a>(&'a dyn Progress);

impl Watch for Watched<'_> {
    fn done(&self, texts: usize) {
        self.0.advance(texts);
    }
}

/// A batch of submissions, read and encoded.
pub struct Prepared<'a> {
    /// The draft.
    pub draft: &'a Draft,
    /// What people decided.
    pub decisions: &'a Decisions,
    /// The draft's articles, as vectors and words.
    pub provisions: Provisions,
    /// Articles of earlier versions in whose forms submissions were written.
    pub former_hints: Vec<Option<ArticleNo>>,
    /// Duplicate group of each submission.
    pub duplicates: Vec<Duplicate>,
    /// Reading of each submission; equal texts share one.
    pub readings: Vec<Arc<Reading>>,
    /// Features for the status of each submission.
    pub status: Vec<status::Features>,
    /// Distinct unit texts with their vectors.
    pub gists: Gists,
    /// How each gist sounds.
    pub sounds: Vec<Sounds>,
    /// Units of all submissions, in order.
    pub units: Vec<PreparedUnit>,
    /// Gists whose article is known, as examples for the others.
    pub exemplars: Exemplars,
}

/// One unit of a batch.
#[derive(Debug, Clone)]
pub struct PreparedUnit {
    /// Index of its submission.
    pub submission: usize,
    /// Index among the submission's units.
    pub index: usize,
    /// What the text says about its article.
    pub mention: Mention,
    /// How it names articles, each once, in order.
    pub cited: Vec<CitedAs>,
}

/// From this probability on, a unit without a citation is an example for others.
const SURE: f32 = 0.6;
/// Units judged at once.
const JUDGED: usize = 8192;

/// What makes two submissions read alike.
#[derive(PartialEq, Eq, Hash)]
struct ReadingKey<'a> {
    text: &'a str,
    version: usize,
    hint: Option<ArticleNo>,
    channel: Channel,
    name: Option<&'a str>,
    phone: Option<&'a str>,
    cuts: &'a [Span],
    /// The submission itself, where people cut it.
    decided: Option<usize>,
}

impl<'a> Prepared<'a> {
    /// Reads, compares and encodes the submissions of `batch`.
    pub fn new(
        batch: Batch<'a>,
        encoder: &dyn Encoder,
        progress: &dyn Progress,
    ) -> Result<Self, TriageError> {
        let Batch {
            draft, submissions, ..
        } = batch;
        progress.begin(Stage::Duplicates, submissions.len());
        let texts: Vec<&str> = submissions.iter().map(|s| s.text.as_str()).collect();
        let whole = whole_text(draft);
        let (duplicates, segmenter) = rayon::join(
            || duplicates::find(&texts),
            || Segmenter::with_terms(terms_of(&whole)),
        );

        progress.begin(Stage::Read, submissions.len());
        let readings = read_all(batch, &duplicates, progress);

        progress.begin(Stage::Encode, 0);
        let gist_texts = readings.iter().flat_map(|r| &r.units).map(|u| &u.gist);
        let (mut gists, gist_of) = Gists::collect(gist_texts, &segmenter, &whole);
        progress.begin(Stage::Encode, gists.list.len());
        gists.encode(encoder, &Watched(progress))?;
        let provisions = Provisions::new(draft, &segmenter, encoder)?;

        progress.begin(Stage::Link, submissions.len());
        let mut prepared = Self {
            draft,
            decisions: batch.decisions,
            exemplars: Exemplars::new(provisions.len(), encoder.dimension()),
            provisions,
            former_hints: (0..submissions.len())
                .map(|i| batch.former_hint(i))
                .collect(),
            duplicates,
            readings,
            status: Vec::new(),
            sounds: sounds(&gists, encoder.identity()),
            gists,
            units: Vec::new(),
        };
        prepared.collect_units(batch, &gist_of);
        prepared.collect_exemplars();
        prepared.status = prepared.status_features(submissions, &segmenter);
        Ok(prepared)
    }

    /// The unit as it was read.
    #[must_use]
    pub fn reading(&self, unit: &PreparedUnit) -> &UnitReading {
        &self.readings[unit.submission].units[unit.index]
    }

    fn collect_units(&mut self, batch: Batch<'_>, gist_of: &[usize]) {
        self.units.reserve_exact(gist_of.len());
        for i in 0..batch.submissions.len() {
            let reading = Arc::clone(&self.readings[i]);
            let hint = batch.hint(i).and_then(|hint| self.place_of(hint));
            let named: Vec<Vec<usize>> = reading
                .units
                .iter()
                .map(|u| match self.decided_articles(i, u.span) {
                    Some(decided) => decided,
                    None => self.articles(u.cited.iter().map(|c| c.node)),
                })
                .collect();
            let mut previous: Vec<usize> = Vec::new();
            for (index, unit) in reading.units.iter().enumerate() {
                let elsewhere: BTreeSet<usize> = named
                    .iter()
                    .enumerate()
                    .filter(|(k, _)| *k != index)
                    .flat_map(|(_, a)| a.iter().copied())
                    .collect();
                let mention = Mention {
                    gist: gist_of[self.units.len()],
                    group: self.duplicates[i].group,
                    cited: named[index].clone(),
                    compared: self.articles(unit.compared.iter().copied()),
                    quoted: self.quoted(&reading, unit.span),
                    hint,
                    alone: reading.units.len() == 1,
                    previous: previous.clone(),
                    elsewhere: elsewhere.into_iter().collect(),
                };
                if !named[index].is_empty() {
                    previous.clone_from(&named[index]);
                }
                let cited = match self.decided_articles(i, unit.span) {
                    Some(decided) => decided.into_iter().map(CitedAs::surely).collect(),
                    None => self.cited_as(unit),
                };
                self.units.push(PreparedUnit {
                    submission: i,
                    index,
                    mention,
                    cited,
                });
            }
        }
    }

    /// The articles that people say a unit is about: it counts as one that names them.
    fn decided_articles(&self, submission: usize, span: Span) -> Option<Vec<usize>> {
        let aim = self.decisions.of(submission, span)?.aim.as_ref()?;
        let places = aim.articles.iter().filter_map(|a| self.place_of(*a));
        Some(places.collect())
    }

    /// The place of an article in the draft.
    pub(crate) fn place_of(&self, article: ArticleNo) -> Option<usize> {
        let mut numbers = self.provisions.numbers.iter();
        numbers.position(|number| *number == article)
    }

    fn cited_as(&self, unit: &UnitReading) -> Vec<CitedAs> {
        let mut out: Vec<CitedAs> = Vec::new();
        for cited in &unit.cited {
            let Some(article) = self.provisions.place(self.draft, cited.node) else {
                continue;
            };
            match out.iter_mut().find(|c| c.article == article) {
                Some(known) => {
                    known.relative &= cited.relative;
                    known.confidence = known.confidence.max(cited.confidence);
                }
                None => out.push(CitedAs {
                    article,
                    confidence: cited.confidence,
                    relative: cited.relative,
                }),
            }
        }
        out
    }

    fn quoted(&self, reading: &Reading, unit: Span) -> Vec<(usize, f32)> {
        let mut out: Vec<(usize, f32)> = Vec::new();
        for quotation in reading.quotations.iter().filter(|q| unit.contains(q.span)) {
            for article in self.articles(quotation.nodes.iter().copied()) {
                match out.iter_mut().find(|q| q.0 == article) {
                    Some(known) => known.1 += quotation.weight,
                    None => out.push((article, quotation.weight)),
                }
            }
        }
        out
    }

    /// The articles of `nodes`, each once, in order.
    fn articles(&self, nodes: impl Iterator<Item = caifeng_domain::NodeId>) -> Vec<usize> {
        let mut out = Vec::new();
        for article in nodes.filter_map(|n| self.provisions.place(self.draft, n)) {
            if !out.contains(&article) {
                out.push(article);
            }
        }
        out
    }

    /// Units that name one or two articles outright are examples.
    fn collect_exemplars(&mut self) {
        for unit in &self.units {
            let sure = unit
                .cited
                .iter()
                .all(|c| !c.relative && c.confidence >= 0.8);
            if sure && (1..=2).contains(&unit.mention.cited.len()) {
                let m = &unit.mention;
                self.exemplars
                    .add(&self.gists, m.gist, m.group, &m.cited, 1.0);
            }
        }
    }

    /// Makes units without a citation examples too, where their link is `SURE`: so a label travels
    /// from a unit that names its article to those that are like it, and on to those like them.
    pub fn spread(&mut self, models: &Models) {
        let units: Vec<usize> = (0..self.units.len())
            .filter(|&u| self.units[u].cited.is_empty())
            .collect();
        // All are judged by those that name their article, and none once every article has enough.
        let mut exemplars = self.exemplars.clone();
        for units in units.chunks(JUDGED) {
            if exemplars.are_enough() {
                break;
            }
            let best = with_candidates(self, units, |alike, candidates, _| {
                let links = implicit(candidates, &models.first_link, &models.first_choice);
                vec![links.first().copied(); alike.len()]
            });
            for (&u, best) in units.iter().zip(best) {
                if let Some(best) = best.filter(|b| b.confidence >= SURE) {
                    let Mention { gist, group, .. } = self.units[u].mention;
                    exemplars.add(&self.gists, gist, group, &[best.article], best.confidence);
                }
            }
        }
        self.exemplars = exemplars;
    }

    fn status_features(
        &self,
        submissions: &[Submission],
        segmenter: &Segmenter,
    ) -> Vec<status::Features> {
        let known: Set<String> = segmenter
            .content_words(&whole_text(self.draft))
            .into_iter()
            .collect();
        let relevance = (self.provisions).nearest(&self.gists.meanings, self.gists.list.len());
        let mut heard = vec![status::Heard::default(); submissions.len()];
        for unit in &self.units {
            let share = 1.0 / self.readings[unit.submission].units.len() as f64;
            heard[unit.submission].add(&self.sounds[unit.mention.gist], share);
        }
        let mut best = vec![0.0f32; submissions.len()];
        for unit in &self.units {
            best[unit.submission] = best[unit.submission].max(relevance[unit.mention.gist]);
        }
        let mut number: Map<*const Reading, usize> = Map::default();
        let mut firsts: Vec<usize> = Vec::new();
        let which: Vec<usize> = (self.readings.iter().enumerate())
            .map(|(i, reading)| {
                *number.entry(Arc::as_ptr(reading)).or_insert_with(|| {
                    firsts.push(i);
                    firsts.len() - 1
                })
            })
            .collect();
        let features: Vec<status::Features> = (firsts.par_iter())
            .map(|&i| {
                let text = normalise(&submissions[i].text).text;
                let words = segmenter.content_words(&text);
                let overlap = words.iter().filter(|w| known.contains(*w)).count() as f32
                    / words.len().max(1) as f32;
                status::features(
                    &text,
                    &CueCounts::of(&text),
                    &self.readings[i],
                    best[i],
                    overlap,
                    &heard[i],
                )
            })
            .collect();
        which.into_iter().map(|w| features[w]).collect()
    }
}

fn sounds(gists: &Gists, encoder: &str) -> Vec<Sounds> {
    let wording = Wording::committed();
    (gists.list.par_iter().enumerate())
        .map(|(g, gist)| wording.sounds(encoder, gist, &gists.meanings.given().row(g)))
        .collect()
}

fn whole_text(draft: &Draft) -> String {
    draft
        .articles()
        .map(|(id, _)| draft.full_text(id))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Reads every distinct submission once.
fn read_all(
    batch: Batch<'_>,
    duplicates: &[Duplicate],
    progress: &dyn Progress,
) -> Vec<Arc<Reading>> {
    let reader = Reader::new(batch);
    let mut number: Map<ReadingKey<'_>, usize> = Map::default();
    let mut firsts: Vec<usize> = Vec::new();
    let which: Vec<usize> = (batch.submissions.iter())
        .zip(duplicates)
        .enumerate()
        .map(|(i, (submission, duplicate))| {
            *number
                .entry(ReadingKey {
                    text: &submission.text,
                    version: batch.version_of(i),
                    hint: submission.article_hint,
                    channel: submission.channel,
                    name: submission.submitter.name.as_deref(),
                    phone: submission.submitter.phone.as_deref(),
                    cuts: &duplicate.additions,
                    decided: batch.decisions.cuts_of(i),
                })
                .or_insert_with(|| {
                    firsts.push(i);
                    firsts.len() - 1
                })
        })
        .collect();
    let distinct: Vec<Arc<Reading>> = firsts
        .par_iter()
        .map(|&i| {
            let reading = reader.read(i, &duplicates[i].additions);
            progress.advance(1);
            Arc::new(reading)
        })
        .collect();
    which
        .into_iter()
        .map(|w| Arc::clone(&distinct[w]))
        .collect()
}
