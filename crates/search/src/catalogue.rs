//! What filters and ranking need to know of every document, held in memory segment by segment.
//!
//! Segments of the index never change, so a commit reads only the new ones.

use std::{collections::BTreeMap, sync::Arc};

use rayon::prelude::*;
use tantivy::{Searcher, SegmentReader, TantivyDocument, index::SegmentId};

use crate::{Document, SearchError, index::AT_ONCE, schema::Fields, vectors::Vectors};

/// One segment: its documents without their words, and the vectors of their parts.
#[derive(Debug)]
pub(crate) struct Block {
    /// By tantivy's number in the segment, deleted ones included. `text` and the parts' `vector`
    /// are empty.
    pub(crate) entries: Vec<Document>,
    /// One row a part, in the order of the entries.
    pub(crate) vectors: Vectors,
    /// The row of each entry's first part.
    pub(crate) first_row: Vec<usize>,
}

impl Block {
    fn read(segment: &SegmentReader, fields: Fields) -> Result<Self, SearchError> {
        let mut block = Self {
            entries: Vec::new(),
            vectors: Vectors::default(),
            first_row: Vec::new(),
        };
        // Every block is read once, front to back: no cache.
        let store = segment.get_store_reader(1)?;
        let mut all = store.iter::<TantivyDocument>(None);
        loop {
            let some: Vec<TantivyDocument> =
                all.by_ref().take(AT_ONCE).collect::<Result<_, _>>()?;
            if some.is_empty() {
                return Ok(block);
            }
            let decode = |stored| {
                let entry = fields.decode(stored)?;
                let text = String::new();
                Ok(Document { text, ..entry })
            };
            let decoded = some.par_iter().map(decode);
            for mut entry in decoded.collect::<Result<Vec<Document>, SearchError>>()? {
                block.first_row.push(block.vectors.len());
                for part in &mut entry.parts {
                    block.vectors.push(&std::mem::take(&mut part.vector));
                }
                block.entries.push(entry);
            }
        }
    }
}

/// The blocks of all segments of one state of the index.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    blocks: BTreeMap<SegmentId, Arc<Block>>,
}

impl Catalogue {
    /// The blocks for `searcher`, taking from `self` those that it knows already.
    pub(crate) fn follow(&self, searcher: &Searcher, fields: Fields) -> Result<Self, SearchError> {
        let mut blocks = BTreeMap::new();
        for segment in searcher.segment_readers() {
            let id = segment.segment_id();
            let block = match self.blocks.get(&id) {
                Some(block) => Arc::clone(block),
                None => Arc::new(Block::read(segment, fields)?),
            };
            blocks.insert(id, block);
        }
        Ok(Self { blocks })
    }

    /// The block of a segment that [`Self::follow`] has seen.
    pub(crate) fn block(&self, segment: SegmentId) -> Option<&Arc<Block>> {
        self.blocks.get(&segment)
    }
}
