//! From connections to requests: how many there may be, how long each may take to say what it wants,
//! and encryption.

use std::{
    io,
    net::SocketAddr,
    path::Path,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo, http::Request, response::Response};
use hyper::{
    body::{Body as _, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
    service::TowerToHyperService,
};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time,
};
use tokio_rustls::TlsAcceptor;

use crate::{Limits, linger::Lingering};

/// Rest after the system could not give another connection: it is out of files.
const OUT_OF_FILES: Duration = Duration::from_secs(1);

/// Bytes of the head of a request: browsers send some 2 KB.
const MOST_HEAD: usize = 64 << 10;

/// A certificate with its key.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is not there or is no PEM.
    #[error("无法读取证书或私钥文件 {path}")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: rustls::pki_types::pem::Error,
    },
    /// They do not belong together, or are of a kind that nobody uses any more.
    #[error("证书和私钥不能使用")]
    Unusable(#[from] rustls::Error),
}

impl Tls {
    /// Reads a chain of certificates, the server's own first, and its private key, both PEM.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let failed = |path: &Path| {
            let path = path.display().to_string();
            move |source| TlsError::File { path, source }
        };
        let chain = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(failed(certificate))?;
        let key = PrivateKeyDer::from_pem_file(key).map_err(failed(key))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }
}

/// Serves until `end`; then lets nobody in any more, and returns when what is at work is answered.
pub async fn listen(
    router: Router,
    listener: TcpListener,
    tls: Option<Tls>,
    limits: &Limits,
    end: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let head_timeout = limits.head_timeout;
    let mut end = pin!(end);
    loop {
        // Without a place left nobody is let in: they wait in the queue of the system.
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, accept(&listener).await)
        };
        let (place, (stream, peer)) = tokio::select! {
            next = next => next,
            () = &mut end => break,
        };
        let (router, tls, watcher) = (router.clone(), tls.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _place = place;
            // Answers are small: they leave at once instead of waiting for more.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection stays slow");
            }
            match tls {
                None => talk(stream, peer, router, head_timeout, watcher).await,
                Some(Tls(acceptor)) => {
                    // Whoever does not come to an end with the greeting is not waited for.
                    if let Ok(Ok(stream)) =
                        time::timeout(head_timeout, acceptor.accept(stream)).await
                    {
                        talk(stream, peer, router, head_timeout, watcher).await;
                    }
                }
            }
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                time::sleep(OUT_OF_FILES).await;
            }
        }
    }
}

/// Whoever wanted to connect has gone again.
fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

/// Answers the requests of one connection.
async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: Router,
    head_timeout: Duration,
    watcher: Watcher,
) {
    let router = TowerToHyperService::new(router);
    // Whether something that has a body was refused: some of it may still be on its way.
    let refused = Arc::new(AtomicBool::new(false));
    let stream = Lingering::new(stream, Arc::clone(&refused));
    let service = service_fn(move |request: Request<Incoming>| {
        let has_body = !request.body().is_end_stream();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let (answer, refused) = (
            hyper::service::Service::call(&router, request),
            Arc::clone(&refused),
        );
        async move {
            let answer = answer.await;
            let is_refused = |answer: &Response| !answer.status().is_success();
            refused.store(
                has_body && answer.as_ref().is_ok_and(is_refused),
                Ordering::Relaxed,
            );
            answer
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_timeout)
        .max_buf_size(MOST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection broke");
    }
}
