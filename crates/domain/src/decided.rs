//! What stands decided when all events have been heard in order.
//!
//! **Invariant.** It follows from the events alone: hearing them again gives the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Aim, Change, Decision, Edit, Event, EventNo, PointId, Span, Stance, Status, SubmissionId,
    Transfer, UnitRef,
};

/// What people decided about a unit. None: nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitState {
    /// What it is about.
    pub aim: Option<Aim>,
    /// Its attitude.
    pub stance: Option<Stance>,
    /// The change that it proposes.
    pub edit: Option<Option<Edit>>,
    /// The point that it belongs to.
    pub point: Option<PointId>,
    /// Why it does not count.
    pub dismissed: Option<String>,
    /// For whom it is.
    pub transfer: Option<Transfer>,
    /// Whether it was in a point that somebody found right.
    pub confirmed: bool,
}

/// A result, by whom and whether a second person agrees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The event that proposed it.
    pub event: EventNo,
    /// Code of the disposition.
    pub code: String,
    /// The reason given to senders.
    pub reason: String,
    /// Who proposed it.
    pub by: String,
    /// Who agreed, and when: microseconds since 1970.
    pub approved: Option<(String, i64)>,
    /// Who gave it back, and why.
    pub returned: Option<(String, String)>,
}

/// What people decided about a point.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PointState {
    /// Its name, if it has one of its own.
    pub name: Option<String>,
    /// 规范表述
    pub wording: Option<String>,
    /// Whether people say that it is about wording alone, or that it is not.
    pub editorial: Option<bool>,
    /// The words that stand for it.
    pub pin: Option<UnitRef>,
    /// Who looks after it.
    pub assigned: Option<String>,
    /// The event by which somebody found it right, and how many units it had.
    pub confirmed: Option<(EventNo, usize)>,
    /// What becomes of it.
    pub settled: Option<Settled>,
    /// Experts who were asked, and what the question was.
    pub asked: Vec<(String, String)>,
    /// What experts say: who, and what.
    pub memos: Vec<(String, String)>,
}

impl PointState {
    /// Whether this expert was asked more often than they answered.
    #[must_use]
    pub fn waits_for(&self, expert: &str) -> bool {
        let of = |all: &[(String, String)]| all.iter().filter(|(who, _)| who == expert).count();
        of(&self.asked) > of(&self.memos)
    }
}

/// Everything that stands decided in a consultation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decided {
    /// Units.
    pub units: BTreeMap<UnitRef, UnitState>,
    /// Where the units of a submission begin and end.
    pub cuts: BTreeMap<SubmissionId, Vec<Span>>,
    /// What kind of thing a submission is.
    pub statuses: BTreeMap<SubmissionId, Status>,
    /// Points.
    pub points: BTreeMap<PointId, PointState>,
    /// Points whose members somebody chose: who is in them stays in them.
    pub arranged: BTreeSet<PointId>,
    /// Number of the last event.
    pub last: EventNo,
}

impl Decided {
    /// Hears all events of a consultation, in order.
    #[must_use]
    pub fn of(events: &[Event]) -> Self {
        let undone = undone(events);
        let mut out = Self::default();
        for event in events {
            out.last = out.last.max(event.number);
            if undone.contains(&event.number) {
                out.take_back(&event.decision);
            } else {
                out.hear(event);
            }
        }
        out
    }

    /// What was decided about a unit.
    #[must_use]
    pub fn unit(&self, unit: UnitRef) -> Option<&UnitState> {
        self.units.get(&unit)
    }

