//! A sender says what was meant: as an event like those of staff, in the name of [`SENDER`]. Where
//! staff have decided about the same words, it is noted for them and changes nothing.

use caifeng_domain::{
    Aim, Change, Decision, Event, Named, Span, SubmissionId, UnitRef, decided::undone,
};

use super::Desk;
use crate::{App, AppError, Refusal};

/// Who decided, where it was the sender: no account is called so.
pub const SENDER: &str = "提出人";
/// Times that one sender may say something about one submission.
const TURNS: usize = 10;
/// Characters of what a sender says.
const WORDS: usize = 500;

/// What a sender says about words of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// That is what I mean.
    Right,
    /// I mean this.
    About(Aim),
    /// That is not what I mean; in words.
    Other(String),
}

impl App {
    /// Hears what the sender of a receipt says about the words at `span`.
    pub async fn clarify(
        &self,
        receipt: &str,
        span: Span,
        meaning: &Meaning,
    ) -> Result<(), AppError> {
        let (id, consultation) = self.received(receipt).await?;
        let all = self.consultations().await?;
        let listed = all.iter().find(|listed| listed.id == consultation);
        // To everybody outside nothing else exists.
        let listed = listed.filter(|listed| listed.is_public());
        let listed = listed.ok_or(Refusal::UnknownReceipt)?;
        let unit = UnitRef {
            submission: id,
            span,
        };
        let make = |desk: &Desk| desk.heard_from_sender(unit, meaning);
        self.settle(listed, SENDER, make).await?;
        Ok(())
    }
}

impl Desk {
    fn heard_from_sender(&self, unit: UnitRef, meaning: &Meaning) -> Result<Decision, AppError> {
        let turns = self.said_by_sender(unit.submission).count();
        if turns >= TURNS {
            return Err(Refusal::OftenClarified.into());
        }
        let is = match meaning {
            Meaning::Other(words) => {
                let words = words.trim();
                if words.is_empty() {
                    return Err(Refusal::Needed("您的意思").into());
                }
                if words.chars().count() > WORDS {
                    let (field, max) = ("您的意思", WORDS);
                    return Err(Refusal::LongField { field, max }.into());
                }
                if words.contains('\0') {
                    return Err(Refusal::ControlCharacter.into());
                }
                self.known(unit)?;
                return Ok(Decision::Contest(unit, words.to_owned()));
            }
            Meaning::Right => Aim::of(self.known(unit)?),
            Meaning::About(aim) => aim.clone(),
        };
        let decision = self.check_aim(unit, &is)?;
        let changes = matches!(&decision, Decision::Aim(_, change) if change.was != change.is);
        if changes && self.is_decided_by_staff(unit) {
            return Ok(Decision::Contest(unit, format!("本意是：{}", named(&is))));
        }
        Ok(decision)
    }

    /// What a sender said of a submission and was not taken back: number, whose words, and what.
    pub(super) fn said_by_sender(&self, id: SubmissionId) -> impl Iterator<Item = &Event> {
        let gone = undone(&self.events);
        let theirs = self.events.iter().filter(|event| event.actor == SENDER);
        theirs.filter(move |event| {
            let unit = event.decision.unit();
            !gone.contains(&event.number) && unit.is_some_and(|unit| unit.submission == id)
        })
    }

    /// Whether somebody else than the sender says what a unit is about.
    fn is_decided_by_staff(&self, unit: UnitRef) -> bool {
        let gone = undone(&self.events);
        self.events.iter().any(|event| {
            let is_about = match &event.decision {
                Decision::Aim(of, _) => *of == unit,
                Decision::Confirm(_, units) => units.contains(&unit),
                _ => false,
            };
            is_about && event.actor != SENDER && !gone.contains(&event.number)
        })
    }

    /// Units that their senders see otherwise, and that nobody has looked at since: with what they say.
    pub(super) fn contested(&self) -> Vec<(UnitRef, String)> {
        let gone = undone(&self.events);
        let mut waiting: Vec<(UnitRef, String)> = Vec::new();
        for event in self.events.iter().filter(|e| !gone.contains(&e.number)) {
            match &event.decision {
                Decision::Contest(unit, words) => waiting.push((*unit, words.clone())),
                Decision::Aim(unit, Change { was, is }) if event.actor == SENDER => {
                    if was != is {
                        waiting.push((*unit, format!("提出人改为：{}", named(is))));
                    }
                }
                decision => waiting.retain(|(unit, _)| !looks_at(decision, *unit)),
            }
        }
        waiting
    }
}

/// What an aim is called: 第三条、第五条.
fn named(aim: &Aim) -> String {
    match &aim.articles[..] {
        [] => aim.scope.chinese().to_owned(),
        articles => crate::article_names(articles),
    }
}

/// Whether a decision shows that somebody read the unit.
fn looks_at(decision: &Decision, unit: UnitRef) -> bool {
    match decision {
        Decision::Place { units, .. } => units.iter().any(|(of, _)| *of == unit),
        Decision::Confirm(_, units) => units.contains(&unit),
        Decision::Cut(of, _) | Decision::Status(of, _) => *of == unit.submission,
        decision => decision.unit() == Some(unit),
    }
}
