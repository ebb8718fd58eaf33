//! Names of persons: a surname, characters that given names are made of, and the words around them.
//!
//! No single sign suffices: surnames are everyday words (高, 方, 和), given names too (建国, 明亮). A
//! candidate is weighed by its characters, then believed or not by what stands before and behind it; a
//! word of the dictionary that runs across its edges speaks against it. Persons in public office who are
//! only mentioned stay: nothing but a cue makes a name personal.

mod cue;
mod judge;
mod lexicon;
mod nickname;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use caifeng_domain::PersonalDataKind;

use super::findings::Findings;
use super::view::{View, is_han};

/// Finds names. Numbers, accounts and addresses must be in `found` already: they are evidence.
pub(super) fn find(view: &View, known: &[&str], found: &mut Findings) {
    let known: Vec<_> = known
        .iter()
        .map(|name| name.trim())
        .filter(|name| is_personal(name))
        .map(|name| (name.to_owned(), PersonalDataKind::Name))
        .collect();
    mark_all(view, &known, found);
    let mut names = Vec::new();
    let mut at = 0;
    while at < view.len() {
        let hit = (!found.is_taken(at))
            .then(|| judge::name_at(view, at, found).or_else(|| nickname::at(view, at, found)))
            .flatten();
        at += 1;
        if let Some((kind, range)) = hit
            && found.add(kind, range.clone())
        {
            names.push((view.slice(range.clone()).to_owned(), kind));
            at = range.end;
        }
    }
    mark_all(view, &names, found);
}

/// Marks every further place of the names.
fn mark_all(view: &View, names: &[(String, PersonalDataKind)], found: &mut Findings) {
    if let [] | [_] = names {
        for (name, kind) in names {
            for (at, hit) in view.folded().match_indices(name) {
                found.add(*kind, view.chars_of(at..at + hit.len()));
            }
        }
        return;
    }
    let finder = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        // A few names for one text: quick to build matters most.
        .kind(Some(AhoCorasickKind::NoncontiguousNFA))
        .build(names.iter().map(|(name, _)| name));
    let Ok(finder) = finder else { return };
    for hit in finder.find_iter(view.folded()) {
        found.add(names[hit.pattern()].1, view.chars_of(hit.range()));
    }
}

/// Whether what the channel calls a name is one: 张三, not 丰禾合作社 or 匿名.
fn is_personal(name: &str) -> bool {
    const NO_PERSONS: [char; 14] = [
        '社', '司', '部', '局', '会', '店', '厂', '校', '院', '民', '众', '友', '名', '户',
    ];
    let chars: Vec<char> = name.chars().collect();
    if chars.iter().any(|c| matches!(c, '·' | '•')) {
        return chars.len() <= 20;
    }
    let surname = surname_len(&chars) > 0;
    chars.iter().all(|c| is_han(*c))
        && !name.ends_with(NO_PERSONS)
        && (surname && (2..=4).contains(&chars.len()) || chars.len() == 3)
}

/// Characters of the surname with which `name` begins; 0 when it begins with none.
pub(super) fn surname_len(name: &[char]) -> usize {
    lexicon::surname(name).map_or(0, |(len, _)| len)
}
