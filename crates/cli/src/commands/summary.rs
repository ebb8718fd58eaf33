//! `caifeng summary`.

use anyhow::{Result, bail};
use caifeng_app::{Config, PeriodRequest};

use crate::{
    args::{Format, Summary},
    output::{line, raw},
};

pub(crate) async fn run(summary: Summary, config: Config) -> Result<()> {
    let format = super::report::format(summary.format, summary.out.as_deref(), Format::Docx);
    let (_, ending) = format.kind();
    if !format.is_text() && summary.out.is_none() {
        bail!("{ending} 不能输出到屏幕，请用 --out 指定文件");
    }
    let request = PeriodRequest {
        period: summary.period,
        place: summary.station,
        ranking: summary.ranking,
    };
    let app = super::open(config).await?;
    let report = app.period_report(None, &request).await?;
    let bytes = app.export_period(report, format).await?;
    match &summary.out {
        Some(path) => {
            super::write_file(path, &bytes)?;
            line(format!("已写入 {}", path.display()));
        }
        None => raw(&bytes),
    }
    Ok(())
}
