//! The search of staff (检索): one box over submissions, points and articles of every consultation that
//! somebody may read, and over the law library.
//!
//! **Invariants.** Whoever speaks for some places finds no submission from elsewhere and no point.
//! Personal data is masked in what is shown and exported, and finds nothing.

mod asked;
mod export;
mod masked;
mod opened;
mod saved;

use std::{collections::BTreeMap, sync::Arc};

use caifeng_domain::{ArticleNo, Channel, Draft, Permission, PointId, Status, SubmissionId};
use caifeng_search::{Hit, Kind, Query, Reason};
use caifeng_store::Principal;

use self::{asked::Asked, opened::Opened};
use crate::{
    App, AppError, CitedProvision, LibraryAnswer, LibraryRequest, SharedEncoder, catalogue::Listed,
};

pub use asked::{SeekKind, SeekRequest};
pub use export::SheetFormat;
pub use masked::Piece;
pub(crate) use opened::Indexes;

/// Hits on a page of one kind, and of each kind where all are shown.
const PAGE: usize = 20;
const OF_EACH: usize = 5;
/// Hits that can be leafed through.
const MAX_LEAFED: usize = 1_000;

/// A submission, point or article that was found.
#[derive(Debug, Clone)]
pub struct Sought {
    /// What it is.
    pub kind: Kind,
    /// The consultation's short name.
    pub slug: String,
    /// The consultation's title.
    pub consultation: String,
    /// `S-42` or `P-7`; an article's number.
    pub key: String,
    /// Chapter and number of an article, key words of a point.
    pub heading: Option<String>,
    /// The articles that it concerns.
    pub articles: Vec<ArticleNo>,
    /// The points that a submission makes.
    pub points: Vec<PointId>,
    /// How it came.
    pub channel: Option<Channel>,
    /// Where it was collected.
    pub station: Option<String>,
    /// The day it was sent.
    pub date: Option<String>,
    /// What triage made of it.
    pub status: Option<Status>,
    /// Why it was found.
    pub reason: Reason,
    /// The piece of it to show, masked.
    pub pieces: Vec<Piece>,
    /// Whether there is more of it than the piece.
    pub is_cut: bool,
    /// All of it, masked.
    pub text: String,
    /// The other laws that it names.
    pub cited: Vec<CitedProvision>,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Seeking {
    /// Submissions, points and articles, each kind best first.
    pub hits: Vec<Sought>,
    /// How many have the words, by kind.
    pub by_kind: BTreeMap<Kind, usize>,
    /// From the law library.
    pub library: LibraryAnswer,
    /// Titles of consultations that cannot be searched yet: their index is being made.
    pub preparing: Vec<String>,
    /// Whether there is another page.
    pub has_more: bool,
    /// Whether meaning was compared without a model.
    pub is_lexical: bool,
}

impl App {
    /// Searches what `by` may read.
    pub async fn seek(&self, by: &Principal, request: SeekRequest) -> Result<Seeking, AppError> {
        let (first, limit) = match request.kind {
            None => (0, OF_EACH),
            Some(_) => (request.page.min(MAX_LEAFED / PAGE) * PAGE, PAGE),
        };
        let mut found = self.seek_from(by, request, first, limit).await?;
        self.note_cited(&mut found.hits).await?;
        Ok(found)
    }

    /// `limit` hits of each kind after the `first`, and whether there are more.
    async fn seek_from(
        &self,
        by: &Principal,
        request: SeekRequest,
        first: usize,
        limit: usize,
    ) -> Result<Seeking, AppError> {
        let asked = self.understood(by, &request).await?;
        let mut found = Seeking::default();
        if request.kind != Some(SeekKind::Law) {
            let kind = request.kind.and_then(SeekKind::indexed);
            let encoder = self.encoder().await?;
            found.is_lexical = encoder.is_lexical();
            let mut lists: BTreeMap<Kind, Vec<Vec<Sought>>> = BTreeMap::new();
            for listed in self.readable(by, request.consultation.as_deref()).await? {
                let Some(opened) = self.opened_index(&listed).await? else {
                    found.preparing.push(listed.consultation.title);
                    continue;
                };
                let answer = answer(opened, &asked, &encoder, kind, first + limit + 1).await?;
                for (kind, count) in answer.by_kind {
                    *found.by_kind.entry(kind).or_default() += count;
                }
                let mut of_kind: BTreeMap<Kind, Vec<Sought>> = BTreeMap::new();
                for sought in self.shown(&listed, answer.hits).await? {
                    of_kind.entry(sought.kind).or_default().push(sought);
                }
                for (kind, list) in of_kind {
                    lists.entry(kind).or_default().push(list);
                }
            }
            for lists in lists.into_values() {
                let merged = in_turn(lists);
                found.has_more |= merged.len() > first + limit;
                found
                    .hits
                    .extend(merged.into_iter().skip(first).take(limit));
            }
        }
        if asked.reaches_laws && request.kind.is_none_or(|kind| kind == SeekKind::Law) {
            let request = LibraryRequest {
                text: request.text,
                validity: request.validity,
                limit: first + limit,
            };
            found.library = self.search_library(request).await?;
            let hits = std::mem::take(&mut found.library.hits);
            found.has_more |= found.library.total > first + limit && !hits.is_empty();
            found.library.hits = hits.into_iter().skip(first).collect();
        }
        Ok(found)
    }

