//! What other laws say on the matter of an article.

use std::{collections::HashMap, sync::Arc};

use caifeng_domain::{ArticleNo, Draft, Law, LawArticle, LawKey};

use super::{CitedProvision, LIVING};
use crate::{App, AppError, Refusal};

/// Provisions shown, and how many of them may be of one law.
const MAX_ALIKE: usize = 6;
const MAX_OF_ONE_LAW: usize = 2;
/// Words in common that are named as the reason.
const MAX_SHARED: usize = 5;

/// A provision on the same matter.
#[derive(Debug, Clone, PartialEq)]
pub struct Alike {
    /// Its law.
    pub law: Law,
    /// The article.
    pub article: LawArticle,
    /// Share of the words that matter which both have, 0 to 1.
    pub likeness: f32,
    /// The rarest of them.
    pub shared: Vec<String>,
}

/// What other laws say on the matter of an article.
#[derive(Debug, Clone, Default)]
pub struct Related {
    /// Whether there is any law in the library.
    pub is_installed: bool,
    /// What the article itself names.
    pub cited: Vec<CitedProvision>,
    /// What speaks of the same, most alike first; none of a law that the draft itself would replace.
    pub alike: Vec<Alike>,
}

impl App {
    /// The provisions of other laws that belong beside an article of a draft.
    pub async fn related(
        &self,
        draft: &Arc<Draft>,
        article: ArticleNo,
    ) -> Result<Related, AppError> {
        let id = draft.article(article);
        let id = id.ok_or(Refusal::UnknownArticle(article))?;
        let text = draft.full_text(id);
        let library = self.library().await?;
        if library.index.is_none() {
            return Ok(Related::default());
        }
        let cited = self.cited_laws(&text, draft).await?;
        let held = Arc::clone(&library);
        let compare = move || match &held.index {
            Some(index) => index.alike(&text, &LIVING),
            None => Ok(Vec::new()),
        };
        let mut hits = tokio::task::spawn_blocking(compare).await??;
        let mut of_law: HashMap<String, usize> = HashMap::new();
        hits.retain(|hit| {
            let Some(law) = library.law(&hit.law) else {
                return false;
            };
            let is_cited = |cited: &CitedProvision| {
                let place = cited.article.as_ref().map(|article| article.place);
                cited.law.key == law.key && place == Some(hit.place)
            };
            if library.is_own(law, draft) || cited.iter().any(is_cited) {
                return false;
            }
            let count = of_law.entry(hit.law.clone()).or_default();
            *count += 1;
            *count <= MAX_OF_ONE_LAW
        });
        hits.truncate(MAX_ALIKE);
        let alike = self.with_texts(&library, hits).await?;
        let alike = alike.into_iter().map(|(mut hit, law, article)| {
            hit.shared.truncate(MAX_SHARED);
            Alike {
                law,
                article,
                likeness: hit.score,
                shared: hit.shared,
            }
        });
        Ok(Related {
            is_installed: true,
            alike: alike.collect(),
            cited,
        })
    }

    /// The articles of the chapter of a law that the article at `place` is in: what a reader needs
    /// around it.
    pub async fn law_chapter(
        &self,
        key: &LawKey,
        place: u32,
    ) -> Result<Option<(Law, Vec<LawArticle>)>, AppError> {
        let Some((law, articles)) = self.law_text(key).await? else {
            return Ok(None);
        };
        // In a code each part has its 第一章 一般规定: only what stands together is one chapter.
        let mut chapters = articles.chunk_by(|a, b| a.heading == b.heading);
        let chapter = chapters.find(|chapter| chapter.iter().any(|a| a.place == place));
        Ok(chapter.map(|chapter| (law, chapter.to_vec())))
    }
}
