//! What looks like a citation and is none: counts, other nouns, the commenter's own numbering.
//!
//! Three facts of Chinese do most of the work: 条, 款, 项, 章, 节 are also ordinary measure words and begin ordinary nouns;
//! an ordinal (第三条) names, while a bare number (三条) counts; and people number their own remarks.

use super::glyph::{Glyphs, is_clause_end, words};
use std::sync::LazyLock;

/// Verbs that may follow 建议 when an article stands before it: 第十二条建议删除.
static VERBS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "把 将 删 增 改 修 明 在 由 进 写 保 补 加 调 取 规 细 统 对 降 提 减 缩 放 延 量 限 与 为 不 可 再 \
         单",
    )
});

/// Nouns that make a numbered 条 something else: 第一条意见, 三条措施.
static REMARKS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words("意见 看法 想法 理由 原因 措施 问题 要求 心得 体会 留言 评论 感受 经验")
});

/// Whether what follows the unit word `unit` at `i` (the index behind it) makes it part of another word.
pub(super) fn other_word(g: &Glyphs, unit: char, i: usize) -> bool {
    let any = |words: &[&str]| g.after_any(i, words).is_some();
    match unit {
        '编' => any(&[
            "辑", "制", "号", "写", "码", "外", "内", "队", "剧", "办", "委",
        ]),
        '章' => any(&["程", "鱼"]),
        '节' => any(&["课", "能", "约", "假", "日", "目", "省", "气", "水", "点"]),
        '条' => {
            any(&[
                "件", "路", "河", "船", "腿", "命", "狗", "鱼", "沟", "渠", "微信", "短信", "信息",
                "龙",
            ]) || (g.at(i) == '例' && !any(&["例外", "例如", "例举"]))
                || (g.at(i) == '线' && !any(&["线上", "线下", "线索"]))
                || (g.at(i) == '街' && g.at(i + 1) != '道')
        }
        '款' => any(&[
            "式",
            "待",
            "物",
            "型",
            "软件",
            "产品",
            "手机",
            "游戏",
            "车",
            "应用",
            "小程序",
            "药",
            "app",
            "APP",
        ]),
        '项' => (g.at(i) == '目' && g.at(i + 1) != '的') || any(&["链"]),
        '目' => any(&["标", "的", "录", "前"]),
        _ => false,
    }
}

/// Whether 第N条 before `i` numbers a remark of the commenter: 第一条意见, 第二条建议是….
pub(super) fn own_numbering(g: &Glyphs, n: u16, i: usize) -> bool {
    // Nobody numbers his own remarks beyond this.
    const LONGEST_LIST: u16 = 12;
    if n > LONGEST_LIST {
        return false;
    }
    g.after_any(i, &REMARKS).is_some()
        || g.after_any(i, &["建议"])
            .is_some_and(|after| g.after_any(after, &VERBS).is_none())
}

/// Words before a number that show it to be counted: 提三条, 一共十六条.
static COUNTING: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "有 共 一共 总共 提 提出 提了 讲 讲了 说了 谈 写了 列了 列出 以下 如下 这 那 每 几 前 后 约 近 超过 \
         达 多达 至少 不足 不到 全部 出台 制定 增加 补充 新增 增设 另外 哪 分成 分为 拆成 拆为 拆分为 合并为 \
         并为 给 第 满 剩 读了 看了 抄了 加",
    )
});

/// Words after a bare 条 that show an article to be meant: 四十七条的, 67条对.
static SPEAKING: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "的 里 中 内 上 第 规定 说 讲 写 提到 提出 要求 明确 只 对 我 好 那 这 有 没 不 是 和 与 、 , ( “ \" \
         「 ‘ 应 宜 建议 请 改 增 删 太 也 就 用 关 反 赞 支 同意 什么 怎么 可 还 罚 最后 之 让 把 在 很 倒 \
         莫",
    )
});

/// Whether the bare number at `from`, with its 条 ending before `to`, counts things rather than names an article.
/// `only` is the number where there is only one: 八到十条 has none.
pub(super) fn is_count(g: &Glyphs, only: Option<u16>, from: usize, to: usize) -> bool {
    if g.before_any(from, &COUNTING).is_some() || own_numbering(g, 0, to) {
        return true;
    }
    // 三条, 十条 in running text count; only a number that few lists reach names an article by itself.
    if only.is_some_and(|n| n <= 10) {
        return true;
    }
    let next = g.at(to);
    !(is_clause_end(next)
        || next.is_ascii_alphanumeric()
        || g.after_any(to, &SPEAKING).is_some()
        || only.is_some_and(|n| n > 20))
}

/// Whether 第N款 or 第N项 without an article before it is a commenter's own point or a thing.
pub(super) fn loose_level(g: &Glyphs, i: usize) -> bool {
    g.after_any(
        i,
        &[
            "建议", "意见", "工作", "任务", "议程", "议题", "措施", "要求", "理由", "诉求",
        ],
    )
    .is_some()
}
