//! `caifeng worker`.

use anyhow::Result;
use caifeng_app::Config;

use super::end::asked_to_end;
use crate::output::line;

/// Does jobs until asked to end; then gives back the one that was begun.
pub(crate) async fn run(config: Config) -> Result<()> {
    let app = super::open(config).await?;
    let end = asked_to_end()?;
    let worker = format!("{}-{}", std::process::id(), app.new_key()?);
    let work = tokio::spawn({
        let (app, worker) = (app.clone(), worker.clone());
        async move { app.work(&worker).await }
    });
    line("正在处理后台任务，按 Ctrl-C 结束");
    end.await;
    work.abort();
    // Until it has ended it may still take a job.
    let _ = work.await;
    app.stop_work(&worker).await?;
    app.finish().await;
    Ok(())
}
