//! What templates can name. Numbers and texts come ready to be printed.

use std::collections::BTreeMap;

use caifeng_domain::{Place, Stance};
use serde::Serialize;

use super::annex::{Annex, Kind};
use crate::{EditEntry, PointEntry, Report, Section, SectionKind, words};

/// The root of a template's names.
#[derive(Serialize)]
pub(super) struct View<'r> {
    draft: &'r str,
    organisation: Option<&'r str>,
    period: Option<Days>,
    generated_on: String,
    note: Option<&'r str>,
    received: usize,
    balances: bool,
    ledger: Vec<Named>,
    weight: String,
    units: usize,
    points_total: usize,
    stances: Vec<Named>,
    channels: String,
    stations: String,
    identities: String,
    activities: Activities,
    questions: Vec<Question<'r>>,
    general: Vec<Bundle<'r>>,
    chapters: Vec<Chapter<'r>>,
    /// Chapters and articles that something was said about.
    articles: usize,
    others: Vec<Bundle<'r>>,
    wording: Vec<Bundle<'r>>,
    complaints: usize,
    waiting: usize,
    texts: &'r BTreeMap<String, String>,
    /// 附件1 by `table`, `activities`, `statistics`.
    annex: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct Days {
    opens: String,
    closes: String,
}

#[derive(Serialize)]
struct Named {
    name: &'static str,
    count: usize,
}

#[derive(Serialize)]
struct Activities {
    count: usize,
    kinds: String,
    people: u32,
    submissions: usize,
}

#[derive(Serialize)]
struct Question<'r> {
    text: &'r str,
    weight: String,
    points: Vec<Answer>,
}

#[derive(Serialize)]
struct Answer {
    text: String,
    weight: String,
}

#[derive(Serialize)]
struct Chapter<'r> {
    name: Option<&'r str>,
    sections: Vec<Bundle<'r>>,
}

#[derive(Serialize)]
struct Bundle<'r> {
    heading: &'r str,
    weight: String,
    points: Vec<Point<'r>>,
}

#[derive(Serialize)]
struct Point<'r> {
    text: String,
    stance: &'static str,
    weight: String,
    /// As it stands in quotation marks, like the words of quotations.
    reason: Option<String>,
    edits: Vec<String>,
    quotations: Vec<Words>,
    disposition: Option<&'r str>,
    disposition_reason: Option<&'r str>,
}

#[derive(Serialize)]
struct Words {
    text: String,
    origin: String,
}

impl<'r> View<'r> {
    pub(super) fn new(report: &'r Report, annexes: &[Annex]) -> Self {
        let totals = &report.totals;
        let of = |kinds: &[SectionKind]| {
            let sections = report.sections.iter().filter(|s| kinds.contains(&s.kind));
            sections.map(bundle).collect()
        };
        let points = || report.sections.iter().flat_map(|s| &s.points);
        let stances = Stance::ALL.map(|(stance, _, name)| Named {
            name,
            count: points().filter(|p| p.stance == stance).count(),
        });
        let taken = stances.into_iter().filter(|stance| stance.count > 0);
        let ledger = Place::ALL.map(|(place, _, name)| Named {
            name,
            count: report.ledger.count(place),
        });
        let chapters = chapters(report);
        Self {
            draft: &report.draft_title,
            organisation: report.letter.organisation.as_deref(),
            period: report.period.as_ref().map(|period| Days {
                opens: words::day(&period.opens),
                closes: words::day(&period.closes),
            }),
            generated_on: words::day(report.generated_at.get(..10).unwrap_or_default()),
            note: report.encoder_note.as_deref(),
            received: report.ledger.received,
            balances: report.ledger.balances(),
            ledger: ledger.into(),
            weight: words::weight(totals.counts),
            units: totals.units,
            points_total: points().count(),
            stances: taken.collect(),
            channels: words::spread(&totals.channels),
            stations: words::spread(&totals.stations),
            identities: words::spread(&totals.identities),
            activities: activities(report),
            questions: questions(report),
            general: of(&[SectionKind::General]),
            articles: chapters.iter().map(|c| c.sections.len()).sum(),
            chapters,
            others: of(&[SectionKind::NewArticle, SectionKind::Unassigned]),
            wording: of(&[SectionKind::Wording]),
            complaints: report.complaints.len(),
            waiting: report.waiting.len(),
            texts: &report.letter.texts,
            annex: (1..)
                .zip(annexes)
                .map(|(number, annex)| (name(annex.kind), format!("附件{number}")))
                .collect(),
        }
    }
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Summary => "table",
        Kind::Activities => "activities",
        Kind::Statistics => "statistics",
    }
}

