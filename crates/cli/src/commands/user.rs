//! `caifeng user`.

use std::io;

use anyhow::{Context, Result};
use caifeng_app::Config;
use caifeng_domain::Named;

use crate::{args::UserCommand, output::line};

pub(crate) async fn run(command: UserCommand, config: Config) -> Result<()> {
    let UserCommand::Add(add) = command;
    let role = super::role(&add.role)?;
    let mut password = String::new();
    io::stdin()
        .read_line(&mut password)
        .context("无法从标准输入读取密码")?;
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    let app = super::open(config).await?;
    app.add_account(&add.name, role, password).await?;
    line(format!("已新建账号 {}（{}）", add.name, role.chinese()));
    Ok(())
}
