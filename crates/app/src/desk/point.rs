//! One point: on a card among others, and on a page of its own with every unit.

use caifeng_domain::{
    ArticleNo, Decision, Disposition, DuplicateKind, Event, Named, PointId, PointState, Stance,
    Transfer, UnitRef, decided::undone,
};
use caifeng_report::{Counts, PointEntry, Quotation, Tally};

use super::{Above, Desk, SectionPlace, Standing, Uptake, redline::in_words};
use crate::AppError;

/// Units on one page.
const UNITS_A_PAGE: usize = 40;
/// Characters of words shown on a card.
const SHOWN: usize = 160;
/// An article considered and not accepted that is at least this probable is an alternative.
const ALTERNATIVE: f32 = 0.2;

/// A point among others.
#[derive(Debug, Clone)]
pub struct PointCard {
    /// Its number.
    pub id: PointId,
    /// Its name, else the words that stand for it.
    pub label: String,
    /// Whether `label` is somebody's own words.
    pub is_quoted: bool,
    /// 规范表述
    pub wording: Option<String>,
    /// Where it stands.
    pub place: SectionPlace,
    /// Attitude.
    pub stance: Stance,
    /// Of the units that count.
    pub counts: Counts,
    /// Units, those that do not count too.
    pub units: usize,
    /// Units that came since somebody found it right.
    pub fresh: usize,
    /// Best first.
    pub keywords: Vec<String>,
    /// Other words for the same, personal data masked.
    pub quotations: Vec<Quotation>,
    /// What individual senders added to a form letter.
    pub additions: Vec<Quotation>,
    /// Changes asked for, in words, with how many ask for it.
    pub edits: Vec<(String, usize)>,
    /// Mean probability of its links.
    pub confidence: f32,
    /// What they rest on.
    pub evidence: String,
    /// Other articles that it may belong to.
    pub undecided_with: Vec<String>,
    /// Whether it is about wording alone (文字性意见).
    pub is_editorial: bool,
    /// What was answered above.
    pub above: Vec<Above>,
    /// Largest group of senders of one letter.
    pub campaign: usize,
    /// What people decided about it.
    pub state: PointState,
}

/// One unit as staff read it.
#[derive(Debug, Clone)]
pub struct UnitLine {
    /// How it is named in events.
    pub unit: UnitRef,
    /// Its words, personal data masked.
    pub words: Quotation,
    /// When it arrived: microseconds since 1970.
    pub received_at: i64,
    /// Its attitude, and how sure that is.
    pub stance: (Stance, f32),
    /// The articles that it is linked to, with how sure that is and on what it rests.
    pub links: Vec<(ArticleNo, f32, &'static str)>,
    /// Articles that it may mean instead.
    pub alternatives: Vec<(ArticleNo, f32)>,
    /// The change that it proposes, in words.
    pub edit: Option<String>,
    /// Whether somebody decided about it.
    pub is_decided: bool,
    /// Why it does not count.
    pub dismissed: Option<String>,
    /// For whom it is.
    pub transfer: Option<Transfer>,
    /// How it relates to others of the same words, and how many those are.
    pub duplicate: (DuplicateKind, usize),
    /// Whether it stands for the point.
    pub is_pinned: bool,
}

/// A point with its units.
#[derive(Debug, Clone)]
pub struct PointPage {
    /// As on its card.
    pub card: PointCard,
    /// Heading of the provision.
    pub heading: String,
    /// Units of this page.
    pub units: Vec<UnitLine>,
    /// Number of this page, from 1, and of pages.
    pub page: (usize, usize),
    /// Who says it.
    pub identities: Vec<Tally>,
    /// How it arrived.
    pub channels: Vec<Tally>,
    /// Where.
    pub stations: Vec<Tally>,
    /// What was decided about it, the latest first; and whether it still holds.
    pub history: Vec<(Event, bool)>,
    /// What the version in force made of it, where there was one before that.
    pub uptake: Option<Uptake>,
    /// Points of the same provision, to be merged with.
    pub others: Vec<(PointId, String)>,
}

impl Desk {
    /// A point's card.
    pub(crate) fn card(&self, standing: &Standing) -> PointCard {
        let Standing {
            point,
            counts,
            section,
        } = standing;
        let state = self
            .decided
            .points
            .get(&point.id)
            .cloned()
            .unwrap_or_default();
        let material = &self.material;
        let known = state
            .confirmed
            .map_or(point.units.len(), |(_, known)| known);
        let own = state.name.clone();
        let counting = point.units.iter().copied();
        let counting: Vec<_> = counting.filter(|&unit| self.counts(unit)).collect();
        PointCard {
            id: point.id,
            is_quoted: own.is_none(),
            label: own.unwrap_or_else(|| shortened(&material.words(point.representative).text)),
            wording: state.wording.clone(),
            place: *section,
            stance: point.stance,
            counts: *counts,
            units: point.units.len(),
            fresh: point.units.len().saturating_sub(known),
            keywords: point.keywords.clone(),
            quotations: (material.quotations(point).into_iter().skip(1))
                .map(short)
                .collect(),
            additions: material.additions(point).into_iter().map(short).collect(),
            edits: self.edits(standing),
            confidence: material.confidence(point),
            evidence: material.evidence(point),
            undecided_with: material.alternatives(point),
            is_editorial: self.is_editorial(point, &counting),
            above: self.above(point),
            campaign: self.campaign(standing),
            state,
        }
    }

