//! The report for programs.
//!
//! One object with the fields of [`Report`] under their names, and `schema`. Enumerations appear
//! under their wire names (`amend`, `kiosk`), ids as `P-42`; `ledger` is `{received, balances,
//! places: {bundled, general, complaint, spam, withdrawn, waiting}}`. A snapshot test holds the
//! form: whoever changes it raises [`SCHEMA`].

use std::fmt::Display;

use caifeng_domain::{Channel, EditOp, Ledger, Place, Stance};
use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeStruct},
};

use crate::{Report, ReportError, SectionKind, words};

/// Name and version of the form.
const SCHEMA: &str = "caifeng-report/2";

#[derive(Serialize)]
struct Envelope<'a> {
    schema: &'static str,
    #[serde(flatten)]
    report: &'a Report,
    machine_mark: &'static str,
}

/// The report as indented JSON.
pub fn to_json(report: &Report) -> Result<String, ReportError> {
    let envelope = Envelope {
        schema: SCHEMA,
        report,
        machine_mark: words::MACHINE_MARK,
    };
    Ok(serde_json::to_string_pretty(&envelope)?)
}

/// The second member of `all`'s entry for `value`.
fn wire<T: PartialEq>(all: &[(T, &'static str, &'static str)], value: &T) -> &'static str {
    let entry = all.iter().find(|(candidate, _, _)| candidate == value);
    entry.map_or("", |(_, wire, _)| wire)
}

macro_rules! serialize_by_wire_name {
    ($($function:ident: $kind:ty),+) => {$(
        pub(crate) fn $function<S: Serializer>(value: &$kind, to: S) -> Result<S::Ok, S::Error> {
            to.serialize_str(wire(&<$kind>::ALL, value))
        }
    )+};
}
serialize_by_wire_name!(stance: Stance, channel: Channel, edit_op: EditOp, section_kind: SectionKind);

pub(crate) fn display<S: Serializer>(value: &impl Display, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

pub(crate) fn ledger<S: Serializer>(ledger: &Ledger, to: S) -> Result<S::Ok, S::Error> {
    let mut out = to.serialize_struct("Ledger", 3)?;
    out.serialize_field("received", &ledger.received)?;
    out.serialize_field("balances", &ledger.balances())?;
    out.serialize_field("places", &Places(ledger))?;
    out.end()
}

struct Places<'a>(&'a Ledger);

impl Serialize for Places<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut out = to.serialize_map(Some(Place::ALL.len()))?;
        for (place, wire, _) in Place::ALL {
            out.serialize_entry(wire, &self.0.count(place))?;
        }
        out.end()
    }
}

#[cfg(test)]
mod tests {
    use super::to_json;
    use crate::sample;

    #[test]
    fn the_form_is_stable() {
        insta::assert_snapshot!(to_json(&sample::report()).unwrap());
    }
}
