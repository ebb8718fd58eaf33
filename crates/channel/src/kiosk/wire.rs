//! The JSON of a batch.
//!
//! ```json
//! {"batch": {"device": "K-07", "id": "01KAG0D5T07ZQ4M8V2X3N6B9CE", "sequence": 42,
//!            "device_time": "2026-11-21T08:00:00Z",
//!            "items": [{"id": "01KAG0D5T07ZQ4M8V2X3N6B9CF", "consultation": "lake", "text": "…",
//!                       "article": "12", "written_at": "2026-11-21T07:58:10.250Z",
//!                       "submitter": {"identity": "居民"}, "consent": "2026-11",
//!                       "receipt": "2345-6789-ACEJ"}]},
//!  "signature": "64 hexadecimal digits"}
//! ```

use caifeng_domain::Submitter;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Batch, DeviceKey, Item, KioskError};
use crate::{
    limits::{MAX_BATCH_BYTES, MAX_BATCH_ITEMS},
    record::hex,
};

/// Longest name of a device.
const MAX_NAME_CHARS: usize = 100;

/// A batch that nobody has verified yet. Until then only its sender's name can be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedBatch {
    batch: Batch,
    signature: String,
}

impl SignedBatch {
    /// Reads the body of a request.
    pub fn read(body: &[u8]) -> Result<Self, KioskError> {
        if body.len() > MAX_BATCH_BYTES {
            return Err(KioskError::TooLarge { bytes: body.len() });
        }
        let wire: Wire = serde_json::from_slice(body).map_err(|error| KioskError::Malformed {
            line: error.line(),
            column: error.column(),
        })?;
        Ok(Self {
            batch: batch(wire.batch)?,
            signature: wire.signature,
        })
    }

    /// Signs, as the device does.
    #[must_use]
    pub fn sign(batch: Batch, key: &DeviceKey) -> Self {
        let signature = hex(&key.sign(&batch.canonical()));
        Self { batch, signature }
    }

    /// The device that it says it is from: find its key by this name.
    #[must_use]
    pub fn device(&self) -> &str {
        &self.batch.device
    }

    /// The batch, if the device signed it.
    pub fn verify(self, key: &DeviceKey) -> Result<Batch, KioskError> {
        let signature = unhex(&self.signature).ok_or(KioskError::BadSignature)?;
        if key.verifies(&self.batch.canonical(), &signature) {
            Ok(self.batch)
        } else {
            Err(KioskError::BadSignature)
        }
    }

    /// The body of a request.
    #[must_use]
    pub fn to_json(&self) -> String {
        let wire = Wire {
            batch: wire(&self.batch),
            signature: self.signature.clone(),
        };
        // Strings and numbers only, which JSON always can say.
        serde_json::to_string(&wire).unwrap_or_default()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    batch: WireBatch,
    signature: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireBatch {
    device: String,
    id: String,
    sequence: u64,
    device_time: String,
    items: Vec<WireItem>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireItem {
    id: String,
    consultation: String,
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    article: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    question: Option<u32>,
    written_at: String,
    #[serde(default)]
    submitter: WireSubmitter,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    consent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    receipt: Option<String>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct WireSubmitter {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

fn batch(wire: WireBatch) -> Result<Batch, KioskError> {
    if wire.sequence == 0 {
        return Err(KioskError::Invalid("sequence"));
    }
    if wire.items.len() > MAX_BATCH_ITEMS {
        return Err(KioskError::Invalid("items"));
    }
    let items = wire.items.into_iter().map(item);
    Ok(Batch {
        device: name(wire.device, "device")?,
        id: parsed(&wire.id, "id")?,
        sequence: wire.sequence,
        device_time: time(&wire.device_time, "device_time")?,
        items: items.collect::<Result<_, _>>()?,
    })
}

/// What the device's program writes must be right. What people typed is taken as it is: a fault in it
/// concerns one item, and whoever takes the batch in refuses that one alone.
fn item(wire: WireItem) -> Result<Item, KioskError> {
    let article = wire.article.map(|no| parsed(&no, "article")).transpose()?;
    Ok(Item {
        id: parsed(&wire.id, "id")?,
        consultation: wire.consultation,
        text: wire.text,
        article,
        question: wire.question,
        written_at: time(&wire.written_at, "written_at")?,
        submitter: Submitter {
            name: wire.submitter.name,
            phone: wire.submitter.phone,
            identity: wire.submitter.identity,
            region: wire.submitter.region,
            account: None,
        },
        consent: wire.consent.map(|v| name(v, "consent")).transpose()?,
        receipt: wire.receipt.map(|v| name(v, "receipt")).transpose()?,
    })
}

fn parsed<T: std::str::FromStr>(text: &str, field: &'static str) -> Result<T, KioskError> {
    text.parse().map_err(|_| KioskError::Invalid(field))
}

/// A time in whole milliseconds: finer ones would not be covered by the signature.
fn time(text: &str, field: &'static str) -> Result<Timestamp, KioskError> {
    let time: Timestamp = parsed(text, field)?;
    Timestamp::from_millisecond(time.as_millisecond()).map_err(|_| KioskError::Invalid(field))
}

fn name(text: String, field: &'static str) -> Result<String, KioskError> {
    let chars = text.chars().count();
    if chars == 0 || chars > MAX_NAME_CHARS || text.chars().any(char::is_control) {
        return Err(KioskError::Invalid(field));
    }
    Ok(text)
}

fn wire(batch: &Batch) -> WireBatch {
    let item = |item: &Item| WireItem {
        id: item.id.to_string(),
        consultation: item.consultation.clone(),
        text: item.text.clone(),
        article: item.article.map(|no| no.to_string()),
        question: item.question,
        written_at: item.written_at.to_string(),
        submitter: WireSubmitter {
            name: item.submitter.name.clone(),
            phone: item.submitter.phone.clone(),
            identity: item.submitter.identity.clone(),
            region: item.submitter.region.clone(),
        },
        consent: item.consent.clone(),
        receipt: item.receipt.clone(),
    };
    WireBatch {
        device: batch.device.clone(),
        id: batch.id.to_string(),
        sequence: batch.sequence,
        device_time: batch.device_time.to_string(),
        items: batch.items.iter().map(item).collect(),
    }
}

/// The bytes of an even number of hexadecimal digits.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |b: u8| char::from(b).to_digit(16).map(|d| d as u8);
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match *pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        })
        .collect()
}
