//! The tree under construction.

use caifeng_domain::{Level, Node, NodeId};

use super::Label;

/// Levels in [`Level`].
const LEVELS: usize = Level::Subitem as usize + 1;

/// Nodes so far and the innermost open node of each level.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Node>,
    open: [Option<NodeId>; LEVELS],
}

impl Tree {
    /// Adds a node below the nearest open one of a higher level.
    pub(crate) fn push(&mut self, label: Label, title: Option<String>, text: &str, line: u32) {
        let id = NodeId(self.nodes.len() as u32);
        let depth = label.level as usize;
        let parent = self.open[..depth].iter().rev().find_map(|&open| open);
        if let Some(parent) = parent {
            self.nodes[parent.0 as usize].children.push(id);
        }
        self.open[depth] = Some(id);
        self.open[depth + 1..].fill(None);
        self.nodes.push(Node {
            level: label.level,
            number: label.number,
            label: label.printed,
            title,
            text: text.to_owned(),
            parent,
            children: Vec::new(),
            line,
        });
    }

    /// The open node of `level`.
    pub(crate) fn open(&mut self, level: Level) -> Option<&mut Node> {
        let id = self.open[level as usize]?;
        self.nodes.get_mut(id.0 as usize)
    }

    /// The innermost open node: where words that go on belong.
    pub(crate) fn tail(&mut self) -> Option<&mut Node> {
        self.nodes.last_mut()
    }

    /// Takes the last node off again.
    pub(crate) fn pop(&mut self) -> Option<Node> {
        let node = self.nodes.pop()?;
        self.open[node.level as usize..].fill(None);
        if let Some(parent) = node.parent {
            self.nodes[parent.0 as usize].children.pop();
        }
        Some(node)
    }
}
