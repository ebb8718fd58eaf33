//! The report on a consultation: results of triage put in the order of the draft.

mod answers;
mod export;
mod letter;
mod pdf;
mod points;
mod sections;

use std::collections::{BTreeMap, HashMap, HashSet};

use caifeng_domain::{Draft, Named, NodeId, Status, Submission, SubmissionId};
use caifeng_report::{Activity, Period, Quotation, Report, SubmissionEntry, Tally, Totals};
use caifeng_store::{Meeting, SenderId, StoredSubmission, TriageRecord};
use caifeng_text::personal;

use crate::{
    App, AppError,
    desk::{Reported, former_words},
};

pub(crate) use pdf::from_docx as docx_to_pdf;
pub(crate) use points::article_name;
pub(crate) use sections::heading;

pub use self::{export::ReportFormat, letter::LetterSettings, pdf::PdfError};

/// Everything that a report is made of.
pub(crate) struct Material {
    pub(crate) draft: Draft,
    pub(crate) record: TriageRecord,
    /// In the order of the record.
    pub(crate) stored: Vec<StoredSubmission>,
    /// What articles said before, where the version in force changed them.
    pub(crate) former: HashMap<NodeId, String>,
    /// Key questions of the consultation.
    questions: Vec<String>,
    /// Who answers which.
    answers: BTreeMap<SubmissionId, u32>,
}

impl App {
    /// The report on a consultation as plain data; the writers are in [`caifeng_report`].
    pub async fn report(&self, slug: Option<&str>) -> Result<Report, AppError> {
        let chosen = self.choose(slug).await?;
        let ledger = self.store.ledger(chosen.id).await?;
        let meetings = self.store.meetings(chosen.id).await?;
        let withdrawn = self.store.withdrawn(chosen.id).await?;
        let withdrawn: HashSet<SubmissionId> = withdrawn.into_iter().collect();
        let consultation = chosen.consultation;
        let slug = consultation.slug.clone();
        let shared = self.fresh_desk(chosen.id, &slug).await?;
        let held = shared.read_owned().await;
        let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)));
        let generated_at = now.strftime("%Y-%m-%dT%H:%M:%S+08:00").to_string();
        let letter = self
            .letter(LetterSettings::default(), &now.date().to_string())
            .await?;
        let dispositions = self.rules().await?.dispositions.clone();
        let build = move || {
            let desk = held.as_ref()?;
            let mut report = Report {
                consultation: consultation.slug,
                period: consultation.window.map(|window| Period {
                    opens: window.opens,
                    closes: window.closes,
                }),
                letter,
                activities: activities(meetings),
                dispositions: dispositions.iter().map(|d| d.name.clone()).collect(),
                ..(desk.material).report(
                    &desk.reported(&withdrawn),
                    &withdrawn,
                    ledger,
                    generated_at,
                )
            };
            for entry in report.sections.iter_mut().flat_map(|s| &mut s.points) {
                desk.put_decided(entry, &dispositions);
            }
            Some(report)
        };
        let report = tokio::task::spawn_blocking(build).await?;
        report.ok_or(AppError::NotTriaged(slug))
    }

    /// The run in force of a consultation, and everything that it is about.
    pub(crate) async fn material(&self, slug: &str) -> Result<(i64, Material), AppError> {
        let chosen = self.choose(Some(slug)).await?;
        let not_triaged = || AppError::NotTriaged(slug.to_owned());
        let run = self.store.run_in_force(chosen.id).await?;
        let run = run.ok_or_else(not_triaged)?;
        let record = self.store.load_triage(chosen.id).await?;
        let record = record.ok_or_else(not_triaged)?;
        // The version that it speaks of, which a later one may have replaced meanwhile.
        let versions = self.store.drafts(chosen.id).await?;
        let at = versions.iter().position(|v| Some(v.id) == record.run.draft);
        let at = at.ok_or_else(|| AppError::NoDraft(slug.to_owned()))?;
        let parse = move || -> Result<_, AppError> {
            let draft = caifeng_law::draft::parse(&versions[at].record.text)?;
            let former = match at.checked_sub(1) {
                Some(before) => {
                    let before = caifeng_law::draft::parse(&versions[before].record.text)?;
                    former_words(&before, &draft)
                }
                None => HashMap::new(),
            };
            Ok((draft, former))
        };
        let (draft, former) = tokio::task::spawn_blocking(parse).await??;
        let mut by_id: BTreeMap<_, _> = (self.store.submissions(chosen.id).await?)
            .into_iter()
            .map(|s| (s.id, s))
            .collect();
        let ids = record.analyses.iter().map(|(id, _)| *id);
        let stored = ids.filter_map(|id| by_id.remove(&id)).collect();
        let material = Material {
            draft,
            record,
            stored,
            former,
            questions: chosen.consultation.questions,
            answers: self.store.answers(chosen.id).await?,
        };
        Ok((run, material))
    }
}

