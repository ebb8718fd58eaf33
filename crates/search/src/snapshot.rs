//! One state of the index, complete and unchanging: what a search looks at.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use tantivy::{DocAddress, Searcher};

use crate::{
    Document, Kind, SearchError,
    catalogue::{Block, Catalogue},
    schema::Fields,
    vectors::{Centre, Frame, unit},
};

/// One living document.
pub(crate) struct Entry {
    /// Where tantivy has it.
    pub(crate) address: DocAddress,
    block: Arc<Block>,
    row: usize,
    /// The same for all documents of one consultation.
    pub(crate) consultation: usize,
    /// Its texts are seen from this centre; `None` where its kind has no vectors.
    centre: Option<usize>,
    frames: Vec<Frame>,
}

impl Entry {
    /// The document without its words and vectors.
    pub(crate) fn document(&self) -> &Document {
        &self.block.entries[self.address.doc_id as usize]
    }

    /// The vector of each part.
    fn vectors(&self) -> impl Iterator<Item = Option<Vec<f32>>> {
        self.rows().map(|row| self.block.vectors.row(row))
    }

    /// The row of each part in the vectors of the block.
    fn rows(&self) -> Range<usize> {
        self.row..self.row + self.document().parts.len()
    }
}

/// A query's vector as seen from every centre of a snapshot.
pub(crate) struct Gaze {
    vector: Vec<f32>,
    frames: Vec<Frame>,
}

/// All living documents in the order of their keys.
pub(crate) struct Snapshot {
    pub(crate) searcher: Searcher,
    catalogue: Catalogue,
    pub(crate) entries: Vec<Entry>,
    /// Number in `entries` by segment and tantivy's number in it.
    numbers: Vec<Vec<Option<usize>>>,
    centres: Vec<Centre>,
}

impl Snapshot {
    /// The state that `searcher` sees; `before` saves reading again what has not changed.
    pub(crate) fn new(
        searcher: Searcher,
        before: Option<&Self>,
        fields: Fields,
    ) -> Result<Self, SearchError> {
        let catalogue = match before {
            Some(before) => before.catalogue.follow(&searcher, fields)?,
            None => Catalogue::default().follow(&searcher, fields)?,
        };
        let mut snapshot = Self {
            entries: living(&searcher, &catalogue),
            numbers: Vec::new(),
            centres: Vec::new(),
            catalogue,
            searcher,
        };
        snapshot.number();
        snapshot.number_consultations();
        snapshot.look_from_centres();
        Ok(snapshot)
    }

    /// Number of documents.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Length of the vectors, where there are any.
    pub(crate) fn dimension(&self) -> Option<usize> {
        let mut dimensions = self.entries.iter().map(|e| e.block.vectors.dimension());
        dimensions.find(|dimension| *dimension > 0)
    }

    /// The document's number in `entries`.
    pub(crate) fn number_of(&self, address: DocAddress) -> Option<usize> {
        let segment = self.numbers.get(address.segment_ord as usize)?;
        *segment.get(address.doc_id as usize)?
    }

    /// Prepares a query's vector for [`Self::similarities`].
    pub(crate) fn gaze(&self, vector: &[f32]) -> Result<Option<Gaze>, SearchError> {
        let expected = self.dimension().unwrap_or(vector.len());
        let found = vector.len();
        if found != expected {
            return Err(SearchError::Dimension { found, expected });
        }
        Ok(unit(vector).map(|vector| Gaze {
            frames: self.centres.iter().map(|c| c.frame(&vector)).collect(),
            vector,
        }))
    }

    /// How near each part of `entry` is to the query, -1 to 1; 0 where there is no vector.
    pub(crate) fn similarities<'a>(
        &'a self,
        gaze: &'a Gaze,
        entry: &'a Entry,
    ) -> impl Iterator<Item = f32> + 'a {
        let centre = entry.centre.map(|c| (&self.centres[c], gaze.frames[c]));
        entry.rows().enumerate().map(move |(part, row)| {
            let product = entry.block.vectors.dot(row, &gaze.vector);
            let (Some((centre, frame)), Some(product)) = (centre, product) else {
                return 0.0;
            };
            centre.cosine(product, frame, entry.frames[part])
        })
    }

    fn number(&mut self) {
        let segments = self.searcher.segment_readers().iter();
        self.numbers = segments.map(|s| vec![None; s.max_doc() as usize]).collect();
        for (number, entry) in self.entries.iter().enumerate() {
            let DocAddress {
                segment_ord,
                doc_id,
            } = entry.address;
            self.numbers[segment_ord as usize][doc_id as usize] = Some(number);
        }
    }

    fn number_consultations(&mut self) {
        let mut slugs: BTreeMap<String, usize> = BTreeMap::new();
        for entry in &mut self.entries {
            let next = slugs.len();
            let slug = entry.document().consultation.clone();
            entry.consultation = *slugs.entry(slug).or_insert(next);
        }
    }

    /// Submissions and articles speak differently, and each draft has its own topic: each has its
    /// own centre.
    fn look_from_centres(&mut self) {
        let mut groups: BTreeMap<(usize, Kind), Vec<usize>> = BTreeMap::new();
        for (number, entry) in self.entries.iter().enumerate() {
            let group = (entry.consultation, entry.document().kind);
            groups.entry(group).or_default().push(number);
        }
        let groups: Vec<Vec<usize>> = groups.into_values().collect();
        for group in groups {
            let rows = group
                .iter()
                .flat_map(|&number| self.entries[number].vectors());
            let Some(centre) = Centre::of(rows.flatten()) else {
                continue;
            };
            for number in group {
                let entry = &mut self.entries[number];
                entry.centre = Some(self.centres.len());
                entry.frames = entry
                    .vectors()
                    .map(|row| row.map(|row| centre.frame(&row)).unwrap_or_default())
                    .collect();
            }
            self.centres.push(centre);
        }
    }
}

fn living(searcher: &Searcher, catalogue: &Catalogue) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (segment_ord, segment) in (0..).zip(searcher.segment_readers()) {
        let Some(block) = catalogue.block(segment.segment_id()) else {
            continue;
        };
        entries.extend(segment.doc_ids_alive().map(|doc_id| Entry {
            address: DocAddress::new(segment_ord, doc_id),
            row: block.first_row[doc_id as usize],
            block: Arc::clone(block),
            consultation: 0,
            centre: None,
            frames: Vec::new(),
        }));
    }
    entries.sort_by(|a, b| a.document().key.cmp(&b.document().key));
    entries
}