    /// The consultations that `by` may read: the one named, or all.
    pub async fn readable(
        &self,
        by: &Principal,
        slug: Option<&str>,
    ) -> Result<Vec<Listed>, AppError> {
        if let Some(slug) = slug {
            let one = self
                .consultation_to(by, Permission::ReadReport, slug)
                .await?;
            return Ok(vec![one]);
        }
        let all = self.consultations().await?;
        let readable = all
            .iter()
            .filter(|listed| listed.allows(by, Permission::ReadReport));
        Ok(readable.cloned().collect())
    }

    /// Hits as they may be seen.
    async fn shown(&self, listed: &Listed, hits: Vec<Hit>) -> Result<Vec<Sought>, AppError> {
        let ids: Vec<SubmissionId> = hits
            .iter()
            .filter(|hit| hit.document.kind == Kind::Submission)
            .filter_map(|hit| hit.document.key.parse().ok())
            .collect();
        let mut personal = self.store.personal_data(listed.id, &ids).await?;
        let listed = listed.clone();
        let show = move || {
            let shown = hits.into_iter().filter_map(|hit| {
                let id: Option<SubmissionId> = hit.document.key.parse().ok();
                let data = id.and_then(|id| personal.remove(&id));
                // Whose personal data nobody looked for is not shown.
                let data = match hit.document.kind {
                    Kind::Submission => data?,
                    Kind::Article | Kind::Point => Vec::new(),
                };
                masked::shown(&listed, hit, &data)
            });
            shown.collect()
        };
        Ok(tokio::task::spawn_blocking(show).await?)
    }

    /// Adds the other laws that submissions and articles name.
    async fn note_cited(&self, hits: &mut [Sought]) -> Result<(), AppError> {
        let all = self.consultations().await?;
        let none = Arc::new(Draft::default());
        for hit in hits {
            let listed = all
                .iter()
                .find(|listed| listed.consultation.slug == hit.slug);
            let draft = listed.and_then(|listed| listed.draft.clone());
            let draft = draft.unwrap_or_else(|| Arc::clone(&none));
            hit.cited = self.cited_laws(&hit.text, &draft).await?;
        }
        Ok(())
    }

    /// Opens the model and the indexes, the latest last, so that the first who searches does not wait.
    pub async fn open_search(&self) -> Result<(), AppError> {
        self.encoder().await?;
        for listed in self.consultations().await?.iter() {
            self.opened_index(listed).await?;
        }
        Ok(())
    }

    /// The search index of a consultation as it was last made; none where it is being made.
    async fn opened_index(&self, listed: &Listed) -> Result<Option<Opened>, AppError> {
        let Some(draft) = listed.draft.clone() else {
            return Ok(None);
        };
        let Some(run) = self.store.run_in_force(listed.id).await? else {
            return Ok(None);
        };
        let slug = &listed.consultation.slug;
        let place = self.index_of(slug);
        if !place.is_of(run) {
            self.ask_for_triage(listed.id).await?;
            return Ok(None);
        }
        self.indexes.open(slug, run, &place, draft).await.map(Some)
    }
}

/// What one index answers. Of a vector's many distant relations only those that come early count.
async fn answer(
    opened: Opened,
    asked: &Asked,
    encoder: &SharedEncoder,
    kind: Option<Kind>,
    limit: usize,
) -> Result<caifeng_search::Answer, AppError> {
    // Without a model all that is near without a common word is chance.
    let nearest = if encoder.is_lexical() { 0 } else { PAGE };
    let (asked, encoder) = (asked.clone(), Arc::clone(encoder));
    let search = move || -> Result<_, AppError> {
        let read = crate::find::query(&asked.text, Some(&opened.draft), &*encoder)?;
        let mut filters = asked.filters;
        filters.kind = kind;
        let query = Query {
            filters,
            limit,
            limit_each: true,
            ..read
        };
        Ok(opened.index.search(&query)?)
    };
    let mut answer = tokio::task::spawn_blocking(search).await??;
    let mut place: BTreeMap<Kind, usize> = BTreeMap::new();
    answer.hits.retain(|hit| {
        let place = place.entry(hit.document.kind).or_default();
        *place += 1;
        hit.reason != Reason::Meaning || *place <= nearest
    });
    Ok(answer)
}

/// The first of each list, then the second: what the indexes of two consultations say of how good a
/// hit is cannot be compared.
fn in_turn<T>(lists: Vec<Vec<T>>) -> Vec<T> {
    let mut lists: Vec<_> = lists.into_iter().map(Vec::into_iter).collect();
    let mut out = Vec::new();
    loop {
        let before = out.len();
        out.extend(lists.iter_mut().filter_map(Iterator::next));
        if out.len() == before {
            return out;
        }
    }
}

#[cfg(test)]
mod tests;
