//! What is passed on to other offices: what staff marked, and what was done with it since.

use std::collections::BTreeMap;

use caifeng_domain::{
    ConsultationId, Day, Decision, Permission, Rating, Sla, Span, Status, Transfer, TransferAct,
    TransferEntry, TransferItem, TransferKey, TransferState, Urgency, decided::undone,
    disposition::TRANSFERRED,
};
use caifeng_store::Principal;
use jiff::Timestamp;

use crate::{App, AppError, Desk, Listed, Refusal, Workflow, desk::SharedDesk, workflow::this_day};

/// Characters of what is said at once.
const WORDS: usize = 2_000;
/// Characters of an office's name.
const OFFICE: usize = 60;

/// Why something is an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// What kind of thing it is.
    pub kind: Transfer,
    /// Who marked it, and when, in microseconds since 1970. None: triage took it for a complaint, and
    /// nobody has looked yet.
    pub by: Option<(String, i64)>,
}

/// An item as staff see it.
#[derive(Debug, Clone)]
pub struct TransferLine {
    /// What it is about.
    pub key: TransferKey,
    /// Why it is one. None: the mark was taken back after somebody had begun with it.
    pub mark: Option<Mark>,
    /// The words, personal data masked. None: the submission was taken back.
    pub words: Option<String>,
    /// What was done.
    pub item: TransferItem,
    /// How urgent it is for its office, or to look again.
    pub urgency: Option<Urgency>,
}

/// What somebody wants to do with an item. Days that are missing come from the terms in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferCommand {
    /// What.
    pub act: TransferAct,
    /// What was asked, answered or found.
    pub words: String,
    /// The office.
    pub office: String,
    /// How hard it is.
    pub sla: Option<Sla>,
    /// The last day, or the day on which to look again.
    pub day: Option<Day>,
    /// How content somebody is.
    pub rating: Option<Rating>,
}

/// Items of a consultation, a page of them.
#[derive(Debug, Clone)]
pub struct TransferList {
    /// Those of the page: the ones that nobody has begun with first, then by their last day.
    pub lines: Vec<TransferLine>,
    /// How many there are of each state.
    pub counts: Vec<(TransferState, usize)>,
    /// Which page, from 1, and of how many.
    pub page: (usize, usize),
}

/// Items on one page.
const ITEMS: usize = 50;

impl App {
    /// The items of a consultation, or those of one state.
    pub async fn transfers(
        &self,
        by: &Principal,
        slug: &str,
        state: Option<TransferState>,
        page: usize,
    ) -> Result<TransferList, AppError> {
        let (listed, desk) = self.items_at(by, Permission::ReadReport, slug).await?;
        let names = self.names_of(Some(by)).await?;
        let rules = self.rules().await?;
        let held = desk.read().await;
        let mut items = self.store.transfers(listed.id).await?;
        let mut marks = held.as_ref().map(Desk::marks).unwrap_or_default();
        if let Some(names) = &names {
            let desk = held.as_ref();
            let is_theirs =
                |key: &TransferKey| desk.is_some_and(|desk| desk.has_from(key.submission, names));
            items.retain(|key, _| is_theirs(key));
            marks.retain(|key, _| is_theirs(key));
        }
        let mut keys: Vec<TransferKey> = marks.keys().chain(items.keys()).copied().collect();
        keys.sort_unstable();
        keys.dedup();
        let mut all: Vec<(TransferKey, TransferItem)> = keys
            .into_iter()
            .map(|key| (key, items.remove(&key).unwrap_or_default()))
            .collect();
        let count = |state| all.iter().filter(|(_, item)| item.state == state).count();
        let counts = TransferState::ALL.iter();
        let counts = counts.map(|&(state, ..)| (state, count(state))).collect();
        all.retain(|(_, item)| state.is_none_or(|state| item.state == state));
        all.sort_by_key(|(key, item)| (item.state, item.due.or(item.recheck), *key));
        let pages = all.len().div_ceil(ITEMS).max(1);
        let page = page.clamp(1, pages);
        let here: Vec<_> = all
            .into_iter()
            .skip((page - 1) * ITEMS)
            .take(ITEMS)
            .collect();
        let keys: Vec<TransferKey> = here.iter().map(|(key, _)| *key).collect();
        let mut words = held
            .as_ref()
            .map(|desk| desk.words_of(&keys))
            .unwrap_or_default();
        let lines = here.into_iter().map(|(key, item)| TransferLine {
            urgency: urgency_of(&rules.workflow, &item),
            mark: marks.remove(&key),
            words: words.remove(&key),
            key,
            item,
        });
        Ok(TransferList {
            lines: lines.collect(),
            counts,
            page: (page, pages),
        })
    }

