//! `caifeng station`.

use anyhow::Result;
use caifeng_app::{App, Config};
use caifeng_domain::Named;

use crate::{args::StationCommand, output::line};

pub(crate) async fn run(command: StationCommand, config: Config) -> Result<()> {
    match command {
        StationCommand::Import { file } => {
            let (bytes, _) = super::read_file(&file)?;
            let app = super::open(config).await?;
            let added = app.import_stations(&bytes).await?;
            line(format!(
                "已导入站点 {} 个，信息员 {} 人，此前已有 {} 行",
                added.stations, added.collectors, added.known
            ));
        }
        StationCommand::Rename { station, name } => {
            let app = super::open(config).await?;
            app.rename_station(&station, &name).await?;
            line(format!("{station} 现在叫“{}”", name.trim()));
        }
        StationCommand::List => list(&super::open(config).await?).await?,
    }
    Ok(())
}

/// Each place with its people below it. The code is what stands in the QR code: `/p/代码`.
async fn list(app: &App) -> Result<()> {
    let collectors = app.collectors().await?;
    for (station, path) in app.stations().await? {
        let kind = station.kind.chinese();
        line(format!("{}　{kind}　{}", station.code, path.join("/")));
        for collector in collectors.iter().filter(|one| one.station == station.id) {
            line(format!("{}　信息员　{}", collector.code, collector.name));
        }
    }
    Ok(())
}
