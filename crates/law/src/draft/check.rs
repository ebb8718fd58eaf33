//! What looks wrong in a draft that can be used all the same.

use std::fmt;

use caifeng_domain::{ArticleNo, Draft, Level, Node};

use crate::numeral;

/// Before the first number.
const NONE: ArticleNo = ArticleNo::new(0);

/// Something that a person should look at. Shown to users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftWarning {
    /// Line of the source file, from 1.
    pub line: u32,
    /// What is odd, in Chinese.
    pub message: String,
}

impl fmt::Display for DraftWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "第{}行：{}", self.line, self.message)
    }
}

/// Gaps and steps back in the numbering, empty articles and chapters, and a missing title, in the order of the file.
#[must_use]
pub fn check(draft: &Draft) -> Vec<DraftWarning> {
    let mut out = Vec::new();
    if draft.title.is_empty() {
        out.push(warning(1, "没有找到标题".to_owned()));
    }
    // The number before, per level; a level starts anew below each node of a higher one, articles run through.
    let mut before = [NONE; Level::Subitem as usize + 1];
    for node in &draft.nodes {
        let depth = node.level as usize;
        if node.level != Level::Paragraph {
            out.extend(order(node, before[depth]));
        }
        before[depth] = node.number;
        for (deeper, number) in before.iter_mut().enumerate().skip(depth + 1) {
            if deeper != Level::Article as usize {
                *number = NONE;
            }
        }
        if node.children.is_empty() && node.text.is_empty() {
            let lack = if node.level < Level::Article {
                "之下没有条文"
            } else {
                "没有内容"
            };
            out.push(warning(node.line, format!("“{}”{lack}", node.label)));
        }
    }
    out
}

fn warning(line: u32, message: String) -> DraftWarning {
    DraftWarning { line, message }
}

/// Whether `node` does not follow the number `before` it.
fn order(node: &Node, before: ArticleNo) -> Option<DraftWarning> {
    let (number, label) = (node.number, &node.label);
    if number <= before {
        let message = format!("“{label}”的编号没有递增，前一个是{}", spoken(before));
        return Some(warning(node.line, message));
    }
    let next = if number.main == before.main {
        ArticleNo::with_inserted(before.main, before.inserted + 1)
    } else {
        ArticleNo::new(before.main.saturating_add(1))
    };
    (number.main > next.main || number.inserted > next.inserted.max(1)).then(|| {
        let message = format!("“{label}”之前缺号：应先有{}", spoken(next));
        warning(node.line, message)
    })
}

fn spoken(number: ArticleNo) -> String {
    let main = numeral::format(number.main);
    match number.inserted {
        0 => format!("“{main}”"),
        inserted => format!("“{main}之{}”", numeral::format(inserted)),
    }
}
