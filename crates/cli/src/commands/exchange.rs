//! `caifeng exchange`.

use std::path::PathBuf;

use anyhow::Result;
use caifeng_app::{App, Config, PackageNews, Packed, Received};
use caifeng_domain::Named;

use crate::{
    args_exchange::{ExchangeCommand, ExchangeImport},
    output::line,
};

pub(crate) async fn run(command: ExchangeCommand, config: Config) -> Result<()> {
    let app = super::open(config).await?;
    match command {
        ExchangeCommand::Export(export) => {
            let slug = export.selected.consultation.as_deref();
            let packed = app.export_package(None, slug).await?;
            write(&packed, export.out)
        }
        ExchangeCommand::Feedback(feedback) => {
            let slug = feedback.selected.consultation.as_deref();
            let packed = app.export_feedback(None, slug, &feedback.organisation);
            write(&packed.await?, feedback.out)
        }
        ExchangeCommand::Verify { file } => verify(&app, &file).await,
        ExchangeCommand::Import(command) => import(&app, command).await,
        ExchangeCommand::List(selected) => list(&app, selected.consultation.as_deref()).await,
        ExchangeCommand::Key => {
            let key = app.own_key().await?;
            line(key.line);
            line(format!("指纹　{}", key.fingerprint));
            Ok(())
        }
        ExchangeCommand::Trust(trust) => {
            let offered = app.trust(None, &trust.organisation, &trust.key).await?;
            line(format!("已加入名单：{}", trust.organisation));
            line(format!("指纹　{}　请打电话与对方核对", offered.fingerprint));
            Ok(())
        }
        ExchangeCommand::Trusted => trusted(&app).await,
        ExchangeCommand::Distrust { number } => {
            app.distrust(None, number).await?;
            line(format!("已停用 {number}"));
            Ok(())
        }
    }
}

fn write(packed: &Packed, out: Option<PathBuf>) -> Result<()> {
    let path = out.unwrap_or_else(|| PathBuf::from(&packed.file_name));
    super::write_file(&path, &packed.bytes)?;
    let package = &packed.line.package;
    let counts = &packed.line.counts;
    let again = if packed.is_known {
        "，与上次相同"
    } else {
        ""
    };
    line(format!(
        "{}第 {} 版{again}：{} 件意见，{} 个观点或答复",
        package.kind.chinese(),
        package.version,
        counts.submissions,
        counts.points
    ));
    let left = packed.count;
    if left.waiting + left.complaints + left.spam > 0 {
        line(format!(
            "未包含：尚未梳理 {} 件，民情诉求 {} 件，垃圾信息 {} 件",
            left.waiting, left.complaints, left.spam
        ));
    }
    line(format!("已写入 {}", path.display()));
    Ok(())
}

async fn verify(app: &App, file: &std::path::Path) -> Result<()> {
    let (bytes, _) = super::read_file(file)?;
    let (manifest, organisation) = app.verify_package(bytes).await?;
    line(format!("签名人　{organisation}"));
    line(format!(
        "内容　《{}》第 {} 版，{} 导出，{} 件意见",
        manifest.consultation.title,
        manifest.version,
        manifest.exported_at,
        manifest.counts.submissions
    ));
    line("完整，签名和摘要都正确");
    Ok(())
}

async fn import(app: &App, command: ExchangeImport) -> Result<()> {
    let (bytes, _) = super::read_file(&command.file)?;
    let slug = command.selected.consultation.as_deref();
    let received = app.receive_package(None, slug, bytes, command.dry_run);
    let received = received.await?;
    let will = if command.dry_run { "将" } else { "" };
    let Received {
        organisation,
        manifest,
        news,
        ..
    } = received;
    line(format!("来自 {organisation}，第 {} 版", manifest.version));
    match news {
        PackageNews::Known => line("此前已经导入过，没有变化"),
        PackageNews::Submissions { merged, stations } => {
            line(format!(
                "{will}新增 {} 件（其中改动后替换旧件 {} 件），此前已有 {} 件，撤下 {} 件，恢复 {} 件",
                merged.new, merged.replaced, merged.known, merged.withdrawn, merged.restored
            ));
            for (station, submissions) in stations {
                line(format!("{station}　{submissions} 件"));
            }
        }
        PackageNews::Feedback {
            answers,
            replaced,
            results,
        } => {
            line(format!(
                "{will}收入答复 {answers} 条，替换旧答复 {replaced} 条"
            ));
            for (result, number) in results {
                line(format!("{result}　{number} 条"));
            }
        }
    }
    Ok(())
}

async fn list(app: &App, slug: Option<&str>) -> Result<()> {
    for entry in app.packages(None, slug).await? {
        let package = &entry.package;
        let other = Some(&*package.organisation).filter(|name| !name.is_empty());
        line(format!(
            "{}　{}{}　第 {} 版　{}　{} 件意见　{}",
            package.id,
            package.direction.chinese(),
            package.kind.chinese(),
            package.version,
            other.unwrap_or("上级"),
            entry.counts.submissions,
            package.at
        ));
    }
    Ok(())
}

async fn trusted(app: &App) -> Result<()> {
    for key in app.trusted_keys().await? {
        let state = if key.revoked_at.is_some() {
            "　已停用"
        } else {
            ""
        };
        line(format!(
            "{}　{}　{}　{}{state}",
            key.id,
            key.organisation,
            key.key.suite.chinese(),
            key.key.fingerprint()
        ));
    }
    Ok(())
}
