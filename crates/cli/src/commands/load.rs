//! `caifeng bench --serve`: how many submissions a second are taken in, and how long each waits.
//!
//! The server that `caifeng serve` runs, background work and all, takes them over loopback in a
//! fresh folder inside the data folder, on the disk that is used in earnest.

use std::{
    collections::HashSet,
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use caifeng_app::{App, CONSENT_VERSION, Config};
use caifeng_domain::Visibility;
use caifeng_server::Limits;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

use crate::{args::Bench, output::line};

const CONNECTIONS: usize = 64;
const DRAFT: &str = "某市测速条例（草案）\n第一条　甲。\n第二条　乙。\n";

pub(crate) async fn run(bench: &Bench, config: Config) -> Result<()> {
    std::fs::create_dir_all(&config.data)?;
    let folder = tempfile::tempdir_in(&config.data)?;
    let config = Config {
        data: folder.path().to_owned(),
        identity_key: None,
        identity_key_file: None,
        ..config
    };
    let app = App::open(config).await?;
    // A PostgreSQL that is named stays as it is afterwards: nobody's in earnest.
    ensure!(
        app.consultations().await?.is_empty(),
        "请指定一个空的数据库"
    );
    app.import_draft("load", "draft.txt", DRAFT.as_bytes())
        .await?;
    app.set_visibility(Some("load"), Visibility::Public).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let limits = Limits {
        per_minute: 0,
        ..Limits::default()
    };
    let (end, ended) = oneshot::channel::<()>();
    let ended = async move {
        let _ = ended.await;
    };
    let server = tokio::spawn(super::serve::serve(
        app.clone(),
        listener,
        None,
        limits,
        ended,
    ));
    let (waits, receipts) = drive(address, bench.seconds, 0).await?;
    let stored = app.count_received("load").await?;
    let _ = end.send(());
    server.await??;
    ensure!(
        stored == receipts.len(),
        "发出受理编号 {} 个，库中有 {stored} 件",
        receipts.len()
    );
    show(waits, bench.seconds);
    Ok(())
}

/// Submits on all connections for so many seconds, each `round` something else. What each submission
/// waited, and the receipts.
pub(super) async fn drive(
    address: SocketAddr,
    seconds: u64,
    round: usize,
) -> Result<(Vec<Duration>, HashSet<String>)> {
    let until = Instant::now() + Duration::from_secs(seconds);
    let clients: Vec<_> = (0..CONNECTIONS)
        .map(|client| tokio::spawn(submit_until(address, (round, client), until)))
        .collect();
    let (mut waits, mut receipts) = (Vec::new(), HashSet::new());
    for client in clients {
        for (wait, receipt) in client.await?? {
            waits.push(wait);
            ensure!(receipts.insert(receipt), "同一受理编号发了两次");
        }
    }
    Ok((waits, receipts))
}

/// Sends one submission after the other on one connection. What each waited, and its receipt.
async fn submit_until(
    address: SocketAddr,
    client: (usize, usize),
    until: Instant,
) -> Result<Vec<(Duration, String)>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let mut done = Vec::new();
    while Instant::now() < until {
        let request = request(address, client, done.len());
        let began = Instant::now();
        stream.get_mut().write_all(request.as_bytes()).await?;
        let (status, body) = answer(&mut stream).await?;
        let wait = began.elapsed();
        if status != 201 {
            bail!("提交未被接受：{status} {body}");
        }
        let receipt = body["receipts"][0].as_str().context("没有受理编号")?;
        done.push((wait, receipt.to_owned()));
    }
    Ok(done)
}

fn request(address: SocketAddr, (round, client): (usize, usize), number: usize) -> String {
    let text = format!(
        "我是第{client}号终端的第{number}位居民，建议第二条写明由谁负责、多长时间办结，\
         并且把办理结果告诉提出意见的人，让大家看得见、信得过。"
    );
    let body = json!({
        "comments": [{"article": "2", "text": text}],
        "consent": CONSENT_VERSION,
        "sender": {"name": format!("测试{client}"), "phone": format!("139{client:04}{:04}", number % 10_000)},
    })
    .to_string();
    format!(
        "POST /api/v1/consultations/load/submissions HTTP/1.1\r\nhost: {address}\r\n\
         content-type: application/json\r\nidempotency-key: load-{round}-{client:04}-{number:08}\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Reads one answer with a length, as our server sends them.
pub(super) async fn answer(stream: &mut BufReader<TcpStream>) -> Result<(u16, Value)> {
    let (mut status, mut length, mut head) = (0, 0, String::new());
    loop {
        head.clear();
        stream.read_line(&mut head).await?;
        let text = head.trim_end();
        if text.is_empty() {
            break;
        }
        if status == 0 {
            status = text.split(' ').nth(1).context("不是 HTTP")?.parse()?;
        } else if let Some((name, value)) = text.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok((status, serde_json::from_slice(&body)?))
}

#[expect(clippy::cast_sign_loss, reason = "shares are not negative")]
pub(super) fn show(mut waits: Vec<Duration>, seconds: u64) {
    waits.sort_unstable();
    let at = |share: f64| {
        let place = (waits.len() as f64 * share) as usize;
        waits.get(place.min(waits.len().saturating_sub(1)))
    };
    let ms = |share| at(share).map_or(0.0, |wait| wait.as_secs_f64() * 1_000.0);
    line(format!(
        "{CONNECTIONS} 个连接，{seconds} 秒，受理 {} 件并已写入磁盘，每秒 {:.0} 件",
        waits.len(),
        waits.len() as f64 / seconds as f64
    ));
    line(format!(
        "等待：一半在 {:.1} 毫秒内，99% 在 {:.1} 毫秒内，最长 {:.1} 毫秒",
        ms(0.5),
        ms(0.99),
        ms(1.0)
    ));
}
