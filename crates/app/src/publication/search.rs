//! Looking something up in what is public.

use std::{collections::HashSet, sync::Arc};

use caifeng_domain::{ArticleNo, Span};
use caifeng_search::{ArchiveDocument, ArchiveIndex};
use caifeng_text::segment::Segmenter;

use super::{Archive, ReleasedPoint, archive::Released};
use crate::{App, AppError, Piece};

/// Hits on one page.
pub const ARCHIVE_PAGE: usize = 20;
/// Pages that can be turned to: nobody reads on, and each costs what is before it.
const PAGES: usize = 200;
/// Points compared with the words of an article.
const ALIKE: usize = 100;
/// Topics that a point and an article must share to be on the same matter.
const SHARED: usize = 2;
/// Points of other consultations shown beside an article.
const ELSEWHERE: usize = 3;
/// Points of the same article shown beside it.
const HERE: usize = 5;

/// What is asked for. Empty means any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArchiveRequest {
    /// Words; there is no syntax.
    pub text: String,
    /// Short name of a consultation.
    pub consultation: String,
    /// An article.
    pub article: Option<ArticleNo>,
    /// A topic.
    pub topic: String,
    /// Code of a result.
    pub result: String,
    /// Only what something came of (采纳案例).
    pub adopted: bool,
    /// Which page, from 1.
    pub page: usize,
}

/// A point that was found.
#[derive(Debug, Clone)]
pub struct ArchiveHit {
    /// Short name of its consultation.
    pub slug: String,
    /// Title of its consultation.
    pub title: String,
    /// The point.
    pub point: ReleasedPoint,
    /// Its wording in pieces, those asked for marked.
    pub pieces: Vec<Piece>,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct ArchiveAnswer {
    /// The best first; without words the latest release first.
    pub hits: Vec<ArchiveHit>,
    /// How many there are.
    pub total: usize,
    /// Number of this page, from 1, and of pages.
    pub page: (usize, usize),
}

/// A public point on the matter of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Similar {
    /// Title of its consultation.
    pub title: String,
    /// Whether it is of another consultation.
    pub is_elsewhere: bool,
    /// What it says.
    pub wording: String,
    /// Whether that is somebody's words.
    pub is_quoted: bool,
    /// The result: 部分采纳
    pub result: String,
    /// Where it stands: `/c/河畔/feedback/P-3`.
    pub link: String,
}

impl Similar {
    fn new(released: &Released, point: &ReleasedPoint, is_elsewhere: bool) -> Self {
        Self {
            title: released.title.clone(),
            is_elsewhere,
            wording: point.wording.clone(),
            is_quoted: point.is_quoted,
            result: point.result.clone(),
            link: format!("/c/{}/feedback/{}", released.slug, point.id),
        }
    }
}

impl App {
    /// Looks something up in an archive.
    pub async fn search_archive(
        &self,
        archive: &Arc<Archive>,
        request: ArchiveRequest,
    ) -> Result<ArchiveAnswer, AppError> {
        let index = self.archive_index(archive).await?;
        let archive = Arc::clone(archive);
        let page = request.page.clamp(1, PAGES);
        let find = move || -> Result<ArchiveAnswer, AppError> {
            let from = (page - 1) * ARCHIVE_PAGE;
            let (rows, total) =
                index.search(&request.text, &facets(&request), from, ARCHIVE_PAGE)?;
            let hit = |(released, point): (&Released, &ReleasedPoint)| ArchiveHit {
                slug: released.slug.clone(),
                title: released.title.clone(),
                pieces: pieces(&point.wording, &index.mark(&request.text, &point.wording)),
                point: point.clone(),
            };
            let hits = rows.into_iter().filter_map(|row| archive.at(row).map(hit));
            Ok(ArchiveAnswer {
                hits: hits.collect(),
                total,
                page: (page, total.div_ceil(ARCHIVE_PAGE).clamp(1, PAGES)),
            })
        };
        tokio::task::spawn_blocking(find).await?
    }

