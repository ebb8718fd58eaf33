//! Proposed changes of wording (修改建议).

/// What should be done to the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EditOp {
    /// 将…修改为…
    Replace,
    /// 删去
    Delete,
    /// 增加
    Insert,
    /// 移至
    Move,
    /// 合并
    Merge,
    /// 拆分
    Split,
    /// 明确、细化
    Clarify,
}

impl EditOp {
    /// All operations with their wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 7] = [
        (Self::Replace, "replace", "修改"),
        (Self::Delete, "delete", "删除"),
        (Self::Insert, "insert", "增加"),
        (Self::Move, "move", "移动"),
        (Self::Merge, "merge", "合并"),
        (Self::Split, "split", "拆分"),
        (Self::Clarify, "clarify", "明确"),
    ];
}

/// One proposed change.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Edit {
    /// What to do.
    pub op: EditOp,
    /// Where, within the article, as written: `第二款`, `第十二条第二款`; empty where not said.
    pub target: String,
    /// The words to change or to delete, exactly as quoted by the sender.
    pub from: Option<String>,
    /// The words to put there, exactly as quoted by the sender.
    pub to: Option<String>,
    /// Whether `from` stands in the draft (`None`: there is no `from`).
    pub from_in_draft: Option<bool>,
}
