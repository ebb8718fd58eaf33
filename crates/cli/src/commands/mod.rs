//! One file a command.

mod audit;
mod backup;
mod bench;
mod consultation;
mod doctor;
mod draft;
mod end;
mod eval;
mod exchange;
mod fill;
mod hook;
mod hot;
mod identity;
mod import;
mod key;
mod library;
mod load;
mod model;
mod report;
mod search;
mod serve;
mod station;
mod summary;
mod task;
mod triage;
mod user;
mod vault;
mod wechat_load;
mod worker;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use caifeng_app::{App, Config, Overrides, Reach};
use caifeng_domain::{Named, Role};

use crate::args::{Args, Bench, BenchOther, Command};

/// Does what was asked.
pub(crate) async fn run(args: Args) -> Result<()> {
    let said = Overrides {
        data: args.data,
        models: args.models,
        model: args.model,
        kernel: args.kernel,
        database: args.database,
        identity_key: std::env::var("CAIFENG_IDENTITY_KEY").ok(),
        ..Overrides::default()
    };
    let config = Config::load(said, args.config.as_deref())?;
    match args.command {
        Command::Model(command) => model::run(command, &config),
        Command::Draft(command) => draft::run(command, config).await,
        Command::Import(command) => import::run(command, config).await,
        Command::Triage(command) => triage::run(command, config).await,
        Command::Hot(command) => hot::run(command, config).await,
        Command::Search(command) => search::run(command, config).await,
        Command::Library(command) => library::run(command, config).await,
        Command::Report(command) => report::run(command, config).await,
        Command::Summary(command) => summary::run(command, config).await,
        Command::Exchange(command) => exchange::run(command, config).await,
        Command::Consultation(command) => consultation::run(command, config).await,
        Command::Station(command) => station::run(command, config).await,
        Command::Task(command) => task::run(command, config).await,
        Command::Workflow => {
            crate::output::line(caifeng_app::WORKFLOW_FILE);
            Ok(())
        }
        Command::User(command) => user::run(command, config).await,
        Command::Key(command) => key::run(command, config).await,
        Command::Hook(command) => hook::run(command, config).await,
        Command::Serve(command) => serve::run(command, config).await,
        Command::Worker => worker::run(config).await,
        Command::Identity(command) => identity::run(command, config).await,
        Command::Vault(command) => vault::run(command, config).await,
        Command::Audit(command) => audit::run(command, config).await,
        Command::Backup(command) => backup::backup(command, config).await,
        Command::Restore(command) => backup::restore(command, config).await,
        Command::Doctor => doctor::run(config).await,
        Command::Eval(command) => eval::run(&command, &config),
        Command::Bench(command) if command.serve => load::run(&command, config).await,
        Command::Bench(command) if command.wechat => wechat_load::run(&command, config).await,
        Command::Bench(command) if command.fill.is_some() => fill::run(&command, config).await,
        Command::Bench(Bench {
            other: Some(BenchOther::Encode(command)),
            ..
        }) => bench::encode(&command, &config),
        Command::Bench(command) => bench::run(&command, &config),
    }
}

/// Opens the data folder.
async fn open(config: Config) -> Result<App> {
    Ok(App::open(config).await?)
}

/// The role with this name.
fn role(name: &str) -> Result<Role> {
    let names: Vec<&str> = Role::NAMES.iter().map(|role| role.1).collect();
    Role::from_name(name)
        .with_context(|| format!("没有角色 {name}，应为 {} 之一", names.join("、")))
}

/// What an account or key is confined to, for a list.
fn reach(reach: &Reach) -> String {
    let mut out = String::new();
    if let Some(station) = reach.station {
        let _ = write!(out, "　限站点 {station}");
    }
    if let Some(ids) = &reach.consultations {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let _ = write!(out, "　限任务 {}", ids.join("、"));
    }
    out
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
