//! `caifeng report`.

use std::{ffi::OsStr, path::Path};

use anyhow::{Result, bail};
use caifeng_app::{Config, LetterSettings, ReportFormat, reports};
use clap::ValueEnum as _;

use crate::{
    args::{Format, Report},
    output::{line, raw},
};

pub(crate) async fn run(report: Report, config: Config) -> Result<()> {
    if report.show_template {
        raw(reports::DEFAULT_TEMPLATE.as_bytes());
        return Ok(());
    }
    let format = format(report.format, report.out.as_deref(), Format::Md);
    let (_, ending) = format.kind();
    if !format.is_text() && report.out.is_none() {
        bail!("{ending} 不能输出到屏幕，请用 --out 指定文件");
    }
    let app = super::open(config).await?;
    let mut data = app.report(report.selected.consultation.as_deref()).await?;
    if let Some(file) = &report.letter {
        let today = std::mem::take(&mut data.letter.date);
        data.letter = app.letter(LetterSettings::read(file)?, &today).await?;
    }
    let bytes = app.export(data, format).await?;
    match &report.out {
        Some(path) => {
            super::write_file(path, &bytes)?;
            line(format!("已写入 {}", path.display()));
        }
        None => raw(&bytes),
    }
    Ok(())
}

/// The format that was named, else the one that the file is called after, else the usual one.
pub(super) fn format(named: Option<Format>, out: Option<&Path>, usual: Format) -> ReportFormat {
    let ending = out.and_then(Path::extension).and_then(OsStr::to_str);
    let of_file = ending.and_then(|ending| Format::from_str(ending, true).ok());
    match named.or(of_file).unwrap_or(usual) {
        Format::Md => ReportFormat::Md,
        Format::Json => ReportFormat::Json,
        Format::Csv => ReportFormat::Csv,
        Format::Xlsx => ReportFormat::Xlsx,
        Format::Docx => ReportFormat::Docx,
        Format::Pdf => ReportFormat::Pdf,
        Format::Html => ReportFormat::Html,
        Format::Briefing => ReportFormat::Briefing,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use caifeng_app::ReportFormat;

    use super::format;
    use crate::args::Format;

    #[test]
    fn a_file_is_of_the_format_that_it_is_called_after_unless_another_is_named() {
        #[track_caller]
        fn check(named: Option<Format>, out: Option<&str>, want: ReportFormat) {
            assert_eq!(format(named, out.map(Path::new), Format::Md), want);
        }
        check(None, None, ReportFormat::Md);
        check(None, Some("a/report.docx"), ReportFormat::Docx);
        check(None, Some("REPORT.PDF"), ReportFormat::Pdf);
        check(None, Some("report.txt"), ReportFormat::Md);
        check(Some(Format::Json), Some("report.docx"), ReportFormat::Json);
    }
}
