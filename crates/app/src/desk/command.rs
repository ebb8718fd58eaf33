//! Deciding: what somebody asks for becomes an event, when it may.

use caifeng_domain::{
    Aim, Change, Decision, Disposition, Edit, Event, EventNo, NodeId, Permission, Placing, PointId,
    Scope, Span, Stance, Status, SubmissionId, Transfer, UnitRef, decided::undone,
};
use caifeng_store::{Act, Added, Principal};
use jiff::Timestamp;

use super::{Desk, SectionPlace, Words};
use crate::{App, AppError, Refusal, catalogue::Listed, worker};

/// What somebody wants decided.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// A unit is about this.
    Aim(UnitRef, Aim),
    /// A unit's attitude.
    Stance(UnitRef, Stance),
    /// The change that a unit proposes; none.
    Edit(UnitRef, Option<Edit>),
    /// The unit of a submission that is there, else a new one, has these words.
    Bound(SubmissionId, Option<Span>, Words),
    /// What kind of thing a submission is.
    Status(SubmissionId, Status),
    /// Units belong to that point.
    Move(Vec<UnitRef>, PointId),
    /// The first point says the same as the second.
    Merge(PointId, PointId),
    /// These units of a point say something of their own.
    Split(PointId, Vec<UnitRef>),
    /// A unit does not count.
    Dismiss(UnitRef, String),
    /// A unit is for another office.
    Transfer(UnitRef, Transfer),
    /// A point is right.
    Confirm(PointId),
    /// What a point is called.
    Name(PointId, String),
    /// 规范表述
    Wording(PointId, String),
    /// Whether a point is about wording alone (文字性意见).
    Editorial(PointId, bool),
    /// The words that stand for a point.
    Pin(UnitRef),
    /// Who looks after a point.
    Assign(PointId, String),
    /// An expert is asked about the points of a provision: by name, and with a question.
    Consult(SectionPlace, String, String),
    /// An expert's memo.
    Memo(PointId, String),
    /// What becomes of a point.
    Dispose(PointId, String, String),
    /// Agreed, as the second person.
    Approve(PointId),
    /// Not agreed.
    Return(PointId, String),
    /// This event counts no more; without a number, the asker's last one.
    Undo(Option<EventNo>),
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Number of the event.
    pub event: EventNo,
    /// What it was, in Chinese: 合并观点.
    pub what: &'static str,
    /// The point that it leads to.
    pub point: Option<PointId>,
}

/// How often a decision is tried again when others decide at the same time.
const TURNS: usize = 8;
/// Characters of a name, and of other words that staff write.
const NAME: usize = 100;
/// See [`NAME`].
const WORDS: usize = 2_000;
/// Results of triage that follow a decision wait so long, for others to go with them.
const TRIAGE_AFTER: std::time::Duration = std::time::Duration::from_secs(20);

impl Command {
    /// Who may ask for it.
    #[must_use]
    pub const fn needs(&self) -> Permission {
        match self {
            Self::Approve(_) | Self::Return(..) => Permission::Approve,
            Self::Memo(..) => Permission::Advise,
            _ => Permission::Review,
        }
    }
}

impl App {
    /// Decides, in the name of `by`.
    pub async fn decide(
        &self,
        by: &Principal,
        slug: &str,
        command: Command,
    ) -> Result<Done, AppError> {
        let undoing = matches!(command, Command::Undo(_));
        // Whoever decided may take it back.
        let needs = if undoing {
            Permission::ReadReport
        } else {
            command.needs()
        };
        let listed = self.consultation_to(by, needs, slug).await?;
        if let Command::Consult(_, expert, _) = &command {
            self.check_expert(&listed, expert).await?;
        }
        let theirs = self.names_of(Some(by)).await?;
        let rules = self.rules().await?;
        let make = |desk: &Desk| {
            if let Some(names) = &theirs {
                desk.check_within(&command, &by.name, names)?;
            }
            desk.check(by, &command, &rules.dispositions)
        };
        self.settle(&listed, &by.name, make).await
    }

