//! Repository chores: what is learned, and how well it holds.
//!
//! | command | does |
//! |---|---|
//! | `train-units SET_DIR…` | fits where units begin; writes `crates/text/data/unit_boundaries.txt` |
//! | `train-wording DIR…` | fits how units sound, to the invented ones in folders; writes `crates/triage/wording.json` |
//! | `train-phrasing DIR…` | fits what turns of phrase say, to the same; writes `crates/triage/data/phrasing.txt` |
//! | `train SET_DIR…` | fits the weights of triage; writes `crates/triage/models.json` |
//! | `try --out DIR --on SET_DIR SET_DIR…` | trains on the latter, runs the pipeline on the former (or, without `--on`, on each set in turn, left out of the training), for the scorer |
//!
//! Run with `cargo run --release -p caifeng-xtask --`. Vectors are kept in `target/vectors.json`.

mod gold;
mod train;
mod vectors;

use std::path::PathBuf;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let (mut out, mut on, mut sets) = (None, None, Vec::new());
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--out" => out = args.next().map(PathBuf::from),
            "--on" => on = args.next().map(PathBuf::from),
            set => sets.push(PathBuf::from(set)),
        }
    }
    if sets.is_empty() {
        bail!(
            "usage: xtask train-units|train-wording|train-phrasing|train|try [--out PATH] [--on SET_DIR] SET_DIR…"
        );
    }
    match (command.as_str(), out) {
        ("train-units", out) => train::units(
            &sets,
            out.as_deref()
                .unwrap_or("crates/text/data/unit_boundaries.txt".as_ref()),
        ),
        ("train-wording", out) => train::wording(
            &sets,
            out.as_deref()
                .unwrap_or("crates/triage/wording.json".as_ref()),
        ),
        ("train-phrasing", out) => train::phrasing(
            &sets,
            out.as_deref()
                .unwrap_or("crates/triage/data/phrasing.txt".as_ref()),
        ),
        ("train", out) => train::train(
            &sets,
            out.as_deref()
                .unwrap_or("crates/triage/models.json".as_ref()),
        ),
        ("try", Some(out)) => train::attempt(&sets, on.as_deref(), &out),
        _ => bail!("unknown command `{command}`, or `try` without --out"),
    }
}
