//! Personal data: found in a text, and masked.
//!
//! Recognisers run from the surest to the least sure, and what one has found the next ones leave alone.
//! Numbers are found by their structure and check digits, accounts and addresses by structure and cue
//! words, names by surname, given name, the words around them and the dictionary.

mod accounts;
mod address;
mod checks;
mod documents;
mod findings;
mod mask;
mod names;
mod numbers;
mod view;
mod words;

use caifeng_domain::PersonalData;
use regex::Regex;

use findings::Findings;
use view::View;

pub use mask::{redact, replacements};

/// Finds the personal data in `text`, in the order of the text, without overlaps.
///
/// `known` are the sender's own name and telephone as the channel gave them; wherever they stand in
/// the text they are found as name and telephone. Names of organisations
/// among them are ignored.
///
/// ```
/// use caifeng_domain::PersonalDataKind;
///
/// let text = "我叫王建国，电话13800000001。";
/// let found = caifeng_text::personal::find(text, &[]);
/// assert_eq!(found.len(), 2);
/// assert_eq!(found[0].kind, PersonalDataKind::Name);
/// assert_eq!(found[1].span.of(text), "13800000001");
/// ```
#[must_use]
pub fn find(text: &str, known: &[&str]) -> Vec<PersonalData> {
    let view = View::new(text);
    let mut found = Findings::new(view.len());
    numbers::find_known(&view, known, &mut found);
    documents::find_cases(&view, &mut found);
    accounts::find_emails(&view, &mut found);
    numbers::find(&view, &mut found);
    documents::find(&view, &mut found);
    accounts::find(&view, &mut found);
    address::find(&view, &mut found);
    names::find(&view, known, &mut found);
    found
        .into_sorted()
        .into_iter()
        .map(|(kind, range)| PersonalData {
            kind,
            span: view.span(&range),
        })
        .collect()
}

/// A pattern of this module.
///
/// # Panics
/// When it does not compile. All are constants, and the tests use each.
fn pattern(source: &str) -> Regex {
    Regex::new(source).expect("a pattern that compiles")
}

#[cfg(test)]
mod tests;
