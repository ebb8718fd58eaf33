//! What a citation names, before it is known to exist: a path through the levels of a draft.

use caifeng_domain::{ArticleNo, NodeId, ParagraphNo};

/// 编 or 章, as named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChapterRef {
    /// 第三章
    Number(u16),
    /// By its title: 总则, 法律责任那章.
    Node(NodeId),
    /// 本章
    Same,
    /// 最后一章 is 1, 倒数第二章 is 2.
    FromEnd(u16),
}

/// 条, as named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArticleRef {
    /// 第十二条
    Number(ArticleNo),
    /// 本条, 该条, 同条
    Same,
    /// 上一条 is -1, 下一条 is 1.
    Offset(i32),
    /// 最后一条 is 1, 倒数第二条 is 2.
    FromEnd(u16),
}

/// 款, as named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ParagraphRef {
    /// 第二款 and 最后一款
    No(ParagraphNo),
    /// 本款, 同款
    Same,
    /// 前款 is -1, 下一款 is 1.
    Offset(i32),
}

/// Levels from the outside in. What is not said is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Path {
    pub(super) part: Option<u16>,
    pub(super) chapter: Option<ChapterRef>,
    pub(super) section: Option<u16>,
    pub(super) article: Option<ArticleRef>,
    pub(super) paragraph: Option<ParagraphRef>,
    pub(super) item: Option<u16>,
    pub(super) subitem: Option<u16>,
}

impl Path {
    /// What `self` leaves out above its own first level is as in `earlier`: 第十二条第一款，第二款第三项.
    pub(super) fn inherit(self, earlier: Self) -> Self {
        let mut out = self;
        if self.article.is_none() && self.chapter.is_none() && self.section.is_none() {
            (out.part, out.chapter) = (earlier.part, earlier.chapter);
            out.section = earlier.section;
            out.article = earlier.article;
            if self.paragraph.is_none() {
                out.paragraph = earlier.paragraph;
                if self.item.is_none() {
                    out.item = earlier.item;
                }
            }
        } else if self.section.is_some() && self.chapter.is_none() {
            (out.part, out.chapter) = (earlier.part, earlier.chapter);
        }
        out
    }

    /// Named by position rather than by number.
    pub(super) fn is_relative(self) -> bool {
        matches!(
            self.article,
            Some(ArticleRef::Same | ArticleRef::Offset(_) | ArticleRef::FromEnd(_))
        ) || matches!(
            self.paragraph,
            Some(ParagraphRef::Same | ParagraphRef::Offset(_))
        ) || matches!(
            self.chapter,
            Some(ChapterRef::Same | ChapterRef::FromEnd(_))
        )
    }
}

/// How a citation is written, which decides how far it is to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// With 第: 第十二条.
    Ordinal,
    /// Without: 12条, 四十七条.
    Bare,
    /// By position: 本条, 前款, 最后一条.
    Position,
    /// Chapter by title.
    Title,
    /// A slip of speech recognition: 第时二条, 第十二跳.
    Slip,
    /// 12.2.3
    Shorthand,
    /// Outside the articles: 序言, 附表一.
    Outside,
}

/// A citation as it stands in the text: glyphs `from..to` and what they name.
#[derive(Debug, Clone)]
pub(super) struct Mention {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) paths: Vec<Path>,
    pub(super) form: Form,
}
