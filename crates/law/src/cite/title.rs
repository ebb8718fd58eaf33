//! Chapters named by their title: 总则, 法律责任那章, 罚则部分; and what stands outside the articles: 序言, 附表一.

use super::{
    glyph::{Glyphs, is_clause_end, words},
    number,
    path::{ChapterRef, Form, Mention, Path},
};
use caifeng_domain::{Draft, Level, NodeId};
use std::sync::LazyLock;

/// Words after a title that show a chapter to be meant.
static TAILS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "那章 那一章 那一整章 这章 这一章 这一整章 一章 一整章 整章 专章 章节 章 部分 那部分 这部分 编 那一编",
    )
});

/// Titles that are no other word, so that they name a chapter by themselves.
const BARE: [&str; 3] = ["总则", "附则", "分则"];

/// What people call a chapter whose title says it otherwise.
const ALSO_CALLED: [(&str, &str); 3] = [
    ("罚则", "法律责任"),
    ("处罚", "法律责任"),
    ("责任", "法律责任"),
];

const OUTSIDE: [&str; 4] = ["序言", "题注", "附表", "附录"];

/// The titles of a draft's chapters and parts.
pub(super) struct Titles {
    titles: Vec<(NodeId, Vec<char>)>,
    longest: usize,
}

impl Titles {
    pub(super) fn of(draft: &Draft) -> Self {
        let titles: Vec<(NodeId, Vec<char>)> = draft
            .iter()
            .filter(|(_, node)| node.level <= Level::Chapter)
            .filter_map(|(id, node)| Some((id, node.title.as_ref()?.chars().collect())))
            .filter(|(_, title): &(_, Vec<char>)| !title.is_empty())
            .collect();
        let longest = titles
            .iter()
            .map(|(_, title)| title.len())
            .max()
            .unwrap_or(0)
            .clamp(4, 16);
        Self { titles, longest }
    }

    /// Behind the title where it follows its number: 第一章总则.
    pub(super) fn skip(&self, g: &Glyphs, i: usize, path: Path) -> usize {
        if path.article.is_some()
            || path.paragraph.is_some()
            || (path.chapter.is_none() && path.part.is_none())
        {
            return i;
        }
        let open = usize::from(matches!(g.at(i), '“' | '"' | '(' | '「'));
        let at = i + open;
        let next = self
            .titles
            .iter()
            .filter(|(_, title)| title.iter().zip(at..).all(|(c, k)| g.at(k) == *c))
            .map(|(_, title)| at + title.len())
            .max();
        next.map_or(i, |next| {
            next + usize::from(open > 0 && matches!(g.at(next), '”' | '"' | ')' | '」'))
        })
    }

    /// A chapter named by title, its words beginning not before `free`, that is complete at `i`.
    pub(super) fn mention(&self, g: &Glyphs, free: usize, i: usize) -> Option<Mention> {
        let c = g.at(i);
        if matches!(c, '总' | '附' | '分' | '序' | '题') {
            return self.bare(g, i);
        }
        if !matches!(c, '那' | '这' | '一' | '整' | '专' | '章' | '部' | '编') {
            return None;
        }
        let to = g.after_any(i, &TAILS)?;
        let (node, from) = self.before(g, free, i, g.before(to) != '分')?;
        Some(mention(from, to, ChapterRef::Node(node)))
    }

    fn bare(&self, g: &Glyphs, i: usize) -> Option<Mention> {
        if let Some(to) = g.after_any(i, &OUTSIDE) {
            let to = number::one(g, to).map_or(to, |(_, to)| to);
            let paths = vec![Path::default()];
            let form = Form::Outside;
            return Some(Mention {
                from: i,
                to,
                paths,
                form,
            });
        }
        let to = g.after_any(i, &BARE)?;
        let said = g.words(i, to);
        let (node, _) = self
            .titles
            .iter()
            .find(|(_, title)| title.iter().collect::<String>() == said)?;
        let to = g.after_any(to, &TAILS).unwrap_or(to);
        Some(mention(i, to, ChapterRef::Node(*node)))
    }

    /// The chapter whose title, or a good part of it, ends just before `i`.
    fn before(&self, g: &Glyphs, free: usize, i: usize, fuzzy: bool) -> Option<(NodeId, usize)> {
        let end = i - usize::from(i > free && matches!(g.before(i), '”' | '"' | '」' | '》'));
        let longest = (free..end).rev().take(self.longest).take_while(|&k| {
            !is_clause_end(g.at(k)) && !matches!(g.at(k), '“' | '"' | '「' | '《' | '、')
        });
        let mut best = None;
        for from in longest {
            if end - from >= 2
                && let Some(node) = self.called(g, from, end, fuzzy)
            {
                best = Some((node, from));
            }
        }
        best
    }

    /// The only chapter that `from..end` can name: the whole title, or where `fuzzy` a part of one title alone.
    fn called(&self, g: &Glyphs, from: usize, end: usize, fuzzy: bool) -> Option<NodeId> {
        let said = |name: &str| name.chars().count() == end - from && g.starts(from, name);
        let also = ALSO_CALLED
            .iter()
            .find(|(name, _)| said(name))
            .map(|(_, title)| *title);
        let mut partly = None;
        for (node, title) in &self.titles {
            let whole =
                title.len() == end - from && title.iter().zip(from..).all(|(c, k)| g.at(k) == *c);
            if whole || also.is_some_and(|also| title.iter().copied().eq(also.chars())) {
                return Some(*node);
            }
            let part = |window: &[char]| window.iter().zip(from..).all(|(c, k)| g.at(k) == *c);
            if fuzzy && title.windows(end - from).any(part) {
                // A word of two titles names neither.
                partly = Some(partly.map_or(Some(*node), |_| None));
            }
        }
        partly.flatten()
    }
}

fn mention(from: usize, to: usize, chapter: ChapterRef) -> Mention {
    let path = Path {
        chapter: Some(chapter),
        ..Path::default()
    };
    Mention {
        from,
        to,
        paths: vec![path],
        form: Form::Title,
    }
}
