//! The stored form of a document: JSON without the vectors, which follow as little-endian 16-bit floats.

use caifeng_domain::{Named, PointId, Span};
use half::{f16, slice::HalfFloatSliceExt, vec::HalfFloatVecExt};
use serde::{Deserialize, Serialize};

use crate::{Document, Kind, Part, SearchError, vectors::unit};

#[derive(Serialize, Deserialize)]
struct Record {
    key: String,
    kind: String,
    consultation: String,
    title: Option<String>,
    text: String,
    channel: Option<String>,
    station: Option<String>,
    date: Option<String>,
    status: Option<String>,
    group: Option<u64>,
    parts: Vec<RecordPart>,
}

#[derive(Serialize, Deserialize)]
struct RecordPart {
    start: usize,
    end: usize,
    articles: Vec<String>,
    point: Option<u64>,
    dimension: usize,
}

/// The record and the vectors of `document`.
pub(crate) fn encode(document: &Document) -> Result<(Vec<u8>, Vec<u8>), SearchError> {
    let record = Record {
        key: document.key.clone(),
        kind: document.kind.wire().to_owned(),
        consultation: document.consultation.clone(),
        title: document.title.clone(),
        text: document.text.clone(),
        channel: document.channel.map(|c| c.wire().to_owned()),
        station: document.station.clone(),
        date: document.date.clone(),
        status: document.status.map(|s| s.wire().to_owned()),
        group: document.group,
        parts: document.parts.iter().map(RecordPart::from).collect(),
    };
    let json = serde_json::to_vec(&record).map_err(|source| SearchError::Record {
        key: record.key,
        source,
    })?;
    // Of length one, so that no number is out of the range of 16 bits.
    let units = document.parts.iter().map(|part| {
        let vector = &part.vector;
        unit(vector).unwrap_or_else(|| vec![0.0; vector.len()])
    });
    let halves = Vec::from_f32_slice(&units.flatten().collect::<Vec<f32>>());
    Ok((
        json,
        halves.into_iter().flat_map(f16::to_le_bytes).collect(),
    ))
}

/// The document back. Values that are no longer known become `None`.
pub(crate) fn decode(json: &[u8], vectors: &[u8]) -> Result<Document, SearchError> {
    let record: Record = serde_json::from_slice(json).map_err(|source| SearchError::Record {
        key: String::new(),
        source,
    })?;
    let (halves, _) = vectors.as_chunks();
    let halves: Vec<f16> = halves.iter().map(|b| f16::from_le_bytes(*b)).collect();
    let mut floats = halves.to_f32_vec().into_iter();
    let mut part = |part: RecordPart| Part {
        span: Span::new(part.start, part.end),
        articles: part
            .articles
            .iter()
            .filter_map(|a| a.parse().ok())
            .collect(),
        point: part.point.and_then(PointId::new),
        vector: floats.by_ref().take(part.dimension).collect(),
    };
    Ok(Document {
        parts: record.parts.into_iter().map(&mut part).collect(),
        kind: Kind::from_name(&record.kind).unwrap_or(Kind::Submission),
        channel: record.channel.and_then(|c| Named::from_name(&c)),
        status: record.status.and_then(|s| Named::from_name(&s)),
        key: record.key,
        consultation: record.consultation,
        title: record.title,
        text: record.text,
        station: record.station,
        date: record.date,
        group: record.group,
    })
}

impl From<&Part> for RecordPart {
    fn from(part: &Part) -> Self {
        Self {
            start: part.span.start,
            end: part.span.end,
            articles: part.articles.iter().map(ToString::to_string).collect(),
            point: part.point.map(PointId::get),
            dimension: part.vector.len(),
        }
    }
}
