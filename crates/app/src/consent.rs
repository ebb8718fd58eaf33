//! The notice about personal data that a sender sees (个人信息保护法 art. 17), and its version.

/// Changes whenever [`CONSENT_TEXT`] does: it is stored with every submission.
pub const CONSENT_VERSION: &str = "2026-11";

/// The notice, one paragraph a line.
pub const CONSENT_TEXT: &str = "\
您提出的意见将用于法律草案的研究修改，由基层立法联系点整理后上报。
姓名和联系电话可以不填。填写的，加密后与意见分开保存，只用于核实意见和向您反馈，不对外公开。
公开或上报的内容会隐去个人信息。您可以凭受理编号查询进展，也可以要求查阅、更正或删除您的个人信息。";
