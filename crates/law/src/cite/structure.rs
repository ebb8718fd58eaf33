//! Finding provisions of a draft by number.

use caifeng_domain::{ArticleNo, Draft, Level, NodeId, ParagraphNo, Target};
use std::collections::BTreeMap;

/// A draft with its articles by number: citations are looked up by the thousand.
pub(super) struct Structure<'a> {
    draft: &'a Draft,
    articles: BTreeMap<ArticleNo, NodeId>,
    /// In document order.
    order: Vec<(ArticleNo, NodeId)>,
    chapters: Vec<NodeId>,
}

impl<'a> Structure<'a> {
    pub(super) fn of(draft: &'a Draft) -> Self {
        let order: Vec<_> = draft
            .articles()
            .map(|(id, node)| (node.number, id))
            .collect();
        // Of two articles with one number the first counts.
        let articles = order.iter().rev().copied().collect();
        let chapters = draft
            .iter()
            .filter(|(_, node)| node.level == Level::Chapter)
            .map(|(id, _)| id)
            .collect();
        Self {
            draft,
            articles,
            order,
            chapters,
        }
    }

    pub(super) fn article(&self, number: ArticleNo) -> Option<NodeId> {
        self.articles.get(&number).copied()
    }

    /// The number of the article `by` places after `number`'s.
    pub(super) fn neighbour(&self, number: ArticleNo, by: i32) -> Option<ArticleNo> {
        let id = self.article(number)?;
        let at = self.order.binary_search_by_key(&id, |(_, id)| *id).ok()?;
        let at = at.checked_add_signed(by as isize)?;
        self.order.get(at).map(|(number, _)| *number)
    }

    /// The number of the `n`th article from the end, counted from 1.
    pub(super) fn article_from_end(&self, n: u16) -> Option<ArticleNo> {
        let at = self.order.len().checked_sub(usize::from(n))?;
        self.order.get(at).map(|(number, _)| *number)
    }

    /// The node of `target` below the article that it names. An item whose paragraph is not said is looked for in all.
    pub(super) fn provision(&self, target: &Target) -> Option<NodeId> {
        let article = self.article(target.article?)?;
        let at = match target.paragraph {
            None => article,
            Some(ParagraphNo::Last) => self.children(article, Level::Paragraph).last()?,
            Some(ParagraphNo::Number(n)) => {
                let wanted = usize::from(n).checked_sub(1)?;
                self.children(article, Level::Paragraph).nth(wanted)?
            }
        };
        let Some(item) = target.item else {
            return Some(at);
        };
        let item = self.numbered_below(at, Level::Item, item)?;
        match target.subitem {
            None => Some(item),
            Some(n) => self.numbered_below(item, Level::Subitem, n),
        }
    }

    fn children(&self, id: NodeId, level: Level) -> impl Iterator<Item = NodeId> + '_ {
        let children = self.draft.node(id).children.iter().copied();
        children.filter(move |&child| self.draft.node(child).level == level)
    }

    fn numbered_below(&self, id: NodeId, level: Level, number: u16) -> Option<NodeId> {
        self.draft.subtree(id).into_iter().find(|&at| {
            let node = self.draft.node(at);
            node.level == level && node.number == ArticleNo::new(number)
        })
    }

    /// 第`number`章, in the part where one is named.
    pub(super) fn chapter(&self, part: Option<u16>, number: u16) -> Option<NodeId> {
        let part = match part {
            Some(part) => Some(self.part(part)?),
            None => None,
        };
        self.chapters.iter().copied().find(|&id| {
            self.draft.node(id).number == ArticleNo::new(number)
                && part.is_none_or(|part| self.draft.ancestor(id, Level::Part) == Some(part))
        })
    }

    pub(super) fn chapter_from_end(&self, n: u16) -> Option<NodeId> {
        let at = self.chapters.len().checked_sub(usize::from(n))?;
        self.chapters.get(at).copied()
    }

    pub(super) fn part(&self, number: u16) -> Option<NodeId> {
        let number = ArticleNo::new(number);
        let mut nodes = self.draft.iter();
        nodes
            .find(|(_, node)| node.level == Level::Part && node.number == number)
            .map(|(id, _)| id)
    }

    pub(super) fn section(&self, chapter: NodeId, number: u16) -> Option<NodeId> {
        self.numbered_below(chapter, Level::Section, number)
    }

    pub(super) fn chapter_of(&self, id: NodeId) -> Option<NodeId> {
        self.draft.chapter_of(id)
    }

    /// The number of `id` where it is a chapter.
    pub(super) fn number_of_chapter(&self, id: NodeId) -> Option<u16> {
        let node = self.draft.node(id);
        (node.level == Level::Chapter).then_some(node.number.main)
    }

    /// Whether the draft has nothing before or after its articles that 序言 or 附表 could mean.
    pub(super) fn is_silent_on_outside(&self) -> bool {
        self.draft.annex.is_empty() && self.draft.preamble.is_empty() && self.draft.note.is_none()
    }
}
