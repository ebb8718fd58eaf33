//! The text of the report from a template that organisations edit.
//!
//! A template is minijinja. Of what it gives, each line is a paragraph: `# ` the title, `## ` to
//! `##### ` headings, which are numbered 一、（一）1.（1） here, anything else text. What data is put
//! in stays within its line and is never taken for a heading.

use minijinja::{
    AutoEscape, Environment, UndefinedBehavior,
    syntax::SyntaxConfig,
    value::{Serde, Value},
};
use serde::Serialize;

use super::Block;
use crate::ReportError;

/// The template of those who have none of their own.
pub const DEFAULT_TEMPLATE: &str = include_str!("default.jinja");

/// Stands before every text that is put in: a control character, which no text that is put in has.
const DATA: char = '\u{1}';
const NUMERALS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

/// Title and text.
pub(super) fn render(
    source: &str,
    data: impl Serialize,
) -> Result<(String, Vec<Block>), ReportError> {
    let text = fill(source, Value::from(Serde(data))).map_err(|error| ReportError::Template {
        line: error.line().unwrap_or(1),
        detail: error.to_string(),
    })?;
    let (mut title, mut blocks, mut numbers) = (None, Vec::new(), [0usize; 4]);
    for line in text.lines() {
        let marks = line.chars().take_while(|&c| c == '#').count();
        let marked = line[marks..].strip_prefix(' ');
        let words: String = line.chars().filter(|&c| c != DATA).collect();
        match (marks, marked) {
            _ if words.trim().is_empty() => {}
            (1, Some(_)) if title.is_none() => title = Some(words[2..].trim().to_owned()),
            (2..=5, Some(_)) => {
                let level = marks - 1;
                numbers[level - 1] += 1;
                numbers[level..].fill(0);
                let text = format!(
                    "{}{}",
                    number(level, numbers[level - 1]),
                    words[marks + 1..].trim()
                );
                blocks.push(Block::Heading { level, text });
            }
            _ => blocks.push(Block::Body(words.trim().to_owned())),
        }
    }
    Ok((title.ok_or(ReportError::NoTitle)?, blocks))
}

fn fill(source: &str, data: Value) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()?;
    environment.set_syntax(syntax);
    // What macros give is text of the template, not data: with escaping it is marked as safe.
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("lines".into()));
    environment.set_formatter(|out, _, value| {
        let text = match value.as_str() {
            Some(text) if value.is_safe() => text.to_owned(),
            Some(text) => within_line(text),
            None if value.is_none() => String::new(),
            None => value.to_string(),
        };
        Ok(out.write_str(&text)?)
    });
    environment.render_str(source, data)
}

/// A text marked as data, on one line.
fn within_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    out.push(DATA);
    out.extend(text.trim().chars().filter_map(|c| match c {
        '\n' | '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
        c if c.is_control() => None,
        c => Some(c),
    }));
    out
}

/// The number of a heading (GB/T 9704-2012, 7.3.3).
fn number(level: usize, number: usize) -> String {
    match level {
        1 => format!("{}、", numeral(number)),
        2 => format!("（{}）", numeral(number)),
        3 => format!("{number}."),
        _ => format!("（{number}）"),
    }
}

/// A Chinese numeral up to 99; above that, which no report comes to, the Arabic one.
fn numeral(number: usize) -> String {
    match number {
        0..10 => NUMERALS[number].to_owned(),
        10..20 => format!("十{}", NUMERALS[number - 10]),
        20..100 => format!("{}十{}", NUMERALS[number / 10], NUMERALS[number % 10]),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Block, numeral, render};
    use crate::ReportError;

    fn heading(level: usize, text: &str) -> Block {
        let text = text.to_owned();
        Block::Heading { level, text }
    }

    #[test]
    fn headings_are_numbered_level_by_level() {
        let source = "# 报告\n## 甲\n### 乙\n### 丙\n#### 丁\n##### 戊\n## 己\n### 庚\n正文\n";
        let (title, blocks) = render(source, ()).unwrap();
        assert_eq!(title, "报告");
        assert_eq!(
            blocks,
            [
                heading(1, "一、甲"),
                heading(2, "（一）乙"),
                heading(2, "（二）丙"),
                heading(3, "1.丁"),
                heading(4, "（1）戊"),
                heading(1, "二、己"),
                heading(2, "（一）庚"),
                Block::Body("正文".to_owned()),
            ]
        );
    }

    #[test]
    fn what_is_put_in_is_neither_a_heading_nor_two_paragraphs() {
        let data = BTreeMap::from([("said", "## 甲\n# 乙\u{1}")]);
        let (_, blocks) = render("# 题\n{{ said }}\n“{{ said }}”\n", data).unwrap();
        assert_eq!(
            blocks,
            [
                Block::Body("## 甲 # 乙".to_owned()),
                Block::Body("“## 甲 # 乙”".to_owned()),
            ]
        );
    }

    #[test]
    fn a_mistake_in_a_template_is_named_with_its_line() {
        for source in ["# 题\n{{ nothing }}", "# 题\n{% if %}"] {
            let error = render(source, BTreeMap::from([("a", 1)])).unwrap_err();
            assert!(
                matches!(error, ReportError::Template { line: 2, .. }),
                "{error:?}"
            );
        }
        let error = render("没有标题", ()).unwrap_err();
        assert!(matches!(error, ReportError::NoTitle), "{error:?}");
    }

    #[test]
    fn numerals_go_to_ninety_nine() {
        let numerals = [1, 10, 11, 20, 21, 99].map(numeral);
        assert_eq!(numerals, ["一", "十", "十一", "二十", "二十一", "九十九"]);
    }
}
