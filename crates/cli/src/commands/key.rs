//! `caifeng key`.

use anyhow::Result;
use caifeng_app::Config;
use caifeng_domain::Named;

use crate::{args::KeyCommand, output::line};

pub(crate) async fn run(command: KeyCommand, config: Config) -> Result<()> {
    match command {
        KeyCommand::Create(create) => {
            let role = super::role(&create.role)?;
            let app = super::open(config).await?;
            let reach = app
                .reach(create.station.as_deref(), &create.consultation)
                .await?;
            line(app.add_api_key_within(&create.name, role, reach).await?);
        }
        KeyCommand::List => {
            for key in super::open(config).await?.api_keys().await? {
                let (who, reach) = (&key.principal, super::reach(&key.principal.reach));
                line(format!("{}　{}{reach}", who.name, who.role.chinese()));
            }
        }
        KeyCommand::Revoke { name } => {
            super::open(config).await?.revoke_api_key(&name).await?;
            line(format!("密钥 {name} 已停用"));
        }
    }
    Ok(())
}
