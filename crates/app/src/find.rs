//! Search: documents made of submissions, articles and what triage found out.

use std::{collections::BTreeSet, sync::Arc};

use caifeng_domain::{
    ArticleNo, Channel, Draft, Named, PersonalData, Point, Span, Status, Submission,
};
use caifeng_encode::{Encoder, Role};
use caifeng_law::{cite, draft::print, titles::article_label};
use caifeng_search::{Answer, Document, Filters, Kind, Part, Query, SearchIndex};
use caifeng_text::{
    personal,
    segment::{Segmenter, terms_of},
};
use caifeng_triage::Outcome;

use crate::{App, AppError, Config, catalogue::today, indexing::Place};

/// The dictionary of a draft: the shared one and the draft's own terms.
pub(crate) fn segmenter(draft: &Draft) -> Arc<Segmenter> {
    Arc::new(Segmenter::with_terms(terms_of(&print(draft))))
}

/// A triaged submission as a document. `key` is unique in the index.
pub(crate) fn document(
    key: String,
    consultation: &str,
    submission: &Submission,
    outcome: &Outcome,
    index: usize,
) -> Document {
    let analysis = &outcome.analyses[index];
    let parts = analysis
        .units
        .iter()
        .zip(&outcome.meanings[index])
        .map(|(unit, &row)| Part {
            span: unit.span,
            articles: unit.links.iter().map(|l| l.article).collect(),
            point: Some(unit.point),
            vector: outcome.vectors.row(row),
        })
        .collect();
    Document {
        channel: Some(submission.channel),
        station: submission.station.clone(),
        date: day(submission),
        status: Some(analysis.status),
        group: Some(analysis.duplicate.group as u64),
        parts,
        ..Document::new(key, Kind::Submission, consultation, submission.text.clone())
    }
}

/// The day in China on which it was sent, where its source says so.
pub(crate) fn day(submission: &Submission) -> Option<String> {
    let at = submission.submitted_at.as_deref()?;
    let day = || at.get(..10).map(str::to_owned);
    at.parse().map_or_else(|_| day(), |at| Some(today(at)))
}

/// The articles of a draft as documents, each paragraph a part.
pub(crate) fn articles(
    draft: &Draft,
    consultation: &str,
    encoder: &dyn Encoder,
) -> Result<Vec<Document>, AppError> {
    let texts: Vec<(String, String)> = draft
        .articles()
        .map(|(id, article)| {
            let chapter = draft.chapter_of(id).map(|c| draft.node(c));
            let chapter =
                chapter.map(|c| format!("{} {} ", c.label, c.title.as_deref().unwrap_or_default()));
            (
                format!("{}{}", chapter.unwrap_or_default(), article.label),
                draft.full_text(id),
            )
        })
        .collect();
    let whole: Vec<String> = texts
        .iter()
        .map(|(heading, text)| format!("{heading} {text}"))
        .collect();
    let whole: Vec<&str> = whole.iter().map(String::as_str).collect();
    let vectors = encoder.encode(&whole, Role::Query, &())?;
    Ok(draft
        .articles()
        .zip(texts)
        .zip(vectors.rows())
        .map(|(((_, article), (heading, text)), vector)| {
            let part = Part {
                span: Span::new(0, text.len()),
                articles: vec![article.number],
                point: None,
                vector: vector.to_vec(),
            };
            Document {
                title: Some(heading),
                parts: vec![part],
                ..Document::new(
                    format!("{consultation}/{}", article.number),
                    Kind::Article,
                    consultation,
                    text,
                )
            }
        })
        .collect())
}

/// The points as documents: the words of their most central unit, masked, and the key words.
pub(crate) fn points(
    consultation: &str,
    submissions: &[Submission],
    outcome: &Outcome,
) -> impl Iterator<Item = Document> {
    let document = move |point: &Point| {
        let (submission, number) = point.representative;
        let analysis = &outcome.analyses[submission];
        let span = analysis.units[number].span;
        let within = analysis.personal_data.iter();
        let within = within.filter(|data| span.contains(data.span));
        let data: Vec<PersonalData> = within
            .map(|data| PersonalData {
                span: Span::new(data.span.start - span.start, data.span.end - span.start),
                ..*data
            })
            .collect();
        let text = personal::redact(span.of(&submissions[submission].text), &data);
        let part = Part {
            span: Span::new(0, text.len()),
            articles: point.articles.clone(),
            point: Some(point.id),
            vector: outcome.vectors.row(outcome.meanings[submission][number]),
        };
        Document {
            title: Some(point.keywords.join("、")),
            status: Some(Status::Opinion),
            parts: vec![part],
            ..Document::new(point.id.to_string(), Kind::Point, consultation, text)
        }
    };
    outcome.points.iter().map(document)
}

/// 第三十四条、第三十五条
#[must_use]
pub fn article_names(articles: &[ArticleNo]) -> String {
    let names = articles.iter().map(|article| article_label(*article));
    names.collect::<Vec<_>>().join("、")
}

/// What a person typed, with its meaning and the articles that it names.
pub(crate) fn query(
    text: &str,
    draft: Option<&Draft>,
    encoder: &dyn Encoder,
) -> Result<Query, AppError> {
    let mut query = Query::new(text);
    let mut meaning = text.to_owned();
    if let Some(draft) = draft {
        let mut citations = cite::find(text, draft, None);
        citations.sort_by_key(|c| std::cmp::Reverse(c.span));
        for citation in citations {
            meaning.replace_range(citation.span.start..citation.span.end, "");
            let named = citation
                .nodes
                .iter()
                .filter_map(|&n| draft.article_of(n))
                .map(|id| draft.node(id).number);
            query.boost_articles.extend(named);
        }
    }
    if !meaning.trim().is_empty() {
        query.vector = Some(
            encoder
                .encode(&[meaning.trim()], Role::Query, &())?
                .row(0)
                .to_vec(),
        );
    }
    Ok(query)
}

