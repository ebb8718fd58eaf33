//! `caifeng user`.

use std::io;

use anyhow::{Context, Result};
use caifeng_app::{App, Config};
use caifeng_domain::Named;
use jiff::{
    Timestamp,
    tz::{TimeZone, offset},
};

use crate::{args::UserCommand, output::line};

/// Who the audit trail says did it.
const ACTOR: &str = "cli";

pub(crate) async fn run(command: UserCommand, config: Config) -> Result<()> {
    match command {
        UserCommand::Add(add) => {
            let role = super::role(&add.role)?;
            let password = password()?;
            let app = super::open(config).await?;
            let reach = app.reach(add.station.as_deref(), &add.consultation).await?;
            app.add_account_within(&add.name, role, password, reach)
                .await?;
            line(format!("已新建账号 {}（{}）", add.name, role.chinese()));
        }
        UserCommand::List => list(&super::open(config).await?).await?,
        UserCommand::Password(of) => {
            let password = password()?;
            let app = super::open(config).await?;
            app.reset_password(&of.name, password).await?;
            line(format!("已重设账号 {} 的密码", of.name));
        }
        UserCommand::Disable(of) => {
            let app = super::open(config).await?;
            app.set_disabled(ACTOR, &of.name, true).await?;
            line(format!("账号 {} 已停用", of.name));
        }
        UserCommand::Enable(of) => {
            let app = super::open(config).await?;
            app.set_disabled(ACTOR, &of.name, false).await?;
            line(format!("账号 {} 已恢复", of.name));
        }
        UserCommand::RemoveSecondFactor(of) => {
            let app = super::open(config).await?;
            app.remove_factor(ACTOR, &of.name).await?;
            line(format!("已取消账号 {} 的动态口令", of.name));
        }
        UserCommand::Sessions => {
            for session in super::open(config).await?.sessions(None, None).await? {
                line(format!(
                    "{}　{}　{} 至 {}",
                    session.number,
                    session.account,
                    time(session.began_at),
                    time(session.ends_at)
                ));
            }
        }
        UserCommand::EndSession { number } => {
            super::open(config).await?.end_session(number).await?;
            line(format!("登录 {number} 已结束"));
        }
    }
    Ok(())
}

fn password() -> Result<String> {
    let mut password = String::new();
    io::stdin()
        .read_line(&mut password)
        .context("无法从标准输入读取密码")?;
    Ok(password.trim_end_matches(['\r', '\n']).to_owned())
}

async fn list(app: &App) -> Result<()> {
    for account in app.accounts().await? {
        let who = account.principal;
        let state = if account.is_disabled {
            "　已停用"
        } else {
            ""
        };
        let factor = if who.has_factor {
            "　动态口令"
        } else {
            ""
        };
        line(format!(
            "{}　{}{factor}{}{state}",
            who.name,
            who.role.chinese(),
            super::reach(&who.reach)
        ));
    }
    Ok(())
}

/// A time in China.
fn time(at: Timestamp) -> String {
    let china = TimeZone::fixed(offset(8));
    at.to_zoned(china).strftime("%Y-%m-%d %H:%M").to_string()
}
