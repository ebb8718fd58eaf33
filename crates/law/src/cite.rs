//! Citations: which provisions a text names.
//!
//! ```text
//! citation   = [ law ] list
//! list       = path { separator path }          第八条、第九条 · 第八条至第十条 · 第十二条第一款，第二款第三项
//! path       = [ 编 ] [ 章 [ title ] ] [ 节 ] [ 条 [ 之N ] ] [ 款 ] [ 项 ] [ 目 ]
//!            | position                         本条 · 上一条 · 前款 · 最后一条 · 倒数第二章
//!            | title                            总则 · 法律责任那章
//! level      = [ 第 ] number { separator number } unit
//! number     = 十二 · 一百〇五 · 12 · １２ · （三） · ㈢
//! law        = 《…》 · 民法典 · 草案 · 本法 · 二审稿 · 现行法 · 上位法 · 该法
//! ```
//!
//! | step | module | question |
//! |---|---|---|
//! | 1 | [`glyph`] | which characters count, whatever width, script and spacing |
//! | 2 | [`grammar`], [`number`], [`position`], [`title`] | what is written |
//! | 3 | [`negative`] | is it a citation at all |
//! | 4 | [`law`] | of which law |
//! | 5 | [`role`] | subject, comparison or destination |
//! | 6 | [`resolve`], [`structure`] | which nodes of the draft |
//!
//! The table of patterns with what each must give is the test table in `cite/tests.rs`.

pub(crate) mod glyph;
mod grammar;
mod law;
mod negative;
mod number;
mod path;
mod position;
mod resolve;
mod role;
mod structure;
#[cfg(test)]
mod tests;
mod title;

use caifeng_domain::{ArticleNo, Citation, Draft};

/// All citations in `text`, as by a [`Finder`] for one text.
#[must_use]
pub fn find(text: &str, draft: &Draft, hint: Option<ArticleNo>) -> Vec<Citation> {
    Finder::new(draft).find(text, hint)
}

/// Finds citations of one draft. Build it once for many texts.
pub struct Finder<'a> {
    titles: title::Titles,
    structure: structure::Structure<'a>,
    names: law::Names,
}

impl<'a> Finder<'a> {
    /// Looks up what `draft` can be cited by.
    #[must_use]
    pub fn new(draft: &'a Draft) -> Self {
        Self {
            titles: title::Titles::of(draft),
            structure: structure::Structure::of(draft),
            names: law::Names::of(draft),
        }
    }

    /// All citations in `text`, in order of position, their spans bytes of `text` as delivered.
    ///
    /// `hint` is the article whose form the text was written into: what 本条 means before any article is named.
    /// Takes time linear in the length of `text`, whatever it holds.
    #[must_use]
    pub fn find(&self, text: &str, hint: Option<ArticleNo>) -> Vec<Citation> {
        let glyphs = glyph::Glyphs::of(text);
        let mentions = grammar::mentions(&glyphs, &self.titles);
        resolve::all(&glyphs, mentions, &self.structure, &self.names, hint)
    }
}
