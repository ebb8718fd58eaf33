//! From paths to provisions: which law, which nodes of the draft, and what `本条` and `前款` point at.

use super::{
    glyph::{Glyphs, is_stop},
    law::{self, Named, Names},
    path::{ArticleRef, ChapterRef, Form, Mention, ParagraphRef, Path},
    role,
    structure::Structure,
};
use caifeng_domain::{ArticleNo, Citation, CitationRole, CitedLaw, NodeId, ParagraphNo, Target};

/// 该法 means a law named at most this many characters before.
const MEMORY_OF_LAWS: usize = 200;
/// 其第三条 means a law of the same sentence.
const MEMORY_OF_PRONOUNS: usize = 40;

/// What has been cited so far.
#[derive(Debug, Clone, Copy, Default)]
struct Context {
    article: Option<ArticleNo>,
    paragraph: Option<ParagraphNo>,
    item: Option<u16>,
    chapter: Option<NodeId>,
    /// Taken from the form, not from the text.
    hinted: bool,
}

/// Reads mentions in order and remembers what they said.
pub(super) struct Resolver<'a> {
    glyphs: &'a Glyphs,
    structure: &'a Structure<'a>,
    names: &'a Names,
    context: Context,
    /// The last other law, and the glyph behind its citation.
    last_law: Option<(CitedLaw, usize)>,
    /// Glyph behind the last citation of this draft.
    last_own: usize,
    /// Glyph behind the last citation.
    free: usize,
}

/// A citation with the glyphs that it takes up.
struct Found {
    citation: Citation,
    from: usize,
    to: usize,
    /// A neighbour was counted from it: 从第六十八条往上，上一条.
    offset: bool,
}

pub(super) fn all(
    glyphs: &Glyphs,
    mentions: Vec<Mention>,
    structure: &Structure<'_>,
    names: &Names,
    hint: Option<ArticleNo>,
) -> Vec<Citation> {
    let context = Context {
        article: hint,
        hinted: hint.is_some(),
        ..Context::default()
    };
    let mut resolver = Resolver {
        glyphs,
        structure,
        names,
        context,
        last_law: None,
        last_own: 0,
        free: 0,
    };
    let mut found: Vec<Found> = mentions
        .into_iter()
        .filter_map(|mention| resolver.one(&mention))
        .collect();
    settle_roles(glyphs, &mut found);
    found.into_iter().map(|found| found.citation).collect()
}

