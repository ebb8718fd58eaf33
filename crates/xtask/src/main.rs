//! Repository chores.
//!
//! `cargo run --release -p caifeng-xtask -- train SET_DIR…` fits the weights of triage on labelled
//! sets and writes `crates/triage/models.json`. `--out FILE` writes elsewhere, for leave-one-out.

mod gold;
mod train;

use std::path::PathBuf;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    match args.next().as_deref() {
        Some("train") => {
            let mut out = PathBuf::from("crates/triage/models.json");
            let mut sets = Vec::new();
            while let Some(arg) = args.next() {
                match arg.as_str() {
                    "--out" => out = args.next().map(PathBuf::from).unwrap_or(out),
                    set => sets.push(PathBuf::from(set)),
                }
            }
            if sets.is_empty() {
                bail!("name at least one labelled set, for instance ../shared/bench/train/*");
            }
            train::train(&sets, &out)
        }
        _ => bail!("usage: cargo run --release -p caifeng-xtask -- train SET_DIR… [--out FILE]"),
    }
}
