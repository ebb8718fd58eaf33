//! Where a Chinese line may end.

/// What may not stand at the start of a line.
const CLOSING: &str = "，。、；：？！）》〉」』】〕”’…—·％‰℃)]}%,.;:?!";
/// What may not stand at the end of one.
const OPENING: &str = "（《〈「『【〔“‘([{";

/// Whether a line may end between the two.
pub(crate) fn may_break(before: char, after: char) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric();
    let within_word = word(before) && word(after);
    !(CLOSING.contains(after) || OPENING.contains(before) || within_word)
}

/// How wide a text is, in halves of a Chinese character.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

pub(crate) fn char_width(c: char) -> usize {
    if c.is_ascii() { 1 } else { 2 }
}

/// Breaks a text into lines at most so wide. Where no break is allowed within a line, it is broken
/// where it is full.
pub(crate) fn wrap(text: &str, max: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let (mut lines, mut start) = (Vec::new(), 0);
    while start < chars.len() {
        let mut used = 0;
        let fits = chars[start..].iter().take_while(|&&c| {
            used += char_width(c);
            used <= max
        });
        let full = start + fits.count().max(1);
        let allowed = |end: &usize| *end == chars.len() || may_break(chars[end - 1], chars[*end]);
        let end = (start + 1..=full).rev().find(allowed).unwrap_or(full);
        lines.push(chars[start..end].iter().collect());
        start = end;
    }
    lines
}

/// A title in lines at most so wide: as few as possible, broken by meaning (around a title in
/// 《》, after 的) where that goes, and of like length.
pub(crate) fn title(text: &str, max: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let ends = ends(&chars);
    // The cheapest way to come to each end: lines, cost, the end before.
    let mut best: Vec<Option<(usize, usize, usize)>> = vec![None; ends.len()];
    best[0] = Some((0, 0, 0));
    for to in 1..ends.len() {
        for from in 0..to {
            let line = &chars[ends[from].0..ends[to].0];
            let wide: usize = line.iter().map(|&c| char_width(c)).sum();
            let Some((lines, cost, _)) = best[from].filter(|_| wide <= max) else {
                continue;
            };
            let way = (lines + 1, cost + (max - wide).pow(2) + ends[to].1, from);
            if best[to].is_none_or(|known| way < known) {
                best[to] = Some(way);
            }
        }
    }
    let mut at = ends.len() - 1;
    if best[at].is_none() {
        return wrap(text, max);
    }
    let mut lines = Vec::new();
    while let Some((_, _, from)) = best[at].filter(|_| at > 0) {
        lines.push(chars[ends[from].0..ends[at].0].iter().collect());
        at = from;
    }
    lines.reverse();
    lines
}

/// What a break costs within the title of a law: as much as a line that is three quarters empty.
const INSIDE: usize = 900;
/// What it costs in the midst of what belongs together.
const APART: usize = 4 * INSIDE;

/// Where a title may be broken, and what it costs, from its beginning to its end.
fn ends(chars: &[char]) -> Vec<(usize, usize)> {
    let mut ends = vec![(0, 0)];
    let mut depth = 0usize;
    for (at, pair) in (1..).zip(chars.windows(2)) {
        match pair[0] {
            '《' | '（' => depth += 1,
            '》' | '）' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let means = matches!(pair[0], '》' | '）' | '的' | '、' | '和' | '与')
            || matches!(pair[1], '《' | '（');
        if may_break(pair[0], pair[1]) {
            let cost = match (means, depth) {
                (true, 0) => 0,
                (true, _) => INSIDE,
                (false, _) => APART,
            };
            ends.push((at, cost));
        }
    }
    ends.push((chars.len(), 0));
    ends
}

#[cfg(test)]
mod tests {
    use super::{may_break, title, width, wrap};

    #[test]
    fn lines_neither_start_with_a_closing_mark_nor_end_with_an_opening_one() {
        let text =
            "第三条（适用范围）：“三十日”改为“十五日”，见《云泽市河湖条例（草案）》2026年版。";
        for max in 4..60 {
            let lines = wrap(text, max);
            assert_eq!(lines.concat(), text, "{max}");
            for pair in lines.windows(2) {
                assert!(width(&pair[0]) <= max);
                let ends = (pair[0].chars().last(), pair[1].chars().next());
                let (Some(before), Some(after)) = ends else {
                    panic!("an empty line at {max}");
                };
                // A number or mark longer than the line itself has to be broken.
                assert!(may_break(before, after) || max < 10, "{max}: {pair:?}");
            }
        }
        assert_eq!(wrap("一二三，四", 6), ["一二", "三，四"]);
    }

    #[test]
    fn titles_are_broken_by_meaning() {
        #[track_caller]
        fn check(text: &str, want: &[&str]) {
            assert_eq!(title(text, 40), want);
        }
        check("关于情况的报告", &["关于情况的报告"]);
        check(
            "关于《云泽市河湖条例（草案）》征求意见情况的报告",
            &["关于《云泽市河湖条例（草案）》", "征求意见情况的报告"],
        );
        check(
            "关于《云泽市河湖水库沟渠湿地保护和合理利用管理条例（修订草案）》征求意见情况的报告",
            &[
                "关于《云泽市河湖水库沟渠湿地保护和",
                "合理利用管理条例（修订草案）》",
                "征求意见情况的报告",
            ],
        );
    }
}
