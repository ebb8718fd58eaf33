//! Reports of a consultation: plain [`Report`] data to Markdown, JSON, CSV and XLSX.
//!
//! **Invariants.** Numbers come in threes ([`Counts`]): submissions, distinct senders, distinct
//! texts. Quotations are printed as given, only escaped; nothing here writes a sentence that nobody
//! wrote. What the machine grouped or linked is marked with [`MACHINE_MARK`].

mod csv_file;
mod error;
mod json;
mod markdown;
mod model;
mod table;
mod words;
mod xlsx;

pub use csv_file::to_csv;
pub use error::ReportError;
pub use json::to_json;
pub use markdown::to_markdown;
pub use model::{
    Counts, EditEntry, PointEntry, Quotation, Report, Section, SectionKind, SubmissionEntry, Tally,
    Totals,
};
pub use table::{Table, table_to_csv, table_to_xlsx};
pub use words::MACHINE_MARK;
pub use xlsx::to_xlsx;

#[cfg(test)]
mod sample;
