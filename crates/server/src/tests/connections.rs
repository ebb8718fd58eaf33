//! Connections as they are served: slow ones, many, and encrypted ones.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::Desk;
use crate::{Limits, Tls};

const REQUEST: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
const PATIENCE: Duration = Duration::from_secs(20);

/// A server on a port of its own.
struct Server {
    address: SocketAddr,
    end: oneshot::Sender<()>,
    task: JoinHandle<()>,
    _desk: Desk,
}

impl Server {
    async fn start(limits: Limits, tls: Option<Tls>) -> Self {
        let desk = Desk::with(limits.clone()).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (end, ended) = oneshot::channel();
        let router = desk.router.clone();
        let task = tokio::spawn(async move {
            let end = async {
                let _ = ended.await;
            };
            crate::listen(router, listener, tls, &limits, end).await;
        });
        Self {
            address,
            end,
            task,
            _desk: desk,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// Everything that comes until the server closes the connection.
async fn rest(mut stream: impl AsyncRead + Unpin) -> String {
    let mut text = String::new();
    let read = timeout(PATIENCE, stream.read_to_string(&mut text)).await;
    read.expect("the server closes the connection").unwrap();
    text
}

async fn ask(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> String {
    stream.write_all(REQUEST).await.unwrap();
    rest(stream).await
}

#[tokio::test]
async fn a_sender_who_does_not_come_to_an_end_is_cut_off_and_frees_a_place() {
    let limits = Limits {
        connections: 2,
        head_timeout: Duration::from_millis(500),
        ..Limits::default()
    };
    let server = Server::start(limits, None).await;
    let (mut slow, silent) = (server.connect().await, server.connect().await);
    slow.write_all(b"GET / HTTP/1.1\r\nhost: lo").await.unwrap();
    // Both places are taken: this one waits until they are cut off.
    let third = server.connect().await;
    let answer = ask(third).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(!rest(slow).await.contains("200"), "cut off");
    assert_eq!(rest(silent).await, "", "cut off");
    server.end.send(()).unwrap();
    timeout(PATIENCE, server.task).await.unwrap().unwrap();
}

#[tokio::test]
async fn who_sends_far_too_much_is_told_so_and_who_sends_an_endless_head_is_not_heard() {
    let server = Server::start(Limits::default(), None).await;
    let mut stream = server.connect().await;
    let length = 10_000_000;
    let head = format!(
        "POST /api/v1/consultations/known/submissions HTTP/1.1\r\nhost: localhost\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // All of it is written before anything is read, as simple clients do.
    stream.write_all(&vec![b'x'; length]).await.unwrap();
    let answer = rest(stream).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("too_large"), "{answer}");

    let mut endless = server.connect().await;
    let head = format!("GET / HTTP/1.1\r\nhost: a\r\nx: {}", "y".repeat(65 << 10));
    endless.write_all(head.as_bytes()).await.unwrap();
    let answer = rest(endless).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn a_certificate_makes_it_https() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    assert!(
        Tls::read(&key, &certificate).is_err(),
        "the wrong way round"
    );
    let tls = Tls::read(&certificate, &key).unwrap();
    let limits = Limits {
        tls: true,
        head_timeout: Duration::from_secs(2),
        ..Limits::default()
    };
    let server = Server::start(limits, Some(tls)).await;

    let mut roots = RootCertStore::empty();
    let chain = CertificateDer::pem_file_iter(&certificate).unwrap();
    roots.add_parsable_certificates(chain.map(Result::unwrap));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    let name = ServerName::try_from("localhost").unwrap();
    let stream = connector.connect(name, server.connect().await).await;
    let answer = ask(stream.unwrap()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(
        !ask(server.connect().await).await.contains("200"),
        "not plain"
    );
}

/// Whoever may not upload is answered before a large body is sent, not after.
#[tokio::test]
async fn nobody_is_listened_to_who_may_not_upload() {
    let server = Server::start(Limits::default(), None).await;
    for (path, kind, want) in [
        (
            "/staff/c/known/import",
            "multipart/form-data; boundary=edge",
            "303",
        ),
        (
            "/staff/c/known/import/check",
            "application/x-www-form-urlencoded",
            "303",
        ),
        (
            "/staff/c/known/minutes",
            "multipart/form-data; boundary=edge",
            "303",
        ),
        (
            "/staff/c/known/minutes/confirm",
            "application/x-www-form-urlencoded",
            "303",
        ),
        (
            "/staff/scans/x",
            "multipart/form-data; boundary=edge",
            "303",
        ),
        (
            "/staff/wechat/1",
            "application/x-www-form-urlencoded",
            "303",
        ),
        (
            "/api/v1/consultations/known/submissions/bulk",
            "application/json",
            "401",
        ),
    ] {
        let mut stream = server.connect().await;
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {kind}\r\n\
             sec-fetch-site: same-origin\r\ncontent-length: 15000000\r\n\r\n"
        );
        // Only the head: whoever waited for the body would never answer.
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut status = [0; 12];
        let read = timeout(PATIENCE, stream.read_exact(&mut status)).await;
        read.expect("answered at once").unwrap();
        let status = String::from_utf8_lossy(&status);
        assert_eq!(status.strip_prefix("HTTP/1.1 "), Some(want), "{path}");
    }
}