impl Resolver<'_> {
    fn one(&mut self, mention: &Mention) -> Option<Found> {
        let g = self.glyphs;
        let (named, from) = match self.names.before(g, mention.from) {
            Some((named, from)) if from >= self.free => (Some(named), from),
            _ => (None, mention.from),
        };
        let law = self.law(named, mention);
        if mention.form == Form::Outside
            && self.structure.is_silent_on_outside()
            && law == CitedLaw::ThisDraft
        {
            return None;
        }
        let role = match law {
            CitedLaw::Other(_) => CitationRole::Comparison,
            _ => role::of(g, from, mention.to),
        };
        let offset = mention
            .paths
            .iter()
            .any(|path| matches!(path.article, Some(ArticleRef::Offset(_))));
        let citation = match law {
            CitedLaw::ThisDraft => self.own(mention, from, role)?,
            law => self.other(mention, from, law, role),
        };
        self.free = mention.to;
        Some(Found {
            citation,
            from,
            to: mention.to,
            offset,
        })
    }

    /// The law of a mention: as named before it, else the draft; 该条 right after another law's article is that law's.
    fn law(&self, named: Option<Named>, mention: &Mention) -> CitedLaw {
        let g = self.glyphs;
        let recent = |memory: usize| {
            let from = self.free.max(mention.from.saturating_sub(memory));
            let cited = self
                .last_law
                .as_ref()
                .filter(|(_, at)| mention.from - at <= memory);
            law::last_in_brackets(g, from, mention.from)
                .map(|name| self.names.classify(&name))
                .or_else(|| cited.map(|(law, _)| law.clone()))
        };
        match named {
            Some(Named::Law(law)) => law,
            Some(Named::LastNamed) => {
                let memory = if g.before(mention.from) == '其' {
                    MEMORY_OF_PRONOUNS
                } else {
                    MEMORY_OF_LAWS
                };
                recent(memory).unwrap_or(CitedLaw::ThisDraft)
            }
            None => {
                let deictic = g
                    .after_any(
                        mention.from,
                        &["该条", "该款", "同条", "同款", "前款", "此条"],
                    )
                    .is_some();
                match &self.last_law {
                    Some((law, at))
                        if deictic
                            && *at > self.last_own
                            && !(*at..mention.from).any(|k| is_stop(g.at(k))) =>
                    {
                        law.clone()
                    }
                    _ => CitedLaw::ThisDraft,
                }
            }
        }
    }

    /// A citation of another law or another text of this one: never linked.
    fn other(
        &mut self,
        mention: &Mention,
        from: usize,
        law: CitedLaw,
        role: CitationRole,
    ) -> Citation {
        if matches!(law, CitedLaw::Other(_)) {
            self.last_law = Some((law.clone(), mention.to));
        }
        Citation {
            span: self.glyphs.span(from, mention.to),
            law,
            targets: mention.paths.iter().map(|path| as_written(*path)).collect(),
            nodes: Vec::new(),
            missing: Vec::new(),
            role,
            relative: mention.paths.iter().any(|path| path.is_relative()),
            confidence: confidence(mention.form),
        }
    }

    /// A citation of this draft; `None` where its words point at nothing (本章 before any chapter was named).
    fn own(&mut self, mention: &Mention, from: usize, role: CitationRole) -> Option<Citation> {
        let relative = mention
            .paths
            .iter()
            .any(|path| path.is_relative() || is_loose(*path));
        let hinted = relative && self.context.hinted;
        let before = self.context;
        let mut citation = Citation {
            span: self.glyphs.span(from, mention.to),
            law: CitedLaw::ThisDraft,
            targets: Vec::with_capacity(mention.paths.len()),
            nodes: Vec::new(),
            missing: Vec::new(),
            role,
            relative,
            confidence: confidence(mention.form),
        };
        for path in &mention.paths {
            let Some((target, node)) = self.target(*path) else {
                continue;
            };
            match node {
                Some(node) => citation.nodes.push(node),
                None if target == Target::default() => {}
                None => citation.missing.push(target.clone()),
            }
            citation.targets.push(target);
        }
        if citation.targets.is_empty()
            || (mention.form == Form::Shorthand && citation.nodes.is_empty())
        {
            self.context = before;
            return None;
        }
        if role != CitationRole::Target {
            self.context = before;
        }
        if hinted {
            // The form was opened at that article; what is written into it may speak of another.
            citation.confidence *= 0.9;
        }
        self.last_own = mention.to;
        Some(citation)
    }

    /// The provision that a path means in the present context, and its node where the draft has it.
    fn target(&mut self, path: Path) -> Option<(Target, Option<NodeId>)> {
        let context = self.context;
        let mut target = as_written(path);
        let in_chapter = path.chapter.is_some() || path.section.is_some() || path.part.is_some();
        let article = match path.article {
            Some(ArticleRef::Number(number)) => Some(number),
            Some(ArticleRef::Offset(by)) => Some(self.structure.neighbour(context.article?, by)?),
            Some(ArticleRef::FromEnd(n)) => Some(self.structure.article_from_end(n)?),
            None if in_chapter || path == Path::default() => None,
            Some(ArticleRef::Same) | None => Some(context.article?),
        };
        let Some(article) = article else {
            return Some(self.chapter(path, target));
        };
        target.article = Some(article);
        target.paragraph = match path.paragraph {
            Some(ParagraphRef::No(no)) => Some(no),
            Some(ParagraphRef::Same) => context.paragraph,
            Some(ParagraphRef::Offset(by)) => shifted(context.paragraph, by),
            None if path.article.is_none() => context.paragraph,
            None => None,
        };
        if path.article.is_none() && path.paragraph.is_none() && path.item.is_none() {
            target.item = context.item;
        }
        let node = self.structure.provision(&target);
        self.context = Context {
            article: Some(article),
            paragraph: target.paragraph,
            item: target.item,
            chapter: node
                .and_then(|node| self.structure.chapter_of(node))
                .or(context.chapter),
            hinted: context.hinted
                && path
                    .article
                    .is_none_or(|article| article == ArticleRef::Same),
        };
        Some((target, node))
    }

    fn chapter(&mut self, path: Path, mut target: Target) -> (Target, Option<NodeId>) {
        let here = self.context.chapter.or_else(|| {
            let article = self.structure.article(self.context.article?)?;
            self.structure.chapter_of(article)
        });
        let node = match path.chapter {
            Some(ChapterRef::Node(node)) => Some(node),
            Some(ChapterRef::Same) => here,
            Some(ChapterRef::FromEnd(n)) => self.structure.chapter_from_end(n),
            Some(ChapterRef::Number(n)) => self.structure.chapter(path.part, n),
            None => path
                .part
                .and_then(|part| self.structure.part(part))
                .or(here.filter(|_| path.section.is_some())),
        };
        if let Some(node) = node {
            target.chapter = self.structure.number_of_chapter(node);
            self.context.chapter = Some(node);
        }
        let node = match (node, path.section) {
            (Some(node), Some(section)) => self.structure.section(node, section),
            (node, _) => node,
        };
        (target, node)
    }
}

