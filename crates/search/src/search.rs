//! One search from the words to the hits.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::{
    Answer, Hit, Kind, Query, Reason, SearchError, SearchIndex,
    highlight::{highlights, snippet},
    lexical,
    rank::{self, Item},
    snapshot::{Entry, Gaze, Snapshot},
    terms::Terms,
};

/// A document that passes the filters, or that helps to judge those that do.
struct Candidate<'a> {
    entry: &'a Entry,
    /// How well its words fit; zero where it has none of the query's.
    lexical: f32,
    /// Whether it passes the filters.
    admitted: bool,
    kind: Kind,
    /// Its parts as the ranking sees them.
    items: Vec<Item<'a>>,
}

/// A candidate with its place in the order.
struct Ranked<'a> {
    entry: &'a Entry,
    /// That of its document, at hand: most hits are passed over by it alone.
    kind: Kind,
    score: f32,
    /// The part that fits best.
    part: usize,
}

impl SearchIndex {
    /// The best documents for `query`. Every text is a valid query.
    ///
    /// # Errors
    /// [`SearchError::Dimension`] for a vector of another length than those in the index;
    /// [`SearchError::Engine`] and [`SearchError::Record`] when the index is damaged.
    pub fn search(&self, query: &Query) -> Result<Answer, SearchError> {
        let snapshot = self.snapshot();
        let terms = self.analyser.query(&query.text);
        let mut lexical = vec![0.0; snapshot.len()];
        for (address, score) in lexical::scores(&snapshot.searcher, self.fields, &terms)? {
            if let Some(number) = snapshot.number_of(address) {
                lexical[number] = score;
            }
        }
        let listing = terms.is_empty() && query.vector.is_none();
        let gaze = match &query.vector {
            Some(vector) => snapshot.gaze(vector)?,
            None => None,
        };
        // In one go: documents lie all over the memory, and to fetch them takes most of the time.
        let candidate = |(entry, lexical): (_, f32)| {
            let entry: &Entry = entry;
            let document = entry.document();
            let admitted = query.filters.admit(document);
            let counts = admitted || query.filters.consult(document);
            counts.then(|| Candidate {
                entry,
                lexical,
                admitted,
                kind: document.kind,
                items: if listing {
                    Vec::new()
                } else {
                    items_of(&snapshot, query, gaze.as_ref(), entry, lexical)
                },
            })
        };
        let entries = snapshot.entries.par_iter().zip(lexical);
        let candidates: Vec<Candidate<'_>> = entries.filter_map(candidate).collect();
        let admitted = candidates.iter().filter(|c| c.admitted);
        let mut by_kind: BTreeMap<Kind, usize> = BTreeMap::new();
        for candidate in admitted.filter(|c| listing || c.lexical > 0.0) {
            *by_kind.entry(candidate.kind).or_default() += 1;
        }
        let mut ranked = if listing {
            list(&candidates)
        } else {
            order(&candidates, gaze.is_some())
        };
        let mut seen = BTreeSet::new();
        let mut shown: BTreeMap<Option<Kind>, usize> = BTreeMap::new();
        ranked.retain(|hit| {
            let shown = shown.entry(query.limit_each.then_some(hit.kind));
            let shown = shown.or_default();
            if *shown == query.limit {
                return false;
            }
            let group = hit.entry.document().group;
            let group = group.filter(|_| query.collapse_duplicates);
            let is_new = group.is_none_or(|group| seen.insert((hit.entry.consultation, group)));
            *shown += usize::from(is_new);
            is_new
        });
        let hits = ranked
            .iter()
            .map(|hit| self.show(&snapshot, &terms, hit, listing));
        Ok(Answer {
            hits: hits.collect::<Result<_, _>>()?,
            total: by_kind.values().sum(),
            by_kind,
        })
    }

