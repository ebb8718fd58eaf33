//! Answers from above: to the submissions that they are about, and to the receipts of those who had
//! sent them.

use std::collections::{BTreeMap, HashMap};

use caifeng_channel::package::Content;
use caifeng_domain::SubmissionId;
use caifeng_store::{Answered, FeedbackImport};

use super::{
    ExchangeError, Exchanger, PackageCounts,
    receive::{Believed, PackageNews, Received, noted, received, settled},
};
use crate::{Answer, App, AppError};

impl App {
    pub(super) async fn receive_feedback(
        &self,
        who: &Exchanger,
        believed: Believed,
        sha256: String,
        dry_run: bool,
    ) -> Result<Received, AppError> {
        let manifest = &believed.verified.manifest;
        if self.store.package_series(who.id()) != manifest.series {
            return Err(ExchangeError::NotForUs.into());
        }
        let Content::Feedback(lines) = &believed.verified.content else {
            return Err(ExchangeError::NotForUs.into());
        };
        let journal = self.store.submissions(who.id()).await?;
        let ours: HashMap<String, SubmissionId> = (journal.iter())
            .map(|stored| (self.store.package_reference(stored.id), stored.id))
            .collect();
        let mut answers = Vec::new();
        let mut results: BTreeMap<String, usize> = BTreeMap::new();
        for (number, line) in (1..).zip(lines) {
            let id = ours.get(&line.reference);
            let id = *id.ok_or(ExchangeError::UnknownReference(number))?;
            for answer in &line.answers {
                *results.entry(answer.result.clone()).or_default() += 1;
                let answered = Answered {
                    organisation: answer.by.clone(),
                    words: answer.words.clone(),
                    place: answer.place.clone(),
                    wording: answer.wording.clone(),
                    together: answer.together,
                    result: answer.result.clone(),
                    reason: answer.reason.clone(),
                    day: answer.day.clone(),
                };
                answers.push((id, answered));
            }
        }
        let mut package = noted(who, &believed, sha256, dry_run);
        let mut counts = PackageCounts::of(manifest, true);
        counts.new = answers.len();
        package.counts = counts.json();
        let import = FeedbackImport { package, answers };
        let act = who.act();
        let outcome = self.store.merge_feedback(&act, &import, dry_run).await?;
        let replaced = settled(outcome, manifest)?;
        let news = replaced.map_or(PackageNews::Known, |replaced| PackageNews::Feedback {
            answers: import.answers.len(),
            replaced,
            results: results.into_iter().collect(),
        });
        Ok(received(who, believed, news))
    }
}

/// Puts each answer from above beside the own one about the same words. Those that are about none of
/// them, as somebody cut the text otherwise, are left over.
pub(crate) fn put_beside(answers: &mut [Answer], above: Vec<Answered>) -> Vec<Answered> {
    let mut left = Vec::new();
    for one in above {
        match (answers.iter_mut()).find(|answer| is_about(&one, &answer.words)) {
            Some(answer) => answer.above.push(one),
            None => left.push(one),
        }
    }
    left
}

/// Whether an answer is about these words of its submission.
pub(crate) fn is_about(answered: &Answered, words: &str) -> bool {
    words.contains(&answered.words) || answered.words.contains(words)
}

#[cfg(test)]
mod tests {
    use caifeng_domain::{PointId, Span};
    use caifeng_store::Answered;

    use super::put_beside;
    use crate::Answer;

    #[test]
    fn what_is_said_above_stands_beside_the_words_that_it_is_about() {
        let own = |words: &str| Answer {
            words: words.into(),
            place: "第一条".into(),
            is_placed: true,
            point: PointId::new(1).unwrap(),
            wording: None,
            together: 1,
            result: None,
            reason: None,
            day: None,
            span: Span::new(0, 0),
            guessed: Vec::new(),
            above: Vec::new(),
        };
        let above = |words: &str| Answered {
            organisation: "某省".into(),
            words: words.into(),
            place: "第一条".into(),
            wording: None,
            together: 3,
            result: "采纳".into(),
            reason: String::new(),
            day: "2026-05-01".into(),
        };
        let mut answers = [own("绳子太长。"), own("步道要亮。")];
        let left = put_beside(&mut answers, vec![above("步道要亮"), above("别的话")]);
        assert!(answers[0].above.is_empty());
        assert_eq!(answers[1].above, [above("步道要亮")]);
        assert_eq!(left, [above("别的话")]);
    }
}