/// The first ten submissions for each query, by their external ids.
pub(crate) fn answer_queries(
    draft: &Draft,
    submissions: &[Submission],
    outcome: &Outcome,
    encoder: &dyn Encoder,
    queries: &[String],
) -> Result<Vec<(String, Vec<String>)>, AppError> {
    let index = SearchIndex::in_memory(segmenter(draft))?;
    let documents: Vec<Document> = submissions
        .iter()
        .enumerate()
        .map(|(i, s)| {
            document(
                s.external_id.clone().unwrap_or_default(),
                "eval",
                s,
                outcome,
                i,
            )
        })
        .collect();
    index.rebuild(&documents)?;
    queries
        .iter()
        .map(|text| {
            let answer = index.search(&query(text, Some(draft), encoder)?)?;
            Ok((
                text.clone(),
                answer.hits.into_iter().map(|h| h.document.key).collect(),
            ))
        })
        .collect()
}

/// A search as it was typed.
#[derive(Debug, Clone, Default)]
pub struct SearchRequest {
    /// Words, or a question.
    pub text: String,
    /// 34 or 120-1
    pub article: Option<String>,
    /// Wire name or Chinese name.
    pub channel: Option<String>,
    /// Whole name.
    pub station: Option<String>,
    /// YYYY-MM-DD
    pub from: Option<String>,
    /// YYYY-MM-DD
    pub to: Option<String>,
    /// Wire name or Chinese name.
    pub status: Option<String>,
    /// At most so many hits.
    pub limit: usize,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The hits.
    pub answer: Answer,
    /// Whether meaning was compared without a model.
    pub lexical: bool,
}

impl SearchRequest {
    fn filters(&self, consultation: &str) -> Result<Filters, AppError> {
        fn named<T: Named>(what: &str, name: Option<&String>) -> Result<Option<T>, AppError> {
            let Some(name) = name else { return Ok(None) };
            let all = || {
                T::NAMES
                    .iter()
                    .map(|n| format!("{}（{}）", n.1, n.2))
                    .collect::<Vec<_>>()
                    .join("、")
            };
            T::from_name(name)
                .map(Some)
                .ok_or_else(|| AppError::Argument(format!("没有{what} {name}，可用：{}", all())))
        }
        for day in [&self.from, &self.to].into_iter().flatten() {
            day.parse::<jiff::civil::Date>()
                .map_err(|_| AppError::Argument(format!("日期 {day} 不是 YYYY-MM-DD 的形式")))?;
        }
        let article = self.article.as_deref().map(|a| {
            a.parse::<ArticleNo>()
                .map_err(|_| AppError::Argument(format!("条号 {a} 不是 34 或 120-1 的形式")))
        });
        Ok(Filters {
            kind: None,
            consultation: Some(consultation.to_owned()),
            article: article.transpose()?,
            channel: named::<Channel>("渠道", self.channel.as_ref())?,
            stations: self
                .station
                .clone()
                .map(|station| BTreeSet::from([station])),
            within: None,
            date_from: self.from.clone(),
            date_to: self.to.clone(),
            status: named::<Status>("类别", self.status.as_ref())?,
        })
    }
}

impl App {
    /// Searches the submissions and articles of a consultation. An index that is not of the results
    /// in force, or cannot be read, is made anew.
    pub async fn search(
        &self,
        slug: Option<&str>,
        request: SearchRequest,
    ) -> Result<Found, AppError> {
        let chosen = self.choose(slug).await?;
        let slug = chosen.consultation.slug.clone();
        let filters = request.filters(&slug)?;
        let (_, draft) = self.draft(&chosen).await?;
        let Some(in_force) = self.store.run_in_force(chosen.id).await? else {
            return Err(AppError::NotTriaged(slug));
        };
        let place = self.index_of(&slug);
        if !place.is_of(in_force) {
            self.renew_index(&slug).await?;
        }
        let draft = Arc::new(draft);
        let search = async || {
            let (config, place, draft) = (self.config.clone(), place.clone(), draft.clone());
            let (request, filters) = (request.clone(), filters.clone());
            let search = move || look(&config, &place, &draft, &request, filters);
            tokio::task::spawn_blocking(search).await?
        };
        match search().await {
            // A broken file may also end the thread that reads it.
            Err(AppError::Search(_) | AppError::Background(_)) => {
                tracing::warn!(slug, "the index cannot be read and is made anew");
                place.forget();
                self.renew_index(&slug).await?;
                search().await
            }
            found => found,
        }
    }
}

fn look(
    config: &Config,
    place: &Place,
    draft: &Draft,
    request: &SearchRequest,
    filters: Filters,
) -> Result<Found, AppError> {
    let index = SearchIndex::open(place.dir(), segmenter(draft))?;
    let encoder = config.open_encoder()?;
    let mut query = query(&request.text, Some(draft), &*encoder)?;
    query.filters = filters;
    query.limit = request.limit;
    Ok(Found {
        answer: index.search(&query)?,
        lexical: encoder.is_lexical(),
    })
}
