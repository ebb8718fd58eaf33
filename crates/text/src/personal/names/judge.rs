//! Whether the characters at one place are somebody's name.

use std::ops::Range;

use caifeng_domain::PersonalDataKind;

use super::super::findings::Findings;
use super::super::view::{View, is_han};
use super::cue::{self, Left, Right, is_edge};
use super::lexicon::{self, Surname};

/// Characters in which 我是 is looked for: 我是柳溪街道立法联系点的居民王芳.
const LONGEST_CLAUSE: usize = 24;

/// A possible name with everything that speaks for or against it.
struct Candidate {
    range: Range<usize>,
    surname: Surname,
    /// Characters of the given name.
    given: usize,
    /// How much the given name resembles one.
    score: u32,
    division: Division,
}

/// How the dictionary divides a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Division {
    /// It is one word: 安静, but also 王建国.
    Word,
    /// The given name is a word: 和|家长, 卜|建设.
    GivenWord,
    /// A word begins with the surname and ends within the given name: 商量|后.
    Split,
    /// Single characters, as with most names.
    Characters,
}

/// The name that starts at `at`.
pub(super) fn name_at(
    view: &View,
    at: usize,
    found: &Findings,
) -> Option<(PersonalDataKind, Range<usize>)> {
    let (surname_len, surname) = lexicon::surname(&view.chars[at..])?;
    let mut left = None;
    for given in [2, 1] {
        let Some(candidate) = candidate(view, at, surname_len, surname, given) else {
            continue;
        };
        let right = cue::right(view, candidate.range.end, found);
        // Neither the characters nor what follows them: nothing before them would suffice.
        if candidate.score == 0 && !is_firm(right) {
            continue;
        }
        let left = *left.get_or_insert_with(|| left_with_list(view, at, found));
        // 李强和王磊: the last character may be the next word.
        let last = candidate.range.end - 1;
        if given == 2
            && matches!(right, Right::Inside | Right::Word)
            && cue::is_follower(view.chars[last])
        {
            continue;
        }
        if believed(view, &candidate, left, right) {
            return Some((kind(view, &candidate.range, left), candidate.range));
        }
    }
    None
}

/// 张芳、李强和王磊: what holds for one name of a list holds for the next.
fn left_with_list(view: &View, at: usize, found: &Findings) -> Left {
    use PersonalDataKind::{Name, OtherPersonName};
    let left = cue::left(view, at);
    let joined = matches!(view.previous(at), Some('、' | '和' | '与' | '及' | ' '));
    let listed = joined && at >= 2 && matches!(found.kind_at(at - 2), Some(Name | OtherPersonName));
    if listed { left.min(Left::Role) } else { left }
}

fn candidate(
    view: &View,
    at: usize,
    surname_len: usize,
    surname: Surname,
    given: usize,
) -> Option<Candidate> {
    let range = at..at + surname_len + given;
    let own = view.chars.get(at + surname_len..range.end)?;
    if !own.iter().all(|c| is_han(*c)) {
        return None;
    }
    let score = lexicon::given(own)?;
    // Where neither the characters nor an end of the clause speak for a name, nothing else would suffice.
    let ends = |c: char| is_edge(c) || c.is_ascii_alphanumeric();
    if score == 0 && !view.get(range.end).is_none_or(ends) {
        return None;
    }
    let division = divide(view, &range, at + surname_len)?;
    Some(Candidate {
        range,
        surname,
        given,
        score,
        division,
    })
}

/// None when a word of the dictionary runs across the end. `second` is where the given name starts.
fn divide(view: &View, range: &Range<usize>, second: usize) -> Option<Division> {
    let bounded = |i: usize| view.is_word_boundary(i);
    let whole = |from: usize| bounded(from) && !(from + 1..range.end).any(bounded);
    if !bounded(range.end) {
        return None;
    }
    Some(if whole(range.start) {
        Division::Word
    } else if bounded(range.start) && !bounded(second) {
        Division::Split
    } else if range.end - second == 2 && whole(second) {
        Division::GivenWord
    } else {
        Division::Characters
    })
}

/// The name ends here for certain.
fn is_firm(right: Right) -> bool {
    !matches!(
        right,
        Right::Inside | Right::Word | Right::Speech | Right::Title
    )
}

