//! Where a unit begins and ends, as somebody marked it in the text or wrote its first and last words.

use caifeng_domain::{Change, Decision, Span, SubmissionId};

use super::Desk;
use crate::{AppError, Refusal};

/// Words of a submission that somebody means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Words {
    /// The characters of its text from the first to before the second.
    Marked(usize, usize),
    /// From these words to those. Without those the first are all of it.
    Between(String, String),
}

impl Words {
    /// The one place in a text that is meant.
    fn place(&self, text: &str) -> Result<Span, Refusal> {
        let span = match self {
            Self::Marked(from, to) => {
                let ends = text.char_indices().map(|(byte, _)| byte);
                let mut bytes = ends.chain([text.len()]);
                let start = bytes.nth(*from).ok_or(Refusal::NoWords)?;
                let further = to.checked_sub(from + 1).ok_or(Refusal::NoWords)?;
                Span::new(start, bytes.nth(further).ok_or(Refusal::NoWords)?)
            }
            Self::Between(first, last) => {
                let begin = only(text, first.trim(), 0)?;
                match last.trim() {
                    "" => begin,
                    // What ends with the first words may be a part of them.
                    last => Span::new(begin.start, only(text, last, begin.start)?.end),
                }
            }
        };
        let span = span.trimmed(text, char::is_whitespace);
        if span.is_empty() {
            return Err(Refusal::NoWords);
        }
        Ok(span)
    }
}

/// The one place after `from` where `words` stand.
fn only(text: &str, words: &str, from: usize) -> Result<Span, Refusal> {
    if words.is_empty() {
        return Err(Refusal::NoWords);
    }
    let mut found = text[from..].match_indices(words);
    let (at, _) = found
        .next()
        .ok_or_else(|| Refusal::UnknownWords(words.to_owned()))?;
    if found.next().is_some() {
        return Err(Refusal::AmbiguousWords(words.to_owned()));
    }
    Ok(Span::new(from + at, from + at + words.len()))
}

impl Desk {
    /// The unit at `of`, or a new one, has these words. Others that had some of them give them up.
    pub(super) fn check_bound(
        &self,
        submission: SubmissionId,
        of: Option<Span>,
        words: &Words,
    ) -> Result<Decision, AppError> {
        let place = self.place.get(&submission);
        let place = *place.ok_or(Refusal::UnknownSubmission(submission))?;
        let text = &self.material.stored[place].submission.text;
        let units = &self.material.record.analyses[place].1.units;
        let was: Vec<Span> = units.iter().map(|unit| unit.span).collect();
        if of.is_some_and(|of| !was.contains(&of)) {
            return Err(Refusal::UnknownUnit.into());
        }
        let span = words.place(text)?;
        let others = was.iter().filter(|other| Some(**other) != of);
        let mut is: Vec<Span> = others.flat_map(|other| left(text, *other, span)).collect();
        is.push(span);
        is.sort_unstable();
        if is == was {
            return Err(Refusal::SameWords.into());
        }
        Ok(Decision::Cut(submission, Change { was, is }))
    }
}

/// What is left of a unit without the words at `gone`: nothing, one piece or two.
fn left(text: &str, unit: Span, gone: Span) -> impl Iterator<Item = Span> {
    let pieces = if unit.overlaps(gone) {
        let before = Span::new(unit.start, gone.start.clamp(unit.start, unit.end));
        let after = Span::new(gone.end.clamp(unit.start, unit.end), unit.end);
        [before, after].map(|piece| piece.trimmed(text, char::is_whitespace))
    } else {
        [unit, Span::new(unit.end, unit.end)]
    };
    let says_something = |piece: &Span| piece.of(text).contains(char::is_alphanumeric);
    pieces
        .into_iter()
        .filter(move |piece| says_something(piece))
        .collect::<Vec<_>>()
        .into_iter()
}

#[cfg(test)]
mod tests {
    use caifeng_domain::Span;

    use super::{Words, left};
    use crate::Refusal;

    const TEXT: &str = "停车费太贵，绿地太少。停车费应当公示。";

    fn between(first: &str, last: &str) -> Words {
        Words::Between(first.to_owned(), last.to_owned())
    }

    #[test]
    fn words_are_found_where_there_is_one_place_for_them() {
        #[track_caller]
        fn check(words: &Words, want: &Result<&str, Refusal>) {
            assert_eq!(&words.place(TEXT).map(|span| span.of(TEXT)), want);
        }
        check(&Words::Marked(6, 10), &Ok("绿地太少"));
        check(&Words::Marked(11, 19), &Ok("停车费应当公示。"));
        check(&Words::Marked(6, 6), &Err(Refusal::NoWords));
        check(&Words::Marked(6, 99), &Err(Refusal::NoWords));
        check(&between("绿地太少", ""), &Ok("绿地太少"));
        check(&between(" 绿地", "公示"), &Ok("绿地太少。停车费应当公示"));
        check(&between("绿地太少", "太少"), &Ok("绿地太少"));
        check(
            &between("绿地", "太贵"),
            &Err(Refusal::UnknownWords("太贵".into())),
        );
        check(
            &between("停车费", ""),
            &Err(Refusal::AmbiguousWords("停车费".into())),
        );
        check(&between("", "公示"), &Err(Refusal::NoWords));
    }

    #[test]
    fn what_a_unit_gives_up_leaves_what_still_says_something() {
        let of = |unit: (usize, usize), gone: (usize, usize)| -> Vec<&str> {
            let at = |chars: usize| TEXT.char_indices().nth(chars).unwrap().0;
            let span = |(from, to): (usize, usize)| Span::new(at(from), at(to));
            left(TEXT, span(unit), span(gone))
                .map(|span| span.of(TEXT))
                .collect()
        };
        assert_eq!(of((0, 11), (6, 10)), ["停车费太贵，"]);
        assert_eq!(of((0, 18), (6, 10)), ["停车费太贵，", "。停车费应当公示"]);
        assert_eq!(of((6, 10), (0, 18)), [] as [&str; 0]);
        assert_eq!(of((0, 5), (6, 10)), ["停车费太贵"]);
    }
}
