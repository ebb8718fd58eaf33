//! `caifeng audit`.

use anyhow::{Result, bail};
use caifeng_app::{App, ChainState, Config};
use jiff::tz::{TimeZone, offset};

use crate::{args_operations::AuditCommand, output::line};

pub(crate) async fn run(command: AuditCommand, config: Config) -> Result<()> {
    let app = super::open(config).await?;
    match command {
        AuditCommand::Verify => match app.verify_audit().await? {
            ChainState::Intact { entries, head } => {
                line(format!("审计记录 {entries} 条，链完整"));
                line(format!("末条校验值 {head}"));
                line("把条数和校验值抄存到别处，日后可据此发现整条链被重写");
            }
            ChainState::Broken { seq } => {
                bail!("审计记录第 {seq} 条缺失或被改动，此后的记录不可信")
            }
        },
        AuditCommand::List { after, limit } => list(&app, after, limit).await?,
    }
    Ok(())
}

async fn list(app: &App, mut after: u64, limit: usize) -> Result<()> {
    let china = TimeZone::fixed(offset(8));
    let mut left = limit;
    while left > 0 {
        let page = app.audit_entries(after).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        for entry in page.iter().take(left) {
            let at = entry.at.to_zoned(china.clone());
            line(format!(
                "{}　{}　{}　{}　{}",
                entry.seq,
                at.strftime("%Y-%m-%d %H:%M:%S"),
                entry.actor,
                entry.action,
                entry.object
            ));
        }
        left = left.saturating_sub(page.len());
    }
    Ok(())
}
