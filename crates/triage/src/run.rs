//! The second half of triage: decisions.

use std::collections::{BTreeMap, HashMap};

use caifeng_domain::{
    Analysis, ArticleNo, Evidence, EvidenceKind, Level, Link, NodeId, Point, PointId, Scope,
    Stance, Status, Submission, Unit,
};
use rayon::prelude::*;

use crate::{
    Outcome, Previous, Progress, Stage,
    link::{Candidate, Mention, Ranked, Votes, candidates, cited, implicit},
    models::Models,
    points::{self, Bundle, Said},
    prepare::{Prepared, PreparedUnit},
    read::UnitReading,
    scope, stance, status,
};

/// Neighbours named as evidence.
const NEIGHBOURS: usize = 3;

/// What was decided about one unit before points are formed.
struct Decided {
    scope: Scope,
    chapter: Option<NodeId>,
    links: Vec<Ranked>,
    others: Vec<Ranked>,
    votes: Vec<usize>,
    stance: Stance,
    stance_confidence: f32,
}

/// Decides about everything that was prepared.
pub(crate) fn decide(
    mut prepared: Prepared<'_>,
    submissions: &[Submission],
    models: &Models,
    previous: &Previous,
    progress: &dyn Progress,
) -> Outcome {
    prepared.spread(models);
    let owned = prepared;
    let prepared = &owned;
    let statuses: Vec<(Status, f32)> = prepared
        .status
        .iter()
        .map(|f| status::decide(f, models))
        .collect();
    let units: Vec<usize> = (0..prepared.units.len())
        .filter(|&u| statuses[prepared.units[u].submission].0 == Status::Opinion)
        .collect();
    let decided = decide_units(prepared, &units, models);
    progress.begin(Stage::Points, units.len());
    let stances: Vec<(usize, Stance)> = units
        .iter()
        .zip(&decided)
        .map(|(&u, d)| (u, d.stance))
        .collect();
    let said = said(prepared, &stances);
    let (ids, next_point) = group(
        prepared, &units, &decided, &said, models, previous, progress,
    );

    let mut analyses: Vec<Analysis> = statuses
        .iter()
        .enumerate()
        .map(|(i, &(status, confidence))| Analysis {
            status,
            status_confidence: confidence,
            duplicate: prepared.duplicates[i].clone(),
            personal_data: prepared.readings[i].personal_data.clone(),
            units: Vec::new(),
        })
        .collect();
    let first_with_gist = first_submission_of_gist(prepared);
    let mut place = Vec::with_capacity(units.len());
    let mut meanings = vec![Vec::new(); submissions.len()];
    for (k, &u) in units.iter().enumerate() {
        let unit = &prepared.units[u];
        let list = &mut analyses[unit.submission].units;
        place.push((unit.submission, list.len()));
        meanings[unit.submission].push(unit.mention.gist);
        list.push(finish(
            prepared,
            unit,
            &decided[k],
            ids[k],
            submissions,
            &first_with_gist,
        ));
    }
    progress.begin(Stage::Label, 0);
    let points = describe(prepared, &units, &said, &ids, &place, &analyses);
    Outcome {
        analyses,
        points,
        next_point,
        meanings,
        vectors: owned.gists.raw,
    }
}

/// The features by which the model of scope decides, for the unit and its best link.
pub(crate) fn scope_features(
    prepared: &Prepared<'_>,
    unit: &PreparedUnit,
    candidates: &[Candidate],
    best: Option<&Ranked>,
) -> scope::Features {
    let reading = prepared.reading(unit);
    let gist = &prepared.gists.list[unit.mention.gist];
    let relevance = candidates.iter().map(|c| c.features[0]).fold(0.0, f64::max);
    scope::features(&scope::Facts {
        gist: &gist.text,
        cues: &gist.cues,
        articles: unit.cited.len(),
        chapter: reading.chapter.is_some(),
        quoted: !unit.mention.quoted.is_empty(),
        edit: reading.edit.as_ref(),
        best_link: best.map_or(0.0, |b| b.confidence),
        relevance: relevance as f32,
    })
}

