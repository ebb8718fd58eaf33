//! A consultation as the lines of a package: what was said, masked, and what staff made of it.

use std::collections::HashSet;

use caifeng_channel::package::{Count, EditLine, PointLine, ResultLine, SubmissionLine, UnitLine};
use caifeng_domain::{
    ConsultationId, Disposition, Edit, Named, PersonalData, Span, Status, SubmissionId, Unit,
};
use caifeng_store::Store;
use caifeng_text::personal;

use crate::{catalogue::today, desk::Desk, find};

/// What lines are made of.
pub(crate) struct Source<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) store: &'a Store,
    pub(crate) consultation: ConsultationId,
    /// The version of the draft that each submission of the desk speaks of.
    pub(crate) versions: &'a [usize],
    /// What was taken back.
    pub(crate) withdrawn: &'a HashSet<SubmissionId>,
    pub(crate) dispositions: &'a [Disposition],
}

/// A text with its personal data masked, and where its parts have gone.
struct Masked {
    text: String,
    /// Of each mask: where what it hides stood, and where it stands.
    moved: Vec<(Span, Span)>,
}

impl Masked {
    fn new(text: &str, found: &[PersonalData]) -> Self {
        let (mut out, mut moved, mut at) = (String::with_capacity(text.len()), Vec::new(), 0);
        for (span, mask) in personal::replacements(text, found) {
            out.push_str(Span::new(at, span.start).of(text));
            let start = out.len();
            out.push_str(&mask);
            moved.push((span, Span::new(start, out.len())));
            at = span.end;
        }
        out.push_str(Span::new(at, text.len()).of(text));
        Self { text: out, moved }
    }

    /// Where a byte of the original stands now: at the end of the mask that hides it for `is_end`, else
    /// at its start.
    fn place(&self, byte: usize, is_end: bool) -> usize {
        let before = self.moved.iter().take_while(|(was, _)| was.start < byte);
        let Some((was, is)) = before.last() else {
            return byte;
        };
        match (byte < was.end, is_end) {
            (false, _) => byte - was.end + is.end,
            (true, true) => is.end,
            (true, false) => is.start,
        }
    }

    /// A span in characters of the masked text.
    fn chars(&self, span: Span) -> (usize, usize) {
        let (start, end) = (self.place(span.start, false), self.place(span.end, true));
        let before = self.text[..start].chars().count();
        (before, before + self.text[start..end].chars().count())
    }
}

