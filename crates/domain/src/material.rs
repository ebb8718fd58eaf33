//! What is published beside a draft so that people can judge it (立法法 Article 40 and 58).

/// What a text beside a draft is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MaterialKind {
    /// 说明: why and how, by who made the draft.
    Explanation,
    /// 解读: what it means, in plain words.
    Reading,
    /// 背景资料: whatever else helps.
    Background,
}

impl MaterialKind {
    /// All with wire names and Chinese names.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Explanation, "explanation", "说明"),
        (Self::Reading, "reading", "解读"),
        (Self::Background, "background", "背景资料"),
    ];
}

/// A text beside a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    /// What it is.
    pub kind: MaterialKind,
    /// Its heading.
    pub title: String,
    /// Its paragraphs.
    pub paragraphs: Vec<String>,
}
