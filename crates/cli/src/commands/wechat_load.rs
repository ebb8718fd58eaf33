//! `caifeng bench --wechat`: how long messages of WeChat wait for their answers.
//!
//! Two hundred a second, of as many followers, over loopback to the server that `caifeng serve`
//! runs, in a fresh folder inside the data folder. Each is an opinion: written down, then answered
//! with a receipt. WeChat gives up after five seconds; ours is one.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use caifeng_app::{
    App, Config, WechatMode, WechatSettings,
    channels::wechat::{Account, Mode},
};
use caifeng_domain::Visibility;
use caifeng_server::Limits;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    time,
};

use crate::{args::Bench, output::line};

const PER_SECOND: u32 = 200;
const TOKEN: &str = "bench";
const APP: &str = "wx-bench";
const DRAFT: &str = "某市测速条例（草案）\n第一条　甲。\n第二条　乙。\n";

pub(crate) async fn run(bench: &Bench, config: Config) -> Result<()> {
    std::fs::create_dir_all(&config.data)?;
    let folder = tempfile::tempdir_in(&config.data)?;
    let settings = WechatSettings {
        token: TOKEN.to_owned(),
        app_id: APP.to_owned(),
        encoding_aes_key: None,
        mode: WechatMode::Plain,
    };
    let config = Config {
        data: folder.path().to_owned(),
        database: None,
        wechat: [("bench".to_owned(), settings)].into(),
        ..config
    };
    let app = App::open(config).await?;
    let title = "某市测速条例（草案）";
    app.create_consultation("load", title, None, Visibility::Public, Vec::new())
        .await?;
    app.import_draft("load", "draft.txt", DRAFT.as_bytes())
        .await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (end, ended) = oneshot::channel::<()>();
    let ended = async move {
        let _ = ended.await;
    };
    let limits = Limits::default();
    let server = tokio::spawn(super::serve::serve(
        app.clone(),
        listener,
        None,
        limits,
        ended,
    ));
    let account = Arc::new(Account::new(TOKEN, APP, Mode::Plain, None)?);
    let count = u64::from(PER_SECOND) * bench.seconds;
    let mut pace = time::interval(Duration::from_secs(1) / PER_SECOND);
    let mut messages = Vec::new();
    for number in 1..=count {
        pace.tick().await;
        let account = Arc::clone(&account);
        messages.push(tokio::spawn(async move {
            send(address, &account, number).await
        }));
    }
    let mut waits = Vec::new();
    for message in messages {
        waits.push(message.await??);
    }
    let stored = app.count_received("load").await?;
    let _ = end.send(());
    server.await??;
    ensure!(
        stored as u64 == count,
        "发送 {count} 条，库中有 {stored} 件"
    );
    waits.sort_unstable();
    let at = |percent: usize| waits[waits.len() * percent / 100].as_secs_f64() * 1_000.0;
    line(format!(
        "每秒 {PER_SECOND} 条微信消息，{} 秒：一半在 {:.1} 毫秒内应答，99% 在 {:.1} 毫秒内",
        bench.seconds,
        at(50),
        at(99)
    ));
    Ok(())
}

/// Sends one opinion on a connection of its own, as WeChat does, and returns how long it waited.
async fn send(address: SocketAddr, account: &Account, number: u64) -> Result<Duration> {
    let at = jiff::Timestamp::now().as_second().to_string();
    let signature = account.sign(&[&at, "1"]);
    let body = format!(
        "<xml><ToUserName>gh_bench</ToUserName><FromUserName>o{number}</FromUserName>\
         <CreateTime>{at}</CreateTime><MsgType>text</MsgType><MsgId>{number}</MsgId>\
         <Content>我是第{number}位居民，建议第二条写明由谁负责、多长时间办结。</Content></xml>"
    );
    let request = format!(
        "POST /hooks/wechat/bench?signature={signature}&timestamp={at}&nonce=1 HTTP/1.1\r\n\
         host: {address}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let began = Instant::now();
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let wait = began.elapsed();
    ensure!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("受理编号"),
        "没有受理编号：{answer}"
    );
    Ok(wait)
}
