//! Provisions named by position: 本条, 前款, 上一条, 最后一条, 倒数第二章.

use super::{
    glyph::{Glyphs, is_clause_end, words},
    negative, number,
    path::{ArticleRef, ChapterRef, ParagraphRef, Path},
};
use caifeng_domain::ParagraphNo;
use std::sync::LazyLock;

static SAME_ARTICLE: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "本条 该条 此条 这条 这一条 这个条 同条 同一条 该一条 上述条款 前述条款 上述规定 前述规定",
    )
});

const PREVIOUS_ARTICLE: [&str; 5] = ["上一条", "上条", "前一条", "前条", "上面一条"];

const NEXT_ARTICLE: [&str; 6] = ["下一条", "下条", "后一条", "后条", "下面一条", "紧接着一条"];

const SAME_PARAGRAPH: [&str; 8] = [
    "本款",
    "该款",
    "此款",
    "这款",
    "这一款",
    "同款",
    "同一款",
    "该一款",
];

const LAST_PARAGRAPH: [&str; 5] = ["最后一款", "最末一款", "末款", "末尾一款", "最后1款"];

const SAME_CHAPTER: [&str; 7] = ["本章", "该章", "此章", "这一章", "这章", "同章", "这一整章"];

/// A path by position that begins at `i`, and the index behind it.
pub(super) fn parse(g: &Glyphs, i: usize) -> Option<(Path, usize)> {
    // One look at the first character spares nearly all positions the word lists.
    if !matches!(
        g.at(i),
        '本' | '该' | '此' | '这' | '同' | '上' | '下' | '前' | '后' | '最' | '末' | '倒' | '紧'
    ) {
        return None;
    }
    article(g, i)
        .or_else(|| paragraph(g, i))
        .or_else(|| chapter(g, i))
        .filter(|&(_, to)| !negative::other_word(g, g.before(to), to))
}

fn article(g: &Glyphs, i: usize) -> Option<(Path, usize)> {
    let at = |article, to| {
        let path = Path {
            article: Some(article),
            ..Path::default()
        };
        Some((path, to))
    };
    if let Some(to) = g.after_any(i, &SAME_ARTICLE) {
        return (!remark(g, to)).then(|| at(ArticleRef::Same, to))?;
    }
    for (words, offset) in [(&PREVIOUS_ARTICLE[..], -1), (&NEXT_ARTICLE[..], 1)] {
        if let Some(to) = g.after_any(i, words) {
            // 以上条款, 以下条件
            let prose =
                matches!(g.before(i), '以' | '如' | '之') || matches!(g.at(to), '款' | '文');
            return (!prose && !remark(g, to)).then(|| at(ArticleRef::Offset(offset), to))?;
        }
    }
    let (n, to) = from_end(g, i, '条')?;
    // 最后一条 is as often the commenter's own last remark.
    let own = g.starts(i, "最后") && (is_clause_end(g.at(to)) || remark(g, to) || g.at(to) == '是');
    (!own).then(|| at(ArticleRef::FromEnd(n), to))?
}

/// 这一条建议, 上一条意见: the remark of another speaker.
fn remark(g: &Glyphs, to: usize) -> bool {
    negative::own_numbering(g, 0, to)
}

fn paragraph(g: &Glyphs, i: usize) -> Option<(Path, usize)> {
    let at = |paragraph, to| {
        let path = Path {
            paragraph: Some(paragraph),
            ..Path::default()
        };
        // 该款项, 前款项: money.
        (g.at(to) != '项').then_some((path, to))
    };
    if let Some(to) = g.after_any(i, &SAME_PARAGRAPH) {
        return at(ParagraphRef::Same, to);
    }
    if let Some(to) = last_paragraph(g, i) {
        return at(ParagraphRef::No(ParagraphNo::Last), to);
    }
    if let Some(to) = g.after_any(i, &["前款", "前一款", "上一款", "上款"]) {
        return at(ParagraphRef::Offset(-1), to);
    }
    if let Some(to) = g.after_any(i, &["后款", "后一款", "下一款", "下款"]) {
        return at(ParagraphRef::Offset(1), to);
    }
    // 前两款 names both; the nearer one stands for them.
    let (n, to) = number::one(g, g.after_any(i, &["前"])?)?;
    (n < 10 && g.at(to) == '款').then(|| at(ParagraphRef::Offset(-1), to + 1))?
}

/// 最后一款
pub(super) fn last_paragraph(g: &Glyphs, i: usize) -> Option<usize> {
    g.after_any(i, &LAST_PARAGRAPH)
}

fn chapter(g: &Glyphs, i: usize) -> Option<(Path, usize)> {
    let at = |chapter, to| {
        let path = Path {
            chapter: Some(chapter),
            ..Path::default()
        };
        Some((path, to))
    };
    if let Some(to) = g.after_any(i, &SAME_CHAPTER) {
        return at(ChapterRef::Same, to);
    }
    let (n, to) = from_end(g, i, '章')?;
    at(ChapterRef::FromEnd(n), to)
}

/// 最后一条, 最后那一章, 末条, 倒数第二条: how many from the end, and the index behind it.
fn from_end(g: &Glyphs, i: usize, unit: char) -> Option<(u16, usize)> {
    if let Some(at) = g.after_any(i, &["倒数第"]) {
        let (n, to) = number::one(g, at)?;
        return (g.at(to) == unit).then_some((n, to + 1));
    }
    let to = g.after_any(
        i,
        &["最后一", "最后那一", "最后的一", "最后这一", "最末一", "末"],
    )?;
    (g.at(to) == unit).then_some((1, to + 1))
}
