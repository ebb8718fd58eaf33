//! What arrived.

use crate::ArticleNo;

/// The way by which a submission arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// Web page.
    Web,
    /// WeChat message or page.
    Wechat,
    /// Kiosk in a station's hall.
    Kiosk,
    /// Letter or paper form.
    Paper,
    /// Meeting minutes.
    Meeting,
    /// Telephone.
    Phone,
    /// Questionnaire platform.
    Questionnaire,
    /// Another platform's API or file.
    Platform,
}

impl Channel {
    /// All channels with their wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 8] = [
        (Self::Web, "web", "网页"),
        (Self::Wechat, "wechat", "微信"),
        (Self::Kiosk, "kiosk", "自助终端"),
        (Self::Paper, "paper", "书面"),
        (Self::Meeting, "meeting", "座谈会"),
        (Self::Phone, "phone", "电话"),
        (Self::Questionnaire, "questionnaire", "问卷"),
        (Self::Platform, "platform", "其他平台"),
    ];
}

/// Who sent it, as far as the channel said. Personal: kept apart from the opinion.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct Submitter {
    /// Name.
    pub name: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Group, not personal: 居民, 律师, 机关干部.
    pub identity: Option<String>,
    /// Region down to town, not personal.
    pub region: Option<String>,
    /// Account on the platform that it came by: the OpenID of a WeChat follower.
    pub account: Option<String>,
}

/// A submission (来件) as delivered. Never changed afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The sender's or platform's own number for it, unique within its source.
    pub external_id: Option<String>,
    /// How it came.
    pub channel: Channel,
    /// Where it was collected.
    pub station: Option<String>,
    /// When it was sent, RFC 3339 with offset, as delivered.
    pub submitted_at: Option<String>,
    /// The article whose form was used: evidence, not truth.
    pub article_hint: Option<ArticleNo>,
    /// Who.
    pub submitter: Submitter,
    /// The words, exactly as delivered.
    pub text: String,
}