    /// Public points on the matter of an article of a consultation: those made about it, then those of
    /// other consultations that share topics with its words.
    pub async fn released_on(
        &self,
        slug: &str,
        article: ArticleNo,
    ) -> Result<Vec<Similar>, AppError> {
        let listed = self.consultation(slug, false).await?;
        let archive = self.archive().await?;
        let mut out = Vec::new();
        if let Some(released) = archive.of(slug) {
            let here = released.feedback.points.iter();
            let here = here.filter(|point| point.article_no() == Some(article));
            out.extend(here.take(HERE).map(|p| Similar::new(released, p, false)));
        }
        let draft = listed.draft.as_ref();
        let words = draft.and_then(|draft| Some(draft.full_text(draft.article(article)?)));
        let is_alone = archive
            .releases
            .iter()
            .all(|released| released.slug == slug);
        let Some(words) = words.filter(|_| !is_alone) else {
            return Ok(out);
        };
        let index = self.archive_index(&archive).await?;
        let slug = slug.to_owned();
        let find = move || -> Result<Vec<Similar>, AppError> {
            let (rows, _) = index.search(&words, &[], 0, ALIKE)?;
            let mut out = Vec::new();
            for (released, point) in rows.into_iter().filter_map(|row| archive.at(row)) {
                let topics: HashSet<&String> = point.topics.iter().collect();
                let shared = topics.iter().filter(|topic| words.contains(&***topic));
                let shared = shared.count();
                if released.slug != slug && shared >= SHARED {
                    out.push((shared, Similar::new(released, point, true)));
                }
            }
            out.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
            Ok(out.into_iter().take(ELSEWHERE).map(|(_, s)| s).collect())
        };
        out.extend(tokio::task::spawn_blocking(find).await??);
        Ok(out)
    }

    /// Whether anything of a consultation is public, to be linked to.
    pub async fn is_released(&self, slug: &str) -> Result<bool, AppError> {
        Ok(self.archive().await?.of(slug).is_some())
    }

    async fn archive_index(&self, archive: &Arc<Archive>) -> Result<Arc<ArchiveIndex>, AppError> {
        let make = async || -> Result<Arc<ArchiveIndex>, AppError> {
            let archive = Arc::clone(archive);
            let make = move || {
                let rows = (0..archive.rows.len()).filter_map(|row| archive.at(row));
                let documents = rows.map(|(released, point)| document(released, point));
                ArchiveIndex::create(Arc::new(Segmenter::new()), documents)
            };
            Ok(Arc::new(tokio::task::spawn_blocking(make).await??))
        };
        Ok(Arc::clone(archive.index.get_or_try_init(make).await?))
    }
}

fn document(released: &Released, point: &ReleasedPoint) -> ArchiveDocument {
    let mut head = vec![&*released.title, &point.place, &point.result];
    head.extend(point.topics.iter().map(String::as_str));
    let mut text = vec![&*point.wording, &point.reason];
    text.extend(point.quotations.iter().map(String::as_str));
    text.extend(point.adopted.iter().map(|adopted| &*adopted.words));
    let mut facets = vec![
        format!("consultation:{}", released.slug),
        format!("result:{}", point.result_code),
    ];
    facets.extend(
        point
            .article
            .iter()
            .map(|article| format!("article:{article}")),
    );
    facets.extend(point.topics.iter().map(|topic| format!("topic:{topic}")));
    facets.extend(point.adopted.iter().map(|_| "adopted".to_owned()));
    ArchiveDocument {
        head: head.join("\n"),
        text: text.join("\n"),
        facets,
    }
}

fn facets(request: &ArchiveRequest) -> Vec<String> {
    let said = [
        ("consultation", &request.consultation),
        ("topic", &request.topic),
        ("result", &request.result),
    ];
    let said = said.into_iter().filter(|(_, value)| !value.is_empty());
    let mut facets: Vec<String> = said
        .map(|(name, value)| format!("{name}:{value}"))
        .collect();
    facets.extend(request.article.map(|article| format!("article:{article}")));
    if request.adopted {
        facets.push("adopted".to_owned());
    }
    facets
}

/// A text in pieces, those within `marks` marked.
fn pieces(text: &str, marks: &[Span]) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut at = 0;
    let mut add = |span: Span, is_marked| {
        if !span.is_empty() {
            let text = span.of(text).to_owned();
            out.push(Piece { text, is_marked });
        }
    };
    for mark in marks {
        add(Span::new(at, mark.start), false);
        add(*mark, true);
        at = mark.end;
    }
    add(Span::new(at, text.len()), false);
    out
}
