//! Surnames and the characters of given names.

use std::collections::HashMap;
use std::sync::LazyLock;

/// How much a surname character says by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Surname {
    /// Rarely anything else.
    Clear,
    /// Also an everyday word.
    Loose,
}

/// How much a character says for a given name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    Typical,
    Ordinary,
    Never,
}

struct Lexicon {
    surnames: HashMap<char, Surname>,
    compound: Vec<[char; 2]>,
    given: HashMap<char, Given>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon {
        surnames: HashMap::new(),
        compound: Vec::new(),
        given: HashMap::new(),
    };
    let lines = concat!(
        include_str!("../../../data/personal_surnames.txt"),
        include_str!("../../../data/personal_given.txt"),
    )
    .lines()
    .filter(|line| !line.starts_with('#'));
    for (kind, own) in lines.filter_map(|line| line.split_once(' ')) {
        let chars = own.chars().filter(|c| !c.is_whitespace());
        match kind {
            "clear" => lexicon.surnames.extend(chars.map(|c| (c, Surname::Clear))),
            "loose" => lexicon.surnames.extend(chars.map(|c| (c, Surname::Loose))),
            "typical" => lexicon.given.extend(chars.map(|c| (c, Given::Typical))),
            "ordinary" => lexicon.given.extend(chars.map(|c| (c, Given::Ordinary))),
            "never" => lexicon.given.extend(chars.map(|c| (c, Given::Never))),
            _ => lexicon.compound.extend(own.split(' ').filter_map(|pair| {
                let mut chars = pair.chars();
                Some([chars.next()?, chars.next()?])
            })),
        }
    }
    lexicon
});

/// The surname at the head of `chars`: its length and what it says.
pub(super) fn surname(chars: &[char]) -> Option<(usize, Surname)> {
    let first = *chars.first()?;
    if let Some(&second) = chars.get(1)
        && LEXICON.compound.contains(&[first, second])
    {
        return Some((2, Surname::Clear));
    }
    LEXICON.surnames.get(&first).map(|&tier| (1, tier))
}

/// How much `chars` resemble a given name: 2 for a typical character, 1 for an ordinary one. None when
/// one of them cannot be part of a name.
pub(super) fn given(chars: &[char]) -> Option<u32> {
    chars
        .iter()
        .map(|c| match LEXICON.given.get(c) {
            _ if *c == '某' => None,
            Some(Given::Typical) => Some(2),
            Some(Given::Ordinary) => Some(1),
            Some(Given::Never) => None,
            None => Some(0),
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::{Surname, given, surname};

    #[track_caller]
    fn check(text: &str, want: Option<(usize, Surname)>) {
        assert_eq!(surname(&text.chars().collect::<Vec<_>>()), want, "{text}");
    }

    #[test]
    fn surnames_of_one_and_two_characters() {
        check("欧阳修", Some((2, Surname::Clear)));
        check("欧明", Some((1, Surname::Clear)));
        check("和平", Some((1, Surname::Loose)));
        check("的", None);
        check("", None);
    }

    #[test]
    fn grammar_words_make_no_given_name() {
        assert_eq!(given(&['秀', '英']), Some(4));
        assert_eq!(given(&['不', '英']), None);
        assert_eq!(given(&['某', '某']), None);
    }
}
