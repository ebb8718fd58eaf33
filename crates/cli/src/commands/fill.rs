//! `caifeng bench --fill`: a store with very many submissions beside an empty one.
//!
//! Each is served by a process of its own, as in earnest, so that its memory is its own. Triage is put
//! off in both: what is measured is taking in.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use caifeng_app::{App, Config};
use caifeng_domain::Visibility;
use tokio::{
    io::{AsyncWriteExt, BufReader as Stream},
    net::TcpStream,
    time::sleep,
};

use super::load;
use crate::{args::Bench, output::line};

/// As the load generator calls it.
const SLUG: &str = "load";
/// Times that each store is measured, in turn: the machine may have something else to do for a while.
const ROUNDS: usize = 3;
/// No triage behind the scenes.
const SETTINGS: &str = "triage_at_most = 0\n";
/// For how long a server may take to start.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) async fn run(bench: &Bench, config: Config) -> Result<()> {
    ensure!(config.database.is_none(), "大库只在 SQLite 上测量");
    std::fs::create_dir_all(&config.data)?;
    let folder = tempfile::tempdir_in(&config.data)?;
    let settings = folder.path().join("settings.toml");
    std::fs::write(&settings, SETTINGS)?;
    let many = folder.path().join("many");
    let began = Instant::now();
    prepare(&many, bench.fill.unwrap_or_default(), &config).await?;
    line(format!("填库用时 {:.0} 秒", began.elapsed().as_secs_f64()));
    for round in 0..ROUNDS {
        let empty = folder.path().join(format!("empty-{round}"));
        prepare(&empty, 0, &config).await?;
        for (name, data) in [("空库", &empty), ("大库", &many)] {
            line(name);
            measure(data, &settings, bench.seconds, round).await?;
        }
    }
    Ok(())
}

/// A server, killed when dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended already is what is wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Makes a store with so many submissions.
async fn prepare(data: &Path, submissions: usize, config: &Config) -> Result<()> {
    let app = App::open(Config {
        data: data.to_owned(),
        identity_key: None,
        identity_key_file: None,
        ..config.clone()
    })
    .await?;
    let tell = |done: usize| tracing::info!(done, "filled in");
    app.fill(SLUG, submissions, &tell).await?;
    app.set_visibility(Some(SLUG), Visibility::Public).await?;
    app.finish().await;
    Ok(())
}

/// Starts a server, submits, and tells how both went.
async fn measure(data: &Path, settings: &Path, seconds: u64, round: usize) -> Result<()> {
    let began = Instant::now();
    let (server, address) = start(data, settings)?;
    while !is_ready(address).await {
        ensure!(began.elapsed() < PATIENCE, "服务没有就绪");
        sleep(Duration::from_millis(5)).await;
    }
    let started = began.elapsed();
    let (waits, _) = load::drive(address, seconds, round).await?;
    let memory = memory(&server)? / 1_024;
    drop(server);
    load::show(waits, seconds);
    line(format!(
        "启动 {:.2} 秒，内存 {memory} MiB",
        started.as_secs_f64()
    ));
    Ok(())
}

fn start(data: &Path, settings: &Path) -> Result<(Server, SocketAddr)> {
    let process = Command::new(std::env::current_exe()?)
        .args(["--model", "lexical", "--config"])
        .arg(settings)
        .arg("--data")
        .arg(data)
        .args(["serve", "--listen", "127.0.0.1:0", "--per-minute", "0"])
        .env_remove("CAIFENG_DATABASE")
        .env_remove("CAIFENG_IDENTITY_KEY")
        .env_remove("CAIFENG_TLS_CERTIFICATE")
        .env_remove("CAIFENG_TLS_KEY")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut server = Server(process);
    let out = server.0.stdout.take().context("没有输出")?;
    let mut said = String::new();
    BufReader::new(out).read_line(&mut said)?;
    let address = said.split("http://").nth(1).context("服务没有启动")?;
    let address = address.split('，').next().unwrap_or_default();
    Ok((server, address.parse()?))
}

async fn is_ready(address: SocketAddr) -> bool {
    let ask = async {
        let mut stream = Stream::new(TcpStream::connect(address).await?);
        let request = format!("GET /readyz HTTP/1.1\r\nhost: {address}\r\n\r\n");
        stream.get_mut().write_all(request.as_bytes()).await?;
        anyhow::Ok(load::answer(&mut stream).await?.0)
    };
    ask.await.is_ok_and(|status| status == 200)
}

/// KiB that the process holds (`VmRSS`).
fn memory(server: &Server) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.0.id()))?;
    let held = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let held = held.and_then(|held| held.split_whitespace().next());
    Ok(held.context("系统没有给出内存")?.parse()?)
}
