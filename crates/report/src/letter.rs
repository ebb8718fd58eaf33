//! What an organisation puts around and into the official report.

use std::collections::BTreeMap;

use serde::Serialize;

/// Who writes to whom, and what staff wrote. Whatever is none is left out of the document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Letter {
    /// 发文机关: in the red head and under the text.
    pub organisation: Option<String>,
    /// 发文字号, 云人联〔2026〕3号. With one the report has a red head (版头).
    pub number: Option<String>,
    /// 主送机关, without its colon.
    pub recipient: Option<String>,
    /// 签发人, for the head.
    pub signer: Option<String>,
    /// 附注: whom to ask.
    pub contact: Option<String>,
    /// 成文日期, `YYYY-MM-DD`.
    pub date: String,
    /// Passages that staff wrote, by the names that the template calls them, such as `总体评价`. They
    /// stand instead of what the template would say there.
    pub texts: BTreeMap<String, String>,
    /// The organisation's template instead of [`crate::DEFAULT_TEMPLATE`].
    #[serde(skip)]
    pub template: Option<String>,
}
