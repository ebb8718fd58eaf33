//! The verbs of amendment, by what they do, and the words around them that make them a proposal or none.

use super::object::Scene;
use crate::cite::glyph::{Glyphs, is_clause_end, words};
use caifeng_domain::EditOp;
use std::{collections::HashMap, sync::LazyLock};

/// How a verb takes the words that it puts in or takes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    /// [把 A] 改为 B
    Into,
    /// A 太低，至少 B, both values
    Value,
    /// 删去 A; 把 A 删去
    Away,
    /// 增加 B; 加一句：B
    Add,
    /// 写明 …: no new words, or after a colon
    Say,
    /// Whole provisions: 移至, 合并, 拆分
    Whole,
    /// A → B
    Arrow,
}

/// A verb and what it does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verb {
    pub(super) op: EditOp,
    pub(super) frame: Frame,
    /// Where it begins and ends.
    pub(super) from: usize,
    pub(super) to: usize,
    /// Said of texts alone, so that it needs no 建议 or 应 beside it.
    textual: bool,
}

/// Replacement, said of texts.
static REWORD: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "修改为 修改成 改为 改成 改作 改写为 更改为 更正为 调整为 调整成 表述为 替换为 替换成 换成 换为 \
         统一为 限定为 写成 宜为 变更为 更换为 改回 恢复为 定为 定在 设为 规定为 明确为 改到 调整到 表述成 \
         改写成 修正为 修订为 调为 调成 写作 改用 改用成 改写如下 易为 换作 改做 改称 改述为",
    )
});
/// Replacement, said of things as well: 延长至, 扩大为, 推到 and all the like of them, put together from
/// a change and where it leads.
static BECOME: LazyLock<Vec<String>> = LazyLock::new(|| {
    let changes = words(
        "调 限 收 整 变 降 降低 提高 提 提升 升 延长 延 延后 延迟 推 推迟 推后 提前 缩短 缩小 缩减 缩 压缩 压 减 减少 \
         扩大 扩展 扩 拓展 放宽 放 收紧 增 增加 加 涨 拉长 调高 调低 上调 下调",
    );
    let lead = |change: &&str| ["为", "成", "到", "至"].map(|to| format!("{change}{to}"));
    let others = "应为 应当为 应是 应该是 控制在 限制在 限定在 统一到";
    changes
        .iter()
        .flat_map(lead)
        .chain(others.split(' ').map(str::to_owned))
        .collect()
});
/// Replacement where new words or a value follow at once: 五年改三年.
const BEFORE_WORDS: [&str; 2] = ["改", "换"];
/// Replacement of a value of the draft by the one that follows: 五百元太低，至少一千元.
const BEFORE_VALUE: [&str; 8] = ["建议", "宜", "应", "应当", "至少", "起码", "最多", "最好"];
static AWAY: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "删除 删去 删掉 删了 去掉 去除 拿掉 拿走 划掉 剔除 删 取消 抹掉 抹去 略去 砍掉 不要写 不写 不要这 整句不要 \
         整条不要 不要了",
    )
});
static ADD: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "增加 增设 增列 增补 增添 新增 添加 添上 补充 补上 补一 加上 加一句 加半句 加一条 加一款 加一项 \
         加几个字 加个 加入 加: 接一句 补一句 补一条 补一款 写上 写进 写入 列入 纳入 后加 前加 后面加 前面加 \
         插入 插进 载入 增写 冠以 接上 缀一句 带上一句 写一句 另起一句 就写 这样一句话 这样一段话 再添 再添一 添一 新增一 \
         增加一 增列一 补充一 加 补",
    )
});
static SAY: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "进一步明确 明确 写明 写清楚 写清 写明白 说明白 说清楚 说清 讲清楚 细化 具体化 量化 界定 定义 列举 \
         列明 给个定义 给个数 规定清楚 作出规定 划清 写",
    )
});
static MOVE: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words("移至 移到 移入 调整至 挪到 挪至 前移 后移 对调 互换 改列为 移动到 挪入")
});

const MERGE: [&str; 4] = ["合并", "并入", "合为", "归并"];

const SPLIT: [&str; 8] = [
    "拆分",
    "拆成",
    "拆开",
    "分成两",
    "分为两",
    "单独成条",
    "单列",
    "单独作为",
];

