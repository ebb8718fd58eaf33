//! What operators can say on the command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum IdentityCommand {
    /// 显示某件意见的提交人信息（会记入审计）
    Show(ByReceipt),
    /// 更正姓名和电话：从标准输入读两行，空行表示不改
    Correct(ByReceipt),
    /// 删除提交人信息，意见保留
    Delete(ByReceipt),
    /// 按电话查找其全部意见：从标准输入读一行电话
    Find,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ByReceipt {
    /// 受理编号
    #[arg(long)]
    pub(crate) receipt: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum VaultCommand {
    /// 列出数据密钥
    Show,
    /// 更换数据密钥，并用它重新加密全部姓名和电话；服务不必停，中断后再运行即继续
    Rotate {
        /// 算法：sm4-gcm 或 aes-256-gcm；省略则与现用的相同
        #[arg(long)]
        cipher: Option<String>,
    },
    /// 更换主密钥（新密钥自动生成，旧文件改名保留）
    ExchangeMaster,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// 核对整条链，指出第一条缺失或被改动的记录
    Verify,
    /// 列出记录
    List {
        /// 只列此编号之后的
        #[arg(long, default_value_t = 0)]
        after: u64,
        /// 最多几条
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct BackupArgs {
    /// 备份所在的目录
    pub(crate) folder: PathBuf,
    /// 口令文件：第一行是口令，备份用它加密
    #[arg(long)]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// 主密钥另存到（或取自）此文件，不能在备份目录里
    #[arg(long)]
    pub(crate) key_file: Option<PathBuf>,
}
