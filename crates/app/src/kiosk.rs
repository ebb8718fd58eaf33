//! Kiosks: staff add one, it enrols itself, and delivers what it collected, also long after it was
//! said.

use std::collections::BTreeMap;

use caifeng_channel::kiosk::{
    Batch, Clock, ClockState, DeviceKey, Item, KioskError, Sequence, SignedBatch,
};
use caifeng_domain::{Station, Submission, Submitter};
use caifeng_store::{
    Accepted, Act, Arrival, Delivery, Device, DeviceNews, Principal, Receipt, contains_nul,
};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::{
    App, AppError, Refusal,
    submit::{
        MAX_FIELD_CHARS, check_article, check_question, check_sender, check_text, check_was_open,
    },
};

/// How often a batch is noted again because another one of the device was noted meanwhile.
const ATTEMPTS: usize = 8;

/// What a device keeps from its enrolment.
#[derive(Debug, Clone)]
pub struct Enrolled {
    /// What it calls itself: `K-7`.
    pub device: String,
    /// 64 hexadecimal digits with which it signs. Shown once.
    pub key: String,
    /// Where it stands.
    pub place: Station,
}

/// What became of a batch.
#[derive(Debug, Clone)]
pub struct BatchTaken {
    /// One answer an item, in order.
    pub items: Vec<KioskItem>,
    /// Numbers of batches that have not come, first and last of each gap.
    pub missing: Vec<(u64, u64)>,
    /// Our time, by which the device may set its clock.
    pub server_time: Timestamp,
}

/// What became of an item.
#[derive(Debug, Clone)]
pub struct KioskItem {
    /// Its identity.
    pub id: String,
    /// What became of it.
    pub outcome: ItemOutcome,
    /// How good its time is.
    pub clock: ClockState,
}

/// Whether an item is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemOutcome {
    /// Written down now.
    New(String),
    /// Written down before.
    Known(String),
    /// Not usable.
    Refused(Refusal),
}

impl From<KioskError> for Refusal {
    fn from(error: KioskError) -> Self {
        match error {
            KioskError::TooLarge { .. } => Self::TooLarge,
            KioskError::BadSignature => Self::BadSignature,
            KioskError::Malformed { line, column } => {
                Self::Unreadable(format!("第 {line} 行第 {column} 列起不是规定的 JSON"))
            }
            KioskError::Invalid(field) => Self::Unreadable(format!("字段 {field} 的值不合规定")),
        }
    }
}

impl App {
    /// The devices at the places that `by` may speak for.
    pub async fn devices(&self, by: &Principal) -> Result<Vec<Device>, AppError> {
        let mut devices = self.store.devices().await?;
        if let Some(within) = self.places_of(Some(by)).await? {
            devices.retain(|device| within.iter().any(|place| place.id == device.station));
        }
        Ok(devices)
    }

    /// Adds a device at the place of this code, and returns its one-time code.
    pub async fn add_device(
        &self,
        by: &Principal,
        place: &str,
        label: &str,
    ) -> Result<(String, String), AppError> {
        let (field, max) = ("设备名称", MAX_FIELD_CHARS);
        let label = label.trim();
        if label.is_empty() || label.chars().count() > max {
            return Err(Refusal::LongField { field, max }.into());
        }
        let station = self.place_by_code(place).await?;
        let within = self.places_of(Some(by)).await?;
        if within.is_some_and(|all| all.iter().all(|one| one.id != station.id)) {
            return Err(Refusal::PlaceOutOfReach.into());
        }
        let act = act(by);
        let (id, code) = self.store.add_device(&act, &station, label).await?;
        Ok((name(id), code))
    }

    /// Shuts a device out, which must be one of [`App::devices`].
    pub async fn revoke_device(&self, by: &Principal, id: u64) -> Result<(), AppError> {
        if !self.devices(by).await?.iter().any(|device| device.id == id) {
            return Err(Refusal::UnknownAddress.into());
        }
        self.store.revoke_device(&act(by), id).await?;
        Ok(())
    }