const ARROWS: [&str; 6] = ["→", "->", "=>", "⇒", "➡", "~>"];

/// A word of amendment, what it does, how it takes its objects, whether it is said of texts alone.
type Entry = (&'static str, EditOp, Frame, bool);

/// All verbs by their first character, so that most characters of a text cost one look.
static VERBS: LazyLock<HashMap<char, Vec<Entry>>> = LazyLock::new(|| {
    let becoming: Vec<&'static str> = BECOME.iter().map(String::as_str).collect();
    let table: [(&[&'static str], EditOp, Frame, bool); 11] = [
        (&REWORD, EditOp::Replace, Frame::Into, true),
        (&becoming, EditOp::Replace, Frame::Into, false),
        (&BEFORE_WORDS, EditOp::Replace, Frame::Into, true),
        (&BEFORE_VALUE, EditOp::Replace, Frame::Value, true),
        (&AWAY, EditOp::Delete, Frame::Away, true),
        (&ADD, EditOp::Insert, Frame::Add, false),
        (&SAY, EditOp::Clarify, Frame::Say, false),
        (&MOVE, EditOp::Move, Frame::Whole, false),
        (&MERGE, EditOp::Merge, Frame::Whole, false),
        (&SPLIT, EditOp::Split, Frame::Whole, false),
        (&ARROWS, EditOp::Replace, Frame::Arrow, true),
    ];
    let mut out: HashMap<char, Vec<Entry>> = HashMap::new();
    for (words, op, frame, textual) in table {
        for word in words {
            if let Some(first) = word.chars().next() {
                out.entry(first)
                    .or_default()
                    .push((word, op, frame, textual));
            }
        }
    }
    out
});

/// Words before a verb in its clause that make it a proposal.
static PROPOSING: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "建议 应 宜 请 希望 要求 主张 能不能 能否 可否 是否可以 可不可以 需 须 必须 最好 务必 还是 呼吁 恳请 \
         期望 盼 不如 干脆 不妨 提议 拟 至少 该 得 要",
    )
});
/// Words just before a verb that turn it round: 不要删, 别改成.
static REFUSING: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words("不要 切勿 别 不应 不能 不宜 不必 无须 无需 没必要 不用 莫 不得 不可 勿 不该 反对 不再")
});
/// Words anywhere before it in the clause that do so, or that make it somebody else's proposal or a thing of the past.
static AGAINST: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "反对 不赞成 不同意 不支持 没有必要 不主张 意见要求 有人 有的 有同志 有代表 有委员 有专家 别人 人说 跟我说 他们 网友 后来 已经 曾 刚 去年 前年 \
         当年 就能 自动 偷偷 就变 没人 人家 至今",
    )
});

/// Words that leave the draft as it is.
static AS_IT_IS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words("维持 保持 原样 别听 不要改 不用改 不必改 别改 不宜改 不该改 现在这样 刚好 正合适")
});

/// Whether somewhere in a unit something is refused, told of others or left as it is.
pub(super) fn is_against(scene: &Scene<'_>) -> bool {
    (scene.from..scene.to)
        .filter(|&k| !scene.is_quoted(k))
        .any(|k| {
            [&AGAINST, &AS_IT_IS]
                .iter()
                .any(|list| scene.g.after_any(k, list).is_some())
        })
}

/// The verb that begins at `i`, the longest where several do.
pub(super) fn at(scene: &Scene<'_>, i: usize) -> Option<Verb> {
    let g = scene.g;
    let mut best: Option<Verb> = None;
    for &(word, op, frame, textual) in VERBS.get(&g.at(i))? {
        let to = i + word.chars().count();
        if g.starts(i, word) && best.is_none_or(|best| to > best.to) {
            // 增加一款 is said of texts, 增加 of anything.
            let part = || g.ends(to, "一") && matches!(g.at(to), '条' | '款' | '项' | '句' | '段');
            let whole = || {
                ["一条", "一款", "一项", "一句"]
                    .iter()
                    .any(|part| word.ends_with(part))
            };
            let textual =
                (textual && word != "取消") || (frame == Frame::Add && (part() || whole()));
            best = Some(Verb {
                op,
                frame,
                from: i,
                to,
                textual,
            });
        }
    }
    best.filter(|verb| fits(scene, verb))
}

