//! Units that name their article are free labels for those that do not.

use caifeng_encode::{Vectors, vectors::dot};

/// Labelled units kept for each article. More would cost time and add nothing new.
const PER_ARTICLE: usize = 48;
/// Neighbours that vote.
const VOTERS: usize = 8;
/// How much faster a nearer neighbour's vote grows: cosines of centred vectors differ by tenths.
const SHARPNESS: f32 = 8.0;

/// One labelled gist.
#[derive(Debug, Clone)]
struct Exemplar {
    gist: usize,
    /// Duplicate group of the submission, so that a copy does not vouch for its original.
    group: usize,
    articles: Vec<usize>,
}

/// Labelled gists of a batch.
#[derive(Debug, Clone, Default)]
pub struct Exemplars {
    list: Vec<Exemplar>,
    per_article: Vec<usize>,
}

/// What the neighbours of one unit say about every article.
#[derive(Debug, Clone)]
pub struct Votes {
    /// Share of the votes, 0 to 1.
    pub share: Vec<f32>,
    /// Cosine of the nearest exemplar, −1 where there is none.
    pub nearest: Vec<f32>,
    /// The voters' gists, nearest first.
    pub voters: Vec<usize>,
}

impl Exemplars {
    /// None yet, for a draft of `articles` articles.
    #[must_use]
    pub fn new(articles: usize) -> Self {
        Self {
            list: Vec::new(),
            per_article: vec![0; articles],
        }
    }

    /// Adds a labelled gist, unless all its articles have enough.
    pub fn add(&mut self, gist: usize, group: usize, articles: &[usize]) {
        if articles.iter().all(|&a| self.per_article[a] >= PER_ARTICLE) {
            return;
        }
        if self
            .list
            .iter()
            .rev()
            .take(PER_ARTICLE)
            .any(|e| e.gist == gist)
        {
            return;
        }
        for &article in articles {
            self.per_article[article] += 1;
        }
        self.list.push(Exemplar {
            gist,
            group,
            articles: articles.to_vec(),
        });
    }

    /// The share of each article among all exemplars, smoothed: how much it is talked about.
    #[must_use]
    pub fn prior(&self) -> Vec<f32> {
        let total: usize = self.per_article.iter().sum();
        let n = self.per_article.len() as f32;
        self.per_article
            .iter()
            .map(|&c| (c as f32 + 1.0) / (total as f32 + n))
            .collect()
    }

    /// Asks the neighbours of gist `of`, leaving out its own duplicate group.
    #[must_use]
    pub fn votes(&self, of: usize, group: usize, vectors: &Vectors) -> Votes {
        let vector = vectors.row(of);
        let mut share = vec![0.0; self.per_article.len()];
        let mut nearest = vec![-1.0f32; self.per_article.len()];
        let mut near: Vec<(f32, usize)> = Vec::with_capacity(self.list.len());
        for (index, exemplar) in self.list.iter().enumerate() {
            if exemplar.group == group || exemplar.gist == of {
                continue;
            }
            let cosine = dot(vector, vectors.row(exemplar.gist));
            for &article in &exemplar.articles {
                nearest[article] = nearest[article].max(cosine);
            }
            near.push((cosine, index));
        }
        let by_cosine =
            |a: &(f32, usize), b: &(f32, usize)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        if near.len() > VOTERS {
            near.select_nth_unstable_by(VOTERS, by_cosine);
            near.truncate(VOTERS);
        }
        near.sort_unstable_by(by_cosine);
        let best = near.first().map_or(0.0, |n| n.0);
        let mut total = 0.0;
        for &(cosine, index) in &near {
            let vote = (SHARPNESS * (cosine - best)).exp();
            total += vote;
            let articles = &self.list[index].articles;
            for &article in articles {
                share[article] += vote / articles.len() as f32;
            }
        }
        if total > 0.0 {
            for s in &mut share {
                *s /= total;
            }
        }
        Votes {
            share,
            nearest,
            voters: near.iter().map(|&(_, i)| self.list[i].gist).collect(),
        }
    }
}
