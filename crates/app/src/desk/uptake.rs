//! Whether the next version of the draft says what a point asked for.
//!
//! Read off the words alone: what senders wanted written stands in the new article and did not in the
//! old one, what they wanted deleted is gone. A person decides whether that is 采纳.

use std::collections::HashMap;

use caifeng_domain::{Draft, EditOp, NodeId};
use caifeng_law::align::align;

use super::{Desk, SectionPlace, Standing, redline::in_words};

/// What the new version made of a point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uptake {
    /// Changes that senders asked for and that were made, in words.
    pub done: Vec<String>,
    /// How many others they asked for.
    pub open: usize,
    /// The article as it was before.
    pub former: String,
}

impl Uptake {
    /// The result that it suggests: 采纳, or 部分采纳; none where the article changed otherwise.
    #[must_use]
    pub const fn suggests(&self) -> Option<&'static str> {
        match (self.done.len(), self.open) {
            (0, _) => None,
            (_, 0) => Some("adopted"),
            _ => Some("partly"),
        }
    }
}

/// The words of the articles of `new` as `old` had them, where they changed.
pub(crate) fn former_words(old: &Draft, new: &Draft) -> HashMap<NodeId, String> {
    let alignment = align(old, new);
    let mut out = HashMap::new();
    for (id, _) in old.articles() {
        let Some(&(to, _)) = alignment.carry(id).first() else {
            continue;
        };
        let Some(article) = new.article_of(to) else {
            continue;
        };
        let words = old.full_text(id);
        if words != new.full_text(article) {
            out.entry(article).or_insert(words);
        }
    }
    out
}

impl Desk {
    /// What the version in force made of a point; nothing where its article did not change.
    pub(crate) fn uptake(&self, standing: &Standing) -> Option<Uptake> {
        let SectionPlace::Provision(node) = standing.section else {
            return None;
        };
        let former = self.material.former.get(&node)?;
        let words = self.material.draft.full_text(node);
        let mut done = Vec::new();
        let mut open = Vec::new();
        let units = standing
            .point
            .units
            .iter()
            .filter(|&&unit| self.counts(unit));
        for edit in units.filter_map(|&unit| self.material.unit(unit).edit.as_ref()) {
            let new = |text: &Option<String>| {
                let text = text.as_deref().filter(|text| !text.is_empty());
                text.is_some_and(|text| words.contains(text) && !former.contains(text))
            };
            let gone = |text: &Option<String>| {
                let text = text.as_deref().filter(|text| !text.is_empty());
                text.is_some_and(|text| former.contains(text) && !words.contains(text))
            };
            let is_done = match edit.op {
                EditOp::Delete => gone(&edit.from),
                EditOp::Replace | EditOp::Insert => new(&edit.to),
                _ => false,
            };
            let list = if is_done { &mut done } else { &mut open };
            let edit = in_words(edit);
            if !list.contains(&edit) {
                list.push(edit);
            }
        }
        Some(Uptake {
            done,
            open: open.len(),
            former: former.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::former_words;

    #[test]
    fn only_articles_that_changed_have_former_words() {
        let parse = |fine: &str| {
            let text = format!(
                "市湖泊保护条例\n第一条　为了保护湖泊，制定本条例。\n\
                 第二条　禁止填湖，违者处{fine}罚款，并责令恢复原状。"
            );
            caifeng_law::draft::parse(&text).unwrap()
        };
        let (old, new) = (parse("五万元"), parse("十万元"));
        let former = former_words(&old, &new);
        assert_eq!(former.len(), 1);
        assert!(former.values().all(|words| words.contains("五万元")));
        assert!(former_words(&new, &new).is_empty());
    }
}
