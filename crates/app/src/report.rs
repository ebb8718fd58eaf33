//! The report on a consultation: results of triage put in the order of the draft.

mod answers;
mod export;
mod letter;
mod pdf;
mod points;
mod sections;

use std::collections::BTreeMap;

use caifeng_domain::{Draft, Named, Status, Submission, SubmissionId};
use caifeng_report::{Activity, Period, Quotation, Report, SubmissionEntry, Tally, Totals};
use caifeng_store::{Meeting, SenderId, StoredSubmission, TriageRecord};
use caifeng_text::personal;

use crate::{App, AppError};

pub use self::{export::ReportFormat, letter::LetterSettings, pdf::PdfError};

/// What 采纳情况 may be (DOMAIN §2.5).
const DISPOSITIONS: [&str; 8] = [
    "采纳",
    "部分采纳",
    "未采纳",
    "留作进一步研究",
    "已有规定或已体现",
    "不属于本法调整范围",
    "由配套规定或实施解决",
    "转有关部门",
];

/// Everything that a report is made of.
pub(crate) struct Material {
    draft: Draft,
    record: TriageRecord,
    /// In the order of the record.
    stored: Vec<StoredSubmission>,
    /// Key questions of the consultation.
    questions: Vec<String>,
    /// Who answers which.
    answers: BTreeMap<SubmissionId, u32>,
}

impl App {
    /// The report on a consultation as plain data; the writers are in [`caifeng_report`].
    pub async fn report(&self, slug: Option<&str>) -> Result<Report, AppError> {
        let chosen = self.choose(slug).await?;
        let (_, draft) = self.draft(&chosen).await?;
        let not_triaged = || AppError::NotTriaged(chosen.consultation.slug.clone());
        let record = self
            .store
            .load_triage(chosen.id)
            .await?
            .ok_or_else(not_triaged)?;
        let by_id: BTreeMap<_, _> = self
            .store
            .submissions(chosen.id)
            .await?
            .into_iter()
            .map(|s| (s.id, s))
            .collect();
        let stored = record
            .analyses
            .iter()
            .filter_map(|(id, _)| by_id.get(id).cloned())
            .collect();
        let ledger = self.store.ledger(chosen.id).await?;
        let meetings = self.store.meetings(chosen.id).await?;
        let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)));
        let generated_at = now.strftime("%Y-%m-%dT%H:%M:%S+08:00").to_string();
        let consultation = chosen.consultation;
        let material = Material {
            draft,
            record,
            stored,
            questions: consultation.questions,
            answers: self.store.answers(chosen.id).await?,
        };
        let letter = self.letter(LetterSettings::default(), &now.date().to_string())?;
        let build = move || Report {
            consultation: consultation.slug,
            period: consultation.window.map(|window| Period {
                opens: window.opens,
                closes: window.closes,
            }),
            letter,
            activities: activities(meetings),
            ..material.report(ledger, generated_at)
        };
        Ok(tokio::task::spawn_blocking(build).await?)
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
    fn report(&self, ledger: caifeng_domain::Ledger, generated_at: String) -> Report {
        let lexical = self.record.run.encoder.starts_with("lexical");
        Report {
            consultation: String::new(),
            period: None,
            letter: caifeng_report::Letter::default(),
            activities: Vec::new(),
            questions: self.questions(),
            dispositions: DISPOSITIONS.map(str::to_owned).to_vec(),
            title: format!("关于《{}》征求意见情况的汇总", self.draft.title),
            draft_title: self.draft.title.clone(),
            generated_at,
            encoder_note: lexical
                .then(|| "未安装语言模型：语义关联按词面比对得出，准确度较低".to_owned()),
            ledger,
            totals: self.totals(),
            sections: sections::sections(self),
            complaints: self.listed(
                |status, _| status == Status::Complaint,
                "疑似民情诉求，建议转办",
            ),
            waiting: self.listed(
                |status, units| status == Status::Opinion && units == 0,
                "未能从中分出意见，请人工查看",
            ),
        }
    }

    fn totals(&self) -> Totals {
        let opinions: Vec<usize> = (0..self.record.analyses.len())
            .filter(|&i| self.record.analyses[i].1.status == Status::Opinion)
            .collect();
        Totals {
            counts: self.counts(opinions.iter().copied()),
            units: self
                .record
                .analyses
                .iter()
                .map(|(_, a)| a.units.len())
                .sum(),
            points: self.record.points.len(),
            channels: self.tally(&opinions, |s| Some(s.channel.chinese().to_owned())),
            stations: self.tally(&opinions, |s| s.station.clone()),
            identities: self.tally(&opinions, |s| s.submitter.identity.clone()),
        }
    }

    /// Counts distinct submissions, senders and texts. A sender of whom nothing is known counts for
    /// itself; copies and the letters of one campaign are one text.
    fn counts(&self, submissions: impl Iterator<Item = usize>) -> caifeng_report::Counts {
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
    fn tally(
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

    fn listed(&self, wanted: impl Fn(Status, usize) -> bool, reason: &str) -> Vec<SubmissionEntry> {
        let analyses = self.record.analyses.iter().enumerate();
        analyses
            .filter(|(_, (_, a))| wanted(a.status, a.units.len()))
            .map(|(i, _)| SubmissionEntry {
                quotation: self.quotation(
                    i,
                    caifeng_domain::Span::new(0, self.stored[i].submission.text.len()),
                ),
                reason: reason.to_owned(),
            })
            .collect()
    }

    /// Somebody's words, personal data masked.
    fn quotation(&self, submission: usize, span: caifeng_domain::Span) -> Quotation {
        let stored = &self.stored[submission];
        let inside: Vec<caifeng_domain::PersonalData> = self.record.analyses[submission]
            .1
            .personal_data
            .iter()
            .filter(|p| span.contains(p.span))
            .map(|p| caifeng_domain::PersonalData {
                span: caifeng_domain::Span::new(p.span.start - span.start, p.span.end - span.start),
                ..*p
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
