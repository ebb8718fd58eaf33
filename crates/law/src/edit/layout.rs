//! Proposals in the form of a table: 原文：A / 修改为：B.

use super::{
    candidate::Candidate,
    object::{Scene, Words},
};
use crate::cite::glyph::words;
use caifeng_domain::EditOp;
use std::sync::LazyLock;

static OLD: LazyLock<Vec<&str>> = LazyLock::new(|| {
    words(
        "现文 原文 原条文 现行表述 草案原文 草案表述 修改前 条文原文 原表述 现表述 草案条文 原文表述",
    )
});

const NEW: [&str; 9] = [
    "建议",
    "修改为",
    "建议修改为",
    "修改后",
    "改为",
    "建议改为",
    "修改建议",
    "建议条文",
    "建议表述",
];

/// A unit whose lines are labelled with the old and the new wording.
pub(super) fn labelled(scene: &Scene<'_>) -> Option<Candidate> {
    let from = cell(scene, &OLD)?;
    let to = cell(scene, &NEW);
    Some(Candidate {
        op: EditOp::Replace,
        from: Some(from),
        to,
    })
}

/// What stands in the line after one of `labels` and a colon or a bar, without quotation marks and the final stop.
fn cell(scene: &Scene<'_>, labels: &[&str]) -> Option<Words> {
    let g = scene.g;
    let starts = (scene.from..scene.to)
        .filter(|&k| k == scene.from || matches!(g.before(k), '\n' | '。' | ';'));
    let mut cells = starts.filter_map(|k| {
        let at = g.after_any(k, labels)?;
        matches!(g.at(at), ':' | '|' | '│').then_some(at + 1)
    });
    let mut from = cells.next()?;
    let mut to = (from..scene.to)
        .find(|&k| g.at(k) == '\n')
        .unwrap_or(scene.to);
    while from < to && matches!(g.at(from), '“' | '"' | '「') {
        from += 1;
    }
    while from < to && matches!(g.before(to), '”' | '"' | '」' | '。' | ';') {
        to -= 1;
    }
    (from < to).then_some(Words { from, to })
}
