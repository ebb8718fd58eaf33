//! One submission: its words as they arrived, what was found in them, and what was decided.

use caifeng_domain::{
    Channel, Decision, DuplicateKind, Event, PersonalDataKind, PointId, Span, Status, SubmissionId,
    decided::undone,
};

use super::{Desk, UnitLine};
use crate::{AppError, Refusal};

/// A submission as staff read it.
#[derive(Debug, Clone)]
pub struct SubmissionPage {
    /// Its number.
    pub id: SubmissionId,
    /// Its receipt.
    pub receipt: String,
    /// When it arrived: microseconds since 1970.
    pub received_at: i64,
    /// How.
    pub channel: Channel,
    /// Where it was collected.
    pub station: Option<String>,
    /// Group and region of the sender; never a name.
    pub sender: (Option<String>, Option<String>),
    /// What kind of thing, and how sure that is.
    pub status: (Status, f32),
    /// How it relates to others, and how many those are.
    pub duplicate: (DuplicateKind, usize),
    /// Its words in order, personal data masked.
    pub pieces: Vec<TextPiece>,
    /// Its units.
    pub units: Vec<(UnitLine, PointId, Option<String>)>,
    /// Kinds of personal data found.
    pub personal: Vec<PersonalDataKind>,
    /// Others with the same words, at most twenty.
    pub alike: Vec<SubmissionId>,
    /// What was decided about it, the latest first; and whether it still holds.
    pub history: Vec<(Event, bool)>,
}

/// Words of a submission that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextPiece {
    /// As they are shown.
    pub words: String,
    /// Which characters of its text they are, from the first to before the second.
    pub chars: (usize, usize),
    /// Whether something else stands here instead of personal data.
    pub is_masked: bool,
    /// Number of the unit that they are in, from 1.
    pub unit: Option<usize>,
    /// Whether that unit ends here.
    pub ends: bool,
}

/// Submissions of the same words that are named.
const ALIKE: usize = 20;

impl Desk {
    /// A submission by its number.
    pub fn submission(&self, id: SubmissionId) -> Result<SubmissionPage, AppError> {
        let place = *(self.place.get(&id)).ok_or(Refusal::UnknownSubmission(id))?;
        let stored = &self.material.stored[place];
        let analysis = &self.material.record.analyses[place].1;
        let group = analysis.duplicate.group;
        let others = self.material.record.analyses.iter();
        let alike = others.filter(|(other, a)| a.duplicate.group == group && *other != id);
        let mut personal: Vec<PersonalDataKind> =
            analysis.personal_data.iter().map(|p| p.kind).collect();
        personal.sort_unstable();
        personal.dedup();
        let gone = undone(&self.events);
        let about = |event: &&Event| match &event.decision {
            Decision::Cut(of, _) | Decision::Status(of, _) => *of == id,
            Decision::Place { units, .. } => units.iter().any(|(unit, _)| unit.submission == id),
            Decision::Confirm(_, units) => units.iter().any(|unit| unit.submission == id),
            decision => decision.unit().is_some_and(|unit| unit.submission == id),
        };
        Ok(SubmissionPage {
            id,
            receipt: stored.receipt.to_string(),
            received_at: stored.received_at.as_microsecond(),
            channel: stored.submission.channel,
            station: stored.submission.station.clone(),
            sender: (
                stored.submission.submitter.identity.clone(),
                stored.submission.submitter.region.clone(),
            ),
            status: (analysis.status, analysis.status_confidence),
            duplicate: (
                analysis.duplicate.kind,
                self.groups.get(&group).copied().unwrap_or(1),
            ),
            pieces: self.pieces(place),
            units: (0..analysis.units.len())
                .map(|number| {
                    let point = analysis.units[number].point;
                    (self.line((place, number)), point, self.point_name(point))
                })
                .collect(),
            personal,
            alike: alike.map(|(other, _)| *other).take(ALIKE).collect(),
            history: (self.events.iter().rev().filter(about))
                .map(|event| (event.clone(), !gone.contains(&event.number)))
                .collect(),
        })
    }

    /// The words of a submission, cut where units and personal data begin and end.
    fn pieces(&self, place: usize) -> Vec<TextPiece> {
        let text = &self.material.stored[place].submission.text;
        let analysis = &self.material.record.analyses[place].1;
        let masked = analysis.personal_data.iter().map(|data| data.span);
        let spans = analysis.units.iter().map(|unit| unit.span).chain(masked);
        let mut edges: Vec<usize> = spans.flat_map(|span| [span.start, span.end]).collect();
        // A browser makes one sign of the two that end a line in some texts: there it counts anew.
        edges.extend(text.match_indices('\r').flat_map(|(at, _)| [at, at + 1]));
        edges.extend([0, text.len()]);
        edges.sort_unstable();
        edges.dedup();
        let (mut out, mut chars) = (Vec::new(), 0);
        for edge in edges.windows(2) {
            let span = Span::new(edge[0], edge[1]);
            let before = chars;
            chars += span.of(text).chars().count();
            if span.of(text) == "\r" {
                continue;
            }
            let unit = (analysis.units.iter()).position(|unit| unit.span.contains(span));
            let mut data = analysis.personal_data.iter();
            out.push(TextPiece {
                words: self.material.quotation(place, span).text,
                chars: (before, chars),
                is_masked: data.any(|data| data.span.contains(span)),
                unit: unit.map(|at| at + 1),
                ends: unit.is_some_and(|at| analysis.units[at].span.end == span.end),
            });
        }
        out
    }
}
