//! What is asked, and what comes back.

use std::collections::{BTreeMap, BTreeSet};

use caifeng_domain::{ArticleNo, Channel, Span, Status};

use crate::{Document, Kind};

/// Conditions that every hit fulfils. `None` means any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filters {
    /// Submission, article or point.
    pub kind: Option<Kind>,
    /// The consultation's slug.
    pub consultation: Option<String>,
    /// Linked to this article, or being it.
    pub article: Option<ArticleNo>,
    /// How it came.
    pub channel: Option<Channel>,
    /// Where it was collected, any of these whole names.
    pub stations: Option<BTreeSet<String>>,
    /// Places beyond which whoever asks may not look: submissions from elsewhere or from nowhere fall
    /// out, and so do points, which may speak for any place.
    pub within: Option<BTreeSet<String>>,
    /// First day, `YYYY-MM-DD`, included. Undated documents fall out.
    pub date_from: Option<String>,
    /// Last day, `YYYY-MM-DD`, included. Undated documents fall out.
    pub date_to: Option<String>,
    /// What triage made of it.
    pub status: Option<Status>,
}

/// One search.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Plain words; there is no syntax. Nothing searchable in it (empty, only punctuation): all
    /// that pass the filters, by key.
    pub text: String,
    /// The meaning of `text` by the model that made the documents' vectors, without citation words.
    pub vector: Option<Vec<f32>>,
    /// Articles that `text` names: documents linked to them come first.
    pub boost_articles: Vec<ArticleNo>,
    /// Conditions.
    pub filters: Filters,
    /// At most so many hits.
    pub limit: usize,
    /// So many of each kind instead.
    pub limit_each: bool,
    /// Of documents with the same `group` only the best is shown.
    pub collapse_duplicates: bool,
}

impl Query {
    /// Ten hits for `text`, without vector or filters.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            vector: None,
            boost_articles: Vec::new(),
            filters: Filters::default(),
            limit: 10,
            limit_each: false,
            collapse_duplicates: false,
        }
    }
}

/// Why a document was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The query was empty: it passes the filters.
    Listed,
    /// It has these words of the query, as they stand in the text, each once, sorted.
    Words(Vec<String>),
    /// It has none of the words; its meaning, its article or its point is near.
    Meaning,
}

/// A stretch of a hit's text to show in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// Where it stands in the hit's text.
    pub span: Span,
    /// Matched words in it, as spans of the hit's text.
    pub highlights: Vec<Span>,
}

/// One document found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The document, without the vectors of its parts.
    pub document: Document,
    /// Comparable within one answer only; higher is better.
    pub score: f32,
    /// Why.
    pub reason: Reason,
    /// All matched words, as spans of the text as delivered, in order, never overlapping.
    pub highlights: Vec<Span>,
    /// The part of the text with most of them.
    pub snippet: Snippet,
}

/// The answer to a query.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// Best first; ties by key.
    pub hits: Vec<Hit>,
    /// How many documents pass the filters and match; for a listing all that pass.
    pub total: usize,
    /// The same by kind.
    pub by_kind: BTreeMap<Kind, usize>,
}
