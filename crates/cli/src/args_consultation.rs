//! What can be said of consultations.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use crate::args::Selected;

#[derive(Debug, Subcommand)]
pub(crate) enum ConsultationCommand {
    /// 新建任务；草案随后用 draft import 导入
    Create(ConsultationCreate),
    /// 列出全部任务
    List,
    /// 开放征求意见，可同时改起止日期
    Open(ConsultationOpen),
    /// 截止征求意见
    Close(Selected),
    /// 在草案旁公布说明、解读或背景资料（docx、txt、md）
    Text(ConsultationText),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ConsultationText {
    /// 文件
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) selected: Selected,
    /// 种类：说明、解读或背景资料
    #[arg(long, default_value = "说明")]
    pub(crate) kind: String,
    /// 标题（不写时用文件的第一段）
    #[arg(long, default_value = "")]
    pub(crate) title: String,
}

/// The days on which submissions are invited.
#[derive(Debug, ClapArgs)]
pub(crate) struct Days {
    /// 起始日期 YYYY-MM-DD
    #[arg(long, requires = "to")]
    pub(crate) from: Option<String>,
    /// 截止日期 YYYY-MM-DD（含当日）
    #[arg(long, requires = "from")]
    pub(crate) to: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ConsultationCreate {
    /// 代号，由字母、数字和 - 组成
    pub(crate) slug: String,
    /// 草案名称
    #[arg(long)]
    pub(crate) title: String,
    #[command(flatten)]
    pub(crate) days: Days,
    /// 仅联系点可见，不在任何公开页面出现
    #[arg(long)]
    pub(crate) contact_points_only: bool,
    /// 重点征求的问题，显示在意见表最前面（可写多次）
    #[arg(long = "question", value_name = "QUESTION")]
    pub(crate) questions: Vec<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ConsultationOpen {
    #[command(flatten)]
    pub(crate) selected: Selected,
    #[command(flatten)]
    pub(crate) days: Days,
    /// 向公众公开
    #[arg(long)]
    pub(crate) public: bool,
    /// 仅联系点可见，不在任何公开页面出现
    #[arg(long, conflicts_with = "public")]
    pub(crate) contact_points_only: bool,
}
