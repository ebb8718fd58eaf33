//! The formats of a report.

use std::sync::Arc;

use caifeng_domain::Named;
use caifeng_report::{self as writers, Report, ReportError};

use super::pdf;
use crate::{App, AppError};

/// A format that reports leave the house in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReportFormat {
    /// The official report for office programs.
    Docx,
    /// The same, not to be changed.
    Pdf,
    /// The same for the browser.
    Html,
    /// 意见建议汇总表.
    Xlsx,
    /// One page for everybody.
    Briefing,
    /// For reading.
    Md,
    /// For other programs.
    Csv,
    /// For other programs.
    Json,
}

impl ReportFormat {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 8] = [
        (Self::Docx, "docx", "报告（docx）"),
        (Self::Pdf, "pdf", "报告（PDF）"),
        (Self::Html, "html", "报告（网页，可打印）"),
        (Self::Xlsx, "xlsx", "意见建议汇总表（xlsx）"),
        (Self::Briefing, "briefing", "一图读懂（网页）"),
        (Self::Md, "md", "Markdown"),
        (Self::Csv, "csv", "CSV"),
        (Self::Json, "json", "JSON"),
    ];

    /// The media type, and the ending of file names.
    #[must_use]
    pub fn kind(self) -> (&'static str, &'static str) {
        match self {
            Self::Docx => (
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                "docx",
            ),
            Self::Pdf => ("application/pdf", "pdf"),
            Self::Html | Self::Briefing => ("text/html; charset=utf-8", "html"),
            Self::Xlsx => (
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "xlsx",
            ),
            Self::Md => ("text/markdown; charset=utf-8", "md"),
            Self::Csv => ("text/csv; charset=utf-8", "csv"),
            Self::Json => ("application/json; charset=utf-8", "json"),
        }
    }

    /// Whether it is text that a terminal can show.
    #[must_use]
    pub fn is_text(self) -> bool {
        !matches!(self, Self::Docx | Self::Pdf | Self::Xlsx)
    }
}

impl Named for ReportFormat {
    const NAMES: &'static [(Self, &'static str, &'static str)] = &Self::ALL;
}

impl App {
    /// A report as a file.
    pub async fn export(&self, report: Report, format: ReportFormat) -> Result<Vec<u8>, AppError> {
        self.written(format, move || write(&report, format)).await
    }

    /// Does the work of writing a file.
    pub(crate) async fn written(
        &self,
        format: ReportFormat,
        write: impl FnOnce() -> Result<Vec<u8>, AppError> + Send + 'static,
    ) -> Result<Vec<u8>, AppError> {
        // LibreOffice takes hundreds of megabytes: one at a time. Whoever stops waiting for it leaves
        // it at work, and its turn ends with that.
        let turn = match format {
            ReportFormat::Pdf => Some(Arc::clone(&self.offices).acquire_owned().await),
            _ => None,
        };
        let work = move || {
            let written = write();
            drop(turn);
            written
        };
        tokio::task::spawn_blocking(work).await?
    }
}

fn write(report: &Report, format: ReportFormat) -> Result<Vec<u8>, AppError> {
    let written = match format {
        ReportFormat::Docx => writers::to_docx(report),
        ReportFormat::Pdf => {
            let docx = writers::to_docx(report).map_err(explain)?;
            return Ok(pdf::from_docx(&docx)?);
        }
        ReportFormat::Html => writers::to_html(report).map(String::into_bytes),
        ReportFormat::Xlsx => writers::to_xlsx(report),
        ReportFormat::Briefing => writers::to_briefing(report).map(String::into_bytes),
        ReportFormat::Md => Ok(writers::to_markdown(report).into_bytes()),
        ReportFormat::Csv => writers::to_csv(report),
        ReportFormat::Json => writers::to_json(report).map(String::into_bytes),
    };
    written.map_err(explain)
}

/// Mistakes in a template are for whoever wrote it.
fn explain(error: ReportError) -> AppError {
    match error {
        ReportError::Template { line, detail } => {
            AppError::Config(format!("报告模板第 {line} 行有误：{detail}"))
        }
        ReportError::NoTitle => {
            AppError::Config("报告模板里没有标题：应有一行以“# ”开头".to_owned())
        }
        other => other.into(),
    }
}