/// Whether the evidence suffices. The less the surroundings say, the more the characters must.
fn believed(view: &View, name: &Candidate, left: Left, right: Right) -> bool {
    use Right as R;
    let clear = name.surname == Surname::Clear;
    let score = name.score;
    let firm = is_firm(right);
    let speaker = matches!(right, R::Introduced | R::Colon);
    // 安静, 高中生: a word of the dictionary is a name only where a name is due.
    let signature = right == R::LineEnd && stands_alone(view, &name.range);
    let due = left <= Left::Role || left == Left::Edge && (speaker || signature);
    let enough = if speaker && left == Left::Role { 1 } else { 2 };
    let word = name.division == Division::Word && !(due && clear && score >= enough);
    // 和家长, 商量后: everyday words that happen to look like a name.
    let phrase = match name.division {
        Division::GivenWord => score == 0 || !clear && score < 3,
        Division::Split => !clear || !firm && score < 3,
        Division::Word | Division::Characters => !clear && score == 0,
    };
    let given_word = name.division == Division::GivenWord;
    match left {
        Left::Label => match right {
            R::Inside | R::Word => score >= 2 && !word,
            R::Speech | R::Title => score >= 1 && !word,
            _ => !word,
        },
        _ if word || phrase && (right != R::Introduced || given_word && score == 0) => false,
        Left::Kin => score >= 1 && (right != R::Inside || clear && name.given == 2) || score >= 2,
        Left::Role if firm => score >= 1,
        Left::Role => score >= 2 && (right != R::Inside || clear && name.given == 2),
        Left::Unit if firm => score > u32::from(right == R::Edge),
        Left::Edge => match right {
            R::Introduced => is_head_of_line(view, name.range.start, 6),
            R::Colon => score >= 1 && is_head_of_line(view, name.range.start, 12),
            R::Contact | R::Title => score >= 1,
            R::Speech => score >= 2 && clear,
            R::LineEnd => score >= 2 && signature,
            R::Edge => score >= 3 && clear && name.given == 2 && !given_word,
            R::Word | R::Inside => false,
        },
        Left::Unit | Left::Word => match right {
            R::Introduced | R::Contact => score >= 2,
            R::Colon => score >= 2 && is_head_of_line(view, name.range.start, 12),
            R::Title => score >= 4 - name.given as u32 && clear,
            R::Speech => score >= 3 && clear && left == Left::Unit,
            // （乡贤李士元）
            R::Edge => score >= 2 && in_brackets(view, &name.range),
            // 去年三月温秀英向物业反映过
            R::Word => score >= 4 && clear && name.given == 2,
            _ => false,
        },
        // 研一程可欣：, where the dictionary sees 一程.
        Left::Inside => {
            speaker && clear && score >= 3 && is_head_of_line(view, name.range.start, 12)
        }
    }
}

/// Whether the line begins at most `longest` characters before `at`, without a sentence in between.
fn is_head_of_line(view: &View, at: usize, longest: usize) -> bool {
    cue::line_head(view, at, longest)
        .is_some_and(|head| !view.slice(head).contains([',', '。', ';', '“', '《']))
}

/// The name ends a short remark in brackets.
fn in_brackets(view: &View, range: &Range<usize>) -> bool {
    view.get(range.end) == Some(')') && view.before(range.start, 6).contains('(')
}

/// A signature: the line holds nothing else, or the sentence before it is finished.
fn stands_alone(view: &View, range: &Range<usize>) -> bool {
    let before = view
        .before(range.start, 6)
        .trim_end_matches([' ', '-', '—']);
    let last = before.chars().next_back();
    last.is_none_or(|c| matches!(c, '\n' | '。' | '!' | '?' | '.' | ':'))
        || view
            .previous(range.start)
            .is_some_and(|c| matches!(c, ' ' | '—'))
            && last.is_some_and(|c| !is_edge(c))
}

/// The sender's own name stands behind a label or as a signature; all others are somebody else's.
fn kind(view: &View, range: &Range<usize>, left: Left) -> PersonalDataKind {
    let clause = view.before(range.start, LONGEST_CLAUSE);
    let clause = clause.rsplit(is_edge).next().unwrap_or(clause);
    let own = left == Left::Label && !clause.ends_with("人叫")
        || clause.contains("我是") && left != Left::Kin
        || clause.ends_with('我')
        || range.end == view.len();
    if own {
        PersonalDataKind::Name
    } else {
        PersonalDataKind::OtherPersonName
    }
}
