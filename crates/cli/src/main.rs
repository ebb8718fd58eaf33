//! The `caifeng` command: every job of the program from the command line.

mod args;
mod args_consultation;
mod args_exchange;
mod args_library;
mod args_operations;
mod commands;
mod output;
mod progress;

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

/// Tensors are allocated and freed by the thousand; glibc would return each to the system.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = args::Args::parse();
    let is_service = matches!(
        args.command,
        args::Command::Serve(_) | args::Command::Worker
    );
    start_log(is_service);
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| {
            let done = runtime.block_on(commands::run(args));
            // A triage that was interrupted is done again by the next process: not waited for.
            runtime.shutdown_background();
            done
        });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&error);
            ExitCode::FAILURE
        }
    }
}

/// A service writes a line of JSON for each event; a command writes only what went wrong.
fn start_log(is_service: bool) {
    let level = if is_service { "info" } else { "error" };
    let filter = EnvFilter::try_from_env("CAIFENG_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let log = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(filter);
    if is_service {
        log.json().flatten_event(true).init();
    } else {
        log.init();
    }
}
