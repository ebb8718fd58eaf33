//! The draft as the linker sees it: paragraphs with their chapter's title, as vectors and words.

use std::collections::HashMap;

use caifeng_domain::{ArticleNo, Draft, Level, NodeId};
use caifeng_encode::{Columns, EncodeError, Encoder, Vectors};
use caifeng_text::{normalise::normalise, segment::Segmenter};

use super::bm25::Bm25;
use crate::{gist::Gist, meaning::Meanings};

/// Articles numbered from 0 in order, ready to be compared with units.
pub struct Provisions {
    /// Each article's node.
    pub nodes: Vec<NodeId>,
    /// Each article's number.
    pub numbers: Vec<ArticleNo>,
    place: HashMap<NodeId, usize>,
    /// Which article each row of `vectors` is part of.
    row_article: Vec<usize>,
    vectors: Vectors,
    words: Bm25,
}

impl Provisions {
    /// Reads and encodes the draft.
    pub fn new(
        draft: &Draft,
        segmenter: &Segmenter,
        encoder: &dyn Encoder,
    ) -> Result<Self, EncodeError> {
        let mut nodes = Vec::new();
        let mut numbers = Vec::new();
        let mut row_article = Vec::new();
        let mut rows = Vec::new();
        let mut documents = Vec::new();
        for (id, node) in draft.articles() {
            let heading = heading(draft, id);
            let whole = normalise(&format!("{heading} {}", draft.full_text(id))).text;
            documents.push((segmenter.content_words(&whole), whole));
            for part in passages(draft, id) {
                row_article.push(nodes.len());
                rows.push(normalise(&format!("{heading} {part}")).text);
            }
            nodes.push(id);
            numbers.push(node.number);
        }
        let texts: Vec<&str> = rows.iter().map(String::as_str).collect();
        let meanings = Meanings::encode(&texts, encoder, &())?;
        let place = nodes.iter().enumerate().map(|(i, &id)| (id, i)).collect();
        Ok(Self {
            nodes,
            numbers,
            place,
            vectors: meanings.gather(0..texts.len()),
            row_article,
            words: Bm25::new(&documents),
        })
    }

    /// Number of articles.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether the draft has no article.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The number of the article that `node` is or is part of.
    #[must_use]
    pub fn place(&self, draft: &Draft, node: NodeId) -> Option<usize> {
        draft
            .article_of(node)
            .and_then(|id| self.place.get(&id))
            .copied()
    }

    /// How near each gist is to the nearest provision, as a cosine.
    #[must_use]
    pub fn nearest(&self, meanings: &Meanings, gists: usize) -> Vec<f32> {
        let greatest = |_, cosines: &[f32]| cosines.iter().copied().fold(0.0, f32::max);
        Columns::of(&self.vectors).map(gists, |g, row| meanings.centred(g, row), greatest)
    }

    /// The vectors of all passages, in the order that [`Self::relevance`] expects.
    #[must_use]
    pub const fn vectors(&self) -> &Vectors {
        &self.vectors
    }

    /// For each of `words` its number here, where an article uses it.
    #[must_use]
    pub fn known(&self, words: &[String]) -> Vec<Option<u32>> {
        self.words.known(words)
    }

    /// How near a gist is to every article. `cosines` are those to all passages, `known` the numbers of
    /// all words here.
    #[must_use]
    pub fn relevance(&self, gist: &Gist, cosines: &[f32], known: &[Option<u32>]) -> Relevance {
        let mut best = vec![-1.0f32; self.len()];
        for (&article, &cosine) in self.row_article.iter().zip(cosines) {
            best[article] = best[article].max(cosine);
        }
        let words = gist.words.iter().filter_map(|&w| known[w as usize]);
        Relevance {
            cosines: best,
            bm25: self.words.scores(words, &gist.text),
        }
    }
}

/// How near a gist is to each article.
pub struct Relevance {
    /// The cosine of its nearest passage.
    pub cosines: Vec<f32>,
    /// BM25.
    pub bm25: Vec<f32>,
}

/// Titles around an article, outermost first, and its own 条标.
fn heading(draft: &Draft, article: NodeId) -> String {
    let mut titles = Vec::new();
    let mut at = Some(article);
    while let Some(id) = at {
        titles.extend(draft.node(id).title.as_deref());
        at = draft.node(id).parent;
    }
    titles.reverse();
    titles.join(" ")
}

/// The paragraphs of an article, each with its items. Long lists are cut into passages, so that one
/// item among fifteen still shows in a vector.
fn passages(draft: &Draft, article: NodeId) -> Vec<String> {
    /// Characters after which a passage is full: what e5 reads well at once.
    const FULL: usize = 160;
    let mut out: Vec<String> = Vec::new();
    for id in draft.subtree(article) {
        let node = draft.node(id);
        if node.text.is_empty() {
            continue;
        }
        match out.last_mut() {
            Some(last) if node.level > Level::Paragraph && last.chars().count() < FULL => {
                last.push_str(&node.text);
            }
            _ => out.push(node.text.clone()),
        }
    }
    out
}
