//! Which documents a query may find at all.

use std::collections::BTreeSet;

use crate::{Document, Kind, query::Filters};

impl Filters {
    /// Whether `document` fulfils every condition.
    #[must_use]
    pub fn admit(&self, document: &Document) -> bool {
        let date = document.date.as_deref();
        self.kind.is_none_or(|wanted| document.kind == wanted)
            && self.speaks_of(document)
            && wanted(self.channel, document.channel)
            && (self.stations.as_ref()).is_none_or(|any| is_among(any, document))
            && self.is_within_reach(document)
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

    fn is_within_reach(&self, document: &Document) -> bool {
        match (&self.within, document.kind) {
            (None, _) | (_, Kind::Article) => true,
            (Some(places), Kind::Submission) => is_among(places, document),
            (Some(_), Kind::Point) => false,
        }
    }

    fn speaks_of(&self, document: &Document) -> bool {
        let consultation = Some(document.consultation.as_str());
        wanted(self.consultation.as_deref(), consultation)
            && self
                .article
                .is_none_or(|article| document.concerns(article))
    }
}

fn is_among(places: &BTreeSet<String>, document: &Document) -> bool {
    let station = document.station.as_ref();
    station.is_some_and(|station| places.contains(station))
}

fn wanted<T: Copy + PartialEq>(wanted: Option<T>, found: Option<T>) -> bool {
    wanted.is_none() || wanted == found
}
