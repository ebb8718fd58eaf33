//! An amendment as a draft.

use caifeng_domain::{ArticleNo, Draft, Level};

use super::{AmendmentDraft, AmendmentItem};
use crate::{
    draft::{Body, Label, Line, cites, label},
    numeral,
};

/// Words about one article.
struct Segment {
    number: ArticleNo,
    /// Item label and instruction: 一、将第三条修改为
    order: String,
    wording: Vec<String>,
    line: u32,
}

/// Makes a draft that can be consulted on: one article node for each amended or added article.
///
/// - An article's number is the one it will have; a deleted article keeps its old one.
/// - Its title is item number and instruction (`一、将第三条修改为`), so that a reader sees what happens to it and a citation
///   of the item can be found; its paragraphs are the new wording, or the instruction where there is none.
/// - Items about the same number share the node, in order: each further one adds its instruction as a paragraph. Article
///   numbers are thus unique, as [`crate::draft::parse`] promises.
/// - Items that name no article, and the closing words, are lines of the annex. Nothing is lost.
#[must_use]
pub fn to_draft(amendment: &AmendmentDraft) -> Draft {
    let mut annex = Vec::new();
    let mut articles: Vec<(ArticleNo, Vec<Segment>)> = Vec::new();
    let mut index = std::collections::BTreeMap::new();
    for item in &amendment.items {
        let segments = segments(item);
        if segments.is_empty() {
            annex.push(format!("{}{}", item.label, item.instruction));
            annex.extend(item.text.iter().cloned());
        }
        for segment in segments {
            let at = *index.entry(segment.number).or_insert(articles.len());
            if at == articles.len() {
                articles.push((segment.number, Vec::new()));
            }
            articles[at].1.push(segment);
        }
    }
    annex.extend(amendment.closing.iter().cloned());
    let mut body = Body::default();
    for (number, segments) in articles {
        article(&mut body, number, segments);
    }
    Draft {
        title: amendment.title.clone(),
        note: amendment.note.clone(),
        preamble: amendment.preamble.clone(),
        nodes: body.into_nodes(),
        annex,
    }
}

/// An item article by article: new wording that prints several articles is split at their numbers.
fn segments(item: &AmendmentItem) -> Vec<Segment> {
    let mut out: Vec<Segment> = Vec::new();
    let mut order = format!("{}{}", item.label, item.instruction);
    let segment = |number, order: &str| Segment {
        number,
        order: order.to_owned(),
        wording: Vec::new(),
        line: item.line,
    };
    for text in &item.text {
        match article_label(text) {
            Some(found) => {
                let mut next = segment(found.number, &order);
                next.wording.push(text[found.len..].trim_start().to_owned());
                out.push(next);
            }
            None => match (out.last_mut(), item.new.or(item.old.first().copied())) {
                (Some(open), _) => open.wording.push(text.clone()),
                (None, Some(number)) if label(text).is_none_or(|l| l.level > Level::Article) => {
                    let mut next = segment(number, &order);
                    next.wording.push(text.clone());
                    out.push(next);
                }
                // 第三章　… above the articles of a new chapter.
                (None, _) => order = format!("{order}：{text}"),
            },
        }
    }
    if out.is_empty() && !item.text.is_empty() && item.new.is_none() && item.old.is_empty() {
        return out;
    }
    if out.is_empty() {
        let numbers = item.new.map_or_else(|| item.old.clone(), |new| vec![new]);
        out.extend(numbers.into_iter().map(|number| segment(number, &order)));
    }
    out
}

fn article_label(text: &str) -> Option<Label> {
    label(text)
        .filter(|label| label.level == Level::Article && !cites(text[label.len..].trim_start()))
}

fn article(body: &mut Body, number: ArticleNo, segments: Vec<Segment>) {
    let mut title = None;
    let mut lines = Vec::new();
    for segment in segments {
        if title.is_some() {
            lines.push((segment.line, segment.order.clone()));
        } else {
            body.open(
                article_heading(number),
                Some(segment.order.clone()),
                segment.line,
            );
            title = Some(());
            if segment.wording.is_empty() {
                lines.push((segment.line, segment.order));
            }
        }
        lines.extend(segment.wording.into_iter().map(|text| (segment.line, text)));
    }
    for (number, text) in lines.into_iter().filter(|(_, text)| !text.is_empty()) {
        body.words(&Line {
            number,
            text,
            after_blank: false,
            begins: true,
        });
    }
}

fn article_heading(number: ArticleNo) -> Label {
    let mut printed = format!("第{}条", numeral::format(number.main));
    if number.inserted > 0 {
        printed.push('之');
        printed.push_str(&numeral::format(number.inserted));
    }
    Label {
        level: Level::Article,
        number,
        printed,
        len: 0,
    }
}
