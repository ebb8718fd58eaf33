//! A draft as a tree of provisions (条文节点).

use crate::ArticleNo;

/// The levels of Chinese legislation, from the outside in (立法法 art. 65).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// 编
    Part,
    /// 分编
    Subpart,
    /// 章
    Chapter,
    /// 节
    Section,
    /// 条
    Article,
    /// 款, unnumbered: a paragraph of an article
    Paragraph,
    /// 项, （一）
    Item,
    /// 目, 1.
    Subitem,
}

/// Index of a node in its draft, in document order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// One provision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What kind of provision.
    pub level: Level,
    /// Its number among its kind: 第三章 is 3, the second paragraph 2, （四） 4.
    pub number: ArticleNo,
    /// The number as printed: `第三章`, `第一条`, `（四）`; empty for a paragraph.
    pub label: String,
    /// Chapter title without inner spaces (`总则`), or an article's 条标 without its brackets.
    pub title: Option<String>,
    /// Own words, without label and title and without the children's. An article's words are in its
    /// paragraphs.
    pub text: String,
    /// The provision that this one is part of.
    pub parent: Option<NodeId>,
    /// Its parts in order.
    pub children: Vec<NodeId>,
    /// Line of the source file, counted from 1.
    pub line: u32,
}

/// A draft law: one version (审次) of one text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// 中华人民共和国社会救助法（草案）
    pub title: String,
    /// 题注: what stands in brackets under the title.
    pub note: Option<String>,
    /// Paragraphs between the title and the first provision (序言).
    pub preamble: Vec<String>,
    /// All provisions in document order; parents come before their children.
    pub nodes: Vec<Node>,
    /// What follows the last article: annexes (附件, 附表), line by line.
    pub annex: Vec<String>,
}

impl Draft {
    /// The node with this id.
    ///
    /// # Panics
    /// When the id is of another draft.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// Ids and nodes in document order.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        (0u32..).map(NodeId).zip(&self.nodes)
    }

    /// Articles in document order.
    pub fn articles(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        self.iter().filter(|(_, n)| n.level == Level::Article)
    }

    /// The article with this number.
    #[must_use]
    pub fn article(&self, number: ArticleNo) -> Option<NodeId> {
        self.articles()
            .find(|(_, n)| n.number == number)
            .map(|(id, _)| id)
    }

    /// The article that `id` is, or is part of.
    #[must_use]
    pub fn article_of(&self, id: NodeId) -> Option<NodeId> {
        self.ancestor(id, Level::Article)
    }

    /// The chapter that `id` is, or is part of.
    #[must_use]
    pub fn chapter_of(&self, id: NodeId) -> Option<NodeId> {
        self.ancestor(id, Level::Chapter)
    }

    /// `id` itself or the nearest provision around it that is of `level`.
    #[must_use]
    pub fn ancestor(&self, id: NodeId, level: Level) -> Option<NodeId> {
        let mut at = Some(id);
        while let Some(id) = at {
            let node = self.node(id);
            if node.level == level {
                return Some(id);
            }
            at = node.parent;
        }
        None
    }

    /// `id` and everything below it, in document order.
    #[must_use]
    pub fn subtree(&self, id: NodeId) -> Vec<NodeId> {
        let mut out = vec![id];
        let mut next = 0;
        while next < out.len() {
            out.extend(&self.node(out[next]).children);
            next += 1;
        }
        out.sort_unstable();
        out
    }

    /// Own words and those of everything below, one provision a line, labels of items kept.
    #[must_use]
    pub fn full_text(&self, id: NodeId) -> String {
        let mut out = String::new();
        for at in self.subtree(id) {
            let node = self.node(at);
            if node.text.is_empty() {
                continue;
            }
            if !out.is_empty() {
                out.push('\n');
            }
            if node.level > Level::Paragraph {
                out.push_str(&node.label);
            }
            out.push_str(&node.text);
        }
        out
    }
}