impl Source<'_> {
    /// Every submission that goes, in order, and how many there are of everything.
    pub(crate) fn submissions(&self, received: usize) -> (Vec<SubmissionLine>, Count) {
        let material = &self.desk.material;
        let (mut lines, mut count) = (Vec::new(), Count::default());
        let (mut going, mut triaged) = (Vec::new(), 0);
        for (at, (id, analysis)) in material.record.analyses.iter().enumerate() {
            if self.withdrawn.contains(id) {
                continue;
            }
            triaged += 1;
            match analysis.status {
                Status::Complaint => count.complaints += 1,
                Status::Spam => count.spam += 1,
                Status::Opinion => {
                    lines.push(self.submission(at));
                    going.push(at);
                }
            }
        }
        let counts = material.counts(going.into_iter());
        (count.submissions, count.texts) = (counts.submissions, counts.texts);
        count.senders = counts.senders;
        count.units = lines.iter().map(|line| line.units.len()).sum();
        count.withdrawn = self.withdrawn.len();
        count.waiting = received.saturating_sub(count.withdrawn + triaged);
        (lines, count)
    }

    /// The submissions that go, in the same order.
    pub(crate) fn going(&self) -> Vec<SubmissionId> {
        let analyses = self.desk.material.record.analyses.iter();
        let goes =
            |id: &SubmissionId, status| status == Status::Opinion && !self.withdrawn.contains(id);
        let going = analyses.filter(|(id, analysis)| goes(id, analysis.status));
        going.map(|(id, _)| *id).collect()
    }

    fn submission(&self, at: usize) -> SubmissionLine {
        let stored = &self.desk.material.stored[at];
        let (_, analysis) = &self.desk.material.record.analyses[at];
        let submission = &stored.submission;
        let masked = Masked::new(&submission.text, &analysis.personal_data);
        let unit = |(number, unit): (usize, &Unit)| {
            let (start, end) = masked.chars(unit.span);
            UnitLine {
                start,
                end,
                scope: unit.scope.wire().to_owned(),
                articles: unit.links.iter().map(|l| l.article.to_string()).collect(),
                stance: unit.stance.wire().to_owned(),
                point: unit.point.get(),
                edit: (self.desk.material.edit((at, number))).map(edit_line),
                left_out: !self.desk.counts((at, number)),
            }
        };
        let units = analysis.units.iter().enumerate().map(unit).collect();
        let sender = |sender| self.store.package_sender(self.consultation, sender);
        let day = find::day(submission).filter(|day| day.parse::<jiff::civil::Date>().is_ok());
        SubmissionLine {
            reference: self.store.package_reference(stored.id),
            sender: stored.sender.map(sender),
            channel: submission.channel.wire().to_owned(),
            station: submission.station.clone(),
            group: submission.submitter.identity.clone(),
            region: submission.submitter.region.clone(),
            day: day.unwrap_or_else(|| today(stored.received_at)),
            draft: self.versions[at],
            article_hint: submission.article_hint.map(|hint| hint.to_string()),
            question: self.desk.material.question_of(stored.id),
            text: masked.text,
            units,
        }
    }

    /// Every point that somebody whose submission goes makes.
    pub(crate) fn points(&self) -> Vec<PointLine> {
        let material = &self.desk.material;
        let mut out = Vec::new();
        for standing in self.desk.points.values() {
            let point = &standing.point;
            let mut places = self.desk.going(point, self.withdrawn);
            places.retain(|place| material.record.analyses[place.0].1.status == Status::Opinion);
            let Some(&first) = places.first() else {
                continue;
            };
            let counts = material.counts(places.iter().map(|place| place.0));
            let stands = places.contains(&point.representative);
            let state = self.desk.decided.points.get(&point.id);
            out.push(PointLine {
                point: point.id.get(),
                place: self.desk.place_name(standing.section),
                articles: point.articles.iter().map(ToString::to_string).collect(),
                stance: point.stance.wire().to_owned(),
                words: material
                    .words(if stands { point.representative } else { first })
                    .text,
                wording: state.and_then(|s| s.wording.clone().or_else(|| s.name.clone())),
                submissions: counts.submissions,
                senders: counts.senders,
                texts: counts.texts,
                confirmed: state.is_some_and(|s| s.confirmed.is_some()),
                memos: state
                    .map(|s| s.memos.iter().map(|(_, text)| text.clone()).collect())
                    .unwrap_or_default(),
                result: state.and_then(|s| s.settled.as_ref()).map(|s| ResultLine {
                    name: name_of(&s.code, self.dispositions),
                    code: s.code.clone(),
                    reason: s.reason.clone(),
                    approved: s.approved.is_some(),
                }),
            });
        }
        out
    }
}

fn edit_line(edit: &Edit) -> EditLine {
    EditLine {
        op: edit.op.wire().to_owned(),
        from: edit.from.clone(),
        to: edit.to.clone(),
    }
}

/// What a result is called.
pub(super) fn name_of(code: &str, dispositions: &[Disposition]) -> String {
    let known = dispositions.iter().find(|d| d.code == code);
    known.map_or_else(|| code.to_owned(), |d| d.name.clone())
}

#[cfg(test)]
mod tests {
    use caifeng_domain::{PersonalData, PersonalDataKind, Span};

    use super::Masked;

    #[test]
    fn spans_follow_the_words_when_what_is_between_is_masked() {
        let text = "我叫王建国。第二条不好，电话13800000001，谢谢";
        let found = |kind, words: &str| {
            let start = text.find(words).unwrap();
            let span = Span::new(start, start + words.len());
            PersonalData { kind, span }
        };
        let masked = Masked::new(
            text,
            &[
                found(PersonalDataKind::Name, "王建国"),
                found(PersonalDataKind::Phone, "13800000001"),
            ],
        );
        assert!(!masked.text.contains("建国") && !masked.text.contains("13800000001"));
        let chars: Vec<char> = masked.text.chars().collect();
        let words = |part: &str| -> String {
            let start = text.find(part).unwrap();
            let (start, end) = masked.chars(Span::new(start, start + part.len()));
            chars[start..end].iter().collect()
        };
        for part in ["我叫", "第二条不好", "谢谢", "第二条不好，电话"] {
            assert_eq!(words(part), part);
        }
        assert_eq!(words("王建国。第二条"), "王某某。第二条");
        // Within what is masked: all of the mask.
        assert_eq!(words("建国。第二条"), "王某某。第二条");
        assert_eq!(words("电话138"), "电话138****0001");
        let (start, end) = masked.chars(Span::new(0, text.len()));
        assert_eq!((start, end), (0, chars.len()));
    }
}