    fn hear(&mut self, event: &Event) {
        match &event.decision {
            Decision::Aim(unit, change) => self.of_unit(*unit).aim = Some(change.is.clone()),
            Decision::Stance(unit, change) => self.of_unit(*unit).stance = Some(change.is),
            Decision::Edit(unit, change) => self.of_unit(*unit).edit = Some(change.is.clone()),
            Decision::Cut(submission, change) => {
                self.follow(*submission, change);
                self.cuts.insert(*submission, change.is.clone());
            }
            Decision::Status(submission, change) => {
                self.statuses.insert(*submission, change.is);
            }
            Decision::Place { units, to, .. } => {
                for (unit, from) in units {
                    self.of_unit(*unit).point = Some(*to);
                    self.arranged.insert(*from);
                }
                self.arranged.insert(*to);
            }
            Decision::Dismiss(unit, reason) => {
                self.of_unit(*unit).dismissed = Some(reason.clone());
            }
            Decision::Transfer(unit, to) => self.of_unit(*unit).transfer = Some(*to),
            // Asking about points does not arrange them.
            Decision::Consult(points, expert, question) => {
                for point in points {
                    let point = self.points.entry(*point).or_default();
                    point.asked.push((expert.clone(), question.clone()));
                }
            }
            // What a sender says about it is for people to read.
            Decision::Contest(..) | Decision::Undo(_) => {}
            about_a_point => self.hear_of_point(event, about_a_point),
        }
    }

    fn hear_of_point(&mut self, event: &Event, decision: &Decision) {
        let Some(&id) = decision.points().first() else {
            return;
        };
        if let Decision::Confirm(_, units) = decision {
            for unit in units {
                self.of_unit(*unit).confirmed = true;
            }
        }
        // Who gives a point a name or a result means those who are in it.
        self.arranged.insert(id);
        let point = self.points.entry(id).or_default();
        let said = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        match decision {
            Decision::Confirm(_, units) => point.confirmed = Some((event.number, units.len())),
            Decision::Name(_, name) => point.name = said(name),
            Decision::Wording(_, text) => point.wording = said(text),
            Decision::Editorial(_, is) => point.editorial = Some(*is),
            Decision::Pin(_, unit) => point.pin = Some(*unit),
            Decision::Assign(_, to) => point.assigned = said(to),
            Decision::Memo(_, text) => point.memos.push((event.actor.clone(), text.clone())),
            Decision::Dispose(_, code, reason) => {
                point.settled = Some(Settled {
                    event: event.number,
                    code: code.clone(),
                    reason: reason.clone(),
                    by: event.actor.clone(),
                    approved: None,
                    returned: None,
                });
            }
            Decision::Approve(_, of) => {
                if let Some(settled) = point.settled.as_mut().filter(|s| s.event == *of) {
                    settled.approved = Some((event.actor.clone(), event.at));
                }
            }
            Decision::Return(_, of, why) => {
                if let Some(settled) = point.settled.as_mut().filter(|s| s.event == *of) {
                    settled.returned = Some((event.actor.clone(), why.clone()));
                }
            }
            _ => {}
        }
    }

    /// A placing that was taken back leads back to where the unit was, unless an earlier one holds.
    fn take_back(&mut self, decision: &Decision) {
        if let Decision::Place { units, .. } = decision {
            for (unit, from) in units {
                self.of_unit(*unit).point.get_or_insert(*from);
                self.arranged.insert(*from);
            }
        }
    }

    /// What was decided about a unit whose words change goes with it, to what has most of them.
    fn follow(&mut self, submission: SubmissionId, change: &Change<Vec<Span>>) {
        for was in change.was.iter().filter(|was| !change.is.contains(was)) {
            let common = |is: &Span| is.end.min(was.end).saturating_sub(is.start.max(was.start));
            let new = (change.is.iter()).filter(|is| !change.was.contains(is) && is.overlaps(*was));
            let unit = |span: Span| UnitRef { submission, span };
            let Some(is) = new.max_by_key(|is| common(is)) else {
                continue;
            };
            if let Some(state) = self.units.remove(&unit(*was)) {
                self.units.insert(unit(*is), state);
            }
        }
    }

    fn of_unit(&mut self, unit: UnitRef) -> &mut UnitState {
        self.units.entry(unit).or_default()
    }
}

