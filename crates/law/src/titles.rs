//! Titles of laws, and the names that people use for them.
//!
//! | what is said | what is meant |
//! |---|---|
//! | 《中华人民共和国立法法》, 立法法, 立法法（2023年修正） | the title, with or without the republic and notes |
//! | 环保法 | what everybody knows it by: a short table |
//! | 选举法 | the one title that ends so |
//! | 刑诉法, 未保法, 妇女法 | the one title that it contracts |
//!
//! What fits several laws means none of them.

use std::collections::BTreeSet;

use caifeng_domain::{ArticleNo, Level};

use crate::{cite::glyph::Glyphs, draft, numeral};

/// Names that shorten more than one title and mean one.
const KNOWN: [(&str, &str); 5] = [
    ("消法", "消费者权益保护法"),
    ("环保法", "环境保护法"),
    ("土地法", "土地管理法"),
    ("房地产法", "城市房地产管理法"),
    ("基本医疗法", "基本医疗卫生与健康促进法"),
];

/// A shorter name says too little to be the end or the contraction of a title.
const MIN_CHARS: usize = 3;

/// Titles that can be asked for by name.
#[derive(Debug, Default)]
pub struct Titles(Vec<String>);

impl Titles {
    /// These titles, numbered in their order from 0.
    pub fn new<'t>(titles: impl IntoIterator<Item = &'t str>) -> Self {
        Self(titles.into_iter().map(short).collect())
    }

    /// The numbers of the titles that `name` means: several where one law is there in several texts.
    #[must_use]
    pub fn meant(&self, name: &str) -> Vec<usize> {
        let name = short(name);
        let bare = without_notes(&name);
        let known = KNOWN.iter().find(|(known, _)| *known == bare);
        let candidates = [Some(&*name), Some(bare), known.map(|(_, title)| *title)];
        let mut found = candidates.into_iter().flatten();
        let exact = found.find_map(|name| Some(self.all(name)).filter(|all| !all.is_empty()));
        if let Some(exact) = exact {
            return exact;
        }
        if bare.chars().count() < MIN_CHARS {
            return Vec::new();
        }
        let ending = self.titles(|title| title.ends_with(bare));
        let meant = if ending.is_empty() {
            self.titles(|title| contracts(bare, title))
        } else {
            ending
        };
        match meant.first() {
            Some(only) if meant.len() == 1 => self.all(only),
            _ => Vec::new(),
        }
    }

    fn all(&self, title: &str) -> Vec<usize> {
        let same = self
            .0
            .iter()
            .enumerate()
            .filter(|(_, other)| *other == title);
        same.map(|(number, _)| number).collect()
    }

    fn titles(&self, fits: impl Fn(&str) -> bool) -> BTreeSet<&str> {
        let all = self.0.iter().map(String::as_str);
        all.filter(|title| fits(title)).collect()
    }
}

/// A title as people say it: 立法法 for 《中华人民共和国立法法》, in one width and script.
#[must_use]
pub fn short(title: &str) -> String {
    let glyphs = Glyphs::of(title);
    let title = glyphs.words(0, glyphs.len());
    let title = title.trim_start_matches('《').trim_end_matches('》');
    match title.strip_prefix("中华人民共和国") {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => title.to_owned(),
    }
}

/// The number of an article by its label; none for 全文 and the like.
///
/// ```
/// use caifeng_law::titles::article_number;
/// assert_eq!(article_number("第一百二十条之一").unwrap().to_string(), "120-1");
/// assert_eq!(article_number("全文"), None);
/// ```
#[must_use]
pub fn article_number(text: &str) -> Option<ArticleNo> {
    let found = draft::label(text)?;
    let is_whole = text[found.len..].trim().is_empty();
    (is_whole && found.level == Level::Article).then_some(found.number)
}

/// The label of an article by its number: 第十二条, 第一百二十条之一.
#[must_use]
pub fn article_label(article: ArticleNo) -> String {
    let main = numeral::format(article.main);
    match article.inserted {
        0 => format!("第{main}条"),
        inserted => format!("第{main}条之{}", numeral::format(inserted)),
    }
}

fn without_notes(name: &str) -> &str {
    name.split('(').next().unwrap_or_default()
}

/// Whether `name` is `title` with characters left out, but neither the first nor the last.
fn contracts(name: &str, title: &str) -> bool {
    let mut rest = title.chars();
    name.chars().next() == title.chars().next()
        && name.chars().last() == title.chars().last()
        && name.chars().all(|c| rest.any(|other| other == c))
}

#[cfg(test)]
mod tests {
    use super::Titles;

    const TITLES: [&str; 12] = [
        "中华人民共和国立法法",
        "中华人民共和国刑法",
        "中华人民共和国刑事诉讼法",
        "中华人民共和国仲裁法",
        "中华人民共和国仲裁法",
        "中华人民共和国环境保护法",
        "中华人民共和国环境保护税法",
        "中华人民共和国野生动物保护法",
        "中华人民共和国全国人民代表大会和地方各级人民代表大会选举法",
        "中华人民共和国安全生产法",
        "中华人民共和国食品安全法",
        "中华人民共和国刑法修正案（十一）",
    ];

    #[test]
    fn a_law_is_known_by_the_names_that_people_use() {
        let titles = Titles::new(TITLES);
        let check = |name: &str, want: &[usize]| assert_eq!(titles.meant(name), want, "{name}");
        check("《中华人民共和国立法法》", &[0]);
        check("立法法", &[0]);
        check("立 法 法（2023年修正）", &[0]);
        check("刑法", &[1]);
        check("刑诉法", &[2]);
        check("仲裁法", &[3, 4]);
        check("环保法", &[5]);
        check("环保税法", &[6]);
        check("选举法", &[8]);
        check("安全法", &[10]);
        check("刑法修正案(十一)", &[11]);
        for nothing in ["保护法", "上位法", "民法典", "中华人民共和国", "法", ""] {
            check(nothing, &[]);
        }
    }
}
