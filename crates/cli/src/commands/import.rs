//! `caifeng import`.

use anyhow::Result;
use caifeng_app::{Config, Imported};

use crate::{args::Import, output::line};

/// Row errors shown on the screen; all of them go into the file.
const SHOWN: usize = 20;

pub(crate) async fn run(import: Import, config: Config) -> Result<()> {
    let (bytes, name) = super::read_file(&import.file)?;
    let app = super::open(config).await?;
    let done = app
        .import(
            import.selected.consultation.as_deref(),
            &name,
            bytes,
            import.survey.as_deref(),
            import.dry_run,
        )
        .await?;
    describe(&done, import.dry_run);
    if let Some(path) = &import.errors {
        super::write_file(path, &done.errors_csv())?;
        line(format!("有问题的行已写入 {}", path.display()));
    }
    Ok(())
}

fn describe(done: &Imported, dry_run: bool) {
    let used: Vec<String> = done
        .columns
        .iter()
        .filter_map(|c| c.field.map(|f| format!("{}→{}", c.header, f.label())))
        .collect();
    let dropped: Vec<&str> = done
        .columns
        .iter()
        .filter(|c| c.dropped)
        .map(|c| c.header.as_str())
        .collect();
    line(format!(
        "文件编码 {}；识别的列：{}",
        done.encoding,
        used.join("，")
    ));
    if !dropped.is_empty() {
        line(format!("为保护个人信息未导入的列：{}", dropped.join("，")));
    }
    for sheet in &done.skipped_sheets {
        line(format!("未读取的工作表：{sheet}"));
    }
    let verb = if dry_run { "将导入" } else { "已导入" };
    line(format!(
        "任务 {}：{verb} {} 件，此前已有 {} 件，有问题 {} 行{}",
        done.slug,
        done.new,
        done.known,
        done.errors.len(),
        if dry_run {
            "（试运行，未写入）"
        } else {
            ""
        }
    ));
    if let Some((first, last)) = &done.receipts {
        line(format!("受理编号 {first} 至 {last}"));
    }
    for error in done.errors.iter().take(SHOWN) {
        line(format!("  {}", error.message));
    }
    if done.errors.len() > SHOWN {
        line(format!(
            "  ……另有 {} 行，可用 --errors 文件 全部列出",
            done.errors.len() - SHOWN
        ));
    }
}
