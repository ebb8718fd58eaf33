//! `caifeng hook`.

use std::io;

use anyhow::{Context, Result};
use caifeng_app::{Config, Platform};
use caifeng_domain::Named;

use crate::{
    args::{HookAdd, HookCommand},
    output::line,
};

pub(crate) async fn run(command: HookCommand, config: Config) -> Result<()> {
    match command {
        HookCommand::Add(command) => add(command, config).await,
        HookCommand::List => list(config).await,
        HookCommand::Revoke { name } => {
            super::open(config).await?.revoke_hook(&name).await?;
            line(format!("已停用 {name}"));
            Ok(())
        }
        HookCommand::Refused { name } => refused(&name, config).await,
        HookCommand::Retry { name } => {
            let app = super::open(config).await?;
            let (new, left) = app.retry_pushes(&name).await?;
            line(format!("收入 {new} 件，仍未收入 {left} 份"));
            Ok(())
        }
    }
}

async fn add(command: HookAdd, config: Config) -> Result<()> {
    let platform = Platform::from_name(&command.platform)
        .with_context(|| format!("没有平台 {}，应为 wenjuanxing 或 tencent", command.platform))?;
    let mut key = String::new();
    if platform == Platform::Wenjuanxing {
        io::stdin()
            .read_line(&mut key)
            .context("无法从标准输入读取推送密钥")?;
    }
    let questions = match &command.questions {
        Some(file) => String::from_utf8(super::read_file(file)?.0).context("题目文件不是 UTF-8")?,
        None => "{}".to_owned(),
    };
    let slug = command.selected.consultation.as_deref();
    let app = super::open(config).await?;
    let key = Some(key.trim());
    let path = app.add_hook(slug, &command.name, platform, key, &questions);
    line(path.await?);
    Ok(())
}

async fn refused(name: &str, config: Config) -> Result<()> {
    for push in super::open(config).await?.refused_pushes(name).await? {
        line(format!(
            "{}　{}　{}",
            push.id, push.received_at, push.reason
        ));
        line(String::from_utf8_lossy(&push.body));
    }
    Ok(())
}

async fn list(config: Config) -> Result<()> {
    for hook in super::open(config).await?.hooks().await? {
        let platform = hook.platform.chinese();
        let refused = match hook.last_refusal {
            Some(reason) => format!("　未收入 {} 份，最近一次：{reason}", hook.refusals),
            None => String::new(),
        };
        line(format!("{}　{platform}{refused}", hook.name));
    }
    Ok(())
}
