//! `caifeng backup` and `caifeng restore`.

use anyhow::{Context, Result, ensure};
use caifeng_app::{App, BackupOptions, ChainState, Config};

use crate::{args_operations::BackupArgs, output::line};

pub(crate) async fn backup(args: BackupArgs, config: Config) -> Result<()> {
    let options = options(&args)?;
    let app = super::open(config).await?;
    let made = app.backup(&args.folder, options).await?;
    line(format!(
        "已备份 {} 件来件、{} 个扫描件和纪要原件到 {}（{:.1} MiB{}），已逐字节读回核对",
        made.submissions,
        made.files,
        args.folder.display(),
        made.bytes as f64 / f64::from(1 << 20),
        if made.encrypted { "，已加密" } else { "" }
    ));
    if made.missing > 0 {
        line(format!(
            "注意：数据目录里少了 {} 个扫描件或纪要原件，请运行 caifeng doctor",
            made.missing
        ));
    }
    line(match &args.key_file {
        Some(path) => format!("主密钥另存于 {}，请与备份分开保管", path.display()),
        None => "备份中不含主密钥；没有主密钥就读不出姓名和电话，请确认它已另行保管".to_owned(),
    });
    Ok(())
}

pub(crate) async fn restore(args: BackupArgs, config: Config) -> Result<()> {
    let options = options(&args)?;
    let restored = caifeng_app::restore(&config, &args.folder, options).await?;
    line(format!(
        "已恢复 {} 件来件、{} 个扫描件和纪要原件，备份时间 {}，校验相符",
        restored.submissions, restored.files, restored.made_at
    ));
    if !restored.has_key {
        line(format!(
            "还缺主密钥：请把它放到 {}（权限 600）后再启动",
            config.key_file().display()
        ));
        return Ok(());
    }
    let app = App::open(config).await?;
    match app.verify_audit().await? {
        ChainState::Intact { entries, .. } => line(format!("审计记录 {entries} 条，链完整")),
        ChainState::Broken { seq } => line(format!("注意：审计记录第 {seq} 条缺失或被改动")),
    }
    let asked = app.ask_for_all().await?;
    line(format!("启动服务后将重新梳理 {asked} 个任务并重建检索索引"));
    app.finish().await;
    Ok(())
}

fn options(args: &BackupArgs) -> Result<BackupOptions> {
    let mut passphrase = None;
    if let Some(path) = &args.passphrase_file {
        let (bytes, _) = super::read_file(path)?;
        let text = String::from_utf8(bytes).context("口令文件应为 UTF-8 文本")?;
        let first = text.lines().next().unwrap_or_default();
        ensure!(first.chars().count() >= 12, "口令至少 12 个字");
        passphrase = Some(first.to_owned());
    }
    Ok(BackupOptions {
        passphrase,
        key: args.key_file.clone(),
    })
}