/// Whether what follows lets the verb be one: 删除权, 增加了负担, 写“应当”.
fn fits(scene: &Scene<'_>, verb: &Verb) -> bool {
    let g = scene.g;
    let next = |words: &[&str]| g.after_any(verb.to, words).is_some();
    let words_follow =
        is_opening(g.at(verb.to)) || (g.at(verb.to) == ':' && is_opening(g.at(verb.to + 1)));
    match verb.frame {
        Frame::Into if verb.to - verb.from == 1 => words_follow || scene.value(verb.to).is_some(),
        // 下面就变成“必须” tells, 把“可以”变成“必须” proposes.
        Frame::Into if g.at(verb.from) == '变' => scene
            .between(scene.sentence_start(verb.from), verb.from)
            .is_some(),
        Frame::Value => scene.value(verb.to).is_some(),
        Frame::Add | Frame::Say if verb.to - verb.from == 1 => words_follow,
        Frame::Add => {
            !next(&[
                "了",
                "负担",
                "的负担",
                "成本",
                "麻烦",
                "难度",
                "收入",
                "值",
                "说明",
            ]) && !g.ends(verb.from, "追")
        }
        Frame::Say => {
            !next(&["了", "的", "地"])
                && g.before_any(verb.from, &["不", "没", "没有", "未", "不够"])
                    .is_none()
        }
        // 不要写得太死 wants something else than 不要写“不得”.
        Frame::Away if g.at(verb.from) == '不' || g.starts(verb.from, "整") => {
            let sentence = scene.sentence_start(verb.from)..scene.sentence_end(verb.to);
            let near = scene.sentence_start(sentence.start.saturating_sub(1));
            let mut marked = scene.marked(near, sentence.end);
            marked.any(|words| scene.draft.has(&g.words(words.from, words.to)))
        }
        Frame::Away => !next(&["了的", "权", "键"]),
        Frame::Whole | Frame::Into | Frame::Arrow => true,
    }
}

fn is_opening(c: char) -> bool {
    matches!(c, '“' | '"' | '「' | '『')
}

/// Words further before the verb have no say in it.
const LONGEST_CLAUSE: usize = 60;

/// How the words around a verb take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// As something that the sender wants.
    Proposed,
    /// As it may be.
    Told,
    /// As something that he does not want, or that others do.
    Refused,
}

/// Whether the words around it make `verb` a proposal.
pub(super) fn said(scene: &Scene<'_>, verb: &Verb) -> Said {
    let g: &Glyphs = scene.g;
    let earliest = verb.from.saturating_sub(LONGEST_CLAUSE).max(scene.from);
    let free = |k: &usize| !scene.is_quoted(*k);
    let clause = (earliest..verb.from)
        .rev()
        .find(|k| is_clause_end(g.at(*k)) && free(k))
        .map_or(earliest, |k| k + 1);
    let says = |words: &[&str]| {
        (clause..verb.from)
            .filter(free)
            .any(|k| g.after_any(k, words).is_some_and(|end| end <= verb.from))
    };
    let near = verb.from.saturating_sub(4).max(clause);
    // 能不能改成 asks for it.
    let refuses = |k: usize| {
        g.after_any(k, &REFUSING)
            .is_some_and(|end| end <= verb.from)
            && !matches!(g.before(k), '能' | '可')
    };
    if (near..verb.from).filter(free).any(refuses) || says(&AGAINST) {
        return Said::Refused;
    }
    // A clause that begins with the verb is an imperative; 加上 and 写 begin clauses that are none.
    let imperative = clause == verb.from && verb.frame != Frame::Add && verb.to - verb.from > 1;
    let words_follow = match verb.frame {
        // 末尾增写：… gives new words as a quotation does.
        Frame::Add => {
            g.at(verb.to) == ':'
                || (scene.after(verb.to)).is_some_and(|words| is_opening(g.before(words.from)))
        }
        Frame::Say => false,
        _ => is_opening(g.at(verb.to)),
    };
    if verb.textual || words_follow || imperative || says(&PROPOSING) || g.starts(verb.from, "应")
    {
        Said::Proposed
    } else {
        Said::Told
    }
}
