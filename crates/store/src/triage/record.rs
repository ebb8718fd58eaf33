//! How nested results are written: JSON that only this crate reads.

use caifeng_domain::{
    ArticleNo, Edit, EditOp, Evidence, EvidenceKind, Link, NodeId, PersonalData, PersonalDataKind,
    Span,
};
use serde::{Deserialize, Serialize, Serializer, de::DeserializeOwned, ser::Error};

use crate::{
    StoreError,
    rows::{corrupt, from_wire, wire},
};

/// First byte and one past the last.
pub(crate) type SpanRecord = (usize, usize);

/// A domain value's written form.
pub(crate) trait Recorded: Sized {
    type Record: Serialize + DeserializeOwned;

    fn to_record(&self) -> Self::Record;

    /// None for what this version does not write.
    fn from_record(record: Self::Record) -> Option<Self>;
}

/// Writes values as JSON.
pub(crate) fn to_json<T: Recorded>(values: &[T]) -> Result<String, StoreError> {
    let records: Vec<T::Record> = values.iter().map(T::to_record).collect();
    plain_json(&records)
}

/// Reads what [`to_json`] wrote.
pub(crate) fn from_json<T: Recorded>(
    column: &'static str,
    json: &str,
) -> Result<Vec<T>, StoreError> {
    let records: Vec<T::Record> = plain_value(column, json)?;
    records
        .into_iter()
        .map(T::from_record)
        .collect::<Option<_>>()
        .ok_or_else(|| unreadable(column))
}

/// Writes what serde knows by itself.
pub(crate) fn plain_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(StoreError::Unstorable)
}

/// Reads what [`plain_json`] wrote.
pub(crate) fn plain_value<T: DeserializeOwned>(
    column: &'static str,
    json: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|_| unreadable(column))
}

/// Without the JSON: it may quote a sender, and errors are logged.
pub(crate) fn unreadable(column: &'static str) -> StoreError {
    corrupt(column, "unreadable JSON")
}

/// A probability. Refuses what JSON cannot say; written widened, as the short decimal form of a
/// float is not always read back as the same one.
#[derive(Deserialize)]
struct Probability(f32);

impl Serialize for Probability {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_finite() {
            serializer.serialize_f64(self.0.into())
        } else {
            Err(S::Error::custom("a probability that is not a number"))
        }
    }
}

impl Recorded for Span {
    type Record = SpanRecord;

    fn to_record(&self) -> SpanRecord {
        (self.start, self.end)
    }

    fn from_record((start, end): SpanRecord) -> Option<Self> {
        Some(Self::new(start, end))
    }
}

impl Recorded for PersonalData {
    type Record = (String, SpanRecord);

    fn to_record(&self) -> Self::Record {
        let kind = wire(&PersonalDataKind::ALL, self.kind);
        (kind.to_owned(), self.span.to_record())
    }

    fn from_record((kind, span): Self::Record) -> Option<Self> {
        Some(Self {
            kind: from_wire(&PersonalDataKind::ALL, &kind)?,
            span: Span::from_record(span)?,
        })
    }
}

impl Recorded for ArticleNo {
    type Record = String;

    fn to_record(&self) -> String {
        self.to_string()
    }

    fn from_record(record: String) -> Option<Self> {
        record.parse().ok()
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct LinkRecord {
    article: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<u32>,
    kind: String,
    spans: Vec<SpanRecord>,
    neighbours: Vec<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    former: Option<String>,
    confidence: Probability,
}

impl Recorded for Link {
    type Record = LinkRecord;

    fn to_record(&self) -> LinkRecord {
        LinkRecord {
            article: self.article.to_string(),
            node: self.node.map(|node| node.0),
            kind: wire(&EvidenceKind::ALL, self.evidence.kind).to_owned(),
            spans: self.evidence.spans.iter().map(Span::to_record).collect(),
            neighbours: self.evidence.neighbours.clone(),
            former: self.evidence.former.map(|former| former.to_string()),
            confidence: Probability(self.confidence),
        }
    }

    fn from_record(record: LinkRecord) -> Option<Self> {
        let former = record.former.map(|former| former.parse().ok());
        let spans = record.spans.into_iter().map(Span::from_record);
        Some(Self {
            article: record.article.parse().ok()?,
            node: record.node.map(NodeId),
            evidence: Evidence {
                kind: from_wire(&EvidenceKind::ALL, &record.kind)?,
                spans: spans.collect::<Option<_>>()?,
                neighbours: record.neighbours,
                former: former.map_or(Some(None), |f| f.map(Some))?,
            },
            confidence: record.confidence.0,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct EditRecord {
    op: String,
    target: String,
    from: Option<String>,
    to: Option<String>,
    from_in_draft: Option<bool>,
}

impl Recorded for Edit {
    type Record = EditRecord;

    fn to_record(&self) -> EditRecord {
        EditRecord {
            op: wire(&EditOp::ALL, self.op).to_owned(),
            target: self.target.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            from_in_draft: self.from_in_draft,
        }
    }

    fn from_record(record: EditRecord) -> Option<Self> {
        Some(Self {
            op: from_wire(&EditOp::ALL, &record.op)?,
            target: record.target,
            from: record.from,
            to: record.to,
            from_in_draft: record.from_in_draft,
        })
    }
}