/// Meetings as the report lists them, the earliest first.
fn activities(meetings: Vec<Meeting>) -> Vec<Activity> {
    let activity = |meeting: Meeting| Activity {
        date: meeting.held_on,
        kind: meeting.kind,
        title: meeting.title,
        place: meeting.place,
        people: meeting.present,
        submissions: meeting.submissions,
    };
    let mut activities: Vec<Activity> = meetings.into_iter().rev().map(activity).collect();
    activities.sort_by(|a, b| a.date.cmp(&b.date));
    activities
}

impl Material {
    /// The same of some submissions only, by their places in order.
    pub(crate) fn of(&self, places: &[usize]) -> Self {
        let analyses = places.iter().map(|&at| self.record.analyses[at].clone());
        Self {
            draft: self.draft.clone(),
            record: TriageRecord {
                run: self.record.run.clone(),
                analyses: analyses.collect(),
                points: Vec::new(),
            },
            stored: places.iter().map(|&at| self.stored[at].clone()).collect(),
            former: self.former.clone(),
            questions: self.questions.clone(),
            answers: self.answers.clone(),
        }
    }

    fn report(
        &self,
        points: &[Reported],
        withdrawn: &HashSet<SubmissionId>,
        ledger: caifeng_domain::Ledger,
        generated_at: String,
    ) -> Report {
        let lexical = self.record.run.encoder.starts_with("lexical");
        Report {
            consultation: String::new(),
            period: None,
            letter: caifeng_report::Letter::default(),
            activities: Vec::new(),
            questions: self.questions(points, withdrawn),
            dispositions: Vec::new(),
            title: format!("关于《{}》征求意见情况的汇总", self.draft.title),
            draft_title: self.draft.title.clone(),
            generated_at,
            encoder_note: lexical
                .then(|| "未安装语言模型：语义关联按词面比对得出，准确度较低".to_owned()),
            ledger,
            totals: self.totals(points.len(), withdrawn),
            sections: sections::sections(self, points),
            complaints: self.listed(
                withdrawn,
                |status, _| status == Status::Complaint,
                "疑似民情诉求，建议转办",
            ),
            waiting: self.listed(
                withdrawn,
                |status, units| status == Status::Opinion && units == 0,
                "未能从中分出意见，请人工查看",
            ),
        }
    }

    /// Places of what was not taken back since.
    fn present(&self, withdrawn: &HashSet<SubmissionId>) -> impl Iterator<Item = usize> {
        let all = 0..self.stored.len();
        all.filter(|&i| !withdrawn.contains(&self.stored[i].id))
    }

    fn totals(&self, points: usize, withdrawn: &HashSet<SubmissionId>) -> Totals {
        let opinions: Vec<usize> = (self.present(withdrawn))
            .filter(|&i| self.record.analyses[i].1.status == Status::Opinion)
            .collect();
        let analyses = (self.present(withdrawn)).map(|i| &self.record.analyses[i].1);
        Totals {
            counts: self.counts(opinions.iter().copied()),
            units: analyses.map(|a| a.units.len()).sum(),
            points,
            channels: self.tally(&opinions, |s| Some(s.channel.chinese().to_owned())),
            stations: self.tally(&opinions, |s| s.station.clone()),
            identities: self.tally(&opinions, |s| s.submitter.identity.clone()),
        }
    }

