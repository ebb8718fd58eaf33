//! `caifeng key`.

use anyhow::Result;
use caifeng_app::Config;

use crate::{args::KeyCommand, output::line};

pub(crate) async fn run(command: KeyCommand, config: Config) -> Result<()> {
    match command {
        KeyCommand::Create(create) => {
            let role = super::role(&create.role)?;
            let app = super::open(config).await?;
            let secret = app.add_api_key(&create.name, role).await?;
            line(secret);
        }
        KeyCommand::Revoke { name } => {
            super::open(config).await?.revoke_api_key(&name).await?;
            line(format!("密钥 {name} 已停用"));
        }
    }
    Ok(())
}