/// Links of one unit: accepted, then only considered.
pub(crate) fn rank(
    unit: &PreparedUnit,
    candidates: &[Candidate],
    models: &Models,
) -> (Vec<Ranked>, Vec<Ranked>) {
    if unit.cited.is_empty() {
        implicit(candidates, &models.implicit_link, &models.implicit_choice)
    } else {
        cited(&unit.cited, candidates, models)
    }
}

/// The candidates of every unit in `which`, computed once for equal mentions.
pub(crate) fn all_candidates(
    prepared: &Prepared<'_>,
    which: &[usize],
) -> (Vec<usize>, Vec<(Vec<Candidate>, Votes)>) {
    let mut number: HashMap<MentionKey, usize> = HashMap::new();
    let mut firsts: Vec<&Mention> = Vec::new();
    let of: Vec<usize> = which
        .iter()
        .map(|&u| {
            let mention = &prepared.units[u].mention;
            *number.entry(MentionKey::of(mention)).or_insert_with(|| {
                firsts.push(mention);
                firsts.len() - 1
            })
        })
        .collect();
    let prior = prepared.exemplars.prior();
    let found = firsts
        .par_iter()
        .map(|m| {
            candidates(
                m,
                &prepared.gists,
                &prepared.provisions,
                &prepared.exemplars,
                &prior,
            )
        })
        .collect();
    (of, found)
}

/// A mention with its weights as bits, so that it can be a key.
#[derive(PartialEq, Eq, Hash)]
struct MentionKey(
    usize,
    usize,
    Vec<usize>,
    Vec<usize>,
    Vec<(usize, u32)>,
    Option<usize>,
    bool,
    Vec<usize>,
    Vec<usize>,
);

impl MentionKey {
    fn of(m: &Mention) -> Self {
        Self(
            m.gist,
            m.group,
            m.cited.clone(),
            m.compared.clone(),
            m.quoted.iter().map(|q| (q.0, q.1.to_bits())).collect(),
            m.hint,
            m.alone,
            m.previous.clone(),
            m.elsewhere.clone(),
        )
    }
}

fn decide_units(prepared: &Prepared<'_>, units: &[usize], models: &Models) -> Vec<Decided> {
    let (of, found) = all_candidates(prepared, units);
    units
        .par_iter()
        .zip(&of)
        .map(|(&u, &m)| {
            let unit = &prepared.units[u];
            let (candidates, votes) = &found[m];
            let (links, others) = rank(unit, candidates, models);
            let best = links.first().or(others.first()).copied();
            let scope = scope::decide(
                &scope_features(prepared, unit, candidates, best.as_ref()),
                models,
            );
            let reading = prepared.reading(unit);
            let gist = &prepared.gists.list[unit.mention.gist];
            let features = stance::features(&gist.text, &gist.cues, reading.edit.as_ref());
            let (stance, stance_confidence) = stance::decide(&features, models);
            let mut decided = Decided {
                scope,
                chapter: None,
                links,
                others,
                votes: votes.voters.clone(),
                stance,
                stance_confidence,
            };
            if scope == Scope::Chapter {
                decided.chapter = chapter_of(prepared, reading, best.as_ref());
            }
            if scope != Scope::Article {
                // What it would be linked to, should a person see it as about an article.
                decided.others.splice(0..0, decided.links.drain(..));
            }
            decided
        })
        .collect()
}

/// The chapter named, else the one of the likeliest article.
fn chapter_of(
    prepared: &Prepared<'_>,
    reading: &UnitReading,
    best: Option<&Ranked>,
) -> Option<NodeId> {
    let draft = prepared.draft;
    let named = reading
        .chapter
        .filter(|&c| draft.node(c).level >= Level::Chapter);
    named.or_else(|| best.and_then(|b| draft.chapter_of(prepared.provisions.nodes[b.article])))
}