    /// One item.
    pub async fn transfer(
        &self,
        by: &Principal,
        slug: &str,
        key: TransferKey,
    ) -> Result<TransferLine, AppError> {
        self.transfer_to(by, Permission::ReadReport, slug, key)
            .await
            .map(|(_, line)| line)
    }

    async fn transfer_to(
        &self,
        by: &Principal,
        needs: Permission,
        slug: &str,
        key: TransferKey,
    ) -> Result<(ConsultationId, TransferLine), AppError> {
        let (listed, desk) = self.items_at(by, needs, slug).await?;
        let names = self.names_of(Some(by)).await?;
        let rules = self.rules().await?;
        let held = desk.read().await;
        if let Some(names) = names {
            let desk = held.as_ref();
            let desk = desk.ok_or_else(|| AppError::NotTriaged(slug.to_owned()))?;
            if !desk.has_from(key.submission, &names) {
                return Err(Refusal::UnknownTransfer.into());
            }
        }
        let item = self.store.transfers(listed.id).await?.remove(&key);
        let mark = held.as_ref().and_then(|desk| desk.marks().remove(&key));
        if mark.is_none() && item.is_none() {
            return Err(match *held {
                Some(_) => Refusal::UnknownTransfer.into(),
                None => AppError::NotTriaged(slug.to_owned()),
            });
        }
        let words = held
            .as_ref()
            .and_then(|desk| desk.words_of(&[key]).remove(&key));
        let item = item.unwrap_or_default();
        let line = TransferLine {
            urgency: urgency_of(&rules.workflow, &item),
            key,
            mark,
            words,
            item,
        };
        Ok((listed.id, line))
    }

    /// Does something with an item.
    pub async fn act_on_transfer(
        &self,
        by: &Principal,
        slug: &str,
        key: TransferKey,
        command: &TransferCommand,
    ) -> Result<(), AppError> {
        // Whoever approves results may be the second person too.
        let is_second = matches!(command.act, TransferAct::Close | TransferAct::Refuse);
        let needs = if is_second && by.role.may(Permission::Approve) {
            Permission::Approve
        } else {
            Permission::Review
        };
        let (consultation, line) = self.transfer_to(by, needs, slug, key).await?;
        let rules = self.rules().await?;
        let entry = Self::entry(&rules.workflow, by, command, &line.item)?;
        line.item.check(&entry).map_err(Refusal::Transfer)?;
        let before = line.item.log.len();
        let store = &self.store;
        let added = store.add_transfer_entry(consultation, key, before, &entry);
        if added.await? {
            Ok(())
        } else {
            Err(Refusal::Changed.into())
        }
    }

