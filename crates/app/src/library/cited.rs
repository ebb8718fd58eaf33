//! Other laws that a text names, looked up in the library.

use std::sync::Arc;

use caifeng_domain::{ArticleNo, CitedLaw, Draft, Law, LawArticle, Span, Validity};
use caifeng_law::{cite, titles::article_label};

use super::Library;
use crate::{App, AppError};

/// A provision of another law that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CitedProvision {
    /// Where the text names it.
    pub span: Span,
    /// The text of the law that is meant.
    pub law: Law,
    /// The number that was named; none where the text names no article.
    pub number: Option<ArticleNo>,
    /// The article; none where the law has none of this number.
    pub article: Option<LawArticle>,
    /// What a reader should know before relying on it: amended, repealed, not the text in force, no such
    /// article. None where all is well.
    pub warning: Option<String>,
}

impl App {
    /// The provisions of other laws that `text` names, in its order, as far as the library has those
    /// laws. Of a law with several texts the one in force is meant, unless the citation names a year.
    /// 现行法 is the law that `draft` would amend.
    pub async fn cited_laws(
        &self,
        text: &str,
        draft: &Arc<Draft>,
    ) -> Result<Vec<CitedProvision>, AppError> {
        let library = self.library().await?;
        let mut out: Vec<CitedProvision> = Vec::new();
        if library.index.is_none() {
            return Ok(out);
        }
        let (owned, held) = (text.to_owned(), Arc::clone(draft));
        let find = move || cite::find(&owned, &held, None);
        for citation in tokio::task::spawn_blocking(find).await? {
            let name = match &citation.law {
                CitedLaw::Other(name) => name,
                CitedLaw::InForce => &own_name(draft),
                CitedLaw::ThisDraft | CitedLaw::OtherReading(_) => continue,
            };
            let texts = library.meant(name);
            let Some(law) = chosen(&texts, citation.span.of(text)) else {
                continue;
            };
            for target in &citation.targets {
                let article = match target.article {
                    Some(number) => self.store.law_article(&law.key, number).await?,
                    None => None,
                };
                let cited = CitedProvision {
                    span: citation.span,
                    law: law.clone(),
                    number: target.article,
                    warning: warning(law, target.article, article.as_ref(), &texts),
                    article,
                };
                let same = |other: &CitedProvision| {
                    (&other.law.key, other.number) == (&cited.law.key, cited.number)
                };
                if !out.iter().any(same) {
                    out.push(cited);
                }
            }
        }
        Ok(out)
    }
}

impl Library {
    /// Whether `law` is what `draft` would amend or replace.
    pub(super) fn is_own(&self, law: &Law, draft: &Draft) -> bool {
        let own = self.meant(&own_name(draft));
        own.iter().any(|text| text.key == law.key)
    }
}

/// 某某法 for 某某法（修订草案）.
fn own_name(draft: &Draft) -> String {
    let name = draft.title.split(['（', '(']).next().unwrap_or_default();
    name.trim_end_matches("草案")
        .trim_end_matches("修订")
        .trim_end_matches("修正")
        .to_owned()
}

/// The text of the year that is named: （2017年修正）; else the first, which is the one to rely upon.
fn chosen<'l>(texts: &[&'l Law], said: &str) -> Option<&'l Law> {
    let year = said
        .find('年')
        .and_then(|at| said.get(at.checked_sub(4)?..at));
    let of_year = |law: &&&Law| {
        let version = law.version.as_deref();
        year.is_some_and(|year| version.is_some_and(|version| version.starts_with(year)))
    };
    texts.iter().find(of_year).or(texts.first()).copied()
}

fn warning(
    law: &Law,
    number: Option<ArticleNo>,
    article: Option<&LawArticle>,
    texts: &[&Law],
) -> Option<String> {
    let standing = match law.validity {
        Validity::InForce => None,
        Validity::Amended => {
            Some("这部法律已被修改，库中的文本不是最新的，请核对现行规定".to_owned())
        }
        Validity::Repealed => Some("这部法律已废止".to_owned()),
        Validity::Former => {
            let current = texts.iter().find(|text| text.validity == Validity::InForce);
            let day = current.and_then(|current| current.version.as_deref());
            Some(match day {
                Some(day) => format!("引用的是历史版本，现行文本为 {day} 版"),
                None => "引用的是历史版本".to_owned(),
            })
        }
    };
    let missing = match (number, article) {
        (Some(number), None) => Some(format!("库中的文本没有{}", article_label(number))),
        _ => None,
    };
    let both: Vec<String> = [standing, missing].into_iter().flatten().collect();
    (!both.is_empty()).then(|| both.join("；"))
}
