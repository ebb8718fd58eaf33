//! Looking something up in the library: what was named exactly first, then what has the words.

use std::sync::Arc;

use caifeng_domain::{ArticleNo, CitedLaw, Draft, Law, LawArticle, Named, Span, Validity};
use caifeng_law::{cite, numeral, titles::short};
use caifeng_search::Snippet;

use super::{LIVING, Library};
use crate::{App, AppError};

/// What asks for laws however they stand.
const ANY: [&str; 3] = ["all", "any", "全部"];
/// Laws shown whose title has the words.
const MAX_LAWS: usize = 8;

/// A look-up as it was typed.
#[derive(Debug, Clone, Default)]
pub struct LibraryRequest {
    /// 立法法第四十条, 劳动法 加班, or words alone.
    pub text: String,
    /// Wire name or Chinese name of how the laws stand, or `all`. None: what may be relied upon; and
    /// whatever is named exactly.
    pub validity: Option<String>,
    /// At most so many articles.
    pub limit: usize,
}

/// An article that was found.
#[derive(Debug, Clone)]
pub struct LawFound {
    /// Its law.
    pub law: Law,
    /// The article.
    pub article: LawArticle,
    /// Named by law and number.
    pub is_exact: bool,
    /// Words of the query, as spans of the article's text.
    pub highlights: Vec<Span>,
    /// The part of the text with most of them.
    pub snippet: Snippet,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct LibraryAnswer {
    /// Whether there is any law in the library.
    pub is_installed: bool,
    /// Laws that were named, or that have the words in their title; with the number of articles.
    pub laws: Vec<(Law, usize)>,
    /// Articles: those named first, then the best by their words.
    pub hits: Vec<LawFound>,
    /// How many articles have any of the words, besides those named.
    pub total: usize,
}

/// What a query names, and the words that are left.
struct Asked<'l> {
    /// The laws named, those to rely upon first.
    laws: Vec<&'l Law>,
    exact: Vec<(&'l Law, ArticleNo)>,
    rest: String,
}

impl<'l> Asked<'l> {
    fn read(text: &str, library: &'l Library) -> Self {
        let mut asked = Self {
            laws: Vec::new(),
            exact: Vec::new(),
            rest: text.to_owned(),
        };
        let mut citations = cite::find(text, &Draft::default(), None);
        citations.sort_by_key(|citation| std::cmp::Reverse(citation.span));
        for citation in citations {
            let CitedLaw::Other(name) = &citation.law else {
                continue;
            };
            let meant = library.meant(name);
            if meant.is_empty() {
                continue;
            }
            let Span { start, end } = citation.span;
            asked.rest.replace_range(start..end, " ");
            for number in citation.targets.iter().filter_map(|target| target.article) {
                asked.exact.extend(meant.iter().map(|law| (*law, number)));
            }
            asked.laws.extend(meant);
        }
        if asked.laws.is_empty() {
            asked.name_first(library);
        }
        asked.rest = asked.rest.trim().to_owned();
        asked
    }

