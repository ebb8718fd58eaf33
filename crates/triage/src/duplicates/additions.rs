//! What the sender of a form letter added in their own words.

use caifeng_text::hash::{Map, Set};

use super::key::Key;

/// Characters of a run: short enough to survive next to a filled-in name, long enough to be rare.
const RUN: usize = 5;
/// A run belongs to the template when so many of a hundred letters have it.
const COMMON_PERCENT: usize = 40;
/// Fewer own characters than this are a name, a place or a date filled in.
const OWN_CHARS: usize = 8;

/// The text that the letters of a campaign share.
pub(super) struct Template {
    common: Set<u64>,
    /// Template runs after which many letters have words of their own: the blanks of the form.
    blanks: Set<u64>,
}

impl Template {
    /// Learns the template from the distinct texts of a campaign.
    pub(super) fn of(letters: &[&Key]) -> Self {
        let enough = (letters.len() * COMMON_PERCENT).div_ceil(100).max(2);
        let mut seen: Map<u64, usize> = Map::default();
        for letter in letters {
            let mut runs: Vec<u64> = letter.runs(RUN).collect();
            runs.sort_unstable();
            runs.dedup();
            for run in runs {
                *seen.entry(run).or_default() += 1;
            }
        }
        let common = seen
            .into_iter()
            .filter(|(_, n)| *n >= enough)
            .map(|(run, _)| run)
            .collect();
        let mut template = Self {
            common,
            blanks: Set::default(),
        };
        let mut before: Map<u64, usize> = Map::default();
        for letter in letters {
            let runs: Vec<u64> = letter.runs(RUN).collect();
            for (from, _) in template.own_stretches(letter) {
                if let Some(run) = from.checked_sub(RUN).and_then(|at| runs.get(at)) {
                    *before.entry(*run).or_default() += 1;
                }
            }
        }
        template.blanks = before
            .into_iter()
            .filter(|(_, n)| *n >= enough)
            .map(|(run, _)| run)
            .collect();
        template
    }

    /// The stretches of `letter` that are neither template nor a filled-in blank, in characters of its key.
    pub(super) fn additions(&self, letter: &Key) -> Vec<(usize, usize)> {
        let runs: Vec<u64> = letter.runs(RUN).collect();
        self.own_stretches(letter)
            .into_iter()
            .filter(|(from, to)| {
                let blank = from
                    .checked_sub(RUN)
                    .and_then(|at| runs.get(at))
                    .is_some_and(|r| self.blanks.contains(r));
                // Words behind a blank that go on far beyond what others fill in are an addition too.
                to - from >= if blank { 3 * OWN_CHARS } else { OWN_CHARS }
            })
            .collect()
    }

    /// Character ranges that no common run covers, short islands between them taken in.
    fn own_stretches(&self, letter: &Key) -> Vec<(usize, usize)> {
        let n = letter.chars.len();
        let mut covered = vec![false; n];
        for (at, run) in letter.runs(RUN).enumerate() {
            if self.common.contains(&run) {
                covered[at..at + RUN].fill(true);
            }
        }
        let mut out: Vec<(usize, usize)> = Vec::new();
        let mut at = 0;
        while at < n {
            if covered[at] {
                at += 1;
                continue;
            }
            let from = at;
            while at < n && !covered[at] {
                at += 1;
            }
            match out.last_mut() {
                Some(last) if from - last.1 <= RUN => last.1 = at,
                _ => out.push((from, at)),
            }
        }
        out
    }
}
