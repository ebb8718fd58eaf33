//! A batch and the bytes that are signed.

use caifeng_domain::{ArticleNo, Channel, Submission, Submitter};
use jiff::Timestamp;

use super::{Clock, ClockState, Ulid};
use crate::date;

/// In front of the signed bytes: a signature over anything else is not one over a batch.
const DOMAIN: &str = "caifeng kiosk batch 1";
/// Of a batch that says which notice its senders were shown.
const DOMAIN_WITH_CONSENT: &str = "caifeng kiosk batch 2";
/// Of a batch that says which receipts its senders hold already, and which notice they were shown.
const DOMAIN_WITH_RECEIPTS: &str = "caifeng kiosk batch 3";
/// Of a batch in which key questions are answered; with all that the others have.
const DOMAIN_WITH_QUESTIONS: &str = "caifeng kiosk batch 4";

/// What a kiosk sends at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The device's name, as enrolled.
    pub device: String,
    /// Identity of the batch, kept when it is sent again.
    pub id: Ulid,
    /// The device's number of the batch: 1, 2, 3…, kept when it is sent again.
    pub sequence: u64,
    /// The device's clock at the moment of sending, set and signed anew each time.
    pub device_time: Timestamp,
    /// What was collected.
    pub items: Vec<Item>,
}

/// One opinion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its identity, made by the device.
    pub id: Ulid,
    /// The consultation's short name.
    pub consultation: String,
    /// The words.
    pub text: String,
    /// The article whose form was used.
    pub article: Option<ArticleNo>,
    /// Number of the key question that it answers.
    pub question: Option<u32>,
    /// The device's clock when it was said.
    pub written_at: Timestamp,
    /// Who, if they wanted to say.
    pub submitter: Submitter,
    /// Version of the notice about personal data that was agreed to.
    pub consent: Option<String>,
    /// The receipt that the device gave its sender, who could not wait for ours.
    pub receipt: Option<String>,
}

impl Batch {
    /// The bytes that are signed: every field with its length in front, so that different batches
    /// never have the same ones. They do not depend on how the JSON was spaced or ordered.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let any = |has: fn(&Item) -> bool| self.items.iter().any(has);
        let with_questions = any(|item| item.question.is_some());
        let with_receipts = with_questions || any(|item| item.receipt.is_some());
        let with_consent = with_receipts || any(|item| item.consent.is_some());
        let domain = if with_questions {
            DOMAIN_WITH_QUESTIONS
        } else if with_receipts {
            DOMAIN_WITH_RECEIPTS
        } else if with_consent {
            DOMAIN_WITH_CONSENT
        } else {
            DOMAIN
        };
        put(&mut out, domain);
        put(&mut out, &self.device);
        put(&mut out, &self.id.to_string());
        put(&mut out, &self.sequence.to_string());
        put(&mut out, &self.device_time.as_millisecond().to_string());
        put(&mut out, &self.items.len().to_string());
        for item in &self.items {
            put(&mut out, &item.id.to_string());
            put(&mut out, &item.consultation);
            put(&mut out, &item.text);
            let article = item.article.map(|no| no.to_string());
            put_optional(&mut out, article.as_deref());
            put(&mut out, &item.written_at.as_millisecond().to_string());
            let Submitter {
                name,
                phone,
                identity,
                region,
                // A kiosk knows nobody's account.
                account: _,
            } = &item.submitter;
            for part in [name, phone, identity, region] {
                put_optional(&mut out, part.as_deref());
            }
            if with_consent {
                put_optional(&mut out, item.consent.as_deref());
            }
            if with_receipts {
                put_optional(&mut out, item.receipt.as_deref());
            }
            if with_questions {
                let question = item.question.map(|number| number.to_string());
                put_optional(&mut out, question.as_deref());
            }
        }
        out
    }

    /// The submissions with the consultations that they belong to and the state of the clock that
    /// their times come from. The station is the caller's to fill in: the device stands in one.
    #[must_use]
    pub fn submissions(&self, clock: &Clock) -> Vec<(String, ClockState, Submission)> {
        let submission = |item: &Item| {
            let (at, state) = clock.best_time(item.written_at);
            let submission = Submission {
                external_id: Some(item.external_id(&self.device)),
                channel: Channel::Kiosk,
                station: None,
                submitted_at: date::from_unix(at.as_second()),
                article_hint: item.article,
                submitter: item.submitter.clone(),
                text: item.text.clone(),
            };
            (item.consultation.clone(), state, submission)
        };
        self.items.iter().map(submission).collect()
    }
}

impl Item {
    /// Identity of the submission: the same whenever `device` sends the item again.
    #[must_use]
    pub fn external_id(&self, device: &str) -> String {
        format!("kiosk:{device}:{}", self.id)
    }
}

fn put(out: &mut Vec<u8>, part: &str) {
    out.extend((part.len() as u64).to_be_bytes());
    out.extend(part.as_bytes());
}

/// A part that is there, even if empty, or is not.
fn put_optional(out: &mut Vec<u8>, part: Option<&str>) {
    out.push(u8::from(part.is_some()));
    put(out, part.unwrap_or_default());
}