/// What units of known stance say, ready to be compared.
pub(crate) fn said<'a>(
    prepared: &'a Prepared<'_>,
    units: &[(usize, Stance)],
) -> Vec<OwnedSaid<'a>> {
    units
        .iter()
        .map(|&(u, stance)| {
            let unit = &prepared.units[u];
            let cited = &prepared.reading(unit).cited;
            OwnedSaid {
                unit: u,
                words: &prepared.gists.list[unit.mention.gist].terms,
                stance,
                vector: prepared.gists.vectors.row(unit.mention.gist),
                place: cited
                    .iter()
                    .map(|c| c.node)
                    .find(|&n| prepared.draft.node(n).level > Level::Article),
            }
        })
        .collect()
}

/// [`Said`] with its words.
pub(crate) struct OwnedSaid<'a> {
    unit: usize,
    words: &'a [(u32, f32)],
    vector: &'a [f32],
    stance: Stance,
    place: Option<NodeId>,
}

impl OwnedSaid<'_> {
    pub(crate) fn borrow<'b>(&'b self, prepared: &'b Prepared<'_>) -> Said<'b> {
        let unit = &prepared.units[self.unit];
        Said {
            gist: unit.mention.gist,
            vector: self.vector,
            words: self.words,
            stance: self.stance,
            edit: prepared.reading(unit).edit.as_ref(),
            place: self.place,
        }
    }
}