/// The events that do not count: undone by an event that does.
#[must_use]
pub fn undone(events: &[Event]) -> BTreeSet<EventNo> {
    let mut undone = BTreeSet::new();
    for event in events.iter().rev() {
        match event.decision {
            Decision::Undo(of) if !undone.contains(&event.number) => {
                undone.insert(of);
            }
            _ => {}
        }
    }
    undone
}

#[cfg(test)]
mod tests {
    use super::{Decided, undone};
    use crate::{
        Change, Decision, Event, Placing, PointId, Span, SubmissionId, UnitRef,
        decision::Decision::Undo,
    };

    fn point(n: u64) -> PointId {
        PointId::new(n).unwrap()
    }

    fn unit(n: u64) -> UnitRef {
        UnitRef {
            submission: SubmissionId::new(n).unwrap(),
            span: Span::new(0, 3),
        }
    }

    fn events(decisions: Vec<Decision>) -> Vec<Event> {
        let numbered = (1..).zip(decisions).map(|(number, decision)| Event {
            number,
            at: 0,
            actor: "王审".to_owned(),
            decision,
        });
        numbered.collect()
    }

    fn place(n: u64, from: u64, to: u64) -> Decision {
        Decision::Place {
            why: Placing::Move,
            units: vec![(unit(n), point(from))],
            to: point(to),
        }
    }

    #[test]
    fn undoing_leads_back_and_can_itself_be_undone() {
        let point_after = |decisions| {
            let decided = Decided::of(&events(decisions));
            decided.unit(unit(1)).and_then(|u| u.point)
        };
        assert_eq!(point_after(vec![place(1, 3, 5)]), Some(point(5)));
        assert_eq!(point_after(vec![place(1, 3, 5), Undo(1)]), Some(point(3)));
        assert_eq!(
            point_after(vec![place(1, 3, 5), Undo(1), Undo(2)]),
            Some(point(5))
        );
        let twice = vec![place(1, 3, 5), place(1, 5, 7), Undo(2)];
        assert_eq!(point_after(twice), Some(point(5)));
        let first = vec![place(1, 3, 5), place(1, 5, 7), Undo(1)];
        assert_eq!(point_after(first), Some(point(7)), "the later one holds");
    }

    #[test]
    fn a_chain_of_undoings_counts_from_its_end() {
        let list = events(vec![place(1, 3, 5), Undo(1), Undo(2), Undo(3)]);
        assert_eq!(undone(&list).into_iter().collect::<Vec<_>>(), [1, 3]);
    }

    #[test]
    fn what_was_decided_about_a_unit_goes_with_it_when_its_words_change() {
        let span = Span::new;
        let change = Change {
            was: vec![span(0, 3), span(3, 9)],
            is: vec![span(0, 6), span(6, 9)],
        };
        let cut = Decision::Cut(unit(1).submission, change);
        let point_of = |decisions: Vec<Decision>, span: Span| {
            let decided = Decided::of(&events(decisions));
            let unit = UnitRef { span, ..unit(1) };
            decided.unit(unit).and_then(|unit| unit.point)
        };
        let moved = || vec![place(1, 3, 5), cut.clone()];
        assert_eq!(point_of(moved(), span(0, 6)), Some(point(5)));
        assert_eq!(point_of(moved(), span(0, 3)), None);
        let back = [moved(), vec![Undo(2)]].concat();
        assert_eq!(point_of(back, span(0, 3)), Some(point(5)));
    }

    #[test]
    fn an_approval_is_of_one_result_only() {
        let dispose = |code: &str| Decision::Dispose(point(1), code.into(), "理由".into());
        let list = vec![
            dispose("kept"),
            Decision::Approve(point(1), 1),
            dispose("adopted"),
        ];
        let decided = Decided::of(&events(list));
        let settled = decided.points[&point(1)].settled.as_ref().unwrap();
        assert_eq!(
            (settled.code.as_str(), &settled.approved),
            ("adopted", &None)
        );
    }
}
