//! Words by which people show what they want: counted as features, never as verdicts.
//!
//! General Chinese; nothing here belongs to one draft.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// A family of cue words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cue {
    /// 建议、应当: wants something of the law.
    Propose,
    /// 修改、增加、删去: wants other words.
    Change,
    /// 赞成、很好
    Approve,
    /// 反对、不应
    Reject,
    /// 请问、如何
    Ask,
    /// 我家、去年
    Tell,
    /// 全文、这部法律
    Whole,
    /// 增加一条、单设一章
    NewProvision,
    /// 请处理、投诉、给个答复
    HandleCase,
    /// 加微信、优惠
    Advertise,
    /// 测试、asdf
    Nonsense,
    /// 滚、废物
    Abuse,
    /// 草案、法律、规定、条文
    Law,
    /// 删去、取消
    Remove,
    /// 但是、不过
    However,
    /// 太、都、没人: complaint about how things are
    Grievance,
}

/// The words: a line a family, in the order of [`Cue`], beginning with its name.
const WORDS: &str = include_str!("../data/cues.txt");

/// Each family's words.
fn families() -> impl Iterator<Item = (&'static str, impl Iterator<Item = &'static str>)> {
    WORDS.lines().map(|line| {
        let mut words = line.split(' ');
        (words.next().unwrap_or_default(), words)
    })
}

/// Number of cue families.
pub const FAMILY_COUNT: usize = Cue::Grievance as usize + 1;

static AUTOMATON: LazyLock<(AhoCorasick, Vec<usize>)> = LazyLock::new(|| {
    let words: Vec<(usize, &str)> = families()
        .enumerate()
        .flat_map(|(f, (_, words))| words.map(move |w| (f, w)))
        .collect();
    #[expect(clippy::expect_used, reason = "the words are fixed, and few")]
    let automaton = AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .build(words.iter().map(|(_, w)| *w))
        .expect("a small fixed list builds");
    (automaton, words.into_iter().map(|(f, _)| f).collect())
});

/// How often each family occurs in a normalised text, overlapping words all counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CueCounts([u16; FAMILY_COUNT]);

impl CueCounts {
    /// Counts in `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let (automaton, family) = &*AUTOMATON;
        let mut counts = [0u16; FAMILY_COUNT];
        for found in automaton.find_overlapping_iter(text) {
            let count = &mut counts[family[found.pattern().as_usize()]];
            *count = count.saturating_add(1);
        }
        Self(counts)
    }

    /// Occurrences of `cue`.
    #[must_use]
    pub fn get(&self, cue: Cue) -> u16 {
        self.0[cue as usize]
    }

    /// 1 where `cue` occurs, with more for more: 1 + ln n.
    #[must_use]
    pub fn strength(&self, cue: Cue) -> f64 {
        match self.get(cue) {
            0 => 0.0,
            n => 1.0 + f64::from(n).ln(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cue, CueCounts, FAMILY_COUNT, families};

    #[test]
    fn families_stand_in_the_order_of_their_numbers() {
        let cues = [
            Cue::Propose,
            Cue::Change,
            Cue::Approve,
            Cue::Reject,
            Cue::Ask,
            Cue::Tell,
            Cue::Whole,
            Cue::NewProvision,
            Cue::HandleCase,
            Cue::Advertise,
            Cue::Nonsense,
            Cue::Abuse,
            Cue::Law,
            Cue::Remove,
            Cue::However,
            Cue::Grievance,
        ];
        let names: Vec<&str> = families().map(|(name, _)| name).collect();
        assert_eq!(names, cues.map(|cue| format!("{cue:?}")));
        assert_eq!(cues.map(|cue| cue as usize), std::array::from_fn(|i| i));
        assert_eq!(names.len(), FAMILY_COUNT);
        assert!(families().all(|(_, mut words)| words.next().is_some()));
    }

    #[test]
    fn counts_each_family() {
        let counts = CueCounts::of("建议删去第三条，我家去年就吃过亏");
        assert!(counts.get(Cue::Propose) >= 1);
        assert_eq!(counts.get(Cue::Remove), 1);
        assert_eq!(counts.get(Cue::Tell), 2);
        assert_eq!(counts.get(Cue::Advertise), 0);
    }
}
