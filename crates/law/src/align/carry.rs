//! Where each provision of the old version went, on every level.

use std::collections::BTreeMap;

use caifeng_domain::{Draft, Level, NodeId};

use super::{
    ArticlePair, ChangeKind,
    likeness::{Grams, Vocabulary},
};

/// Two paragraphs or items less alike than this are different ones.
const ALIKE: f32 = 0.4;
/// A heading that shares less than this part of its articles went elsewhere.
const MIN_SHARE: f32 = 0.3;
/// Articles with more paragraphs and items than this are carried as a whole.
const MAX_PARTS: usize = 400;

type Carried = BTreeMap<NodeId, Vec<(NodeId, f32)>>;

/// The new places of all provisions, surest first.
pub(super) fn all(old: &Draft, new: &Draft, pairs: &[ArticlePair]) -> Carried {
    let mut carried = Carried::new();
    for pair in pairs {
        if let (Some(from), Some(to)) = (pair.old, pair.new) {
            carried.entry(from).or_default().push((to, pair.confidence));
        }
    }
    let headings = headings(old, new, &carried);
    let same: BTreeMap<NodeId, bool> = pairs
        .iter()
        .filter_map(|pair| Some((pair.old?, is_same(pair.kind))))
        .collect();
    let mut below = Carried::new();
    for (&article, targets) in &mut carried {
        targets.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        parts(old, new, (article, targets), same[&article], &mut below);
    }
    carried.extend(headings);
    carried.extend(below);
    carried
}

fn is_same(kind: ChangeKind) -> bool {
    matches!(kind, ChangeKind::Unchanged | ChangeKind::Moved)
}

/// Headings go where most of their articles went; the same title counts as much as all articles.
fn headings(old: &Draft, new: &Draft, articles: &Carried) -> Carried {
    let mut votes: BTreeMap<(NodeId, NodeId), f32> = BTreeMap::new();
    let mut sizes: BTreeMap<NodeId, f32> = BTreeMap::new();
    for (id, _) in old.articles() {
        let targets = articles.get(&id).map(Vec::as_slice).unwrap_or_default();
        for heading in above(old, id) {
            *sizes.entry(heading).or_default() += 1.0;
            for &(target, _) in targets {
                let level = old.node(heading).level;
                if let Some(to) = new.ancestor(target, level) {
                    *votes.entry((heading, to)).or_default() += 1.0 / targets.len() as f32;
                }
            }
        }
    }
    let mut titles: BTreeMap<(Level, &str), Vec<NodeId>> = BTreeMap::new();
    for (id, node) in new.iter().filter(|(_, node)| node.level < Level::Article) {
        if let Some(title) = &node.title {
            titles.entry((node.level, title)).or_default().push(id);
        }
    }
    for (id, node) in old.iter().filter(|(_, node)| node.level < Level::Article) {
        let title = node.title.as_deref().unwrap_or_default();
        // A title that several have (一般规定) tells nothing by itself.
        if let Some([only]) = titles.get(&(node.level, title)).map(Vec::as_slice) {
            votes.entry((id, *only)).or_default();
        }
    }
    let mut out = Carried::new();
    for ((from, to), votes) in votes {
        let share = votes / sizes.get(&from).copied().unwrap_or(1.0);
        let same_title =
            old.node(from).title.is_some() && old.node(from).title == new.node(to).title;
        let confidence = if same_title {
            f32::midpoint(1.0, share)
        } else {
            share
        };
        if confidence >= MIN_SHARE {
            out.entry(from).or_default().push((to, confidence));
        }
    }
    for targets in out.values_mut() {
        targets.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    }
    out
}

/// The headings that `id` stands under.
fn above(draft: &Draft, id: NodeId) -> impl Iterator<Item = NodeId> {
    std::iter::successors(draft.node(id).parent, |&id| draft.node(id).parent)
}

/// Paragraphs, items and subitems of one article go to the most similar of their level in its targets. There the words
/// decide, however sure the articles' match is.
fn parts(
    old: &Draft,
    new: &Draft,
    (article, targets): (NodeId, &[(NodeId, f32)]),
    same: bool,
    out: &mut Carried,
) {
    let from = &old.subtree(article)[1..];
    let to: Vec<(NodeId, f32)> = targets
        .iter()
        .flat_map(|&(id, sure)| {
            new.subtree(id)
                .into_iter()
                .skip(1)
                .map(move |id| (id, sure))
        })
        .collect();
    if same && from.len() == to.len() {
        out.extend(from.iter().zip(to).map(|(&from, to)| (from, vec![to])));
        return;
    }
    if from.len().max(to.len()) > MAX_PARTS {
        out.extend(from.iter().map(|&from| (from, targets.to_vec())));
        return;
    }
    let texts: Vec<String> = from
        .iter()
        .map(|&id| old.full_text(id))
        .chain(to.iter().map(|&(id, _)| new.full_text(id)))
        .collect();
    let (vocabulary, grams) = Vocabulary::of(texts.iter().map(String::as_str));
    let totals: Vec<f32> = grams.iter().map(|g| vocabulary.total(g)).collect();
    let alike = |i: usize, j: usize| -> f32 {
        let (a, b): (&Grams, &Grams) = (&grams[i], &grams[j]);
        2.0 * vocabulary.shared(a, b) / (totals[i] + totals[j])
    };
    for (i, &part) in from.iter().enumerate() {
        let node = old.node(part);
        let fits = |id: NodeId| new.node(id).level == node.level;
        let best = (0..to.len())
            .filter(|&j| fits(to[j].0))
            .map(|j| {
                (
                    alike(i, from.len() + j),
                    new.node(to[j].0).number == node.number,
                    j,
                )
            })
            .filter(|&(alike, _, _)| alike >= ALIKE)
            .max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(b.2.cmp(&a.2)));
        let place = match best {
            Some((alike, _, j)) => vec![(to[j].0, alike.min(1.0))],
            None => targets.to_vec(),
        };
        out.insert(part, place);
    }
}
