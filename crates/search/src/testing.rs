//! What the tests of several modules need.

use caifeng_domain::{ArticleNo, PointId, Span};
use caifeng_text::segment::Segmenter;

use crate::{Document, Kind, Part, Query, SearchIndex};

/// A submission of the consultation `draft`, one part covering all of it.
pub(crate) fn submission(key: &str, text: &str) -> Document {
    let mut document = Document::new(key, Kind::Submission, "draft", text);
    document.parts.push(Part {
        span: Span::new(0, text.len()),
        articles: Vec::new(),
        point: None,
        vector: Vec::new(),
    });
    document
}

impl Document {
    pub(crate) fn linked(mut self, article: u16) -> Self {
        self.parts[0].articles.push(ArticleNo::new(article));
        self
    }

    pub(crate) fn saying(mut self, point: u64) -> Self {
        self.parts[0].point = PointId::new(point);
        self
    }

    pub(crate) fn meaning(mut self, vector: &[f32]) -> Self {
        self.parts[0].vector = vector.to_vec();
        self
    }
}

/// An index of `documents` in memory.
pub(crate) fn index_of(documents: &[Document]) -> SearchIndex {
    let index = SearchIndex::in_memory(Segmenter::new()).unwrap();
    index.update(documents, &[]).unwrap();
    index
}

/// The keys of the hits in order.
pub(crate) fn keys(index: &SearchIndex, query: &Query) -> Vec<String> {
    let answer = index.search(query).unwrap();
    answer.hits.into_iter().map(|h| h.document.key).collect()
}
