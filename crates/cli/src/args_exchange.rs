//! What can be said of packages between levels.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args::Selected;

#[derive(Debug, Subcommand)]
pub(crate) enum ExchangeCommand {
    /// 导出上报包（zip，已去标识化并签名）；内容没有变化时给出上次的同一份
    Export(ExchangeExport),
    /// 校验一份数据包：是否完整、由谁签名、内容有没有被改动
    Verify {
        /// 数据包
        file: PathBuf,
    },
    /// 导入下级的上报包或上级的反馈包；重复导入不会重复，新版自动替换旧版
    Import(ExchangeImport),
    /// 导出给某个下级的反馈包：他们上报的意见得到了什么处理结果
    Feedback(ExchangeFeedback),
    /// 列出发出和收到的数据包
    List(Selected),
    /// 打印本级的公钥和指纹，交给对方
    Key,
    /// 把对方的公钥加入名单；请先打电话核对指纹
    Trust(ExchangeTrust),
    /// 列出受信任的公钥
    Trusted,
    /// 停用一把公钥
    Distrust {
        /// 编号
        number: u64,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ExchangeExport {
    #[command(flatten)]
    pub(crate) selected: Selected,
    /// 输出文件；省略则用默认的文件名写到当前目录
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ExchangeImport {
    /// 数据包
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) selected: Selected,
    /// 只检查，不写入
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExchangeFeedback {
    /// 下级机关在本级名单里的名称
    pub(crate) organisation: String,
    #[command(flatten)]
    pub(crate) selected: Selected,
    /// 输出文件；省略则用默认的文件名写到当前目录
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ExchangeTrust {
    /// 对方机关的名称，本级的统计和站点里都这样称呼
    pub(crate) organisation: String,
    /// 对方用 caifeng exchange key 打印的公钥，如 "ed25519 d75a98…"
    #[arg(long)]
    pub(crate) key: String,
}
