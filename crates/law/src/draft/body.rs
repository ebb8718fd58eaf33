//! The words below numbers: titles, 款, 项 and 目 of what is open.

use caifeng_domain::{ArticleNo, Level, Node};

use super::{
    Label,
    label::{cites, marker},
    line::{Line, is_closed, is_title, unspaced},
    tree::Tree,
};

/// Longer words after `第三章` are a sentence, not a title.
const MAX_HEADING_CHARS: usize = 60;
/// Words of at most this length without punctuation, alone after `第一条`, are a 条标 without brackets.
const MAX_BARE_TITLE_CHARS: usize = 20;

/// Marks around a 条标, of which it has none inside.
pub(crate) const BRACKETS: [char; 10] = ['（', '）', '(', ')', '【', '】', '〔', '〕', '[', ']'];

/// The provisions under construction.
#[derive(Debug, Default)]
pub(crate) struct Body {
    tree: Tree,
}

impl Body {
    /// Whether no provision has begun.
    pub(crate) fn is_empty(&self) -> bool {
        self.tree.nodes.is_empty()
    }

    /// What was built, in document order.
    pub(crate) fn into_nodes(self) -> Vec<Node> {
        self.tree.nodes
    }

    /// The provisions so far.
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.tree.nodes
    }

    /// Opens a part, chapter, section or article.
    pub(crate) fn open(&mut self, label: Label, title: Option<String>, line: u32) {
        self.tree.push(label, title, "", line);
    }

    /// Words on a line without a number of a chapter or article. Not before the first [`Self::open`].
    pub(crate) fn words(&mut self, line: &Line) {
        if self.tree.open(Level::Article).is_some() {
            match marker(&line.text) {
                Some(marker) => self.item(marker, line),
                None => self.paragraph(line),
            }
        } else if let Some(heading) = self.tree.tail() {
            if heading.title.is_none() && heading.text.is_empty() && is_heading(&line.text) {
                heading.title = Some(unspaced(&line.text));
            } else {
                let gap = if heading.text.is_empty() { "" } else { "\n" };
                heading.text.push_str(gap);
                heading.text.push_str(&line.text);
            }
        }
    }

    /// An item, or a subitem where an item is open.
    fn item(&mut self, mut marker: Label, line: &Line) {
        if self.tree.open(Level::Paragraph).is_none() {
            self.new_paragraph("", line.number);
        }
        if self.tree.open(Level::Item).is_none() {
            marker.level = Level::Item;
        }
        let text = line.text[marker.len..].trim_start().to_owned();
        self.tree.push(marker, None, &text, line.number);
    }

    /// Words of an article: the rest of a broken line, or a new 款.
    fn paragraph(&mut self, line: &Line) {
        if !self.take_bare_title()
            && !line.begins
            && let Some(tail) = self.tree.tail()
            && tail.level > Level::Article
            && !is_closed(&tail.text)
        {
            tail.text.push_str(&line.text);
            return;
        }
        self.new_paragraph(&line.text, line.number);
    }

    /// Turns the words on an article's line into its 条标 where they can only be that, now that others follow.
    fn take_bare_title(&mut self) -> bool {
        let article = self.tree.open(Level::Article);
        let alone = article.is_some_and(|a| a.title.is_none() && a.children.len() == 1);
        let tail = self.tree.tail();
        if !(alone && tail.is_some_and(|tail| is_bare_title(tail))) {
            return false;
        }
        let title = self.tree.pop().map(|node| unspaced(&node.text));
        if let Some(article) = self.tree.open(Level::Article) {
            article.title = title;
        }
        true
    }

    fn new_paragraph(&mut self, text: &str, line: u32) {
        let before = self
            .tree
            .open(Level::Article)
            .map_or(0, |article| article.children.len());
        let label = Label {
            level: Level::Paragraph,
            number: ArticleNo::new(u16::try_from(before + 1).unwrap_or(u16::MAX)),
            printed: String::new(),
            len: 0,
        };
        self.tree.push(label, None, text, line);
    }
}

/// Whether the words after `第三章` make a title.
pub(crate) fn is_heading(rest: &str) -> bool {
    is_title(rest, MAX_HEADING_CHARS) && !cites(rest)
}

/// Whether an article's only paragraph so far can be its title.
pub(crate) fn is_bare_title(node: &Node) -> bool {
    node.level == Level::Paragraph
        && !node.text.is_empty()
        && is_title(&node.text, MAX_BARE_TITLE_CHARS)
        && !node.text.contains(BRACKETS)
        && !is_closed(&node.text)
}
