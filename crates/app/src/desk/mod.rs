//! The reviewer's desk: what a consultation looks like once everything decided is laid over what
//! triage found.
//!
//! A [`Desk`] is held in memory, made anew when another run is put in force, and brought up to date
//! by the events that came since. So pages and decisions take milliseconds, and several processes on
//! one database show the same.
//!
//! **Invariant.** What it shows follows from the run in force, the events, and what was answered above.

mod above;
mod alarm;
mod bounds;
mod clarify;
mod command;
mod expert;
mod feedback;
mod lay;
mod overview;
mod point;
mod queue;
mod redline;
mod reported;
mod section;
mod submission;
mod table;
mod uptake;
mod within;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, OnceLock},
};

use caifeng_domain::{
    Consultation, ConsultationId, Decided, Event, EventNo, Ledger, NodeId, Permission, Point,
    PointId, SubmissionId, UnitRef,
};
use caifeng_report::Counts;
use caifeng_store::Principal;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, RwLock};

use crate::{App, AppError, report::Material};

pub use above::Above;
pub use alarm::Alarm;
pub use bounds::Words;
pub use clarify::{Meaning, SENDER};
pub use command::{Command, Done};
pub use feedback::{Answer, Grade, Told};
pub use overview::{Heat, Learned, Overview, Trend};
pub use point::{PointCard, PointPage, UnitLine};
pub use queue::{ITEMS_A_PAGE as QUEUE_PAGE, Queue, QueueItem};
pub use redline::{Redline, Stretch};
pub(crate) use reported::Reported;
pub use section::{SectionPage, SectionPlace, Sorted, side};
pub use submission::{SubmissionPage, TextPiece};
pub use table::{TableChange, TableChanges};
pub use uptake::Uptake;
pub(crate) use uptake::former_words;

/// Desks kept in memory at a time.
const KEPT: usize = 4;
/// For how long what came is new to somebody who was never here.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A point as it stands, with what is counted once instead of on every page.
pub(crate) struct Standing {
    pub(crate) point: Point,
    /// Of the units that count.
    pub(crate) counts: Counts,
    pub(crate) section: SectionPlace,
}

/// A consultation with everything decided laid over it.
pub struct Desk {
    pub(crate) run: i64,
    pub(crate) material: Material,
    pub(crate) events: Vec<Event>,
    pub(crate) decided: Decided,
    pub(crate) points: BTreeMap<PointId, Standing>,
    heard: above::Heard,
    /// Place of each submission in the record.
    place: HashMap<SubmissionId, usize>,
    /// Submissions of each duplicate group.
    groups: HashMap<usize, usize>,
    /// Points whose members were changed and are not counted anew yet.
    stale: Vec<PointId>,
    /// What it looks like altogether, made when it is first asked for after a decision.
    glance: OnceLock<Overview>,
    /// Whether it shows only what came from one place and those below it.
    is_confined: bool,
    /// How often places had been renamed when it was opened.
    renamed: i64,
}

/// The desks of this process.
#[derive(Default)]
pub(crate) struct Desks {
    kept: Mutex<Vec<(ConsultationId, SharedDesk)>>,
    /// Ledgers with what they follow from: a hundred thousand rows take half a second.
    ledgers: Mutex<HashMap<ConsultationId, (LedgerState, Ledger)>>,
    /// For those who speak for some places.
    places: Mutex<within::Places>,
}

/// See [`caifeng_store::Store::ledger_state`].
type LedgerState = (i64, usize, usize);

/// A desk that is read by many and changed by who decides.
pub(crate) type SharedDesk = Arc<RwLock<Option<Desk>>>;

impl Desks {
    async fn of(&self, consultation: ConsultationId) -> SharedDesk {
        let mut kept = self.kept.lock().await;
        let found = kept.iter().position(|(id, _)| *id == consultation);
        let entry = match found {
            Some(at) => kept.remove(at),
            None => (consultation, SharedDesk::default()),
        };
        let desk = Arc::clone(&entry.1);
        kept.push(entry);
        if kept.len() > KEPT {
            kept.remove(0);
        }
        desk
    }
}

