//! Several processes on one PostgreSQL, each with a data folder of its own, as on several machines.
//! Runs where `CAIFENG_TEST_POSTGRES` names a server, as in CI; needs `psql`.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

/// How long a slow machine may take.
const PATIENCE: Duration = Duration::from_mins(4);
const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A schema of its own, dropped at the end, and the processes on it.
struct Desk {
    server: String,
    schema: String,
    folder: TempDir,
}

/// A running process, killed when dropped.
struct Process {
    child: Child,
    first_line: String,
}

impl Desk {
    /// None where there is no PostgreSQL for tests.
    fn new(name: &str) -> Option<Self> {
        let server = std::env::var("CAIFENG_TEST_POSTGRES").ok()?;
        let schema = format!("caifeng_{name}_{}", std::process::id());
        let folder = tempfile::tempdir().unwrap();
        let desk = Self {
            server,
            schema,
            folder,
        };
        desk.sql(&format!("create schema {}", desk.schema));
        Some(desk)
    }

    fn sql(&self, sql: &str) -> String {
        let out = Command::new("psql")
            .args([&*self.server, "-XAtqc", sql])
            .env("PGOPTIONS", format!("-c search_path={}", self.schema))
            .output()
            .unwrap();
        assert!(
            out.status.success(),
            "{sql}: {}",
            String::from_utf8_lossy(&out.stderr)
        );
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    }

    /// The command of one machine.
    fn caifeng(&self, machine: &str) -> Command {
        let url = format!("{}?options[search_path]={}", self.server, self.schema);
        let mut command = Command::new(env!("CARGO_BIN_EXE_caifeng"));
        command
            .args(["--model", "lexical", "--database", &url, "--data"])
            .arg(self.folder.path().join(machine))
            .env_remove("CAIFENG_CONFIG")
            .env("CAIFENG_IDENTITY_KEY", KEY);
        command
    }

    #[track_caller]
    fn succeeds(&self, args: &[&str]) -> String {
        let out = self.caifeng("desk").args(args).output().unwrap();
        let message = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{args:?}: {message}");
        String::from_utf8(out.stdout).unwrap()
    }

    /// Starts a service and waits until it says that it has begun.
    fn start(&self, machine: &str, args: &[&str]) -> Process {
        let mut child = self
            .caifeng(machine)
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut first_line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut first_line).unwrap();
        Process { child, first_line }
    }

    fn serve(&self, machine: &str) -> Process {
        self.start(
            machine,
            &["serve", "--listen", "127.0.0.1:0", "--per-minute", "0"],
        )
    }

    #[track_caller]
    fn wait_until(&self, sql: &str, want: &str) {
        let began = Instant::now();
        while self.sql(sql) != want {
            let jobs = "select id, kind, payload, state, attempts, error from job";
            assert!(
                began.elapsed() < PATIENCE,
                "{sql}: not {want}\n{}",
                self.sql(jobs)
            );
            thread::sleep(Duration::from_millis(30));
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if !thread::panicking() {
            self.sql(&format!("drop schema {} cascade", self.schema));
        }
    }
}

impl Process {
    fn address(&self) -> String {
        let address = self.first_line.split("http://").nth(1).unwrap();
        address.split('，').next().unwrap().to_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../corpora/heyan")
        .join(name)
}

/// Hands in one comment under a key; its receipt.
fn submit(address: &str, key: &str) -> String {
    let body = format!(
        r#"{{"comments":[{{"text":"第二条 意见 {key}"}}],"consent":"2026-11","sender":{{"phone":"13800000000"}}}}"#
    );
    let head = format!(
        "POST /api/v1/consultations/c/submissions HTTP/1.1\r\nhost: {address}\r\n\
         content-type: application/json\r\nidempotency-key: {key}\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all((head + &body).as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let json = answer.split("\r\n\r\n").nth(1).unwrap();
    let json: Value = serde_json::from_str(json).unwrap_or_else(|_| panic!("{answer}"));
    json["receipts"][0]
        .as_str()
        .unwrap_or_else(|| panic!("{answer}"))
        .to_owned()
}

#[test]
fn two_servers_and_two_workers_share_the_work_and_do_nothing_twice() {
    const KEYS: usize = 60;
    let Some(desk) = Desk::new("shared") else {
        return;
    };
    let draft = sample("draft.txt");
    let draft = draft.to_str().unwrap();
    desk.succeeds(&["draft", "import", draft, "--consultation", "c", "--public"]);
    let servers = [desk.serve("one"), desk.serve("two")];
    let workers = [
        desk.start("three", &["worker"]),
        desk.start("four", &["worker"]),
    ];

    // Every key goes to both servers, at the same time or nearly so.
    let receipts: Vec<HashMap<String, String>> = thread::scope(|scope| {
        let clients: Vec<_> = servers
            .iter()
            .map(|server| {
                let address = server.address();
                scope.spawn(move || {
                    let keys = (0..KEYS).map(|number| format!("key-{number:06}"));
                    keys.map(|key| (key.clone(), submit(&address, &key)))
                        .collect()
                })
            })
            .collect();
        clients
            .into_iter()
            .map(|client| client.join().unwrap())
            .collect()
    });
    assert_eq!(
        receipts[0], receipts[1],
        "one receipt a key, whoever was asked"
    );
    let mut distinct: Vec<&String> = receipts[0].values().collect();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), KEYS);

    desk.wait_until(
        "select count(*) from job where state in ('waiting', 'running')",
        "0",
    );
    drop((servers, workers));
    let list = desk.succeeds(&["consultation", "list"]);
    assert!(list.contains(&format!("收到 {KEYS} 件")), "{list}");
    assert_eq!(
        desk.sql("select count(*) from job where attempts <> 1"),
        "0"
    );
    assert_eq!(desk.sql("select count(*) from sender"), "1");
    let analysed = "select count(*) from analysis a join consultation c on c.current_run = a.run";
    assert_eq!(desk.sql(analysed), KEYS.to_string());
    let verified = desk.succeeds(&["audit", "verify"]);
    assert!(verified.contains("链完整"), "{verified}");
    desk.succeeds(&["report", "--format", "json"]);
}

#[test]
fn the_job_of_a_worker_that_was_killed_is_taken_over() {
    let Some(desk) = Desk::new("killed") else {
        return;
    };
    let (draft, file) = (sample("draft.txt"), sample("submissions.jsonl"));
    desk.succeeds(&[
        "draft",
        "import",
        draft.to_str().unwrap(),
        "--consultation",
        "c",
    ]);
    desk.succeeds(&["import", file.to_str().unwrap()]);
    let worker = desk.start("one", &["worker"]);
    desk.wait_until(
        "select count(*) from job where kind = 'triage' and state = 'running'",
        "1",
    );
    drop(worker);
    assert_eq!(
        desk.sql("select count(*) from job where kind = 'triage' and state = 'running'"),
        "1"
    );
    let other = desk.start("two", &["worker"]);
    thread::sleep(Duration::from_secs(2));
    assert_eq!(
        desk.sql("select attempts from job where kind = 'triage'"),
        "1",
        "not before its lease has ended"
    );
    // Instead of waiting for the minute of the lease.
    desk.sql("update job set due_at = '2026-01-01T00:00:00.000000Z' where kind = 'triage'");
    desk.wait_until("select state from job where kind = 'triage'", "finished");
    assert_eq!(
        desk.sql("select attempts from job where kind = 'triage'"),
        "2"
    );
    drop(other);
    let ledger =
        desk.sql("select count(*) from analysis a join consultation c on c.current_run = a.run");
    assert_eq!(ledger, "217");
}
