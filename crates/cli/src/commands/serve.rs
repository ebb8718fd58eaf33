//! `caifeng serve`.

use std::{future::Future, time::Duration};

use anyhow::{Context, Result};
use caifeng_app::{App, Config};
use caifeng_server::{Limits, Tls};
use tokio::{net::TcpListener, sync::watch, time};

use crate::{args::Serve, output::line};

/// How long requests at work may take to end once the process is asked to.
const LAST_REQUESTS: Duration = Duration::from_secs(20);

pub(crate) async fn run(args: Serve, config: Config) -> Result<()> {
    let app = super::open(config).await?;
    let listener = TcpListener::bind(args.listen)
        .await
        .with_context(|| format!("无法监听 {}", args.listen))?;
    let tls = match (&args.tls_certificate, &args.tls_key) {
        (Some(certificate), Some(key)) => Some(Tls::read(certificate, key)?),
        _ => None,
    };
    let scheme = if tls.is_some() { "https" } else { "http" };
    let end = super::end::asked_to_end()?;
    line(format!(
        "正在监听 {scheme}://{}，按 Ctrl-C 结束",
        listener.local_addr()?
    ));
    let limits = Limits {
        per_minute: args.per_minute,
        behind_proxy: args.behind_proxy,
        tls: tls.is_some(),
        admins_need_factor: args.admins_need_second_factor,
        ..Limits::default()
    };
    serve(app, listener, tls, limits, end).await
}

/// Serves and works until `end`; then lets in nothing more, answers what is at work, writes what
/// was let in, and gives back the job that was begun.
pub(crate) async fn serve(
    app: App,
    listener: TcpListener,
    tls: Option<Tls>,
    limits: Limits,
    end: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    // In containers every process may have the same number.
    let worker = format!("{}-{}", std::process::id(), app.new_key()?);
    let work = tokio::spawn({
        let (app, worker) = (app.clone(), worker.clone());
        async move { app.work(&worker).await }
    });
    let ahead = tokio::spawn({
        let app = app.clone();
        async move {
            if let Err(error) = app.open_desks().await {
                tracing::warn!(%error, "a desk could not be opened ahead");
            }
            if let Err(error) = app.open_search().await {
                tracing::warn!(%error, "an index could not be opened ahead");
            }
        }
    });
    let upkeep = tokio::spawn(caifeng_server::upkeep());
    let (ending, mut ended) = watch::channel(false);
    let mut late = ended.clone();
    tokio::spawn(async move {
        end.await;
        let _ = ending.send(true);
    });
    let router = caifeng_server::router(app.clone(), limits.clone());
    let served = caifeng_server::listen(router, listener, tls, &limits, async move {
        let _ = ended.wait_for(|ended| *ended).await;
    });
    tokio::select! {
        () = served => {}
        () = async {
            let _ = late.wait_for(|ended| *ended).await;
            time::sleep(LAST_REQUESTS).await;
        } => tracing::warn!("some requests did not end in time"),
    }
    work.abort();
    upkeep.abort();
    ahead.abort();
    // Until it has ended it may still take a job.
    let _ = work.await;
    app.stop_work(&worker).await?;
    app.finish().await;
    Ok(())
}