fn activities(report: &Report) -> Activities {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for activity in &report.activities {
        *kinds.entry(&activity.kind).or_default() += 1;
    }
    let kinds = kinds.into_iter().map(|(kind, n)| format!("{kind}{n}次"));
    Activities {
        count: report.activities.len(),
        kinds: kinds.collect::<Vec<_>>().join("、"),
        people: report.activities.iter().filter_map(|a| a.people).sum(),
        submissions: report.activities.iter().map(|a| a.submissions).sum(),
    }
}

fn questions(report: &Report) -> Vec<Question<'_>> {
    let questions = report.questions.iter().map(|question| Question {
        text: &question.text,
        weight: words::weight(question.counts),
        points: (question.points.iter())
            .map(|answer| Answer {
                text: words::quoted(&answer.label),
                weight: words::weights(answer.counts),
            })
            .collect(),
    });
    questions.collect()
}

/// Chapters and articles in their order, those of one chapter together.
fn chapters(report: &Report) -> Vec<Chapter<'_>> {
    let mut out: Vec<Chapter<'_>> = Vec::new();
    let kinds = [SectionKind::Chapter, SectionKind::Article];
    for section in report.sections.iter().filter(|s| kinds.contains(&s.kind)) {
        let name = section.chapter.as_deref();
        match out.last_mut().filter(|chapter| chapter.name == name) {
            Some(chapter) => chapter.sections.push(bundle(section)),
            None => out.push(Chapter {
                name,
                sections: vec![bundle(section)],
            }),
        }
    }
    out
}

fn bundle(section: &Section) -> Bundle<'_> {
    Bundle {
        // Its name stands above already.
        heading: match section.kind {
            SectionKind::Chapter => "本章整体",
            _ => &section.heading,
        },
        weight: words::weight(section.counts),
        points: section.points.iter().map(point).collect(),
    }
}

fn point(point: &PointEntry) -> Point<'_> {
    let disposition = point.disposition.as_ref();
    // What individuals wrote themselves comes before the letter that they sent on; the point's own
    // words stand above already, unless staff put theirs in their place.
    let said = point.additions.iter().chain(&point.quotations);
    let others = said.filter(|q| point.wording.is_some() || q.text != point.label);
    Point {
        text: words::point(point),
        stance: words::stance(point.stance),
        weight: words::weights(point.counts),
        reason: point.reason.as_deref().map(words::within_quotes),
        edits: edits(point),
        quotations: others
            .map(|q| Words {
                text: words::within_quotes(&q.text),
                origin: words::group(q),
            })
            .collect(),
        disposition: disposition.map(|d| d.word.as_str()),
        disposition_reason: disposition.and_then(|d| d.reason.as_deref()),
    }
}

/// What a point would change, but for what its words, which stand above, say in full. Of one
/// submission the number stands there as well.
fn edits(point: &PointEntry) -> Vec<String> {
    let is_said = |edit: &&EditEntry| match (&edit.from, &edit.to) {
        (Some(words), None) | (None, Some(words)) => point.label.contains(words),
        _ => false,
    };
    let is_hidden = |edit: &&EditEntry| point.wording.is_none() && is_said(edit);
    let line = |edit: &EditEntry| {
        let (change, known) = (words::from_to(edit), words::known(edit));
        match (point.counts.submissions, known.trim_start_matches('，')) {
            (1, "") => change,
            (1, known) => format!("{change}（{known}）"),
            _ => format!("{change}（{}件{known}）", edit.count),
        }
    };
    (point.edits.iter().filter(|edit| !is_hidden(edit)))
        .map(line)
        .collect()
}