    /// Adds the event that `make` makes of the desk as it stands, in the name of `actor`.
    pub(super) async fn settle(
        &self,
        listed: &Listed,
        actor: &str,
        make: impl Fn(&Desk) -> Result<Decision, AppError>,
    ) -> Result<Done, AppError> {
        let slug = &listed.consultation.slug;
        for _ in 0..TURNS {
            let shared = self.fresh_desk(listed.id, slug).await?;
            let (after, decision) = {
                let held = shared.read().await;
                let not_triaged = || AppError::NotTriaged(slug.clone());
                let desk = held.as_ref().ok_or_else(not_triaged)?;
                if desk.material.record.run.draft != listed.version {
                    return Err(Refusal::DraftReplaced.into());
                }
                (desk.last_event(), make(desk)?)
            };
            let decision = self.numbered(listed, decision).await?;
            let act = Act {
                actor,
                at: Timestamp::now(),
            };
            let added = self
                .store
                .add_decision(&act, listed.id, after, &decision)
                .await?;
            let Added::As(number) = added else { continue };
            let (what, teaches) = (decision.names().1, teaches(&decision));
            let point = match &decision {
                Decision::Place { to, .. } => Some(*to),
                decision => decision.points().first().copied(),
            };
            let mut held = shared.write().await;
            if let Some(desk) = held.as_mut().filter(|desk| desk.last_event() == after) {
                desk.hear(vec![Event {
                    number,
                    at: act.at.as_microsecond(),
                    actor: actor.to_owned(),
                    decision,
                }]);
            }
            drop(held);
            if teaches {
                let payload = listed.id.get().to_string();
                let due = act.at + TRIAGE_AFTER;
                let now = act.at;
                self.store
                    .enqueue_once(worker::TRIAGE, &payload, now, due)
                    .await?;
            }
            return Ok(Done {
                event: number,
                what,
                point,
            });
        }
        Err(Refusal::Busy.into())
    }

    /// Splitting makes a point, which gets its number here.
    async fn numbered(&self, listed: &Listed, decision: Decision) -> Result<Decision, AppError> {
        Ok(match decision {
            Decision::Place {
                why: Placing::Split,
                units,
                ..
            } => Decision::Place {
                why: Placing::Split,
                units,
                to: self.store.take_point(listed.id).await?,
            },
            other => other,
        })
    }
}

/// Whether triage has something to learn from it.
fn teaches(decision: &Decision) -> bool {
    matches!(
        decision,
        Decision::Aim(..)
            | Decision::Stance(..)
            | Decision::Edit(..)
            | Decision::Cut(..)
            | Decision::Status(..)
            | Decision::Place { .. }
            | Decision::Confirm(..)
            | Decision::Undo(_)
    )
}

