//! How neighbours call each other: 褚阿姨, 老裘.

use std::ops::Range;

use caifeng_domain::PersonalDataKind;

use super::super::findings::Findings;
use super::super::view::View;
use super::cue::{self, Left, Right};
use super::lexicon::{self, Surname};

/// Words for private persons. Offices (书记, 老师) are not among them: 王书记 acts in public.
const ADDRESSES: [&str; 20] = [
    "阿姨", "大嫂", "大姐", "大哥", "大爷", "大妈", "大娘", "大伯", "大叔", "奶奶", "爷爷", "伯伯",
    "叔叔", "婶婶", "嫂子", "师傅", "老汉", "老太", "先生", "女士",
];

/// A surname with such a word at `at`, or 老 with a surname behind a word for a person.
pub(super) fn at(
    view: &View,
    at: usize,
    found: &Findings,
) -> Option<(PersonalDataKind, Range<usize>)> {
    let other = |range| Some((PersonalDataKind::OtherPersonName, range));
    if matches!(view.chars[at], '老' | '小') {
        let (len, surname) = lexicon::surname(&view.chars[at + 1..])?;
        let end = at + 1 + len;
        let alone =
            surname == Surname::Clear && view.is_word_boundary(at) && view.is_word_boundary(end);
        let called = alone
            && match cue::left(view, at) {
                Left::Kin => true,
                Left::Role => cue::right(view, end, found) != Right::Inside,
                _ => false,
            };
        return if called { other(at..end) } else { None };
    }
    let (len, surname) = lexicon::surname(&view.chars[at..])?;
    let rest = view.after(at + len, 2);
    if surname == Surname::Clear
        && ADDRESSES.contains(&rest)
        && view.is_word_boundary(at)
        && view.word_at(at).len() != len + 2
    {
        return other(at..at + len + 2);
    }
    None
}
