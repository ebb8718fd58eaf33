//! Which text of a small group the others were copied from.
//!
//! Copying leaves traces: a greeting or 转发 in front, characters dropped or typed twice, stray
//! blanks and half-width punctuation. The text with the fewest is taken for the original.

use std::{cmp::Reverse, collections::BTreeMap};

use caifeng_text::hash::Map;

use super::key::Key;

/// Characters that two texts must share in a row to be lined up.
const RUN: usize = 4;

/// The original among `group`: of the wording that was copied most, the fullest behind its
/// greeting; of its copies the cleanest, the first of equals. `same` leads from each text to the
/// first of equal letters.
pub(super) fn of(group: &[usize], same: &[usize], keys: &[Key], texts: &[&str]) -> usize {
    if let [only] = group {
        return *only;
    }
    let mut copies: BTreeMap<usize, usize> = BTreeMap::new();
    for &i in group {
        *copies.entry(same[i]).or_default() += 1;
    }
    let greetings = greetings(&copies.keys().map(|&i| &keys[i]).collect::<Vec<_>>());
    let wording = copies
        .iter()
        .zip(greetings)
        .max_by_key(|((i, n), greeting)| {
            let body = letters(&keys[**i]).saturating_sub(*greeting);
            (**n, body, Reverse(*greeting), Reverse(**i))
        })
        .map_or(group[0], |((i, _), _)| *i);
    let copies = group.iter().copied().filter(|&i| same[i] == wording);
    copies
        .min_by_key(|&i| (strays(texts[i]), i))
        .unwrap_or(wording)
}

/// Characters of each text before what all have in common begins, beyond the least of them.
fn greetings(keys: &[&Key]) -> Vec<usize> {
    if keys.len() == 1 {
        return vec![0];
    }
    let mut having: Map<u64, usize> = Map::default();
    for key in keys {
        let mut runs: Vec<u64> = key.runs(RUN).collect();
        runs.sort_unstable();
        runs.dedup();
        for run in runs {
            *having.entry(run).or_default() += 1;
        }
    }
    let starts: Vec<usize> = keys
        .iter()
        .map(|key| {
            key.runs(RUN)
                .position(|run| having[&run] == keys.len())
                .unwrap_or(0)
        })
        .collect();
    let least = starts.iter().min().copied().unwrap_or(0);
    starts.into_iter().map(|s| s - least).collect()
}

/// Letters, one typed twice counted once.
fn letters(key: &Key) -> usize {
    usize::from(!key.chars.is_empty()) + key.chars.windows(2).filter(|p| p[0] != p[1]).count()
}

/// Blanks, and ASCII punctuation that Chinese text has no use for.
fn strays(text: &str) -> usize {
    text.chars()
        .filter(|c| c.is_whitespace() || c.is_ascii_punctuation())
        .count()
}

#[cfg(test)]
mod tests {
    use super::{Key, of};

    #[track_caller]
    fn check(texts: &[&str], want: usize) {
        let keys: Vec<Key> = texts.iter().map(|t| Key::of(t)).collect();
        let same: Vec<usize> = keys
            .iter()
            .map(|k| keys.iter().position(|o| o.chars == k.chars).unwrap())
            .collect();
        let group: Vec<usize> = (0..texts.len()).collect();
        assert_eq!(of(&group, &same, &keys, texts), want, "{texts:?}");
    }

    #[test]
    fn the_text_without_traces_of_copying_is_the_original() {
        check(&[" 湖边要装灯， 晚上太黑\n", "湖边要装灯，晚上太黑"], 1);
        check(
            &["转发：湖边要装路灯，晚上太黑", "湖边要装路灯，晚上太黑"],
            1,
        );
        check(&["湖边要装灯，晚上太黑", "湖边要装路灯，晚上太黑"], 1);
        check(&["湖边要装路路灯，晚上太黑", "湖边要装路灯，晚上太黑了"], 1);
        check(
            &[
                "湖边要路灯，晚太黑",
                "湖边要路灯，晚太黑",
                "湖边要装路灯，晚上太黑",
            ],
            0,
        );
    }
}
