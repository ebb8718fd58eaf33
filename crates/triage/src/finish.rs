//! A unit as it is handed on: links with their evidence.

use caifeng_domain::{
    Edit, Evidence, EvidenceKind, Level, Link, NodeId, PointId, Scope, Stance, Unit,
};

use crate::{
    first::Impression,
    link::{Ranked, split},
    prepare::{Prepared, PreparedUnit},
    read::UnitReading,
};

/// Neighbours named as evidence.
const NEIGHBOURS: usize = 3;

/// What evidence is drawn from.
pub(crate) struct Sources<'a> {
    prepared: &'a Prepared<'a>,
    /// For each gist, the first submission that says it.
    first: Vec<usize>,
}

impl<'a> Sources<'a> {
    pub(crate) fn new(prepared: &'a Prepared<'a>) -> Self {
        let mut first = vec![usize::MAX; prepared.gists.list.len()];
        for unit in prepared.units.iter().rev() {
            first[unit.mention.gist] = unit.submission;
        }
        Self { prepared, first }
    }

    /// The unit as what it seems to be when all are heard.
    pub(crate) fn finish(&self, unit: &PreparedUnit, seems: &Impression, point: PointId) -> Unit {
        let reading = self.prepared.reading(unit);
        let held = self.prepared.held(unit);
        let aim = held.and_then(|held| held.aim.as_ref());
        let link = |ranked: &Ranked| {
            let link = self.link(unit, ranked, &seems.votes);
            match aim {
                Some(aim) if aim.articles.contains(&link.article) => said_by_staff(link),
                _ => link,
            }
        };
        let (mut links, mut others) = split(&seems.links);
        let (scope, stance) = (seems.scope(), seems.stance());
        if scope != Scope::Article {
            // What it would be linked to, should a person see it as about an article.
            others.splice(0..0, links.drain(..));
        }
        Unit {
            span: reading.span,
            scope,
            chapter: (scope == Scope::Chapter)
                .then(|| {
                    let decided = aim.and_then(|aim| aim.chapter);
                    decided.or_else(|| self.chapter_of(reading, seems.links.first()))
                })
                .flatten(),
            links: links.iter().map(link).collect(),
            candidates: others.iter().map(link).collect(),
            stance: stance.0,
            stance_confidence: stance.1,
            edit: match held.and_then(|held| held.edit.clone()) {
                Some(decided) => decided,
                None => edit(reading, scope, stance.0),
            },
            point,
        }
    }

    /// The chapter named, else the one of the likeliest article.
    fn chapter_of(&self, reading: &UnitReading, best: Option<&Ranked>) -> Option<NodeId> {
        let draft = self.prepared.draft;
        let named = (reading.chapter).filter(|&c| draft.node(c).level >= Level::Chapter);
        let nodes = &self.prepared.provisions.nodes;
        named.or_else(|| best.and_then(|b| draft.chapter_of(nodes[b.article])))
    }

    /// A ranked article with everything that speaks for it.
    fn link(&self, unit: &PreparedUnit, ranked: &Ranked, neighbours: &[usize]) -> Link {
        let prepared = self.prepared;
        let draft = prepared.draft;
        let reading = prepared.reading(unit);
        let here = |node: NodeId| prepared.provisions.place(draft, node) == Some(ranked.article);
        let named: Vec<_> = reading.cited.iter().filter(|c| here(c.node)).collect();
        let quotations: Vec<_> = prepared.readings[unit.submission]
            .quotations
            .iter()
            .filter(|q| reading.span.contains(q.span) && q.nodes.iter().any(|&n| here(n)))
            .collect();
        let hinted = unit.mention.hint == Some(ranked.article);
        let (kind, spans, node) = if let Some(first) = named.first() {
            (
                EvidenceKind::Citation,
                named.iter().map(|c| c.span).collect(),
                Some(first.node),
            )
        } else if let Some(first) = quotations.first() {
            let node = first.nodes.iter().copied().find(|&n| here(n));
            (
                EvidenceKind::Quotation,
                quotations.iter().map(|q| q.span).collect(),
                node,
            )
        } else if hinted {
            (
                EvidenceKind::Hint,
                Vec::new(),
                Some(prepared.provisions.nodes[ranked.article]),
            )
        } else {
            (
                EvidenceKind::Semantic,
                Vec::new(),
                Some(prepared.provisions.nodes[ranked.article]),
            )
        };
        let neighbours = neighbours.iter().take(NEIGHBOURS);
        let neighbours = neighbours.map(|&g| self.first[g]).collect();
        Link {
            article: prepared.provisions.numbers[ranked.article],
            node,
            evidence: Evidence {
                kind,
                spans,
                neighbours,
                former: match kind {
                    EvidenceKind::Citation => named.first().and_then(|c| c.former),
                    EvidenceKind::Hint => prepared.former_hints[unit.submission],
                    EvidenceKind::Quotation | EvidenceKind::Semantic | EvidenceKind::Staff => None,
                },
            },
            confidence: ranked.confidence,
        }
    }
}

/// A link that somebody of the staff made; the words that speak for it stay shown.
fn said_by_staff(mut link: Link) -> Link {
    link.evidence.kind = EvidenceKind::Staff;
    link.confidence = 1.0;
    link
}

/// The change of wording that it proposes. Praise, questions and stories quote words too, but ask for
/// no others; and the draft as a whole has none to change.
fn edit(reading: &UnitReading, scope: Scope, stance: Stance) -> Option<Edit> {
    let of_text = matches!(scope, Scope::Article | Scope::NewArticle);
    let proposes = matches!(stance, Stance::Amend | Stance::Oppose);
    reading.edit.clone().filter(|_| of_text && proposes)
}
