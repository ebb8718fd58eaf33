//! Two versions of a draft laid side by side (对照): what became of each article.
//!
//! Articles are compared by idf-weighted character bigrams. Identical articles are paired first, then the most alike;
//! what is left is tried as part of a split or a merger (its words are found in an article whose own partner does not have
//! them), then by weaker likeness, then by its place between paired neighbours. Renumbering alone is no change.

mod carry;
mod likeness;
mod matching;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use caifeng_domain::{Draft, NodeId};

use likeness::Likeness;
use matching::Match;

/// What became of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// Same words, same place in the order.
    Unchanged,
    /// Same words, elsewhere.
    Moved,
    /// Other words; perhaps elsewhere too, see [`ArticlePair::moved`].
    Changed,
    /// One of several articles that the old one was divided into.
    Split,
    /// One of several articles that were joined into the new one.
    Merged,
    /// Only in the new version.
    New,
    /// Only in the old version.
    Deleted,
}

impl ChangeKind {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 7] = [
        (Self::Unchanged, "unchanged", "未修改"),
        (Self::Moved, "moved", "移动"),
        (Self::Changed, "changed", "修改"),
        (Self::Split, "split", "拆分"),
        (Self::Merged, "merged", "合并"),
        (Self::New, "new", "新增"),
        (Self::Deleted, "deleted", "删除"),
    ];
}

/// An article of the old version and what it is in the new one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ArticlePair {
    /// The old article; `None` for [`ChangeKind::New`].
    pub old: Option<NodeId>,
    /// The new article; `None` for [`ChangeKind::Deleted`].
    pub new: Option<NodeId>,
    /// What happened.
    pub kind: ChangeKind,
    /// It stands elsewhere relative to the others.
    pub moved: bool,
    /// How sure that is, from 0 to 1.
    pub confidence: f32,
}

/// How two versions of a draft correspond.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Alignment {
    /// Every article of both versions, in the order of the new one; a deleted article comes after the article that it
    /// followed. Split and merged articles have several pairs.
    pub pairs: Vec<ArticlePair>,
    carried: BTreeMap<NodeId, Vec<(NodeId, f32)>>,
}

impl Alignment {
    /// Where an opinion on the provision `old` belongs in the new version, surest first, with confidences from 0 to 1.
    /// Any level can be asked for: a chapter goes with its articles, a paragraph or item to the most similar one, or to
    /// the article where there is none. Empty where the provision was deleted.
    #[must_use]
    pub fn carry(&self, old: NodeId) -> Vec<(NodeId, f32)> {
        self.carried.get(&old).cloned().unwrap_or_default()
    }
}

/// Aligns two versions.
///
/// ```
/// use caifeng_law::{align::{align, ChangeKind}, draft::parse};
/// let old = parse("条例\n第一条　本市保护湖泊。\n第二条　本条例自公布之日起施行。").unwrap();
/// let new = parse("条例\n第一条　本市保护湖泊。\n第二条　任何人不得填湖。\n第三条　本条例自公布之日起施行。").unwrap();
/// let kinds: Vec<_> = align(&old, &new).pairs.iter().map(|pair| pair.kind).collect();
/// assert_eq!(kinds, [ChangeKind::Unchanged, ChangeKind::New, ChangeKind::Unchanged]);
/// ```
#[must_use]
pub fn align(old: &Draft, new: &Draft) -> Alignment {
    let (old_ids, old_texts) = articles(old);
    let (new_ids, new_texts) = articles(new);
    let likeness = Likeness::new(&old_texts, &new_texts);
    let matches = matching::find(&likeness, &old_texts, &new_texts);
    let moved = matching::moved(&matches);
    let pairs = pairs(&likeness, &matches, &moved, (&old_ids, &new_ids));
    let carried = carry::all(old, new, &pairs);
    Alignment { pairs, carried }
}

/// Ids and words of the articles, white space left out.
fn articles(draft: &Draft) -> (Vec<NodeId>, Vec<String>) {
    draft
        .articles()
        .map(|(id, article)| {
            let title = article.title.as_deref().unwrap_or_default();
            let words = format!("{title}\n{}", draft.full_text(id));
            (id, words.chars().filter(|c| !c.is_whitespace()).collect())
        })
        .unzip()
}

/// Says what each match means, adds what has none, and sorts.
fn pairs(
    likeness: &Likeness,
    matches: &[Match],
    moved: &[bool],
    (old_ids, new_ids): (&[NodeId], &[NodeId]),
) -> Vec<ArticlePair> {
    let (mut of_old, mut of_new) = (vec![0; old_ids.len()], vec![0; new_ids.len()]);
    for found in matches {
        of_old[found.old] += 1;
        of_new[found.new] += 1;
    }
    // Sorted by place in the new version; what has none follows the old article before it.
    let mut out: Vec<((usize, usize, usize), ArticlePair)> = Vec::new();
    let mut place_of_old = vec![0; old_ids.len()];
    for (found, &moved) in matches.iter().zip(moved) {
        let kind = match (of_old[found.old], of_new[found.new]) {
            (2.., _) => ChangeKind::Split,
            (_, 2..) => ChangeKind::Merged,
            _ if !found.same => ChangeKind::Changed,
            _ if moved => ChangeKind::Moved,
            _ => ChangeKind::Unchanged,
        };
        let pair = ArticlePair {
            old: Some(old_ids[found.old]),
            new: Some(new_ids[found.new]),
            kind,
            moved,
            confidence: likeness.confidence(found),
        };
        place_of_old[found.old] = found.new + 1;
        out.push(((found.new + 1, 0, found.old), pair));
    }
    for (at, _) in of_new.iter().enumerate().filter(|&(_, &n)| n == 0) {
        let pair = alone(None, Some(new_ids[at]), likeness.loneliness_of_new(at));
        out.push(((at + 1, 0, 0), pair));
    }
    let mut place = 0;
    for (at, &count) in of_old.iter().enumerate() {
        if count > 0 {
            place = place_of_old[at];
        } else {
            let pair = alone(Some(old_ids[at]), None, likeness.loneliness_of_old(at));
            out.push(((place, 1, at), pair));
        }
    }
    out.sort_by_key(|&(key, _)| key);
    out.into_iter().map(|(_, pair)| pair).collect()
}

fn alone(old: Option<NodeId>, new: Option<NodeId>, confidence: f32) -> ArticlePair {
    let kind = if old.is_some() {
        ChangeKind::Deleted
    } else {
        ChangeKind::New
    };
    ArticlePair {
        old,
        new,
        kind,
        moved: false,
        confidence,
    }
}
