//! Terms of one draft, found by counting.
//!
//! A term is a run of words that recurs, whose words go together far more often than chance would
//! have it, and that stands in varied company: pointwise mutual information inside, branching
//! entropy outside. The three bounds are round numbers that have held for statutes of twenty to a
//! hundred articles; a term too many only joins words that stand together anyway.

use super::{STOP_WORDS, Segmenter, is_number};
use std::collections::BTreeMap;

/// Occurrences in the draft.
const MIN_COUNT: usize = 3;
/// Words in a term.
const MAX_WORDS: usize = 5;
/// Characters in a term.
const MAX_CHARS: usize = 14;
/// How often the parts must meet compared with chance, as a natural logarithm: e³ is twenty times.
const MIN_INFORMATION: f64 = 3.0;
/// Entropy of the neighbouring word on either side, in nats: two equally frequent neighbours give
/// 0.69.
const MIN_ENTROPY: f64 = 0.6;

/// What is known of one run of words.
#[derive(Default)]
struct Run<'t> {
    count: usize,
    /// Neighbours with their counts. A line's or clause's edge is a neighbour that is always new.
    left: BTreeMap<&'t str, usize>,
    right: BTreeMap<&'t str, usize>,
}

/// The terms of the draft whose text this is, the most frequent first, then by their text. Give them
/// to [`Segmenter::with_terms`].
#[must_use]
pub fn terms_of(draft_text: &str) -> Vec<String> {
    let segmenter = Segmenter::new();
    let mut runs: BTreeMap<Vec<&str>, Run<'_>> = BTreeMap::new();
    let mut total = 0;
    for phrase in draft_text.split(|c: char| !c.is_alphanumeric()) {
        let words: Vec<&str> = (segmenter.words(phrase).iter())
            .map(|w| w.span.of(phrase))
            .collect();
        total += words.len();
        count_runs(&words, &mut runs);
    }
    let mut terms: Vec<(usize, String)> = (runs.iter())
        .filter(|(words, run)| is_term(words, run, &runs, total))
        .map(|(words, run)| (run.count, words.concat()))
        .collect();
    terms.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    terms.into_iter().map(|(_, term)| term).collect()
}

fn count_runs<'t>(words: &[&'t str], runs: &mut BTreeMap<Vec<&'t str>, Run<'t>>) {
    for start in 0..words.len() {
        for end in start + 1..=words.len().min(start + MAX_WORDS) {
            let run = runs.entry(words[start..end].to_vec()).or_default();
            run.count += 1;
            if let Some(left) = start.checked_sub(1) {
                *run.left.entry(words[left]).or_default() += 1;
            }
            if let Some(right) = words.get(end) {
                *run.right.entry(right).or_default() += 1;
            }
        }
    }
}

fn is_term(
    words: &[&str],
    run: &Run<'_>,
    runs: &BTreeMap<Vec<&str>, Run<'_>>,
    total: usize,
) -> bool {
    let chars: usize = words.iter().map(|w| w.chars().count()).sum();
    words.len() >= 2
        && run.count >= MIN_COUNT
        && (3..=MAX_CHARS).contains(&chars)
        && !words.iter().any(|w| STOP_WORDS.contains(w) || is_number(w))
        && information(words, run.count, runs, total) >= MIN_INFORMATION
        && entropy(&run.left, run.count) >= MIN_ENTROPY
        && entropy(&run.right, run.count) >= MIN_ENTROPY
}

/// Pointwise mutual information of the two parts at the weakest joint.
fn information(
    words: &[&str],
    count: usize,
    runs: &BTreeMap<Vec<&str>, Run<'_>>,
    total: usize,
) -> f64 {
    let of = |part: &[&str]| runs.get(part).map_or(1, |run| run.count) as f64;
    (1..words.len())
        .map(|joint| {
            let (left, right) = words.split_at(joint);
            (count as f64 * total as f64 / (of(left) * of(right))).ln()
        })
        .fold(f64::INFINITY, f64::min)
}

/// Entropy of the neighbours of a run that occurs `count` times; edges count as singletons.
fn entropy(neighbours: &BTreeMap<&str, usize>, count: usize) -> f64 {
    let share = |n: usize| n as f64 / count as f64;
    let edges = count - neighbours.values().sum::<usize>();
    let seen: f64 = neighbours
        .values()
        .map(|&n| -share(n) * share(n).ln())
        .sum();
    seen - edges as f64 * share(1) * share(1).ln()
}

#[cfg(test)]
mod tests {
    use super::terms_of;

    /// Sixty lines of other matter, since information is measured against chance.
    fn draft() -> String {
        let mut draft = "社会救助管理部门公示名单。\n申请人向社会救助管理部门提出申请。\n\
            由社会救助管理部门核查,社会救助管理部门接受投诉。\n乡镇报社会救助管理部门审核。\n"
            .to_owned();
        for verb in ["修建", "维护", "检查", "登记", "出租", "验收"] {
            for noun in [
                "水渠",
                "道路",
                "电梯",
                "幼儿园",
                "图书馆",
                "档案",
                "林木",
                "农机",
                "食堂",
                "车棚",
            ] {
                draft.extend(["村民", verb, noun, "。\n"]);
            }
        }
        draft
    }

    #[test]
    fn a_recurring_run_in_varied_company_is_a_term() {
        assert_eq!(terms_of(&draft()), ["社会救助管理部门"]);
    }

    #[test]
    fn what_does_not_recur_is_no_term() {
        assert!(terms_of("代耕代种的费用由村集体垫付。").is_empty());
        assert!(terms_of("").is_empty());
    }
}