    /// The hit with its words, read from the index.
    fn show(
        &self,
        snapshot: &Snapshot,
        wanted: &Terms,
        hit: &Ranked<'_>,
        listing: bool,
    ) -> Result<Hit, SearchError> {
        let stored = snapshot.searcher.doc(hit.entry.address)?;
        let mut document = self.fields.decode(&stored)?;
        for part in &mut document.parts {
            part.vector = Vec::new();
        }
        let found = if listing {
            Terms::default()
        } else {
            self.analyser.terms(&document.text)
        };
        let highlights = highlights(wanted, &found);
        let words: BTreeSet<&str> = highlights.iter().map(|h| h.of(&document.text)).collect();
        let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        let best_part = document.parts.get(hit.part).map_or(0, |p| p.span.start);
        Ok(Hit {
            snippet: snippet(&document.text, &highlights, best_part),
            reason: match (listing, words.is_empty()) {
                (true, _) => Reason::Listed,
                (false, false) => Reason::Words(words),
                (false, true) => Reason::Meaning,
            },
            score: hit.score,
            highlights,
            document,
        })
    }
}

/// All candidates in the order of their keys.
fn list<'a>(candidates: &[Candidate<'a>]) -> Vec<Ranked<'a>> {
    let admitted = candidates.iter().filter(|c| c.admitted);
    let all = admitted.map(|candidate| Ranked {
        entry: candidate.entry,
        kind: candidate.kind,
        score: 0.0,
        part: 0,
    });
    all.collect()
}

/// The candidates that have anything to do with the query, best first; all of them where meaning is compared.
fn order<'a>(candidates: &[Candidate<'a>], by_meaning: bool) -> Vec<Ranked<'a>> {
    let count = candidates
        .iter()
        .map(|candidate| candidate.items.len())
        .sum();
    let (mut items, mut owners) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for candidate in candidates {
        let first = items.len();
        items.extend_from_slice(&candidate.items);
        owners.resize(items.len(), (candidate, first));
    }
    let mut ranked: Vec<Ranked<'a>> = Vec::new();
    for (number, score) in rank::scores(&items).into_iter().enumerate() {
        let (candidate, first) = owners[number];
        let related = by_meaning || candidate.lexical > 0.0 || score.lift > 0.0;
        if !candidate.admitted || !related {
            continue;
        }
        let this = Ranked {
            entry: candidate.entry,
            kind: candidate.kind,
            score: score.total,
            part: number - first,
        };
        // The parts of a document follow each other; the best speaks for all.
        match ranked
            .last_mut()
            .filter(|last| std::ptr::eq(last.entry, this.entry))
        {
            Some(last) if last.score >= this.score => {}
            Some(last) => *last = this,
            None => ranked.push(this),
        }
    }
    // Stable: candidates come in the order of their keys, and so do equals.
    ranked.par_sort_by(|a, b| b.score.total_cmp(&a.score));
    ranked
}

/// The parts of a document as the ranking sees them; the whole where it has none.
fn items_of<'a>(
    snapshot: &Snapshot,
    query: &Query,
    gaze: Option<&Gaze>,
    entry: &'a Entry,
    lexical: f32,
) -> Vec<Item<'a>> {
    let document = entry.document();
    let whole = Item {
        kind: document.kind,
        lexical,
        similarity: 0.0,
        named: false,
        consultation: entry.consultation,
        articles: &[],
        point: None,
    };
    let parts = document.parts.iter().map(|part| Item {
        named: query
            .boost_articles
            .iter()
            .any(|a| part.articles.contains(a)),
        articles: &part.articles,
        point: part.point,
        ..whole
    });
    let mut items: Vec<Item<'a>> = parts.collect();
    if let Some(gaze) = gaze {
        let similarities = snapshot.similarities(gaze, entry);
        for (item, similarity) in items.iter_mut().zip(similarities) {
            item.similarity = similarity;
        }
    }
    if items.is_empty() {
        items.push(whole);
    }
    items
}

#[cfg(test)]
mod tests;
