//! What people decided, made ready for triage: named by place in the batch, and carried to the
//! version of the draft in force.

use std::collections::{HashMap, HashSet};

use caifeng_domain::{
    Aim, ArticleNo, Decided, Decision, Draft, Event, EventNo, Link, SubmissionId, UnitRef,
    decided::undone,
};
use caifeng_store::{Draft as Version, TriageRecord};
use caifeng_triage::{Decisions, Earlier, Held, Outcome};

/// Everything that was decided about a consultation, before a run.
pub(crate) struct Heard {
    events: Vec<Event>,
    decided: Decided,
}

impl Heard {
    /// From all events. What they say of earlier versions is carried to `draft`, the one in force.
    pub(crate) fn new(
        mut events: Vec<Event>,
        versions: &[Version],
        earlier: &[Earlier],
        draft: &Draft,
    ) -> Self {
        for event in &mut events {
            let version = version_at(versions, event.at);
            let Some(earlier) = earlier.get(version) else {
                continue;
            };
            if let Decision::Aim(_, change) = &mut event.decision {
                change.is = carried(&change.is, earlier, draft);
            }
        }
        Self {
            decided: Decided::of(&events),
            events,
        }
    }

    /// Number of the last event.
    pub(crate) fn last(&self) -> EventNo {
        self.decided.last
    }

    /// Everything that triage must hold to. Who is in a point that people arranged stays in it, with
    /// the attitude that it had there; what was in a point found right keeps its links too. `before`
    /// is what the run in force found, about the version `of`.
    pub(crate) fn decisions(
        &self,
        before: Option<&TriageRecord>,
        of: Option<&Earlier>,
        draft: &Draft,
        place: &HashMap<SubmissionId, usize>,
    ) -> Decisions {
        let mut out = Decisions::default();
        for (id, status) in &self.decided.statuses {
            out.statuses.extend(place.get(id).map(|&at| (at, *status)));
        }
        for (id, cut) in &self.decided.cuts {
            out.cuts.extend(place.get(id).map(|&at| (at, cut.clone())));
        }
        let mut put = |unit: UnitRef, held: Held| {
            if let Some(&at) = place.get(&unit.submission) {
                out.units.entry(at).or_default().insert(unit.span, held);
            }
        };
        for (unit, state) in &self.decided.units {
            let held = Held {
                aim: state.aim.clone(),
                stance: state.stance,
                edit: state.edit.clone(),
                point: state.point,
            };
            if held != Held::default() {
                put(*unit, held);
            }
        }
        let analyses = before.iter().flat_map(|record| &record.analyses);
        for (id, unit) in analyses.flat_map(|(id, a)| a.units.iter().map(move |u| (*id, u))) {
            let name = UnitRef {
                submission: id,
                span: unit.span,
            };
            let state = self.decided.unit(name).cloned().unwrap_or_default();
            let point = state.point.unwrap_or(unit.point);
            let stays = self.decided.arranged.contains(&point);
            if !stays && !state.confirmed {
                continue;
            }
            let found = || match of {
                Some(earlier) => carried(&Aim::of(unit), earlier, draft),
                None => Aim::of(unit),
            };
            let aim = state.aim.or_else(|| state.confirmed.then(found));
            let held = Held {
                aim,
                stance: state.stance.or(Some(unit.stance)),
                edit: state.edit,
                point: stays.then_some(point),
            };
            put(name, held);
        }
        out
    }

    /// How many units are linked to which article, and were not before, with a neighbour whose link
    /// people decided since event `since`.
    pub(crate) fn learned(
        &self,
        since: EventNo,
        before: Option<&TriageRecord>,
        ids: &[SubmissionId],
        outcome: &Outcome,
    ) -> Vec<(ArticleNo, usize)> {
        let teachers = self.teachers(since);
        let Some(before) = before.filter(|_| !teachers.is_empty()) else {
            return Vec::new();
        };
        let known: HashMap<UnitRef, Option<ArticleNo>> = (before.analyses.iter())
            .flat_map(|(id, a)| a.units.iter().map(move |unit| (*id, unit)))
            .map(|(submission, unit)| {
                let span = unit.span;
                (UnitRef { submission, span }, first(&unit.links))
            })
            .collect();
        let mut counts = std::collections::BTreeMap::new();
        for (at, analysis) in outcome.analyses.iter().enumerate() {
            for unit in &analysis.units {
                let (submission, span) = (ids[at], unit.span);
                let name = UnitRef { submission, span };
                let Some(link) = unit.links.first() else {
                    continue;
                };
                let was = known.get(&name).copied().flatten();
                let taught = link.evidence.neighbours.iter();
                let taught = taught
                    .filter_map(|&n| ids.get(n))
                    .any(|id| teachers.contains(id));
                let own = self
                    .decided
                    .unit(name)
                    .is_some_and(|state| state.aim.is_some());
                if taught && !own && was != Some(link.article) {
                    *counts.entry(link.article).or_insert(0) += 1;
                }
            }
        }
        counts.into_iter().collect()
    }

    /// Submissions about whose units people decided since an event.
    fn teachers(&self, since: EventNo) -> HashSet<SubmissionId> {
        let gone = undone(&self.events);
        let late = self.events.iter().filter(|e| e.number > since);
        let mut out = HashSet::new();
        for event in late.filter(|e| !gone.contains(&e.number)) {
            match &event.decision {
                Decision::Aim(unit, _) => {
                    out.insert(unit.submission);
                }
                Decision::Confirm(_, units) => out.extend(units.iter().map(|u| u.submission)),
                _ => {}
            }
        }
        out
    }

    /// Whether somebody decided about an earlier version.
    pub(crate) fn speaks_of_earlier(events: &[Event], versions: &[Version]) -> bool {
        let in_force = versions.len().saturating_sub(1);
        events
            .iter()
            .any(|event| version_at(versions, event.at) < in_force)
    }
}

fn first(links: &[Link]) -> Option<ArticleNo> {
    links.first().map(|link| link.article)
}

/// How many versions had been replaced at a moment, in microseconds since 1970.
fn version_at(versions: &[Version], at: i64) -> usize {
    let replaced = versions.iter().skip(1);
    replaced
        .filter(|v| v.imported_at.as_microsecond() <= at)
        .count()
}

/// What was said of an earlier version, of the one in force. What was deleted is named no more.
fn carried(aim: &Aim, earlier: &Earlier, draft: &Draft) -> Aim {
    let articles = aim.articles.iter();
    Aim {
        scope: aim.scope,
        chapter: aim.chapter.and_then(|chapter| earlier.carry_node(chapter)),
        articles: articles
            .filter_map(|&article| earlier.carry_article(article, draft))
            .collect(),
    }
}
