//! What was answered to key questions.

use std::collections::HashSet;

use caifeng_domain::{Status, SubmissionId};
use caifeng_report::{AnswerEntry, QuestionEntry};

use super::{Material, Reported};

impl Material {
    /// Every question of the consultation, with the points made in its answers, weightiest first.
    pub(super) fn questions(
        &self,
        points: &[Reported],
        withdrawn: &HashSet<SubmissionId>,
    ) -> Vec<QuestionEntry> {
        let present: Vec<usize> = self.present(withdrawn).collect();
        (1..)
            .zip(&self.questions)
            .map(|(number, text)| self.question(number, text, points, &present))
            .collect()
    }

    fn question(
        &self,
        number: u32,
        text: &str,
        all: &[Reported],
        present: &[usize],
    ) -> QuestionEntry {
        let answers = |&i: &usize| {
            let is_spam = self.record.analyses[i].1.status == Status::Spam;
            !is_spam && self.answers.get(&self.stored[i].id) == Some(&number)
        };
        let mut points: Vec<AnswerEntry> = Vec::new();
        for Reported { point, .. } in all {
            let said = point.units.iter().map(|unit| unit.0).filter(answers);
            let counts = self.counts(said);
            if counts.submissions > 0 {
                points.push(AnswerEntry {
                    id: point.id,
                    label: self.words(point.representative).text,
                    counts,
                });
            }
        }
        points.sort_by_key(|p| {
            let weight = (p.counts.senders, p.counts.texts, p.counts.submissions);
            (std::cmp::Reverse(weight), p.id)
        });
        QuestionEntry {
            text: text.to_owned(),
            counts: self.counts(present.iter().copied().filter(answers)),
            points,
        }
    }
}