impl Desk {
    /// The event that a command is, if it may be. A split has the number of the old point until it
    /// gets its own.
    pub(crate) fn check(
        &self,
        by: &Principal,
        command: &Command,
        dispositions: &[Disposition],
    ) -> Result<Decision, AppError> {
        Ok(match command {
            Command::Aim(unit, aim) => self.check_aim(*unit, aim)?,
            Command::Stance(unit, is) => {
                let was = self.known(*unit)?.stance;
                Decision::Stance(*unit, Change { was, is: *is })
            }
            Command::Edit(unit, is) => {
                let was = self.known(*unit)?.edit.clone();
                for words in is.iter().flat_map(|e| [&e.from, &e.to]).flatten() {
                    written("修改建议", words, WORDS)?;
                }
                let is = is.clone();
                Decision::Edit(*unit, Change { was, is })
            }
            Command::Bound(submission, of, words) => self.check_bound(*submission, *of, words)?,
            Command::Status(submission, is) => {
                let place = self.place.get(submission);
                let place = *place.ok_or(Refusal::UnknownSubmission(*submission))?;
                let was = self.material.record.analyses[place].1.status;
                Decision::Status(*submission, Change { was, is: *is })
            }
            Command::Move(units, to) => self.place_units(Placing::Move, units, *to)?,
            Command::Merge(from, into) => {
                if from == into {
                    return Err(Refusal::SamePoint.into());
                }
                let members = self.standing(*from)?.point.units.iter();
                let units: Vec<UnitRef> = members.map(|&unit| self.unit_ref(unit)).collect();
                self.place_units(Placing::Merge, &units, *into)?
            }
            Command::Split(point, units) => {
                let standing = self.standing(*point)?;
                if units.is_empty() || units.len() >= standing.point.units.len() {
                    return Err(Refusal::SplitWhat.into());
                }
                self.place_units(Placing::Split, units, *point)?
            }
            Command::Dismiss(unit, reason) => {
                self.known(*unit)?;
                needed("剔除的理由", reason)?;
                Decision::Dismiss(*unit, written("剔除的理由", reason, WORDS)?)
            }
            Command::Transfer(unit, to) => {
                self.known(*unit)?;
                Decision::Transfer(*unit, *to)
            }
            Command::Pin(unit) => Decision::Pin(self.known(*unit)?.point, *unit),
            Command::Consult(place, expert, question) => {
                let here = self.points.values().filter(|s| s.section == *place);
                let points: Vec<PointId> = here.map(|s| s.point.id).collect();
                if points.is_empty() {
                    return Err(Refusal::UnknownSection.into());
                }
                needed("专家", expert)?;
                let expert = written("专家", expert, NAME)?;
                Decision::Consult(points, expert, written("问题", question, WORDS)?)
            }
            Command::Undo(of) => Decision::Undo(self.to_undo(by, *of)?),
            about_a_point => self.check_point(by, about_a_point, dispositions)?,
        })
    }

    fn check_point(
        &self,
        by: &Principal,
        command: &Command,
        dispositions: &[Disposition],
    ) -> Result<Decision, AppError> {
        Ok(match command {
            Command::Confirm(point) => {
                let members = self.standing(*point)?.point.units.iter();
                let units = members.map(|&unit| self.unit_ref(unit)).collect();
                Decision::Confirm(*point, units)
            }
            Command::Name(point, name) => {
                self.standing(*point)?;
                Decision::Name(*point, written("标题", name, NAME)?)
            }
            Command::Wording(point, text) => {
                self.standing(*point)?;
                Decision::Wording(*point, written("规范表述", text, WORDS)?)
            }
            Command::Editorial(point, is) => {
                self.standing(*point)?;
                Decision::Editorial(*point, *is)
            }
            Command::Assign(point, to) => {
                self.standing(*point)?;
                Decision::Assign(*point, written("经办人", to, NAME)?)
            }
            Command::Memo(point, text) => {
                self.standing(*point)?;
                needed("专家意见", text)?;
                Decision::Memo(*point, written("专家意见", text, WORDS)?)
            }
            Command::Dispose(point, code, reason) => {
                self.standing(*point)?;
                let known = dispositions.iter().find(|d| d.code == *code);
                let known = known.ok_or(Refusal::UnknownDisposition)?;
                if known.needs_reason {
                    needed("理由", reason)?;
                }
                Decision::Dispose(*point, code.clone(), written("理由", reason, WORDS)?)
            }
            Command::Approve(point) => {
                let of = self.to_approve(by, *point)?;
                Decision::Approve(*point, of)
            }
            Command::Return(point, why) => {
                let of = self.to_approve(by, *point)?;
                needed("退回的理由", why)?;
                Decision::Return(*point, of, written("退回的理由", why, WORDS)?)
            }
            _ => return Err(Refusal::Forbidden.into()),
        })
    }

    /// A unit that is there.
    pub(super) fn known(&self, unit: UnitRef) -> Result<&caifeng_domain::Unit, AppError> {
        let place = self.unit_at(unit).ok_or(Refusal::UnknownUnit)?;
        Ok(self.material.unit(place))
    }

