//! `caifeng report`.

use anyhow::{Result, bail};
use caifeng_app::{Config, LetterSettings, ReportFormat, reports};

use crate::{
    args::{Format, Report},
    output::{line, raw},
};

pub(crate) async fn run(report: Report, config: Config) -> Result<()> {
    if report.show_template {
        raw(reports::DEFAULT_TEMPLATE.as_bytes());
        return Ok(());
    }
    let format = format(report.format);
    let (_, ending) = format.kind();
    if !format.is_text() && report.out.is_none() {
        bail!("{ending} 不能输出到屏幕，请用 --out 指定文件");
    }
    let app = super::open(config).await?;
    let mut data = app.report(report.selected.consultation.as_deref()).await?;
    if let Some(file) = &report.letter {
        let today = std::mem::take(&mut data.letter.date);
        data.letter = app.letter(LetterSettings::read(file)?, &today)?;
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

pub(super) fn format(format: Format) -> ReportFormat {
    match format {
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
