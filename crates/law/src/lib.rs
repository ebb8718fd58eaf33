//! Chinese legal text: drafts, citations, quotations, edits, alignment of versions.

pub mod align;
pub mod amendment;
pub mod cite;
pub mod difference;
pub mod docx;
pub mod draft;
pub mod edit;
pub mod numeral;
pub mod quote;
pub mod titles;
