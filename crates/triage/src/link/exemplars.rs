//! Units that name their article are free labels for those that do not.

use caifeng_encode::Vectors;

use crate::gist::Gists;

/// Labelled units kept for each article. More would cost time and add nothing new.
const PER_ARTICLE: usize = 24;
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
    /// Its article, and another where it names two.
    article: usize,
    further: Option<usize>,
    /// How sure the label is.
    weight: f32,
}

impl Exemplar {
    /// Its articles.
    fn articles(&self) -> impl Iterator<Item = usize> {
        std::iter::once(self.article).chain(self.further)
    }
}

/// Labelled gists of a batch.
#[derive(Debug, Clone, Default)]
pub struct Exemplars {
    list: Vec<Exemplar>,
    /// For each word, the exemplars that use it.
    using: Vec<Vec<u32>>,
    /// Vectors of the exemplars.
    vectors: Vectors,
    /// Length of each exemplar's words as a vector of idf.
    length: Vec<f32>,
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
    /// None yet, for a draft of `articles` articles and vectors of `dimension` numbers.
    #[must_use]
    pub fn new(articles: usize, dimension: usize) -> Self {
        Self {
            list: Vec::new(),
            vectors: Vectors::new(dimension),
            using: Vec::new(),
            length: Vec::new(),
            per_article: vec![0; articles],
        }
    }

    /// Adds a gist labelled with an article or two, unless they have enough. `weight` is the probability
    /// that the label is right.
    pub fn add(
        &mut self,
        gists: &Gists,
        gist: usize,
        group: usize,
        articles: &[usize],
        weight: f32,
    ) {
        let [article, further @ ..] = articles else {
            return;
        };
        let full = articles.iter().all(|&a| self.per_article[a] >= PER_ARTICLE);
        if full
            || self
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
        let terms = &gists.list[gist].terms;
        self.using.resize_with(gists.words.len(), Vec::new);
        for &(word, _) in terms {
            self.using[word as usize].push(self.list.len() as u32);
        }
        self.length.push(length(terms));
        self.vectors
            .push_with(|row| gists.meanings.centred(gist, row));
        self.list.push(Exemplar {
            gist,
            group,
            article: *article,
            further: further.first().copied(),
            weight,
        });
    }

    /// Whether every article has enough: nothing more will be added.
    #[must_use]
    pub fn are_enough(&self) -> bool {
        self.per_article.iter().all(|&n| n >= PER_ARTICLE)
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

    /// The vectors of all exemplars, in the order that [`Exemplars::by_meaning`] expects.
    #[must_use]
    pub const fn vectors(&self) -> &Vectors {
        &self.vectors
    }

    /// Asks the neighbours of gist `of` by meaning, leaving out its own duplicate group. `cosines`
    /// are those of the gist to all exemplars.
    #[must_use]
    pub fn by_meaning(&self, of: usize, group: usize, cosines: &[f32]) -> Votes {
        let near = self.others(of, group).map(|(i, _)| (cosines[i], i));
        self.count(near, -1.0)
    }

    /// The same by common words: the cosine of idf vectors.
    #[must_use]
    pub fn by_words(&self, of: usize, group: usize, gists: &Gists) -> Votes {
        let terms = &gists.list[of].terms;
        let own = length(terms);
        let mut common = vec![0.0f32; self.list.len()];
        for (word, idf) in terms {
            for &i in self.using.get(*word as usize).into_iter().flatten() {
                common[i as usize] += idf * idf;
            }
        }
        let near = self
            .others(of, group)
            .filter(|&(i, _)| common[i] > 0.0)
            .map(|(i, _)| (common[i] / (own * self.length[i]).max(1e-6), i));
        self.count(near, 0.0)
    }

    fn others(&self, of: usize, group: usize) -> impl Iterator<Item = (usize, &Exemplar)> {
        self.list
            .iter()
            .enumerate()
            .filter(move |(_, e)| e.group != group && e.gist != of)
    }

    /// Votes of the nearest, given all in order as (similarity, exemplar); `none` where an article has
    /// none.
    fn count(&self, all: impl Iterator<Item = (f32, usize)>, none: f32) -> Votes {
        let mut share = vec![0.0; self.per_article.len()];
        let mut nearest = vec![none; self.per_article.len()];
        let by_similarity =
            |a: &(f32, usize), b: &(f32, usize)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        let mut near: Vec<(f32, usize)> = Vec::with_capacity(2 * VOTERS);
        let mut least = f32::NEG_INFINITY;
        for (similarity, index) in all {
            for article in self.list[index].articles() {
                nearest[article] = nearest[article].max(similarity);
            }
            // Most are not near enough to be kept even for a while.
            if similarity > least {
                near.push((similarity, index));
                if near.len() == 2 * VOTERS {
                    near.select_nth_unstable_by(VOTERS - 1, by_similarity);
                    near.truncate(VOTERS);
                    least = near[VOTERS - 1].0;
                }
            }
        }
        near.sort_unstable_by(by_similarity);
        near.truncate(VOTERS);
        let best = near.first().map_or(0.0, |n| n.0);
        let mut total = 0.0;
        for &(similarity, index) in &near {
            let exemplar = &self.list[index];
            let vote = exemplar.weight * (SHARPNESS * (similarity - best)).exp();
            total += vote;
            let part = if exemplar.further.is_some() { 0.5 } else { 1.0 };
            for article in exemplar.articles() {
                share[article] += vote * part;
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

/// Length of a vector of idf.
fn length(terms: &[(u32, f32)]) -> f32 {
    terms.iter().map(|t| t.1 * t.1).sum::<f32>().sqrt()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use caifeng_text::segment::Segmenter;

    use super::{Exemplars, PER_ARTICLE};
    use crate::gist::Gists;

    #[test]
    fn enough_is_kept_for_each_article_and_no_more() {
        let texts = (0..3 * PER_ARTICLE).map(|i| Arc::from(format!("河边第{i}号码头应当装灯")));
        let texts: Vec<Arc<str>> = texts.collect();
        let (mut gists, _) = Gists::collect(texts.iter(), &Segmenter::new(), "");
        let encoder = caifeng_encode::model::open(None, None).unwrap();
        gists.encode(&*encoder, &()).unwrap();
        let mut exemplars = Exemplars::new(2, encoder.dimension());
        let mut add = |gist: usize, articles: &[usize]| {
            exemplars.add(&gists, gist, gist, articles, 1.0);
            (exemplars.vectors().len(), exemplars.are_enough())
        };
        for gist in 0..PER_ARTICLE {
            assert_eq!(add(gist, &[0]), (gist + 1, false), "none yet of the other");
        }
        assert_eq!(add(PER_ARTICLE, &[0]), (PER_ARTICLE, false), "not wanted");
        for gist in 1..PER_ARTICLE {
            // Who names both counts for the one that wants some.
            assert!(!add(PER_ARTICLE + gist, &[0, 1]).1);
        }
        assert_eq!(add(2 * PER_ARTICLE, &[1]), (2 * PER_ARTICLE, true));
        assert_eq!(add(2 * PER_ARTICLE + 1, &[0, 1]).0, 2 * PER_ARTICLE);
    }
}
