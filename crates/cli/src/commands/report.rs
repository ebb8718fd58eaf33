//! `caifeng report`.

use anyhow::{Result, bail};
use caifeng_app::{Config, reports};

use crate::{
    args::{Format, Report},
    output::{line, raw},
};

pub(crate) async fn run(report: Report, config: Config) -> Result<()> {
    if report.format == Format::Xlsx && report.out.is_none() {
        bail!("xlsx 不能输出到屏幕，请用 --out 指定文件");
    }
    let data = super::open(config)
        .await?
        .report(report.selected.consultation.as_deref())
        .await?;
    let bytes = match report.format {
        Format::Md => reports::to_markdown(&data).into_bytes(),
        Format::Json => reports::to_json(&data)?.into_bytes(),
        Format::Csv => reports::to_csv(&data)?,
        Format::Xlsx => reports::to_xlsx(&data)?,
    };
    match &report.out {
        Some(path) => {
            super::write_file(path, &bytes)?;
            line(format!("已写入 {}", path.display()));
        }
        None => raw(&bytes),
    }
    Ok(())
}
