//! The push of 问卷星: one JSON object with the answers `q1`, `q2`…, and a signature.

use std::collections::BTreeMap;

use caifeng_domain::Submission;

use super::push::{self, Answer, PushError, text};
use crate::digest::{same, sha1_hex};

/// Reads a push signed with `key`. `questions` are the words of the questions by the names under
/// which the push has the answers (`q1`); it does not bring them along.
///
/// The platform pauses after ten failures and gives up in the end: what is missing then must be
/// imported from an export.
pub fn read(
    body: &[u8],
    key: &str,
    questions: &BTreeMap<String, String>,
) -> Result<Submission, PushError> {
    let push = push::object(body)?;
    let activity = text(&push, "activity").ok_or(PushError::Missing("activity"))?;
    let index = text(&push, "index");
    let sign = text(&push, "sign").ok_or(PushError::Missing("sign"))?;
    let want = sha1_hex(&[&activity, index.as_deref().unwrap_or_default(), key]);
    if !same(&want, &sign.to_lowercase()) {
        return Err(PushError::BadSignature);
    }
    let number = index.or_else(|| text(&push, "joinid"));
    let number = number.ok_or(PushError::Missing("index"))?;

    let mut answers: Vec<(Vec<u32>, Answer)> = push
        .keys()
        .filter_map(|name| {
            let place = place(name)?;
            let words = text(&push, name)?;
            let question = questions.get(name).cloned();
            let question = question.unwrap_or_else(|| format!("第{}题", &name[1..]));
            Some((place, Answer { question, words }))
        })
        .collect();
    answers.sort_by(|left, right| left.0.cmp(&right.0));
    let answers = answers.into_iter().map(|(_, answer)| answer).collect();
    let external_id = external_id(&activity, &number);
    push::submission(answers, external_id, text(&push, "submittime").as_deref())
}

/// The `external_id` of the answer `number` (序号 in an export) to the survey `activity`: by this an
/// answer of an export is known to be one that was pushed.
#[must_use]
pub fn external_id(activity: &str, number: &str) -> String {
    format!("wjx:{activity}:{number}")
}

/// The place of `q10` after `q9`, and of `q3_2` after `q3_1`. None: not an answer.
fn place(name: &str) -> Option<Vec<u32>> {
    let numbers = name.strip_prefix('q')?.split('_');
    numbers.map(|number| number.parse().ok()).collect()
}
