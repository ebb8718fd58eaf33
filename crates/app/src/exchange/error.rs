//! Why a package is not made, or not taken in.

use caifeng_channel::package::PackageError;

/// What stands against it. Each has a code that programs match on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// The package itself is not right.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// Nobody said that this key is somebody's.
    #[error(
        "签名人不在受信任的名单里。数据包自称来自“{said}”，公钥指纹是 {fingerprint}。请打电话与对方核对指纹，由安全管理员加入名单后再导入"
    )]
    UnknownSigner {
        /// Who the package says that made it.
        said: String,
        /// To compare.
        fingerprint: String,
    },
    /// The key is believed no more.
    #[error("“{0}”的这把公钥已被停用，不再接受用它签名的数据包")]
    RevokedSigner(String),
    /// A later package of the series was taken in before.
    #[error("这是第 {version} 版，此前已导入第 {last} 版，旧版不能再导入")]
    Replayed {
        /// Of this one.
        version: u32,
        /// The last one taken in.
        last: u32,
    },
    /// Another package says to be of the same version.
    #[error("此前导入过另一份第 {0} 版，两份内容不一。请对方重新导出")]
    Conflicting(u32),
    /// About other words than ours.
    #[error(
        "数据包针对的草案《{0}》与本任务的草案文字不一致。请核对任务是否选对，本级是否已导入同一稿"
    )]
    WrongDraft(String),
    /// The series belongs elsewhere.
    #[error("这个系列的数据包此前导入到任务 {0}，不能再导入到别的任务")]
    OtherConsultation(String),
    /// The series came from somebody else before.
    #[error("这个系列的数据包此前来自“{0}”，与这次的签名人不同")]
    OtherOrganisation(String),
    /// Made here.
    #[error("这是本级自己导出的上报包，不能导入到本级")]
    OwnPackage,
    /// Answers to somebody else.
    #[error("这份反馈包不是给本级的，或不属于所选的任务")]
    NotForUs,
    /// Answers to a submission that is not ours.
    #[error("反馈包里有本级没有上报过的意见（第 {0} 行）")]
    UnknownReference(usize),
    /// A house without a name.
    #[error("不知道本机关的名称。请在配置文件 [report] 里写明 organisation（发文机关）")]
    Nameless,
    /// Nothing that could go.
    #[error("没有可以上报的意见。意见要先梳理，民情诉求和垃圾信息不上报")]
    NothingToSend,
    /// Nothing decided about what came from there.
    #[error("“{0}”上报的意见还没有经审核的处理结果，没有可以反馈的内容")]
    NothingToAnswer(String),
    /// Nothing came from there.
    #[error("没有收到过“{0}”的上报包")]
    UnknownOrganisation(String),
    /// Not a line as `caifeng exchange key` prints it.
    #[error("公钥应是对方用 caifeng exchange key 打印的一行，形如 ed25519 后接十六进制数")]
    BadKey,
    /// One's own.
    #[error("这是本级自己的公钥，不必加入名单")]
    OwnKey,
    /// Believed before.
    #[error("这把公钥已经在名单里")]
    KnownKey,
    /// No such key.
    #[error("名单里没有这把公钥，或已经停用")]
    UnknownKey,
}

impl ExchangeError {
    /// Stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Package(error) => error.code(),
            Self::UnknownSigner { .. } => "package_unknown_signer",
            Self::RevokedSigner(_) => "package_revoked_signer",
            Self::Replayed { .. } => "package_replayed",
            Self::Conflicting(_) => "package_conflicting",
            Self::WrongDraft(_) => "package_wrong_draft",
            Self::OtherConsultation(_) => "package_other_consultation",
            Self::OtherOrganisation(_) => "package_other_organisation",
            Self::OwnPackage => "package_own",
            Self::NotForUs => "package_not_for_us",
            Self::UnknownReference(_) => "package_unknown_reference",
            Self::Nameless => "organisation_needed",
            Self::NothingToSend => "nothing_to_send",
            Self::NothingToAnswer(_) => "nothing_to_answer",
            Self::UnknownOrganisation(_) => "no_such_organisation",
            Self::BadKey => "bad_public_key",
            Self::OwnKey => "own_public_key",
            Self::KnownKey => "known_public_key",
            Self::UnknownKey => "no_such_public_key",
        }
    }
}
