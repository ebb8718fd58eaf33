//! The desk of somebody who speaks for some places only: made of what came from there, so that nothing
//! of others can show. What they decide is about their own; a point that others speak of too is for
//! whoever speaks for all.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, OnceLock},
};

use caifeng_domain::{ConsultationId, EventNo, Point, PointId, StationId, SubmissionId, UnitRef};
use caifeng_report::Counts;

use super::{Command, Desk, KEPT, Standing};
use crate::{App, AppError, Refusal, catalogue::Listed};

/// Desks of places, each with what it was made from.
pub(super) type Places = Vec<(PlaceKey, Arc<Desk>)>;

/// A consultation, a place, and what the desk of both follows from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PlaceKey {
    of: (ConsultationId, StationId),
    /// Run, decision and answer from above.
    state: (i64, EventNo, i64),
    names: BTreeSet<String>,
}

impl App {
    /// The desk of a place and all below it, which have these names; made anew when something was
    /// decided or found.
    pub(super) async fn desk_of_places(
        &self,
        listed: &Listed,
        own: StationId,
        names: BTreeSet<String>,
    ) -> Result<Arc<Desk>, AppError> {
        let slug = &listed.consultation.slug;
        let not_triaged = || AppError::NotTriaged(slug.clone());
        let shared = self.fresh_desk(listed.id, slug).await?;
        let held = shared.read_owned().await;
        let whole = held.as_ref().ok_or_else(not_triaged)?;
        let key = PlaceKey {
            of: (listed.id, own),
            state: (whole.run, whole.last_event(), whole.heard.package),
            names,
        };
        let mut kept = self.desks.places.lock().await;
        if let Some((_, desk)) = kept.iter().find(|(known, _)| *known == key) {
            return Ok(Arc::clone(desk));
        }
        let names = key.names.clone();
        let make = move || held.as_ref().map(|whole| Arc::new(whole.within(&names)));
        let desk = tokio::task::spawn_blocking(make).await?;
        let desk = desk.ok_or_else(not_triaged)?;
        kept.retain(|(known, _)| known.of != key.of);
        kept.push((key, Arc::clone(&desk)));
        if kept.len() > KEPT {
            kept.remove(0);
        }
        Ok(desk)
    }
}

impl Desk {
    /// What of it came from places of these names: their submissions, and points by what these say.
    fn within(&self, names: &BTreeSet<String>) -> Self {
        let is_theirs = |at: &usize| self.is_from(*at, names);
        let theirs: Vec<usize> = (0..self.material.stored.len()).filter(is_theirs).collect();
        let at: HashMap<usize, usize> = (0..).zip(&theirs).map(|(new, old)| (*old, new)).collect();
        let material = self.material.of(&theirs);
        let place = (0..).zip(&material.record.analyses);
        let place = place.map(|(at, (id, _))| (*id, at)).collect();
        let moved = |&(old, unit): &(usize, usize)| Some((*at.get(&old)?, unit));
        let points = self.points.iter().filter_map(|(id, standing)| {
            let units: Vec<_> = standing.point.units.iter().filter_map(moved).collect();
            let representative = moved(&standing.point.representative);
            let point = Point {
                representative: representative.or_else(|| units.first().copied())?,
                // Others may have said them.
                keywords: Vec::new(),
                units,
                ..standing.point.clone()
            };
            let standing = Standing {
                counts: Counts::default(),
                section: standing.section,
                point,
            };
            Some((*id, standing))
        });
        let points: BTreeMap<PointId, Standing> = points.collect();
        let mut desk = Self {
            run: self.run,
            events: self.events.clone(),
            decided: self.decided.clone(),
            heard: self.heard.clone(),
            groups: self.groups.clone(),
            is_confined: true,
            renamed: self.renamed,
            stale: points.keys().copied().collect(),
            glance: OnceLock::new(),
            material,
            points,
            place,
        };
        desk.count_anew();
        desk
    }

    /// Whether it has this submission, and that came from a place of these names.
    pub(crate) fn has_from(&self, id: SubmissionId, names: &BTreeSet<String>) -> bool {
        let place = self.place.get(&id);
        place.is_some_and(|&at| self.is_from(at, names))
    }

    fn is_from(&self, place: usize, names: &BTreeSet<String>) -> bool {
        let station = self.material.stored[place].submission.station.as_ref();
        station.is_some_and(|name| names.contains(name))
    }

    /// Whether all that a command is about came from places of these names.
    pub(super) fn check_within(
        &self,
        command: &Command,
        by: &str,
        names: &BTreeSet<String>,
    ) -> Result<(), AppError> {
        let is_own = |at: usize| self.is_from(at, names);
        let has = |id: &SubmissionId| self.has_from(*id, names);
        // What they cannot see is not there for them.
        let seen = |point: &PointId| {
            let units = &self.standing(*point)?.point.units;
            if units.iter().any(|unit| is_own(unit.0)) {
                Ok(units)
            } else {
                Err(AppError::from(Refusal::UnknownPoint(*point)))
            }
        };
        let whole = |point: &PointId| {
            if seen(point)?.iter().all(|unit| is_own(unit.0)) {
                Ok(())
            } else {
                Err(AppError::from(Refusal::SharedPoint))
            }
        };
        let units = |units: &[UnitRef]| {
            let all = units.iter().all(|unit| has(&unit.submission));
            all.then_some(())
                .ok_or(AppError::from(Refusal::UnknownUnit))
        };
        match command {
            Command::Aim(unit, _)
            | Command::Stance(unit, _)
            | Command::Edit(unit, _)
            | Command::Dismiss(unit, _)
            | Command::Transfer(unit, _) => units(&[*unit]),
            Command::Bound(submission, ..) | Command::Status(submission, _) => {
                let known = has(submission).then_some(());
                known.ok_or(Refusal::UnknownSubmission(*submission).into())
            }
            Command::Pin(unit) => {
                units(&[*unit])?;
                whole(&self.known(*unit)?.point)
            }
            Command::Move(moved, to) => {
                units(moved)?;
                seen(to).map(|_| ())
            }
            Command::Merge(from, into) => {
                whole(from)?;
                seen(into).map(|_| ())
            }
            Command::Split(point, split) => {
                seen(point)?;
                units(split)
            }
            Command::Memo(point, _) => seen(point).map(|_| ()),
            Command::Confirm(point)
            | Command::Name(point, _)
            | Command::Wording(point, _)
            | Command::Editorial(point, _)
            | Command::Assign(point, _)
            | Command::Dispose(point, ..)
            | Command::Approve(point)
            | Command::Return(point, _) => whole(point),
            Command::Consult(place, ..) => {
                let here = self.points.iter().filter(|(_, s)| s.section == *place);
                here.map(|(point, _)| point).try_for_each(whole)
            }
            Command::Undo(None) => Ok(()),
            Command::Undo(Some(number)) => {
                let mut events = self.events.iter();
                let is_theirs = events.any(|e| e.number == *number && e.actor == by);
                is_theirs.then_some(()).ok_or(Refusal::NothingToUndo.into())
            }
        }
    }
}