    pub(super) fn check_aim(&self, unit: UnitRef, aim: &Aim) -> Result<Decision, AppError> {
        let was = Aim::of(self.known(unit)?);
        let draft = &self.material.draft;
        for &article in &aim.articles {
            draft
                .article(article)
                .ok_or(Refusal::UnknownArticle(article))?;
        }
        let there = |node: NodeId| (node.0 as usize) < draft.nodes.len();
        if aim.chapter.is_some_and(|node| !there(node)) {
            return Err(Refusal::UnknownSection.into());
        }
        if aim.scope != Scope::Article && !aim.articles.is_empty() {
            return Err(Refusal::UnknownSection.into());
        }
        let is = aim.clone();
        Ok(Decision::Aim(unit, Change { was, is }))
    }

    /// Units into a point, unless those for would stand with those against.
    fn place_units(
        &self,
        why: Placing,
        units: &[UnitRef],
        to: PointId,
    ) -> Result<Decision, AppError> {
        let target = self.standing(to)?;
        let mut moved = Vec::with_capacity(units.len());
        let mut stances = [false; Stance::ALL.len()];
        for &unit in units {
            let known = self.known(unit)?;
            stances[known.stance as usize] = true;
            if why == Placing::Split || known.point != to {
                moved.push((unit, known.point));
            }
        }
        if moved.is_empty() {
            return Err(Refusal::SamePoint.into());
        }
        if why != Placing::Split {
            for &place in &target.point.units {
                stances[self.material.unit(place).stance as usize] = true;
            }
        }
        if stances[Stance::Support as usize] && stances[Stance::Oppose as usize] {
            return Err(Refusal::Opposites.into());
        }
        Ok(Decision::Place {
            why,
            units: moved,
            to,
        })
    }

    /// The result of a point that waits for a second person, who is not the first.
    fn to_approve(&self, by: &Principal, point: PointId) -> Result<EventNo, AppError> {
        self.standing(point)?;
        let state = self.decided.points.get(&point);
        let settled = state.and_then(|state| state.settled.as_ref());
        let settled = settled.ok_or(Refusal::NothingToApprove)?;
        if settled.approved.is_some() || settled.returned.is_some() {
            return Err(Refusal::Handled.into());
        }
        if settled.by == by.name {
            return Err(Refusal::FourEyes.into());
        }
        Ok(settled.event)
    }

    /// An event that holds and may be undone by `by`: what reviewers decided by every reviewer, the
    /// rest by who decided it.
    fn to_undo(&self, by: &Principal, of: Option<EventNo>) -> Result<EventNo, AppError> {
        let gone = undone(&self.events);
        let mut holding = self
            .events
            .iter()
            .rev()
            .filter(|e| !gone.contains(&e.number));
        let event = match of {
            Some(number) => holding.find(|e| e.number == number),
            None => {
                holding.find(|e| e.actor == by.name && !matches!(e.decision, Decision::Undo(_)))
            }
        };
        let event = event.ok_or(Refusal::NothingToUndo)?;
        let by_reviewers = !matches!(
            event.decision,
            Decision::Approve(..) | Decision::Return(..) | Decision::Memo(..)
        );
        let may = event.actor == by.name || (by_reviewers && by.role.may(Permission::Review));
        if may {
            Ok(event.number)
        } else {
            Err(Refusal::Forbidden.into())
        }
    }
}

/// Words that staff wrote, if they can be kept.
fn written(field: &'static str, text: &str, max: usize) -> Result<String, AppError> {
    let text = text.trim();
    if text.contains('\0') {
        return Err(Refusal::ControlCharacter.into());
    }
    if text.chars().count() > max {
        return Err(Refusal::LongField { field, max }.into());
    }
    Ok(text.to_owned())
}

fn needed(field: &'static str, text: &str) -> Result<(), AppError> {
    if text.trim().is_empty() {
        return Err(Refusal::Needed(field).into());
    }
    Ok(())
}
