//! Why something that came from outside was not done. Whoever sent it can do something about it.

use caifeng_domain::{ArticleNo, PointId, SubmissionId, TransferRefusal};

/// What is wrong. Messages are for the person who sent it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The first day is still to come.
    #[error("征求意见尚未开始，将于 {0} 开始")]
    NotOpenYet(String),
    /// The last day is over, or it was closed by hand.
    #[error("征求意见已经截止，不再接收意见。感谢您的关注")]
    Closed,
    /// Nothing was said.
    #[error("请至少填写一条意见")]
    NoComments,
    /// One of several comments says nothing.
    #[error("第 {0} 条意见没有内容")]
    EmptyText(usize),
    /// A comment is too long.
    #[error("第 {row} 条意见有 {chars} 字，最多 {max} 字，请分成几条填写")]
    LongText {
        /// Which, from 1.
        row: usize,
        /// Characters it has.
        chars: usize,
        /// Characters allowed.
        max: usize,
    },
    /// Too many comments at once.
    #[error("一次最多提交 {0} 条意见，请分几次提交")]
    ManyComments(usize),
    /// The draft has no such article.
    #[error("草案中没有第 {0} 条")]
    UnknownArticle(ArticleNo),
    /// There is no such key question.
    #[error("没有第 {0} 个重点问题")]
    UnknownQuestion(u32),
    /// Something about the sender is too long.
    #[error("“{field}”最多 {max} 字")]
    LongField {
        /// What readers call it.
        field: &'static str,
        /// Characters allowed.
        max: usize,
    },
    /// U+0000 in a text.
    #[error("内容中有无法保存的控制字符（U+0000），请删去后再提交")]
    ControlCharacter,
    /// The consent text shown was not the one in force.
    #[error("请阅读并同意个人信息处理告知（版本 {0}）后再提交")]
    ConsentNeeded(&'static str),
    /// The idempotency key is not of its form.
    #[error("幂等键应为 8 至 64 个字母、数字、- 或 _")]
    BadKey,
    /// The idempotency key was used for something else.
    #[error("这个幂等键已经用于内容不同的提交")]
    KeyReused,
    /// Too many rows in a bulk delivery, or none.
    #[error("一次应提交 1 至 {0} 行")]
    RowCount(usize),
    /// Not a receipt code.
    #[error("受理编号有误，请核对。编号形如 2345-6789-ACEJ")]
    BadReceipt,
    /// No submission has this receipt.
    #[error("没有查到这个受理编号。在自助终端上提的意见，要等终端联网上传以后才能查到")]
    UnknownReceipt,
    /// No place has this code.
    #[error("没有查到这个采集点，请核对二维码")]
    UnknownPlace,
    /// A place that is not the caller's.
    #[error("这个采集点不在您的账号范围内")]
    PlaceOutOfReach,
    /// No such task, as far as whoever asks may know.
    #[error("没有编号为 {0} 的任务")]
    UnknownTask(u64),
    /// The consultation has no such step.
    #[error("没有第 {0} 个步骤")]
    UnknownStep(u32),
    /// Nothing that was marked for another office.
    #[error("没有这件转办事项，转办标记可能已经撤销")]
    UnknownTransfer,
    /// It is not this item's turn for that.
    #[error(transparent)]
    Transfer(TransferRefusal),
    /// A last day that is over.
    #[error("日期不能早于今天")]
    PastDay,
    /// Somebody else changed it meanwhile.
    #[error("别人刚刚改动过，请刷新页面后再试")]
    Changed,
    /// Neither signed in nor a valid key.
    #[error("请先登录，或提供有效的接口密钥")]
    Unauthenticated,
    /// Name or password is wrong.
    #[error("用户名或密码不正确，或动态口令有误")]
    WrongPassword,
    /// The password is right, and the account has a second factor.
    #[error("这个账号启用了动态口令，请同时填写密码和动态口令")]
    CodeNeeded,
    /// The code that should show that a telephone has the secret.
    #[error("动态口令不正确，请核对手机上的时间后再试")]
    WrongCode,
    /// The account is kept out.
    #[error("这个账号已停用，请联系安全管理员")]
    Disabled,
    /// An administrator must have a second factor before anything else.
    #[error("管理员应先启用动态口令，请到“我的账号”页面设置")]
    FactorNeeded,
    /// Too many wrong passwords.
    #[error("密码连续输错，账号已暂时锁定，请稍后再试")]
    Locked,
    /// Not granted to this role.
    #[error("您的账号没有这项权限")]
    Forbidden,
    /// A machine's call that is not signed as agreed, or was signed long ago.
    #[error("签名不正确或已经过期")]
    BadSignature,
    /// A machine's call that cannot be read.
    #[error("请求内容无法识别：{0}")]
    Unreadable(String),
    /// More bytes than are taken.
    #[error("提交的内容太大")]
    TooLarge,
    /// Nothing is set up at this address.
    #[error("没有这个地址")]
    UnknownAddress,
    /// There is none of this name, as far as whoever asks may know.
    #[error("没有这项征求意见任务")]
    UnknownConsultation,
    /// An enrolment code that was used, has ended, or never was one.
    #[error("设备注册码不正确、已经用过或已过期，请工作人员重新生成")]
    BadEnrolment,
    /// A file that cannot be used.
    #[error("{0}")]
    BadFile(String),
    /// An upload that was confirmed before, or not in time.
    #[error("上传的文件已经收入，或者已经过期。没有收入的，请重新上传")]
    UploadGone,
    /// Not a day.
    #[error("日期应写作 YYYY-MM-DD，如 2026-03-01")]
    BadDate,
    /// Neither a month nor a year.
    #[error("时段应写作 2026-03（月）或 2026（年）")]
    BadPeriod,
    /// A subscription that no platform grants.
    #[error("订阅授权应写明模板编号和次数，最多 3 个模板，每个 1 至 10 次")]
    BadGrant,
    /// Somebody dealt with it before.
    #[error("这一条已经有人处理过了")]
    Handled,
    /// A point that others speak of too, and who decides speaks for some places only.
    #[error("这里还有其他站点的意见，请由不限站点的工作人员决定")]
    SharedPoint,
    /// Something that is about all places, and whoever asks speaks for some.
    #[error("这是整个任务的，限于某处站点的账号不能查看")]
    WholeOnly,
    /// There is no such point, or none any more.
    #[error("没有观点 {0}，可能已被合并，请刷新页面")]
    UnknownPoint(PointId),
    /// There is no such unit, or its submission was cut otherwise.
    #[error("没有这段意见，可能已被重新分段，请刷新页面")]
    UnknownUnit,
    /// There is no such submission here.
    #[error("没有来件 {0}")]
    UnknownSubmission(SubmissionId),
    /// There is no such provision.
    #[error("草案中没有这个条文")]
    UnknownSection,
    /// A point and itself, or units that are there already.
    #[error("这些意见已经在同一个观点里")]
    SamePoint,
    /// None or all of a point's units.
    #[error("拆分时请选出一部分意见，不能全选或不选")]
    SplitWhat,
    /// For and against.
    #[error("赞成和反对的意见不能归为同一个观点。确实判断有误的，请先改正态度")]
    Opposites,
    /// No words that a unit could have.
    #[error("请先在原文里选中文字，或者写出开头的几个字")]
    NoWords,
    /// They do not stand in the text, or not after the first ones.
    #[error("原文里没有“{0}”，或者它不在开头的文字之后。请照原文写，避开已遮盖的部分")]
    UnknownWords(String),
    /// They stand in the text more than once.
    #[error("“{0}”在原文里不止一处，请多写几个字")]
    AmbiguousWords(String),
    /// The unit has them already.
    #[error("选中的就是这条意见现在的范围")]
    SameWords,
    /// Not one of the results that are configured.
    #[error("没有这种处理结果")]
    UnknownDisposition,
    /// Words that must not be missing.
    #[error("请填写{0}")]
    Needed(&'static str),
    /// There is no result to agree to.
    #[error("这个观点还没有拟出处理结果")]
    NothingToApprove,
    /// Who proposed it cannot agree to it.
    #[error("处理结果须由另一人审核，不能审核自己拟的结果")]
    FourEyes,
    /// Nothing of theirs that holds.
    #[error("没有可以撤销的操作")]
    NothingToUndo,
    /// Triage has not read the version in force yet.
    #[error("草案已换成新的版本，正在重新梳理，请稍后再操作")]
    DraftReplaced,
    /// Others decide all the time.
    #[error("同时操作的人较多，请再试一次")]
    Busy,
    /// A consultation for contact points only.
    #[error("这项任务只面向联系点，内容不能向社会公布")]
    NotForPublic,
    /// Words that look like personal data, and that nobody has looked at.
    #[error("还有 {0} 处疑似个人信息没有核实。请逐处核实，或者不公布那段内容")]
    Suspicious(usize),
    /// No point has an approved result, or all are left out.
    #[error("没有可以公布的观点。处理结果审核通过后才能公布")]
    NothingToRelease,
    /// Nothing to be content with.
    #[error("这件意见还没有反馈结果，收到反馈后再评价")]
    NoAnswerYet,
    /// Nobody of that name who may be asked.
    #[error("没有这位专家，或者这位专家的账号看不到本任务")]
    UnknownExpert,
    /// A sender has said enough about one submission.
    #[error("您已经多次更正这件意见。还有要说的，请另提一条意见")]
    OftenClarified,
    /// The intake queue is full.
    #[error("现在提交的人较多，请稍后再试，您填写的内容没有丢失")]
    Overloaded,
}
