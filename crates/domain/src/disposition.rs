//! What becomes of a point (处理结果, DOMAIN §2.5).

/// One kind of result. The list can be replaced in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disposition {
    /// Stable name in files and events.
    pub code: String,
    /// What people read.
    pub name: String,
    /// Whether senders are owed a reason.
    pub needs_reason: bool,
}

/// Code of the result by which a point goes to another office.
pub const TRANSFERRED: &str = "transferred";

/// The results offered where nothing else is configured: code, name.
const DEFAULT: [(&str, &str); 8] = [
    ("adopted", "采纳"),
    ("partly", "部分采纳"),
    ("not_adopted", "未采纳"),
    ("kept", "留作研究"),
    ("already", "已有规定"),
    ("out_of_scope", "不属于本法"),
    ("by_rules", "由配套规定解决"),
    (TRANSFERRED, "转办"),
];

impl Disposition {
    /// The usual eight. Only 采纳 needs no reason.
    #[must_use]
    pub fn usual() -> Vec<Self> {
        let usual = DEFAULT.iter().map(|&(code, name)| Self {
            code: code.to_owned(),
            name: name.to_owned(),
            needs_reason: code != "adopted",
        });
        usual.collect()
    }
}
