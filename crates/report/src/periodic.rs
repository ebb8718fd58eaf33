//! 月报、年报: what a place and all below it did in a month or a year, as plain data and as files.
//!
//! The four words 及时、广泛、真实、有序 (DOMAIN M5) are measures here: a part of a whole, or days. Who
//! gathered most is only told where somebody asked for it (M11).

mod book;
mod document;

use serde::Serialize;

use self::document::document;
use crate::{Letter, Period, ReportError, docx, html};

/// What was done in a month or a year.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PeriodReport {
    /// What stands around the text.
    #[serde(skip)]
    pub letter: Letter,
    /// 2026年3月
    pub name: String,
    /// First and last day.
    pub period: Period,
    /// The place that it is about.
    pub place: String,
    /// When it was made, RFC 3339.
    pub generated_at: String,
    /// Consultations in which something came in or was done.
    pub consultations: Vec<String>,
    /// The place and all below it, each after the one that it belongs to.
    pub places: Vec<PlaceWork>,
    /// 及时、广泛、真实、有序.
    pub measures: Vec<Measure>,
    /// Who gathered how much, most first; nothing where nobody asked.
    pub collectors: Vec<CollectorWork>,
    /// How many people gathered anything.
    pub active_collectors: usize,
}

/// A place and what was done there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlaceWork {
    /// Its name.
    pub name: String,
    /// 联系点, 联络站, 采集点; empty for what belongs to no place.
    pub kind: String,
    /// How many of the places listed are above it.
    pub depth: usize,
    /// At the place itself.
    pub own: Work,
    /// With all places below it.
    pub together: Work,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Work {
    /// Submissions that came.
    pub submissions: usize,
    /// People who sent them; those of whom nothing is known each for themselves.
    pub senders: usize,
    /// Texts: copies and letters of one campaign are one.
    pub texts: usize,
    /// Meetings.
    pub meetings: usize,
    /// People at them.
    pub present: usize,
    /// Tasks whose last day was in the period.
    pub tasks: usize,
    /// Of these, those done by then.
    pub tasks_in_time: usize,
    /// Points that were settled in the period and that submissions from here make.
    pub settled: usize,
    /// Of these, those adopted, in whole or in part.
    pub adopted: usize,
}

/// One of the four words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Word {
    /// 及时
    Timely,
    /// 广泛
    Broad,
    /// 真实
    True,
    /// 有序
    Orderly,
}

impl Word {
    /// All with their Chinese names.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Timely, "及时"),
        (Self::Broad, "广泛"),
        (Self::True, "真实"),
        (Self::Orderly, "有序"),
    ];

    /// As people read it.
    #[must_use]
    pub fn chinese(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// How well one of the four words was kept to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Measure {
    /// Which word.
    pub word: Word,
    /// What is measured.
    pub name: &'static str,
    /// How it is counted.
    pub rule: &'static str,
    /// What came out.
    pub value: Value,
}

/// What a measure came out as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Value {
    /// So many of so many.
    Share(usize, usize),
    /// So many.
    Count(usize),
    /// So many working days altogether, in so many cases.
    Days(usize, usize),
}

impl Value {
    /// Whether there was anything to measure.
    #[must_use]
    pub fn is_known(self) -> bool {
        !matches!(self, Self::Share(_, 0) | Self::Days(_, 0))
    }

    /// As people read it: `75%（3/4）`, `2.5 个工作日`; a dash where there was nothing to measure.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            unknown if !unknown.is_known() => "—".to_owned(),
            Self::Share(part, whole) => {
                // Rounded down, so that 100% means all.
                format!("{}%（{part}/{whole}）", part * 100 / whole)
            }
            Self::Count(count) => count.to_string(),
            Self::Days(days, cases) => {
                let tenths = (days * 10 + cases / 2) / cases;
                format!("{}.{} 个工作日", tenths / 10, tenths % 10)
            }
        }
    }
}

/// One 信息员.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CollectorWork {
    /// Name.
    pub name: String,
    /// Where they gather.
    pub place: String,
    /// Submissions that they wrote down.
    pub submissions: usize,
    /// Points settled in the period that these make.
    pub settled: usize,
    /// Of these, those adopted, in whole or in part.
    pub adopted: usize,
}

impl PeriodReport {
    /// 某县联系点2026年3月工作情况汇总
    #[must_use]
    pub fn title(&self) -> String {
        format!("{}{}意见征集工作情况汇总", self.place, self.name)
    }

    /// As a document in the format of official reports.
    pub fn to_docx(&self) -> Result<Vec<u8>, ReportError> {
        docx::write(&document(self), &self.generated_at)
    }

    /// The same for the browser.
    pub fn to_html(&self) -> Result<String, ReportError> {
        html::write(&document(self))
    }

    /// Its tables as a workbook.
    pub fn to_xlsx(&self) -> Result<Vec<u8>, ReportError> {
        book::write(self)
    }
}

#[cfg(test)]
mod tests;
