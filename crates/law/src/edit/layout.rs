//! Proposals in the form of a table: 原文：A / 修改为：B, in lines or in cells.

use super::{
    candidate::Candidate,
    object::{Scene, Words},
};
use crate::cite::glyph::{Glyphs, words};
use caifeng_domain::EditOp;
use std::sync::LazyLock;

static OLD: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "现文 原文 原条文 现行表述 现行规定 草案原文 草案表述 修改前 条文原文 原表述 现表述 草案条文 原文表述 原规定 原 \
         现",
    )
});
static NEW: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "建议 修改为 建议修改为 修改后 改为 建议改为 修改建议 建议条文 建议表述 拟改 拟改为 拟改表述 拟修改为 改 改成",
    )
});

/// What stands in a cell of its own where the next one is to be put in, or taken out.
const ADDED: [&str; 4] = ["新增", "增加", "增列", "补充"];
const DELETED: [&str; 3] = ["删除", "删去", "删掉"];

/// A unit whose lines or cells are labelled with the old and the new wording, or are a row of a table that has both.
pub(super) fn labelled(scene: &Scene<'_>) -> Option<Candidate> {
    let Some(from) = cell(scene, &OLD) else {
        return row(scene);
    };
    let to = cell(scene, &NEW);
    Some(Candidate {
        op: EditOp::Replace,
        from: Some(from),
        to,
    })
}

/// 第九条 | 不宜种植 | 禁止种植 | 理由: a cell of the draft's words and the next one like it.
fn row(scene: &Scene<'_>) -> Option<Candidate> {
    const LEAST: usize = 3;
    let g = scene.g;
    let bars = (scene.from..scene.to).filter(|&k| g.at(k) == '|');
    let ends: Vec<usize> = bars.chain([scene.to]).collect();
    let starts = std::iter::once(scene.from).chain(ends.iter().map(|end| end + 1));
    let cells: Vec<Words> = starts
        .zip(&ends)
        .map(|(from, &to)| Words { from, to })
        .filter(|cell| cell.from < cell.to)
        .collect();
    cells.windows(2).find_map(|pair| {
        let [a, b] = [pair[0], pair[1]];
        let said = |words: Words| g.words(words.from, words.to);
        let of_draft =
            |words: Words| words.to - words.from >= LEAST && scene.draft.has(&said(words));
        let candidate = |op, from, to| Some(Candidate { op, from, to });
        match said(a).as_str() {
            op if ADDED.contains(&op) => candidate(EditOp::Insert, None, Some(b)),
            op if DELETED.contains(&op) && of_draft(b) => candidate(EditOp::Delete, Some(b), None),
            _ if of_draft(a) && !of_draft(b) && scene.alike(a, b) => {
                candidate(EditOp::Replace, Some(a), Some(b))
            }
            _ => None,
        }
    })
}

/// What stands after one of `labels` and a colon or a bar, without quotation marks and the final stop: to the end of the line, or
/// of the cell where several stand in a line.
fn cell(scene: &Scene<'_>, labels: &[&str]) -> Option<Words> {
    let g = scene.g;
    let begins = |k: usize| {
        k == scene.from || g.gap(k) || matches!(g.before(k), '\n' | '。' | ';' | '|' | '(')
    };
    let behind = |k: usize, labels: &[&str]| {
        let at = begins(k).then(|| g.after_any(k, labels)).flatten()?;
        let closes = g.at(at) == ')' && g.before(k) == '(';
        (closes || matches!(g.at(at), ':' | '|' | '│')).then_some(at + 1)
    };
    let mut from = (scene.from..scene.to).find_map(|k| behind(k, labels))?;
    let one_line = !(scene.from..scene.to).any(|k| g.at(k) == '\n');
    // 理由：… and any other short word with a colon or bar begins another cell.
    let next_label = |k: usize| {
        const LONGEST_LABEL: usize = 8;
        let at = g.until(k, LONGEST_LABEL, |c| {
            matches!(c, ':' | '|' | '│' | ')') || matches!(c, ',' | '。' | ';' | '\n')
        });
        at > k && matches!(g.at(at), ':' | '|' | '│')
    };
    let ends = |k: usize| match g.at(k) {
        '\n' | '|' => true,
        '(' => one_line && begins_label(g, k),
        '。' => one_line && scene.marks.iter().all(|m| !(m.open < k && k < m.close)),
        ';' => next_label(k + 1),
        _ => g.gap(k) && next_label(k),
    };
    let mut to = (from..scene.to).find(|&k| ends(k)).unwrap_or(scene.to);
    while from < to && matches!(g.at(from), '“' | '"' | '「') {
        from += 1;
    }
    while from < to && matches!(g.before(to), '”' | '"' | '」' | '。' | ';') {
        to -= 1;
    }
    (from < to).then_some(Words { from, to })
}

/// 【理由】 and its like: a word that names a cell in brackets.
fn begins_label(g: &Glyphs, open: usize) -> bool {
    const NAMES: [&str; 8] = [
        "理由", "原文", "改为", "修改", "建议", "说明", "依据", "条款",
    ];
    let closes = || (open + 1..open + 9).any(|k| g.at(k) == ')');
    g.after_any(open + 1, &NAMES).is_some() && closes()
}
