//! What the levels above answered, beside the points that it is about.

use std::collections::HashMap;

use caifeng_domain::{Point, SubmissionId};
use caifeng_store::Answered;

use super::Desk;
use crate::exchange::is_about;

/// All answers from above about a consultation.
#[derive(Clone, Default)]
pub(crate) struct Heard {
    /// The last package that they came in.
    pub(crate) package: i64,
    answers: HashMap<SubmissionId, Vec<Answered>>,
}

/// One answer from above, to all of a point's submissions that were given it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Above {
    /// To the first of them.
    pub answered: Answered,
    /// How many were given it.
    pub submissions: usize,
}

impl Heard {
    pub(crate) fn new(package: i64, all: Vec<(SubmissionId, Answered)>) -> Self {
        let mut answers: HashMap<_, Vec<Answered>> = HashMap::new();
        for (id, answered) in all {
            answers.entry(id).or_default().push(answered);
        }
        Self { package, answers }
    }
}

impl Desk {
    /// What was answered above to what a point's senders say, most submissions first.
    pub(super) fn above(&self, point: &Point) -> Vec<Above> {
        let mut out: Vec<Above> = Vec::new();
        for &place in &point.units {
            let id = self.material.stored[place.0].id;
            let Some(answers) = self.heard.answers.get(&id) else {
                continue;
            };
            let words = self.material.words(place).text;
            for one in answers.iter().filter(|one| is_about(one, &words)) {
                match out.iter_mut().find(|known| is_same(&known.answered, one)) {
                    Some(known) => known.submissions += 1,
                    None => out.push(Above {
                        answered: one.clone(),
                        submissions: 1,
                    }),
                }
            }
        }
        out.sort_by_key(|above| std::cmp::Reverse(above.submissions));
        out
    }
}

/// Whether two answers say the same, if to different words.
fn is_same(a: &Answered, b: &Answered) -> bool {
    fn said(one: &Answered) -> [&str; 4] {
        [&one.organisation, &one.result, &one.reason, &one.day]
    }
    said(a) == said(b)
}