    /// Gives the device with this one-time code its key.
    pub async fn enrol_device(&self, code: &str) -> Result<Enrolled, AppError> {
        let code = code.parse().map_err(|_| Refusal::BadEnrolment)?;
        let enrolled = self.store.enrol_device(&code, Timestamp::now()).await?;
        let (id, key) = enrolled.ok_or(Refusal::BadEnrolment)?;
        let known = self.store.device_key(id).await?;
        let (device, _) = known.ok_or(Refusal::BadEnrolment)?;
        let mut places = self.store.stations().await?.into_iter();
        let place = places.find(|place| place.id == device.station);
        Ok(Enrolled {
            device: name(id),
            key: crate::drafts::hex(&key),
            place: place.ok_or(Refusal::UnknownPlace)?,
        })
    }

    /// The device that signed a batch, and the batch.
    pub async fn open_batch(&self, body: &[u8]) -> Result<(Device, Batch), AppError> {
        let signed = SignedBatch::read(body).map_err(Refusal::from)?;
        let id = signed.device().strip_prefix("K-");
        let id = id
            .and_then(|id| id.parse().ok())
            .ok_or(Refusal::BadSignature)?;
        let known = self.store.device_key(id).await?;
        let (device, key) = known.ok_or(Refusal::BadSignature)?;
        let batch = signed.verify(&DeviceKey::new(key)).map_err(Refusal::from)?;
        Ok((device, batch))
    }

    /// Takes in a batch. When this returns, what is not refused is on disk; an item that comes again
    /// keeps its receipt.
    pub async fn take_batch(&self, device: &Device, batch: &Batch) -> Result<BatchTaken, AppError> {
        let received = Timestamp::now();
        let clock = Clock {
            sent: batch.device_time,
            received,
        };
        let submissions = batch.submissions(&clock);
        let states: Vec<ClockState> = submissions.iter().map(|(_, state, _)| *state).collect();
        let mut outcomes: Vec<Option<ItemOutcome>> = vec![None; submissions.len()];
        // By consultation, and by the notice that their senders were shown.
        let mut good: BTreeMap<_, Vec<(usize, Submission, Option<Receipt>)>> = BTreeMap::new();
        for (at, (slug, _, mut submission)) in submissions.into_iter().enumerate() {
            submission.station = Some(device.station_name.clone());
            submission.external_id = submission
                .external_id
                .map(|id| with_words(&id, &submission.text));
            let item = &batch.items[at];
            match self.check_item(&slug, item, &submission, received).await {
                Ok(receipt) => {
                    let alike = good.entry((slug, item.consent.clone())).or_default();
                    alike.push((at, submission, receipt));
                }
                Err(AppError::Refused(refusal)) => {
                    outcomes[at] = Some(ItemOutcome::Refused(refusal));
                }
                Err(error) => return Err(error),
            }
        }
        for ((slug, consent), items) in good {
            let mut places = Vec::with_capacity(items.len());
            let mut submissions = Vec::with_capacity(items.len());
            let (mut receipts, mut answers) = (BTreeMap::new(), BTreeMap::new());
            for (at, submission, receipt) in items {
                receipts.extend(receipt.map(|receipt| (submissions.len(), receipt)));
                answers.extend(
                    batch.items[at]
                        .question
                        .map(|number| (submissions.len(), number)),
                );
                places.push(at);
                submissions.push(submission);
            }
            let delivery = Delivery {
                consultation: self.consultation(&slug, false).await?.id,
                source: "kiosk".to_owned(),
                actor: name(device.id),
                at: received,
                consent,
                answers,
                receipts,
                collector: None,
                submissions,
                whole: false,
            };
            for (place, accepted) in places.into_iter().zip(self.deliver(delivery).await?) {
                outcomes[place] = Some(outcome(&accepted));
            }
        }
        let doubtful = fresh_doubts(&outcomes, &states);
        let missing = self.note_batch(device, batch, clock, doubtful).await?;
        let items = batch.items.iter().zip(outcomes).zip(states);
        let item = |((item, outcome), clock): ((&Item, _), _)| {
            let outcome: Option<ItemOutcome> = outcome;
            Some(KioskItem {
                id: item.id.to_string(),
                outcome: outcome?,
                clock,
            })
        };
        Ok(BatchTaken {
            items: items.filter_map(item).collect(),
            missing,
            server_time: received,
        })
    }