    /// Puts what staff decided into a report's entry.
    pub(crate) fn put_decided(&self, entry: &mut PointEntry, dispositions: &[Disposition]) {
        let Some(state) = self.decided.points.get(&entry.id) else {
            return;
        };
        entry.wording = state.wording.clone().or_else(|| state.name.clone());
        let approved = state.settled.as_ref().filter(|s| s.approved.is_some());
        entry.disposition = approved.map(|settled| {
            let known = dispositions.iter().find(|d| d.code == settled.code);
            caifeng_report::Disposition {
                word: known.map_or_else(|| settled.code.clone(), |d| d.name.clone()),
                reason: Some(settled.reason.clone()).filter(|reason| !reason.is_empty()),
            }
        });
    }

    /// What a point is called: its name, else the words that stand for it.
    #[must_use]
    pub fn point_name(&self, point: PointId) -> Option<String> {
        let standing = self.points.get(&point)?;
        let name = (self.decided.points.get(&point)).and_then(|state| state.name.clone());
        Some(name.unwrap_or_else(|| {
            let words = self.material.words(standing.point.representative);
            shortened(&words.text)
        }))
    }

    fn edits(&self, standing: &Standing) -> Vec<(String, usize)> {
        let mut out: Vec<(String, usize)> = Vec::new();
        let units = standing
            .point
            .units
            .iter()
            .filter(|&&unit| self.counts(unit));
        for edit in units.filter_map(|&unit| self.material.unit(unit).edit.as_ref()) {
            let words = in_words(edit);
            match out.iter_mut().find(|(known, _)| *known == words) {
                Some(known) => known.1 += 1,
                None => out.push((words, 1)),
            }
        }
        out.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        out
    }

    /// Letters of the largest campaign among a point's units.
    fn campaign(&self, standing: &Standing) -> usize {
        let analyses = &self.material.record.analyses;
        let mut groups = std::collections::BTreeMap::new();
        for &(submission, _) in &standing.point.units {
            *groups
                .entry(analyses[submission].1.duplicate.group)
                .or_insert(0_usize) += 1;
        }
        let largest = groups.into_values().max().unwrap_or(0);
        if largest > 1 { largest } else { 0 }
    }

    /// A point with a page of its units, counted from 1.
    pub fn point(&self, id: PointId, page: usize) -> Result<PointPage, AppError> {
        let standing = self.standing(id)?;
        let members = &standing.point.units;
        let pages = members.len().div_ceil(UNITS_A_PAGE).max(1);
        let page = page.clamp(1, pages);
        let units = members.iter().skip((page - 1) * UNITS_A_PAGE);
        let submissions: Vec<usize> = members.iter().map(|unit| unit.0).collect();
        let gone = undone(&self.events);
        let about = |event: &&Event| match &event.decision {
            Decision::Undo(_) => false,
            decision => {
                let unit = decision.unit().and_then(|unit| self.unit_at(unit));
                decision.points().contains(&id) || unit.is_some_and(|u| members.contains(&u))
            }
        };
        Ok(PointPage {
            heading: self.place_name(standing.section),
            units: units
                .take(UNITS_A_PAGE)
                .map(|&unit| self.line(unit))
                .collect(),
            page: (page, pages),
            identities: self
                .material
                .tally(&submissions, |s| s.submitter.identity.clone()),
            channels: (self.material).tally(&submissions, |s| Some(s.channel.chinese().to_owned())),
            stations: self.material.tally(&submissions, |s| s.station.clone()),
            history: (self.events.iter().rev().filter(about))
                .map(|event| (event.clone(), !gone.contains(&event.number)))
                .collect(),
            uptake: self.uptake(standing),
            others: self.beside(standing),
            card: self.card(standing),
        })
    }

    fn beside(&self, standing: &Standing) -> Vec<(PointId, String)> {
        let same = |other: &&Standing| {
            other.section == standing.section && other.point.id != standing.point.id
        };
        let mut others: Vec<&Standing> = self.points.values().filter(same).collect();
        others.sort_by_key(|other| std::cmp::Reverse(other.counts.submissions));
        let name = |other: &Standing| Some((other.point.id, self.point_name(other.point.id)?));
        others.into_iter().filter_map(name).collect()
    }

    /// A unit as staff read it.
    pub(crate) fn line(&self, place: (usize, usize)) -> UnitLine {
        let unit = self.material.unit(place);
        let name = self.unit_ref(place);
        let analysis = &self.material.record.analyses[place.0].1;
        let state = self.decided.unit(name);
        let (group, kind) = (analysis.duplicate.group, analysis.duplicate.kind);
        let pin = self
            .decided
            .points
            .get(&unit.point)
            .and_then(|state| state.pin);
        let links = unit.links.iter();
        let others = unit
            .candidates
            .iter()
            .filter(|c| c.confidence >= ALTERNATIVE);
        UnitLine {
            unit: name,
            words: self.material.words(place),
            received_at: self.material.stored[place.0].received_at.as_microsecond(),
            stance: (unit.stance, unit.stance_confidence),
            links: links
                .map(|l| (l.article, l.confidence, l.evidence.kind.chinese()))
                .collect(),
            alternatives: others.map(|l| (l.article, l.confidence)).collect(),
            edit: unit.edit.as_ref().map(in_words),
            is_decided: self.is_decided(name),
            dismissed: state.and_then(|state| state.dismissed.clone()),
            transfer: state.and_then(|state| state.transfer),
            duplicate: (kind, self.groups.get(&group).copied().unwrap_or(1)),
            is_pinned: pin == Some(name),
        }
    }
}

/// Only as many characters as a card has room for.
fn shortened(words: &str) -> String {
    let mut out: String = words.chars().take(SHOWN).collect();
    if out.len() < words.len() {
        out.push('…');
    }
    out
}

fn short(quotation: Quotation) -> Quotation {
    Quotation {
        text: shortened(&quotation.text),
        ..quotation
    }
}
