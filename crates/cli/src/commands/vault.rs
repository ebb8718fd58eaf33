//! `caifeng vault`.

use std::env;

use anyhow::{Context, Result};
use caifeng_app::{App, Config, Suite, read_key};
use caifeng_domain::Named;

use crate::{args_operations::VaultCommand, output::line};

/// The master key that takes the place of one from the environment.
const NEW_KEY: &str = "CAIFENG_NEW_IDENTITY_KEY";

pub(crate) async fn run(command: VaultCommand, config: Config) -> Result<()> {
    let key_file = config.key_file();
    let app = super::open(config).await?;
    match command {
        VaultCommand::Show => show(&app).await?,
        VaultCommand::Rotate { cipher } => {
            let suite = cipher.as_deref().map(suite).transpose()?;
            let done = app.rotate_vault(suite, &|_| {}).await?;
            match done.new_key {
                Some(id) => line(format!(
                    "已启用数据密钥 {id}，重新加密 {} 条信息、{} 个文件",
                    done.resealed, done.files
                )),
                None => line(format!(
                    "上次更换没有做完，现已做完，重新加密 {} 条信息、{} 个文件；要再换一把新密钥，请再运行一次",
                    done.resealed, done.files
                )),
            }
        }
        VaultCommand::ExchangeMaster => {
            let given = env::var(NEW_KEY).ok();
            let new = given.as_deref().map(read_key).transpose()?;
            let is_given = new.is_some();
            app.exchange_master(new).await?;
            line(if is_given {
                "主密钥已更换。请把 CAIFENG_IDENTITY_KEY 改为新密钥后重启各进程；旧密钥请封存，旧备份要用它"
                    .to_owned()
            } else {
                format!(
                    "主密钥已更换：{}。旧密钥改名为 .old-编号 留在旁边，旧备份要用它，请移到别处封存",
                    key_file.display()
                )
            });
        }
    }
    Ok(())
}

async fn show(app: &App) -> Result<()> {
    let (keys, before) = app.vault().await?;
    for key in keys {
        let since = match key.created_at.as_second() {
            0 => "建库以来".to_owned(),
            _ => key.created_at.strftime("%Y-%m-%d").to_string(),
        };
        let state = if key.in_use {
            "现用"
        } else {
            "只用于解密"
        };
        line(format!(
            "数据密钥 {}　{}　{since}　{state}",
            key.id,
            key.suite.chinese()
        ));
    }
    line(format!("不是由现用密钥加密的：{before} 条（含文件）"));
    Ok(())
}

fn suite(name: &str) -> Result<Suite> {
    let names: Vec<&str> = Suite::NAMES.iter().map(|suite| suite.1).collect();
    Suite::from_name(name)
        .with_context(|| format!("没有算法 {name}，应为 {} 之一", names.join("、")))
}
