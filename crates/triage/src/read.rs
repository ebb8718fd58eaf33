//! Reading one text: citations, quotations, personal data, units, edits.

use std::sync::Arc;

use caifeng_domain::{
    ArticleNo, Citation, CitationRole, CitedLaw, Draft, Edit, Level, NodeId, PersonalData, Span,
    Submission,
};
use caifeng_law::{cite, edit, quote};
use caifeng_text::{normalise::normalise, personal, units};

/// Everything that one text says by itself, before it is compared with others.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Whether it cites anything, this draft or another law.
    pub cites: bool,
    /// Words of the draft.
    pub quotations: Vec<quote::Quotation>,
    /// Personal data.
    pub personal_data: Vec<PersonalData>,
    /// Units in order.
    pub units: Vec<UnitReading>,
}

/// What one unit says by itself.
#[derive(Debug, Clone)]
pub struct UnitReading {
    /// Where it stands.
    pub span: Span,
    /// What it means, without the numbers and names in it: citations and personal data are left
    /// out, the rest is normalised. Units with the same gist are encoded once.
    pub gist: Arc<str>,
    /// The change of wording that it proposes.
    pub edit: Option<Edit>,
    /// Provisions of this draft that it names as its target, articles and below.
    pub cited: Vec<CitedNode>,
    /// Provisions that it names for comparison or as a destination.
    pub compared: Vec<NodeId>,
    /// The chapter that it names as its target, if any.
    pub chapter: Option<NodeId>,
}

/// A provision named by a unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CitedNode {
    /// The provision.
    pub node: NodeId,
    /// Where it is named.
    pub span: Span,
    /// The grammar's confidence.
    pub confidence: f32,
    /// 本条, 上一条.
    pub relative: bool,
    /// The number of its article in the version that the sender knew, where that is an earlier one.
    pub former: Option<ArticleNo>,
}

/// What texts about one draft are read with.
pub(crate) struct DraftReader<'a> {
    draft: &'a Draft,
    citations: cite::Finder<'a>,
    quotes: quote::DraftIndex,
    words: edit::DraftWords,
}

impl<'a> DraftReader<'a> {
    pub(crate) fn new(draft: &'a Draft) -> Self {
        Self {
            draft,
            citations: cite::Finder::new(draft),
            quotes: quote::DraftIndex::new(draft),
            words: edit::DraftWords::of(draft),
        }
    }

    /// Reads `submission`. `cuts` are spans that a unit may not cross, such as what the sender of a
    /// form letter added; `decided` makes of the units found those that people want.
    pub(crate) fn read(
        &self,
        submission: &Submission,
        cuts: &[Span],
        decided: impl Fn(Vec<Span>) -> Vec<Span>,
    ) -> Reading {
        let text = submission.text.as_str();
        let citations = self.citations.find(text, submission.article_hint);
        let known: Vec<&str> = [&submission.submitter.name, &submission.submitter.phone]
            .into_iter()
            .filter_map(|k| k.as_deref())
            .filter(|k| !k.trim().is_empty())
            .collect();
        let personal_data = personal::find(text, &known);
        let mut spans: Vec<Span> = units::split(text, &citations, submission.channel)
            .into_iter()
            .flat_map(|unit| cut(unit, cuts, text))
            .collect();
        // A sentence that somebody adds to a form letter may look like part of its ending.
        for cut in cuts {
            let sentence = cut
                .of(text)
                .trim_end()
                .ends_with(['。', '！', '？', '!', '?']);
            if sentence && !spans.iter().any(|span| span.overlaps(*cut)) {
                let added = units::split(cut.of(text), &[], submission.channel);
                spans.extend(
                    added
                        .into_iter()
                        .map(|s| Span::new(s.start + cut.start, s.end + cut.start)),
                );
            }
        }
        spans.sort_unstable_by_key(|span| span.start);
        let units = (decided(spans).into_iter())
            .map(|span| self.read_unit(span, text, &citations, &personal_data))
            .collect();
        let mut reading = Reading {
            quotations: quote::find(text, &self.quotes),
            cites: !citations.is_empty(),
            personal_data,
            units,
        };
        reading.shrink();
        reading
    }