    fn entry(
        flow: &Workflow,
        by: &Principal,
        command: &TransferCommand,
        item: &TransferItem,
    ) -> Result<TransferEntry, Refusal> {
        let (words, office) = (command.words.trim(), command.office.trim());
        for (field, text, max) in [("说明", words, WORDS), ("承办单位", office, OFFICE)] {
            if text.chars().count() > max {
                return Err(Refusal::LongField { field, max });
            }
        }
        let today = this_day();
        let act = command.act;
        let is_assigned = act == TransferAct::Assign;
        let usual = match act {
            TransferAct::Assign => command.sla.map(|sla| flow.terms(sla).days),
            TransferAct::Reopen => Some(flow.terms(item.sla.unwrap_or(Sla::Short)).days),
            TransferAct::Close => Some(flow.recheck_days),
            _ => None,
        };
        let usual = usual.map(|days| flow.calendar.add(today, days));
        let said = command
            .day
            .filter(|_| act.day().is_some() || act == TransferAct::Recheck);
        if said.is_some_and(|day| day < today) {
            return Err(Refusal::PastDay);
        }
        Ok(TransferEntry {
            at: Timestamp::now().as_microsecond(),
            actor: by.name.clone(),
            act,
            words: words.to_owned(),
            office: is_assigned.then(|| office.to_owned()),
            sla: command.sla.filter(|_| is_assigned),
            day: said.or(usual),
            rating: command.rating.filter(|_| act == TransferAct::Rate),
        })
    }

    /// The consultation and its desk, which is empty before anything was read.
    async fn items_at(
        &self,
        by: &Principal,
        needs: Permission,
        slug: &str,
    ) -> Result<(Listed, SharedDesk), AppError> {
        let listed = self.consultation_to(by, needs, slug).await?;
        let desk = match self.fresh_desk(listed.id, slug).await {
            Err(AppError::NotTriaged(_) | AppError::NoDraft(_)) => SharedDesk::default(),
            desk => desk?,
        };
        Ok((listed, desk))
    }
}

fn urgency_of(flow: &Workflow, item: &TransferItem) -> Option<Urgency> {
    let due = item.due.filter(|_| item.state.is_with_office());
    let due = due.or(item.recheck)?;
    flow.urgency(due, this_day())
}

impl Desk {
    /// What is for other offices: what somebody marked, and what triage takes for a complaint.
    fn marks(&self) -> BTreeMap<TransferKey, Mark> {
        let whole = |submission| TransferKey {
            submission,
            span: None,
        };
        let analyses = self.material.record.analyses.iter();
        let complaints = analyses.filter(|(_, a)| a.status == Status::Complaint);
        let mut marks: BTreeMap<TransferKey, Mark> = complaints
            .map(|(id, _)| {
                let kind = Transfer::Complaint;
                (whole(*id), Mark { kind, by: None })
            })
            .collect();
        let gone = undone(&self.events);
        for event in self.events.iter().filter(|e| !gone.contains(&e.number)) {
            let by = Some((event.actor.clone(), event.at));
            match &event.decision {
                Decision::Transfer(unit, kind) => {
                    let key = TransferKey {
                        submission: unit.submission,
                        span: Some(unit.span),
                    };
                    marks.insert(key, Mark { kind: *kind, by });
                }
                Decision::Status(id, change) if change.is == Status::Complaint => {
                    marks.entry(whole(*id)).and_modify(|mark| mark.by = by);
                }
                _ => {}
            }
        }
        marks.extend(self.points_passed_on());
        marks
    }

    /// Points whose result is 转办, each by the words that stand for it.
    fn points_passed_on(&self) -> impl Iterator<Item = (TransferKey, Mark)> {
        self.decided.points.iter().filter_map(|(id, state)| {
            let settled = state.settled.as_ref()?;
            let by = settled.approved.clone()?;
            if settled.code != TRANSFERRED {
                return None;
            }
            let unit = self.unit_ref(self.points.get(id)?.point.representative);
            let key = TransferKey {
                submission: unit.submission,
                span: Some(unit.span),
            };
            let kind = Transfer::Complaint;
            Some((key, Mark { kind, by: Some(by) }))
        })
    }

    /// The words of items, personal data masked. Those of submissions that are not here are left out.
    fn words_of(&self, keys: &[TransferKey]) -> BTreeMap<TransferKey, String> {
        let mut out = BTreeMap::new();
        for (place, stored) in self.material.stored.iter().enumerate() {
            for key in keys.iter().filter(|key| key.submission == stored.id) {
                let whole = Span::new(0, stored.submission.text.len());
                let words = self.material.quotation(place, key.span.unwrap_or(whole));
                out.insert(*key, words.text);
            }
        }
        out
    }
}
