//! Opinion units (意见单元): the stretches of a submission that each say one thing.
//!
//! | step | module | question |
//! |---|---|---|
//! | 1 | [`atom`] | what are the smallest pieces: sentences, numbered parts, turns |
//! | 2 | [`label`] | which pieces are numbered, or begin somebody's turn |
//! | 3 | [`frame`] | which pieces are greeting, introduction, heading, thanks or signature |
//! | 4 | [`boundary`] | does the next piece begin something new |
//!
//! Numbers, turns and sentences that begin with another article decide by rule. Elsewhere a logistic regression over a handful of readable
//! features decides; its weights are in `data/unit_boundaries.txt`, written by [`train()`].

mod atom;
mod boundary;
mod frame;
mod label;
mod train;

#[cfg(test)]
mod tests;

use crate::normalise::{Normalised, is_punctuation, normalise};
use atom::Atom;
use caifeng_domain::{Channel, Citation, Span};

pub use boundary::Model;
pub use train::{Example, train};

/// The units of `text` in order: spans of the text as delivered, not overlapping, without the
/// numbers and names that introduce them. Greetings and the like are in no unit, unless there is
/// nothing else; a text without any letter has none.
///
/// `citations` are those found in `text`. Takes time linear in the length of the text.
#[must_use]
pub fn split(text: &str, citations: &[Citation], channel: Channel) -> Vec<Span> {
    split_with(Model::stored(), text, citations, channel)
}

/// As [`split`], by another model than the stored one.
#[must_use]
pub fn split_with(
    model: &Model,
    text: &str,
    citations: &[Citation],
    channel: Channel,
) -> Vec<Span> {
    let normal = normalise(text);
    let atoms = prepare(&normal, citations, channel);
    let units = group(&atoms, &normal.text, model);
    (units.into_iter())
        .map(|unit| normal.original_span(trim(unit, &normal.text)))
        .filter(|span| !span.is_empty())
        .collect()
}

/// Steps 1 to 3.
fn prepare(normal: &Normalised, citations: &[Citation], channel: Channel) -> Vec<Atom> {
    let mut atoms = atom::atoms(&normal.text);
    label::mark(&mut atoms, &normal.text, channel);
    frame::mark(&mut atoms, &normal.text);
    atom::cite(&mut atoms, normal, citations);
    atoms
}

/// Step 4: joins atoms that go on with what the one before them says.
fn group(atoms: &[Atom], text: &str, model: &Model) -> Vec<Span> {
    let mut units: Vec<Span> = Vec::new();
    let mut so_far = boundary::Context::new(text, atoms);
    for (i, atom) in atoms.iter().enumerate() {
        let beyond = so_far.ends_numbers(i);
        // What follows the last number without wanting anything takes leave.
        if atom.frame || atom.body.is_empty() || (beyond && !so_far.wants(i)) {
            so_far.pass(atom);
            continue;
        }
        let begins = so_far.is_empty()
            || beyond
            || atom.begins_part
            || (!atom.continues && so_far.opens_another_article(i))
            || (!atom.continues && model.begins_unit(&so_far.features(i)));
        match units.last_mut() {
            Some(last) if !begins => last.end = atom.body.end,
            _ => units.push(atom.body),
        }
        so_far.add(i, begins);
    }
    units
}

/// Without the commas and colons that only tied a unit to its surroundings.
fn trim(unit: Span, text: &str) -> Span {
    let start = unit.trimmed(text, |c| ",、:;。.!?)-".contains(c)).start;
    let end = unit.trimmed(text, |c| ",、:".contains(c)).end;
    let inner = Span::new(start, end);
    if inner
        .of(text)
        .contains(|c: char| !c.is_whitespace() && !is_punctuation(c))
    {
        inner
    } else {
        Span::new(start, start)
    }
}
