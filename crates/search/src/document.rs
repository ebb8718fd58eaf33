//! What goes into the index.

use caifeng_domain::{ArticleNo, Channel, Named, PointId, Span, Status};

/// What kind of text a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A submission.
    Submission,
    /// An article of a draft.
    Article,
    /// What several submissions say in common.
    Point,
}

impl Named for Kind {
    const NAMES: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Submission, "submission", "来件"),
        (Self::Article, "article", "条文"),
        (Self::Point, "point", "观点"),
    ];
}

/// One text to be found: a submission with its units, an article with its paragraphs, or a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Unique in the index; a document with the same key replaces the older one.
    pub key: String,
    /// Submission, article or point.
    pub kind: Kind,
    /// The consultation's slug.
    pub consultation: String,
    /// The heading, searched with the text: an article's title and chapter, a point's key words.
    pub title: Option<String>,
    /// The words exactly as delivered.
    pub text: String,
    /// How it came.
    pub channel: Option<Channel>,
    /// Where it was collected.
    pub station: Option<String>,
    /// The day it was sent, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// What triage made of it.
    pub status: Option<Status>,
    /// Submissions with the same number are duplicates of each other.
    pub group: Option<u64>,
    /// The units of a submission, the paragraphs of an article. May be empty.
    pub parts: Vec<Part>,
}

impl Document {
    /// A document with nothing but its words.
    #[must_use]
    pub fn new(
        key: impl Into<String>,
        kind: Kind,
        consultation: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self {
            key: key.into(),
            kind,
            consultation: consultation.into(),
            title: None,
            text: text.into(),
            channel: None,
            station: None,
            date: None,
            status: None,
            group: None,
            parts: Vec::new(),
        }
    }

    /// Whether any part is linked to `article`.
    #[must_use]
    pub fn concerns(&self, article: ArticleNo) -> bool {
        self.parts
            .iter()
            .any(|part| part.articles.contains(&article))
    }
}

/// One thing that a document says.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Where it stands in the document's text.
    pub span: Span,
    /// Articles that it is linked to, or the article that it belongs to. Parts of one article vouch
    /// for each other in the ranking.
    pub articles: Vec<ArticleNo>,
    /// The point that it makes. Parts with the same point vouch for each other still more.
    pub point: Option<PointId>,
    /// Its meaning as a vector of any length but zero; empty where there is no model.
    pub vector: Vec<f32>,
}