impl App {
    /// What `show` makes of a consultation's desk, for somebody who may read reports there: of all of
    /// it, or of what came from the places for which they speak.
    pub async fn at_desk<T>(
        &self,
        by: &Principal,
        slug: &str,
        show: impl FnOnce(&Desk) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let listed = self
            .consultation_to(by, Permission::ReadReport, slug)
            .await?;
        if let Some(own) = by.reach.station {
            let names = self.names_of(Some(by)).await?.unwrap_or_default();
            return show(&*self.desk_of_places(&listed, own, names).await?);
        }
        let shared = self.fresh_desk(listed.id, slug).await?;
        let held = shared.read().await;
        let desk = held
            .as_ref()
            .ok_or_else(|| AppError::NotTriaged(slug.to_owned()))?;
        show(desk)
    }

    /// A consultation as it stands: its ledger, and how content senders are with their answers.
    pub async fn standing_of(
        &self,
        by: &Principal,
        slug: &str,
    ) -> Result<(Consultation, Ledger, Vec<(&'static str, usize)>), AppError> {
        let listed = self
            .consultation_to(by, Permission::ReadReport, slug)
            .await?;
        let ledger = self.known_ledger(listed.id).await?;
        let votes = self.store.satisfaction(listed.id).await?;
        let grades = Grade::ALL.iter();
        let grades = grades.map(|(_, wire, name)| (*name, votes.get(*wire).copied().unwrap_or(0)));
        Ok((listed.consultation, ledger, grades.collect()))
    }

    /// Notes that `by` is at the desk, and says since when what came is new to them: since the visit
    /// before, or for one day.
    pub async fn visit(&self, by: &Principal, slug: &str) -> Result<Timestamp, AppError> {
        let listed = self
            .consultation_to(by, Permission::ReadReport, slug)
            .await?;
        let now = Timestamp::now();
        let before = self.store.visit(&by.name, listed.id, now).await?;
        Ok(before.unwrap_or(now - DAY))
    }

    /// Opens the desks of what is under review, so that the first who comes does not wait.
    pub async fn open_desks(&self) -> Result<(), AppError> {
        for listed in self.consultations().await?.iter().rev().take(KEPT) {
            if self.store.desk_state(listed.id).await?.0.is_some() {
                self.fresh_desk(listed.id, &listed.consultation.slug)
                    .await?;
            }
        }
        Ok(())
    }

    /// The ledger of a consultation, computed anew when something came or was found.
    async fn known_ledger(&self, id: ConsultationId) -> Result<Ledger, AppError> {
        let state = self.store.ledger_state(id).await?;
        let mut known = self.desks.ledgers.lock().await;
        if let Some((of, ledger)) = known.get(&id)
            && *of == state
        {
            return Ok(*ledger);
        }
        let ledger = self.store.ledger(id).await?;
        known.insert(id, (state, ledger));
        Ok(ledger)
    }

    /// The desk of a consultation, up to date.
    pub(crate) async fn fresh_desk(
        &self,
        id: ConsultationId,
        slug: &str,
    ) -> Result<SharedDesk, AppError> {
        let shared = self.desks.of(id).await;
        let (run, last) = self.store.desk_state(id).await?;
        let heard = self.store.last_feedback(id).await?;
        let renamed = self.store.names_changed().await?;
        let is_fresh = |desk: &Option<Desk>| {
            (desk.as_ref()).is_some_and(|desk| {
                Some(desk.run) == run
                    && desk.renamed == renamed
                    && desk.decided.last >= last
                    && desk.heard.package >= heard
            })
        };
        if is_fresh(&*shared.read().await) {
            return Ok(shared);
        }
        let mut held = shared.write().await;
        if is_fresh(&held) {
            drop(held);
            return Ok(shared);
        }
        match held.as_mut() {
            Some(desk) if Some(desk.run) == run && desk.renamed == renamed => {
                let news = self.store.decisions(id, desk.decided.last).await?;
                desk.hear(news);
            }
            _ => {
                let desk = self.open_desk(id, slug).await?;
                *held = Some(Desk { renamed, ..desk });
            }
        }
        if let Some(desk) = held.as_mut().filter(|desk| desk.heard.package < heard) {
            desk.heard = above::Heard::new(heard, self.store.feedback(id).await?);
        }
        drop(held);
        Ok(shared)
    }

    async fn open_desk(&self, id: ConsultationId, slug: &str) -> Result<Desk, AppError> {
        let (run, material) = self.material(slug).await?;
        let events = self.store.decisions(id, 0).await?;
        let open = move || Desk::new(run, material, events);
        Ok(tokio::task::spawn_blocking(open).await?)
    }
}

impl Desk {
    pub(crate) fn new(run: i64, mut material: Material, events: Vec<Event>) -> Self {
        let analyses = material.record.analyses.iter().enumerate();
        let place = analyses.map(|(i, (id, _))| (*id, i)).collect();
        let points = std::mem::take(&mut material.record.points);
        let mut groups = HashMap::new();
        for (_, analysis) in &material.record.analyses {
            *groups.entry(analysis.duplicate.group).or_default() += 1;
        }
        let mut desk = Self {
            groups,
            run,
            decided: Decided::default(),
            points: BTreeMap::new(),
            heard: above::Heard::default(),
            place,
            stale: points.iter().map(|point| point.id).collect(),
            material,
            events: Vec::new(),
            glance: OnceLock::new(),
            is_confined: false,
            renamed: 0,
        };
        for point in points {
            let standing = Standing {
                counts: Counts::default(),
                section: SectionPlace::General,
                point,
            };
            desk.points.insert(standing.point.id, standing);
        }
        desk.lay_all(events);
        desk
    }

