//! What a release says: plain data, written down once and never changed.
//!
//! **Invariant.** Everything in a [`Feedback`] is for everybody: texts are masked, small groups are not
//! told apart. What staff alone may know stands in [`Sources`].

use std::collections::BTreeMap;

use caifeng_domain::ArticleNo;
use caifeng_report::{Counts, Tally};
use serde::{Deserialize, Serialize};

/// Stands wherever something was grouped or chosen by the machine.
pub const MACHINE_LABEL: &str = "机器归纳，经人工审核";

/// Groups with fewer submissions are not told apart: in a village one lawyer is a name.
const SMALL: usize = 5;

/// How many, three ways; never one of them alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Numbers {
    /// 件数
    pub submissions: usize,
    /// 人数
    pub senders: usize,
    /// 文本数
    pub texts: usize,
}

impl From<Counts> for Numbers {
    fn from(counts: Counts) -> Self {
        Self {
            submissions: counts.submissions,
            senders: counts.senders,
            texts: counts.texts,
        }
    }
}

/// A group or channel, and its submissions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// 居民, 律师, 微信
    pub name: String,
    /// Its submissions.
    pub submissions: usize,
}

/// Who took part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Participation {
    /// Of all opinions.
    pub counts: Numbers,
    /// Distinct points that they make, released or not.
    pub points: usize,
    /// By group of senders.
    pub groups: Vec<Share>,
    /// By the way they came.
    pub channels: Vec<Share>,
}

/// Words of the draft or the law that came of a point (采纳案例).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adopted {
    /// Where they stand: 某市河畔条例（草案二次审议稿）第三条
    pub source: String,
    /// The words.
    pub words: String,
    /// The words that people spoke of, where those are known.
    pub former: Option<String>,
}

/// One point that is public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleasedPoint {
    /// Its number, for ever: P-3
    pub id: String,
    /// The article: 12, 12-1. None: a chapter, or the whole.
    pub article: Option<String>,
    /// Where it stands: 第三条（适用范围）
    pub place: String,
    /// What it says: 规范表述, else somebody's words.
    pub wording: String,
    /// Whether that is somebody's words.
    pub is_quoted: bool,
    /// Somebody's words besides, personal data masked.
    pub quotations: Vec<String>,
    /// Attitude: 建议修改
    pub stance: String,
    /// Of the units that count.
    pub counts: Numbers,
    /// By group of senders.
    pub groups: Vec<Share>,
    /// Topics, best first; found by the machine.
    pub topics: Vec<String>,
    /// Code of the result.
    pub result_code: String,
    /// The result: 部分采纳
    pub result: String,
    /// Its reason; empty where none was given.
    pub reason: String,
    /// The day of the result, `YYYY-MM-DD`.
    pub decided_on: String,
    /// What came of it.
    pub adopted: Option<Adopted>,
}

impl ReleasedPoint {
    /// The article, as a number.
    #[must_use]
    pub fn article_no(&self) -> Option<ArticleNo> {
        self.article.as_deref()?.parse().ok()
    }
}

/// What is public of a consultation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    /// Title of the draft, with its version.
    pub draft: String,
    /// First day on which opinions were invited.
    pub opens: Option<String>,
    /// Last day.
    pub closes: Option<String>,
    /// Who took part.
    pub participation: Participation,
    /// Points in the order of the draft.
    pub points: Vec<ReleasedPoint>,
}

/// A release as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) feedback: Feedback,
    pub(super) sources: Sources,
}

/// Whose words stand in a release, by the numbers of submissions: for staff alone.
pub(super) type Sources = BTreeMap<String, Vec<String>>;

/// Only groups that are large enough; the rest together, if that is large enough. Where it is not, the
/// smallest of the others joins it, so that nothing follows by subtraction.
pub(super) fn told(tallies: Vec<Tally>) -> Vec<Share> {
    let share = |tally: Tally| Share {
        name: tally.name,
        submissions: tally.submissions,
    };
    let (large, small): (Vec<Tally>, Vec<Tally>) =
        tallies.into_iter().partition(|t| t.submissions >= SMALL);
    let mut told: Vec<Share> = large.into_iter().map(share).collect();
    let mut rest: usize = small.iter().map(|t| t.submissions).sum();
    while (1..SMALL).contains(&rest) {
        let Some(smallest) = told.pop() else {
            return told;
        };
        rest += smallest.submissions;
    }
    if rest > 0 {
        told.push(Share {
            name: "其他".to_owned(),
            submissions: rest,
        });
    }
    told
}

#[cfg(test)]
mod tests {
    use caifeng_report::Tally;

    use super::told;

    #[test]
    fn small_groups_are_not_told_apart_and_do_not_follow_by_subtraction() {
        let check = |tallies: &[(&str, usize)], want: &[(&str, usize)]| {
            let tallies = tallies.iter().map(|&(name, submissions)| Tally {
                name: name.to_owned(),
                submissions,
            });
            let told = told(tallies.collect());
            let told: Vec<(&str, usize)> = told.iter().map(|s| (&*s.name, s.submissions)).collect();
            assert_eq!(told, want);
        };
        check(&[("居民", 9), ("律师", 5)], &[("居民", 9), ("律师", 5)]);
        check(
            &[("居民", 9), ("律师", 4), ("教师", 1)],
            &[("居民", 9), ("其他", 5)],
        );
        check(
            &[("居民", 9), ("律师", 6), ("教师", 1)],
            &[("居民", 9), ("其他", 7)],
        );
        check(&[("居民", 9), ("教师", 1)], &[("其他", 10)]);
        check(&[("律师", 2), ("教师", 1)], &[]);
    }
}
