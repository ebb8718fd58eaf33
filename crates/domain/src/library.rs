//! The law library (法律库): texts of laws beside the drafts, article by article.

use std::{fmt, str::FromStr};

use crate::ArticleNo;

/// How a text stands to the law in force (时效性).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Validity {
    /// The text in force.
    InForce,
    /// Still law, but amended since: some articles read otherwise now.
    Amended,
    /// No longer law.
    Repealed,
    /// An earlier text of a law that is in force in another one.
    Former,
}

impl Validity {
    /// All with wire names and Chinese names, those that may be relied upon first.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::InForce, "in_force", "现行有效"),
        (Self::Amended, "amended", "已被修改"),
        (Self::Repealed, "repealed", "已废止"),
        (Self::Former, "former", "历史版本"),
    ];
}

/// Names one text of one law: letters, digits and `-`, at most 64. Part of addresses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LawKey(String);

impl LawKey {
    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LawKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no [`LawKey`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the key of a law")]
pub struct ParseLawKeyError(String);

impl FromStr for LawKey {
    type Err = ParseLawKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if (1..=64).contains(&text.len()) && text.chars().all(is_plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseLawKeyError(text.to_owned()))
        }
    }
}

/// One text of one law, without its articles. Days are `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Law {
    /// Which text of which law.
    pub key: LawKey,
    /// 中华人民共和国立法法
    pub title: String,
    /// 法律, 修正案, 立法解释, 地方性法规
    pub kind: String,
    /// 宪法相关法, 社会法
    pub field: Option<String>,
    /// Who made it.
    pub issuer: Option<String>,
    /// When it was first published.
    pub published: Option<String>,
    /// When it came into force.
    pub effective: Option<String>,
    /// When this text of it was made.
    pub version: Option<String>,
    /// How it stands to the law in force.
    pub validity: Validity,
}

/// One article of a [`Law`]; a text without articles is one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LawArticle {
    /// Its place in the law, from 1: numbers may repeat in annexes.
    pub place: u32,
    /// Its number; none where the text has no articles.
    pub number: Option<ArticleNo>,
    /// As printed: 第四十条, 全文.
    pub label: String,
    /// Chapter and section as printed: 第二章 法律 第三节 ….
    pub heading: Option<String>,
    /// Its words, a paragraph or item a line.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::LawKey;

    #[test]
    fn a_key_is_safe_in_an_address() {
        for text in ["8e2e70a10bb0", "own-12"] {
            assert_eq!(text.parse::<LawKey>().unwrap().to_string(), text);
        }
        let long = "a".repeat(65);
        for text in ["", "a/b", "立法法", "a b", &long] {
            assert!(text.parse::<LawKey>().is_err(), "{text}");
        }
    }
}
