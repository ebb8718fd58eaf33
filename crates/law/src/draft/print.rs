//! A draft as text again.

use caifeng_domain::{Draft, Level, Node};

use super::{body::is_bare_title, label::cites, line::is_closed};

/// Prints `draft` in the form of official publication: one provision a line, headings between empty lines, an
/// ideographic space after each number.
///
/// What [`super::parse`] reads from it equals `draft` but for the line numbers. Brackets of a 条标 become （）, a 目录 is
/// not printed.
#[must_use]
pub fn print(draft: &Draft) -> String {
    let mut out = String::new();
    if !draft.title.is_empty() {
        push_line(&mut out, &draft.title);
    }
    if let Some(note) = &draft.note {
        push_line(&mut out, &format!("（{note}）"));
    }
    if !draft.preamble.is_empty() {
        out.push('\n');
    }
    for line in &draft.preamble {
        push_line(&mut out, line);
    }
    let mut own_line = false;
    let mut open = false;
    for (id, node) in draft.iter() {
        match node.level {
            Level::Article => {
                if follows_heading(draft, id.0) {
                    out.push('\n');
                }
                push_line(&mut out, &article_line(node));
                own_line = needs_own_line(draft, node);
                open = false;
                continue;
            }
            level if level < Level::Article => {
                out.push('\n');
                push_line(&mut out, &heading(node));
            }
            Level::Paragraph => print_paragraph(&mut out, node, own_line, open),
            _ => push_line(&mut out, &format!("{}{}", node.label, node.text)),
        }
        open = !is_closed(&node.text);
    }
    if !draft.annex.is_empty() {
        out.push('\n');
    }
    for line in &draft.annex {
        push_line(&mut out, line);
    }
    out
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}

fn follows_heading(draft: &Draft, index: u32) -> bool {
    let before = index
        .checked_sub(1)
        .and_then(|i| draft.nodes.get(i as usize));
    before.is_none_or(|node| node.level < Level::Article)
}

fn heading(node: &Node) -> String {
    let title = node.title.as_deref().unwrap_or_default();
    let mut line = [node.label.as_str(), title].join("\u{3000}");
    line.truncate(line.trim_end().len());
    if !node.text.is_empty() {
        line.push('\n');
        line.push_str(&node.text);
    }
    line
}

fn article_line(node: &Node) -> String {
    let title = node.title.as_ref().map(|title| format!("（{title}）"));
    format!("{}{}", node.label, title.unwrap_or_default())
}

/// The first paragraph stands on the article's own line, unless it would be misread there.
fn print_paragraph(out: &mut String, node: &Node, own_line: bool, after_open: bool) {
    let first = node.number.main == 1;
    if node.text.is_empty() {
        return;
    }
    if first && !own_line && out.ends_with('\n') {
        out.pop();
        out.push('\u{3000}');
    } else if !first && after_open {
        // Without the empty line it would read as the rest of a broken line.
        out.push('\n');
    }
    push_line(out, &node.text);
}

/// Whether an article's first words would be taken for a title, or the whole line for a citation.
fn needs_own_line(draft: &Draft, article: &Node) -> bool {
    let Some(first) = article.children.first().map(|&id| draft.node(id)) else {
        return false;
    };
    let text = first.text.as_str();
    let title_like = article.children.len() > 1 && article.title.is_none() && is_bare_title(first);
    title_like || text.starts_with(['（', '(', '【', '〔', '[', '：', ':']) || cites(text)
}
