//! Results as the page shows them.

use caifeng_app::{
    FoundKind, FoundReason, LawFound, Piece, SeekKind, Seeking, Sought, article_names,
};
use caifeng_domain::{Named, Span};

use super::{Asked, Group, Results, Tab};
use crate::page::law;

/// A submission, point or article.
pub(super) struct Hit {
    pub(super) key: String,
    pub(super) consultation: String,
    pub(super) heading: Option<String>,
    /// 第三十四条 · 微信 · 东街 · 2026-03-01 · 意见
    pub(super) whence: String,
    pub(super) reason: String,
    pub(super) pieces: Vec<Piece>,
    /// All of it, where the piece is not all.
    pub(super) text: Option<String>,
    pub(super) cited: Vec<law::Cited>,
    /// Where it is at the reviewer's desk.
    pub(super) desk: Option<String>,
    /// Where the provisions of other laws beside an article are.
    pub(super) related: Option<String>,
}

/// A law whose name was asked for.
pub(super) struct LawLine {
    pub(super) law: law::Head,
    pub(super) articles: usize,
}

/// An article of a law.
pub(super) struct LawHit {
    pub(super) law: law::Head,
    pub(super) label: String,
    pub(super) heading: String,
    pub(super) link: String,
    pub(super) is_exact: bool,
    pub(super) pieces: Vec<Piece>,
}

/// The kinds with how many there are of each.
pub(super) fn tabs(asked: &Asked, found: &Seeking) -> Vec<Tab> {
    let tab = |name, wire: &str, count: Option<usize>| Tab {
        name,
        count: count.map(|count| count.to_string()).unwrap_or_default(),
        query: asked.of_kind(wire),
        is_open: asked.kind == wire,
    };
    let mut tabs = vec![tab("全部", "", None)];
    for (kind, wire, name) in SeekKind::ALL {
        let is_counted = asked.kind.is_empty() || asked.kind == wire;
        let of = |kind| found.by_kind.get(&kind).copied().unwrap_or_default();
        let count = match kind {
            SeekKind::Submission => of(FoundKind::Submission),
            SeekKind::Point => of(FoundKind::Point),
            SeekKind::Article => of(FoundKind::Article),
            SeekKind::Law => found.library.total + named(found),
        };
        tabs.push(tab(name, wire, is_counted.then_some(count)));
    }
    tabs
}

/// Articles that were named.
fn named(found: &Seeking) -> usize {
    found.library.hits.iter().filter(|hit| hit.is_exact).count()
}

pub(super) fn results(asked: &Asked, found: Seeking) -> Results {
    let page = asked.page();
    let leaf = |page: usize| format!("{}&page={page}", asked.address());
    let is_paged = !asked.kind.is_empty();
    let mut groups = Vec::new();
    for (kind, name) in [
        (FoundKind::Article, "草案条文"),
        (FoundKind::Point, "观点（机器归纳，供人工审核）"),
        (FoundKind::Submission, "来件"),
    ] {
        let hits = found.hits.iter().filter(|hit| hit.kind == kind).cloned();
        let hits: Vec<Hit> = hits.map(hit).collect();
        if !hits.is_empty() {
            groups.push(Group { name, hits });
        }
    }
    let laws = found.library.laws.iter();
    Results {
        laws_first: named(&found) > 0,
        groups,
        laws: laws
            .map(|(law, articles)| LawLine {
                law: law::Head::new(law),
                articles: *articles,
            })
            .collect(),
        law_hits: found.library.hits.iter().map(law_hit).collect(),
        preparing: found.preparing,
        is_lexical: found.is_lexical,
        is_installed: found.library.is_installed,
        before: (is_paged && page > 0).then(|| leaf(page - 1)),
        after: (is_paged && found.has_more).then(|| leaf(page + 1)),
    }
}

fn hit(sought: Sought) -> Hit {
    let is_article = sought.kind == FoundKind::Article;
    let articles = article_names(&sought.articles);
    let points: Vec<String> = sought.points.iter().map(ToString::to_string).collect();
    let whence = [
        (!is_article && !articles.is_empty()).then_some(articles),
        sought.channel.map(|channel| channel.chinese().to_owned()),
        sought.station,
        sought.date,
        sought.status.map(|status| status.chinese().to_owned()),
        (sought.kind == FoundKind::Submission && !points.is_empty())
            .then(|| format!("观点 {}", points.join("、"))),
    ];
    let whence: Vec<String> = whence.into_iter().flatten().collect();
    let at_desk = |place: &str| format!("/staff/c/{}/desk/{place}/{}", sought.slug, sought.key);
    Hit {
        desk: match sought.kind {
            FoundKind::Point => Some(at_desk("points")),
            FoundKind::Submission => Some(at_desk("submissions")),
            FoundKind::Article => None,
        },
        related: is_article.then(|| format!("/staff/c/{}/related/{}", sought.slug, sought.key)),
        key: if is_article {
            String::new()
        } else {
            sought.key
        },
        consultation: sought.consultation,
        heading: sought.heading.filter(|heading| !heading.is_empty()),
        whence: whence.join(" · "),
        reason: match sought.reason {
            FoundReason::Words(words) => format!("含有：{}", words.join("、")),
            FoundReason::Meaning => "同义或相近，没有相同的词".to_owned(),
            FoundReason::Listed => String::new(),
        },
        pieces: sought.pieces,
        text: sought.is_cut.then_some(sought.text),
        cited: sought.cited.iter().map(law::Cited::new).collect(),
    }
}

fn law_hit(found: &LawFound) -> LawHit {
    let text = &found.article.text;
    let mut pieces = Vec::new();
    let mut at = found.snippet.span.start;
    let mut add = |span: Span, is_marked| {
        if !span.is_empty() {
            let text = span.of(text).to_owned();
            pieces.push(Piece { text, is_marked });
        }
    };
    for mark in &found.snippet.highlights {
        add(Span::new(at, mark.start), false);
        add(*mark, true);
        at = mark.end;
    }
    add(Span::new(at, found.snippet.span.end), false);
    LawHit {
        law: law::Head::new(&found.law),
        label: found.article.label.clone(),
        heading: found.article.heading.clone().unwrap_or_default(),
        link: law::link(&found.law, found.article.place),
        is_exact: found.is_exact,
        pieces,
    }
}
