//! `caifeng serve`.

use anyhow::{Context, Result};
use caifeng_app::Config;
use tokio::{net::TcpListener, signal};

use crate::{args::Serve, output::line};

pub(crate) async fn run(serve: Serve, config: Config) -> Result<()> {
    let app = super::open(config).await?;
    let listener = TcpListener::bind(serve.listen)
        .await
        .with_context(|| format!("无法监听 {}", serve.listen))?;
    line(format!(
        "正在监听 http://{}，按 Ctrl-C 结束",
        listener.local_addr()?
    ));
    axum::serve(listener, caifeng_server::router(app))
        .with_graceful_shutdown(async {
            let _ = signal::ctrl_c().await;
        })
        .await?;
    Ok(())
}
