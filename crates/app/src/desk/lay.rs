//! Laying decisions over what triage found, and lifting them off again.

use std::{cmp::Reverse, collections::BTreeSet};

use caifeng_domain::{
    Aim, Decided, Decision, Event, EventNo, Evidence, EvidenceKind, Link, Point, PointId, Scope,
    Status, Unit, UnitRef, decided::undone,
};
use caifeng_triage::voted;

use super::{Desk, SectionPlace, Standing};

impl Desk {
    /// Lays the events since a run over its results; what was undone since leads back.
    pub(super) fn lay_all(&mut self, events: Vec<Event>) {
        let read: EventNo = self.material.record.run.decisions;
        let undone_at = |of: EventNo| {
            let undoings = events.iter().filter(|e| e.decision == Decision::Undo(of));
            undoings.map(|e| e.number).max().unwrap_or_default()
        };
        let gone = undone(&events);
        // What is lifted leads to where a later placing still holds.
        self.decided = Decided::of(&events);
        for event in &events {
            if !gone.contains(&event.number) {
                // What the run had read is in its results, carried to its version of the draft.
                if event.number > read {
                    self.lay(&event.decision);
                }
            } else if undone_at(event.number) > read {
                self.lift(&event.decision);
            }
        }
        self.events = events;
        self.count_anew();
    }

    /// Hears events that came since.
    pub(super) fn hear(&mut self, news: Vec<Event>) {
        for event in news {
            self.events.push(event);
            self.decided = Decided::of(&self.events);
            let event = self.events[self.events.len() - 1].clone();
            match event.decision {
                Decision::Undo(of) => self.turn(of),
                decision => self.lay(&decision),
            }
        }
        self.count_anew();
        self.glance.take();
    }

    /// An event was undone, or counts again.
    fn turn(&mut self, of: EventNo) {
        let Some(at) = self.events.iter().position(|e| e.number == of) else {
            return;
        };
        let decision = self.events[at].decision.clone();
        if let Decision::Undo(further) = decision {
            self.turn(further);
        } else if undone(&self.events).contains(&of) {
            self.lift(&decision);
        } else {
            self.lay(&decision);
        }
    }

    fn lay(&mut self, decision: &Decision) {
        match decision {
            Decision::Aim(unit, change) => self.aim(*unit, &change.is),
            Decision::Stance(unit, change) => self.change(*unit, |u| {
                u.stance = change.is;
                u.stance_confidence = 1.0;
            }),
            Decision::Edit(unit, change) => self.change(*unit, |u| u.edit.clone_from(&change.is)),
            Decision::Cut(submission, change) => self.cut(*submission, &change.is),
            Decision::Status(submission, change) => self.status(*submission, change.is),
            Decision::Place { units, to, .. } => {
                for (unit, _) in units {
                    self.put(*unit, *to);
                }
            }
            Decision::Dismiss(unit, _) | Decision::Transfer(unit, _) => self.change(*unit, |_| {}),
            Decision::Pin(point, _) => self.stale.push(*point),
            _ => {}
        }
    }

    fn lift(&mut self, decision: &Decision) {
        match decision {
            Decision::Aim(unit, change) => self.aim(*unit, &change.was),
            Decision::Stance(unit, change) => self.change(*unit, |u| u.stance = change.was),
            Decision::Edit(unit, change) => self.change(*unit, |u| u.edit.clone_from(&change.was)),
            Decision::Cut(submission, change) => self.cut(*submission, &change.was),
            Decision::Status(submission, change) => self.status(*submission, change.was),
            Decision::Place { units, .. } => {
                for (unit, from) in units {
                    let held = self.decided.unit(*unit).and_then(|state| state.point);
                    self.put(*unit, held.unwrap_or(*from));
                }
            }
            Decision::Dismiss(unit, _) | Decision::Transfer(unit, _) => self.change(*unit, |_| {}),
            Decision::Pin(point, _) => self.stale.push(*point),
            _ => {}
        }
    }

    fn change(&mut self, unit: UnitRef, change: impl FnOnce(&mut Unit)) {
        if let Some((submission, number)) = self.unit_at(unit) {
            let unit = &mut self.material.record.analyses[submission].1.units[number];
            change(unit);
            self.stale.push(unit.point);
        }
    }

    fn aim(&mut self, unit: UnitRef, aim: &Aim) {
        let draft = &self.material.draft;
        let nodes: Vec<_> = (aim.articles.iter())
            .map(|&article| (article, draft.article(article)))
            .collect();
        self.change(unit, |unit| {
            let mut known: Vec<Link> = unit.links.drain(..).collect();
            known.append(&mut unit.candidates);
            unit.links = (nodes.into_iter())
                .map(|(article, node)| {
                    let before = known.iter().position(|l| l.article == article);
                    let before = before.map(|at| known.remove(at));
                    Link {
                        article,
                        node: before.as_ref().map_or(node, |link| link.node.or(node)),
                        evidence: Evidence {
                            kind: EvidenceKind::Staff,
                            spans: Vec::new(),
                            neighbours: Vec::new(),
                            former: None,
                        },
                        confidence: 1.0,
                    }
                })
                .collect();
            unit.candidates = known;
            unit.scope = aim.scope;
            unit.chapter = aim.chapter;
        });
    }