    /// 劳动法 加班, 立法法 40: the name of a law, then words or a number.
    fn name_first(&mut self, library: &'l Library) {
        let text = self.rest.trim().to_owned();
        let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((&text, ""));
        self.laws = library.meant(name);
        if self.laws.is_empty() {
            return;
        }
        let number = numeral::parse(rest.trim()).filter(|number| *number > 0);
        if let Some(number) = number.map(ArticleNo::new) {
            self.exact = self.laws.iter().map(|law| (*law, number)).collect();
            self.rest.clear();
        } else {
            rest.clone_into(&mut self.rest);
        }
    }
}

impl App {
    /// Looks something up in the library.
    pub async fn search_library(&self, request: LibraryRequest) -> Result<LibraryAnswer, AppError> {
        let said = validities(request.validity.as_deref())?;
        let library = self.library().await?;
        if library.index.is_none() {
            return Ok(LibraryAnswer::default());
        }
        let asked = Asked::read(&request.text, &library);
        let admits = |law: &Law| {
            said.as_ref()
                .is_none_or(|said| said.contains(&law.validity))
        };
        let mut hits = Vec::new();
        for (law, number) in asked.exact.iter().filter(|(law, _)| admits(law)) {
            if let Some(article) = self.store.law_article(&law.key, *number).await? {
                hits.push(LawFound::exact((*law).clone(), article));
            }
        }
        hits.truncate(request.limit);
        let laws = laws(&library, &asked, admits);
        let keys: Vec<String> = asked.laws.iter().map(|law| law.key.to_string()).collect();
        // Whoever names a law that is no more wants to look into it all the same.
        let standing = match said {
            Some(said) => said,
            None if keys.is_empty() => LIVING.to_vec(),
            None => Validity::ALL.map(|(validity, ..)| validity).to_vec(),
        };
        let left = request.limit - hits.len();
        let (by_words, total) = self
            .by_words(&library, &asked.rest, standing, keys, left)
            .await?;
        let is_new = |found: &LawFound, hits: &[LawFound]| {
            let same = |other: &LawFound| {
                (&other.law.key, other.article.place) == (&found.law.key, found.article.place)
            };
            !hits.iter().any(same)
        };
        for found in by_words {
            if is_new(&found, &hits) {
                hits.push(found);
            }
        }
        Ok(LibraryAnswer {
            is_installed: true,
            laws,
            hits,
            total,
        })
    }

    async fn by_words(
        &self,
        library: &Arc<Library>,
        words: &str,
        standing: Vec<Validity>,
        keys: Vec<String>,
        limit: usize,
    ) -> Result<(Vec<LawFound>, usize), AppError> {
        let (held, text) = (Arc::clone(library), words.to_owned());
        let search = move || match &held.index {
            None => Ok((Vec::new(), 0)),
            Some(index) => {
                let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
                index.search(&text, &standing, &keys, limit)
            }
        };
        let (found, total) = tokio::task::spawn_blocking(search).await??;
        let found = self.with_texts(library, found).await?;
        let shown = found.into_iter().filter_map(|(_, law, article)| {
            let (highlights, snippet) = library.index.as_ref()?.mark(words, &article.text);
            Some(LawFound {
                law,
                article,
                is_exact: false,
                highlights,
                snippet,
            })
        });
        Ok((shown.collect(), total))
    }
}

impl LawFound {
    /// An article that was named: all of its text is shown.
    fn exact(law: Law, article: LawArticle) -> Self {
        Self {
            snippet: Snippet {
                span: Span::new(0, article.text.len()),
                highlights: Vec::new(),
            },
            law,
            article,
            is_exact: true,
            highlights: Vec::new(),
        }
    }
}

/// The laws named; else those that have the words in their title.
fn laws(library: &Library, asked: &Asked<'_>, admits: impl Fn(&Law) -> bool) -> Vec<(Law, usize)> {
    let words = short(&asked.rest);
    let mut laws: Vec<(Law, usize)> = library
        .laws
        .iter()
        .filter(|(law, _)| admits(law))
        .filter(|(law, _)| {
            if asked.laws.is_empty() {
                words.chars().nth(1).is_some() && short(&law.title).contains(&words)
            } else {
                asked.laws.iter().any(|named| named.key == law.key)
            }
        })
        .cloned()
        .collect();
    laws.sort_by_key(|(law, _)| (law.validity, law.title.chars().count()));
    laws.truncate(MAX_LAWS);
    laws
}

fn validities(said: Option<&str>) -> Result<Option<Vec<Validity>>, AppError> {
    let Some(said) = said.map(str::trim).filter(|said| !said.is_empty()) else {
        return Ok(None);
    };
    if ANY.contains(&said) {
        return Ok(Some(Validity::ALL.map(|(validity, ..)| validity).to_vec()));
    }
    let named = Validity::from_name(said).map(|validity| Some(vec![validity]));
    named.ok_or_else(|| {
        let all = Validity::ALL.map(|(_, wire, chinese)| format!("{chinese}（{wire}）"));
        AppError::Argument(format!(
            "没有时效性 {said}，可用：{}、全部（all）",
            all.join("、")
        ))
    })
}