/// Groups the units of every bundle; returns the point of each unit and the next free id.
fn group(
    prepared: &Prepared<'_>,
    units: &[usize],
    decided: &[Decided],
    said: &[OwnedSaid<'_>],
    models: &Models,
    previous: &Previous,
    progress: &dyn Progress,
) -> (Vec<PointId>, PointId) {
    let mut bundles: BTreeMap<Bundle, Vec<usize>> = BTreeMap::new();
    for (k, d) in decided.iter().enumerate() {
        let first = d
            .links
            .first()
            .map(|l| prepared.provisions.numbers[l.article]);
        bundles
            .entry(Bundle::of(d.scope, first, d.chapter))
            .or_default()
            .push(k);
    }
    let bundles: Vec<Vec<usize>> = bundles.into_values().collect();
    let found: Vec<Vec<usize>> = bundles
        .par_iter()
        .map(|members| {
            let said: Vec<Said<'_>> = members.iter().map(|&k| said[k].borrow(prepared)).collect();
            let groups = points::group(&said, models);
            progress.advance(members.len());
            groups
        })
        .collect();
    let mut groups = vec![0; units.len()];
    let mut next = 0;
    for (members, found) in bundles.iter().zip(found) {
        for (&k, g) in members.iter().zip(&found) {
            groups[k] = next + g;
        }
        next += found.iter().max().map_or(0, |m| m + 1);
    }
    let earlier: Vec<Option<PointId>> = units
        .iter()
        .map(|&u| {
            let unit = &prepared.units[u];
            previous.point_of(unit.submission, prepared.reading(unit).span)
        })
        .collect();
    let (ids, next) = points::keep_ids(&groups, &earlier, previous.next_point());
    (groups.into_iter().map(|g| ids[g]).collect(), next)
}

fn first_submission_of_gist(prepared: &Prepared<'_>) -> Vec<usize> {
    let mut first = vec![usize::MAX; prepared.gists.list.len()];
    for unit in prepared.units.iter().rev() {
        first[unit.mention.gist] = unit.submission;
    }
    first
}

fn finish(
    prepared: &Prepared<'_>,
    unit: &PreparedUnit,
    decided: &Decided,
    point: PointId,
    submissions: &[Submission],
    first: &[usize],
) -> Unit {
    let reading = prepared.reading(unit);
    let link = |ranked: &Ranked| link(prepared, unit, ranked, &decided.votes, submissions, first);
    Unit {
        span: reading.span,
        scope: decided.scope,
        chapter: decided.chapter,
        links: decided.links.iter().map(link).collect(),
        candidates: decided.others.iter().map(link).collect(),
        stance: decided.stance,
        stance_confidence: decided.stance_confidence,
        edit: reading.edit.clone().filter(|_| proposes(decided)),
        point,
    }
}

/// Whether a unit may propose a change of wording: praise, questions and stories quote words too, but
/// ask for no others; and the draft as a whole has none to change.
fn proposes(decided: &Decided) -> bool {
    let of_text = matches!(decided.scope, Scope::Article | Scope::NewArticle);
    of_text && matches!(decided.stance, Stance::Amend | Stance::Oppose)
}

/// A ranked article with everything that speaks for it.
fn link(
    prepared: &Prepared<'_>,
    unit: &PreparedUnit,
    ranked: &Ranked,
    votes: &[usize],
    submissions: &[Submission],
    first: &[usize],
) -> Link {
    let draft = prepared.draft;
    let reading = prepared.reading(unit);
    let here = |node: NodeId| prepared.provisions.place(draft, node) == Some(ranked.article);
    let named: Vec<_> = reading.cited.iter().filter(|c| here(c.node)).collect();
    let quotations: Vec<_> = prepared.readings[unit.submission]
        .quotations
        .iter()
        .filter(|q| reading.span.contains(q.span) && q.nodes.iter().any(|&n| here(n)))
        .collect();
    let hinted = submissions[unit.submission].article_hint
        == Some(prepared.provisions.numbers[ranked.article]);
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
    let neighbours = votes.iter().take(NEIGHBOURS).map(|&g| first[g]).collect();
    Link {
        article: prepared.provisions.numbers[ranked.article],
        node,
        evidence: Evidence {
            kind,
            spans,
            neighbours,
        },
        confidence: ranked.confidence,
    }
}

/// Points with their votes, key words and representatives.
fn describe(
    prepared: &Prepared<'_>,
    units: &[usize],
    said: &[OwnedSaid<'_>],
    ids: &[PointId],
    place: &[(usize, usize)],
    analyses: &[Analysis],
) -> Vec<Point> {
    let mut members: BTreeMap<PointId, Vec<usize>> = BTreeMap::new();
    for (k, &id) in ids.iter().enumerate() {
        members.entry(id).or_default().push(k);
    }
    let words: Vec<Vec<&str>> = members
        .values()
        .map(|list| {
            list.iter()
                .flat_map(|&k| {
                    prepared.gists.list[prepared.units[units[k]].mention.gist]
                        .words
                        .iter()
                        .map(String::as_str)
                })
                .collect()
        })
        .collect();
    let keywords = points::keywords(&words);
    members
        .into_iter()
        .zip(keywords)
        .map(|((id, list), keywords)| {
            let unit = |k: usize| &analyses[place[k].0].units[place[k].1];
            let said: Vec<Said<'_>> = list.iter().map(|&k| said[k].borrow(prepared)).collect();
            Point {
                id,
                scope: most(list.iter().map(|&k| unit(k).scope)).unwrap_or(Scope::General),
                articles: articles(list.iter().map(|&k| unit(k))),
                stance: most(list.iter().map(|&k| unit(k).stance)).unwrap_or(Stance::Amend),
                keywords,
                representative: place[list[points::representative(&said)]],
                units: list.iter().map(|&k| place[k]).collect(),
            }
        })
        .collect()
}

/// The most frequent value, the least of equals.
fn most<T: Ord + Copy>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    counts
        .into_iter()
        .rev()
        .max_by_key(|(_, n)| *n)
        .map(|(value, _)| value)
}

/// Articles to which at least a third of the units are linked.
fn articles<'a>(units: impl Iterator<Item = &'a Unit>) -> Vec<ArticleNo> {
    let mut counts: BTreeMap<ArticleNo, usize> = BTreeMap::new();
    let mut total = 0;
    for unit in units {
        total += 1;
        for link in &unit.links {
            *counts.entry(link.article).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .filter(|(_, n)| 3 * n >= total)
        .map(|(article, _)| article)
        .collect()
}
