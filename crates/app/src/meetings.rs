//! Minutes of meetings: taken apart, looked over by somebody, and only then taken in.

use std::collections::BTreeMap;

use caifeng_channel::minutes::{self, Head, MinutesError, Speech};
use caifeng_domain::{Channel, Permission, Submission, Submitter};
use caifeng_store::{Act, Arrival, Delivery, Meeting, MeetingRow, Principal};
use jiff::Timestamp;

use crate::{
    App, AppError, CONSENT_VERSION, Listed, Refusal, Submitted,
    submit::{MAX_FIELD_CHARS, check_sender, check_text, check_was_open, is_key, source},
};

/// Speeches of one meeting. A full day has some hundred.
const MAX_SPEECHES: usize = 500;

/// Minutes taken apart, to be looked over.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// By which the file is known when it is confirmed.
    pub upload: String,
    /// What stands in front.
    pub head: Head,
    /// What was said, in order, and whether by who led the meeting.
    pub speeches: Vec<(SaidAt, bool)>,
    /// Lines that belong to neither.
    pub rest: Vec<String>,
}

/// What one person said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SaidAt {
    /// Who.
    pub name: Option<String>,
    /// In what role.
    pub role: Option<String>,
    /// The words.
    pub text: String,
}

/// A meeting as somebody confirmed it.
#[derive(Debug, Clone)]
pub struct MeetingForm {
    /// Short name of the consultation.
    pub slug: String,
    /// Number of the form, so that sending it twice counts once.
    pub key: String,
    /// Of [`Proposal::upload`].
    pub upload: String,
    /// Title.
    pub title: String,
    /// 座谈会, 听证会, 走访…
    pub kind: String,
    /// Where it was.
    pub place: String,
    /// The day, `YYYY-MM-DD`.
    pub date: String,
    /// How many were present.
    pub present: Option<u32>,
    /// Whether those who spoke were told what becomes of their words.
    pub consent: bool,
    /// What is to be taken in.
    pub speeches: Vec<SaidAt>,
}

impl From<MinutesError> for Refusal {
    fn from(error: MinutesError) -> Self {
        Self::BadFile(error.to_string())
    }
}

impl App {
    /// Takes minutes apart. Nothing goes in yet.
    pub async fn read_minutes(&self, bytes: Vec<u8>) -> Result<Proposal, AppError> {
        let (bytes, read) = tokio::task::spawn_blocking(move || {
            let read = minutes::read(&bytes);
            (bytes, read)
        })
        .await?;
        let minutes = read.map_err(Refusal::from)?;
        let upload = self.put_upload(bytes).await?;
        let said = |speech: &Speech| {
            let said = SaidAt {
                name: speech.name.clone(),
                role: speech.role.clone(),
                text: speech.span.of(&minutes.text).to_owned(),
            };
            (said, speech.host)
        };
        let lines = minutes
            .rest
            .iter()
            .map(|span| span.of(&minutes.text).to_owned());
        Ok(Proposal {
            upload,
            speeches: minutes.speeches.iter().map(said).collect(),
            rest: lines.collect(),
            head: minutes.head.clone(),
        })
    }

    /// Takes in what was confirmed, and records the meeting with its original file.
    pub async fn record_meeting(
        &self,
        by: &Principal,
        form: MeetingForm,
    ) -> Result<Submitted, AppError> {
        let listed = self
            .consultation_to(by, Permission::Transcribe, &form.slug)
            .await?;
        let now = Timestamp::now();
        check(&form)?;
        let held = midnight(&form.date)?;
        check_was_open(&listed, Some(&held), now)?;
        let station = self.station_of(by, &form.place).await?;
        let sha256 = match self.upload(&form.upload).await {
            Ok(bytes) => self.put_file(bytes).await?,
            // The same form again, confirmed before.
            Err(AppError::Refused(Refusal::UploadGone)) => self
                .store
                .meeting_file(&form.key)
                .await?
                .filter(|recorded| *recorded == form.upload)
                .ok_or(Refusal::UploadGone)?,
            Err(error) => return Err(error),
        };
        let submission = |(i, said): (usize, &SaidAt)| Submission {
            external_id: Some(format!("{}:{i}", form.key)),
            channel: Channel::Meeting,
            station: station.clone(),
            submitted_at: Some(held.clone()),
            article_hint: None,
            submitter: Submitter {
                name: said.name.clone(),
                identity: said.role.clone(),
                ..Submitter::default()
            },
            text: said.text.clone(),
        };
        let delivery = Delivery {
            consultation: listed.id,
            source: source(Some(by)),
            actor: by.name.clone(),
            at: now,
            consent: Some(CONSENT_VERSION.to_owned()),
            answers: BTreeMap::new(),
            receipts: BTreeMap::new(),
            collector: None,
            submissions: form.speeches.iter().enumerate().map(submission).collect(),
            // With other ticks it is another form: nothing of it goes in beside the first.
            whole: true,
        };
        let accepted = self.deliver(delivery).await?;
        if accepted.iter().any(|one| one.arrival == Arrival::Changed) {
            return Err(Refusal::KeyReused.into());
        }
        let meeting = MeetingRow {
            consultation: listed.id,
            key: &form.key,
            title: &form.title,
            kind: &form.kind,
            place: &form.place,
            held_on: &form.date,
            present: form.present,
            file_sha256: &sha256,
        };
        let act = Act {
            actor: &by.name,
            at: now,
        };
        let said: Vec<_> = accepted.iter().map(|one| one.id).collect();
        self.store.add_meeting(&act, &meeting, &said).await?;
        self.forget_upload(&form.upload).await?;
        Ok(Submitted {
            known: accepted.iter().all(|one| one.arrival == Arrival::Known),
            receipts: accepted.iter().map(|one| one.receipt.to_string()).collect(),
        })
    }

    /// The meetings of a consultation.
    pub async fn meetings(&self, listed: &Listed) -> Result<Vec<Meeting>, AppError> {
        Ok(self.store.meetings(listed.id).await?)
    }
}

fn check(form: &MeetingForm) -> Result<(), Refusal> {
    if !is_key(&form.key) {
        return Err(Refusal::BadKey);
    }
    if !form.consent {
        return Err(Refusal::ConsentNeeded(CONSENT_VERSION));
    }
    if form.speeches.is_empty() {
        return Err(Refusal::NoComments);
    }
    if form.speeches.len() > MAX_SPEECHES {
        return Err(Refusal::ManyComments(MAX_SPEECHES));
    }
    let max = MAX_FIELD_CHARS;
    for (field, value) in [
        ("会议名称", &form.title),
        ("会议类型", &form.kind),
        ("地点", &form.place),
    ] {
        if value.chars().count() > max {
            return Err(Refusal::LongField { field, max });
        }
    }
    for (row, said) in (1..).zip(&form.speeches) {
        check_text(row, &said.text)?;
        check_sender(&Submitter {
            name: said.name.clone(),
            identity: said.role.clone(),
            ..Submitter::default()
        })?;
    }
    Ok(())
}

/// The beginning of a day in China.
fn midnight(day: &str) -> Result<String, Refusal> {
    let date: Result<jiff::civil::Date, _> = day.parse();
    let is_day = date.is_ok_and(|date| date.to_string() == day);
    if is_day {
        Ok(format!("{day}T00:00:00+08:00"))
    } else {
        Err(Refusal::BadDate)
    }
}