    fn read_unit(
        &self,
        span: Span,
        text: &str,
        citations: &[Citation],
        personal_data: &[PersonalData],
    ) -> UnitReading {
        let inside: Vec<&Citation> = citations.iter().filter(|c| span.contains(c.span)).collect();
        let holes = inside.iter().map(|c| c.span).chain(
            personal_data
                .iter()
                .map(|p| p.span)
                .filter(|p| span.contains(*p)),
        );
        let mut unit = UnitReading {
            span,
            gist: gist(span, text, holes.collect()).into(),
            edit: edit::find(text, span, citations, &self.words),
            cited: Vec::new(),
            compared: Vec::new(),
            chapter: None,
        };
        for citation in inside.into_iter().filter(|c| c.law == CitedLaw::ThisDraft) {
            for &node in &citation.nodes {
                let below_chapter = self.draft.node(node).level >= Level::Article;
                match (citation.role, below_chapter) {
                    (CitationRole::Target, true) => unit.cited.push(CitedNode {
                        node,
                        span: citation.span,
                        confidence: citation.confidence,
                        relative: citation.relative,
                        former: None,
                    }),
                    (CitationRole::Target, false) => unit.chapter = unit.chapter.or(Some(node)),
                    _ => unit.compared.push(node),
                }
            }
        }
        unit
    }
}

impl Reading {
    /// Gives back memory that nothing will come to fill: as many of these are kept as there are submissions.
    fn shrink(&mut self) {
        self.quotations.shrink_to_fit();
        self.personal_data.shrink_to_fit();
        for unit in &mut self.units {
            unit.cited.shrink_to_fit();
            unit.compared.shrink_to_fit();
        }
    }

    /// The same of a later version: `carry` says where a provision went and how sure that is, `number`
    /// what its article was called before. What was deleted is named no more.
    pub(crate) fn carried<I: Iterator<Item = (NodeId, f32)>>(
        mut self,
        carry: impl Fn(NodeId) -> I,
        number: impl Fn(NodeId) -> Option<ArticleNo>,
    ) -> Self {
        let places = |nodes: &[NodeId]| -> Vec<NodeId> {
            let places = nodes.iter().flat_map(|&node| carry(node));
            places.map(|place| place.0).collect()
        };
        for quotation in &mut self.quotations {
            quotation.nodes = places(&quotation.nodes);
        }
        self.quotations.retain(|q| !q.nodes.is_empty());
        for unit in &mut self.units {
            let cited = unit.cited.iter().flat_map(|old| {
                carry(old.node).map(|(node, sure)| CitedNode {
                    node,
                    confidence: old.confidence * sure,
                    former: number(old.node),
                    ..*old
                })
            });
            unit.cited = cited.collect();
            unit.compared = places(&unit.compared);
            unit.chapter = unit.chapter.and_then(|c| Some(carry(c).next()?.0));
        }
        self
    }
}

/// The gist of a text that is one unit.
#[must_use]
pub fn gist_of(text: &str, draft: &Draft) -> String {
    let citations = cite::find(text, draft, None);
    let holes = citations.iter().map(|c| c.span);
    let personal_data = personal::find(text, &[]);
    let holes = holes.chain(personal_data.iter().map(|p| p.span)).collect();
    gist(Span::new(0, text.len()), text, holes)
}

/// The words of `unit` outside of `holes`, normalised.
fn gist(unit: Span, text: &str, mut holes: Vec<Span>) -> String {
    holes.sort_unstable();
    let mut kept = String::new();
    let mut at = unit.start;
    for hole in holes {
        if hole.start > at {
            kept.push_str(Span::new(at, hole.start).of(text));
        }
        at = at.max(hole.end);
    }
    kept.push_str(Span::new(at, unit.end).of(text));
    normalise(&kept).text.trim().to_owned()
}

/// The parts of `unit` inside and outside of `cuts`, without the empty ones.
fn cut(unit: Span, cuts: &[Span], text: &str) -> Vec<Span> {
    let mut edges = vec![unit.start];
    for cut in cuts {
        edges.extend(
            [cut.start, cut.end]
                .into_iter()
                .filter(|&e| unit.start < e && e < unit.end),
        );
    }
    edges.push(unit.end);
    edges.sort_unstable();
    edges
        .windows(2)
        .map(|pair| Span::new(pair[0], pair[1]).trimmed(text, |c| matches!(c, '，' | '、' | '；')))
        .filter(|span| span.of(text).chars().any(char::is_alphanumeric))
        .collect()
}
