//! `caifeng serve`.

use std::{future::Future, net::SocketAddr, time::Duration};

use anyhow::{Context, Result};
use axum::serve::ListenerExt;
use caifeng_app::{App, Config};
use caifeng_server::Limits;
use tokio::{net::TcpListener, sync::watch, time};

use crate::{args::Serve, output::line};

/// How long requests at work may take to end once the process is asked to.
const LAST_REQUESTS: Duration = Duration::from_secs(20);

pub(crate) async fn run(args: Serve, config: Config) -> Result<()> {
    let app = super::open(config).await?;
    let listener = TcpListener::bind(args.listen)
        .await
        .with_context(|| format!("无法监听 {}", args.listen))?;
    let end = super::end::asked_to_end()?;
    line(format!(
        "正在监听 http://{}，按 Ctrl-C 结束",
        listener.local_addr()?
    ));
    let limits = Limits {
        per_minute: args.per_minute,
        behind_proxy: args.behind_proxy,
        ..Limits::default()
    };
    serve(app, listener, limits, end).await
}

/// Serves and works until `end`; then lets in nothing more, answers what is at work, writes what
/// was let in, and gives back the job that was begun.
pub(crate) async fn serve(
    app: App,
    listener: TcpListener,
    limits: Limits,
    end: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    // Answers are small: they leave at once instead of waiting for more.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "a connection stays slow");
        }
    });
    // In containers every process may have the same number.
    let worker = format!("{}-{}", std::process::id(), app.new_key()?);
    let work = tokio::spawn({
        let (app, worker) = (app.clone(), worker.clone());
        async move { app.work(&worker).await }
    });
    let upkeep = tokio::spawn(caifeng_server::upkeep());
    let (ending, mut ended) = watch::channel(false);
    let mut late = ended.clone();
    tokio::spawn(async move {
        end.await;
        let _ = ending.send(true);
    });
    let router = caifeng_server::router(app.clone(), limits)
        .into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, router).with_graceful_shutdown(async move {
        let _ = ended.wait_for(|ended| *ended).await;
    });
    tokio::select! {
        served = served.into_future() => served?,
        () = async {
            let _ = late.wait_for(|ended| *ended).await;
            time::sleep(LAST_REQUESTS).await;
        } => tracing::warn!("some requests did not end in time"),
    }
    work.abort();
    upkeep.abort();
    // Until it has ended it may still take a job.
    let _ = work.await;
    app.stop_work(&worker).await?;
    app.finish().await;
    Ok(())
}
