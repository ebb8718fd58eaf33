//! Reports of a consultation: plain [`Report`] data to the official report (DOCX, HTML), the table
//! that goes with it (XLSX, CSV) and comes back filled in ([`read_back`]), a page for everybody
//! ([`to_briefing`]), Markdown and JSON.
//!
//! **Invariants.** Numbers come in threes ([`Counts`]): submissions, distinct senders, distinct
//! texts. Quotations are printed as given, only escaped; what stands between them is said by a template
//! that staff can read and change, and by staff themselves. What the machine grouped or linked is marked with [`MACHINE_MARK`].

mod briefing;
mod canvas;
mod csv_file;
mod docx;
mod error;
mod html;
mod json;
mod letter;
mod markdown;
mod markup;
mod model;
mod official;
mod periodic;
mod summary;
mod table;
mod typography;
mod words;
mod xlsx;

pub use briefing::to_briefing;
pub use csv_file::to_csv;
pub use docx::{FONTS, to_docx};
pub use error::ReportError;
pub use html::to_html;
pub use json::to_json;
pub use letter::Letter;
pub use markdown::to_markdown;
pub use model::{
    Activity, AnswerEntry, Counts, Disposition, EditEntry, Period, PointEntry, QuestionEntry,
    Quotation, Report, Section, SectionKind, SubmissionEntry, Tally, Totals,
};
pub use official::{DEFAULT_TEMPLATE, try_template};
pub use periodic::{CollectorWork, Measure, PeriodReport, PlaceWork, Value, Word, Work};
pub use table::{Table, table_to_csv, table_to_xlsx};
pub use words::MACHINE_MARK;
pub use xlsx::{Filled, ReadBack, RowFault, read_back, to_xlsx};

#[cfg(test)]
mod agreement;
mod sample;
