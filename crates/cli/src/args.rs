//! What can be said on the command line.

use std::path::PathBuf;

use caifeng_app::Kernel;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::{
    args_consultation::ConsultationCommand,
    args_exchange::ExchangeCommand,
    args_library::LibraryCommand,
    args_operations::{AuditCommand, BackupArgs, IdentityCommand, VaultCommand},
};

/// 采风：基层立法联系点意见的收集、梳理与汇总
#[derive(Debug, Parser)]
#[command(name = "caifeng", version, about, disable_help_subcommand = true)]
pub(crate) struct Args {
    /// 配置文件（TOML）
    #[arg(long, global = true, env = "CAIFENG_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// 数据目录
    #[arg(long, global = true, env = "CAIFENG_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// 模型目录
    #[arg(long, global = true, env = "CAIFENG_MODELS")]
    pub(crate) models: Option<PathBuf>,
    /// 使用的模型：名称、目录，或 lexical（不用模型，只做词面比对）
    #[arg(long, global = true, env = "CAIFENG_MODEL")]
    pub(crate) model: Option<String>,
    /// 模型的计算方式；省略则选本机最快的（可用的见 caifeng doctor）
    #[arg(long, global = true, env = "CAIFENG_KERNEL")]
    pub(crate) kernel: Option<Kernel>,
    /// 数据库地址：postgres://用户@主机/库；省略则用数据目录里的 SQLite 文件
    #[arg(long, global = true, env = "CAIFENG_DATABASE", hide_env_values = true)]
    pub(crate) database: Option<String>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// 语言模型：安装、校验、列出
    #[command(subcommand)]
    Model(ModelCommand),
    /// 草案：导入、查看、对照
    #[command(subcommand)]
    Draft(DraftCommand),
    /// 导入来件（JSON Lines、CSV、XLSX）
    Import(Import),
    /// 梳理全部来件
    Triage(Selected),
    /// 按条查看意见最集中的条文
    Hot(Hot),
    /// 检索来件和条文
    Search(Search),
    /// 法律库：安装、导入、列出、检索
    #[command(subcommand)]
    Library(LibraryCommand),
    /// 生成汇总报告
    Report(Report),
    /// 月报和年报：一个站点或一片站点的活动、时效、采纳情况
    Summary(Summary),
    /// 与上下级交换：上报包、反馈包、公钥
    #[command(subcommand)]
    Exchange(ExchangeCommand),
    /// 征求意见任务：新建、列出、开放、截止
    #[command(subcommand)]
    Consultation(ConsultationCommand),
    /// 联系点、联络站、采集点和信息员
    #[command(subcommand)]
    Station(StationCommand),
    /// 交办给站点的任务
    #[command(subcommand)]
    Task(TaskCommand),
    /// 打印工作流程的模板（步骤、期限、放假安排），改好后在配置文件里用 workflow_file 指定
    Workflow,
    /// 工作人员账号
    #[command(subcommand)]
    User(UserCommand),
    /// 其他平台的接口密钥
    #[command(subcommand)]
    Key(KeyCommand),
    /// 问卷平台的推送地址
    #[command(subcommand)]
    Hook(HookCommand),
    /// 提供网页和接口（HTTP），并在后台梳理
    Serve(Serve),
    /// 只做后台任务，不提供网页；可与多个 serve 共用一个 PostgreSQL
    Worker,
    /// 本人查询、更正、删除个人信息的请求
    #[command(subcommand)]
    Identity(IdentityCommand),
    /// 身份库的密钥
    #[command(subcommand)]
    Vault(VaultCommand),
    /// 审计记录
    #[command(subcommand)]
    Audit(AuditCommand),
    /// 备份到一个新目录；服务不必停
    Backup(BackupArgs),
    /// 把备份恢复到空的数据目录
    Restore(BackupArgs),
    /// 检查目录、密钥、模型、数据库、索引、任务和审计记录
    Doctor,
    /// 在标注集上运行，输出供评分的结果
    Eval(Eval),
    /// 用虚构来件测量速度
    Bench(Bench),
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum ModelCommand {
    /// 下载并安装默认模型
    Install,
    /// 校验当前模型
    Verify,
    /// 列出已安装的模型
    List,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DraftCommand {
    /// 导入草案（txt、md、docx）；同一任务再次导入即为下一次审议稿
    Import(DraftImport),
    /// 打印草案的条文结构
    Show(Selected),
    /// 对照前后两稿
    Compare(Selected),
}

/// Which consultation.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Selected {
    /// 征求意见任务的代号；只有一个任务时可省略
    #[arg(long)]
    pub(crate) consultation: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct DraftImport {
    /// 草案文件
    pub(crate) file: PathBuf,
    /// 征求意见任务的代号；不存在则新建，省略则取文件名
    #[arg(long)]
    pub(crate) consultation: Option<String>,
    /// 向公众公开；不写则新任务仅联系点可见
    #[arg(long)]
    pub(crate) public: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Import {
    /// 来件文件
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) selected: Selected,
    /// 只检查，不写入
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// 问卷星导出文件的问卷编号（网址里的数字）；已经推送来的答卷不会再收一遍
    #[arg(long)]
    pub(crate) survey: Option<String>,
    /// 把有问题的行写入此文件（CSV）
    #[arg(long)]
    pub(crate) errors: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Hot {
    #[command(flatten)]
    pub(crate) selected: Selected,
    /// 显示几条
    #[arg(long, default_value_t = 5)]
    pub(crate) articles: usize,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Search {
    /// 检索词
    pub(crate) text: String,
    #[command(flatten)]
    pub(crate) selected: Selected,
    /// 只看关联到此条的，如 34 或 120-1
    #[arg(long)]
    pub(crate) article: Option<String>,
    /// 渠道
    #[arg(long)]
    pub(crate) channel: Option<String>,
    /// 联系点
    #[arg(long)]
    pub(crate) station: Option<String>,
    /// 起始日期 YYYY-MM-DD
    #[arg(long)]
    pub(crate) from: Option<String>,
    /// 截止日期 YYYY-MM-DD
    #[arg(long)]
    pub(crate) to: Option<String>,
    /// 类别：opinion、complaint、spam
    #[arg(long)]
    pub(crate) status: Option<String>,
    /// 最多显示几条
    #[arg(long, default_value_t = 10)]
    pub(crate) limit: usize,
    /// 输出 JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) selected: Selected,
    /// 格式；省略则按输出文件的扩展名，没有扩展名时为 md
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
    /// 输出文件；省略则输出到屏幕（docx、pdf、xlsx 必须指定）
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// 公文要素和工作人员写好的段落（TOML）：发文字号、签发人、总体评价等，优先于配置文件的 [report]
    #[arg(long)]
    pub(crate) letter: Option<PathBuf>,
    /// 只输出默认的报告模板，供修改后在 template 中指定
    #[arg(long)]
    pub(crate) show_template: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Summary {
    /// 时段：2026-03（月）或 2026（年）
    pub(crate) period: String,
    /// 站点（二维码代码），连同下级；省略则为全部
    #[arg(long)]
    pub(crate) station: Option<String>,
    /// 附信息员情况，按采纳和收集件数排列
    #[arg(long)]
    pub(crate) ranking: bool,
    /// 格式：docx、pdf、html、xlsx、json；省略则按输出文件的扩展名，没有扩展名时为 docx
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
    /// 输出文件；省略则输出到屏幕（docx、pdf、xlsx 必须指定）
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Md,
    Json,
    Csv,
    /// 意见建议汇总表，可填写采纳情况
    Xlsx,
    /// 公文格式的报告
    Docx,
    /// 同上，需要安装 LibreOffice
    Pdf,
    /// 同上，供浏览器打印
    Html,
    /// 一图读懂
    Briefing,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StationCommand {
    /// 从 CSV 导入，列为：类型、名称、上级、电话
    Import {
        /// CSV 文件
        file: PathBuf,
    },
    /// 列出站点和信息员及其二维码代码
    List,
    /// 给站点改名；以前的来件跟着改，二维码不变
    Rename {
        /// 站点（二维码代码）
        station: String,
        /// 新的名称
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum TaskCommand {
    /// 把一项任务交给站点
    Add(TaskAdd),
    /// 列出任务，急的在前
    List,
    /// 记为已完成
    Done {
        /// 编号
        number: u64,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TaskAdd {
    /// 站点（二维码代码）
    pub(crate) station: String,
    #[command(flatten)]
    pub(crate) selected: Selected,
    /// 最后一天 YYYY-MM-DD
    #[arg(long)]
    pub(crate) due: String,
    /// 要做什么
    #[arg(long)]
    pub(crate) note: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// 新建账号，从标准输入读一行密码
    Add(Named),
    /// 列出账号
    List,
    /// 重设密码，从标准输入读一行；该账号须重新登录
    Password(OfAccount),
    /// 停用账号并结束其登录
    Disable(OfAccount),
    /// 恢复停用的账号
    Enable(OfAccount),
    /// 取消账号的动态口令（手机遗失时）
    RemoveSecondFactor(OfAccount),
    /// 列出登录
    Sessions,
    /// 结束一个登录
    EndSession {
        /// 编号
        number: u64,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct OfAccount {
    /// 用户名
    pub(crate) name: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// 新建密钥；密钥只显示这一次
    Create(Named),
    /// 列出有效的密钥
    List,
    /// 停用密钥
    Revoke {
        /// 名称
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum HookCommand {
    /// 新建推送地址，地址只显示这一次；问卷星的推送密钥从标准输入读一行
    Add(HookAdd),
    /// 列出在用的推送地址
    List,
    /// 停用推送地址
    Revoke {
        /// 名称
        name: String,
    },
    /// 显示没能收入的推送原文；查看会记入审计
    Refused {
        /// 名称
        name: String,
    },
    /// 再试一次没能收入的推送
    Retry {
        /// 名称
        name: String,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct HookAdd {
    /// 名称
    pub(crate) name: String,
    /// 平台：wenjuanxing（问卷星）或 tencent（腾讯问卷）
    #[arg(long)]
    pub(crate) platform: String,
    #[command(flatten)]
    pub(crate) selected: Selected,
    /// 问卷星各题的题干（JSON 文件），如 {"q1": "您的意见"}
    #[arg(long)]
    pub(crate) questions: Option<PathBuf>,
}

/// A name with what it may do.
#[derive(Debug, ClapArgs)]
pub(crate) struct Named {
    /// 名称
    pub(crate) name: String,
    /// 角色：collector、station_officer、reviewer、expert、approver、system_admin、security_admin、audit_admin、platform、observer
    #[arg(long)]
    pub(crate) role: String,
    /// 只限这个站点及其下属站点（二维码代码）；不写则不限
    #[arg(long)]
    pub(crate) station: Option<String>,
    /// 只限这些征求意见任务（可写多次）；不写则不限
    #[arg(long)]
    pub(crate) consultation: Vec<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Serve {
    /// 监听地址
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub(crate) listen: std::net::SocketAddr,
    /// 同一地址或账号每分钟的提交、查询次数；0 为不限
    #[arg(long, default_value_t = caifeng_server::Limits::default().per_minute)]
    pub(crate) per_minute: u32,
    /// 位于自己的反向代理之后：以 X-Forwarded-For 的最后一个地址为准，并按 HTTPS 生成网址
    #[arg(long)]
    pub(crate) behind_proxy: bool,
    /// 证书文件（PEM，含中间证书）；与私钥同时给出时以 HTTPS 提供服务
    #[arg(long, requires = "tls_key", env = "CAIFENG_TLS_CERTIFICATE")]
    pub(crate) tls_certificate: Option<PathBuf>,
    /// 私钥文件（PEM）
    #[arg(long, requires = "tls_certificate", env = "CAIFENG_TLS_KEY")]
    pub(crate) tls_key: Option<PathBuf>,
    /// 管理员须启用动态口令才能操作
    #[arg(long)]
    pub(crate) admins_need_second_factor: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Eval {
    /// 含 draft.txt、input.jsonl、queries.jsonl 的目录
    pub(crate) set: PathBuf,
    /// 输出目录
    #[arg(long)]
    pub(crate) out: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Bench {
    /// 虚构来件的数量
    #[arg(long, default_value_t = 20_000)]
    pub(crate) submissions: usize,
    /// 改为测量在线受理：在数据目录的临时子目录里启动服务，用 64 个连接提交
    #[arg(long)]
    pub(crate) serve: bool,
    /// 改为测量微信消息的应答：每秒 200 条
    #[arg(long, conflicts_with = "serve")]
    pub(crate) wechat: bool,
    /// 改为测量大库：新建一个库并填入这么多件虚构来件，与空库比较启动、受理速度和内存
    #[arg(long, conflicts_with_all = ["serve", "wechat"])]
    pub(crate) fill: Option<usize>,
    /// 在线受理、微信应答和大库每次测量的时长（秒）
    #[arg(long, default_value_t = 60)]
    pub(crate) seconds: u64,
    #[command(subcommand)]
    pub(crate) other: Option<BenchOther>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BenchOther {
    /// 测量编码：本机可用的每种计算方式轮流运行，分别用一个线程和全部线程
    Encode(BenchEncode),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct BenchEncode {
    /// 每行一个文本的文件，全部编码；省略则用虚构来件
    #[arg(long)]
    pub(crate) texts: Option<PathBuf>,
    /// 线程数；省略则先用一个，再用全部
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) threads: Option<u16>,
    /// 每种计算方式运行几轮，取最快的一轮
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) rounds: u16,
    /// 同时与 32 位浮点的结果比较，给出最小的余弦
    #[arg(long)]
    pub(crate) accuracy: bool,
    /// 输出 JSON
    #[arg(long)]
    pub(crate) json: bool,
}
