//! The parser: one line at a time, looking back only at what is open.

use std::collections::BTreeMap;

use caifeng_domain::{ArticleNo, Draft, Level};

use super::{
    DraftError, Label,
    body::{BRACKETS, Body, is_heading},
    excerpt,
    head::{Head, is_annex_mark},
    label::{cites, label, marker},
    line::{Line, is_closed, unspaced},
};

/// Longer words in brackets after `第一条` are not a 条标.
const MAX_ARTICLE_TITLE_CHARS: usize = 40;

/// State of the parse.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    head: Head,
    body: Body,
    annex: Vec<String>,
    /// First line with words, for the message that this is no draft.
    first: Option<(u32, String)>,
    /// Lines of the articles so far.
    seen: BTreeMap<ArticleNo, u32>,
    last: Option<ArticleNo>,
    /// The first heading: where it comes again, all before was a 目录.
    first_heading: Option<(Level, ArticleNo)>,
    contents: Contents,
}

/// What is known of the 目录.
#[derive(Debug, Default, PartialEq, Eq)]
enum Contents {
    #[default]
    Unseen,
    /// The line 目录 was read.
    Announced,
    /// It has been dropped.
    Over,
}

impl Parser {
    /// Takes the next line.
    ///
    /// # Errors
    /// [`DraftError::DuplicateArticle`].
    pub(crate) fn line(&mut self, line: Line) -> Result<(), DraftError> {
        self.first
            .get_or_insert_with(|| (line.number, excerpt(&line.text)));
        if !self.annex.is_empty() || (self.last.is_some() && ends_body(&line.text)) {
            self.annex.push(line.text);
            return Ok(());
        }
        if self.last.is_none() && unspaced(&line.text) == "目录" {
            self.contents = Contents::Announced;
            self.head.end();
            return Ok(());
        }
        if let Some(label) = label(&line.text) {
            let rest = line.text[label.len..].to_owned();
            match label.level {
                Level::Article if self.is_article(label.number, &rest) => {
                    return self.article(label, &rest, line.number);
                }
                level if level < Level::Article && is_heading(rest.trim()) => {
                    self.heading(label, &rest, line.number);
                    return Ok(());
                }
                _ => {}
            }
        }
        if self.body.is_empty() {
            self.head.line(&line);
        } else {
            self.body.words(&line);
        }
        Ok(())
    }

    /// The draft.
    ///
    /// # Errors
    /// [`DraftError::NoArticle`], [`DraftError::Empty`].
    pub(crate) fn finish(mut self) -> Result<Draft, DraftError> {
        let (line, found) = self.first.ok_or(DraftError::Empty)?;
        if self.last.is_none() {
            return Err(DraftError::NoArticle { line, found });
        }
        self.head.end();
        Ok(Draft {
            title: self.head.title,
            note: self.head.note,
            preamble: self.head.preamble,
            nodes: self.body.into_nodes(),
            annex: self.annex,
        })
    }

    /// Whether `第…条` at the start of a line is the article itself. Citing words after it speak against
    /// that, unless the number comes next and a space sets it off.
    fn is_article(&self, number: ArticleNo, rest: &str) -> bool {
        let next = match self.last {
            None => number == ArticleNo::new(1),
            Some(last) if number.inserted == 0 => number.main == last.main + 1,
            Some(last) => number == ArticleNo::with_inserted(last.main, last.inserted + 1),
        };
        let apart = next && rest.starts_with(char::is_whitespace);
        apart || !cites(rest.trim_start())
    }

    /// Opens an article with what stands on its line.
    fn article(&mut self, label: Label, rest: &str, line: u32) -> Result<(), DraftError> {
        self.head.end();
        if self.last.is_none() && self.contents == Contents::Announced {
            self.drop_unrepeated_contents();
        }
        if let Some(&first_line) = self.seen.get(&label.number) {
            return Err(DraftError::DuplicateArticle {
                label: label.printed,
                first_line,
                line,
            });
        }
        self.seen.insert(label.number, line);
        self.last = Some(label.number);
        let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '：' | ':'));
        let (title, body) = split_title(rest);
        self.body.open(label, title, line);
        if !body.is_empty() {
            self.body.words(&Line {
                number: line,
                text: body.to_owned(),
                after_blank: false,
                begins: true,
            });
        }
        Ok(())
    }

    /// Opens a part, chapter or section.
    fn heading(&mut self, label: Label, rest: &str, line: u32) {
        self.head.end();
        let key = (label.level, label.number);
        let repeated = self.first_heading == Some(key) && self.contents != Contents::Over;
        if repeated && (self.last.is_none() || self.contents == Contents::Announced) {
            self.drop_contents();
        }
        self.first_heading.get_or_insert(key);
        let title = Some(unspaced(rest)).filter(|title| !title.is_empty());
        self.body.open(label, title, line);
    }

    /// Everything so far was the 目录. Whole sentences between it and the body are a preamble.
    fn drop_contents(&mut self) {
        self.contents = Contents::Over;
        let contents = std::mem::take(&mut self.body);
        let words = contents.nodes().iter().flat_map(|node| node.text.lines());
        let sentences = words.filter(|text| is_closed(text)).map(str::to_owned);
        self.head.preamble.extend(sentences);
        self.seen.clear();
        self.last = None;
    }

    /// A 目录 whose headings the body does not repeat: the first article would be in the last chapter.
    fn drop_unrepeated_contents(&mut self) {
        if self.body.nodes().iter().any(|node| node.number.main > 1) {
            self.drop_contents();
        }
    }
}

/// Whether a line after the articles begins an annex or the explanation that is published with a draft.
fn ends_body(text: &str) -> bool {
    is_annex_mark(text)
        || (text.starts_with("关于") && text.contains("草案") && text.ends_with("的说明"))
}

/// Takes a 条标 in brackets off the words of an article. `（一）` is an item, not a title.
fn split_title(rest: &str) -> (Option<String>, &str) {
    const PAIRS: [(char, char); 5] = [
        ('（', '）'),
        ('(', ')'),
        ('【', '】'),
        ('〔', '〕'),
        ('[', ']'),
    ];
    for (open, close) in PAIRS {
        if let Some(inside) = rest.strip_prefix(open)
            && let Some((title, body)) = inside.split_once(close)
        {
            let plain = !title.contains(BRACKETS);
            let short = title.chars().nth(MAX_ARTICLE_TITLE_CHARS).is_none();
            let title = unspaced(title);
            if plain
                && short
                && !title.is_empty()
                && marker(rest).is_none()
                && !title.contains('。')
            {
                return (Some(title), body.trim_start());
            }
        }
    }
    (None, rest)
}
