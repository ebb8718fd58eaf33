//! Who may do what: one table.

/// What an account is for. 系统、安全、审计 administrators are three people (三员分立).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// 信息员
    Collector,
    /// 联络站工作人员
    StationOfficer,
    /// 联系点办公室工作人员
    Reviewer,
    /// 专家
    Expert,
    /// 审核人
    Approver,
    /// 系统管理员
    SystemAdmin,
    /// 安全管理员
    SecurityAdmin,
    /// 审计管理员
    AuditAdmin,
    /// Another platform, with an API key.
    Platform,
    /// A platform of the level above, which reads what may go up, with an API key.
    Observer,
}

impl Role {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 10] = [
        (Self::Collector, "collector", "信息员"),
        (Self::StationOfficer, "station_officer", "联络站工作人员"),
        (Self::Reviewer, "reviewer", "办公室工作人员"),
        (Self::Expert, "expert", "专家"),
        (Self::Approver, "approver", "审核人"),
        (Self::SystemAdmin, "system_admin", "系统管理员"),
        (Self::SecurityAdmin, "security_admin", "安全管理员"),
        (Self::AuditAdmin, "audit_admin", "审计管理员"),
        (Self::Platform, "platform", "其他平台"),
        (Self::Observer, "observer", "上级平台（只读）"),
    ];

    /// Whether accounts of this role may do this.
    #[must_use]
    pub fn may(self, permission: Permission) -> bool {
        use Permission::{
            Advise, AnswerRequests, Approve, BulkIntake, Connect, ManageAccounts, Publish, Pull,
            ReadAudit, ReadReport, Review, SeeJobs, SeeRestricted, Transcribe,
        };
        let granted: &[Permission] = match self {
            Self::Collector => &[Transcribe, SeeRestricted],
            Self::StationOfficer => &[Transcribe, SeeRestricted, Connect],
            Self::Reviewer => &[
                Transcribe,
                SeeRestricted,
                ReadReport,
                Review,
                SeeJobs,
                Connect,
                AnswerRequests,
            ],
            Self::Expert => &[SeeRestricted, ReadReport, Advise],
            Self::Approver => &[SeeRestricted, ReadReport, Approve, Publish],
            Self::SystemAdmin => &[SeeJobs, Connect],
            Self::SecurityAdmin => &[ManageAccounts],
            Self::AuditAdmin => &[ReadAudit],
            Self::Platform => &[BulkIntake, SeeRestricted],
            Self::Observer => &[Pull, SeeRestricted],
        };
        granted.contains(&permission)
    }

    /// Whether it is one of the three administrators.
    #[must_use]
    pub fn is_administrator(self) -> bool {
        matches!(
            self,
            Self::SystemAdmin | Self::SecurityAdmin | Self::AuditAdmin
        )
    }
}

/// What may be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Enter what came on paper or by telephone (代录).
    Transcribe,
    /// Deliver many submissions at once.
    BulkIntake,
    /// Know of consultations that are for contact points only.
    SeeRestricted,
    /// Read the report on a consultation.
    ReadReport,
    /// Decide about units and points.
    Review,
    /// Agree to what reviewers propose, as a second person.
    Approve,
    /// Make feedback public, and take it back.
    Publish,
    /// Write a memo about a point.
    Advise,
    /// See what runs in the background.
    SeeJobs,
    /// Keep accounts out and let them in, and take lost second factors away.
    ManageAccounts,
    /// Connect kiosks, and shut them out.
    Connect,
    /// Read the audit trail.
    ReadAudit,
    /// Answer senders who ask what is known of them, to have it put right, or to be forgotten.
    AnswerRequests,
    /// Read opinions and points as they go up: de-identified, and what changed since.
    Pull,
}

impl Permission {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 14] = [
        (Self::Transcribe, "transcribe", "代录意见"),
        (Self::BulkIntake, "bulk_intake", "成批报送"),
        (Self::SeeRestricted, "see_restricted", "知悉不公开的任务"),
        (Self::ReadReport, "read_report", "查看汇总和审阅台"),
        (Self::Review, "review", "审阅和交办"),
        (Self::Approve, "approve", "审核"),
        (Self::Publish, "publish", "公布反馈"),
        (Self::Advise, "advise", "提出专家意见"),
        (Self::SeeJobs, "see_jobs", "查看后台任务"),
        (Self::ManageAccounts, "manage_accounts", "管理账号和密钥"),
        (Self::Connect, "connect", "管理站点和终端"),
        (Self::ReadAudit, "read_audit", "查看审计记录"),
        (Self::AnswerRequests, "answer_requests", "办理个人信息请求"),
        (Self::Pull, "pull", "拉取去标识化的意见"),
    ];
}
