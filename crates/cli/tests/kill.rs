//! Killed hard under load: what a client saw acknowledged is there afterwards, and nothing twice.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

const CLIENTS: usize = 8;
/// How long each process lives under load, from the first answers on.
const LIVES: [Duration; 3] = [
    Duration::from_millis(420),
    Duration::from_millis(730),
    Duration::from_millis(1_170),
];

/// How long a slow machine may take for one answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running `caifeng serve`, killed when dropped.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(data: &Path) -> Self {
        let mut process = caifeng(data)
            .args(["serve", "--listen", "127.0.0.1:0", "--per-minute", "0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(process.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap();
        let address = address.split('，').next().unwrap().to_owned();
        Self { process, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn caifeng(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caifeng"));
    command
        .args(["--model", "lexical", "--data"])
        .arg(data)
        .env_remove("CAIFENG_CONFIG");
    command
}

/// Hands in one comment under a key. None when there was no whole answer.
fn submit(address: &str, key: &str) -> Option<String> {
    let body = format!(r#"{{"comments":[{{"text":"意见 {key}"}}],"consent":"2026-11"}}"#);
    let head = format!(
        "POST /api/v1/consultations/c/submissions HTTP/1.1\r\nhost: {address}\r\n\
         content-type: application/json\r\nidempotency-key: {key}\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    let answer = exchange(address, &(head + &body))?;
    let body: Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1)?).ok()?;
    Some(body["receipts"][0].as_str()?.to_owned())
}

fn exchange(address: &str, request: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// Eight clients hand in one comment after the other until the process is killed. The receipts they
/// saw by key, and the keys that were not answered.
fn load(server: Server, life: Duration, round: usize) -> (HashMap<String, String>, Vec<String>) {
    let address = server.address.clone();
    let answered = AtomicUsize::new(0);
    let client = |client: usize| {
        let (mut seen, mut open) = (HashMap::new(), Vec::new());
        for number in 0.. {
            let key = format!("key-{round}-{client}-{number}");
            if let Some(receipt) = submit(&address, &key) {
                seen.insert(key, receipt);
                answered.fetch_add(1, Ordering::Relaxed);
            } else {
                open.push(key);
                break;
            }
        }
        (seen, open)
    };
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                scope.spawn({
                    let client = &client;
                    move || client(number)
                })
            })
            .collect();
        let began = Instant::now();
        while answered.load(Ordering::Relaxed) < CLIENTS && began.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(5));
        }
        thread::sleep(life);
        drop(server);
        let (mut seen, mut open) = (HashMap::new(), Vec::new());
        for client in clients {
            let (receipts, keys) = client.join().unwrap();
            seen.extend(receipts);
            open.extend(keys);
        }
        (seen, open)
    })
}

#[test]
fn every_receipt_that_was_seen_outlives_a_kill_and_none_counts_twice() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let made = caifeng(&data)
        .args(["consultation", "create", "c", "--title", "某条例（草案）"])
        .status()
        .unwrap();
    assert!(made.success());
    let mut receipts: HashMap<String, String> = HashMap::new();
    let mut open = Vec::new();
    for (round, life) in LIVES.into_iter().enumerate() {
        let (seen, unanswered) = load(Server::start(&data), life, round);
        assert!(!seen.is_empty(), "there was load in round {round}");
        receipts.extend(seen);
        open.extend(unanswered);
    }
    let server = Server::start(&data);
    // Seen once, the same for ever; not seen, so asked for again, as clients do.
    for (key, receipt) in &receipts {
        assert_eq!(
            submit(&server.address, key).as_ref(),
            Some(receipt),
            "{key}"
        );
    }
    for key in open {
        let receipt = submit(&server.address, &key).unwrap();
        receipts.insert(key, receipt);
    }
    let mut distinct: Vec<&String> = receipts.values().collect();
    distinct.sort();
    distinct.dedup();
    assert_eq!(
        distinct.len(),
        receipts.len(),
        "each has a receipt of its own"
    );
    drop(server);
    let listed = caifeng(&data)
        .args(["consultation", "list"])
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(
        listed.contains(&format!("收到 {} 件", receipts.len())),
        "{listed}"
    );
}
