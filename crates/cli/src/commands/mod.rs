//! One file a command.

mod bench;
mod draft;
mod eval;
mod hot;
mod import;
mod model;
mod report;
mod search;
mod serve;
mod triage;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use caifeng_app::{App, Config, Overrides};

use crate::args::{Args, Command};

/// Does what was asked.
pub(crate) async fn run(args: Args) -> Result<()> {
    let said = Overrides {
        data: args.data,
        models: args.models,
        model: args.model,
        database: None,
    };
    let config = Config::load(said, args.config.as_deref())?;
    match args.command {
        Command::Model(command) => model::run(command, &config),
        Command::Draft(command) => draft::run(command, config).await,
        Command::Import(command) => import::run(command, config).await,
        Command::Triage(command) => triage::run(command, config).await,
        Command::Hot(command) => hot::run(command, config).await,
        Command::Search(command) => search::run(command, config).await,
        Command::Report(command) => report::run(command, config).await,
        Command::Serve(command) => serve::run(command, config).await,
        Command::Eval(command) => eval::run(&command, &config),
        Command::Bench(command) => bench::run(&command, &config),
    }
}

/// Opens the data folder.
async fn open(config: Config) -> Result<App> {
    Ok(App::open(config).await?)
}

/// Reads a file that was named, with its name.
fn read_file(path: &Path) -> Result<(Vec<u8>, String)> {
    let bytes = fs::read(path).with_context(|| format!("无法读取文件 {}", path.display()))?;
    let name = path
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    Ok((bytes, name))
}

/// Writes a file that was named, making its folder.
fn write_file(path: &PathBuf, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("无法建立目录 {}", folder.display()))?;
    }
    fs::write(path, bytes).with_context(|| format!("无法写入文件 {}", path.display()))
}
