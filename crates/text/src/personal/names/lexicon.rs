//! Surnames and the characters of given names.

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

/// What is known of one character.
#[derive(Debug, Clone, Copy, Default)]
struct Traits {
    surname: Option<Surname>,
    given: Option<Given>,
    /// A surname of two characters may begin with it.
    heads_compound: bool,
}

/// The table covers the characters from here on; surnames and given names beyond are not listed.
const FIRST: u32 = 0x4e00;
const CHARS: usize = 0x5200;

struct Lexicon {
    /// By code point less [`FIRST`].
    traits: Vec<Traits>,
    compound: Vec<[char; 2]>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon {
        traits: vec![Traits::default(); CHARS],
        compound: Vec::new(),
    };
    let lines = concat!(
        include_str!("../../../data/personal_surnames.txt"),
        include_str!("../../../data/personal_given.txt"),
    )
    .lines()
    .filter(|line| !line.starts_with('#'));
    for (kind, own) in lines.filter_map(|line| line.split_once(' ')) {
        match kind {
            "clear" => lexicon.note(own, |t| t.surname = Some(Surname::Clear)),
            "loose" => lexicon.note(own, |t| t.surname = Some(Surname::Loose)),
            "typical" => lexicon.note(own, |t| t.given = Some(Given::Typical)),
            "ordinary" => lexicon.note(own, |t| t.given = Some(Given::Ordinary)),
            "never" => lexicon.note(own, |t| t.given = Some(Given::Never)),
            _ => own.split(' ').for_each(|pair| lexicon.note_compound(pair)),
        }
    }
    lexicon
});

impl Lexicon {
    fn note(&mut self, chars: &str, set: impl Fn(&mut Traits)) {
        for c in chars.chars() {
            if let Some(traits) = index(c).and_then(|at| self.traits.get_mut(at)) {
                set(traits);
            }
        }
    }

    fn note_compound(&mut self, pair: &str) {
        let mut chars = pair.chars();
        if let (Some(first), Some(second)) = (chars.next(), chars.next()) {
            self.compound.push([first, second]);
            self.note(pair.get(..first.len_utf8()).unwrap_or_default(), |t| {
                t.heads_compound = true;
            });
        }
    }

    fn of(&self, c: char) -> Traits {
        index(c)
            .and_then(|at| self.traits.get(at))
            .copied()
            .unwrap_or_default()
    }
}

fn index(c: char) -> Option<usize> {
    u32::from(c).checked_sub(FIRST).map(|at| at as usize)
}

/// The surname at the head of `chars`: its length and what it says.
pub(super) fn surname(chars: &[char]) -> Option<(usize, Surname)> {
    let first = *chars.first()?;
    let traits = LEXICON.of(first);
    if traits.heads_compound
        && let Some(&second) = chars.get(1)
        && LEXICON.compound.contains(&[first, second])
    {
        return Some((2, Surname::Clear));
    }
    traits.surname.map(|tier| (1, tier))
}

/// How much `chars` resemble a given name: 2 for a typical character, 1 for an ordinary one. None when
/// one of them cannot be part of a name.
pub(super) fn given(chars: &[char]) -> Option<u32> {
    chars
        .iter()
        .map(|&c| match LEXICON.of(c).given {
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