    /// Puts a unit into a point, which is made where it is not there.
    fn put(&mut self, unit: UnitRef, to: PointId) {
        let Some(place) = self.unit_at(unit) else {
            return;
        };
        let unit = &mut self.material.record.analyses[place.0].1.units[place.1];
        let from = std::mem::replace(&mut unit.point, to);
        let (scope, stance) = (unit.scope, unit.stance);
        if let Some(standing) = self.points.get_mut(&from) {
            standing.point.units.retain(|other| *other != place);
        }
        let standing = self.points.entry(to).or_insert_with(|| Standing {
            point: Point {
                id: to,
                scope,
                articles: Vec::new(),
                stance,
                keywords: Vec::new(),
                representative: place,
                units: Vec::new(),
            },
            counts: caifeng_report::Counts::default(),
            section: SectionPlace::General,
        });
        if let Err(at) = standing.point.units.binary_search(&place) {
            standing.point.units.insert(at, place);
        }
        self.stale.extend([from, to]);
    }

    /// The units of a submission as people cut them. Until triage reads them, each new one takes
    /// after the old one that it has most in common with.
    fn cut(&mut self, submission: caifeng_domain::SubmissionId, spans: &[caifeng_domain::Span]) {
        let Some(&place) = self.place.get(&submission) else {
            return;
        };
        self.leave(place);
        let analysis = &mut self.material.record.analyses[place].1;
        let old = std::mem::take(&mut analysis.units);
        let like = |span: caifeng_domain::Span| {
            let common = |unit: &&Unit| {
                let (start, end) = (span.start.max(unit.span.start), span.end.min(unit.span.end));
                // Where they have none, the nearest.
                (
                    end.saturating_sub(start),
                    Reverse(start.saturating_sub(end)),
                )
            };
            old.iter().max_by_key(common).cloned()
        };
        analysis.units = (spans.iter())
            .filter_map(|&span| {
                let known = like(span)?;
                Some(Unit { span, ..known })
            })
            .collect();
        if analysis.units.is_empty() {
            analysis.units = old;
        }
        self.join(place);
    }

    fn status(&mut self, submission: caifeng_domain::SubmissionId, status: Status) {
        let Some(&place) = self.place.get(&submission) else {
            return;
        };
        self.leave(place);
        self.material.record.analyses[place].1.status = status;
        if status == Status::Opinion {
            self.join(place);
        }
    }

    /// Takes the units of a submission out of their points.
    fn leave(&mut self, place: usize) {
        for unit in &self.material.record.analyses[place].1.units {
            if let Some(standing) = self.points.get_mut(&unit.point) {
                standing.point.units.retain(|other| other.0 != place);
            }
            self.stale.push(unit.point);
        }
    }

    /// Puts the units of a submission into their points.
    fn join(&mut self, place: usize) {
        for number in 0..self.material.record.analyses[place].1.units.len() {
            let unit = self.unit_ref((place, number));
            let to = self.material.record.analyses[place].1.units[number].point;
            self.put(unit, to);
        }
    }

    /// Describes and counts the points that were changed.
    pub(super) fn count_anew(&mut self) {
        let stale: BTreeSet<PointId> = std::mem::take(&mut self.stale).into_iter().collect();
        for id in stale {
            let Some(standing) = self.points.get(&id) else {
                continue;
            };
            if standing.point.units.is_empty() {
                self.points.remove(&id);
                continue;
            }
            let members = &standing.point.units;
            let vote = voted(members.iter().map(|&place| self.material.unit(place)));
            let counting = members.iter().filter(|&&place| self.counts(place));
            let counts = self.material.counts(counting.map(|place| place.0));
            let pinned = self.decided.points.get(&id).and_then(|state| state.pin);
            let pinned = pinned.and_then(|unit| self.unit_at(unit));
            let first = standing.point.representative;
            let representative = pinned
                .filter(|place| members.contains(place))
                .unwrap_or_else(|| {
                    if members.contains(&first) {
                        first
                    } else {
                        members[0]
                    }
                });
            let Some(standing) = self.points.get_mut(&id) else {
                continue;
            };
            let point = &mut standing.point;
            point.representative = representative;
            (point.scope, point.articles, point.stance) = vote;
            standing.counts = counts;
            standing.section = SectionPlace::of(&self.material, &standing.point);
        }
    }

    /// Whether a unit is about this scope only because people said so.
    pub(super) fn is_decided(&self, unit: UnitRef) -> bool {
        let state = self.decided.unit(unit);
        state.is_some_and(|state| state.aim.is_some() || state.confirmed)
    }

    /// Whether nothing is known of where a unit belongs.
    pub(super) fn is_unassigned(unit: &Unit) -> bool {
        unit.scope == Scope::Article && unit.links.is_empty()
    }
}