    /// A hall is public, so a kiosk knows public consultations only. What was said while one was open
    /// may come later. The receipt that the sender holds.
    async fn check_item(
        &self,
        slug: &str,
        item: &Item,
        submission: &Submission,
        now: Timestamp,
    ) -> Result<Option<Receipt>, AppError> {
        let listed = match self.consultation(slug, false).await {
            Err(AppError::UnknownConsultation(_)) => {
                return Err(Refusal::UnknownConsultation.into());
            }
            listed => listed?,
        };
        check_was_open(&listed, submission.submitted_at.as_deref(), now)?;
        if has_control(submission) {
            return Err(Refusal::ControlCharacter.into());
        }
        check_text(1, &submission.text)?;
        if let Some(article) = submission.article_hint {
            check_article(&listed, article)?;
        }
        if let Some(number) = item.question {
            check_question(&listed, number)?;
        }
        check_sender(&submission.submitter)?;
        let receipt = item.receipt.as_deref().map(str::parse).transpose();
        Ok(receipt.map_err(|_| Refusal::BadReceipt)?)
    }

    /// Notes that a batch has come. What is missing afterwards.
    async fn note_batch(
        &self,
        device: &Device,
        batch: &Batch,
        clock: Clock,
        doubtful: usize,
    ) -> Result<Vec<(u64, u64)>, AppError> {
        let mut before = device.sequence.clone();
        for _ in 0..ATTEMPTS {
            let mut sequence: Sequence = before.parse().unwrap_or_default();
            sequence.arrive(batch.sequence);
            let news = DeviceNews {
                before: &before,
                sequence: &sequence.to_string(),
                clock_ahead_ms: clock.offset().as_millis() as i64,
                doubtful,
            };
            if self
                .store
                .note_batch(device.id, &news, clock.received)
                .await?
            {
                return Ok(sequence
                    .missing()
                    .map(|gap| (*gap.start(), *gap.end()))
                    .collect());
            }
            let now = self.store.device_key(device.id).await?;
            before = now.ok_or(Refusal::BadSignature)?.0.sequence;
        }
        Err(Refusal::Overloaded.into())
    }
}

/// An item's number together with its words: a device that uses a number twice loses nothing.
fn with_words(id: &str, text: &str) -> String {
    let digest = Sha256::digest(text);
    format!("{id}:{}", crate::drafts::hex(&digest[..8]))
}

/// What cannot be written down, and what nobody types into a field of one line.
fn has_control(submission: &Submission) -> bool {
    let Submitter {
        name,
        phone,
        identity,
        region,
        account: _,
    } = &submission.submitter;
    let fields = [name, phone, identity, region];
    let mut fields = fields.into_iter().flatten();
    contains_nul(submission) || fields.any(|field| field.chars().any(char::is_control))
}

fn outcome(accepted: &Accepted) -> ItemOutcome {
    let receipt = accepted.receipt.to_string();
    match accepted.arrival {
        Arrival::New => ItemOutcome::New(receipt),
        // Of words that come again only the time may differ: the clock was set meanwhile.
        Arrival::Known | Arrival::Changed => ItemOutcome::Known(receipt),
    }
}

/// New items whose time was guessed.
fn fresh_doubts(outcomes: &[Option<ItemOutcome>], states: &[ClockState]) -> usize {
    let both = outcomes.iter().zip(states);
    both.filter(|(outcome, state)| {
        matches!(outcome, Some(ItemOutcome::New(_))) && **state == ClockState::Doubtful
    })
    .count()
}

fn name(id: u64) -> String {
    format!("K-{id}")
}

fn act(by: &Principal) -> Act<'_> {
    Act {
        actor: &by.name,
        at: Timestamp::now(),
    }
}
