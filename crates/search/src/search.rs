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
}

/// A candidate with its place in the order.
struct Ranked<'a> {
    entry: &'a Entry,
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
        let candidates: Vec<Candidate<'_>> = (snapshot.entries.par_iter().zip(lexical))
            .map(|(entry, lexical)| Candidate {
                entry,
                lexical,
                admitted: query.filters.admit(entry.document()),
            })
            .filter(|c| c.admitted || query.filters.consult(c.entry.document()))
            .collect();
        let listing = terms.is_empty() && query.vector.is_none();
        let admitted = candidates.iter().filter(|c| c.admitted);
        let mut by_kind: BTreeMap<Kind, usize> = BTreeMap::new();
        for candidate in admitted.filter(|c| listing || c.lexical > 0.0) {
            *by_kind.entry(candidate.entry.document().kind).or_default() += 1;
        }
        let mut ranked = if listing {
            list(&candidates)
        } else {
            order(&snapshot, query, &candidates)?
        };
        if query.collapse_duplicates {
            let mut seen = BTreeSet::new();
            ranked.retain(|hit| {
                let document = hit.entry.document();
                let group = document.group.map(|g| (hit.entry.consultation, g));
                group.is_none_or(|group| seen.insert(group))
            });
        }
        let mut shown: BTreeMap<Option<Kind>, usize> = BTreeMap::new();
        ranked.retain(|hit| {
            let kind = query.limit_each.then(|| hit.entry.document().kind);
            let shown = shown.entry(kind).or_default();
            *shown += 1;
            *shown <= query.limit
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
        score: 0.0,
        part: 0,
    });
    all.collect()
}

/// The candidates that have anything to do with the query, best first.
fn order<'a>(
    snapshot: &Snapshot,
    query: &Query,
    candidates: &[Candidate<'a>],
) -> Result<Vec<Ranked<'a>>, SearchError> {
    let gaze = match &query.vector {
        Some(vector) => snapshot.gaze(vector)?,
        None => None,
    };
    let (mut items, mut owners) = (Vec::new(), Vec::new());
    let each: Vec<Vec<Item<'a>>> = (candidates.par_iter())
        .map(|candidate| items_of(snapshot, query, gaze.as_ref(), candidate))
        .collect();
    for (candidate, own) in candidates.iter().zip(each) {
        let first = items.len();
        items.extend(own);
        owners.resize(items.len(), (candidate, first));
    }
    let mut ranked: Vec<Ranked<'a>> = Vec::new();
    for (number, score) in rank::scores(&items).into_iter().enumerate() {
        let (candidate, first) = owners[number];
        let related = gaze.is_some() || candidate.lexical > 0.0 || score.lift > 0.0;
        if !candidate.admitted || !related {
            continue;
        }
        let this = Ranked {
            entry: candidate.entry,
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
    Ok(ranked)
}

/// The parts of a candidate as the ranking sees them; the whole where it has none.
fn items_of<'a>(
    snapshot: &Snapshot,
    query: &Query,
    gaze: Option<&Gaze>,
    candidate: &Candidate<'a>,
) -> Vec<Item<'a>> {
    let entry = candidate.entry;
    let document = entry.document();
    let whole = Item {
        kind: document.kind,
        lexical: candidate.lexical,
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
