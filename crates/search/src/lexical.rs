//! How well the words fit: BM25 over both fields, for every document that has any of them.

use tantivy::{
    DocAddress, DocId, Score, Searcher, SegmentOrdinal, SegmentReader, TantivyError, Term,
    collector::{Collector, SegmentCollector},
    query::{BooleanQuery, Occur, Query, TermQuery},
    schema::{Field, IndexRecordOption},
};

use crate::{SearchError, schema::Fields, terms::Terms};

/// Scores of all documents that have any of `terms`, in no particular order.
///
/// The query is put together term by term: there is no syntax that a user could get wrong.
pub(crate) fn scores(
    searcher: &Searcher,
    fields: Fields,
    terms: &Terms,
) -> Result<Vec<(DocAddress, Score)>, SearchError> {
    let wanted = |field: Field, text: &str| -> (Occur, Box<dyn Query>) {
        let term = Term::from_field_text(field, text);
        let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
        (Occur::Should, Box::new(query))
    };
    let words = terms.words.iter().map(|t| wanted(fields.words, &t.text));
    let grams = terms.grams.iter().map(|t| wanted(fields.grams, &t.text));
    let query = BooleanQuery::new(words.chain(grams).collect());
    Ok(searcher.search(&query, &All)?)
}

/// Collects every match with its score.
struct All;

struct AllOfSegment {
    segment_ord: SegmentOrdinal,
    found: Vec<(DocAddress, Score)>,
}

impl Collector for All {
    type Fruit = Vec<(DocAddress, Score)>;
    type Child = AllOfSegment;

    fn for_segment(
        &self,
        segment_ord: SegmentOrdinal,
        _: &SegmentReader,
    ) -> Result<AllOfSegment, TantivyError> {
        Ok(AllOfSegment {
            segment_ord,
            found: Vec::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, fruits: Vec<Self::Fruit>) -> Result<Self::Fruit, TantivyError> {
        Ok(fruits.concat())
    }
}

impl SegmentCollector for AllOfSegment {
    type Fruit = Vec<(DocAddress, Score)>;

    fn collect(&mut self, doc: DocId, score: Score) {
        let address = DocAddress::new(self.segment_ord, doc);
        self.found.push((address, score));
    }

    fn harvest(self) -> Self::Fruit {
        self.found
    }
}