/// Roles that only the rest of the sentence shows.
fn settle_roles(g: &Glyphs, found: &mut [Found]) {
    let own = |found: &Found| {
        found.citation.law == CitedLaw::ThisDraft && found.citation.role == CitationRole::Target
    };
    let mut targets_in_line = 0;
    for k in 0..found.len() {
        if k > 0 && (found[k - 1].to..found[k].from).any(|i| g.at(i) == '\n') {
            targets_in_line = 0;
        }
        if !own(&found[k]) {
            continue;
        }
        let next = found
            .get(k + 1)
            .filter(|next| !(found[k].to..next.from).any(|i| is_stop(g.at(i))));
        // 从第六十八条往上，上一条: the first is only where counting begins.
        let counted_from = next.is_some_and(|next| next.offset);
        let basis = role::is_basis(g, found[k].from, found[k].to)
            && (targets_in_line > 0 || next.is_some_and(own));
        if counted_from || basis {
            found[k].citation.role = CitationRole::Comparison;
        } else {
            targets_in_line += 1;
        }
    }
}

/// The numbers of a path, without what depends on context.
fn as_written(path: Path) -> Target {
    Target {
        chapter: match path.chapter {
            Some(ChapterRef::Number(n)) => Some(n),
            _ => None,
        },
        section: path.section,
        article: match path.article {
            Some(ArticleRef::Number(number)) => Some(number),
            _ => None,
        },
        paragraph: match path.paragraph {
            Some(ParagraphRef::No(no)) => Some(no),
            _ => None,
        },
        item: path.item,
        subitem: path.subitem,
    }
}

/// 第二款, 第三项 without an article: whatever was cited before.
fn is_loose(path: Path) -> bool {
    path.article.is_none() && (path.paragraph.is_some() || path.item.is_some())
}

fn shifted(paragraph: Option<ParagraphNo>, by: i32) -> Option<ParagraphNo> {
    match paragraph? {
        ParagraphNo::Number(n) => u16::try_from(i32::from(n) + by)
            .ok()
            .filter(|&n| n > 0)
            .map(ParagraphNo::Number),
        ParagraphNo::Last => None,
    }
}

/// How far a way of writing is to be believed, from experience with each: plain numbers are meant, shorthand may be
/// anything.
fn confidence(form: Form) -> f32 {
    match form {
        Form::Ordinal => 1.0,
        Form::Bare => 0.95,
        Form::Title | Form::Outside => 0.9,
        Form::Position => 0.85,
        Form::Slip => 0.6,
        Form::Shorthand => 0.4,
    }
}
