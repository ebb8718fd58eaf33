//! `caifeng identity`.

use std::io;

use anyhow::{Context, Result, bail};
use caifeng_app::Config;

use crate::{args_operations::IdentityCommand, output::line};

pub(crate) async fn run(command: IdentityCommand, config: Config) -> Result<()> {
    let app = super::open(config).await?;
    match command {
        IdentityCommand::Show(by) => {
            let known = app.show_identity(&by.receipt).await?;
            let who = known.submitter;
            for (name, value) in [
                ("姓名", who.name),
                ("电话", who.phone),
                ("身份", who.identity),
                ("地区", who.region),
                ("告知版本", known.consent),
            ] {
                line(format!("{name}：{}", value.as_deref().unwrap_or("（无）")));
            }
            line(format!(
                "本次征求意见中同一人的意见：{} 件",
                known.submissions
            ));
        }
        IdentityCommand::Correct(by) => {
            // Not as arguments, which other users of the machine can see.
            let (name, phone) = (read("姓名")?, read("电话")?);
            if name.is_none() && phone.is_none() {
                bail!("没有要更正的内容");
            }
            app.correct_identity(&by.receipt, name, phone).await?;
            line("已更正");
        }
        IdentityCommand::Delete(by) => {
            line(if app.delete_identity(&by.receipt).await? {
                "已删除提交人信息；意见保留，仍计入统计"
            } else {
                "没有可删除的提交人信息"
            });
        }
        IdentityCommand::Find => {
            let phone = read("电话")?.context("没有输入电话")?;
            let sent = app.find_sent(&phone).await?;
            line(format!("共 {} 件", sent.len()));
            for one in sent {
                line(format!("{}　{}", one.receipt, one.slug));
            }
        }
    }
    Ok(())
}

/// A line from the standard input. None when it is empty.
fn read(what: &str) -> Result<Option<String>> {
    let mut text = String::new();
    io::stdin()
        .read_line(&mut text)
        .with_context(|| format!("无法从标准输入读取{what}"))?;
    let text = text.trim();
    Ok((!text.is_empty()).then(|| text.to_owned()))
}
