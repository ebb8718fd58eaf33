//! The part that a citation plays in its sentence: what the sentence is about, a comparison, or a destination.

use super::glyph::{Glyphs, is_clause_end, words};
use caifeng_domain::CitationRole;
use std::sync::LazyLock;

/// 作为第十三条, 移至第四十条之后.
static DESTINATION: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "作为 移至 移到 移入 调整到 调整至 调整为 调至 调到 挪到 挪至 放到 改为 改列为 变为 列为 并入 合并到 \
         合并入 归入 转到",
    )
});

/// 参照第二十五条: said of the basis, never of what should change.
static BASIS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "参照 参考 对照 比照 参见 依照 依据 根据 按照 遵照 依 按 类似 类似于 如同 不同于 区别于 否则 则 以免 \
         见 不像 相比 结合",
    )
});

/// Words that may stand between such a word and the provision.
const WITH: [&str; 6] = ["与", "和", "同", "跟", "较", "比"];

/// 与第四十条重复.
static RELATIONS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "重复 重叠 矛盾 冲突 衔接 一致 抵触 相悖 不合 对接 呼应 协调 统一 相同 类似 关系 不符 配套 竞合 吻合 \
         脱节 对应 相符 打架 一样 不同 相近 区别 交叉 违背 相左 相比 匹配",
    )
});

/// Whether after 与 at `i - 1` the clause says how the two relate.
pub(super) fn compares(g: &Glyphs, i: usize) -> bool {
    const LONGEST_CLAUSE: usize = 40;
    let end = g.until(i, LONGEST_CLAUSE, is_clause_end);
    (i..end).any(|k| g.after_any(k, &RELATIONS).is_some())
}

/// The role of what stands at `from..to`, its law's name included.
pub(super) fn of(g: &Glyphs, from: usize, to: usize) -> CitationRole {
    if g.before_any(from, &DESTINATION).is_some() {
        return CitationRole::Destination;
    }
    let related = g.before_any(from, &WITH).is_some() && compares(g, to);
    // 合同, 共和 are no prepositions.
    if related && !g.ends(from, "合同") {
        return CitationRole::Comparison;
    }
    CitationRole::Target
}

/// Whether the words around `from..to` make it a mere basis, where the sentence has a target besides: 参照第三条…,
/// 否则第六十七条无从适用, 第八条已经规定.
pub(super) fn is_basis(g: &Glyphs, from: usize, to: usize) -> bool {
    g.before_any(from, &BASIS).is_some()
        || g.after_any(to, &["已经", "已有", "已规定", "已明确", "已写"])
            .is_some()
}
