//! What a text says about which provision it means.

use crate::{ArticleNo, NodeId, Span};

/// Which law a citation speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CitedLaw {
    /// The draft under consultation.
    ThisDraft,
    /// An earlier or later reading of it: 一审稿, 二次审议稿. The number of the reading where said.
    OtherReading(Option<u8>),
    /// The law in force that the draft would amend: 现行法, 原第十条.
    InForce,
    /// Another law, named as written without its brackets: 民法典, 上位法.
    Other(String),
}

/// A paragraph as people count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParagraphNo {
    /// 第二款
    Number(u16),
    /// 最后一款
    Last,
}

/// One provision named by a citation. `None` means not said.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Target {
    /// 第三章, by its number; or by title where it is one: 总则.
    pub chapter: Option<u16>,
    /// 第二节
    pub section: Option<u16>,
    /// 第十二条
    pub article: Option<ArticleNo>,
    /// 第二款
    pub paragraph: Option<ParagraphNo>,
    /// 第（三）项
    pub item: Option<u16>,
    /// 第2目
    pub subitem: Option<u16>,
}

/// What part a citation plays in its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CitationRole {
    /// What the sentence is about.
    Target,
    /// Something compared with: 与第四十条重复, 参照《…法》第二十五条.
    Comparison,
    /// Where a provision should go: 作为第十三条, 移至第四十条之后.
    Destination,
}

/// A citation found in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Citation {
    /// Where it stands.
    pub span: Span,
    /// Which law.
    pub law: CitedLaw,
    /// What is named. Ranges and lists are spelt out, one entry a provision.
    pub targets: Vec<Target>,
    /// The nodes of this draft that `targets` name, in the same order, without those that do not
    /// exist. Always empty unless `law` is [`CitedLaw::ThisDraft`].
    pub nodes: Vec<NodeId>,
    /// Targets that this draft does not have (第九百九十九条), with `law` this draft.
    pub missing: Vec<Target>,
    /// Its part in the sentence.
    pub role: CitationRole,
    /// Named by position rather than number: 本条, 前款, 最后一条.
    pub relative: bool,
    /// 1 for a plain number; less for slips of speech (第时二条) and shorthand (12.2.3).
    pub confidence: f32,
}