    /// Counts distinct submissions, senders and texts. A sender of whom nothing is known counts for
    /// itself; copies and the letters of one campaign are one text.
    pub(crate) fn counts(
        &self,
        submissions: impl Iterator<Item = usize>,
    ) -> caifeng_report::Counts {
        #[derive(PartialEq, Eq, PartialOrd, Ord)]
        enum Who {
            Known(SenderId),
            Unknown(usize),
        }
        let mut all: Vec<usize> = submissions.collect();
        all.sort_unstable();
        all.dedup();
        let mut senders: Vec<Who> = all
            .iter()
            .map(|&i| self.stored[i].sender.map_or(Who::Unknown(i), Who::Known))
            .collect();
        senders.sort_unstable();
        senders.dedup();
        let mut texts: Vec<usize> = all
            .iter()
            .map(|&i| self.record.analyses[i].1.duplicate.group)
            .collect();
        texts.sort_unstable();
        texts.dedup();
        caifeng_report::Counts {
            submissions: all.len(),
            senders: senders.len(),
            texts: texts.len(),
        }
    }

    /// Submissions by name, most first.
    pub(crate) fn tally(
        &self,
        submissions: &[usize],
        name: impl Fn(&Submission) -> Option<String>,
    ) -> Vec<Tally> {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for &i in submissions {
            if let Some(name) = name(&self.stored[i].submission) {
                *counts.entry(name).or_default() += 1;
            }
        }
        let mut out: Vec<Tally> = counts
            .into_iter()
            .map(|(name, submissions)| Tally { name, submissions })
            .collect();
        out.sort_by(|a, b| {
            b.submissions
                .cmp(&a.submissions)
                .then_with(|| a.name.cmp(&b.name))
        });
        out
    }

    fn listed(
        &self,
        withdrawn: &HashSet<SubmissionId>,
        wanted: impl Fn(Status, usize) -> bool,
        reason: &str,
    ) -> Vec<SubmissionEntry> {
        let is_wanted = |&i: &usize| {
            let analysis = &self.record.analyses[i].1;
            wanted(analysis.status, analysis.units.len())
        };
        (self.present(withdrawn).filter(is_wanted))
            .map(|i| SubmissionEntry {
                quotation: self.whole(i),
                reason: reason.to_owned(),
            })
            .collect()
    }

    /// The key question that a submission answers.
    pub(crate) fn question_of(&self, id: SubmissionId) -> Option<u32> {
        self.answers.get(&id).copied()
    }

    /// All words of a submission, personal data masked.
    pub(crate) fn whole(&self, submission: usize) -> Quotation {
        let end = self.stored[submission].submission.text.len();
        self.quotation(submission, caifeng_domain::Span::new(0, end))
    }

    /// Somebody's words, personal data masked.
    pub(crate) fn quotation(&self, submission: usize, span: caifeng_domain::Span) -> Quotation {
        let stored = &self.stored[submission];
        let inside: Vec<caifeng_domain::PersonalData> = self.record.analyses[submission]
            .1
            .personal_data
            .iter()
            .filter(|p| span.overlaps(p.span))
            .map(|p| {
                // Of what lies across an end, the part inside is masked.
                let start = p.span.start.max(span.start) - span.start;
                let end = p.span.end.min(span.end) - span.start;
                caifeng_domain::PersonalData {
                    span: caifeng_domain::Span::new(start, end),
                    ..*p
                }
            })
            .collect();
        Quotation {
            text: personal::redact(span.of(&stored.submission.text), &inside),
            submission: stored.id.to_string(),
            station: stored.submission.station.clone(),
            identity: stored.submission.submitter.identity.clone(),
            channel: stored.submission.channel,
        }
    }
}
