//! Which documents a query may find at all.

use crate::{Document, Kind, query::Filters};

impl Filters {
    /// Whether `document` fulfils every condition.
    #[must_use]
    pub fn admit(&self, document: &Document) -> bool {
        let date = document.date.as_deref();
        self.kind.is_none_or(|wanted| document.kind == wanted)
            && self.speaks_of(document)
            && wanted(self.channel, document.channel)
            && wanted(self.station.as_deref(), document.station.as_deref())
            && wanted(self.status, document.status)
            // Dates of one form sort as text.
            && (self.date_from.as_deref()).is_none_or(|first| date.is_some_and(|d| d >= first))
            && (self.date_to.as_deref()).is_none_or(|last| date.is_some_and(|d| d <= last))
    }

    /// Whether `document` helps to judge those that fulfil the conditions: an article of the draft
    /// that they speak of.
    pub(crate) fn consult(&self, document: &Document) -> bool {
        document.kind == Kind::Article && self.speaks_of(document)
    }

    fn speaks_of(&self, document: &Document) -> bool {
        let consultation = Some(document.consultation.as_str());
        wanted(self.consultation.as_deref(), consultation)
            && self
                .article
                .is_none_or(|article| document.concerns(article))
    }
}

fn wanted<T: Copy + PartialEq>(wanted: Option<T>, found: Option<T>) -> bool {
    wanted.is_none() || wanted == found
}
