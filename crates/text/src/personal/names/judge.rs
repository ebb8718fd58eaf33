//! Whether the characters at one place are somebody's name.

use std::ops::Range;

use caifeng_domain::PersonalDataKind;

use super::super::findings::Findings;
use super::super::view::{View, is_han};
use super::cue::{self, Left, Right, is_edge};
use super::lexicon::{self, Surname};

/// A possible name with everything that speaks for or against it.
struct Candidate {
    range: Range<usize>,
    surname: Surname,
    /// Characters of the given name.
    given: usize,
    /// How much the given name resembles one.
    score: u32,
    /// The whole candidate is a word of the dictionary.
    is_word: bool,
    /// The given name is a word of the dictionary.
    given_is_word: bool,
    /// A word of the dictionary runs across its end.
    cut: bool,
}

/// The name that starts at `at`. `last` is the name found before it.
pub(super) fn name_at(
    view: &View,
    at: usize,
    found: &Findings,
    last: Option<&Range<usize>>,
) -> Option<(PersonalDataKind, Range<usize>)> {
    let (surname_len, surname) = lexicon::surname(&view.chars[at..])?;
    let mut left = None;
    for given in [2, 1] {
        let Some(candidate) = candidate(view, at, surname_len, surname, given) else {
            continue;
        };
        let left = *left.get_or_insert_with(|| left_with_list(view, at, last));
        let right = cue::right(view, candidate.range.end, found);
        if believed(view, &candidate, left, right) {
            return Some((kind(view, &candidate.range, left), candidate.range));
        }
    }
    None
}

/// 张芳、李强和王磊: what holds for one name of a list holds for the next.
fn left_with_list(view: &View, at: usize, last: Option<&Range<usize>>) -> Left {
    let left = cue::left(view, at);
    let listed = last.is_some_and(|last| {
        last.end + 1 == at && matches!(view.get(last.end), Some('、' | '和' | '与' | '及' | ' '))
    });
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
    let bounded = |i: usize| view.is_word_boundary(i);
    let inner = |from: usize| !(from + 1..range.end).any(bounded);
    Some(Candidate {
        surname,
        given,
        score,
        is_word: bounded(at) && inner(at) && bounded(range.end),
        given_is_word: given == 2 && bounded(at + surname_len) && inner(at + surname_len),
        cut: !bounded(range.end),
        range,
    })
}

fn believed(view: &View, name: &Candidate, left: Left, right: Right) -> bool {
    use Right as R;
    let clear = name.surname == Surname::Clear;
    let firm = !matches!(right, R::Inside | R::Word | R::Speech | R::Title);
    // 方便, 高兴: only a label makes a name of a word.
    let common = name.is_word && (name.given == 1 || name.score < 2);
    // 和家长: an everyday word behind an everyday word.
    let phrase = !clear && (name.given_is_word || name.score == 0);
    let score = name.score;
    if name.cut && !firm {
        return false;
    }
    match left {
        Left::Label => match right {
            R::Inside | R::Word => score >= 2 && !common,
            R::Speech | R::Title => score >= 1 && !common,
            _ => !common || score >= 2,
        },
        _ if common && !(score >= 2 && matches!(right, R::Introduced | R::Contact)) => false,
        _ if phrase && right != R::Introduced => false,
        Left::Kin => score >= 1 && right != R::Inside || score >= 2,
        Left::Role | Left::Unit if firm => score >= 1 + u32::from(left == Left::Unit && right == R::Edge),
        Left::Role => score >= 2 && (right != R::Inside || score >= 3 && clear),
        Left::Edge => match right {
            R::Introduced => is_head_of_line(view, name.range.start, 6),
            R::Colon => score >= 1 && is_head_of_line(view, name.range.start, 12),
            R::Contact | R::Title => score >= 1,
            R::Speech => score >= 2 && clear,
            R::LineEnd => score >= 2 && stands_alone(view, &name.range),
            R::Edge => score >= 3 && clear && name.given == 2 && !name.given_is_word,
            R::Word | R::Inside => false,
        },
        Left::Unit | Left::Word => match right {
            R::Introduced | R::Contact => score >= 2,
            R::Colon => score >= 2 && is_head_of_line(view, name.range.start, 12),
            R::Title => score >= 3 && clear,
            R::Speech => score >= 3 && clear && left == Left::Unit,
            _ => false,
        },
        Left::Inside => false,
    }
}

/// Whether the line begins at most `longest` characters before `at`, without a sentence in between.
fn is_head_of_line(view: &View, at: usize, longest: usize) -> bool {
    cue::line_head(view, at, longest)
        .is_some_and(|head| !view.slice(head).contains([',', '。', ';', '“', '《']))
}

/// A signature: the line holds nothing else, or the sentence before it is finished.
fn stands_alone(view: &View, range: &Range<usize>) -> bool {
    let before = view.before(range.start, 6).trim_end_matches([' ', '-', '—']);
    let last = before.chars().next_back();
    last.is_none_or(|c| matches!(c, '\n' | '。' | '!' | '?' | '.' | ':'))
        || view.previous(range.start).is_some_and(|c| matches!(c, ' ' | '—'))
            && last.is_some_and(|c| !is_edge(c))
}

/// The sender's own name stands behind a label or as a signature; all others are somebody else's.
fn kind(view: &View, range: &Range<usize>, left: Left) -> PersonalDataKind {
    let before = view.before(range.start, 6);
    let own = left == Left::Label && !before.ends_with("人叫")
        || before.ends_with('我')
        || before.ends_with("我是")
        || range.end == view.len();
    if own {
        PersonalDataKind::Name
    } else {
        PersonalDataKind::OtherPersonName
    }
}