    /// Number of the last event that it shows.
    #[must_use]
    pub fn last_event(&self) -> EventNo {
        self.decided.last
    }

    /// Title of the draft.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.material.draft.title
    }

    /// Whether it shows only what came from one place and those below it.
    #[must_use]
    pub const fn is_confined(&self) -> bool {
        self.is_confined
    }

    /// The last decision of somebody that holds.
    #[must_use]
    pub fn last_of(&self, name: &str) -> Option<&Event> {
        let gone = caifeng_domain::decided::undone(&self.events);
        let mut theirs = self.events.iter().rev().filter(|e| e.actor == name);
        theirs.find(|e| !gone.contains(&e.number))
    }

    /// What was found in a submission.
    pub(crate) fn analysis(&self, id: SubmissionId) -> Option<&caifeng_domain::Analysis> {
        let place = *self.place.get(&id)?;
        Some(&self.material.record.analyses[place].1)
    }

    /// A point, by its number.
    pub(crate) fn standing(&self, point: PointId) -> Result<&Standing, AppError> {
        let unknown = || crate::Refusal::UnknownPoint(point).into();
        self.points.get(&point).ok_or_else(unknown)
    }

    /// The place of a unit in the record.
    pub(crate) fn unit_at(&self, unit: UnitRef) -> Option<(usize, usize)> {
        let place = *self.place.get(&unit.submission)?;
        let units = &self.material.record.analyses[place].1.units;
        let number = units.iter().position(|u| u.span == unit.span)?;
        Some((place, number))
    }

    /// How a unit at a place is named in events.
    pub(crate) fn unit_ref(&self, (submission, unit): (usize, usize)) -> UnitRef {
        let (id, analysis) = &self.material.record.analyses[submission];
        UnitRef {
            submission: *id,
            span: analysis.units[unit].span,
        }
    }

    /// Whether a unit counts: nobody dismissed it or sent it elsewhere.
    pub(crate) fn counts(&self, place: (usize, usize)) -> bool {
        let state = self.decided.unit(self.unit_ref(place));
        state.is_none_or(|state| state.dismissed.is_none() && state.transfer.is_none())
    }

    /// A provision's heading: `第三条（适用范围）`, `第二章 管理`.
    pub(crate) fn heading(&self, node: NodeId) -> String {
        crate::report::heading(&self.material.draft, node)
    }
}

#[cfg(test)]
mod tests;
